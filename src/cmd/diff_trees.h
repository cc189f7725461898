/* Two trees, commits or the index (":0"), compared without a workspace. */
#ifndef CMD_DIFF_TREES_H
#define CMD_DIFF_TREES_H

#include "cmd/diff_print.h"

/* "<a>..<b>", "<a>..", "..<b>", "<a>...<b>" from where they parted; no path with ".." in it. */
bool diff_is_range(const char *text);
/* The artifacts that differ, those named or all, with their texts. One that moved is one, by its
 * label. */
err_t diff_trees(struct pairs *out, struct session *s, const char *range, char **names,
		 int n) MUST_CHECK;

#endif
