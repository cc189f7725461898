/* Supabase Auth: sessions for a password, a code, or the token of the session before. */
#include "remote/supabase/sb.h"
#include "util/clock.h"
#include "util/json.h"

#include <stdlib.h>
#include <string.h>

#define LIFETIME 3600

/* {"<a>":..., "<b>":...}; b may be NULL. */
static char *body_of(const char *a, const char *a_value, const char *b, const char *b_value,
		     const char *c, const char *c_value)
{
	struct mem_stream out;
	struct json j;

	mem_stream_open(&out);
	json_init(&j, out.file);
	json_object_begin(&j);
	json_key_string(&j, a, a_value);
	if (b)
		json_key_string(&j, b, b_value);
	if (c)
		json_key_string(&j, c, c_value);
	json_object_end(&j);
	return mem_stream_close(&out, NULL);
}

/* By our own clock: the server's may be another. */
static err_t read_session(struct supabase_session *out, const struct sb *s,
			  const struct sb_reply *r)
{
	scoped(sb_cjson_release) struct cJSON *body = sb_cjson_read(slice_of(r->body, r->len));
	const struct cJSON *user = sb_cjson_object(body, "user");
	struct supabase_session session = {
		.access = sb_cjson_text(body, "access_token"),
		.refresh = sb_cjson_text(body, "refresh_token"),
		.expires = clock_now() + sb_cjson_number(body, "expires_in", LIFETIME),
		.user = sb_cjson_text(user, "id"),
		.email = sb_cjson_text(user, "email"),
	};

	if (!session.access) {
		supabase_session_release(&session);
		return err_new(ERR_OFFLINE, "'%s' answered without a session",
			       sb_http_url(s->http));
	}
	*out = session;
	return NULL;
}

static void wipe(char **text)
{
	if (*text)
		explicit_bzero(*text, strlen(*text));
	free(*text);
}

static err_t get_session(struct supabase_session *out, struct sb *s, const char *path, char *body,
			 bool once)
{
	scoped(sb_reply_release) struct sb_reply reply = {0};
	scoped(wipe) char *owned = body;

	TRY(sb_ask_auth(&reply, s,
			&(struct sb_request){.path = path, .body = owned, .once = once}, NULL));
	return read_session(out, s, &reply);
}

err_t sb_auth_refresh(struct supabase_session *out, struct sb *s, const char *refresh)
{
	return get_session(out, s, "auth/v1/token?grant_type=refresh_token",
			   body_of("refresh_token", refresh, NULL, NULL, NULL, NULL), false);
}

err_t sb_login_password(struct supabase_session *out, const struct supabase_options *o,
			const char *email, const char *password)
{
	scoped(scoped_sb) struct sb *s = NULL;

	TRY(sb_start(&s, o));
	return get_session(out, s, "auth/v1/token?grant_type=password",
			   body_of("email", email, "password", password, NULL, NULL), false);
}

err_t sb_send_code(const struct supabase_options *o, const char *email)
{
	scoped(scoped_sb) struct sb *s = NULL;
	scoped(sb_reply_release) struct sb_reply reply = {0};
	scoped_free char *body = body_of("email", email, NULL, NULL, NULL, NULL);

	TRY(sb_start(&s, o));
	return sb_ask_auth(&reply, s,
			   &(struct sb_request){.path = "auth/v1/otp", .body = body, .once = true,
						.empty = true}, NULL);
}

err_t sb_login_code(struct supabase_session *out, const struct supabase_options *o,
		    const char *email, const char *code)
{
	scoped(scoped_sb) struct sb *s = NULL;

	TRY(sb_start(&s, o));
	return get_session(out, s, "auth/v1/verify",
			   body_of("type", "email", "email", email, "token", code), true);
}

err_t sb_login_refresh(struct supabase_session *out, const struct supabase_options *o,
		       const char *refresh)
{
	scoped(scoped_sb) struct sb *s = NULL;

	TRY(sb_start(&s, o));
	return sb_auth_refresh(out, s, refresh);
}

err_t sb_logout(const struct supabase_options *o, const struct supabase_session *session)
{
	scoped(scoped_sb) struct sb *s = NULL;
	scoped(sb_reply_release) struct sb_reply reply = {0};
	err_t err;

	if (!session->access)
		return NULL;
	TRY(sb_start(&s, o));
	err = sb_ask_auth(&reply, s,
			  &(struct sb_request){.path = "auth/v1/logout?scope=local", .body = "",
					       .empty = true}, session->access);
	if (!err || err->code != ERR_REFUSED || s->why != SUPABASE_BAD_LOGIN)
		return err;
	err_free(err);
	return NULL;
}
