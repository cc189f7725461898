/* Entries that both sides put at one place and that may be one: for people to choose from. Private
 * to merge/. */
#ifndef MERGE_CLASH_H
#define MERGE_CLASH_H

#include "merge/match.h"

/* Whether an entry of a says nearly the same as one of b, or has the same key; both stand in front
 * of base unit `gap`. */
bool any_clash(const struct units *base, size_t gap, struct span a, struct span b);
/* Two entries. */
bool clash(const struct unit *a, const struct unit *b);

#endif
