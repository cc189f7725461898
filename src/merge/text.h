/*
 * The textual merge of lines, as git's: what each side changed, grouped into
 * regions, conflicts made as small as they get. The structured rules start
 * from its regions. Private to merge/.
 */
#ifndef MERGE_TEXT_H
#define MERGE_TEXT_H

#include "merge/merge.h"
#include "merge/script.h"
#include "util/strs.h"

#include <stdio.h>

enum region_kind {
	REGION_CONFLICT,
	REGION_OURS,		/* only ours changed it */
	REGION_THEIRS,
	REGION_SAME,		/* both changed it to the same lines */
	REGION_WOVEN,		/* merged unit by unit into lines of its own */
};

/* A line of a merged region: of ours, of theirs or of both (the other is PIECE_NONE), or own. */
#define PIECE_NONE ((size_t)-1)
struct piece {
	size_t ours, theirs;
	struct slice own;
};

/* Lines [from, to) of each text. What lies between two regions is equal in ours and theirs. */
struct region {
	enum region_kind kind;
	size_t base_from, base_to, ours_from, ours_to, theirs_from, theirs_to;
	const char *rule, *reason;	/* static, for the decision; NULL: plain text */
	struct piece *pieces;		/* REGION_WOVEN; owned by the text */
	size_t nr_pieces;
	unsigned rules;			/* REGION_WOVEN: bits of those it took */
};

struct text {
	struct lines base, ours, theirs;
	unsigned *base_id, *ours_id, *theirs_id;	/* equal numbers: equal lines */
	unsigned nr_classes;
	struct hunks to_ours, to_theirs;		/* from base */
	struct region *regions;
	size_t len, cap;
	int share;			/* of 100: how likely what rules made of it is right */
	struct strs owned;		/* lines that a rule put in */
	struct strs leaves;		/* units that it made them of, and what it made */
};

/* Splits and numbers the lines; the slices must outlive t. */
void text_split(struct text *t, struct slice base, struct slice ours, struct slice theirs,
		enum line_ends ends);
/* Finds the regions. Rules that make lines equal (or not) renumber them before this. */
void text_regions(struct text *t);
/* The same, with the conflicts made small. */
void text_merge(struct text *t, enum merge_style style);
void text_release(struct text *t);
int text_conflicts(const struct text *t);
/* How many lines stand between markers, of both sides. */
size_t text_conflict_lines(const struct text *t);
/* Puts a region in front of region at. */
void text_insert(struct text *t, size_t at, struct region r);

/* refine.c: makes the conflicts small, the same way whichever side is ours. */
void refine_conflicts(struct text *t, enum merge_style style);

/* render.c: the merged bytes. form: NULL where line ends counted, else what they come out as. */
struct forms;
char *render_text(size_t *len, const struct text *t, const struct merge_options *options,
		  const struct forms *forms);
/* The same with both sides of each conflict one behind the other, and no markers. */
char *render_both(size_t *len, const struct text *t, const struct forms *forms);
/* One conflict between two texts that are no regions; lacking line ends are added. */
void render_conflict(FILE *out, struct slice ours, struct slice base, struct slice theirs,
		     const struct merge_options *options, bool crlf);

#endif
