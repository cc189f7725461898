/* The lines of a text that show best why a search found it. */
#ifndef CMD_SNIPPET_H
#define CMD_SNIPPET_H

#include "store/search.h"

#define SNIPPETS_MAX 16

struct snippet {
	int line;	   /* 1-based */
	struct slice text; /* trimmed, and cut around the first word where the line is long */
	bool cut_left, cut_right;
};
struct snippets {
	struct snippet at[SNIPPETS_MAX];
	size_t len;
};

/* At most max lines, in order: those with the most different words. title: no line that begins in
 * it; it is shown anyway. The snippets point into text. */
void snippets_pick(struct snippets *out, struct slice text, const struct search_marks *marks,
		   size_t nr_terms, struct slice title, size_t max);

#endif
