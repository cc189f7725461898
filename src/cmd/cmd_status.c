/* `git agent status`: this branch, the workspace, the remote, on one screen. */
#include "cli/color.h"
#include "cli/json.h"
#include "cli/text.h"
#include "cmd/claims.h"
#include "cmd/cmd.h"
#include "cmd/output.h"
#include "cmd/status.h"
#include "util/clock.h"
#include "util/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHOWN 10	/* lines of one list; the others are counted */

struct list {
	const char *title, *hint, *color;
	size_t shown, all;
};

static void item(struct list *l, const char *text, const char *more)
{
	if (!l->all++) {
		printf("\n%s\n", l->title);
		if (l->hint)
			printf("  (%s)\n", l->hint);
	}
	if (l->shown == SHOWN)
		return;
	l->shown++;
	printf("\t%s", l->color);
	text_safe_fputs(text, stdout);
	if (more && more[0]) {
		fputs(": ", stdout);
		text_safe_fputs(more, stdout);
	}
	puts(l->color[0] ? COLOR_RESET : "");
}

static void end(const struct list *l)
{
	if (l->all > l->shown)
		printf("\t... and %zu more\n", l->all - l->shown);
}

static void print_branch(const struct status *st)
{
	if (strncmp(st->head.ref, "refs/heads/", 11) == 0) {
		fputs("On branch ", stdout);
		text_safe_fputs(st->head.ref + 11, stdout);
		putchar('\n');
	} else if (st->head.commit[0]) {
		printf("HEAD detached at %.7s\n", st->head.commit);
	}
	if (st->head.busy)
		printf("git is in the middle of a %s: nothing is imported until it ends\n",
		       st->head.busy);
}

static const char *plural(size_t n)
{
	return n == 1 ? "" : "s";
}

static void print_counts(const struct status *st)
{
	printf("Workspace: %ld artifact%s, %ld revision%s", st->artifacts,
	       plural((size_t)st->artifacts), st->revisions, plural((size_t)st->revisions));
	if (st->mines.len)
		printf(", %zu edit%s for the next commit", st->mines.len, plural(st->mines.len));
	putchar('\n');
	if (!st->url) {
		puts("Remote: none");
		return;
	}
	fputs("Remote: ", stdout);
	text_safe_fputs(st->url, stdout);
	printf(", last heard of: %s\n", st->synced ? st->synced : "never");
	if (st->dirty.len)
		printf("%zu artifact%s to push%s\n", st->dirty.len, plural(st->dirty.len),
		       st->queue ? " (some on their way)" : "");
}

static void print_conflicts(const struct status *st, bool color)
{
	struct list l = {"In conflict:", "git agent sync resolve <id> --ours|--theirs|--edit",
			 color_of(color, COLOR_CONFLICT), 0, 0};

	for (size_t i = 0; i < st->conflicts.len; i++)
		item(&l, session_name(&st->conflicts.at[i]), st->conflicts.at[i].title);
	end(&l);
}

static void print_older(const struct status *st, bool color)
{
	struct list l = {"Files older than the workspace:", "git agent export writes them",
			 color_of(color, COLOR_FILE), 0, 0};

	for (size_t i = 0; i < st->files.notes.len; i++)
		if (status_older(st, i))
			item(&l, status_older(st, i), NULL);
	end(&l);
}

static void print_kept(const struct status *st, bool color)
{
	struct list l = {"Files with a text that the workspace does not write over:",
			 "git agent import <path> takes such a text", color_of(color, COLOR_FILE),
			 0, 0};

	for (size_t i = 0; i < st->files.notes.len; i++)
		if (status_kept(st, i))
			item(&l, status_kept(st, i), NULL);
	end(&l);
}

static void print_left(const struct status *st, bool color)
{
	struct list l = {"Left alone, not part of the workspace:",
			 "git agent import <id> takes one", color_of(color, COLOR_FILE), 0, 0};

	for (size_t i = 0; i < st->lefts.len; i++)
		item(&l, st->lefts.at[i].path, st->lefts.at[i].whose);
	end(&l);
}

static void print_missing(const struct status *st, bool color)
{
	struct list l = {"Files that are missing:", "git agent export <id> writes one again",
			 color_of(color, COLOR_FILE), 0, 0};

	for (size_t i = 0; i < st->missing.len; i++)
		item(&l, st->missing.at[i], NULL);
	end(&l);
}

static err_t print_refused(const struct status *st, struct session *s, bool color)
{
	struct list l = {"Refused by the remote:", "they stay here until they change",
			 color_of(color, COLOR_REFUSED), 0, 0};

	for (size_t i = 0; i < st->refusals.len; i++) {
		scoped(art_release) struct art art = {0};
		const struct refusal *r = &st->refusals.at[i];

		TRY(store_art_get(&art, s->store, r->uid));
		item(&l, session_name(&art), r->detail && r->detail[0] ? r->detail : r->status);
	}
	end(&l);
	return NULL;
}

static err_t print_claims(const struct status *st, struct session *s, bool color)
{
	struct list l = {"Claimed:", "who is editing what, as last heard of",
			 color_of(color, COLOR_CLAIM), 0, 0};

	for (size_t i = 0; i < st->claims.len; i++) {
		const struct claim *c = &st->claims.at[i];
		scoped_free char *name = NULL, *person = claims_person(c->who), *text = NULL;
		char until[32];

		TRY(claims_name(&name, s, c));
		claims_time(until, c->until);
		text = mem_printf("%s until %s", c->mine ? "you" : person, until);
		item(&l, name, text);
	}
	end(&l);
	return NULL;
}

static err_t print_text(const struct status *st, struct session *s)
{
	bool color;

	TRY(output_begin(&color, s, NULL, false));
	print_branch(st);
	print_counts(st);
	print_conflicts(st, color);
	TRY(print_refused(st, s, color));
	print_left(st, color);
	print_kept(st, color);
	print_older(st, color);
	print_missing(st, color);
	return print_claims(st, s, color);
}

/* --- for programs --------------------------------------------------------------------------- */

static void porcelain_path(char end, const char *code, const char *path)
{
	printf("%s\t", code);
	output_field(path, !end);
	putchar(end);
}

static void porcelain_key(char end, const char *key, const char *value)
{
	printf("# %s ", key);
	output_field(value && value[0] ? value : "-", !end);
	putchar(end);
}

/* "# key value", then "<code> TAB <path>": U conflict, P to push, L left, K kept, O older, D file
 * missing; "C" TAB uid TAB until TAB who: a claim. Each ends with end. */
static void print_porcelain(const struct status *st, char end)
{
	porcelain_key(end, "branch", st->head.ref);
	porcelain_key(end, "head", st->head.commit);
	porcelain_key(end, "busy", st->head.busy);
	printf("# artifacts %ld%c", st->artifacts, end);
	porcelain_key(end, "remote", st->url);
	porcelain_key(end, "synced", st->synced);
	for (size_t i = 0; i < st->conflicts.len; i++)
		porcelain_path(end, "U", st->conflicts.at[i].path);
	for (size_t i = 0; i < st->dirty.len; i++)
		porcelain_path(end, "P", st->dirty.at[i].path);
	for (size_t i = 0; i < st->lefts.len; i++)
		porcelain_path(end, "L", st->lefts.at[i].path);
	for (size_t i = 0; i < st->files.notes.len; i++)
		if (status_kept(st, i))
			porcelain_path(end, "K", status_kept(st, i));
		else if (status_older(st, i))
			porcelain_path(end, "O", status_older(st, i));
	for (size_t i = 0; i < st->missing.len; i++)
		porcelain_path(end, "D", st->missing.at[i]);
	for (size_t i = 0; i < st->claims.len; i++) {
		char until[21];

		clock_format(st->claims.at[i].until, until);
		printf("C\t%s\t%s\t", st->claims.at[i].uid, until);
		output_field(st->claims.at[i].who, !end);
		putchar(end);
	}
}

static void json_arts(struct json *j, const char *key, const struct arts *arts)
{
	json_key(j, key);
	json_array_begin(j);
	for (size_t i = 0; i < arts->len; i++) {
		json_object_begin(j);
		output_art(j, &arts->at[i]);
		json_object_end(j);
	}
	json_array_end(j);
}

static void json_notes(struct json *j, const char *key, const struct status *st,
		       const char *(*note)(const struct status *st, size_t i))
{
	json_key(j, key);
	json_array_begin(j);
	for (size_t i = 0; i < st->files.notes.len; i++)
		if (note(st, i))
			json_string(j, note(st, i));
	json_array_end(j);
}

static void json_lefts(struct json *j, const struct status *st)
{
	json_key(j, "left");
	json_array_begin(j);
	for (size_t i = 0; i < st->lefts.len; i++) {
		json_object_begin(j);
		json_key_string(j, "path", st->lefts.at[i].path);
		json_key_string(j, "commit", st->lefts.at[i].commit[0] ? st->lefts.at[i].commit
								       : NULL);
		json_key_string(j, "whose", st->lefts.at[i].whose[0] ? st->lefts.at[i].whose
								     : NULL);
		json_object_end(j);
	}
	json_array_end(j);
}

static err_t print_json(const struct status *st, struct session *s)
{
	struct json j;

	json_begin(&j, stdout);
	json_object_begin(&j);
	json_key_string(&j, "ref", st->head.ref[0] ? st->head.ref : NULL);
	json_key_string(&j, "head", st->head.commit[0] ? st->head.commit : NULL);
	json_key_string(&j, "busy", st->head.busy);
	json_key_int(&j, "artifacts", st->artifacts);
	json_key_int(&j, "revisions", st->revisions);
	json_key_int(&j, "for_next_commit", (int64_t)st->mines.len);
	json_key_string(&j, "remote", st->url);
	json_key_string(&j, "synced", st->synced);
	json_key_int(&j, "queue", (int64_t)st->queue);
	json_arts(&j, "to_push", &st->dirty);
	json_arts(&j, "conflicts", &st->conflicts);
	json_lefts(&j, st);
	json_notes(&j, "older", st, status_older);
	json_notes(&j, "kept", st, status_kept);
	json_key(&j, "missing");
	json_array_begin(&j);
	for (size_t i = 0; i < st->missing.len; i++)
		json_string(&j, st->missing.at[i]);
	json_array_end(&j);
	json_key(&j, "claims");
	json_array_begin(&j);
	for (size_t i = 0; i < st->claims.len; i++)
		TRY(claims_json(&j, s, &st->claims.at[i]));
	json_array_end(&j);
	json_object_end(&j);
	json_end(&j);
	return NULL;
}

err_t cmd_status(int argc, char **argv)
{
	scoped(session_close) struct session s = {0};
	scoped(status_release) struct status st = {0};
	bool json = false, porcelain = false, nul = false, help;
	const struct opt opts[] = {
		OPT_FLAG(0, "json", &json, "as JSON"),
		OPT_FLAG(0, "porcelain", &porcelain, "for scripts"),
		OPT_FLAG('z', "null", &nul, "the same, each record ended by NUL, nothing quoted"),
		OPT_END,
	};
	static const char *const synopsis[] = {"[--json | --porcelain | -z]", NULL};
	const struct usage usage = {"status", synopsis,
				    "Shows this branch, the workspace and the remote as last "
				    "heard of, without asking it.", opts};

	TRY(opts_parse(&argc, &argv, &usage, &help));
	if (help)
		return NULL;
	if (argc > 0)
		return opts_misuse(&usage, "unexpected argument '%s'", argv[0]);
	if (json && (porcelain || nul))
		return opts_misuse(&usage, "--json and --porcelain exclude each other");
	TRY(session_open(&s, SESSION_READ));
	s.engine.looked = &st.looked;
	TRY(session_fresh(&s, NULL));
	TRY(status_collect(&st, &s));
	if (json)
		return print_json(&st, &s);
	if (!porcelain && !nul)
		return print_text(&st, &s);
	print_porcelain(&st, nul ? '\0' : '\n');
	return NULL;
}
