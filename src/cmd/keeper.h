/*
 * Who is logged in, for the client of Supabase: sessions live in git's credential helper, one line
 * each, under the url of the server and the user's address; in CI they come from the environment.
 *
 *	GIT_AGENT_TOKEN            an access token, used as it is
 *	GIT_AGENT_REFRESH_TOKEN    used once, when no helper has a session
 *	GIT_AGENT_URL              the server these are for; else agent.tokenUrl of the user
 */
#ifndef CMD_KEEPER_H
#define CMD_KEEPER_H

#include "git/repo.h"
#include "remote/supabase/supabase.h"

struct keeper;

/* url: of the server, without a slash at its end. user: an e-mail address; NULL: whoever is there.
 * repo may be NULL. */
err_t keeper_open(struct keeper **out, const char *url, const char *user, struct repo *repo)
	MUST_CHECK;
void keeper_close(struct keeper *k);	/* NULL has no effect */

/* What the client calls. load: ERR_NOTFOUND when nobody is logged in; ERR_REFUSED for a token of
 * the environment that is for another server. lock: one process per user and server at a time. */
struct supabase_keeper keeper_calls(struct keeper *k);

/* True when the session that was saved can be found again; the reason when not. */
err_t keeper_proves(struct keeper *k, const struct supabase_session *s) MUST_CHECK;
/* "ada@example.org" of the session that load would give; NULL when nobody is. Caller frees. */
err_t keeper_user(char **out, struct keeper *k) MUST_CHECK;
bool keeper_from_environment(const struct keeper *k);

#endif
