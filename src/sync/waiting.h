/*
 * One conflict at a time: what would be another of the same artifact waits where it is (in a
 * commit, in the file, on the remote), and is looked at again when the first is settled. Internal
 * to sync/.
 */
#ifndef SYNC_WAITING_H
#define SYNC_WAITING_H

#include "sync/loaded.h"

/* The step would put another text in the place of the conflict that is recorded. */
err_t waiting_must(bool *out, struct loaded *l, const struct step *s) MUST_CHECK;

/* A commit of this work tree's HEAD waits for the conflict of uid. */
err_t waiting_add(struct engine *e, const char *uid) MUST_CHECK;
/* Some conflict that a commit waited for is settled. */
err_t waiting_is_over(bool *over, struct engine *e) MUST_CHECK;
err_t waiting_clear(struct engine *e) MUST_CHECK;

#endif
