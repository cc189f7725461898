/* The conflicts of a merge of lines, merged unit by unit where that can be done. Private to
 * merge/. */
#ifndef MERGE_GROUP_H
#define MERGE_GROUP_H

#include "merge/text.h"
#include "merge/units.h"

/* The texts that t was split from, and the units in them. */
struct grouped {
	struct slice text[3];
	struct units units[3];
	unsigned off;		/* rules that may not be used */
	int least;		/* see merge_mode_least */
};

void grouped_split(struct grouped *g, const struct text *t);
void grouped_release(struct grouped *g);

/* Between text_regions and refine_conflicts. */
void group_merge(struct text *t, const struct grouped *g);

#endif
