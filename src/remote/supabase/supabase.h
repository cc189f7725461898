/*
 * The remote over HTTP: Supabase, that is PostgREST for the calls of remote.h and Supabase Auth for
 * sessions. What is declared here is in the program (remote/supabase.c); the work is done by
 * the module supabase.so, opened by the first call.
 *
 * Every call obeys the same rules: https only (http to loopback), certificates are checked, a token
 * is never sent on by a redirect, at most five tries, one refresh of the session, a bound
 * for what is read. Errors:
 *   ERR_OFFLINE  out of reach, or busy: try later
 *   ERR_REFUSED  not logged in, no member, a rule, a version
 *   ERR_FATAL    certificate, address, an answer that is no git-agent server's
 * and supabase.why tells them apart.
 */
#ifndef REMOTE_SUPABASE_SUPABASE_H
#define REMOTE_SUPABASE_SUPABASE_H

#include "remote/remote.h"

#include <stdint.h>

/* What Supabase Auth gave. */
struct supabase_session {
	char *access;	/* token of an hour or so; NULL: only `refresh` is known yet */
	char *refresh;	/* token to get the next one with; NULL: there is none, CI's fixed token */
	char *user;	/* id; NULL: not known */
	char *email;	/* NULL: not known */
	int64_t expires;	/* of access, seconds since 1970 by our clock; 0: not known */
};
/* Wipes and frees. */
void supabase_session_release(struct supabase_session *s);

/* Who keeps sessions, for this url: the program (git credential, environment), not the module. */
struct supabase_keeper {
	void *ctx;
	/* One process per user and host at a time; NULL: needs none. */
	err_t (*lock)(void *ctx);
	void (*unlock)(void *ctx);
	/* ERR_NOTFOUND: nobody is logged in. NULL: nobody ever is. */
	err_t (*load)(void *ctx, struct supabase_session *out);
	/* After a refresh, under the lock. NULL: not kept. */
	err_t (*save)(void *ctx, const struct supabase_session *s);
	/* The session has ended and cannot be refreshed, under the lock. NULL: nothing to do. */
	err_t (*forget)(void *ctx);
};

/* Strings may be NULL unless said otherwise. */
struct supabase_options {
	const char *url;	/* "https://host[:port][/base]"; never NULL */
	const char *key;	/* publishable key, or a legacy anon one; never NULL */
	const char *project;	/* slug or uuid; a uuid saves looking it up */
	const char *proxy;	/* http.proxy; NULL: http_proxy and the like, "": none */
	const char *ca_info, *ca_path;	/* http.sslCAInfo, http.sslCAPath */
	const char *cert, *cert_key;	/* http.sslCert, http.sslKey */
	struct supabase_keeper keeper;
	/* Milliseconds; 0: 5 s to connect, 15 s without a byte, 30 s for a request, and a
	 * first pause of about 0.5 s before it is tried again. */
	int connect_ms, stall_ms, deadline_ms, pause_ms;
	int tries;	/* at most; 0: five */
};

/* Why the last call failed. */
enum supabase_why {
	SUPABASE_NO_ERROR,
	SUPABASE_OFFLINE,	/* not reached, busy, broken off */
	SUPABASE_CERTIFICATE,
	SUPABASE_NOT_A_SERVER,	/* something answers, but not Supabase */
	SUPABASE_BAD_KEY,
	SUPABASE_NOT_INSTALLED,	/* a Supabase without the schema gitagent */
	SUPABASE_TOO_OLD,	/* the server wants a newer client, or lacks a call we need */
	SUPABASE_LOGGED_OUT,	/* nobody is logged in, or the session has ended */
	SUPABASE_NOT_FOUND,	/* no such project, or no member of it: a server does not tell */
	SUPABASE_FORBIDDEN,	/* a member, but not of this role */
	SUPABASE_BAD_LOGIN,	/* password or code is wrong */
	SUPABASE_OTHER,
};

struct supabase {
	struct remote remote;	/* of the project; close it to release all */
	void *ctx;	/* for the functions below */
	/* POST rest/v1/rpc/<function>. request and *reply are JSON; the caller frees the reply. The
	 * project is not added. */
	err_t (*call)(void *ctx, char **reply, const char *function, const char *request);
	/* GET rest/v1/<view>[?<query>]: an array of rows. */
	err_t (*read)(void *ctx, char **reply, const char *view);
	/* The project's uuid into out[37]. ERR_NOTFOUND; ERR_AMBIGUOUS: several of that slug. */
	err_t (*project)(void *ctx, char *out);
	enum supabase_why (*why)(void *ctx);
};

/* Asks nothing yet. ERR_REFUSED: the url is none, or plain http; the key is a secret one. The
 * strings of the options need not outlive the call; what keeper.ctx points to must. */
err_t supabase_open(struct supabase *out, const struct supabase_options *o) MUST_CHECK;

/* Supabase Auth. *out is filled, not saved; project and keeper are not used. */
err_t supabase_login_password(struct supabase_session *out, const struct supabase_options *o,
			      const char *email, const char *password) MUST_CHECK;
err_t supabase_send_code(const struct supabase_options *o, const char *email) MUST_CHECK;
err_t supabase_login_code(struct supabase_session *out, const struct supabase_options *o,
			  const char *email, const char *code) MUST_CHECK;
err_t supabase_login_refresh(struct supabase_session *out, const struct supabase_options *o,
			     const char *refresh) MUST_CHECK;
/* The version of libcurl, and of cJSON, into static memory. ERR_FATAL when it cannot be loaded. */
err_t supabase_library(const char **out) MUST_CHECK;
err_t supabase_cjson(const char **out) MUST_CHECK;
/* Ends it on the server. No error when it had ended. */
err_t supabase_logout(const struct supabase_options *o, const struct supabase_session *s)
	MUST_CHECK;

#endif
