/* Rules between artifacts that commands keep before the server does: prerequisites, next states. */
#ifndef CMD_RULES_H
#define CMD_RULES_H

#include "cmd/change.h"

/* "OPEN, COMMITTED, DRAFT (with --reason)": where the kind may go from here. Caller frees. */
char *rules_next_states(const struct kind *kind, const char *from);
/* The state as the kind spells it, for "in-progress" as well; NULL when it knows none like this. */
const struct kind_state *rules_state(const struct kind *kind, const char *name);

/* What an artifact names as its parent: by its own label where the kind shares it, else in a link
 * section. *found is false when there is none, or none that the workspace has. */
err_t rules_parent(bool *found, struct art *parent, struct session *s, const struct subject *sub)
	MUST_CHECK;
/* ERR_REFUSED when the parent has not reached what the kind asks for. name: of the child. */
err_t rules_check_parent(const struct session *s, const struct kind *kind, const char *name,
			 const struct art *parent) MUST_CHECK;
/* What the parent says of entering a state. Back to the beginning, or aside, is open to everybody;
 * on is where the parent has a say. ERR_REFUSED. */
err_t rules_check_entry(struct session *s, const struct subject *sub, const struct kind_state *to)
	MUST_CHECK;

/* ERR_REFUSED, with where it may go in the hint, when the rules do not let the artifact go to that
 * state; ERR_DIFFERS while it is in conflict. to NULL: no state of the kind; name: as it was
 * typed. */
err_t rules_check_state(struct session *s, const struct subject *sub, const char *name,
			const struct kind_state *to, const char *reason) MUST_CHECK;

#endif
