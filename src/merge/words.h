/* One small text, merged as words and the blanks between them. Private to merge/. */
#ifndef MERGE_WORDS_H
#define MERGE_WORDS_H

#include "util/slice.h"

/*
 * The merge where at most one side changed words: the words of that side, with the blanks that the
 * other changed. NULL where both changed words, or the same blanks differently. Caller frees.
 */
char *words_merge(struct slice base, struct slice ours, struct slice theirs);

#endif
