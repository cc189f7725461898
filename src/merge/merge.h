/*
 * The three-way merge of artifacts. One pure function, used by the git merge
 * driver, import, pull and resolve. It never fails: at worst it answers with a
 * textual merge that has conflict markers. Pure.
 */
#ifndef MERGE_MERGE_H
#define MERGE_MERGE_H

#include "artifact/kind.h"
#include "util/slice.h"

enum merge_style { MERGE_STYLE_MERGE, MERGE_STYLE_DIFF3, MERGE_STYLE_ZDIFF3 };
/* Which rules are on: those that agree with people in most cases; in nearly all; every one. */
enum merge_mode { MERGE_DEFAULT, MERGE_STRICT, MERGE_FULL };

/* What may be done without asking. Each can be turned off by its name. */
enum merge_rule {
	RULE_STATE,		/* the state further on is taken */
	RULE_ADJACENT,		/* changes of different units that touch */
	RULE_TEXT,		/* changes of text, code or headings that touch */
	RULE_MIXED,		/* changes of text and of entries that touch */
	RULE_DELETE,		/* a deletion beside what the other side put in */
	RULE_LIST,		/* a list item of each side at one place */
	RULE_BLOCK,		/* more of them */
	RULE_TABLE,		/* table rows */
	RULE_LINK,		/* link definitions */
	RULE_FIELD,		/* front matter */
	RULE_SECTION,		/* sections that both put at one place */
	RULE_SAME,		/* what both put in is put in once */
	RULE_ITEM,		/* marker, checkbox and text of one item */
	RULE_CELL,		/* cells of one table row */
	RULE_SPACE,		/* list markers and blanks at line ends, beside words */
	RULE_REFLOW,		/* other white space, beside words */
	RULE_MOVE,		/* sections that were moved */
	RULE_COUNT,
};
/* "list"; and its bit for `off`; 0 when there is no such rule. */
const char *merge_rule_name(enum merge_rule rule);
unsigned merge_rule_bit(const char *name);

struct merge_options {
	const struct kind *kind;	/* for the state rule; NULL: text only */
	enum merge_style style;
	enum merge_mode mode;
	unsigned off;			/* bits of rules, 1u << RULE_LIST */
	bool text_only;			/* none of them */
	int marker_size;		/* 0: 7 */
	const char *ours_label;		/* after the markers; NULL: "ours" and so on */
	const char *base_label;
	const char *theirs_label;
};

struct merge_decision {
	const char *rule;	/* static: "trivial", "text", "state", "gate.heading", ... */
	char *where;		/* section path or line, for people */
	char *reason;
	bool conflict;
};

struct merge_result {
	bool clean;
	int conflicts;		/* number of conflict hunks in bytes */
	char *bytes;		/* NUL-terminated */
	size_t len;
	struct merge_decision *decisions;
	size_t nr_decisions;
};

/* Symmetric: with ours and theirs swapped, a clean result is the same bytes. */
struct merge_result merge3(struct slice base, struct slice ours, struct slice theirs,
			   const struct merge_options *options);
void merge_result_release(struct merge_result *r);

#endif
