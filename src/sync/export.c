#include "sync/engine.h"
#include "sync/file_out.h"
#include "sync/find.h"
#include "sync/loaded.h"
#include "sync/record.h"
#include "sync/survey.h"
#include "util/mem.h"
#include "util/trace.h"

#include <stdlib.h>
#include <string.h>

/* Files that go out under one transaction, and one wait for the disk. */
#define BATCH 1024

struct view {
	struct engine *e;
	struct report *r;
	const struct export_options *o;
	struct seens seens;
	struct survey survey;
	struct git_entries tree, index;
	char commit[OID_HEX + 1]; /* HEAD */
	bool loaded;
	struct file_out out;
};

static void view_release(struct view *v)
{
	seens_release(&v->seens);
	survey_release(&v->survey);
	git_entries_release(&v->tree);
	git_entries_release(&v->index);
	file_out_release(&v->out, v->e);
}

/* HEAD's tree and the index, only once something is to be written. */
static err_t load(struct view *v)
{
	struct git_head head = {0};

	if (v->loaded)
		return NULL;
	v->loaded = true;
	TRY(v->e->git->head(v->e->git->ctx, &head));
	memcpy(v->commit, head.commit, sizeof(v->commit));
	TRY(v->e->git->tree(v->e->git->ctx, &v->tree, head.commit));
	return v->e->git->index(v->e->git->ctx, &v->index);
}

static const char *index_oid(const struct view *v, const char *path)
{
	const struct git_entry *entry = find_entry(&v->index, path);

	return entry ? entry->oid.hex : "";
}

static const char *head_oid(const struct view *v, const char *path)
{
	const struct git_entry *entry = find_entry(&v->tree, path);

	return entry ? entry->oid.hex : "";
}

/* The index entry is neither HEAD's nor what we last wrote: somebody staged it. */
static bool staged_by_hand(const struct view *v, const struct art *art, const struct seen *seen)
{
	const char *index = index_oid(v, art->path), *head = head_oid(v, art->path);

	if (strcmp(index, head) == 0 || strcmp(index, art->oid.hex) == 0)
		return false;
	if (!index[0])
		return head[0] != '\0';
	return !(seen && rev_none(&seen->hand_rev) && strcmp(index, seen->file.hex) == 0 &&
		 !seen->left);
}

static bool unmerged(const struct view *v, const char *path)
{
	const struct git_entry *entry = find_entry(&v->index, path);

	return entry && entry->stage;
}

static err_t flush(struct view *v)
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
static bool can_read(struct oid *shows, struct view *v, const char *path, const char *what)
{
	err_t err = file_out_shows(shows, v->e, path);

	if (!err)
		return true;
	report_note(v->r, "%s %s: %s", what, path, err->text);
	err_free(err);
	return false;
}

static err_t facts_of(struct export_facts *f, const struct oid *shows, struct view *v,
		      const struct art *art, const struct seen *seen)
{
	scoped(loaded_close) struct loaded l = {0};

	TRY(load(v));
	TRY(loaded_open(&l, v->e, art->uid));
	f->exists = !oid_none(shows);
	f->in_head = head_oid(v, art->path)[0] != '\0';
	f->in_index = index_oid(v, art->path)[0] != '\0';
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

static err_t write_out(struct view *v, const struct art *art, const struct oid *shows, bool removal)
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
	memcpy(head.hex, head_oid(v, art->path), strlen(head_oid(v, art->path)) + 1);
	if (!removal)
		TRY(store_text_get(&text, &len, v->e->store, art->oid.hex));
	TRY(file_out_stage(&v->out, v->e, art->uid, art->path, shows, removal ? &none : &art->oid,
			   slice_of(text, len), &head));
	return v->out.len >= BATCH ? flush(v) : NULL;
}

static err_t export_one(struct view *v, const struct art *art)
{
	const struct seen *seen = find_seen(&v->seens, art->path);
	struct export_facts f = {0};
	struct oid shows;
	const char *why;

	if (seen && !art->deleted && oid_eq(&seen->file, &art->oid)) {
		bool there;

		TRY(survey_is_there(&there, &v->survey, v->e, seen));
		if (there)
			return NULL;
	}
	if (art->deleted && !seen)
		return NULL;
	if (!can_read(&shows, v, art->path, "kept")) {
		v->r->kept++;
		return NULL;
	}
	TRY(facts_of(&f, &shows, v, art, seen));
	switch (plan_export(&f, &why)) {
	case EXPORT_NOTHING:
		return NULL;
	case EXPORT_WRITE:
		return write_out(v, art, &shows, false);
	case EXPORT_REMOVE:
		return write_out(v, art, &shows, true);
	case EXPORT_KEEP:
		break;
	}
	v->r->kept++;
	report_note(v->r, "kept %s: %s", art->path, why);
	return NULL;
}

static err_t export_record_of(struct view *v, const struct art *art, const char *label)
{
	scoped(record_plan_release) struct record_plan p = {0};

	TRY(record_plan(&p, v->e, art, label));
	if (!p.path || oid_eq(&p.from, &p.to))
		return NULL;
	report_note(v->r, "%s %s", p.len ? "wrote" : "removed", p.path);
	return v->o->dry_run ? NULL : record_stage(&v->out, v->e, art->uid, &p);
}

/* Approvals that came from the remote go out with the artifact that shows what was approved. */
static err_t export_record(struct view *v, const struct art *art)
{
	scoped(strs_release) struct strs past = {0};
	struct oid file;
	bool on_its_way = false;

	if (art->deleted || !survey_is_approved(&v->survey, art->uid))
		return NULL;
	for (size_t i = 0; i < v->out.len; i++)
		on_its_way |= strcmp(v->out.at[i].pending.path, art->path) == 0;
	if (!on_its_way) {
		TRY(file_out_shows(&file, v->e, art->path));
		if (!oid_eq(&file, &art->oid))
			return NULL;
	}
	TRY(export_record_of(v, art, art->label));
	TRY(record_past_labels(&past, v->e, art));
	for (size_t i = 0; i < past.len; i++)
		TRY(export_record_of(v, art, past.at[i]));
	return NULL;
}

/* The artifact as it is at a path that it was moved away from: gone. False: somebody else is there.
 */
static err_t gone_from(bool *out, struct art *shadow, struct view *v, const struct art *art,
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

static err_t past_paths(struct strs *out, struct engine *e, const struct art *art)
{
	scoped(revs_release) struct revs revs = {0};

	TRY(store_rev_list(&revs, e->store, art->uid));
	for (size_t i = 0; i < revs.len; i++)
		if (strcmp(revs.at[i].path, art->path) != 0 && !strs_has(out, revs.at[i].path))
			strs_add(out, revs.at[i].path);
	return NULL;
}

/* A file that shows the artifact where it is no more would be a second one in the next commit. */
static err_t export_moves(struct view *v, const struct art *art)
{
	scoped(strs_release) struct strs past = {0};

	if (art->deleted || !v->survey.strays)
		return NULL;
	TRY(past_paths(&past, v->e, art));
	for (size_t i = 0; i < past.len; i++) {
		struct art shadow;
		bool gone = false;

		if (find_seen(&v->seens, past.at[i]))
			TRY(gone_from(&gone, &shadow, v, art, past.at[i]));
		if (gone)
			TRY(export_one(v, &shadow));
	}
	return NULL;
}

/* A path may have belonged to several artifacts; only the live one, else the last, speaks for it.
 */
static err_t speaks_for_path(bool *out, struct engine *e, const struct art *art)
{
	scoped(art_release) struct art at = {0};

	*out = true;
	if (!art->deleted)
		return NULL;
	TRY(store_art_at(&at, e->store, art->path));
	*out = strcmp(at.uid, art->uid) == 0;
	return NULL;
}

err_t export_files(struct report *r, struct engine *e, const struct export_options *o)
{
	scoped(trace_leave) struct trace_region region = trace_enter("sync", "export");
	scoped(view_release) struct view v = {.e = e, .r = r, .o = o};
	scoped(art_marks_release) struct art_marks marks = {0};
	scoped(arts_release) struct arts arts = {0};
	struct git_head head = {0};

	TRY(e->git->head(e->git->ctx, &head));
	if (head.busy)
		return err_hint(err_new(ERR_REFUSED, "git is in the middle of a %s", head.busy),
				"finish it first, then run the export again");
	TRY(store_seen_list(&v.seens, e->store, e->git->worktree));
	TRY(store_art_marks(&marks, e->store));
	TRY(survey_make(&v.survey, e, &v.seens, &marks, o));
	TRY(survey_doubtful(&arts, &v.survey, e, &marks));
	if (o->missing)
		TRY(survey_missing(o->missing, &v.survey, e));
	for (size_t i = 0; i < arts.len; i++) {
		bool speaks;

		engine_progress(e, "Exporting", i + 1, arts.len);
		if (o->uids && !strs_has(o->uids, arts.at[i].uid))
			continue;
		TRY(speaks_for_path(&speaks, e, &arts.at[i]));
		if (!speaks)
			continue;
		TRY(export_one(&v, &arts.at[i]));
		TRY(export_moves(&v, &arts.at[i]));
		TRY(export_record(&v, &arts.at[i]));
	}
	return flush(&v);
}

/* --- what a commit carries ------------------------------------------------------------------- */

/* What the file has of the edit that a command made, and of other edits. */
struct carried {
	bool edit;  /* it shows the edit */
	bool other; /* it shows an edit by hand, too, that HEAD does not have */
};

static err_t look_into(struct carried *out, struct view *v, const char *uid,
		       const struct oid *shows, const char *path, const struct rev_id *edit)
{
	struct oid head = {""};
	scoped(loaded_close) struct loaded l = {0};
	scoped_free bool *in_file = NULL, *in_head = NULL;
	int file, rev;

	memcpy(head.hex, head_oid(v, path), strlen(head_oid(v, path)) + 1);
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
static const char *why_not(const struct view *v, const struct art *art,
			   const struct export_facts *f, const struct carried *c)
{
	if (f->unmerged)
		return "unmerged";
	if (strcmp(index_oid(v, art->path), head_oid(v, art->path)) != 0)
		return "staged by hand";
	if (f->exists && (!f->known || (f->left && !art->deleted) || c->other))
		return "the file holds other changes; 'git add' takes them along";
	if (!f->exists && f->in_index && !art->deleted)
		return "the file was removed by hand";
	return f->conflict && (!art->deleted || f->in_head) ? "in conflict" : NULL;
}

/* edit: the revision that a command made here, NULL: whatever W is. */
static err_t carry_art(struct strs *paths, struct view *v, const struct art *art,
		       const struct rev_id *edit)
{
	struct export_facts f = {0};
	struct carried c = {0};
	const struct seen *seen = find_seen(&v->seens, art->path);
	struct oid shows;
	const char *why;

	if (!can_read(&shows, v, art->path, "left"))
		return NULL;
	TRY(facts_of(&f, &shows, v, art, seen));
	/* the commit carries it already, or HEAD has it */
	if (strcmp(head_oid(v, art->path), art->oid.hex) == 0 ||
	    (!f.unmerged && strcmp(index_oid(v, art->path), art->oid.hex) == 0))
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
	if (c.edit && !art->deleted && strcmp(shows.hex, head_oid(v, art->path)) == 0)
		return NULL;
	strs_add(paths, art->path);
	if (art->deleted ? f.exists : !f.is_w && !c.edit)
		return write_out(v, art, &shows, art->deleted);
	return NULL;
}

static err_t carry_record_of(struct strs *paths, struct view *v, const struct art *art,
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
static err_t carry_record(struct strs *paths, struct view *v, const struct art *art)
{
	scoped(strs_release) struct strs past = {0};

	if (!strs_has(paths, art->path) && strcmp(index_oid(v, art->path), art->oid.hex) != 0)
		return NULL;
	TRY(carry_record_of(paths, v, art, art->label));
	TRY(record_past_labels(&past, v->e, art));
	for (size_t i = 0; i < past.len; i++)
		TRY(carry_record_of(paths, v, art, past.at[i]));
	return NULL;
}

/* A move is one step in git, too. */
static err_t carry_moves(struct strs *paths, struct view *v, const struct art *art)
{
	scoped(strs_release) struct strs past = {0};

	if (art->deleted || !strs_has(paths, art->path))
		return NULL;
	TRY(past_paths(&past, v->e, art));
	for (size_t i = 0; i < past.len; i++) {
		struct art shadow;
		bool gone = false;

		if (head_oid(v, past.at[i])[0])
			TRY(gone_from(&gone, &shadow, v, art, past.at[i]));
		if (gone)
			TRY(carry_art(paths, v, &shadow, NULL));
	}
	return NULL;
}

static err_t carry(struct strs *paths, struct view *v, const char *uid, const struct rev_id *edit)
{
	scoped(art_release) struct art art = {0};

	TRY(store_art_get(&art, v->e->store, uid));
	TRY(carry_art(paths, v, &art, edit));
	TRY(carry_moves(paths, v, &art));
	return carry_record(paths, v, &art);
}

err_t export_for_commit(struct strs *paths, struct report *r, struct engine *e, bool all)
{
	scoped(trace_leave) struct trace_region region = trace_enter("sync", "export");
	struct export_options o = {.all = true};
	scoped(view_release) struct view v = {.e = e, .r = r, .o = &o};
	scoped(mines_release) struct mines mines = {0};
	scoped(arts_release) struct arts arts = {0};
	struct art_filter filter = {.with_deleted = true};

	if (all)
		TRY(store_art_list(&arts, e->store, &filter));
	else
		TRY(store_mine_list(&mines, e->store, e->git->worktree));
	if (!mines.len && !arts.len)
		return NULL;
	TRY(store_seen_list(&v.seens, e->store, e->git->worktree));
	for (size_t i = 0; i < mines.len; i++)
		TRY(carry(paths, &v, mines.at[i].uid, &mines.at[i].rev));
	for (size_t i = 0; i < arts.len; i++)
		if (find_seen(&v.seens, arts.at[i].path))
			TRY(carry(paths, &v, arts.at[i].uid, NULL));
	return flush(&v);
}
