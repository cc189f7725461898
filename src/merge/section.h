/* Whole texts merged section by section: for sections that were moved or renamed. Private to
 * merge/. */
#ifndef MERGE_SECTION_H
#define MERGE_SECTION_H

#include "merge/merge.h"
#include "util/strs.h"

#include <stdbool.h>

struct section_merge {
	struct slice text[3];	/* without byte order marks, of one kind of line end */
	unsigned off;		/* rules that may not be used */
	int least;		/* see merge_mode_least */
	bool strayed;		/* lines merged without a conflict, but under a wrong heading */
	unsigned rules;		/* bits of those it took inside sections */
	struct strs leaves;	/* as in struct text */
	char *bytes;		/* NUL-terminated; NULL: refused */
	size_t len;
};

/* Takes nothing with a conflict in it. */
void section_merge(struct section_merge *m);
/* Both sides gave the sections another order, and not the same. */
bool sections_disagree(const struct slice text[3]);
void section_merge_release(struct section_merge *m);

#endif
