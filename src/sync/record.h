/*
 * The tracked record of an artifact's approvals (artifact/approval.h): learnt from what the remote
 * acknowledges, written beside the artifact, read where git alone brings an approval. Internal to
 * sync/.
 */
#ifndef SYNC_RECORD_H
#define SYNC_RECORD_H

#include "artifact/approval.h"
#include "sync/file_out.h"

/* Inside the transaction: "$.approval" of a row or a result of the remote, where the artifact is
 * in `state`; with record_withdraw for that. */
err_t record_take(struct engine *e, const char *uid, const struct kind *kind, const char *json,
		  struct slice state) MUST_CHECK;

/* What the state takes back is forgotten, also before the remote has heard of it: going forward
 * again needs a new approval. */
err_t record_withdraw(struct engine *e, const char *uid, const struct kind *kind,
		      struct slice state) MUST_CHECK;

/* What the work tree's record says of an artifact, and the remote of the record as far as it is
 * known here; APPROVAL_CLAIMED without one. */
err_t record_judge(enum approval_verdict *out, struct engine *e, const struct art *art) MUST_CHECK;
/* What art.approval becomes with that verdict, where it is `now`; NULL: it stays. */
const char *record_word(enum approval_verdict verdict, const char *now);
/* Approvals that came by git alone, for artifacts that did not change with them. paths: of these
 * files; NULL: all. */
err_t record_refresh(struct engine *e, const struct strs *paths) MUST_CHECK;

/* Inside the transaction of an acknowledgement: the next commit shall carry the record. */
err_t record_open_mine(struct engine *e, const struct art *art) MUST_CHECK;
/* HEAD has the artifact and its record as they are: no later commit need carry them. */
err_t record_close_mine(struct engine *e, const char *head) MUST_CHECK;

/* What the record is and what it should be, "" for no file. */
struct record_plan {
	char *path; /* NULL: this artifact has none */
	struct oid from, to;
	char *text;
	size_t len;
};
void record_plan_release(struct record_plan *p);
/* label: that of the artifact, or one that it had before. */
err_t record_plan(struct record_plan *out, struct engine *e, const struct art *art,
		  const char *label) MUST_CHECK;
/* The record of that label with what is in force of the artifact, where it is `old` now. *len 0:
 * there is nothing to record. Caller frees. */
err_t record_text(char **text, size_t *len, struct engine *e, const struct art *art,
		  const char *label, struct slice old) MUST_CHECK;
/* Stages its file, where that differs. Inside or before the transaction. */
err_t record_stage(struct file_out *out, struct engine *e, const char *uid,
		   const struct record_plan *p) MUST_CHECK;

/* Labels that the artifact had, and has no more: it has no business in their records. */
err_t record_past_labels(struct strs *out, struct engine *e, const struct art *art) MUST_CHECK;
/* The artifact has another label now, under which the file goes out: so do its approvals. */
err_t record_stage_move(struct file_out *out, struct engine *e, const struct art *art,
			const char *old_label) MUST_CHECK;

/* Writes the records that the next commit shall carry, where the artifact's file shows W. */
err_t record_write(struct engine *e) MUST_CHECK;

#endif
