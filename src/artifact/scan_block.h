/* What a line begins, looked at without regard to the lines before it. Private to scan.c. */
#ifndef ARTIFACT_SCAN_BLOCK_H
#define ARTIFACT_SCAN_BLOCK_H

#include "artifact/scan.h"

enum scan_start {
	START_TEXT,
	START_CODE, /* indented; told by the caller */
	START_HEADING,
	START_ITEM,
	START_RULE,
	START_RAW,
	START_QUOTE,
};

struct scan_marker {
	size_t at;	 /* where the item's content begins */
	size_t col;	 /* its column */
	bool interrupts; /* may follow a paragraph without a blank line */
};

/* What begins at l->at; *m is set for START_ITEM. */
enum scan_start scan_block_start(const struct scan *s, const struct line *l, struct scan_marker *m);
/* Enters the code fence or HTML block that begins at l->at, inside an item whose content is at col.
 */
void scan_block_enter(struct scan *s, const struct line *l, size_t col);
/* Whether this line ends the code fence or HTML block that s is in. */
bool scan_block_ends(const struct scan *s, const struct line *l);
/* Level and title of the heading that begins at l->at. */
void scan_block_heading(const struct scan *s, struct line *l);
/* Takes "[ ] " off item->text, and sets tick and checked. */
void scan_block_checkbox(const struct scan *s, struct item *item);

#endif
