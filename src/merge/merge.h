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
enum merge_mode { MERGE_DEFAULT, MERGE_STRICT };

struct merge_options {
	const struct kind *kind;	/* for the state rule; NULL: text only */
	enum merge_style style;
	enum merge_mode mode;
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
