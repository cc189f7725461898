/* How `git agent diff` shows what differs. */
#ifndef CMD_DIFF_PRINT_H
#define CMD_DIFF_PRINT_H

#include "cmd/diff_side.h"

enum words_as {
	WORDS_NOT,	/* lines */
	WORDS_PLAIN,	/* [-old-]{+new+} */
	WORDS_COLOR,
	WORDS_PORCELAIN,
};

struct pair {
	struct art art;
	struct side left, right;
};
void pair_release(struct pair *pair);

struct pairs {
	struct pair *at;
	size_t len, cap;
};
void pairs_release(struct pairs *pairs);
/* Takes over pair. */
void pairs_add(struct pairs *pairs, struct pair *pair);

struct diff_look {
	enum words_as words;
	int context;
	bool color, stat, name_only, nul;
};

/* Texts are there (side_text). True when the two differ. */
bool pair_differs(const struct pair *pair);
/* Caller frees; "" where the texts are equal. */
char *pair_patch(const struct pair *pair, int context);
void diff_print_patch(const struct diff_look *look, const struct pair *pair);
/* All that differ; then the sum. */
void diff_print_stat(const struct diff_look *look, const struct pairs *pairs);
void diff_print_names(const struct diff_look *look, const struct pairs *pairs);
/* A patch as diff_unified makes it. */
void diff_print_unified(const char *patch, bool color);

#endif
