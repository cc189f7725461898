/* The decision list of a merge. Private to merge/. */
#ifndef MERGE_DECIDE_H
#define MERGE_DECIDE_H

#include "merge/merge.h"
#include "merge/text.h"

/* line: 0 for none. rule: static. */
void decide(struct merge_result *r, const char *rule, size_t line, const char *reason,
	    bool conflict);
/* All of these rules, by their bits. */
void decide_rules(struct merge_result *r, unsigned rules, size_t line);
/* What became of the regions. */
void decide_regions(struct merge_result *r, const struct text *t);

#endif
