/* Which artifacts a command is about: what list and search have in common. */
#ifndef CMD_FILTER_H
#define CMD_FILTER_H

#include "cmd/session.h"

struct filter { /* NULL or false: any */
	const char *kind, *state, *scope, *author;
	bool dirty, conflicts;
	bool deleted; /* true: deleted ones, too */
	int64_t since; /* last changed then or later */
};

/* "stories" becomes "story". ERR_MISUSE for what no kind is called. */
err_t filter_kind(struct filter *f, const struct session *s, const struct usage *usage) MUST_CHECK;
/* ERR_MISUSE for a state that no kind has; to be asked where no artifact has it either. */
err_t filter_state(const struct filter *f, const struct session *s,
		   const struct usage *usage) MUST_CHECK;
bool filter_passes(const struct filter *f, const struct art *art);
/* Releases the others. */
void filter_keep(const struct filter *f, struct arts *arts);

#endif
