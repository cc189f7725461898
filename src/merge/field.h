/* A field of front matter that both sides changed. Private to merge/. */
#ifndef MERGE_FIELD_H
#define MERGE_FIELD_H

#include "util/slice.h"

/* text: base, ours, theirs, each "key: value". NULL where nobody can tell. Caller frees. */
char *field_merge(const struct slice *text);

#endif
