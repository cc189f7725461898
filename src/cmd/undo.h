/*
 * Taking back what an operation did to one artifact, by new edits on top of what is there now:
 * what others changed since is merged, or keeps all of it from happening.
 */
#ifndef CMD_UNDO_H
#define CMD_UNDO_H

#include "cmd/session.h"

struct undo {
	long id;		/* the operation */
	const char *reason;	/* for the log */
};

struct undone {
	struct art art;	/* as it is then */
	char *did;	/* "OPEN -> DRAFT", "deleted", "nothing to change" */
	bool changed;
	bool push;	/* what a creation or a change of state was pushed with goes out at once */
};
void undone_release(struct undone *u);

/* Inside a group of edits. ERR_REFUSED and ERR_DIFFERS say why it cannot be, and what to do. */
err_t undo_step(struct undone *out, struct session *s, const struct undo *undo,
		const struct operation_step *step) MUST_CHECK;

#endif
