/* The id of a new artifact. */
#ifndef CMD_NEW_ID_H
#define CMD_NEW_ID_H

#include "artifact/label.h"
#include "cmd/session.h"

struct new_id {
	const struct kind *kind;
	const char *scope;		/* as asked for, or NULL */
	const struct art *parent;	/* or NULL */
	bool dry_run;			/* takes no number */
};

/*
 * The parent's label where the kind shares it; else the next number of the scope: from the remote
 * where it can be reached, from a block drawn before, or a provisional label. ERR_REFUSED when an
 * artifact of the kind has the label. Two processes that ask at once are kept apart by the caller.
 */
err_t new_id_find(struct label *out, const struct new_id *n, struct session *s) MUST_CHECK;

/* Numbers kept for work without the remote: for that scope, or (NULL) the one that this clone works
 * in, if it is known which. That there are none yet is no error. */
void new_id_reserve(struct session *s, const char *wanted);

#endif
