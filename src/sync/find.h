/* Looking up a path in the sorted lists of git and the store. Internal to sync/. */
#ifndef SYNC_FIND_H
#define SYNC_FIND_H

#include "git/port.h"
#include "store/store.h"

/* NULL: not there. Of an unmerged path, any of its entries. */
const struct git_entry *find_entry(const struct git_entries *list, const char *path);
struct seen *find_seen(const struct seens *list, const char *path);

#endif
