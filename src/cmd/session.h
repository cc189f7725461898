/*
 * What a command works with: the repository, the kinds, the workspace, the
 * engine. Opened by need: `show` and `list` with nothing new load no libgit2,
 * ask git nothing and take no lock.
 */
#ifndef CMD_SESSION_H
#define CMD_SESSION_H

#include "artifact/kind.h"
#include "cli/options.h"
#include "cli/progress.h"
#include "cmd/merge_config.h"
#include "git/objects.h"
#include "git/repo.h"
#include "store/store.h"
#include "sync/engine.h"

struct batch;
struct server;

enum session_need {
	SESSION_REPO,	/* only the repository and the kinds */
	SESSION_READ,	/* the workspace; ERR_NOTFOUND "no workspace", hint: git agent sync init */
	SESSION_WRITE,	/* the same for writing, and who is working */
	SESSION_CREATE,	/* makes the workspace when there is none (sync init, rebuild) */
};

struct session {
	struct repo *repo;
	struct kinds *kinds;	/* built-in table with .agent/config over it */
	struct store *store;
	bool read_only;		/* the store was opened for reading */
	bool brief;		/* set before session_remote: a server is asked for a second */
	struct git_port port;
	bool have_port;		/* false in a bare repository */
	struct remote remote;
	bool have_remote;
	struct server *server;	/* of an https remote (cmd/server.h); NULL */
	char *who;
	char *trunk[2];
	struct merge_config merge_config;
	struct merge_settings merge;
	struct engine engine;	/* points into this struct */
	struct progress progress;	/* of what the engine is at */
	struct batch *batch;	/* the command is a line of one (cmd/batch.h); NULL */
	bool json;		/* an exchange tells nothing: exchange_print does */
};

err_t session_open(struct session *s, enum session_need need) MUST_CHECK;
/* The same in a repository that is open, which the session takes over, also when it fails. */
err_t session_open_in(struct session *s, enum session_need need, struct repo *r) MUST_CHECK;
/* The same with the workspace somewhere else, for making it anew. */
err_t session_open_at(struct session *s, enum session_need need, const char *db_path) MUST_CHECK;
void session_close(struct session *s);

/* Import (sync/import.c) of everything, or of these paths: what the files and commits say by now.
 * Every command calls it before it looks. Notes and problems go to stderr, one line each. With
 * news the store is opened again for writing. */
err_t session_fresh(struct session *s, const struct strs *paths) MUST_CHECK;
/* From a session for reading to one for writing. No effect on one that is. */
err_t session_write(struct session *s) MUST_CHECK;

/* Opens the remote of this clone (config agent.remote, pinned by sync init). None configured:
 * ERR_MISUSE with the hint to run sync init, unless optional: then have_remote stays false. Out of
 * reach: ERR_OFFLINE, also when optional (the caller decides). */
err_t session_remote(struct session *s, bool optional) MUST_CHECK;

/* An error of a call of the remote in the user's words; takes over err. */
err_t session_explain(err_t err, struct session *s) MUST_CHECK;

/* The artifact that a user names: a label (the story, else the plan; "runbook:INFRA-042" names the
 * others; aliases count), a path (relative to where the user stands, or to the top), or a uid
 * prefix of at least 4 digits. ERR_NOTFOUND with the nearest label suggested; ERR_AMBIGUOUS lists
 * the paths. Deleted ones only when with_deleted. */
err_t session_find(struct art *out, struct session *s, const char *name, bool with_deleted)
	MUST_CHECK;
/* session_fresh and session_find for a command about one artifact: only its file is looked at; all
 * of them when there is no artifact of that name yet. */
err_t session_pick(struct art *out, struct session *s, const char *name, bool with_deleted)
	MUST_CHECK;

/* Of several artifacts with one label the one that the bare label means; it moves to *out. */
err_t session_choose(struct art *out, struct session *s, struct arts *found, const char *name)
	MUST_CHECK;

/* Of several artifacts with one label the bare label means the kind with the lowest standing. */
int session_standing(const struct kinds *kinds, const char *kind);

/* "INFRA-042", or the path where there is no label: how messages call it. */
const char *session_name(const struct art *art);
/* Whether the bare label would name an artifact of another kind. */
bool session_needs_kind(const struct session *s, const struct art *art);
/* The same with the kind where the bare label would name another ("runbook:INFRA-042"). Caller
 * frees. */
char *session_long_name(const struct session *s, const struct art *art);
/* A path as typed (relative to where the user stands, or absolute) from the top; NULL when it is
 * outside. Caller frees. */
char *session_path(const struct session *s, const char *name);

/* Lines on stderr, made safe for a terminal, each after the prefix. */
void session_tell(const struct strs *lines, const char *prefix);

/* After a creation or a change of state, when agent.autoPush (default "new") and the remote allow:
 * push at once, else say on stderr that it is queued. Never fails because of the remote. created: a
 * new artifact or a changed state. */
err_t session_auto_push(struct session *s, const char *uid, bool created) MUST_CHECK;
/* The same of several, in one push. */
err_t session_auto_push_all(struct session *s, const struct strs *uids, bool created) MUST_CHECK;

#endif
