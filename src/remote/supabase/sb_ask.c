/* A request by the rules: five tries at most, pauses at random, the session renewed once. */
#include "remote/supabase/sb.h"
#include "util/clock.h"

#include <stdlib.h>

#define TRIES_UNREACHED 3
#define WAIT_MAX 30	/* seconds that somebody at a terminal is made to wait by one Retry-After */

struct tries {
	int nr;
	bool renewed;
	int64_t start;
};

/* Full jitter: of those whom one fault stopped, no two come back at once. */
static int jitter(int pause_ms, int nr)
{
	unsigned long long random;
	char uuid[37];

	clock_uuid(uuid);
	uuid[8] = '\0';
	random = strtoull(uuid, NULL, 16);
	return (int)(random % ((unsigned long long)pause_ms << (nr - 1))) + 1;
}

static bool time_is_up(const struct tries *t, const struct sb *s)
{
	return (clock_monotonic_ns() - t->start) / 1000000 > sb_http_deadline_ms(s->http) * 2;
}

static bool may_try_again(struct tries *t, const struct sb *s, const struct sb_reply *reply)
{
	int max = reply->broken == SB_UNREACHED ? TRIES_UNREACHED : SB_TRIES;

	if (t->nr >= max || t->nr >= s->tries || time_is_up(t, s) ||
	    reply->retry_after > WAIT_MAX)
		return false;
	sb_http_pause(s->http, reply->retry_after > 0 ? (int)reply->retry_after * 1000
						      : jitter(sb_http_pause_ms(s->http), t->nr));
	return true;
}

static bool is_wanted(enum sb_meaning meaning, const struct sb_reply *reply,
		      const struct sb_request *r)
{
	return meaning == SB_SUCCESS || (meaning == SB_SPLIT && r->want_split) ||
	       (r->want_409 && !reply->broken && reply->status == 409 && reply->details);
}

/* *again: another try is worth it. */
static err_t judge(bool *again, struct sb *s, struct tries *t, const struct sb_reply *reply,
		   const struct sb_request *r, const char *token)
{
	enum sb_meaning meaning = sb_meaning(reply, r);

	*again = false;
	if (is_wanted(meaning, reply, r))
		return NULL;
	if (meaning == SB_RENEW && token && !t->renewed && t->nr < SB_TRIES) {
		t->renewed = true;
		TRY(sb_session_renew(again, s, token));
	} else if (meaning == SB_AGAIN) {
		*again = may_try_again(t, s, reply);
	}
	return *again ? NULL : sb_error(s, reply, r);
}

static err_t ask(struct sb_reply *out, struct sb *s, const struct sb_request *r, bool session,
		 const char *fixed)
{
	struct tries t = {.start = clock_monotonic_ns()};

	s->why = SUPABASE_NO_ERROR;
	for (;;) {
		scoped(sb_reply_release) struct sb_reply reply = {0};
		const char *token = fixed;
		bool again;

		if (session)
			TRY(sb_session_token(&token, s));
		sb_http_send(&reply, s->http, r, token);
		t.nr += reply.tries;
		TRY(judge(&again, s, &t, &reply, r, session ? token : NULL));
		if (!again) {
			*out = reply;
			reply = (struct sb_reply){0};
			return NULL;
		}
	}
}

err_t sb_ask(struct sb_reply *out, struct sb *s, const struct sb_request *r)
{
	return ask(out, s, r, true, NULL);
}

err_t sb_ask_auth(struct sb_reply *out, struct sb *s, const struct sb_request *r,
		  const char *token)
{
	return ask(out, s, r, false, token);
}
