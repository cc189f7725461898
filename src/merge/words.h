/* One small text, merged as words and the blanks between them. Private to merge/. */
#ifndef MERGE_WORDS_H
#define MERGE_WORDS_H

#include "merge/script.h"

/* Words as "lines": each with its number; the blanks behind them apart. The first word is empty and
 * carries the blanks at the beginning. */
struct words {
	struct lines words;
	struct slice *blanks;
	unsigned *id;
};
struct words words_of(struct slice s, struct classes *c);
void words_release(struct words *w);
/* The changes from a to b, in words. classes: those that numbered both. */
struct hunks words_diff(const struct words *a, const struct words *b, const struct classes *c);

/*
 * The merge where at most one side changed words: the words of that side, with the blanks that the
 * other changed. NULL where both changed words, or the same blanks differently. Caller frees.
 */
char *words_merge(struct slice base, struct slice ours, struct slice theirs);

#endif
