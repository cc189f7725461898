/*
 * The kinds, states and transitions of this repository against those that the server enforces. The
 * trunk's .agent/config counts, as for everything that is judged; before there is a trunk, the work
 * tree's.
 */
#ifndef CMD_SERVER_RULES_H
#define CMD_SERVER_RULES_H

#include "cmd/session.h"
#include "util/hash.h"

struct server_rules {
	char *document;		/* of the repository's kinds; NULL: they are the built-in ones */
	char id[SHA256_HEX + 1];	/* of the document; "": built-in */
	char *there;		/* the id of what the server has; NULL: built-in */
};
void server_rules_release(struct server_rules *r);

/* Asks the server, which the session has open. */
err_t server_rules_find(struct server_rules *out, struct session *s) MUST_CHECK;
bool server_rules_agree(const struct server_rules *r);
/* Makes the server enforce them; ERR_REFUSED: for admins only. */
err_t server_rules_send(const struct server_rules *r, struct session *s) MUST_CHECK;

#endif
