/*
 * The state field: never merged as text where both sides changed it, and never
 * clean where an approval would cover text that the approver did not see.
 * Private to merge/.
 */
#ifndef MERGE_STATE_H
#define MERGE_STATE_H

#include "merge/text.h"

#include <stdio.h>

enum state_verdict {
	STATE_TEXTUAL,		/* no rule applies: the line is text like any other */
	STATE_OURS,		/* ours is further on */
	STATE_THEIRS,
	STATE_CONFLICT,
};

struct state_rule {
	enum state_verdict verdict;
	const char *rule;			/* "state", "gate.state" */
	const char *reason;			/* static */
	struct slice base, ours, theirs;	/* the token in each text; len 0: none */
	size_t base_line, ours_line, theirs_line;	/* set by state_pin */
};

struct state_rule state_decide(struct slice base, struct slice ours, struct slice theirs,
			       const struct kind *kind);

/* Whether any of the texts is in a gate state: approved, or locked. */
bool state_in_gate(struct slice base, struct slice ours, struct slice theirs,
		   const struct kind *kind);

/* Makes the three state lines equal for text_merge; false when there are not three. */
bool state_pin(struct state_rule *s, struct text *t);
/* After text_merge: puts the verdict where the lines are. False when they did not come out as one
 * line; t is of no use then. */
bool state_apply(const struct state_rule *s, struct text *t);

/* Last resort for a conflict: marks the state line of a merged text, or the whole texts if it
 * has none. */
char *state_mark(size_t *len, const struct state_rule *s, struct slice merged, struct slice base,
		 struct slice ours, struct slice theirs, const struct merge_options *options);

#endif
