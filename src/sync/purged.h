/*
 * A tombstone whose texts and revisions the remote has erased (purge). Nobody can merge with it,
 * and nothing can be sent on top of it. Internal to sync/.
 */
#ifndef SYNC_PURGED_H
#define SYNC_PURGED_H

#include "sync/doc.h"

/* Is this row of a page, or the current row of a result, such a one? */
err_t purged_is(bool *is, struct engine *e, const char *row) MUST_CHECK;
/* What was not changed here is deleted here too, and stays in the history; what was changed stays
 * as it is. Both are noted. In the caller's transaction. */
err_t purged_take(struct sync_report *r, struct engine *e, const char *row) MUST_CHECK;

#endif
