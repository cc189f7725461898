/*
 * Several commands in one transaction. A command that may be a line of a batch takes the session
 * that it works in: an empty one, which it opens, or that of the batch, inside a group of edits
 * (engine.h), where it asks no remote, and tells the batch what it would otherwise print.
 */
#ifndef CMD_BATCH_H
#define CMD_BATCH_H

#include "cmd/session.h"

err_t set_in(struct session *s, int argc, char **argv) MUST_CHECK;
err_t check_in(struct session *s, int argc, char **argv) MUST_CHECK;
err_t state_in(struct session *s, int argc, char **argv) MUST_CHECK;
err_t edit_in(struct session *s, int argc, char **argv) MUST_CHECK;
err_t rm_in(struct session *s, int argc, char **argv) MUST_CHECK;
err_t mv_in(struct session *s, int argc, char **argv) MUST_CHECK;
err_t restore_in(struct session *s, int argc, char **argv) MUST_CHECK;
err_t new_in(struct session *s, int argc, char **argv) MUST_CHECK;

struct batch_done {
	const char *done;	/* "title set"; NULL: there was nothing to change */
	bool push;		/* goes out at once, as agent.autoPush has it */
};
/* What the line that is run did to an artifact. */
err_t batch_did(struct batch *b, const struct art *art, const struct batch_done *done) MUST_CHECK;
err_t batch_same(struct batch *b, const struct art *art) MUST_CHECK;	/* nothing to change */
err_t batch_made(struct batch *b, const char *uid) MUST_CHECK;
/* Standard input is the batch itself: no line can have its text from there. */
err_t batch_check_file(const struct session *s, const char *file) MUST_CHECK;

#endif
