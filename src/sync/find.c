#include "sync/find.h"

#include <stdlib.h>
#include <string.h>

static int entry_is(const void *path, const void *entry)
{
	return strcmp(path, ((const struct git_entry *)entry)->path);
}

static int seen_is(const void *path, const void *seen)
{
	return strcmp(path, ((const struct seen *)seen)->path);
}

const struct git_entry *find_entry(const struct git_entries *list, const char *path)
{
	return list->len ? bsearch(path, list->at, list->len, sizeof(*list->at), entry_is) : NULL;
}

struct seen *find_seen(const struct seens *list, const char *path)
{
	return list->len ? bsearch(path, list->at, list->len, sizeof(*list->at), seen_is) : NULL;
}
