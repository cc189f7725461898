/*
 * What this clone knows of a remote's approvals: from pulls and pushes, or by asking the remote for
 * the whole history of an artifact. For artifact/approval.h, which compares records with it.
 */
#ifndef SYNC_WITNESS_H
#define SYNC_WITNESS_H

#include "artifact/approval.h"
#include "sync/engine.h"

struct witness {
	struct engine *e;
	bool online;
	struct approval_witness face;
	struct witness_of *known; /* per uid, once asked */
	long asked;
	err_t err; /* the first that stood in the way of an answer */
};
/* online: e->remote is open, and is asked. */
err_t witness_open(struct witness *w, struct engine *e, bool online) MUST_CHECK;
void witness_close(struct witness *w);
/* NULL: this clone has no remote. What was asked through it counts only without witness_error. */
const struct approval_witness *witness_face(const struct witness *w);
err_t witness_error(struct witness *w) MUST_CHECK;

#endif
