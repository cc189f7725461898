/* `git agent sync status`: what is new here, what is new there, and as of when. */
#include "cli/color.h"
#include "cli/columns.h"
#include "cli/json.h"
#include "cli/text.h"
#include "cmd/claims.h"
#include "cmd/cmd.h"
#include "cmd/exchange.h"
#include "cmd/output.h"
#include "util/clock.h"
#include "util/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct view {
	bool offline, json, porcelain;
	const char *url;	/* NULL: no remote */
	bool asked;		/* the remote answered just now */
	long behind;		/* its versions that were not pulled; -1: unknown */
	char *as_of;		/* when the remote was last heard; NULL: never */
	struct arts changes;	/* dirty or in conflict */
	struct refusals refusals;
	struct claims claims;
};

static void view_release(struct view *v)
{
	free(v->as_of);
	arts_release(&v->changes);
	refusals_release(&v->refusals);
	claims_release(&v->claims);
}

/* --- facts ---------------------------------------------------------------------------------- */

static err_t meta_long(long *out, struct store *s, const char *key)
{
	scoped_free char *text = NULL;

	TRY(store_meta_get(&text, s, key));
	*out = text ? strtol(text, NULL, 10) : 0;
	return NULL;
}

/* Two small questions. Another epoch means that its numbers cannot be compared with ours. */
static err_t ask(struct view *v, struct session *s)
{
	scoped_free char *reply = NULL, *head = NULL, *epoch = NULL, *known = NULL;
	char now[21];
	long cursor;

	s->brief = true;
	TRY(session_remote(s, false));
	TRY(session_explain(s->remote.head(s->remote.ctx, &reply), s));
	TRY(store_json_get(&head, s->store, reply, "$.head"));
	TRY(store_json_get(&epoch, s->store, reply, "$.epoch"));
	TRY(store_meta_get(&known, s->store, "epoch"));
	TRY(meta_long(&cursor, s->store, "cursor"));
	v->asked = true;
	if (head && (!known || (epoch && strcmp(epoch, known) == 0)))
		v->behind = strtol(head, NULL, 10) - (known ? cursor : 0);
	clock_format(clock_now(), now);
	free(v->as_of);
	v->as_of = mem_strdup(now);
	claims_release(&v->claims);
	return claims_refresh(&v->claims, s);
}

static err_t collect(struct view *v, struct session *s)
{
	struct art_filter dirty = {.dirty_only = true, .with_deleted = true};
	struct art_filter conflict = {.conflict_only = true, .with_deleted = true};
	scoped(arts_release) struct arts in_conflict = {0};

	TRY(repo_config(&v->url, s->repo, "agent.remote"));
	TRY(store_meta_get(&v->as_of, s->store, "synced"));
	TRY(store_refusal_list(&v->refusals, s->store));
	TRY(claim_known(&v->claims, &s->engine));
	if (v->url)	/* without a remote nothing waits for one */
		TRY(store_art_list(&v->changes, s->store, &dirty));
	TRY(store_art_list(&in_conflict, s->store, &conflict));
	for (size_t i = 0; i < in_conflict.len; i++) {
		bool known = false;

		for (size_t k = 0; k < v->changes.len && !known; k++)
			known = strcmp(v->changes.at[k].uid, in_conflict.at[i].uid) == 0;
		if (known)
			continue;
		v->changes.at = mem_realloc(v->changes.at,
					    (v->changes.len + 1) * sizeof(*v->changes.at));
		v->changes.at[v->changes.len++] = in_conflict.at[i];
		in_conflict.at[i] = (struct art){0};
	}
	return NULL;
}

static const struct refusal *refusal_of(const struct view *v, const struct art *art)
{
	for (size_t i = 0; i < v->refusals.len; i++)
		if (strcmp(v->refusals.at[i].uid, art->uid) == 0)
			return &v->refusals.at[i];
	return NULL;
}

/* U conflict, R refused, D deleted, A the remote does not have it, M changed. */
static err_t code_of(char *out, const struct view *v, struct session *s, const struct art *art)
{
	struct base base = {0};

	TRY(store_base_get(&base, s->store, art->uid));
	*out = art->conflict	       ? 'U'
	       : refusal_of(v, art)    ? 'R'
	       : art->deleted	       ? 'D'
	       : base.version == 0     ? 'A'
				       : 'M';
	base_release(&base);
	return NULL;
}

static const char *word_of(char code)
{
	switch (code) {
	case 'U':
		return "conflict";
	case 'R':
		return "refused";
	case 'D':
		return "deleted";
	case 'A':
		return "new";
	default:
		return "changed";
	}
}

/* --- three ways to say it ------------------------------------------------------------------- */

static err_t print_json(const struct view *v, struct session *s)
{
	struct json j;

	json_begin(&j, stdout);
	json_object_begin(&j);
	json_key_string(&j, "remote", v->url);
	json_key_bool(&j, "asked", v->asked);
	json_key_string(&j, "as_of", v->as_of);
	json_key(&j, "behind");
	if (v->behind >= 0)
		json_int(&j, v->behind);
	else
		json_null(&j);
	json_key(&j, "changes");
	json_array_begin(&j);
	for (size_t i = 0; i < v->changes.len; i++) {
		const struct art *art = &v->changes.at[i];
		const struct refusal *refusal = refusal_of(v, art);
		char code;

		TRY(code_of(&code, v, s, art));
		json_object_begin(&j);
		json_key_string(&j, "status", word_of(code));
		json_key_string(&j, "uid", art->uid);
		json_key_string(&j, "kind", art->kind);
		json_key_string(&j, "id", art->label[0] ? art->label : NULL);
		json_key_string(&j, "path", art->path);
		json_key_string(&j, "reason", refusal ? refusal->detail : NULL);
		json_object_end(&j);
	}
	json_array_end(&j);
	json_key(&j, "claims");
	json_array_begin(&j);
	for (size_t i = 0; i < v->claims.len; i++)
		TRY(claims_json(&j, s, &v->claims.at[i]));
	json_array_end(&j);
	json_object_end(&j);
	json_end(&j);
	return NULL;
}

static err_t print_porcelain(const struct view *v, struct session *s)
{
	printf("# remote %s\n", v->url ? v->url : "-");
	printf("# as-of %s\n", v->as_of ? v->as_of : "-");
	if (v->behind >= 0)
		printf("# behind %ld\n", v->behind);
	for (size_t i = 0; i < v->changes.len; i++) {
		const struct art *art = &v->changes.at[i];
		char code;

		TRY(code_of(&code, v, s, art));
		printf("%c\t%s\t%s\t%s\n", code, art->kind, art->label[0] ? art->label : "-",
		       art->path);
	}
	return NULL;
}

static void print_remote(const struct view *v)
{
	if (!v->url) {
		puts("No remote; 'git agent sync init <url>' adds one");
		return;
	}
	printf("Remote ");
	text_safe_fputs(v->url, stdout);
	putchar('\n');
	if (v->behind > 0)
		printf("%ld version%s to pull (as of %s)\n", v->behind, v->behind == 1 ? "" : "s",
		       v->as_of);
	else if (v->behind == 0)
		printf("Nothing to pull (as of %s)\n", v->as_of);
	else if (v->asked)
		printf("Not the same database as before: the next pull compares everything "
		       "(as of %s)\n", v->as_of);
	else
		printf("Last heard of: %s\n", v->as_of ? v->as_of : "never");
}

static enum color_slot color_slot(char code)
{
	return code == 'U' ? COLOR_CONFLICT : code == 'R' ? COLOR_REFUSED : COLOR_UNPUSHED;
}

static err_t print_changes(const struct view *v, struct session *s)
{
	scoped(columns_release) struct columns c = {.count = 4};
	bool color;

	TRY(output_begin(&color, s, NULL, false));
	for (size_t i = 0; i < v->changes.len; i++) {
		const struct art *art = &v->changes.at[i];
		const struct refusal *refusal = refusal_of(v, art);
		char code;

		TRY(code_of(&code, v, s, art));
		columns_add(&c, "");
		columns_add_color(&c, color_of(color, color_slot(code)), word_of(code));
		columns_add(&c, session_name(art));
		columns_add(&c, refusal ? refusal->detail : art->title);
	}
	if (v->changes.len)
		puts(v->url ? "Not on the remote yet:" : "In conflict:");
	else if (v->url)
		puts("Nothing to push");
	columns_print(&c, stdout);
	return NULL;
}

static err_t print_claims(const struct view *v, struct session *s)
{
	scoped(columns_release) struct columns c = {.count = 4};

	for (size_t i = 0; i < v->claims.len; i++) {
		const struct claim *claim = &v->claims.at[i];
		scoped_free char *name = NULL, *person = claims_person(claim->who), *until = NULL;
		char when[32];

		TRY(claims_name(&name, s, claim));
		claims_time(when, claim->until);
		until = mem_printf("until %s", when);
		columns_add(&c, "");
		columns_add(&c, name);
		columns_add(&c, claim->mine ? "you" : person);
		columns_add(&c, until);
	}
	if (v->claims.len)
		puts("Claimed:");
	columns_print(&c, stdout);
	return NULL;
}

static err_t print(const struct view *v, struct session *s)
{
	if (v->json)
		return print_json(v, s);
	if (v->porcelain)
		return print_porcelain(v, s);
	print_remote(v);
	TRY(print_changes(v, s));
	return print_claims(v, s);
}

/* The local half is said in any case; that the remote did not answer is said last. */
static err_t show(struct view *v, struct session *s)
{
	err_t unheard = NULL, err;

	TRY(collect(v, s));
	if (v->url && !v->offline)
		unheard = ask(v, s);
	if (unheard && unheard->code != ERR_OFFLINE && !s->server)
		return unheard;
	err = print(v, s);
	if (!err)
		return unheard;
	err_free(unheard);
	return err;
}

err_t cmd_sync_status(int argc, char **argv)
{
	scoped(session_close) struct session s = {0};
	scoped(view_release) struct view v = {.behind = -1};
	bool help;
	const struct opt opts[] = {
		OPT_FLAG(0, "offline", &v.offline, "do not ask the remote"),
		OPT_FLAG(0, "json", &v.json, "print JSON"),
		OPT_FLAG(0, "porcelain", &v.porcelain, "print lines for scripts"),
		OPT_END,
	};
	static const char *const synopsis[] = {"[<options>]", NULL};
	const struct usage usage = {"sync status", synopsis,
				    "Shows what is to be pushed and pulled, and conflicts.", opts};

	TRY(opts_parse(&argc, &argv, &usage, &help));
	if (help)
		return NULL;
	if (argc > 0)
		return opts_misuse(&usage, "unexpected argument '%s'", argv[0]);
	if (v.json && v.porcelain)
		return opts_misuse(&usage, "--json and --porcelain exclude each other");
	TRY(session_open(&s, SESSION_READ));
	TRY(session_fresh(&s, NULL));
	return show(&v, &s);
}
