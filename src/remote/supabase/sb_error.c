/*
 * What a reply means: by status and code, never by text. The same thing has other codes
 * in other versions: PGRST301 is PGRST303 later, 42P01 is PGRST205.
 */
#include "remote/supabase/sb.h"

#include <stdlib.h>
#include <string.h>

#define MESSAGE_MAX 300

/* --- reading -------------------------------------------------------------------------------- */

/* PostgREST says {"code","message","details","hint"}, Supabase Auth {"error_code","msg"} or
 * {"error","error_description"}; a gateway {"message"}, or HTML. */
static char *first_text(const struct cJSON *object, const char *a, const char *b, const char *c)
{
	char *text = sb_cjson_text(object, a);

	if (!text)
		text = sb_cjson_text(object, b);
	return text ? text : sb_cjson_text(object, c);
}

void sb_reply_read_error(struct sb_reply *r)
{
	scoped(sb_cjson_release) struct cJSON *body = sb_cjson_read(slice_of(r->body, r->len));

	r->code = first_text(body, "error_code", "code", "error");
	r->message = first_text(body, "message", "msg", "error_description");
	r->details = sb_cjson_text(body, "details");
	if (r->message && strlen(r->message) > MESSAGE_MAX)
		memcpy(r->message + MESSAGE_MAX - 3, "...", 4);
}

static bool is(const char *code, const char *prefix)
{
	return code && strncmp(code, prefix, strlen(prefix)) == 0;
}

/* --- what to do ----------------------------------------------------------------------------- */

/* Serialisation, deadlock, lock not to be had, going down or coming up, out of resources. */
static bool passes(const char *code)
{
	return is(code, "40001") || is(code, "40P01") || is(code, "55P03") ||
	       (is(code, "57P0")) || is(code, "53");
}

static enum sb_meaning by_status(const struct sb_reply *r)
{
	switch (r->status) {
	case 401:
		return SB_RENEW;
	case 413:
		return SB_SPLIT;
	case 408:
	case 429:
	case 502:
	case 503:
	case 504:
	case 544:
		return SB_AGAIN;
	case 500:
		return passes(r->code) ? SB_AGAIN : is(r->code, "57014") ? SB_SPLIT : SB_NEVER;
	default:
		return r->status >= 520 && r->status <= 527 ? SB_AGAIN : SB_NEVER;
	}
}

/* A success that is not JSON was cut short, unless it is somebody's web page. */
static bool is_page(const struct sb_reply *r)
{
	return r->body[strspn(r->body, " \t\r\n")] == '<';
}

enum sb_meaning sb_meaning(const struct sb_reply *reply, const struct sb_request *r)
{
	switch (reply->broken) {
	case SB_WHOLE:
		break;
	case SB_UNREACHED:
		return SB_AGAIN;
	case SB_CUT:
		return r->once ? SB_NEVER : SB_AGAIN;
	case SB_TOO_LARGE:
		return SB_SPLIT;
	case SB_CERTIFICATE:
	case SB_WRONG:
	default:
		return SB_NEVER;
	}
	if (reply->status >= 200 && reply->status <= 299) {
		if (r->empty || sb_json_valid(slice_of(reply->body, reply->len), NULL))
			return SB_SUCCESS;
		return is_page(reply) || r->once ? SB_NEVER : SB_AGAIN;
	}
	return by_status(reply);
}

/* --- what to say ---------------------------------------------------------------------------- */

static err_t say(struct sb *s, enum supabase_why why, err_t err)
{
	s->why = why;
	return err;
}

err_t sb_logged_out(struct sb *s)
{
	return say(s, SUPABASE_LOGGED_OUT,
		   err_hint(err_new(ERR_REFUSED, "you are not logged in at '%s'",
				    sb_http_url(s->http)),
			    "'git agent login' logs in"));
}

static err_t broken(struct sb *s, const struct sb_reply *r)
{
	const char *url = sb_http_url(s->http);

	switch (r->broken) {
	case SB_CERTIFICATE:
		return say(s, SUPABASE_CERTIFICATE,
			   err_hint(err_new(ERR_FATAL, "the certificate of '%s' is refused: %s",
					    url, r->reason),
				    "if the server has a certificate authority of its own, "
				    "'git config http.sslCAInfo <file>' names it"));
	case SB_TOO_LARGE:
		return say(s, SUPABASE_OTHER,
			   err_new(ERR_FATAL, "the answer of '%s' is larger than is good", url));
	case SB_WRONG:
		return say(s, SUPABASE_OTHER,
			   err_new(ERR_FATAL, "cannot ask '%s': %s", url, r->reason));
	case SB_WHOLE:
	case SB_UNREACHED:
	case SB_CUT:
	default:
		return say(s, SUPABASE_OFFLINE,
			   err_new(ERR_OFFLINE, "remote '%s' is out of reach: %s", url,
				   r->reason ? r->reason : "the answer was cut short"));
	}
}

static err_t not_a_server(struct sb *s, const struct sb_reply *r)
{
	return say(s, SUPABASE_NOT_A_SERVER,
		   err_hint(err_new(ERR_OFFLINE, "'%s' does not answer as Supabase does (HTTP %ld)",
				    sb_http_url(s->http), r->status),
			    "is the url right, and no page of the network in between?"));
}

static err_t redirected(struct sb *s, const struct sb_reply *r)
{
	return say(s, SUPABASE_NOT_A_SERVER,
		   err_hint(err_new(ERR_FATAL, "'%s' redirects to '%s', and a token is not sent on",
				    sb_http_url(s->http), r->location ? r->location : "?"),
			    "if that is the right place, it is to be configured as the remote"));
}

static err_t not_installed(struct sb *s)
{
	return say(s, SUPABASE_NOT_INSTALLED,
		   err_hint(err_new(ERR_REFUSED, "git-agent is not installed at '%s'",
				    sb_http_url(s->http)),
			    "the migrations in supabase/ are to be applied, and the schema "
			    "'gitagent' is to be exposed"));
}

static err_t server_says(struct sb *s, enum supabase_why why, const struct sb_reply *r)
{
	return say(s, why,
		   err_new(ERR_REFUSED, "'%s' refuses: %s (HTTP %ld%s%s)", sb_http_url(s->http),
			   r->message ? r->message : "it does not say why", r->status,
			   r->code ? ", " : "", r->code ? r->code : ""));
}

/* Later: what the server cannot do now. */
static err_t unavailable(struct sb *s, const struct sb_reply *r)
{
	const char *what = r->status == 402   ? "the project has used up what it may"
			   : r->status == 429 ? "too many requests"
			   : r->status == 540 ? "the project is paused"
			   : r->message	      ? r->message
					      : "the server failed";
	err_t err = err_new(ERR_OFFLINE, "remote '%s' cannot answer: %s (HTTP %ld%s%s)",
			    sb_http_url(s->http), what, r->status, r->code ? ", " : "",
			    r->code ? r->code : "");

	if (r->status == 402 || r->status == 540)
		err = err_hint(err, "its owner can change that in the dashboard");
	else if (r->retry_after > 0)
		err = err_hint(err, "it asks to wait for %ld seconds", r->retry_after);
	return say(s, SUPABASE_OFFLINE, err);
}

static err_t unauthorized(struct sb *s, const struct sb_reply *r, const struct sb_request *q)
{
	if (strncmp(q->path, "auth/", 5) == 0 && r->code)
		return server_says(s, SUPABASE_BAD_LOGIN, r);
	if (r->code)
		return sb_logged_out(s);
	return say(s, SUPABASE_BAD_KEY,
		   err_hint(err_new(ERR_REFUSED, "'%s' does not accept the key",
				    sb_http_url(s->http)),
			    "agent.key is the publishable key of the project"));
}

static err_t not_found(struct sb *s, const struct sb_reply *r)
{
	if (is(r->code, "PGRST202"))
		return say(s, SUPABASE_TOO_OLD,
			   err_hint(err_new(ERR_REFUSED, "git-agent at '%s' is not there, or too "
							 "old for this version",
					    sb_http_url(s->http)),
				    "the migrations in supabase/ are to be applied"));
	if (is(r->code, "PGRST205") || is(r->code, "42P01"))
		return not_installed(s);
	if (!is(r->code, "PT404"))
		return not_a_server(s, r);
	return say(s, SUPABASE_NOT_FOUND,
		   err_hint(err_new(ERR_REFUSED, "'%s' has no project '%s', or you are not a "
						 "member (any more)",
				    sb_http_url(s->http), s->slug ? s->slug : "?"),
			    "an admin of the project can add you; what you did is still here"));
}

static err_t by_auth(struct sb *s, const struct sb_reply *r)
{
	if (!r->code)
		return r->message ? unauthorized(s, r, &(struct sb_request){.path = ""})
				  : not_a_server(s, r);
	return server_says(s, SUPABASE_BAD_LOGIN, r);
}

static err_t refused(struct sb *s, const struct sb_reply *r, const struct sb_request *q)
{
	switch (r->status) {
	case 401:
		return unauthorized(s, r, q);
	case 403:
		if (is(r->code, "42501"))
			return not_installed(s);
		return server_says(s, SUPABASE_FORBIDDEN, r);
	case 404:
		return not_found(s, r);
	case 406:
		return is(r->code, "PGRST106") ? not_installed(s)
					       : server_says(s, SUPABASE_OTHER, r);
	case 426:
		return say(s, SUPABASE_TOO_OLD,
			   err_hint(err_new(ERR_REFUSED, "'%s' wants a newer git-agent",
					    sb_http_url(s->http)), "upgrade git-agent"));
	default:
		return server_says(s, SUPABASE_OTHER, r);
	}
}

err_t sb_error(struct sb *s, const struct sb_reply *r, const struct sb_request *q)
{
	if (r->broken)
		return broken(s, r);
	if (r->status >= 200 && r->status <= 299)
		return is_page(r) ? not_a_server(s, r) : broken(s, r);
	if (r->status >= 300 && r->status <= 399)
		return redirected(s, r);
	if (r->status >= 500 || r->status == 402 || r->status == 408 || r->status == 429)
		return unavailable(s, r);
	if (strncmp(q->path, "auth/", 5) == 0)
		return by_auth(s, r);
	return refused(s, r, q);
}
