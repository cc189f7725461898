/*
 * The server (supabase/) through the real client, supabase.so, against what every remote does: the
 * conformance suite over HTTP. Without GIT_AGENT_TEST_URL (scripts/test-backend) it is skipped.
 */
#include "../remote/conformance.c"

#include "remote/supabase/supabase.h"

#include <libgen.h>
#include <limits.h>
#include <unistd.h>

static char project[37];

static const char *env(const char *name)
{
	const char *value = getenv(name);

	return value ? value : "";
}

static err_t load(void *ctx, struct supabase_session *out)
{
	*out = (struct supabase_session){.access = mem_strdup(ctx)};
	return NULL;
}

/* With the token of Ada, or of Bob. */
static err_t open_as(struct supabase *out, const char *who)
{
	union {
		const char *name;
		void *ctx;
	} token = {env(who[0] == 'A' ? "GIT_AGENT_TEST_ADA" : "GIT_AGENT_TEST_BOB")};

	return supabase_open(out, &(struct supabase_options){
					  .url = env("GIT_AGENT_TEST_URL"),
					  .key = env("GIT_AGENT_TEST_KEY"),
					  .project = project[0] ? project : NULL,
					  .keeper = {.ctx = token.ctx, .load = load},
				  });
}

static err_t fresh(void *ctx)
{
	scoped_free char *created = NULL, *id = NULL, *member = NULL, *request = NULL;
	struct supabase ada_admin;

	(void)ctx;
	OK(open_as(&ada_admin, "Ada"));
	OK(ada_admin.call(ada_admin.ctx, &created, "project_create", "{\"slug\":\"conformance\"}"));
	id = json_at(created, "$.project");
	snprintf(project, sizeof(project), "%s", id);
	request = mem_printf("{\"project\":\"%s\",\"user\":\"%s\",\"role\":\"approver\"}", id,
			     env("GIT_AGENT_TEST_BOB_ID"));
	OK(ada_admin.call(ada_admin.ctx, &member, "member_set", request));
	ada_admin.remote.close(ada_admin.remote.ctx);
	return NULL;
}

static err_t open_server(struct remote *out, void *ctx, const char *who, const struct kinds *kinds)
{
	struct supabase s;

	(void)ctx;
	(void)kinds;
	TRY(open_as(&s, who));
	*out = s.remote;
	return NULL;
}

/* The module is beside the program, not beside its tests. */
static void find_module(void)
{
	char exe[PATH_MAX] = "";
	scoped_free char *libexec = NULL;

	assert_true(readlink("/proc/self/exe", exe, sizeof(exe) - 1) > 0);
	libexec = mem_printf("%s/../../libexec/git-agent", dirname(exe));
	setenv("GIT_AGENT_LIBEXEC", libexec, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {CONFORMANCE_TESTS};
	int status;

	if (!*env("GIT_AGENT_TEST_URL")) {
		puts("1..0 # SKIP no server: export what scripts/test-backend start prints");
		return 0;
	}
	cmocka_set_message_output(CM_OUTPUT_TAP);
	find_module();
	conf = (struct conformance){.fresh = fresh, .open = open_server};
	status = cmocka_run_group_tests_name("remote_server", tests, NULL, NULL);
	conf_end();
	return status;
}
