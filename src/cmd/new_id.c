#include "cmd/new_id.h"
#include "cmd/output.h"
#include "cmd/server.h"
#include "sync/relabel.h"
#include "util/clock.h"
#include "util/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- labels of files that were not looked at yet ---------------------------------------------- */

/*
 * To look at all files before an artifact is made would cost as much as there are. What must not
 * happen is that it gets the label of a file that was made by hand and that no command has looked
 * at since. Such a file has a number above all that the workspace knows, or the label that a parent
 * shares, in its name, and is where files of its scope and kind are: those names are read. (A file
 * elsewhere may come out with the same label; both stay, and doctor, list and push name them, as
 * when two branches made it.) Nothing else that is in files matters to a new artifact: the parent's
 * is looked at, and so is where HEAD is.
 */
struct label_look {
	struct session *s;
	const struct label *taken;	/* the parent's, or NULL */
	const char *scope;
	long max;			/* the highest number that is known */
};

static err_t is_news(bool *out, const struct label_look *l, const char *dir, const char *name)
{
	scoped(art_release) struct art art = {0};
	scoped_free char *path = NULL;
	struct label label;
	err_t err;

	if (!label_of_path(&label, name) || strcmp(label.scope, l->scope) != 0)
		return NULL;
	*out = label.num > l->max;
	if (*out || !l->taken || strcmp(label.text, l->taken->text) != 0)
		return NULL;
	path = mem_printf("%s/%s", dir, name);
	err = store_art_at(&art, l->s->store, path);
	*out = err != NULL;
	if (err && err->code != ERR_NOTFOUND)
		return err;
	err_free(err);
	return NULL;
}

static err_t look_in(bool *out, const struct label_look *l, const struct kind *kind)
{
	scoped_free char *dir = kind->scoped ? mem_printf("%s/%s", kind->dir, l->scope)
					     : mem_strdup(kind->dir);
	scoped_free char *full = mem_printf("%s/%s", l->s->repo->worktree, dir);
	scoped(strs_release) struct strs names = {0};

	TRY(file_names(&names, full));
	for (size_t i = 0; i < names.len && !*out; i++)
		TRY(is_news(out, l, dir, names.at[i]));
	return NULL;
}

static err_t look_for_labels(struct session *s, const char *scope, const struct label *taken)
{
	struct label_look l = {.s = s, .taken = taken, .scope = scope};
	bool news = false;

	if (s->batch || !s->repo->worktree)	/* a batch has looked at all files */
		return NULL;
	TRY(store_label_max(&l.max, s->store, NULL, scope));
	for (size_t i = 0; i < s->kinds->len && !news; i++)
		TRY(look_in(&news, &l, &s->kinds->at[i]));
	return news ? session_fresh(s, NULL) : NULL;
}

/* --- scope and number --------------------------------------------------------------------- */

static err_t list_scopes(struct strs *out, struct session *s)
{
	for (size_t i = 0; i < s->kinds->len; i++)
		if (!s->kinds->at[i].prefix)
			TRY(store_scopes(out, s->store, s->kinds->at[i].name));
	strs_sort(out);
	return NULL;
}

static err_t only_scope(char **out, struct session *s)
{
	scoped(strs_release) struct strs scopes = {0};

	TRY(list_scopes(&scopes, s));
	if (scopes.len != 1) {	/* there may be files that nobody has looked at */
		TRY(session_fresh(s, NULL));
		strs_release(&scopes);
		TRY(list_scopes(&scopes, s));
	}
	if (scopes.len != 1)
		return err_hint(err_new(ERR_MISUSE, "which scope?"),
				"--scope INFRA makes it INFRA-<number>; agent.scope is the "
				"default");
	*out = mem_strdup(scopes.at[0]);
	return NULL;
}

static err_t find_scope(char **out, const struct new_id *n, struct session *s)
{
	const char *configured, *scope = n->scope;
	scoped_free char *probe = NULL;
	struct label label;

	if (!scope && n->parent && n->parent->scope[0])
		scope = n->parent->scope;
	if (!scope && n->kind->prefix)
		scope = n->kind->prefix;
	if (!scope) {
		TRY(repo_config(&configured, s->repo, "agent.scope"));
		scope = configured;
	}
	if (!scope)
		return only_scope(out, s);
	probe = mem_printf("%s-001", scope);
	if (!label_parse(&label, slice_str(probe)) || strcmp(label.scope, scope) != 0)
		return err_new(ERR_MISUSE,
			       "'%s' is not a scope: capitals, digits and _, like INFRA", scope);
	*out = mem_strdup(scope);
	return NULL;
}

static err_t take_parents_label(struct label *out, const struct new_id *n, struct session *s)
{
	if (!label_parse(out, slice_str(n->parent->label)))
		return err_new(ERR_REFUSED, "'%s' has no id to share", n->parent->path);
	if (out->num < 0)
		return err_hint(err_new(ERR_REFUSED, "'%s' has no number yet", n->parent->label),
				"it gets one with the next 'git agent sync'");
	return look_for_labels(s, out->scope, out);
}

/* That a server gives no number (nobody is logged in, say) keeps nobody from working. */
static err_t without_number(long *num, struct session *s, err_t err)
{
	if (!err || !s->server || s->server->sb.why(s->server->sb.ctx) == SUPABASE_NO_ERROR)
		return err;
	err = session_explain(err, s);
	output_say("warning: no number yet: %s", err->text);
	output_hint(err);
	err_free(err);
	*num = -1;
	return NULL;
}

/* A dry run takes no number: it names the one that is likely. */
static err_t draw_number(long *num, const struct new_id *n, struct session *s, const char *scope)
{
	err_t err;

	if (n->dry_run) {
		TRY(store_label_max(num, s->store, NULL, scope));
		++*num;
		return NULL;
	}
	err = s->batch ? NULL : session_remote(s, true);	/* no network in a transaction */
	if (err && err->code != ERR_OFFLINE)
		return err;
	err_free(err);
	return without_number(num, s, relabel_next(num, &s->engine, n->kind, scope));
}

/* The remote numbers where it can be reached; a number drawn before, or a provisional one, serves
 * until then. */
static err_t draw_label(struct label *out, const struct new_id *n, struct session *s)
{
	scoped_free char *scope = NULL;
	char uuid[37], random[5];
	long num = -1;

	TRY(find_scope(&scope, n, s));
	TRY(look_for_labels(s, scope, NULL));
	TRY(draw_number(&num, n, s, scope));
	if (num >= 0) {
		label_format(out->text, scope, num);
	} else {
		clock_uuid(uuid);
		snprintf(random, sizeof(random), "%.4s", uuid);
		label_provisional(out->text, scope, random);
	}
	strcpy(out->scope, scope);
	out->num = num;
	return NULL;
}

static err_t check_free(const struct label *label, const struct new_id *n, struct session *s)
{
	struct art_filter f = {.kind = n->kind->name, .label = label->text};
	scoped(arts_release) struct arts same = {0};

	TRY(store_art_list(&same, s->store, &f));
	if (same.len)
		return err_new(ERR_REFUSED, "'%s' has a %s already: '%s'", label->text,
			       n->kind->name, same.at[0].path);
	return NULL;
}

err_t new_id_find(struct label *out, const struct new_id *n, struct session *s)
{
	struct label label = {.num = -1};

	if (n->kind->shares_label && n->parent)
		TRY(take_parents_label(&label, n, s));
	else
		TRY(draw_label(&label, n, s));
	TRY(check_free(&label, n, s));
	*out = label;
	return NULL;
}

void new_id_reserve(struct session *s, const char *wanted)
{
	struct new_id n = {.kind = kinds_find(s->kinds, "story"), .scope = wanted};
	scoped_free char *scope = NULL;
	err_t err;

	if (!n.kind || !s->have_remote)
		return;
	err = find_scope(&scope, &n, s);
	if (!err)
		err = relabel_reserve(&s->engine, n.kind, scope);
	err_free(err);
}
