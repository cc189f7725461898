/*
 * The session: loaded when first needed, refreshed when it ends. A refresh token is good for one
 * use, so that two processes must not refresh at once: under the keeper's lock it is looked at
 * again first.
 */
#include "remote/supabase/sb.h"
#include "util/clock.h"
#include "util/fault.h"

#include <stdlib.h>
#include <string.h>

#define MARGIN 30	/* seconds before its end that a token is no longer used */

static void take(struct sb *s, struct supabase_session *from)
{
	supabase_session_release(&s->session);
	s->session = *from;
	*from = (struct supabase_session){0};
}

static err_t load(bool *found, struct sb *s)
{
	scoped(supabase_session_release) struct supabase_session session = {0};
	err_t err = s->keeper.load ? s->keeper.load(s->keeper.ctx, &session)
				   : err_new(ERR_NOTFOUND, "no session");

	*found = !err;
	if (err && err->code == ERR_NOTFOUND) {
		err_free(err);
		return NULL;
	}
	TRY(err);
	take(s, &session);
	s->loaded = true;
	return NULL;
}

/* A server that refuses the refresh token for good has ended the session. */
static err_t ended(struct sb *s, err_t err)
{
	if (err->code != ERR_REFUSED || s->why != SUPABASE_BAD_LOGIN)
		return err;
	err_free(err);
	if (s->keeper.forget)
		TRY(s->keeper.forget(s->keeper.ctx));
	supabase_session_release(&s->session);
	s->loaded = false;
	return sb_logged_out(s);
}

static err_t refresh(bool *got, struct sb *s)
{
	scoped(supabase_session_release) struct supabase_session fresh = {0};
	err_t err;

	*got = false;
	if (!s->session.refresh || !*s->session.refresh)
		return NULL;
	err = sb_auth_refresh(&fresh, s, s->session.refresh);
	if (err)
		return ended(s, err);
	fault_point("token-refreshed");
	take(s, &fresh);
	*got = true;
	return s->keeper.save ? s->keeper.save(s->keeper.ctx, &s->session) : NULL;
}

static bool same(const char *a, const char *b)
{
	return a && b && strcmp(a, b) == 0;
}

static err_t refresh_locked(bool *got, struct sb *s, const char *token)
{
	bool found;

	TRY(load(&found, s));
	if (!found)
		return sb_logged_out(s);
	*got = s->session.access && *s->session.access && !same(s->session.access, token) &&
	       (!s->session.expires || s->session.expires > clock_now() + MARGIN);
	return *got ? NULL : refresh(got, s);
}

err_t sb_session_renew(bool *got, struct sb *s, const char *token)
{
	scoped_free char *used = token ? mem_strdup(token) : NULL;
	err_t err;

	*got = false;
	if (s->keeper.lock)
		TRY(s->keeper.lock(s->keeper.ctx));
	err = refresh_locked(got, s, used);
	if (s->keeper.unlock)
		s->keeper.unlock(s->keeper.ctx);
	if (used)
		explicit_bzero(used, strlen(used));
	return err;
}

static bool is_usable(const struct supabase_session *s)
{
	return s->access && *s->access &&
	       (!s->expires || !s->refresh || s->expires > clock_now() + MARGIN);
}

/* It goes into a header. */
static err_t check_form(struct sb *s)
{
	for (const char *c = s->session.access; *c; c++)
		if (*c <= ' ' || *c > '~') {
			s->why = SUPABASE_LOGGED_OUT;
			return err_hint(err_new(ERR_REFUSED, "the token for '%s' is malformed",
						sb_http_url(s->http)),
					"it is one line without blanks, as it was issued");
		}
	return NULL;
}

err_t sb_session_token(const char **out, struct sb *s)
{
	bool found = true;

	if (!s->loaded)
		TRY(load(&found, s));
	if (found && !is_usable(&s->session))
		TRY(sb_session_renew(&found, s, s->session.access));
	if (!found || !s->session.access)
		return sb_logged_out(s);
	TRY(check_form(s));
	*out = s->session.access;
	return NULL;
}
