/* The parts of a diff: hunks near each other, with lines around them. Private to merge/. */
#ifndef MERGE_UNIFIED_H
#define MERGE_UNIFIED_H

#include "merge/diff.h"

#include <stdio.h>

struct unified {
	const struct lines *a, *b;
	size_t context;
};
/* Lines [from, to) of a, with the hunks [first, last) in them. */
struct unified_part {
	const struct hunk *first, *last;
	size_t from, to;
};
typedef void (*unified_part_fn)(void *ctx, const struct unified *u, const struct unified_part *p);
void unified_each(const struct unified *u, const struct hunks *hunks, unified_part_fn each,
		  void *ctx);
/* "@@ -1,3 +1,4 @@ heading", with its line end. */
void unified_range(FILE *out, const struct unified *u, const struct unified_part *p);

#endif
