/*
 * The merge of a few units, unit by unit: what one side alone did is done, entries that both put at
 * one place are all kept, and what is left is refused. Private to merge/.
 */
#ifndef MERGE_WEAVE_H
#define MERGE_WEAVE_H

#include "merge/match.h"
#include "merge/text.h"

enum side_of { BASE, OURS, THEIRS };

/* One unit of the result: where it is in each text (or NOWHERE); own: a text made of all three. */
struct out {
	size_t at[3];
	struct slice own;
};

struct weave {
	struct text *t;
	struct span span[3];	/* the units in question, of all units of each text */
	size_t *to[3];		/* of each base unit in the span, the unit of that side */
	struct out *out;
	size_t len, cap;
	unsigned rules;		/* bits of enum merge_rule: what it took */
	unsigned off;		/* what it may not take */
	bool part;		/* of a conflict: what one side alone did needs no rule */
	const char *refused;	/* why not; NULL */
	unsigned did[3];	/* bits of enum did, of each side */
};

/* What a side did, to entries (DID_INSERT), and to anything else (DID_INSERT << DID_TEXT). */
enum did { DID_INSERT = 1, DID_DELETE = 2, DID_EDIT = 4, DID_REPLACE = 8, DID_TEXT = 4 };

/* False: refused, and w->refused says why. Otherwise w->out is the result. */
bool weave_units(struct weave *w);
void weave_release(struct weave *w);
/* The result as lines, with the blank lines between the units. Caller frees. */
struct piece *weave_lines(size_t *len, const struct weave *w);

/* --- for its parts ------------------------------------------------------------------------- */

bool weave_refuse(struct weave *w, const char *reason);
/* False, and refused, when the rule is off. */
bool weave_rule(struct weave *w, enum merge_rule rule);
void weave_put(struct weave *w, enum side_of side, size_t unit);
void weave_put_both(struct weave *w, size_t base, size_t ours, size_t theirs, struct slice own);

static inline const struct unit *weave_unit(const struct weave *w, enum side_of side, size_t at)
{
	return &w->span[side].units->at[at];
}

/* unite.c: what both sides put in front of base unit `gap`. */
bool unite_units(struct weave *w, struct span ours, struct span theirs, size_t gap);
/* leaf.c: one unit that both sides changed. */
bool leaf_merge(struct weave *w, size_t base, size_t ours, size_t theirs);

#endif
