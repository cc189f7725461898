/*
 * The server (supabase/) against what every remote does: the conformance suite over HTTP. It asks
 * with curl what a client would ask. Without GIT_AGENT_TEST_URL (scripts/test-backend) it is
 * skipped.
 */
#include "../remote/conformance.c"

#include "util/file.h"
#include "util/proc.h"
#include "util/utf8.h"

#include <unistd.h>

static char dir[] = "/tmp/test-server-XXXXXX";
static char *project;

struct client {
	const char *token;
};

static const char *env(const char *name)
{
	const char *value = getenv(name);

	return value ? value : "";
}

/* One call; *status is what HTTP says. */
static char *call(int *status, const char *token, const char *function, const char *body)
{
	scoped_free char *in = mem_printf("%s/request", dir);
	scoped_free char *out = mem_printf("%s/reply", dir);
	scoped_free char *command = mem_printf(
		"curl -s -o '%s' -w '%%{http_code}' -H 'apikey: %s' -H 'Authorization: Bearer %s' "
		"-H 'Content-Type: application/json' -H 'Content-Profile: gitagent' "
		"--data-binary '@%s' '%s/rest/v1/rpc/%s'",
		out, env("GIT_AGENT_TEST_KEY"), token, in, env("GIT_AGENT_TEST_URL"), function);
	scoped_free char *reply = NULL;
	size_t len;
	FILE *f;

	unlink(out);
	OK(file_write(in, slice_str(body), 0));
	f = popen(command, "r");
	assert_non_null(f);
	assert_int_equal(fscanf(f, "%d", status), 1);
	pclose(f);
	OK(file_read(&reply, &len, NULL, out, 64u * 1024 * 1024));
	return steal(reply);
}

static bool is_object(const char *json)
{
	scoped_free char *type = NULL;
	sqlite3_stmt *st = NULL;
	const char *sql = "SELECT CASE WHEN json_valid(?1) THEN json_type(?1) END";

	assert_int_equal(sqlite3_prepare_v2(reader, sql, -1, &st, NULL), 0);
	sqlite3_bind_text(st, 1, json, -1, SQLITE_STATIC);
	sqlite3_step(st);
	if (sqlite3_column_text(st, 0))
		type = mem_strdup((const char *)sqlite3_column_text(st, 0));
	sqlite3_finalize(st);
	return type && strcmp(type, "object") == 0;
}

/* A key twice: PostgREST takes the last one, so that it is for the client to refuse. */
static bool keys_differ(const char *json)
{
	const char *sql = "SELECT count(*) = count(DISTINCT key) FROM json_each(?1)";
	sqlite3_stmt *st = NULL;
	bool differ;

	assert_int_equal(sqlite3_prepare_v2(reader, sql, -1, &st, NULL), 0);
	sqlite3_bind_text(st, 1, json, -1, SQLITE_STATIC);
	assert_int_equal(sqlite3_step(st), SQLITE_ROW);
	differ = sqlite3_column_int(st, 0);
	sqlite3_finalize(st);
	return differ;
}

/* A document of remote.h as named arguments: the project is one more. */
static char *with_project(const char *request)
{
	const char *rest = strchr(request, '{') + 1;

	return mem_printf("{\"project\":\"%s\"%s%s", project,
			  rest[strspn(rest, " \n")] == '}' ? "" : ",", rest);
}

/* A push of one op whose JSON PostgreSQL cannot hold (\u0000, a lone surrogate, no UTF-8). */
static bool is_bad_op(const char *function, const char *request, const char *code)
{
	return strcmp(function, "push") == 0 && strstr(request, "\"ops\":[{") &&
	       (strcmp(code, "22P05") == 0 || strcmp(code, "22P02") == 0 ||
		strcmp(code, "PGRST102") == 0);
}

static err_t ask(void *ctx, char **reply, const char *function, const char *request)
{
	struct client *c = ctx;
	scoped_free char *body = NULL, *answer = NULL, *code = NULL;
	int status;

	if (!is_object(request) || !keys_differ(request))
		return err_new(ERR_REFUSED, "bad request");
	body = with_project(request);
	answer = call(&status, c->token, function, body);
	if (status == 200) {
		*reply = steal(answer);
		return NULL;
	}
	code = is_object(answer) ? json_at(answer, "$.code") : mem_strdup("");
	if (status == 409) {
		*reply = json_at(answer, "$.details");
		return NULL;
	}
	if (status == 400 && is_bad_op(function, request, code)) {
		*reply = mem_strdup("{\"results\":[{\"status\":\"bad_op\"}]}");
		return NULL;
	}
	return err_new(status < 500 ? ERR_REFUSED : ERR_OFFLINE, "%d: %s", status, answer);
}

static err_t ask_head(void *ctx, char **reply)
{
	return ask(ctx, reply, "head", "{}");
}

#define CALL(name)                                                                                 \
	static err_t ask_##name(void *ctx, char **reply, const char *request)                      \
	{                                                                                          \
		return ask(ctx, reply, #name, request);                                            \
	}
CALL(pull)
CALL(push)
CALL(lease)
CALL(manifest)
CALL(bodies)
CALL(history)
CALL(claim)
CALL(ack)

static err_t fresh(void *ctx)
{
	scoped_free char *created = NULL, *member = NULL, *request = NULL;
	int status;

	(void)ctx;
	created = call(&status, env("GIT_AGENT_TEST_ADA"), "project_create",
		       "{\"slug\":\"conformance\"}");
	assert_int_equal(status, 200);
	free(project);
	project = json_at(created, "$.project");
	request = mem_printf("{\"project\":\"%s\",\"user\":\"%s\",\"role\":\"approver\"}", project,
			     env("GIT_AGENT_TEST_BOB_ID"));
	member = call(&status, env("GIT_AGENT_TEST_ADA"), "member_set", request);
	assert_int_equal(status, 200);
	return NULL;
}

static err_t open_server(struct remote *out, void *ctx, const char *who, const struct kinds *kinds)
{
	struct client *c = mem_alloc(sizeof(*c));

	(void)ctx;
	(void)kinds;
	c->token = env(who[0] == 'A' ? "GIT_AGENT_TEST_ADA" : "GIT_AGENT_TEST_BOB");
	*out = (struct remote){
		.ctx = c,
		.url = env("GIT_AGENT_TEST_URL"),
		.head = ask_head,
		.pull = ask_pull,
		.push = ask_push,
		.lease = ask_lease,
		.manifest = ask_manifest,
		.bodies = ask_bodies,
		.history = ask_history,
		.claim = ask_claim,
		.ack = ask_ack,
		.close = free,
	};
	return NULL;
}

int main(void)
{
	const struct CMUnitTest tests[] = {CONFORMANCE_TESTS};
	scoped_free char *clean = NULL;
	int status;

	if (!*env("GIT_AGENT_TEST_URL")) {
		puts("1..0 # SKIP no server: export what scripts/test-backend start prints");
		return 0;
	}
	cmocka_set_message_output(CM_OUTPUT_TAP);
	if (!mkdtemp(dir))
		return 1;
	conf = (struct conformance){.fresh = fresh, .open = open_server};
	status = cmocka_run_group_tests_name("remote_server", tests, NULL, NULL);
	conf_end();
	free(project);
	clean = mem_printf("rm -rf '%s'", dir);
	return system(clean) ? 1 : status;
}
