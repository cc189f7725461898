/*
 * What a result must hold before it may be called clean: nothing lost, nothing back from the dead,
 * every line under the heading it was written under, and read again as what it was. Private to
 * merge/.
 */
#ifndef MERGE_GATES_H
#define MERGE_GATES_H

#include "util/slice.h"
#include "util/strs.h"

#include <stdbool.h>

enum gates_of {
	GATES_TEXT,	/* a merge of lines: only what it may get wrong */
	GATES_ALL,	/* anything else */
	GATES_LOST,	/* a result with conflicts, without the markers */
};

/* A line of ours (1) or theirs (2) that would come under another heading, or that is one twice. */
struct stray {
	int side;
	size_t line;
};

struct gate {
	const char *rule;	/* "gate.heading"; NULL: passed */
	const char *reason;	/* static */
	struct stray *strays;	/* of gate.heading and gate.double */
	size_t nr_strays;
};
void gate_release(struct gate *g);

/* text: base, ours, theirs, without byte order marks. leaves: units that were merged inside, and
 * what came of them: their lines are not counted. */
struct gate gates_check(const struct slice text[3], struct slice result, const struct strs *leaves,
			enum gates_of which);

#endif
