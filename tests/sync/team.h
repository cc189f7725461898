/*
 * Two developers, each with a clone, a workspace and the same file remote. Each edit is one token,
 * so that every edit can be followed. Used by the random histories and by the named sequences.
 */
#ifndef TESTS_SYNC_TEAM_H
#define TESTS_SYNC_TEAM_H

#include "artifact/kind.h"
#include "sim.h"
#include "sync/engine.h"

#define CLONES 2
#define SECTIONS 6

struct clone {
	struct sim *sim;
	struct store *store;
	struct engine engine;
	struct remote remote;
	bool hooks;
};

struct team;

/* Where the clones push to, when it is no file. */
struct team_remotes {
	err_t (*begin)(struct team *t);
	err_t (*open)(struct remote *out, struct team *t, int c);
	int (*check)(struct team *t, int c); /* as rest_check_remote */
};

struct team {
	const struct sim_ops *git;
	const struct team_remotes *remotes; /* before team_open; NULL: a file in dir */
	void *world;
	char dir[64];
	struct kinds *kinds;
	struct clone clone[CLONES];
	int64_t now;
	char *failure; /* the first thing that went wrong */
	bool verbose;
	bool on_disk; /* before team_open: workspaces are <dir>/agent<clone>.db, not in memory */
};

/* texts */
bool team_has(const char *text, int token);
char *team_with(const char *text, int token); /* at the end of a section's list; caller frees */
char *team_without(const char *text, int token);

/* Uids, and with them the ids of revisions and the order of merges, follow from this. */
void team_seed(uint64_t seed);
void team_open(struct team *t, const struct sim_ops *git);
void team_close(struct team *t);
void team_fail(struct team *t, const char *fmt, ...) PRINTF(2, 3);
bool team_ok(struct team *t, err_t err, const char *what);

/* What the workspace has at a path; NULL: nothing, or deleted. Caller frees. */
char *team_workspace(struct team *t, int c, int path);
/* The other side of a recorded conflict; *have says whether there is one. Caller frees. */
char *team_conflict(struct team *t, int c, int path, bool *have);
/* The digest of the clone is the remote's, at rest. */
void team_check_digest(struct team *t, int c, const char *remote);
/* The clone's engine as the next run of the program has it. */
struct engine *team_engine(struct team *t, int c);
void team_look(struct team *t, int c);
/* Import left the path's text alone, and status names it. */
bool team_left(struct team *t, int c, int path);
/* One git-agent edit to a new text. */
void team_edit(struct team *t, int c, int path, const char *text);
void team_delete(struct team *t, int c, int path);
struct sync_report team_push(struct team *t, int c); /* release it */
struct sync_report team_pull(struct team *t, int c);

#endif
