/*
 * Which unit of one text is which of another: equal ones first, then those with the same key, then
 * similar ones, then one in the place of one; never out of order. Private to merge/.
 */
#ifndef MERGE_MATCH_H
#define MERGE_MATCH_H

#include "merge/units.h"

/* Units [from, to) of a text. */
struct span {
	const struct units *units;
	size_t from, to;
};

enum match_how { MATCH_EXACT, MATCH_KEY, MATCH_SIMILAR, MATCH_PLACE };

/*
 * For each unit of a the index in b.units of the one it is, or NOWHERE; caller frees. Looks no
 * further than `how`. NULL when the spans are too long to compare.
 */
size_t *match_units(struct span a, struct span b, enum match_how how);

#endif
