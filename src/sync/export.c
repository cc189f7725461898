#include "sync/export_view.h"
#include "sync/find.h"
#include "sync/record.h"
#include "util/mem.h"
#include "util/trace.h"

#include <stdlib.h>
#include <string.h>

static err_t export_one(struct export_view *v, const struct art *art)
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
	if (!export_can_read(&shows, v, art->path, "kept")) {
		v->r->kept++;
		return NULL;
	}
	TRY(export_facts_of(&f, &shows, v, art, seen));
	switch (plan_export(&f, &why)) {
	case EXPORT_NOTHING:
		return NULL;
	case EXPORT_WRITE:
		return export_write_out(v, art, &shows, false);
	case EXPORT_REMOVE:
		return export_write_out(v, art, &shows, true);
	case EXPORT_KEEP:
		break;
	}
	v->r->kept++;
	report_note(v->r, "kept %s: %s", art->path, why);
	return NULL;
}

static err_t export_record_of(struct export_view *v, const struct art *art, const char *label)
{
	scoped(record_plan_release) struct record_plan p = {0};

	TRY(record_plan(&p, v->e, art, label));
	if (!p.path || oid_eq(&p.from, &p.to))
		return NULL;
	report_note(v->r, "%s %s", p.len ? "wrote" : "removed", p.path);
	return v->o->dry_run ? NULL : record_stage(&v->out, v->e, art->uid, &p);
}

/* Approvals that came from the remote go out with the artifact that shows what was approved. */
static err_t export_record(struct export_view *v, const struct art *art)
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

/* A file that shows the artifact where it is no more would be a second one in the next commit. */
static err_t export_moves(struct export_view *v, const struct art *art)
{
	scoped(strs_release) struct strs past = {0};

	if (art->deleted || !v->survey.strays)
		return NULL;
	TRY(export_past_paths(&past, v->e, art));
	for (size_t i = 0; i < past.len; i++) {
		struct art shadow;
		bool gone = false;

		if (find_seen(&v->seens, past.at[i]))
			TRY(export_gone_from(&gone, &shadow, v, art, past.at[i]));
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
	scoped(export_view_release) struct export_view v = {.e = e, .r = r, .o = o};
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
	return export_flush(&v);
}
