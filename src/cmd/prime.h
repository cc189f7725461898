/* What `git agent prime` tells of a repository: its rules, what is here, and commands that work. */
#ifndef CMD_PRIME_H
#define CMD_PRIME_H

#include "cmd/session.h"

struct prime_command {
	const char *what;	/* "tick a box" */
	char *line;	/* "git agent check INFRA-042 1": for a shell, names of this clone */
};

struct prime {
	struct session session;
	bool workspace;		/* false: there is none yet */
	struct repo_head head;
	struct arts arts;	/* without deleted ones */
	size_t conflicts, to_push;	/* to_push: only with a remote */
	char *url;		/* of the remote; NULL */
	struct prime_command commands[16];
	size_t nr_commands;
};

/* Opens the session, too. Without a workspace it is the rules alone. */
err_t prime_collect(struct prime *p) MUST_CHECK;
void prime_release(struct prime *p);

/* How many artifacts are of a kind, in a state (NULL: in any). */
size_t prime_count(const struct prime *p, const struct kind *kind, const char *state);

#endif
