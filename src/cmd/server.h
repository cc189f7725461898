/*
 * The server of a clone, where its remote is https: who asks, and how it is reached. From options
 * of a command, over the environment, over git's configuration:
 *
 *	agent.remote                      the url, pinned by sync init
 *	agent.project, agent.projectId    name and id of the project there
 *	agent.key, GIT_AGENT_KEY          publishable key of the server
 *	agent.user                        e-mail address, where a user has several
 *	http.proxy, http.sslCAInfo, ...   as git has them, with http.<url>.*
 */
#ifndef CMD_SERVER_H
#define CMD_SERVER_H

#include "cmd/keeper.h"

struct server {
	char *url, *key, *user;
	char *slug;		/* of the project, as people call it; NULL: not known */
	char *project;		/* its id, else the slug; NULL: not known */
	struct supabase_options options;	/* points into this struct */
	struct keeper *keeper;
	char *http[5];		/* what options has of http.* */
	struct supabase sb;
	bool is_open;		/* sb is to be closed */
};

/* What was typed: NULL where nothing was. */
struct server_ask {
	const char *url, *key, *project, *user;
	bool brief;	/* one try, of one second */
};

/* "https://..." or "http://...". */
bool server_is_url(const char *url);
/* Lower case host, no slash at the end; caller frees. ERR_MISUSE: not the url of a server. */
err_t server_url(char **out, const char *typed) MUST_CHECK;

/* Finds out all of it; asks nothing yet. repo may be NULL. ERR_MISUSE: no url, no key. */
err_t server_find(struct server *s, const struct server_ask *ask, struct repo *repo) MUST_CHECK;
/* server_find, and the client. ERR_REFUSED: plain http, a secret key. */
err_t server_open(struct server *s, const struct server_ask *ask, struct repo *repo) MUST_CHECK;
void server_close(struct server *s);

/* The error of a call in the user's words, with the one thing to do next; takes over err. */
err_t server_explain(err_t err, struct server *s) MUST_CHECK;

/* POST rpc/<function>; the request is {"project": <ours>, ...} with `more` ("\"a\":1" or NULL). */
err_t server_call(char **reply, struct server *s, const char *function, const char *more)
	MUST_CHECK;

/* A value that the team suggests in the work tree's .agent/config; NULL: none. Caller frees. */
err_t server_suggested(char **out, const struct repo *repo, const char *key) MUST_CHECK;

#endif
