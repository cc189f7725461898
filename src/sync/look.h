/* Question B of import: did somebody edit a file? Internal to sync/. */
#ifndef SYNC_LOOK_H
#define SYNC_LOOK_H

#include "sync/engine.h"

/* Looks at the files (paths NULL: all of them) and records what they show. before: what HEAD was at
 * the last look; head: what it is now. In the caller's transaction. */
err_t look_files(struct report *r, struct engine *e, const struct git_head *head,
		 const struct tree_mark *before, const struct strs *paths) MUST_CHECK;
/* Which files have other stat data than what was seen: the cheap question. */
err_t look_for_files(struct import_news *out, struct engine *e,
		     const struct strs *paths) MUST_CHECK;
/* b is of an earlier look; never true when it must be read again. */
bool look_same_stat(const struct file_stat *a, const struct file_stat *b);
/* Records that a file now shows `oid` because we wrote it. head: HEAD's text for it. */
err_t look_wrote(struct engine *e, const char *path, const struct oid *oid, const struct oid *head,
		 const struct file_stat *stat) MUST_CHECK;

#endif
