/* Question A of import: what do new commits say? Internal to sync/. */
#ifndef SYNC_JUDGE_H
#define SYNC_JUDGE_H

#include "sync/engine.h"

/* Judges every commit of HEAD that was not judged before, parents first. In the caller's
 * transaction. */
err_t judge_commits(struct report *r, struct engine *e, const struct git_head *head) MUST_CHECK;
/* The first look of a clone: everything in the tree of `commit` becomes an artifact, and the commit
 * with all its ancestors counts as judged. */
err_t judge_first(struct report *r, struct engine *e, const char *commit) MUST_CHECK;

#endif
