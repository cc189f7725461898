/* What holds when nothing moves any more, of the remote and of what every clone keeps. */
#ifndef TESTS_SYNC_REST_H
#define TESTS_SYNC_REST_H

#include "team.h"

/* The remote is the replay of its log, its chain of hashes has no gap, each artifact is what its
 * newest entry says, and clone c's base of it and digest are the remote's. Returns how many checks
 * that were. */
int rest_check_remote(struct team *t, int c);
/* Whether any revision that clone c has, also of what was deleted, has the token. */
bool rest_reachable(struct team *t, int c, int token);
/* How often the token is in the text. */
int rest_count(const char *text, int token);

#endif
