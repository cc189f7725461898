/* What the index, or the tree of a ref, lacks of the workspace: as edits, and never over a text
 * that the workspace does not know. */
#ifndef CMD_GIT_OUT_H
#define CMD_GIT_OUT_H

#include "cmd/session.h"

struct git_out {
	struct git_edit *edits;
	size_t len;
	struct strs texts;	/* owns what the edits show */
	struct strs kept;	/* "<path>: <why>" */
};

/* ref NULL: the index. added: also artifacts that are not there yet. */
err_t git_out_plan(struct git_out *out, struct session *s, const struct arts *arts,
		   const char *ref, bool added) MUST_CHECK;
void git_out_release(struct git_out *out);

#endif
