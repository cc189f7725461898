/* A remote that is not what it was: restored from a backup, replaced, or cut. Internal to sync/. */
#ifndef SYNC_RESET_H
#define SYNC_RESET_H

#include "sync/engine.h"

/* Forgets the cursor and what the remote was known to have; keeps workspace and outbox payloads'
 * texts. The next pull starts from the beginning. why: the remote's word for it. */
err_t reset_begin(struct sync_report *r, struct engine *e, const char *why,
		  const char *reply) MUST_CHECK;
/* Sends what an earlier run had frozen (push.c); pull begins with it. */
err_t push_settle(struct sync_report *r, struct engine *e) MUST_CHECK;

#endif
