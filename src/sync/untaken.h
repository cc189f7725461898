/*
 * Rows of the remote that were refused. The cursor has passed them, and what
 * comes later for them builds on what was not taken: so each pull asks for them
 * again, with their whole lineage, until they can be taken. Internal to sync/.
 */
#ifndef SYNC_UNTAKEN_H
#define SYNC_UNTAKEN_H

#include "sync/engine.h"

/* The rows refused before, as the remote has them now. Before the transaction. */
err_t untaken_fetch(struct strs *rows, struct engine *e) MUST_CHECK;
/* Are there any? */
err_t untaken_any(bool *any, struct engine *e) MUST_CHECK;
/* Is json a row of the same artifact as one of rows? */
err_t untaken_is(bool *is, struct engine *e, const struct strs *rows, const char *json) MUST_CHECK;
/* Inside the transaction. A row whose uid is none cannot be asked for. */
err_t untaken_clear(struct engine *e) MUST_CHECK;
err_t untaken_add(struct engine *e, const char *json) MUST_CHECK;

#endif
