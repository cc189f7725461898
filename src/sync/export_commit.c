/* What a commit carries. */
#include "sync/export_view.h"
#include "sync/find.h"
#include "sync/loaded.h"
#include "sync/record.h"
#include "util/mem.h"
#include "util/trace.h"

#include <stdlib.h>
#include <string.h>

/* So many edits are looked up one by one; of more, all rows and HEAD's tree are read. */
#define FEW 16

/* What the file has of the edit that a command made, and of other edits. */
struct carried {
	bool edit;  /* it shows the edit */
	bool other; /* it shows an edit by hand, too, that HEAD does not have */
};

static err_t look_into(struct carried *out, struct export_view *v, const char *uid,
		       const struct oid *shows, const char *path, const struct rev_id *edit)
{
	struct oid head = {""};
	scoped(loaded_close) struct loaded l = {0};
	scoped_free bool *in_file = NULL, *in_head = NULL;
	int file, rev;

	memcpy(head.hex, export_head_oid(v, path), strlen(export_head_oid(v, path)) + 1);
	TRY(loaded_open(&l, v->e, uid));
	rev = graph_find(&l.graph, edit);
	file = graph_stands_for(&l.graph, l.w, shows);
	out->edit = rev >= 0 && file >= 0 && graph_is_ancestor(&l.graph, rev, file);
	in_file = mem_alloc(l.graph.len + 1);
	in_head = mem_alloc(l.graph.len + 1);
	graph_mark(in_file, &l.graph, file);
	graph_mark(in_head, &l.graph, graph_stands_for(&l.graph, l.w, &head));
	for (size_t i = 0; i < l.graph.len && !out->other; i++)
		out->other = in_file[i] && !in_head[i] && l.graph.at[i].how == HOW_HAND &&
			     strcmp(l.graph.at[i].author, v->e->who) == 0;
	return NULL;
}

/* Why a commit cannot carry it, NULL: it can. */
static const char *why_not(const struct export_view *v, const struct art *art,
			   const struct export_facts *f, const struct carried *c)
{
	if (f->unmerged)
		return "unmerged";
	if (strcmp(export_index_oid(v, art->path), export_head_oid(v, art->path)) != 0)
		return "staged by hand";
	if (f->exists && (!f->known || (f->left && !art->deleted) || c->other))
		return "the file holds other changes; 'git add' takes them along";
	if (!f->exists && f->in_index && !art->deleted)
		return "the file was removed by hand";
	return f->conflict && (!art->deleted || f->in_head) ? "in conflict" : NULL;
}

/* edit: the revision that a command made here, NULL: whatever W is. */
static err_t carry_art(struct strs *paths, struct export_view *v, const struct art *art,
		       const struct rev_id *edit)
{
	struct export_facts f = {0};
	struct carried c = {0};
	const struct seen *seen = find_seen(&v->seens, art->path);
	struct oid shows;
	const char *why;

	if (!export_can_read(&shows, v, art->path, "left"))
		return NULL;
	TRY(export_facts_of(&f, &shows, v, art, seen));
	/* the commit carries it already, or HEAD has it */
	if (strcmp(export_head_oid(v, art->path), art->oid.hex) == 0 ||
	    (!f.unmerged && strcmp(export_index_oid(v, art->path), art->oid.hex) == 0))
		return NULL;
	if (edit && f.exists && f.known)
		TRY(look_into(&c, v, art->uid, &shows, art->path, edit));
	why = why_not(v, art, &f, &c);
	if (why) {
		report_note(v->r, "left %s: %s", art->path, why);
		return NULL;
	}
	if (art->deleted && !f.in_head)
		return NULL;
	/* W may have gone on with what teammates did: that is no part of this commit */
	if (c.edit && !art->deleted && strcmp(shows.hex, export_head_oid(v, art->path)) == 0)
		return NULL;
	strs_add(paths, art->path);
	if (art->deleted ? f.exists : !f.is_w && !c.edit)
		return export_write_out(v, art, &shows, art->deleted);
	return NULL;
}

static err_t carry_record_of(struct strs *paths, struct export_view *v, const struct art *art,
			     const char *label)
{
	scoped(record_plan_release) struct record_plan p = {0};
	struct oid head;

	TRY(record_plan(&p, v->e, art, label));
	if (!p.path)
		return NULL;
	TRY(v->e->git->tree_oid(v->e->git->ctx, &head, v->commit, p.path));
	if (oid_eq(&head, &p.to) || strs_has(paths, p.path))
		return NULL;
	strs_add(paths, p.path);
	return record_stage(&v->out, v->e, art->uid, &p);
}

/* The record goes into the commit that has, or that finds in HEAD, the text that was approved. */
static err_t carry_record(struct strs *paths, struct export_view *v, const struct art *art)
{
	scoped(strs_release) struct strs past = {0};

	if (!strs_has(paths, art->path) &&
	    strcmp(export_index_oid(v, art->path), art->oid.hex) != 0)
		return NULL;
	TRY(carry_record_of(paths, v, art, art->label));
	TRY(record_past_labels(&past, v->e, art));
	for (size_t i = 0; i < past.len; i++)
		TRY(carry_record_of(paths, v, art, past.at[i]));
	return NULL;
}

/* A move is one step in git, too. */
static err_t carry_moves(struct strs *paths, struct export_view *v, const struct art *art)
{
	scoped(strs_release) struct strs past = {0};

	if (art->deleted || !strs_has(paths, art->path))
		return NULL;
	TRY(export_past_paths(&past, v->e, art));
	for (size_t i = 0; i < past.len; i++) {
		struct art shadow;
		bool gone = false;

		if (export_head_oid(v, past.at[i])[0])
			TRY(export_gone_from(&gone, &shadow, v, art, past.at[i]));
		if (gone)
			TRY(carry_art(paths, v, &shadow, NULL));
	}
	return NULL;
}

static err_t carry(struct strs *paths, struct export_view *v, const char *uid,
		   const struct rev_id *edit)
{
	scoped(art_release) struct art art = {0};

	TRY(store_art_get(&art, v->e->store, uid));
	TRY(carry_art(paths, v, &art, edit));
	TRY(carry_moves(paths, v, &art));
	return carry_record(paths, v, &art);
}

static err_t look_at_mines(struct export_view *v, const struct mines *mines)
{
	scoped(strs_release) struct strs paths = {0};

	for (size_t i = 0; i < mines->len; i++) {
		scoped(art_release) struct art art = {0};

		TRY(store_art_get(&art, v->e->store, mines->at[i].uid));
		strs_add(&paths, art.path);
		TRY(export_past_paths(&paths, v->e, &art));
	}
	return export_look_at(v, &paths);
}

err_t export_for_commit(struct strs *paths, struct report *r, struct engine *e, bool all)
{
	scoped(trace_leave) struct trace_region region = trace_enter("sync", "export");
	struct export_options o = {.all = true};
	scoped(export_view_release) struct export_view v = {.e = e, .r = r, .o = &o};
	scoped(mines_release) struct mines mines = {0};
	scoped(arts_release) struct arts arts = {0};
	struct art_filter filter = {.with_deleted = true};

	if (all)
		TRY(store_art_list(&arts, e->store, &filter));
	else
		TRY(store_mine_list(&mines, e->store, e->git->worktree));
	if (!mines.len && !arts.len)
		return NULL;
	if (mines.len <= FEW && !arts.len)
		TRY(look_at_mines(&v, &mines));
	else
		TRY(store_seen_list(&v.seens, e->store, e->git->worktree));
	for (size_t i = 0; i < mines.len; i++)
		TRY(carry(paths, &v, mines.at[i].uid, &mines.at[i].rev));
	for (size_t i = 0; i < arts.len; i++)
		if (find_seen(&v.seens, arts.at[i].path))
			TRY(carry(paths, &v, arts.at[i].uid, NULL));
	return export_flush(&v);
}
