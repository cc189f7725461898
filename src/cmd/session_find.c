/* Which artifact a user means. */
#include "artifact/label.h"
#include "cli/suggest.h"
#include "cmd/session.h"
#include "util/mem.h"

#include <stdlib.h>
#include <string.h>

const char *session_name(const struct art *art)
{
	return art->label && art->label[0] ? art->label : art->path;
}

bool session_needs_kind(const struct session *s, const struct art *art)
{
	const struct kind *kind = art->label[0] ? kinds_find(s->kinds, art->kind) : NULL;

	return kind && kind->shares_label;
}

char *session_long_name(const struct session *s, const struct art *art)
{
	if (!session_needs_kind(s, art))
		return mem_strdup(session_name(art));
	return mem_printf("%s:%s", art->kind, art->label);
}

static void take(struct art *out, struct art *from)
{
	*out = *from;
	*from = (struct art){0};
}

/* --- paths ---------------------------------------------------------------------------------- */

/* Without "." and ".."; false when it leaves the top. path is overwritten. */
static bool normalize(char *out, char *path)
{
	size_t len = 0;

	for (char *save = NULL, *part = strtok_r(path, "/", &save); part;
	     part = strtok_r(NULL, "/", &save)) {
		if (strcmp(part, ".") == 0)
			continue;
		if (strcmp(part, "..") == 0) {
			if (!len)
				return false;
			while (len && out[--len] != '/')
				;
			continue;
		}
		if (len)
			out[len++] = '/';
		memmove(out + len, part, strlen(part));
		len += strlen(part);
	}
	out[len] = '\0';
	return true;
}

char *session_path(const struct session *s, const char *name)
{
	const char *top = s->repo->worktree;
	size_t len = top ? strlen(top) : 0;
	scoped_free char *full = NULL, *out = NULL;

	if (name[0] == '/') {
		if (!top || strncmp(name, top, len) != 0 || name[len] != '/')
			return NULL;
		full = mem_strdup(name + len + 1);
	} else {
		full = mem_printf("%s%s", s->repo->prefix ? s->repo->prefix : "", name);
	}
	out = mem_alloc(strlen(full) + 1);
	return normalize(out, full) ? steal(out) : NULL;
}

static err_t by_path(bool *found, struct art *out, struct session *s, const char *path,
		     bool with_deleted)
{
	scoped(art_release) struct art art = {0};
	err_t err = store_art_at(&art, s->store, path);

	*found = false;
	if (err && err->code == ERR_NOTFOUND) {
		err_free(err);
		return NULL;
	}
	TRY(err);
	*found = with_deleted || !art.deleted;
	if (*found)
		take(out, &art);
	return NULL;
}

/* --- labels --------------------------------------------------------------------------------- */

/* A label that several kinds use means the one whose label others share (the story's), then any of
 * its own (the plan's), then one that is shared. */
enum { SHARED = 2, DELETED = 10 };

int session_standing(const struct kinds *kinds, const char *name)
{
	const struct kind *kind = kinds_find(kinds, name);

	if (!kind || kind->shares_label)
		return SHARED;
	for (size_t i = 0; i < kinds->len; i++) {
		const struct kind *other = &kinds->at[i];

		if (other->shares_label && other->parent_kind &&
		    strcmp(other->parent_kind, name) == 0)
			return 0;
	}
	return 1;
}

static char *list_paths(const struct arts *arts)
{
	struct mem_stream list;

	mem_stream_open(&list);
	for (size_t i = 0; i < arts->len; i++)
		fprintf(list.file, "%s'%s'", i ? ", " : "", arts->at[i].path);
	return mem_stream_close(&list, NULL);
}

static err_t several(const struct arts *found, const char *name)
{
	scoped_free char *paths = list_paths(found);

	return err_hint(err_new(ERR_AMBIGUOUS, "'%s' means several artifacts: %s", name, paths),
			"name one by its path");
}

/* While a story has the label, or had it, the bare label is never its runbook: who deletes the one
 * twice must not delete the other. */
static bool has_own(const struct kinds *kinds, const struct arts *found)
{
	for (size_t i = 0; i < found->len; i++)
		if (session_standing(kinds, found->at[i].kind) < SHARED)
			return true;
	return false;
}

err_t session_choose(struct art *out, struct session *s, struct arts *found, const char *name)
{
	bool own = has_own(s->kinds, found);
	struct art *best = NULL;
	int best_rank = 0, same = 0;

	for (size_t i = 0; i < found->len; i++) {
		int rank = session_standing(s->kinds, found->at[i].kind);

		if (own && rank == SHARED)
			continue;
		rank += found->at[i].deleted ? DELETED : 0;
		if (best && rank > best_rank)
			continue;
		same = best && rank == best_rank ? same + 1 : 1;
		best = &found->at[i];
		best_rank = rank;
	}
	if (same != 1)
		return several(found, name);
	take(out, best);
	return NULL;
}

static err_t by_alias(bool *found, struct art *out, struct session *s, const char *kind,
		      const char *label)
{
	char uid[UID_LEN + 1];
	err_t err = store_alias_get(uid, s->store, label, kind);

	*found = !err;
	if (err && err->code == ERR_NOTFOUND) {
		err_free(err);
		return NULL;
	}
	TRY(err);
	return store_art_get(out, s->store, uid);
}

static err_t by_label(bool *found, struct art *out, struct session *s, const char *kind,
		      const char *label, bool with_deleted)
{
	scoped(arts_release) struct arts same = {0};
	scoped(art_release) struct art art = {0};
	struct art_filter f = {.kind = kind, .label = label, .with_deleted = true};
	size_t live = 0;

	TRY(store_art_list(&same, s->store, &f));
	for (size_t i = 0; i < same.len; i++)
		live += !same.at[i].deleted;
	*found = false;
	if (!same.len || (!live && !with_deleted))
		return by_alias(found, out, s, kind, label);
	TRY(session_choose(&art, s, &same, label));
	*found = with_deleted || !art.deleted;
	if (*found)
		take(out, &art);
	return NULL;
}

/* --- uids ----------------------------------------------------------------------------------- */

static err_t by_uid(bool *found, struct art *out, struct session *s, const char *name,
		    bool with_deleted)
{
	scoped(arts_release) struct arts same = {0};
	struct art_filter f = {.uid_prefix = name, .with_deleted = with_deleted};

	*found = false;
	if (strlen(name) < 4 || strspn(name, "0123456789abcdef-") != strlen(name))
		return NULL;
	TRY(store_art_list(&same, s->store, &f));
	if (same.len > 1)
		return several(&same, name);
	*found = same.len == 1;
	if (*found)
		take(out, &same.at[0]);
	return NULL;
}

/* --- all of them ---------------------------------------------------------------------------- */

static err_t nothing_called(struct session *s, const char *name)
{
	const struct art_filter f = {.with_deleted = true};
	scoped(arts_release) struct arts all = {0};
	const char *colon = strchr(name, ':');
	struct suggest near;
	err_t err;

	TRY(store_art_list(&all, s->store, &f));
	suggest_start(&near, colon ? colon + 1 : name);
	err = err_new(ERR_NOTFOUND, "there is no artifact '%s'", name);
	for (size_t i = 0; i < all.len; i++) {
		if (!all.at[i].deleted)
			suggest_offer(&near, session_name(&all.at[i]));
		else if (strcmp(name, all.at[i].label) == 0 || strcmp(name, all.at[i].path) == 0)
			return err_hint(err, "it was deleted: 'git agent restore %s' brings it "
					"back", name);
	}
	if (near.best)
		return err_hint(err, "did you mean '%s'?", near.best);
	return err_hint(err, "'git agent list' shows them");
}

/* "runbook:INFRA-042"; with any other word before the colon it is some other name. */
static const struct kind *kind_before_colon(const struct session *s, const char *name)
{
	const char *colon = strchr(name, ':');
	scoped_free char *kind = colon ? mem_strndup(name, (size_t)(colon - name)) : NULL;

	return kind ? kinds_find(s->kinds, kind) : NULL;
}

err_t session_find(struct art *out, struct session *s, const char *name, bool with_deleted)
{
	const struct kind *kind = kind_before_colon(s, name);
	const char *label = kind ? strchr(name, ':') + 1 : name;
	scoped_free char *path = NULL;
	bool found;

	TRY(by_label(&found, out, s, kind ? kind->name : NULL, label, with_deleted));
	if (!found && !kind && strpbrk(name, "/.")) {
		path = session_path(s, name);
		if (path)
			TRY(by_path(&found, out, s, path, with_deleted));
		if (!found)
			TRY(by_path(&found, out, s, name, with_deleted));
	}
	if (!found && !kind)
		TRY(by_uid(&found, out, s, name, with_deleted));
	return found ? NULL : nothing_called(s, name);
}

err_t session_pick(struct art *out, struct session *s, const char *name, bool with_deleted)
{
	scoped(strs_release) struct strs paths = {0};
	struct art art = {0};
	err_t err = session_find(&art, s, name, with_deleted);
	bool known = !err;

	if (err && err->code != ERR_NOTFOUND)
		return err;
	err_free(err);
	if (known)
		strs_add(&paths, art.path);
	art_release(&art);
	TRY(session_fresh(s, known ? &paths : NULL));
	/* what the file says may have given it another name */
	return session_find(out, s, name, with_deleted);
}
