/*
 * Line differences. Histogram diff, after JGit's HistogramDiff as git uses it
 * for merge-ort (xdiff/xhistogram.c), with Myers (1986) as the fallback where a
 * line occurs too often; hunks are slid like git's (compaction). Pure.
 */
#ifndef MERGE_DIFF_H
#define MERGE_DIFF_H

#include "util/slice.h"

struct line {
	struct slice text;	/* with its line end */
	unsigned long hash;
};

struct lines {
	struct line *at;
	size_t len;
};

/* The lines of text, views into it. */
struct lines lines_split(struct slice text);
void lines_release(struct lines *lines);

/* Lines a[a_from, a_to) were replaced by b[b_from, b_to). */
struct hunk {
	size_t a_from, a_to, b_from, b_to;
};

struct hunks {
	struct hunk *at;
	size_t len;
};

/* The changes from a to b, in order, never touching each other. */
struct hunks diff_lines(const struct lines *a, const struct lines *b);
void hunks_release(struct hunks *hunks);

/* A git-style unified diff of two texts ("@@ -1,3 +1,4 @@ heading"), with the given labels on the
 * ---/+++ lines; "" when they are equal. Caller frees. */
char *diff_unified(struct slice a, struct slice b, const char *a_label, const char *b_label,
		   int context);

/* The same, word by word. The text of a piece may have several lines, or be the end of one. */
enum diff_piece {
	DIFF_LABELS,	/* "--- a/x\n+++ b/x\n" */
	DIFF_RANGE,	/* "@@ -1,3 +1,4 @@ heading\n" */
	DIFF_CONTEXT,	/* lines that are the same */
	DIFF_SAME,	/* the same, within lines that differ; white space as in b */
	DIFF_OLD,
	DIFF_NEW,
};
typedef void (*diff_piece_fn)(void *ctx, enum diff_piece piece, struct slice text);
void diff_words(struct slice a, struct slice b, const char *a_label, const char *b_label,
		int context, diff_piece_fn put, void *ctx);

/* Identifies a change whatever its place: a hash over the removed and the added lines of all
 * hunks, in order, without context. The same patch on another base has the same id. */
struct oid;
void diff_patch_id(struct oid *out, struct slice a, struct slice b);

#endif
