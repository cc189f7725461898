/* Provisional labels get their numbers, references and file names. Internal to sync/. */
#ifndef SYNC_RELABEL_H
#define SYNC_RELABEL_H

#include "artifact/kind.h"
#include "sync/engine.h"

/* Every artifact with a provisional label that the remote does not have yet: a number is leased,
 * the label replaced in path, title and in the other artifacts' references; the old one stays as an
 * alias. */
err_t relabel_provisional(struct sync_report *r, struct engine *e) MUST_CHECK;
/* Leases numbers for work without the remote, where none are left from before. */
err_t relabel_reserve(struct engine *e, const struct kind *kind, const char *scope) MUST_CHECK;
/* A number for a new artifact: from the remote, else from a block leased before, else (no remote at
 * all) the next free one; -1: only a provisional label is left. */
err_t relabel_next(long *num, struct engine *e, const struct kind *kind,
		   const char *scope) MUST_CHECK;

#endif
