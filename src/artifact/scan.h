/*
 * The lines of a markdown text, one at a time, each with what it is. Private to artifact/.
 *
 * The rules are those of CommonMark as far as sections, list items and code go: code fences
 * (also in list items), indented code, HTML comments, ATX headings, lazy continuation lines.
 * YAML front matter at the start of the text is told apart. One pass, no memory unless list
 * items are wanted.
 */
#ifndef ARTIFACT_SCAN_H
#define ARTIFACT_SCAN_H

#include "artifact/artifact.h"

#define SCAN_DEPTH 64 /* list items in list items; deeper markers are text */

enum line_what {
	LINE_BLANK,
	LINE_TEXT,
	LINE_HEADING,
	LINE_ITEM,
	LINE_RULE,  /* a thematic break */
	LINE_RAW,   /* code (its fences too), an HTML comment */
	LINE_FRONT, /* YAML front matter (its rules too) */
};

struct line {
	enum line_what what;
	int number;	    /* 1-based */
	size_t from;	    /* after a byte order mark */
	size_t at;	    /* first byte that is not a space or tab */
	size_t end;	    /* before the line end */
	size_t to;	    /* after the line end */
	size_t col;	    /* column of `at`, tab stops every 4 */
	bool nested;	    /* inside a list item */
	int level;	    /* of a heading, not nested: 1..6 */
	struct range title; /* of a heading */
};

struct scan_items {
	struct item *at; /* section is left 0 */
	size_t len;
	size_t cap;
};

struct scan {
	struct slice text;
	struct scan_items *items; /* NULL: not wanted */
	size_t pos;
	size_t front_to; /* end of the front matter; 0: none */
	int number;
	bool para;	/* the line before is text that a lazy line would continue */
	char raw;	/* '`' or '~': in such a fence; '-': in a comment; '<': in <pre>...; 0 */
	size_t raw_len; /* of the opening fence */
	size_t raw_col; /* of the list item that holds it */
	int raw_line;	/* where it began */
	size_t last_to; /* end of the last line that is not blank */
	size_t depth;
	struct {
		size_t col; /* where its content begins */
		size_t index;
	} open[SCAN_DEPTH];
};

void scan_init(struct scan *s, struct slice text, struct scan_items *items);
/* False at the end of the text; all items have ended then. */
bool scan_next(struct scan *s, struct line *l);
/* The line on which a code fence begins that is never closed; 0: none. After the last line. */
int scan_open_fence(const struct scan *s);

#endif
