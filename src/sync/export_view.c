#include "sync/export_view.h"
#include "sync/find.h"
#include "sync/loaded.h"
#include "util/mem.h"

#include <stdlib.h>
#include <string.h>

/* Files that go out under one transaction, and one wait for the disk. */
#define BATCH 1024

void export_view_release(struct export_view *v)
{
	seens_release(&v->seens);
	survey_release(&v->survey);
	git_entries_release(&v->tree);
	git_entries_release(&v->index);
	file_out_release(&v->out, v->e);
}

static err_t load_head(struct export_view *v)
{
	struct git_head head = {0};

	if (v->have_head)
		return NULL;
	TRY(v->e->git->head(v->e->git->ctx, &head));
	memcpy(v->commit, head.commit, sizeof(v->commit));
	v->have_head = true;
	return NULL;
}

/* HEAD's tree and the index, only once something is to be written. */
static err_t load(struct export_view *v)
{
	TRY(load_head(v));
	if (!v->have_tree)
		TRY(v->e->git->tree(v->e->git->ctx, &v->tree, v->commit));
	v->have_tree = true;
	if (!v->have_index)
		TRY(v->e->git->index(v->e->git->ctx, &v->index));
	v->have_index = true;
	return NULL;
}

static err_t look_at(struct export_view *v, const char *path)
{
	struct seen *seen = &v->seens.at[v->seens.len];
	struct oid head;
	err_t err = store_seen_get(seen, v->e->store, v->e->git->worktree, path);

	if (err && err->code != ERR_NOTFOUND)
		return err;
	v->seens.len += !err;
	err_free(err);
	TRY(v->e->git->tree_oid(v->e->git->ctx, &head, v->commit, path));
	if (!oid_none(&head))
		v->tree.at[v->tree.len++] =
			(struct git_entry){.path = mem_strdup(path), .oid = head};
	return NULL;
}

err_t export_look_at(struct export_view *v, const struct strs *paths)
{
	scoped(strs_release) struct strs sorted = {0};

	for (size_t i = 0; i < paths->len; i++)
		strs_add(&sorted, paths->at[i]);
	strs_sort(&sorted);
	TRY(load_head(v));
	v->have_tree = true;
	v->tree.at = mem_alloc((sorted.len + 1) * sizeof(*v->tree.at));
	v->seens.at = mem_alloc((sorted.len + 1) * sizeof(*v->seens.at));
	for (size_t i = 0; i < sorted.len; i++)
		TRY(look_at(v, sorted.at[i]));
	return NULL;
}

const char *export_index_oid(const struct export_view *v, const char *path)
{
	const struct git_entry *entry = find_entry(&v->index, path);

	return entry ? entry->oid.hex : "";
}

const char *export_head_oid(const struct export_view *v, const char *path)
{
	const struct git_entry *entry = find_entry(&v->tree, path);

	return entry ? entry->oid.hex : "";
}

/* The index entry is neither HEAD's nor what we last wrote: somebody staged it. */
static bool staged_by_hand(const struct export_view *v, const struct art *art,
			   const struct seen *seen)
{
	const char *index = export_index_oid(v, art->path), *head = export_head_oid(v, art->path);

	if (strcmp(index, head) == 0 || strcmp(index, art->oid.hex) == 0)
		return false;
	if (!index[0])
		return head[0] != '\0';
	return !(seen && rev_none(&seen->hand_rev) && strcmp(index, seen->file.hex) == 0 &&
		 !seen->left);
}

static bool unmerged(const struct export_view *v, const char *path)
{
	const struct git_entry *entry = find_entry(&v->index, path);

	return entry && entry->stage;
}

err_t export_flush(struct export_view *v)
{
	err_t err;

	if (!v->out.len)
		return NULL;
	TRY(store_begin(v->e->store));
	err = file_out_record(&v->out, v->e);
	if (err) {
		store_rollback(v->e->store);
		return err;
	}
	TRY(store_commit(v->e->store));
	TRY(file_out_publish(&v->out, v->e));
	file_out_release(&v->out, v->e);
	return NULL;
}

/* What cannot be read is not written over; the other files are none the worse for it. */
bool export_can_read(struct oid *shows, struct export_view *v, const char *path, const char *what)
{
	err_t err = file_out_shows(shows, v->e, path);

	if (!err)
		return true;
	report_note(v->r, "%s %s: %s", what, path, err->text);
	err_free(err);
	return false;
}

err_t export_facts_of(struct export_facts *f, const struct oid *shows, struct export_view *v,
		      const struct art *art, const struct seen *seen)
{
	scoped(loaded_close) struct loaded l = {0};

	TRY(load(v));
	TRY(loaded_open(&l, v->e, art->uid));
	f->exists = !oid_none(shows);
	f->in_head = export_head_oid(v, art->path)[0] != '\0';
	f->in_index = export_index_oid(v, art->path)[0] != '\0';
	f->known = loaded_knows(&l, shows);
	f->is_w = f->exists && oid_eq(shows, &art->oid);
	f->left = seen && seen->left;
	f->unmerged = unmerged(v, art->path);
	f->staged = staged_by_hand(v, art, seen);
	f->conflict = art->conflict;
	f->deleted = art->deleted;
	f->was_here = seen != NULL;
	f->asked = v->o->all || v->o->uids;
	return NULL;
}

err_t export_write_out(struct export_view *v, const struct art *art, const struct oid *shows,
		       bool removal)
{
	scoped_free char *text = NULL;
	struct oid none = {""}, head = {""};
	size_t len = 0;

	if (removal)
		v->r->removed++;
	else
		v->r->written++;
	report_note(v->r, "%s %s", removal ? "removed" : "wrote", art->path);
	if (v->o->dry_run)
		return NULL;
	memcpy(head.hex, export_head_oid(v, art->path), strlen(export_head_oid(v, art->path)) + 1);
	if (!removal)
		TRY(store_text_get(&text, &len, v->e->store, art->oid.hex));
	TRY(file_out_stage(&v->out, v->e, art->uid, art->path, shows, removal ? &none : &art->oid,
			   slice_of(text, len), &head));
	return v->out.len >= BATCH ? export_flush(v) : NULL;
}

/* The artifact as it is at a path that it was moved away from: gone. False: somebody else is there.
 */
err_t export_gone_from(bool *out, struct art *shadow, struct export_view *v, const struct art *art,
		       const char *path)
{
	scoped(art_release) struct art there = {0};
	err_t err = store_art_at(&there, v->e->store, path);

	*out = false;
	if (err && err->code != ERR_NOTFOUND)
		return err;
	if (!err && !there.deleted)
		return NULL;
	err_free(err);
	*shadow = *art;
	shadow->path = (char *)path;
	shadow->oid = (struct oid){""};
	shadow->deleted = true;
	*out = true;
	return NULL;
}

err_t export_past_paths(struct strs *out, struct engine *e, const struct art *art)
{
	scoped(revs_release) struct revs revs = {0};

	TRY(store_rev_list(&revs, e->store, art->uid));
	for (size_t i = 0; i < revs.len; i++)
		if (strcmp(revs.at[i].path, art->path) != 0 && !strs_has(out, revs.at[i].path))
			strs_add(out, revs.at[i].path);
	return NULL;
}
