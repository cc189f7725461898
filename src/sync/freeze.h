/* From dirty artifacts to immutable operations in the outbox. Internal to sync/. */
#ifndef SYNC_FREEZE_H
#define SYNC_FREEZE_H

#include "sync/engine.h"

/* Freezes what is dirty (uids NULL: all), parents' kinds first. Conflicts, refusals that still
 * stand and texts that cannot travel are listed in r->blocked. In a transaction of its own. */
err_t freeze_dirty(struct sync_report *r, struct engine *e,
		   const struct push_options *o) MUST_CHECK;
/* How many artifacts are dirty or frozen. */
err_t freeze_count(int *out, struct engine *e) MUST_CHECK;

#endif
