/* A conflict cut into parts where both sides kept a unit of base, so that only what they disagree
 * on stays a conflict. Private to merge/. */
#ifndef MERGE_CUT_H
#define MERGE_CUT_H

#include "merge/weave.h"

/* A weave was refused: the parts that its conflict falls into, `len` of them; NULL where there are
 * no two, or where each of them by itself could be merged. Caller frees, and their pieces. */
struct region *cut_refused(size_t *len, const struct weave *w);

#endif
