/*
 * The HTTP client against a server that does as a script says: what is tried again and how
 * often, what is split, what an answer means, where the token goes. t7001-server.t has the
 * real server.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../lib/http-script.h"
#include "remote/supabase/supabase.h"
#include "util/clock.h"
#include "util/trace.h"

#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>

#define OK(expr) ok_(expr, __LINE__)
#define UUID "00000000-0000-4000-8000-000000000001"
#define KEY "sb_publishable_0123456789abcdef"
#define TOKEN "eyFIRST.tokenfirst.secretfirst"
#define TOKEN2 "eySECOND.tokensecond.secretsecond"
#define REFRESH "refresh-secret-one"
#define GOOD "{\"from\":1,\"to\":3}"
#define LEASE "{\"kind\":\"story\",\"scope\":\"CORE\"}"
#define SAYS(code) "{\"code\":\"" code "\",\"message\":\"m\",\"details\":null,\"hint\":null}"

static struct supabase db;
static struct supabase_session stored;
static int locks, unlocks, loads, saves, forgets;

static void ok_(err_t err, int line)
{
	if (err)
		fail_msg("line %d: %s", line, err->text);
}

static void must_fail(err_t err, enum err_code code, const char *text)
{
	assert_non_null(err);
	if (err->code != code || !strstr(err->text, text))
		fail_msg("%d '%s', not %d '%s'", err->code, err->text, code, text);
	err_free(err);
}

/* --- a keeper in memory --------------------------------------------------------------------- */

static err_t keep_lock(void *ctx)
{
	(void)ctx;
	assert_int_equal(++locks, unlocks + 1);
	return NULL;
}

static void keep_unlock(void *ctx)
{
	(void)ctx;
	unlocks++;
}

static char *copy(const char *text)
{
	return text ? mem_strdup(text) : NULL;
}

static err_t keep_load(void *ctx, struct supabase_session *out)
{
	(void)ctx;
	loads++;
	if (!stored.access && !stored.refresh)
		return err_new(ERR_NOTFOUND, "nobody");
	*out = (struct supabase_session){.access = copy(stored.access),
					 .refresh = copy(stored.refresh),
					 .expires = stored.expires};
	return NULL;
}

static err_t keep_save(void *ctx, const struct supabase_session *s)
{
	(void)ctx;
	assert_int_equal(locks, unlocks + 1);
	saves++;
	supabase_session_release(&stored);
	stored = (struct supabase_session){
		.access = copy(s->access), .refresh = copy(s->refresh), .expires = s->expires};
	return NULL;
}

static err_t keep_forget(void *ctx)
{
	(void)ctx;
	assert_int_equal(locks, unlocks + 1);
	forgets++;
	supabase_session_release(&stored);
	return NULL;
}

static struct supabase_options options(void)
{
	static char url[64];

	snprintf(url, sizeof(url), "http://127.0.0.1:%d", http.port);
	return (struct supabase_options){
		.url = url,
		.key = KEY,
		.project = UUID,
		.keeper = {NULL, keep_lock, keep_unlock, keep_load, keep_save, keep_forget},
		.connect_ms = 2000,
		.stall_ms = 20000,
		.deadline_ms = 20000,
		.pause_ms = 1,
	};
}

static int setup(void **state)
{
	struct supabase_options o = options();

	(void)state;
	locks = unlocks = loads = saves = forgets = 0;
	stored = (struct supabase_session){.access = copy(TOKEN), .refresh = copy(REFRESH)};
	OK(supabase_open(&db, &o));
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	db.remote.close(db.remote.ctx);
	supabase_session_release(&stored);
	assert_int_equal(locks, unlocks);
	return 0;
}

static err_t lease(char **reply)
{
	return db.remote.lease(db.remote.ctx, reply, LEASE);
}

static void lease_works(void)
{
	scoped_free char *reply = NULL;

	OK(lease(&reply));
	assert_string_equal(reply, GOOD);
}

/* --- one request ---------------------------------------------------------------------------- */

static void what_is_sent(void **state)
{
	HTTP_SCRIPT(ANSWER(200, GOOD));

	(void)state;
	lease_works();
	assert_int_equal(http.len, 1);
	assert_non_null(strstr(http.asked[0], "POST /rest/v1/rpc/lease HTTP/1.1\r\n"));
	assert_non_null(strstr(http.asked[0], "\r\napikey: " KEY "\r\n"));
	assert_non_null(strstr(http.asked[0], "\r\nAuthorization: Bearer " TOKEN "\r\n"));
	assert_non_null(strstr(http.asked[0], "\r\nContent-Profile: gitagent\r\n"));
	assert_non_null(strstr(http.asked[0], "\r\nAccept-Encoding: gzip\r\n"));
	assert_null(strstr(http.asked[0], "Expect:"));
	assert_string_equal(http_body(0),
			    "{\"project\":\"" UUID "\",\"kind\":\"story\",\"scope\":\"CORE\"}");
}

/* What goes to this machine in the clear goes through no proxy. */
static void no_proxy_to_loopback(void **state)
{
	HTTP_SCRIPT(ANSWER(200, GOOD));

	(void)state;
	setenv("http_proxy", "http://127.0.0.1:1", 1);
	setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
	lease_works();
	unsetenv("http_proxy");
	unsetenv("ALL_PROXY");
}

/* Each fault once, then all is well: the caller sees nothing of it. */
static void what_is_tried_again(void **state)
{
	static const struct http_step faults[] = {
		ANSWER(408, "{}"),
		ANSWER(429, "{}"),
		ANSWER(502, "<html>bad gateway</html>"),
		ANSWER(503, SAYS("PGRST000")),
		ANSWER(504, ""),
		ANSWER(520, "<!DOCTYPE html><p>Web server is returning an unknown error"),
		ANSWER(522, "error code: 522"),
		ANSWER(527, ""),
		ANSWER(544, "{}"),
		ANSWER(500, SAYS("40001")),
		ANSWER(500, SAYS("40P01")),
		ANSWER(500, SAYS("55P03")),
		ANSWER(500, SAYS("57P01")),
		ANSWER(503, SAYS("53300")),
		{.status = 200, .body = GOOD, .fault = HTTP_RESET},
		{.status = 200, .body = GOOD, .fault = HTTP_RESET_MID},
		{.status = 200, .body = GOOD, .fault = HTTP_SHORT},
		{.status = 200, .body = GOOD, .fault = HTTP_LONG},
		{.status = 200, .body = GOOD, .fault = HTTP_CHUNKS_CUT},
		{.status = 200, .body = GOOD, .fault = HTTP_UNBOUND, .cut = 5},
		{.status = 200, .body = GOOD, .cut = 1},
		ANSWER(200, ""),
	};

	(void)state;
	for (size_t i = 0; i < sizeof(faults) / sizeof(*faults); i++) {
		struct http_step steps[] = {faults[i], ANSWER(200, GOOD)};

		http_script(steps, 2);
		lease_works();
		assert_int_equal(http.len, 2);
		assert_string_equal(http_body(0), http_body(1));
	}
}

/* Five tries, and then it is out of reach. */
static void tries_have_an_end(void **state)
{
	static const struct http_step faults[] = {
		ANSWER(429, "{}"),
		ANSWER(503, "<html>"),
		ANSWER(500, SAYS("40001")),
		ANSWER(520, "<html>"),
		{.status = 200, .body = GOOD, .fault = HTTP_RESET},
		{.status = 200, .body = GOOD, .fault = HTTP_SHORT},
		{.status = 200, .body = GOOD, .cut = 3},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(faults) / sizeof(*faults); i++) {
		char *reply = NULL;

		http_script(&faults[i], 1);
		must_fail(lease(&reply), ERR_OFFLINE, "remote 'http://127.0.0.1:");
		assert_int_equal(db.why(db.ctx), SUPABASE_OFFLINE);
		assert_int_equal(http.len, 5);
		assert_null(reply);
	}
}

static void what_is_never_tried_again(void **state)
{
	static const struct {
		struct http_step step;
		enum err_code code;
		enum supabase_why why;
		const char *text;
	} cases[] = {
		{ANSWER(400, SAYS("22P02")), ERR_REFUSED, SUPABASE_OTHER, "22P02"},
		{ANSWER(402, "{}"), ERR_OFFLINE, SUPABASE_OFFLINE, "used up"},
		{ANSWER(403, SAYS("PT403")), ERR_REFUSED, SUPABASE_FORBIDDEN, "PT403"},
		{ANSWER(403, SAYS("42501")), ERR_REFUSED, SUPABASE_NOT_INSTALLED, "not installed"},
		{ANSWER(404, SAYS("PT404")), ERR_REFUSED, SUPABASE_NOT_FOUND, "not a member"},
		{ANSWER(404, SAYS("PGRST202")), ERR_REFUSED, SUPABASE_TOO_OLD, "too old"},
		{ANSWER(404, SAYS("PGRST205")), ERR_REFUSED, SUPABASE_NOT_INSTALLED,
		 "not installed"},
		{ANSWER(404, SAYS("42P01")), ERR_REFUSED, SUPABASE_NOT_INSTALLED, "not installed"},
		{ANSWER(406, SAYS("PGRST106")), ERR_REFUSED, SUPABASE_NOT_INSTALLED,
		 "not installed"},
		{ANSWER(404, "<html>nginx"), ERR_OFFLINE, SUPABASE_NOT_A_SERVER,
		 "as Supabase does"},
		{ANSWER(200, "<html>Log in to the network"), ERR_OFFLINE, SUPABASE_NOT_A_SERVER,
		 "as Supabase does"},
		{ANSWER(409, SAYS("23505")), ERR_REFUSED, SUPABASE_OTHER, "23505"},
		{ANSWER(412, "{}"), ERR_REFUSED, SUPABASE_OTHER, "refuses"},
		{ANSWER(413, "<html>"), ERR_REFUSED, SUPABASE_OTHER, "413"},
		{ANSWER(422, "{}"), ERR_REFUSED, SUPABASE_OTHER, "refuses"},
		{ANSWER(426, SAYS("PT426")), ERR_REFUSED, SUPABASE_TOO_OLD, "newer git-agent"},
		{ANSWER(540, "<html>"), ERR_OFFLINE, SUPABASE_OFFLINE, "paused"},
		{ANSWER(500, SAYS("XX000")), ERR_OFFLINE, SUPABASE_OFFLINE, "XX000"},
		{ANSWER(500, SAYS("57014")), ERR_OFFLINE, SUPABASE_OFFLINE, "57014"},
		{{.status = 301, .body = "", .headers = "Location: https://elsewhere.example/\r\n"},
		 ERR_FATAL,
		 SUPABASE_NOT_A_SERVER,
		 "https://elsewhere.example/"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char *reply = NULL;

		http_script(&cases[i].step, 1);
		must_fail(lease(&reply), cases[i].code, cases[i].text);
		assert_int_equal(db.why(db.ctx), cases[i].why);
		assert_int_equal(http.len, 1);
	}
}

/* Slow is not broken. */
static void odd_ways_to_answer(void **state)
{
	static const enum http_fault faults[] = {HTTP_CHUNKED, HTTP_SLICED, HTTP_LATE,
						 HTTP_UNBOUND};

	(void)state;
	for (size_t i = 0; i < sizeof(faults) / sizeof(*faults); i++) {
		struct http_step step = {.status = 200, .body = GOOD, .fault = faults[i]};

		http_script(&step, 1);
		lease_works();
		assert_int_equal(http.len, 1);
	}
}

static void retry_after_is_obeyed(void **state)
{
	struct http_step steps[] = {{.status = 429, .body = "{}"}, ANSWER(200, GOOD)};
	char date[64];
	time_t then = time(NULL) + 2;
	struct tm tm;
	int64_t start = clock_monotonic_ns();
	char *reply = NULL;

	(void)state;
	steps[0].headers = "Retry-After: 1\r\n";
	http_script(steps, 2);
	lease_works();
	assert_true(clock_monotonic_ns() - start >= 1000000000);
	strftime(date, sizeof(date), "Retry-After: %a, %d %b %Y %H:%M:%S GMT\r\n",
		 gmtime_r(&then, &tm));
	steps[0] = (struct http_step){.status = 503, .body = "{}", .headers = date};
	http_script(steps, 2);
	lease_works();
	assert_true(time(NULL) >= then - 1);
	assert_int_equal(http.len, 2);
	/* An hour is not waited for. */
	steps[0].headers = "Retry-After: 3600\r\n";
	http_script(steps, 2);
	must_fail(lease(&reply), ERR_OFFLINE, "HTTP 503");
	assert_int_equal(http.len, 1);
}

static void what_never_answers(void **state)
{
	struct supabase_options o = options();
	struct supabase slow;
	char *reply = NULL;

	(void)state;
	o.deadline_ms = 200;
	OK(supabase_open(&slow, &o));
	{
		HTTP_SCRIPT({.status = 200, .body = GOOD, .fault = HTTP_SILENT});
		must_fail(slow.remote.lease(slow.remote.ctx, &reply, LEASE), ERR_OFFLINE,
			  "out of reach");
	}
	assert_in_range(http.len, 1, 5);
	slow.remote.close(slow.remote.ctx);
	/* Somebody who only wants to know asks once. */
	o.tries = 1;
	OK(supabase_open(&slow, &o));
	{
		HTTP_SCRIPT(ANSWER(503, "{}"));
		must_fail(slow.remote.lease(slow.remote.ctx, &reply, LEASE), ERR_OFFLINE, "503");
	}
	assert_int_equal(http.len, 1);
	slow.remote.close(slow.remote.ctx);
	o.deadline_ms = 20000;
	o.stall_ms = 1000;
	OK(supabase_open(&slow, &o));
	{
		HTTP_SCRIPT({.status = 200, .body = GOOD, .fault = HTTP_SILENT});
		must_fail(slow.remote.lease(slow.remote.ctx, &reply, LEASE), ERR_OFFLINE,
			  "too slow");
	}
	slow.remote.close(slow.remote.ctx);
	o.tries = 0;
	/* A port where nobody is. */
	o.url = "http://127.0.0.1:1";
	OK(supabase_open(&slow, &o));
	must_fail(slow.remote.lease(slow.remote.ctx, &reply, LEASE), ERR_OFFLINE, "out of reach");
	slow.remote.close(slow.remote.ctx);
	o.url = "https://no-such-host.invalid";
	OK(supabase_open(&slow, &o));
	must_fail(slow.remote.lease(slow.remote.ctx, &reply, LEASE), ERR_OFFLINE, "out of reach");
	assert_int_equal(slow.why(slow.ctx), SUPABASE_OFFLINE);
	slow.remote.close(slow.remote.ctx);
}

static void an_answer_without_end(void **state)
{
	size_t len = 9u * 1024 * 1024;
	scoped_free char *body = mem_alloc(len + 1);
	struct http_step step = {.status = 200, .body = body};
	char *reply = NULL;

	(void)state;
	memset(body, ' ', len);
	http_script(&step, 1);
	must_fail(lease(&reply), ERR_FATAL, "larger");
	assert_int_equal(http.len, 1);
	/* A page of a pull is asked for in a smaller size instead. */
	{
		struct http_step steps[] = {step, ANSWER(200, "{\"rows\":[]}")};

		http_script(steps, 2);
		OK(db.remote.pull(db.remote.ctx, &reply, "{\"since\":0,\"limit\":200}"));
		free(steal(reply));
		assert_int_equal(http.len, 2);
		assert_non_null(strstr(http_body(1), "\"limit\":50"));
	}
}

/* What would be two when sent twice is sent again only when it did not arrive. */
static void creating_once(void **state)
{
	char *reply = NULL;

	(void)state;
	{
		HTTP_SCRIPT(ANSWER(200, GOOD), {.status = 200, .body = "{}", .fault = HTTP_RESET});
		lease_works();
		must_fail(db.call(db.ctx, &reply, "project_create", "{\"slug\":\"x\"}"),
			  ERR_OFFLINE, "out of reach");
		assert_int_equal(http.len, 2);
	}
	{
		HTTP_SCRIPT(ANSWER(429, "{}"), ANSWER(200, "{\"project\":1}"));
		OK(db.call(db.ctx, &reply, "project_create", "{\"slug\":\"x\"}"));
		free(reply);
		assert_int_equal(http.len, 2);
	}
}

/* --- sessions ------------------------------------------------------------------------------- */

#define FRESH                                                                                     \
	"{\"access_token\":\"" TOKEN2 "\",\"refresh_token\":\"refresh-two\",\"expires_in\":3600," \
	"\"user\":{\"id\":\"" UUID "\",\"email\":\"ada@example.org\"}}"

static void a_session_is_refreshed_once(void **state)
{
	char *reply = NULL;

	(void)state;
	{
		HTTP_SCRIPT(ANSWER(401, SAYS("PGRST301")), ANSWER(200, FRESH), ANSWER(200, GOOD));
		lease_works();
	}
	assert_int_equal(http.len, 3);
	assert_non_null(
		strstr(http.asked[1], "POST /auth/v1/token?grant_type=refresh_token HTTP/1.1"));
	assert_string_equal(http_body(1), "{\"refresh_token\":\"" REFRESH "\"}");
	assert_null(strstr(http.asked[1], "Authorization:"));
	assert_non_null(strstr(http.asked[2], "\r\nAuthorization: Bearer " TOKEN2 "\r\n"));
	assert_string_equal(stored.access, TOKEN2);
	assert_string_equal(stored.refresh, "refresh-two");
	assert_int_equal(locks, 1);
	assert_int_equal(saves, 1);
	/* A new token that is not accepted either: no loop. */
	{
		HTTP_SCRIPT(ANSWER(401, SAYS("PGRST303")), ANSWER(200, FRESH),
			    ANSWER(401, SAYS("PGRST303")));
		must_fail(lease(&reply), ERR_REFUSED, "not logged in");
		assert_int_equal(db.why(db.ctx), SUPABASE_LOGGED_OUT);
		assert_int_equal(http.len, 3);
	}
}

/* Another process was faster: its token is used, and nothing is refreshed. */
static void a_session_refreshed_by_another(void **state)
{
	(void)state;
	{
		HTTP_SCRIPT(ANSWER(200, GOOD));
		lease_works();
	}
	free(stored.access);
	stored.access = copy(TOKEN2);
	{
		HTTP_SCRIPT(ANSWER(401, SAYS("PGRST301")), ANSWER(200, GOOD));
		lease_works();
	}
	assert_int_equal(http.len, 2);
	assert_non_null(strstr(http.asked[1], "Bearer " TOKEN2 "\r\n"));
	assert_int_equal(saves, 0);
}

static void a_session_that_has_ended(void **state)
{
	static const char *const answers[] = {
		"{\"code\":400,\"error_code\":\"refresh_token_already_used\",\"msg\":\"m\"}",
		"{\"error\":\"invalid_grant\",\"error_description\":\"m\"}",
	};
	char *reply = NULL;

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct http_step steps[] = {ANSWER(401, SAYS("PGRST301")), ANSWER(400, answers[i])};

		free(stored.access);
		free(stored.refresh);
		stored = (struct supabase_session){.access = copy(TOKEN), .refresh = copy(REFRESH)};
		http_script(steps, 2);
		must_fail(lease(&reply), ERR_REFUSED, "not logged in");
		assert_int_equal(db.why(db.ctx), SUPABASE_LOGGED_OUT);
		assert_int_equal(http.len, 2);
		assert_int_equal(forgets, i + 1);
		assert_null(stored.access);
	}
	/* Nobody is logged in: nothing is asked. */
	http_forget();
	must_fail(lease(&reply), ERR_REFUSED, "not logged in");
	assert_int_equal(http.len, 0);
}

/* The server of sessions is down: the session is kept. */
static void a_refresh_that_fails(void **state)
{
	char *reply = NULL;
	HTTP_SCRIPT(ANSWER(401, SAYS("PGRST301")), ANSWER(500, "{\"code\":500,\"msg\":\"m\"}"));

	(void)state;
	must_fail(lease(&reply), ERR_OFFLINE, "HTTP 500");
	assert_int_equal(forgets, 0);
	assert_string_equal(stored.refresh, REFRESH);
}

/* By our own clock; with only a refresh token; and a token that cannot be refreshed. */
static void tokens_of_all_kinds(void **state)
{
	char *reply = NULL;

	(void)state;
	stored.expires = clock_now() + 5;
	{
		HTTP_SCRIPT(ANSWER(200, FRESH), ANSWER(200, GOOD));
		lease_works();
		assert_int_equal(http.len, 2);
	}
	teardown(NULL);
	setup(NULL);
	free(steal(stored.access));
	{
		HTTP_SCRIPT(ANSWER(200, FRESH), ANSWER(200, GOOD));
		lease_works();
		assert_int_equal(http.len, 2);
	}
	teardown(NULL);
	setup(NULL);
	free(steal(stored.refresh));
	stored.expires = 1;
	{
		HTTP_SCRIPT(ANSWER(401, SAYS("PGRST301")));
		must_fail(lease(&reply), ERR_REFUSED, "not logged in");
		assert_int_equal(http.len, 1);
	}
}

static void a_token_that_is_no_header(void **state)
{
	char *reply = NULL;
	HTTP_SCRIPT(ANSWER(200, GOOD));

	(void)state;
	free(stored.access);
	stored.access = copy("token\r\nHost: elsewhere");
	must_fail(lease(&reply), ERR_REFUSED, "malformed");
	assert_int_equal(http.len, 0);
}

static void a_key_that_is_not_accepted(void **state)
{
	char *reply = NULL;
	HTTP_SCRIPT(ANSWER(401, "{\"message\":\"Invalid API key\"}"));

	(void)state;
	must_fail(lease(&reply), ERR_REFUSED, "does not accept the key");
	assert_int_equal(db.why(db.ctx), SUPABASE_BAD_KEY);
	assert_int_equal(forgets, 0);
}

static void logging_in_and_out(void **state)
{
	struct supabase_options o = options();
	scoped(supabase_session_release) struct supabase_session s = {0}, none = {0};

	(void)state;
	{
		HTTP_SCRIPT(ANSWER(200, FRESH));
		OK(supabase_login_password(&s, &o, "ada@example.org", "pass\"word"));
	}
	assert_string_equal(s.access, TOKEN2);
	assert_string_equal(s.email, "ada@example.org");
	assert_string_equal(s.user, UUID);
	assert_true(s.expires > clock_now() + 3000);
	assert_string_equal(http_body(0),
			    "{\"email\":\"ada@example.org\",\"password\":\"pass\\\"word\"}");
	{
		HTTP_SCRIPT(ANSWER(400, "{\"code\":400,\"error_code\":\"invalid_credentials\","
					"\"msg\":\"Invalid login credentials\"}"));
		must_fail(supabase_login_password(&none, &o, "ada@example.org", "x"), ERR_REFUSED,
			  "Invalid login credentials");
		assert_int_equal(http.len, 1);
	}
	{
		HTTP_SCRIPT(ANSWER(200, "{}"));
		OK(supabase_send_code(&o, "ada@example.org"));
		assert_non_null(strstr(http.asked[0], "POST /auth/v1/otp HTTP"));
	}
	{
		HTTP_SCRIPT(ANSWER(200, FRESH));
		OK(supabase_login_code(&none, &o, "ada@example.org", "123456"));
		assert_non_null(strstr(http_body(0), "\"token\":\"123456\""));
	}
	{
		HTTP_SCRIPT(ANSWER(204, ""));
		OK(supabase_logout(&o, &s));
		assert_non_null(strstr(http.asked[0], "Bearer " TOKEN2 "\r\n"));
	}
	{
		HTTP_SCRIPT(ANSWER(
			403, "{\"code\":403,\"error_code\":\"session_not_found\",\"msg\":\"m\"}"));
		OK(supabase_logout(&o, &s));
	}
}

/* --- push and pull -------------------------------------------------------------------------- */

#define OP(n) "{\"op_id\":\"" n "\",\"uid\":\"u" n "\"}"
#define RESULT(n) "{\"op_id\":\"" n "\",\"status\":\"applied\"}"
#define REPLY(head, results)                                                                       \
	"{\"epoch\":\"e\",\"head\":" head ",\"head_hash\":\"h" head "\",\"results\":[" results "]" \
	"}"
#define REQUEST(ops) "{\"since\":0,\"ops\":[" ops "]}"

static void push_is(const char *request, const char *wanted)
{
	scoped_free char *reply = NULL;

	OK(db.remote.push(db.remote.ctx, &reply, request));
	assert_string_equal(reply, wanted);
}

static void a_batch_is_split(void **state)
{
	const char *request = REQUEST(OP("a") "," OP("b") "," OP("c"));
	const char *both = REPLY("3", RESULT("a") "," RESULT("b") "," RESULT("c"));
	static const struct http_step too_much[] = {ANSWER(413, "<html>"),
						    ANSWER(500, SAYS("57014"))};

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct http_step steps[] = {too_much[i], ANSWER(200, REPLY("1", RESULT("a"))),
					    ANSWER(200, REPLY("3", RESULT("b") "," RESULT("c")))};

		http_script(steps, 3);
		push_is(request, both);
		assert_int_equal(http.len, 3);
		assert_string_equal(http_body(1),
				    "{\"project\":\"" UUID "\",\"since\":0,\"ops\":[" OP("a") "]}");
	}
}

static void what_cannot_be_split(void **state)
{
	scoped_free char *reply = NULL, *none = NULL;

	(void)state;
	{
		HTTP_SCRIPT(ANSWER(413, "<html>"),
			    ANSWER(200, "{\"epoch\":\"e\",\"head\":7,\"hash\":\"h\"}"));
		OK(db.remote.push(db.remote.ctx, &reply, REQUEST(OP("a"))));
		assert_non_null(strstr(reply, "\"head\":7,\"head_hash\":\"h\""));
		assert_non_null(strstr(reply, "\"status\":\"bad_op\""));
	}
	{
		HTTP_SCRIPT(ANSWER(500, SAYS("57014")));
		must_fail(db.remote.push(db.remote.ctx, &none, REQUEST(OP("a"))), ERR_OFFLINE,
			  "57014");
		assert_int_equal(http.len, 1);
	}
	{
		HTTP_SCRIPT(ANSWER(413, "{}"));
		must_fail(db.remote.push(db.remote.ctx, &none,
					 "{\"atomic\":true,\"ops\":[" OP("a") "," OP("b") "]}"),
			  ERR_REFUSED, "413");
		assert_int_equal(http.len, 1);
	}
}

/* An op that PostgreSQL could not read does not take the others with it; what follows on it does
 * not go. */
static void bad_ops_stay_here(void **state)
{
	scoped_free char *reply = NULL, *atomic = NULL;
	const char *ops = "{\"op_id\":\"x\",\"uid\":\"ua\",\"title\":\"\\u0000\"}," OP(
		"a") ","
		     "{\"op_id\":\"y\",\"uid\":\"uy\",\"title\":\"\\ud83d\"},"
		     "{\"op_id\":\"z\",\"uid\":\"uz\",\"title\":\"\xc3\"},"
		     "{\"op_id\":\"z\",\"op_id\":\"w\"}," OP("b");
	scoped_free char *request = mem_printf("{\"since\":0,\"ops\":[%s]}", ops);
	scoped_free char *all = mem_printf("{\"atomic\":true,\"ops\":[%s]}", ops);
	const char *at;
	int nr = 0;

	(void)state;
	{
		HTTP_SCRIPT(ANSWER(200, REPLY("1", RESULT("b"))));
		OK(db.remote.push(db.remote.ctx, &reply, request));
		assert_int_equal(http.len, 1);
		assert_non_null(strstr(http_body(0), "\"ops\":[" OP("b") "]"));
	}
	for (at = reply; (at = strstr(at, "\"bad_op\"")); at++)
		nr++;
	assert_int_equal(nr, 4);
	assert_non_null(strstr(reply, "\"op_id\":\"a\",\"uid\":\"ua\","
				      "\"status\":\"skipped_dependency\""));
	{
		HTTP_SCRIPT(ANSWER(200, "{\"epoch\":\"e\",\"head\":7,\"hash\":\"h\"}"));
		OK(db.remote.push(db.remote.ctx, &atomic, all));
		assert_int_equal(http.len, 1);
		assert_non_null(strstr(http.asked[0], "/rpc/head "));
		assert_non_null(strstr(atomic, "\"atomic_failed\":true"));
		assert_null(strstr(atomic, "\"applied\""));
	}
}

static void an_atomic_refusal(void **state)
{
	const char *document =
		"{\"atomic_failed\":true,\"head\":1,\"head_hash\":\"h\",\"results\":[]}";
	scoped_free char *reply = NULL;
	HTTP_SCRIPT(ANSWER(
		409, "{\"code\":\"PT409\",\"message\":\"m\",\"details\":\"{\\\"atomic_failed\\\":"
		     "true,\\\"head\\\":1,\\\"head_hash\\\":\\\"h\\\",\\\"results\\\":[]}\"}"));

	(void)state;
	OK(db.remote.push(db.remote.ctx, &reply, "{\"atomic\":true,\"ops\":[" OP("a") "]}"));
	assert_string_equal(reply, document);
	assert_int_equal(http.len, 1);
}

static void answers_that_make_no_sense(void **state)
{
	static const char *const answers[] = {
		"{}", "[]", "null", REPLY("1", ""), "{\"results\":7}", "{\"results\":{}}",
	};
	char *reply = NULL;

	(void)state;
	for (size_t i = 0; i < sizeof(answers) / sizeof(*answers); i++) {
		struct http_step step = ANSWER(200, answers[i]);

		http_script(&step, 1);
		must_fail(db.remote.push(db.remote.ctx, &reply, REQUEST(OP("a"))), ERR_OFFLINE,
			  "without a result");
	}
}

static void a_page_is_made_smaller(void **state)
{
	scoped_free char *reply = NULL;
	HTTP_SCRIPT(ANSWER(500, SAYS("57014")), ANSWER(413, "{}"), ANSWER(200, "{\"rows\":[]}"));

	(void)state;
	OK(db.remote.pull(db.remote.ctx, &reply,
			  "{\"epoch\":\"e\",\"since\":5,\"limit\":200,\"max_bytes\":1000}"));
	assert_int_equal(http.len, 3);
	assert_non_null(strstr(http_body(2), "\"epoch\":\"e\",\"since\":5,\"limit\":12,"));
}

/* --- the project ---------------------------------------------------------------------------- */

static void a_project_by_its_slug(void **state)
{
	struct supabase_options o = options();
	struct supabase s;
	char id[37], *reply = NULL;

	(void)state;
	o.project = "my team/x";
	OK(supabase_open(&s, &o));
	{
		HTTP_SCRIPT(ANSWER(200, "[]"));
		must_fail(s.project(s.ctx, id), ERR_NOTFOUND, "no project 'my team/x'");
		assert_int_equal(s.why(s.ctx), SUPABASE_NOT_FOUND);
	}
	{
		HTTP_SCRIPT(
			ANSWER(200, "[{\"project\":\"" UUID "\"} , {\"project\":\"" UUID "\"}]"));
		must_fail(s.project(s.ctx, id), ERR_AMBIGUOUS, "several");
	}
	{
		HTTP_SCRIPT(ANSWER(200, "[{\"project\":\"" UUID "\"}]"), ANSWER(200, GOOD));
		OK(s.project(s.ctx, id));
		assert_string_equal(id, UUID);
		assert_non_null(strstr(http.asked[0], "slug=eq.my%20team%2Fx&"));
		assert_non_null(strstr(http.asked[0], "\r\nAccept-Profile: gitagent\r\n"));
		OK(s.remote.lease(s.remote.ctx, &reply, LEASE));
		free(reply);
		assert_int_equal(http.len, 2);
	}
	s.remote.close(s.remote.ctx);
}

/* --- the network ---------------------------------------------------------------------------- */

/* The proxy learns where to, and nothing else. */
static void by_way_of_a_proxy(void **state)
{
	struct supabase_options o = options();
	struct supabase s;
	char *reply = NULL;
	HTTP_SCRIPT(ANSWER(407, "{}"));

	(void)state;
	o.proxy = o.url;
	o.url = "https://server.invalid";
	OK(supabase_open(&s, &o));
	must_fail(s.remote.lease(s.remote.ctx, &reply, LEASE), ERR_OFFLINE, "407");
	assert_ptr_equal(strstr(http.asked[0], "CONNECT server.invalid:443 "), http.asked[0]);
	for (size_t i = 0; i < http.len; i++)
		if (strstr(http.asked[i], "token") || strstr(http.asked[i], KEY))
			fail_msg("%s", http.asked[i]);
	s.remote.close(s.remote.ctx);
}

/* --- what is refused before anything is sent ------------------------------------------------ */

static void where_a_token_may_go(void **state)
{
	/* The claims say {"role":"service_role"} and {"role":"anon"}. */
	const char *service = "e30.eyJyb2xlIjoic2VydmljZV9yb2xlIn0.x";
	const char *anon = "e30.eyJyb2xlIjoiYW5vbiJ9.x";
	static const struct {
		const char *url, *text;
	} urls[] = {
		{"http://example.org", "not encrypted"},
		{"http://127.0.0.1.example.org", "not encrypted"},
		{"http://localhost.example.org", "not encrypted"},
		{"ftp://example.org", "not encrypted"},
		{"https://ada:secret@example.org", "holds a user"},
		{"https://example.org/?x=1", "query"},
		{"example.org", "is no url"},
		{"https://", "is no url"},
		{"", "is no url"},
	};
	static const char *const fine[] = {"https://example.org", "https://example.org:8443/base/",
					   "http://localhost:1", "http://127.0.0.1",
					   "http://[::1]:5"};
	struct supabase_options o = options();
	struct supabase s = {.ctx = NULL};

	(void)state;
	for (size_t i = 0; i < sizeof(urls) / sizeof(*urls); i++) {
		o.url = urls[i].url;
		must_fail(supabase_open(&s, &o), ERR_REFUSED, urls[i].text);
	}
	for (size_t i = 0; i < sizeof(fine) / sizeof(*fine); i++) {
		o.url = fine[i];
		OK(supabase_open(&s, &o));
		s.remote.close(s.remote.ctx);
	}
	o.key = service;
	must_fail(supabase_open(&s, &o), ERR_REFUSED, "secret one");
	o.key = "sb_secret_abc";
	must_fail(supabase_open(&s, &o), ERR_REFUSED, "secret one");
	o.key = "x\r\nHost: y";
	must_fail(supabase_open(&s, &o), ERR_REFUSED, "malformed");
	o.key = anon;
	OK(supabase_open(&s, &o));
	s.remote.close(s.remote.ctx);
}

/* --- the trace ------------------------------------------------------------------------------ */

static char *slurp(int fd)
{
	char *text = mem_alloc(1 << 16);

	lseek(fd, 0, SEEK_SET);
	assert_true(read(fd, text, (1 << 16) - 1) > 0);
	return text;
}

static void traced(const struct supabase_options *o)
{
	scoped(supabase_session_release) struct supabase_session s = {0};
	struct supabase traced;
	scoped_free char *reply = NULL;

	HTTP_SCRIPT(ANSWER(429, "{}"), ANSWER(401, SAYS("PGRST301")), ANSWER(200, FRESH),
		    ANSWER(200, GOOD), ANSWER(200, FRESH));
	OK(supabase_open(&traced, o));
	OK(traced.remote.lease(traced.remote.ctx, &reply, LEASE));
	traced.remote.close(traced.remote.ctx);
	OK(supabase_login_password(&s, o, "ada@example.org", "hunter2"));
}

static void a_trace_has_no_secrets(void **state)
{
	static const char *const secrets[] = {"eyFIRST",     "tokenfirst",	 "secretfirst",
					      "eySECOND",    "secretsecond",	 "refresh-secret",
					      "refresh-two", "0123456789abcdef", "hunter2",
					      "ada@example", "Bearer",		 "CORE"};
	struct supabase_options o = options();
	char name[] = "/tmp/test-trace-XXXXXX";
	char *nobody[] = {NULL};
	int fd = mkstemp(name), before = dup(STDERR_FILENO);
	scoped_free char *text = NULL;

	(void)state;
	setenv("GIT_AGENT_TRACE_HTTP", "1", 1);
	trace_start(nobody);
	dup2(fd, STDERR_FILENO);
	traced(&o);
	unsetenv("GIT_AGENT_TRACE_HTTP");
	trace_start(nobody);
	dup2(before, STDERR_FILENO);
	close(before);
	text = slurp(fd);
	close(fd);
	unlink(name);
	assert_non_null(strstr(text, "http: POST rest/v1/rpc/lease 429, "));
	assert_non_null(strstr(text, "http: again in 1 ms\n"));
	assert_non_null(strstr(text, "http: POST auth/v1/token?grant_type=refresh_token 200, "));
	for (size_t i = 0; i < sizeof(secrets) / sizeof(*secrets); i++)
		if (strstr(text, secrets[i]))
			fail_msg("the trace has '%s': %s", secrets[i], text);
}

/* --- running -------------------------------------------------------------------------------- */

/* The module is beside the program, not beside its tests. */
static void find_module(void)
{
	char exe[PATH_MAX] = "";
	scoped_free char *libexec = NULL;

	assert_true(readlink("/proc/self/exe", exe, sizeof(exe) - 1) > 0);
	libexec = mem_printf("%s/../../libexec/git-agent", dirname(exe));
	setenv("GIT_AGENT_LIBEXEC", libexec, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_sent),
		TEST(no_proxy_to_loopback),
		TEST(what_is_tried_again),
		TEST(tries_have_an_end),
		TEST(what_is_never_tried_again),
		TEST(odd_ways_to_answer),
		TEST(retry_after_is_obeyed),
		TEST(what_never_answers),
		TEST(an_answer_without_end),
		TEST(creating_once),
		TEST(a_session_is_refreshed_once),
		TEST(a_session_refreshed_by_another),
		TEST(a_session_that_has_ended),
		TEST(a_refresh_that_fails),
		TEST(tokens_of_all_kinds),
		TEST(a_token_that_is_no_header),
		TEST(a_key_that_is_not_accepted),
		TEST(by_way_of_a_proxy),
		TEST(logging_in_and_out),
		TEST(a_batch_is_split),
		TEST(what_cannot_be_split),
		TEST(bad_ops_stay_here),
		TEST(an_atomic_refusal),
		TEST(answers_that_make_no_sense),
		TEST(a_page_is_made_smaller),
		TEST(a_project_by_its_slug),
		TEST(where_a_token_may_go),
		TEST(a_trace_has_no_secrets),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	find_module();
	return cmocka_run_group_tests_name("remote_supabase", tests, http_start, http_stop);
}
