/* The project of a team at a server: found, joined or made, before anything is written here. */
#ifndef CMD_JOIN_H
#define CMD_JOIN_H

#include "cmd/server.h"

struct join {
	char *id;	/* uuid */
	char *slug;
	char *role;
	bool created;
};
void join_release(struct join *j);

/* Takes up an invitation, if there is one. ERR_REFUSED: there is no such project for whoever asks
 * (and create is false, and nobody at the terminal says yes). ERR_AMBIGUOUS: several. */
err_t join_project(struct join *out, struct server *s, bool create) MUST_CHECK;

/* The name that a project has when nobody says one: that of the repository. Caller frees. */
err_t join_slug(char **out, struct repo *repo) MUST_CHECK;

#endif
