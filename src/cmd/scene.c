#include "cmd/scene.h"
#include "util/mem.h"

#include <stdlib.h>
#include <string.h>

struct scene_text {
	struct scene_text *next;
	struct oid oid;
	char *bytes;
	size_t len;
};

/* As many as an artifact, its parent and their records have, and some to spare. */
#define BYTES_KEPT (4 << 20)

static void drop_texts(struct scene *s)
{
	while (s->texts) {
		struct scene_text *next = s->texts->next;

		free(s->texts->bytes);
		free(s->texts);
		s->texts = next;
	}
	s->bytes = 0;
}

void scene_forget(struct scene *s)
{
	if (s->bytes > BYTES_KEPT)
		drop_texts(s);
}

void scene_release(struct scene *s)
{
	moves_release(&s->moves);
	names_release(&s->names);
	git_changes_release(&s->changes);
	git_entries_release(&s->entries);
	drop_texts(s);
}

static struct scene_text *put_text(struct scene *s, const struct oid *oid, char *bytes, size_t len)
{
	struct scene_text *t = mem_alloc(sizeof(*t));

	*t = (struct scene_text){s->texts, *oid, bytes, len};
	s->texts = t;
	s->bytes += len + sizeof(*t);
	return t;
}

err_t scene_text(struct slice *out, struct scene *s, const struct oid *oid)
{
	struct scene_text *t = s->texts;
	char *bytes;
	size_t len;

	*out = slice_of("", 0);
	if (oid_none(oid))
		return NULL;
	while (t && !oid_eq(&t->oid, oid))
		t = t->next;
	if (!t) {
		TRY(git_blob(&bytes, &len, s->v->repo, oid->hex));
		t = put_text(s, oid, bytes, len);
	}
	*out = slice_of(t->bytes, t->len);
	return NULL;
}

struct slice scene_keep(struct scene *s, char *bytes, size_t len)
{
	put_text(s, &(struct oid){""}, bytes, len);
	return slice_of(bytes, len);
}

err_t scene_list(struct scene *s)
{
	if (s->listed)
		return NULL;
	s->listed = true;
	TRY(git_list_judged(&s->entries, s->v->repo, s->v->kinds, s->at));
	names_of_entries(&s->names, &s->entries, s->v->kinds);
	return NULL;
}

static int by_path(const void *key, const void *member)
{
	return strcmp(key, *(char *const *)member);
}

const struct git_change *scene_change(const struct scene *s, const char *path)
{
	/* path is the first member */
	return s->changes.len ? bsearch(path, s->changes.at, s->changes.len, sizeof(*s->changes.at),
					by_path)
			      : NULL;
}

err_t scene_oid(struct oid *out, struct scene *s, const char *path, int side)
{
	const struct git_change *change = scene_change(s, path);
	const struct git_entry *entry;

	if (change) {
		*out = side == SCENE_AFTER ? change->after : change->before[side];
		return NULL;
	}
	if (strcmp(s->at, ":") != 0)
		return git_range_oid(out, s->v->repo, s->at, path);
	*out = (struct oid){""};
	TRY(scene_list(s));
	entry = git_entries_find(&s->entries, path);
	if (entry && !entry->stage)	/* else it is unmerged */
		*out = entry->oid;
	return NULL;
}

err_t scene_of_commit(struct scene *out, const struct verdict *v, const char *commit)
{
	scoped_free char *message = NULL;

	*out = (struct scene){.v = v, .at = commit};
	TRY(git_range_changes(&out->changes, v->repo, v->kinds, commit));
	if (!out->changes.len)
		return NULL;
	out->nr_parents = out->changes.at[0].nr_parents;
	moves_find(&out->moves, &out->changes, v->kinds);
	TRY(git_range_message(&message, v->repo, commit));
	out->has_reason = verify_has_reason(slice_str(message));
	return NULL;
}

/* --- the index ------------------------------------------------------------------------------ */

/* HEAD, what is being merged, and the index: lists in one order, walked side by side. */
struct lists {
	struct git_entries at[VERIFY_PARENTS];
	size_t next[VERIFY_PARENTS];
	int len;
};

static void lists_release(struct lists *l)
{
	for (int i = 0; i < l->len; i++)
		git_entries_release(&l->at[i]);
}

static err_t add_list(struct lists *l, const struct verdict *v, const char *ref)
{
	char commit[OID_HEX + 1];
	err_t err = git_resolve(commit, v->repo, ref);

	if (err && err->code == ERR_NOTFOUND) {
		err_free(err);
		return NULL;
	}
	TRY(err);
	TRY(git_list_judged(&l->at[l->len], v->repo, v->kinds, commit));
	l->len++;
	return NULL;
}

static const struct git_entry *head_of(const struct git_entries *list, size_t at)
{
	/* nothing of it is in the index yet, or git has not said what it is to be */
	return at < list->len ? &list->at[at] : NULL;
}

static struct oid take(const struct git_entries *list, size_t *at, const char *path)
{
	struct oid oid = {""};

	for (const struct git_entry *e; (e = head_of(list, *at)) && strcmp(e->path, path) == 0;
	     (*at)++)
		if (!e->stage && !e->intent_to_add)
			oid = e->oid;
	return oid;
}

static const char *least(const struct lists *l, const struct git_entry *index)
{
	const char *path = index ? index->path : NULL;

	for (int i = 0; i < l->len; i++) {
		const struct git_entry *e = head_of(&l->at[i], l->next[i]);

		if (e && (!path || strcmp(e->path, path) < 0))
			path = e->path;
	}
	return path;
}

static bool differs(const struct git_change *c)
{
	for (int i = 0; i < c->nr_parents; i++)
		if (!oid_eq(&c->before[i], &c->after))
			return true;
	return false;
}

static void compare(struct scene *s, struct lists *l)
{
	const char *path;
	size_t at = 0, cap = 0;

	while ((path = least(l, head_of(&s->entries, at)))) {
		struct git_change c = {.path = (char *)path, .nr_parents = l->len ? l->len : 1};
		bool unmerged = at < s->entries.len && s->entries.at[at].stage &&
				strcmp(s->entries.at[at].path, path) == 0;

		for (int i = 0; i < l->len; i++)
			c.before[i] = take(&l->at[i], &l->next[i], path);
		c.after = take(&s->entries, &at, path);
		if (unmerged || !differs(&c))
			continue;	/* git lets nobody commit what is unmerged */
		c.path = mem_strdup(path);
		MEM_GROW(s->changes.at, s->changes.len, cap);
		s->changes.at[s->changes.len++] = c;
	}
}

err_t scene_of_index(struct scene *out, const struct verdict *v)
{
	scoped(lists_release) struct lists l = {0};

	*out = (struct scene){.v = v, .at = ":", .reason_open = true};
	TRY(add_list(&l, v, "HEAD"));
	if (l.len)
		TRY(add_list(&l, v, "MERGE_HEAD"));
	TRY(scene_list(out));
	compare(out, &l);
	moves_find(&out->moves, &out->changes, v->kinds);
	out->nr_parents = l.len ? l.len : 1;
	return NULL;
}
