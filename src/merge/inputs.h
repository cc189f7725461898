/* The three texts of a merge, and what may be done with them. Private to merge/. */
#ifndef MERGE_INPUTS_H
#define MERGE_INPUTS_H

#include "merge/merge.h"

struct inputs {
	struct slice base, ours, theirs;
	const struct merge_options *options;
	bool rules;		/* unit by unit, and through the gates */
	bool artifact;		/* in a kind's directory, or by its title */
	unsigned off;		/* rules that may not be used */
	int least;		/* how likely a merge must be right */
};

/* Sets all but the texts and the options. */
void inputs_choose_rules(struct inputs *in);
/* The texts; formed: without byte order marks. */
void inputs_texts(struct slice text[3], const struct inputs *in, bool formed);

#endif
