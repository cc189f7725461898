/* Internal to supabase.so. Names begin with sb_, because the program's own symbols go first. */
#ifndef REMOTE_SUPABASE_SB_H
#define REMOTE_SUPABASE_SB_H

#include "remote/supabase/module.h"
#include "util/mem.h"
#include "util/slice.h"

#define SB_TRIES 5
#define SB_REPLY_MAX (8u * 1024 * 1024)

/* --- one request, once (sb_http.c) --------------------------------------------------------- */

struct sb_http;		/* one easy handle: its connection is used again */

struct sb_request {
	const char *path;	/* "rest/v1/rpc/pull", with its query */
	const char *body;	/* JSON; NULL: GET */
	size_t max;		/* of the reply, in bytes; 0: SB_REPLY_MAX */
	bool once;		/* twice would be two: again only if it was not received */
	bool empty;		/* a reply without a body is one */
	bool want_409;		/* PT409 is an answer: the document is in `details` */
	bool want_split;	/* "too much at once" is an answer */
};

enum sb_broken {
	SB_WHOLE,	/* there is a status and a body */
	SB_UNREACHED,	/* nothing was sent */
	SB_CUT,		/* broken off, timed out, cut short */
	SB_CERTIFICATE,
	SB_TOO_LARGE,
	SB_WRONG,	/* will not get better: what is configured cannot be used */
};

struct sb_reply {
	enum sb_broken broken;
	char *reason;	/* what the library says; NULL when whole */
	long status;
	struct mem_stream stream;	/* while it comes in */
	char *body;	/* NUL-terminated */
	size_t len;
	long retry_after;	/* seconds; -1: not said */
	int tries;	/* 2: libcurl found its old connection dead and sent it once more */
	char *location;	/* of a redirect */
	/* Of a reply that is no success and says so in JSON: */
	char *code, *message, *details;
};

err_t sb_http_open(struct sb_http **out, const struct supabase_options *o) MUST_CHECK;
void sb_http_close(struct sb_http *h);
/* The version of libcurl. */
const char *sb_http_library(void);
const char *sb_http_url(const struct sb_http *h);
/* token: NULL for none. Never fails: what went wrong is in the reply. */
void sb_http_send(struct sb_reply *out, struct sb_http *h, const struct sb_request *r,
		  const char *token);
/* A pause before the next try, told in the trace. */
void sb_http_pause(const struct sb_http *h, int ms);
int sb_http_pause_ms(const struct sb_http *h);
int sb_http_deadline_ms(const struct sb_http *h);
void sb_reply_release(struct sb_reply *r);

/* --- what may be sent where (sb_check.c) --------------------------------------------------- */

/* The url without a slash at its end; ERR_REFUSED. *loopback: this machine. */
err_t sb_check_url(char **out, bool *loopback, const char *url) MUST_CHECK;
err_t sb_check_key(const char *key) MUST_CHECK;

/* --- with all the rules (sb_ask.c) --------------------------------------------------------- */

struct sb {
	struct sb_http *http;
	struct supabase_keeper keeper;
	struct supabase_session session;
	bool loaded;	/* the session */
	char *slug;	/* as given, may be a uuid; NULL */
	char project[37];	/* "": not looked up */
	enum supabase_why why;
	int tries;
};

/* Tries, pauses, refreshes the session. A reply is a success, or one that the request wants. */
err_t sb_ask(struct sb_reply *out, struct sb *s, const struct sb_request *r) MUST_CHECK;
/* The same without a session: for Supabase Auth. */
err_t sb_ask_auth(struct sb_reply *out, struct sb *s, const struct sb_request *r,
		  const char *token) MUST_CHECK;

/* --- sessions (sb_session.c) --------------------------------------------------------------- */

/* The token to send. ERR_REFUSED: nobody is logged in. */
err_t sb_session_token(const char **out, struct sb *s) MUST_CHECK;
/* After a 401 to `token`: another one. *got false: there is none to be had. */
err_t sb_session_renew(bool *got, struct sb *s, const char *token) MUST_CHECK;
err_t sb_auth_refresh(struct supabase_session *out, struct sb *s, const char *refresh) MUST_CHECK;

/* --- what a reply means (sb_error.c) ------------------------------------------------------- */

enum sb_meaning {
	SB_SUCCESS,
	SB_AGAIN,	/* try again */
	SB_RENEW,	/* the token is not accepted */
	SB_SPLIT,	/* too much at once */
	SB_NEVER,
};
enum sb_meaning sb_meaning(const struct sb_reply *reply, const struct sb_request *r);
/* Reads code, message and details of a reply that is no success. */
void sb_reply_read_error(struct sb_reply *r);
/* Also sets s->why. */
err_t sb_error(struct sb *s, const struct sb_reply *reply, const struct sb_request *r) MUST_CHECK;
err_t sb_logged_out(struct sb *s) MUST_CHECK;

/* --- JSON (sb_json.c) ---------------------------------------------------------------------- */

struct sb_flaws {
	bool text;	/* U+0000, a lone surrogate, ill-formed UTF-8 */
	bool twice;	/* a key comes twice in an object */
	bool number;	/* out of any range */
	int depth;
};
/* One value of strict JSON and nothing more. flaws may be NULL. */
bool sb_json_valid(struct slice json, struct sb_flaws *flaws);
/* The rest is for valid JSON. The value of a key; false: none. */
bool sb_json_get(struct slice *value, struct slice object, const char *key);
/* The next member of an object; *rest begins as the whole object. Escapes of keys stay. */
bool sb_json_member(struct slice *key, struct slice *value, struct slice *rest);
/* The next element of an array; *rest begins as the whole array. */
bool sb_json_next(struct slice *element, struct slice *rest);
/* The text of a string; NULL when it is none, or holds U+0000. Caller frees. */
char *sb_json_text(struct slice string);
/* A field of an object as text. */
char *sb_json_field(struct slice object, const char *key);

/* --- small answers (sb_cjson.c) ------------------------------------------------------------ */

/* Auth, errors, tokens: what is no document. text ends with a NUL behind it. NULL: it is not one
 * JSON value. Release with sb_cjson_release. */
struct cJSON;
struct cJSON *sb_cjson_read(struct slice text);
void sb_cjson_release(struct cJSON **value);
/* The value of a key that is a string, up to the first U+0000; NULL: none. Caller frees. */
char *sb_cjson_text(const struct cJSON *object, const char *key);
/* The value of a key that is a number of 31 bits and at least 1. */
int64_t sb_cjson_number(const struct cJSON *object, const char *key, int64_t otherwise);
/* The value of a key, part of object; NULL: none, which all of the above take for an empty one. */
const struct cJSON *sb_cjson_object(const struct cJSON *object, const char *key);
/* The version of cJSON. */
const char *sb_cjson_library(void);

/* --- the functions of the table ------------------------------------------------------------ */

err_t sb_open(struct supabase *out, const struct supabase_options *o);
err_t sb_login_password(struct supabase_session *out, const struct supabase_options *o,
			const char *email, const char *password);
err_t sb_send_code(const struct supabase_options *o, const char *email);
err_t sb_login_code(struct supabase_session *out, const struct supabase_options *o,
		    const char *email, const char *code);
err_t sb_login_refresh(struct supabase_session *out, const struct supabase_options *o,
		       const char *refresh);
err_t sb_logout(const struct supabase_options *o, const struct supabase_session *session);

/* Opened without a session, for one call. */
err_t sb_start(struct sb **out, const struct supabase_options *o) MUST_CHECK;
void sb_stop(struct sb *s);
static inline void scoped_sb(struct sb **s)
{
	sb_stop(*s);
}

#endif
