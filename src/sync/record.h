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

/* What the work tree's record says of an artifact; APPROVAL_CLAIMED without one. */
err_t record_judge(enum approval_verdict *out, struct engine *e, const struct art *art) MUST_CHECK;
/* Approvals that came by git alone, for artifacts that did not change with them. */
err_t record_refresh(struct engine *e) MUST_CHECK;

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
err_t record_plan(struct record_plan *out, struct engine *e, const struct art *art) MUST_CHECK;
/* Stages its file, where that differs. Inside or before the transaction. */
err_t record_stage(struct file_out *out, struct engine *e, const char *uid,
		   const struct record_plan *p) MUST_CHECK;

/* Writes the records that the next commit shall carry, where the artifact's file shows W. */
err_t record_write(struct engine *e) MUST_CHECK;

#endif
