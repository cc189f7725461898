/*
 * The inside of the line differences: lines as small numbers, and the change
 * marks that every algorithm here reads and sets. Private to merge/.
 */
#ifndef MERGE_SCRIPT_H
#define MERGE_SCRIPT_H

#include "merge/diff.h"

/* One text of a comparison. Equal numbers are equal lines. */
struct seq {
	const unsigned *id;
	size_t len;
	const struct line *line;	/* text, for the indent heuristic; may be NULL */
	unsigned char *changed;		/* one per line, a zero at both ends */
};

/* Numbers for the lines of several texts. */
enum line_ends { LINE_ENDS_COUNT, LINE_ENDS_IGNORED };
struct classes {
	struct class_slot *slots;
	size_t mask;
	unsigned len;			/* numbers given so far: 0..len-1 */
	enum line_ends ends;
};
void classes_init(struct classes *c, size_t max_lines, enum line_ends ends);
void classes_release(struct classes *c);
unsigned *classes_number(struct classes *c, const struct lines *lines);

/* Marks the changed lines of a[a_from, a_to) and b[b_from, b_to). */
struct box {
	size_t a_from, a_to, b_from, b_to;
};
void histogram_mark(struct seq *a, struct seq *b, unsigned nr_classes);
/* Takes its steps from *budget; a box that does not fit any more is marked as a whole. */
void myers_mark(struct seq *a, struct seq *b, struct box box, unsigned nr_classes, long *budget);
void box_mark(struct seq *a, struct seq *b, struct box box);

/* Slides the groups of marked lines of s to where git puts them. */
void compact_groups(struct seq *s, struct seq *other, bool indent_heuristic);

/* The whole way from two numbered texts to hunks. lines may be NULL without the heuristic. */
struct hunks script_hunks(struct seq a, struct seq b, unsigned nr_classes, bool indent_heuristic);

#endif
