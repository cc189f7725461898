#include "sync/plan.h"

enum commit_verdict plan_commit(const struct commit_facts *f)
{
	if (!f->trusted)
		return COMMIT_LEFT;
	if (f->repeat || f->same)
		return COMMIT_NOTHING;
	if (!f->have)
		return f->gone		      ? COMMIT_NOTHING
		       : f->added || f->trunk ? COMMIT_CREATE
					      : COMMIT_LEFT;
	/* Known content is never news, unless somebody went back to it from what came after. */
	if (f->g_known && !(f->p_known && f->back))
		return COMMIT_NOTHING;
	if (f->gone)
		return f->p_is_w    ? COMMIT_TOMBSTONE
		       : f->p_known ? COMMIT_DELETE_CONFLICT
				    : COMMIT_LEFT;
	if (f->p_is_w)
		return COMMIT_STEP;
	return f->p_known || f->added ? COMMIT_MERGE : COMMIT_LEFT;
}

enum file_verdict plan_file(const struct file_facts *f)
{
	if (f->blocked)
		return FILE_WAIT;
	if (!f->exists)
		return FILE_NOTHING;
	if (!f->have)
		return f->elsewhere || f->in_head ? FILE_LEFT : FILE_CREATE;
	if (f->is_head && f->hand_open)
		return FILE_DISCARD;
	if (f->is_head || f->is_last)
		return FILE_NOTHING;
	if (!f->seen) {
		if (f->file_known)
			return FILE_NOTHING;
		return f->in_head && f->last_known ? FILE_EDIT_HEAD : FILE_LEFT;
	}
	return f->last_known ? FILE_EDIT : FILE_LEFT;
}

enum export_verdict plan_export(const struct export_facts *f, const char **why)
{
	*why = NULL;
	if (f->unmerged) {
		*why = "unmerged";
		return EXPORT_KEEP;
	}
	if (f->deleted) {
		if (!f->exists)
			return EXPORT_NOTHING;
		if (!f->known || f->left) {
			*why = "deleted in the workspace, but the file holds text that it does not "
			       "know";
			return EXPORT_KEEP;
		}
		if (f->staged) {
			*why = "staged by hand";
			return EXPORT_KEEP;
		}
		return EXPORT_REMOVE;
	}
	if (f->is_w)
		return EXPORT_NOTHING;
	if (f->staged) {
		*why = "staged by hand";
		return EXPORT_KEEP;
	}
	if (!f->exists) {
		if (f->in_index && !f->asked) {
			*why = "the file was removed by hand";
			return EXPORT_KEEP;
		}
		return f->was_here && !f->asked ? EXPORT_NOTHING : EXPORT_WRITE;
	}
	if (!f->known || f->left) {
		*why = "the file holds text that the workspace does not know";
		return EXPORT_KEEP;
	}
	/* A commit of our side would settle the conflict without anybody having seen it. */
	if (f->conflict) {
		*why = "in conflict";
		return EXPORT_KEEP;
	}
	return EXPORT_WRITE;
}
