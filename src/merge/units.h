/*
 * The units of a markdown text: what people move, add and remove as a whole. A flat sequence; a
 * list item's children are units of their own. Blank lines stand between units. Private to merge/.
 */
#ifndef MERGE_UNITS_H
#define MERGE_UNITS_H

#include "merge/diff.h"

#include <stdbool.h>
#include <stdint.h>

#define NOWHERE ((size_t)-1)

enum unit_kind {
	UNIT_BLANK,	/* only before the first of the others */
	UNIT_FENCE,	/* "---" around front matter */
	UNIT_FIELD,	/* a key of front matter, with its nested lines */
	UNIT_HEADING,
	UNIT_PARA,
	UNIT_ITEM,
	UNIT_ROW,
	UNIT_RULER,	/* the line below a table's head */
	UNIT_RAW,	/* code, an HTML comment */
	UNIT_LINK,	/* a link definition */
	UNIT_BREAK,	/* a thematic break */
};

struct unit {
	enum unit_kind kind;
	size_t from, to;	/* lines; the blank ones behind it are [to, next) */
	size_t next;
	size_t depth;		/* column of an item, level of a heading */
	uint64_t hash;		/* of its kind and the numbers of its lines */
	struct slice text;	/* its lines */
	struct slice key;	/* what tells it from others; len 0: nothing does */
};

struct units {
	struct unit *at;
	size_t len, cap;
	bool open_fence;	/* the last unit is code that nothing closes */
};

/* lines are those of text, id their numbers. */
void units_split(struct units *u, struct slice text, const struct lines *lines, const unsigned *id);
void units_release(struct units *u);
/* Whether a unit begins at this line, or the text ends there. */
bool units_begin_at(const struct units *u, size_t line);
/* The first unit that begins at or behind line; u->len when none does. */
size_t units_from(const struct units *u, size_t line);

static inline size_t unit_blanks(const struct unit *u)
{
	return u->next - u->to;
}

/* One of many of its kind, of which there may be any number. */
static inline bool unit_is_entry(const struct unit *u)
{
	return u->kind == UNIT_ITEM || u->kind == UNIT_ROW || u->kind == UNIT_LINK ||
	       u->kind == UNIT_FIELD;
}

/* An item's parts: "  - " (or "1. "), "[x] ", the rest with its line ends. */
struct item_parts {
	struct slice marker, box, text;
};
struct item_parts item_parts(struct slice text);
/* The cells of a table row between its bars, with their blanks; how many there are, at most max. */
size_t row_cells(struct slice row, struct slice *cells, size_t max);
/* An entry or a heading as it is sorted: its text without the marker. */
struct slice unit_label(const struct unit *u);

#endif
