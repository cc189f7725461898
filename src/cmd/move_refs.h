/* What names an artifact that moves: by its label, or by its path in a link. */
#ifndef CMD_MOVE_REFS_H
#define CMD_MOVE_REFS_H

#include "cmd/change.h"

struct move_ref {
	struct subject sub;	/* as it is */
	char *text;		/* as it would be */
	size_t len;
	size_t places;		/* that differ */
};
struct move_refs {
	char *own;		/* the text of the artifact itself */
	size_t own_len;
	struct move_ref *at;	/* the others */
	size_t len, cap;
	struct strs left;	/* "INFRA-007: why it is not touched" */
};
void move_refs_release(struct move_refs *r);

/*
 * label: the new one, or NULL. Links of the artifact itself lead where they led, also when its
 * directory is another. Not touched: a text that is in conflict, and one in a gate state (approved)
 * whose normative text would be another.
 */
err_t move_refs_find(struct move_refs *out, struct session *s, const struct subject *sub,
		     const char *label, const char *path) MUST_CHECK;

#endif
