/* What each line of a markdown text is, for units.c and the gates. Private to merge/. */
#ifndef MERGE_LOOK_H
#define MERGE_LOOK_H

#include "util/slice.h"

enum look_what {
	LOOK_BLANK,
	LOOK_TEXT,
	LOOK_HEADING,
	LOOK_ITEM,
	LOOK_RULE,
	LOOK_RAW,
	LOOK_FRONT,
};

struct look {
	enum look_what what;
	bool nested;	/* inside a list item */
	bool goes_on;	/* of code or a comment that began on a line before */
	size_t depth;	/* column of an item's marker, level of a heading */
};

/* One for each line of text, nr_lines of them; caller frees. *open_fence: code is never closed. */
struct look *look_at(struct slice text, size_t nr_lines, bool *open_fence);

#endif
