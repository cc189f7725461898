/*
 * A conflict is recorded, and its other side goes on: a commit or a file that was made from it.
 * Internal to sync/.
 */
#ifndef SYNC_ONGOING_H
#define SYNC_ONGOING_H

#include "sync/loaded.h"

/* have = false: there is none. */
err_t ongoing_get(bool *have, struct conflict *c, struct loaded *l) MUST_CHECK;

/* The other side became `to`. mine: a text of ours that it was joined with (a merge commit), NULL:
 * none. Where it goes together with W now, the conflict is settled, else it stands with the new
 * text. A path of NULL keeps W's. settled tells which. source: "git" or "file". */
err_t ongoing_step(bool *settled, struct loaded *l, const struct conflict *c,
		   const struct oid *mine, const struct oid *to, struct slice text,
		   const char *path, const struct act *act, const char *source) MUST_CHECK;

#endif
