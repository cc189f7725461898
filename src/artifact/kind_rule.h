/* The rules of a table of kinds as a server needs them. Pure. */
#ifndef ARTIFACT_KIND_RULE_H
#define ARTIFACT_KIND_RULE_H

#include "artifact/kind.h"

struct kind_rule {	/* of one transition that is legal */
	const char *role;	/* at least: "author" or "approver" */
	bool four_eyes;		/* an approval: not by who wrote the text */
	bool needs_parent;	/* the parent must have come far enough */
	bool needs_reason;
};

/* False where no reason makes it legal. from NULL: a state that the kind does not know. */
bool kind_rule(struct kind_rule *out, const struct kind *kind, const struct kind_state *from,
	       const struct kind_state *to);

/*
 * The table as the JSON document that the server's kinds_set() takes:
 *   {"kinds":[{"name","dir","suffix","prefix","opaque","shares_label","parent_kind","parent_state",
 *     "states":[{"name","rank","gate","initial"}],
 *     "transitions":[{"from","to","role","four_eyes","needs_parent","needs_reason"}]}]}
 * Equal tables give equal bytes: its SHA-256 may stand for it. Caller frees.
 */
char *kinds_document(const struct kinds *kinds);

#endif
