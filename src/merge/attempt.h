/*
 * One way of looking at the lines: merged, unit by unit where they conflict, and judged by the
 * gates. Private to merge/.
 */
#ifndef MERGE_ATTEMPT_H
#define MERGE_ATTEMPT_H

#include "merge/form.h"
#include "merge/gates.h"
#include "merge/inputs.h"
#include "merge/state.h"

struct outcome {
	struct merge_result r;
	size_t conflict_lines;
	struct gate gate;	/* the one that a clean result did not pass */
};
void outcome_release(struct outcome *o);

/* forms: what the texts are besides their lines; NULL: bytes as they are. units: also unit by unit.
 * A result that does not pass the gates is a conflict: without the units, or of the lines that went
 * astray. */
struct outcome attempt(const struct inputs *in, const struct forms *forms,
		       struct state_rule *state, bool units);

#endif
