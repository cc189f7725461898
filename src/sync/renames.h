/* Which changes of a commit are renames. Internal to sync/. */
#ifndef SYNC_RENAMES_H
#define SYNC_RENAMES_H

#include "artifact/kind.h"
#include "git/port.h"

/*
 * For each change its place: SIZE_MAX, or of what is gone the change that it came back as: of the
 * same kind, with the same label or the same text, the first of them that is nobody else's. Of a
 * commit with one parent. Caller frees.
 */
size_t *renames_find(const struct git_changes *changes, const struct kinds *kinds);

#endif
