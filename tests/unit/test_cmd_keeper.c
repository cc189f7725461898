/* Sessions in git's credential helper: kept, found, forgotten; and what is not ours left alone. */
#include "cmd/credential.h"
#include "cmd/keeper.h"
#include "util/mem.h"
#include "util/proc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define URL "https://team.example.org"

static char home[] = "/tmp/git-agent-keeper-XXXXXX";

static void shell(const char *script)
{
	const char *const argv[] = {"sh", "-c", script, NULL};
	struct proc_result r;

	assert_null(proc_run(&r, &(struct proc){.argv = argv}));
	assert_int_equal(r.status, 0);
	proc_result_release(&r);
}

static int fresh_home(void **state)
{
	static const char *const gone[] = {"GIT_AGENT_TOKEN", "GIT_AGENT_REFRESH_TOKEN",
					   "GIT_AGENT_URL", "XDG_STATE_HOME", "XDG_CONFIG_HOME",
					   "GIT_TRACE"};

	for (size_t i = 0; i < sizeof(gone) / sizeof(*gone); i++)
		unsetenv(gone[i]);
	strcpy(strrchr(home, '-'), "-XXXXXX");
	if (!mkdtemp(home) || chdir(home))
		return -1;
	setenv("HOME", home, 1);
	setenv("GIT_CONFIG_NOSYSTEM", "1", 1);
	setenv("GIT_CONFIG_GLOBAL", mem_printf("%s/.gitconfig", home), 1);
	shell("git config --global credential.helper store");
	return 0;
}

static int no_home(void **state)
{
	shell("cd / && find \"$HOME\" -delete");
	return 0;
}

static struct keeper *open_for(const char *user)
{
	struct keeper *k = NULL;
	err_t err = keeper_open(&k, URL, user, NULL);

	if (err)
		fail_msg("%s", err->text);
	return k;
}

static struct supabase_session session(const char *access)
{
	return (struct supabase_session){
		.access = (char *)access, .refresh = (char *)"r-1_2", .user = (char *)"0-1",
		.email = (char *)"ada@example.org", .expires = 1790000000,
	};
}

static void save(const char *user, const char *access)
{
	struct keeper *k = open_for(user);
	struct supabase_keeper calls = keeper_calls(k);
	struct supabase_session s = session(access);

	assert_null(calls.save(k, &s));
	keeper_close(k);
}

/* The access token that a new process would find; NULL: nobody is logged in. */
static char *load(const char *user)
{
	struct keeper *k = open_for(user);
	struct supabase_session s = {0};
	err_t err = keeper_calls(k).load(k, &s);
	char *access = err ? NULL : mem_strdup(s.access ? s.access : "");

	if (err)
		assert_int_equal(err->code, ERR_NOTFOUND);
	else if (s.email)
		assert_string_equal(s.email, "ada@example.org");
	err_free(err);
	supabase_session_release(&s);
	keeper_close(k);
	return access;
}

static void is_loaded(const char *user, const char *expected)
{
	scoped_free char *access = load(user);

	assert_true((access == NULL) == (expected == NULL));
	if (expected)
		assert_string_equal(access, expected);
}

static void a_session_comes_back(void **state)
{
	struct keeper *k;

	is_loaded(NULL, NULL);
	save(NULL, "a.b.c");
	is_loaded(NULL, "a.b.c");
	is_loaded("ada@example.org", "a.b.c");
	is_loaded("bob@example.org", NULL);
	save("ada@example.org", "d.e.f");	/* refreshed: the old one is gone */
	is_loaded(NULL, "d.e.f");
	k = open_for(NULL);
	assert_null(keeper_calls(k).forget(k));
	assert_null(keeper_calls(k).forget(k));
	keeper_close(k);
	is_loaded(NULL, NULL);
}

static void a_password_of_git_stays(void **state)
{
	scoped_free char *user = NULL, *secret = NULL;
	struct keeper *k;

	assert_null(credential_put(URL, "ada@example.org", "her password"));
	is_loaded(NULL, NULL);
	k = open_for(NULL);
	assert_null(keeper_calls(k).forget(k));
	keeper_close(k);
	assert_null(credential_get(&user, &secret, URL, NULL));
	assert_string_equal(secret, "her password");
}

static void useHttpPath_keeps_two_servers_of_a_host_apart(void **state)
{
	scoped_free char *user = NULL, *secret = NULL;
	err_t err;

	shell("git config --global credential.useHttpPath true");
	assert_null(credential_put(URL "/one", "ada", "1"));
	assert_null(credential_put(URL "/two", "ada", "2"));
	assert_null(credential_get(&user, &secret, URL "/one", NULL));
	assert_string_equal(secret, "1");
	err = credential_get(&user, &secret, URL "/three", NULL);
	assert_int_equal(err->code, ERR_NOTFOUND);
	err_free(err);
}

/* Within one process a session outlives a helper that keeps nothing; it does not prove itself. */
static void a_helper_that_fails_or_forgets(void **state)
{
	struct supabase_session s = session("a.b.c"), found = {0};
	struct keeper *k = open_for(NULL);
	err_t err;

	shell("git config --global credential.helper '!echo out of order >&2; false'");
	assert_null(keeper_calls(k).save(k, &s));
	assert_null(keeper_calls(k).load(k, &found));
	assert_string_equal(found.access, "a.b.c");
	supabase_session_release(&found);
	err = keeper_proves(k, &s);
	assert_int_equal(err->code, ERR_NOTFOUND);
	assert_non_null(strstr(err->text, "out of order"));
	assert_null(strstr(err->text, "a.b.c"));
	err_free(err);
	keeper_close(k);
	is_loaded(NULL, NULL);
}

static void nobody_is_asked_and_nothing_traced(void **state)
{
	shell("git config --global core.askPass 'touch asked; false'");
	shell("git config --global --add credential.helper '!f() { env >environment; }; f'");
	setenv("GIT_ASKPASS", "/bin/false", 1);
	setenv("GIT_TRACE", mem_printf("%s/trace", home), 1);
	save(NULL, "se.cr.et");
	is_loaded("bob@example.org", NULL);
	unsetenv("GIT_TRACE");
	unsetenv("GIT_ASKPASS");
	shell("test ! -e asked && test ! -e trace && ! grep -q se.cr.et environment");
	shell("grep -q '^GIT_TERMINAL_PROMPT=0$' environment");
}

static void is_refused(const char *why)
{
	struct keeper *k = NULL;
	err_t err = keeper_open(&k, URL, NULL, NULL);

	assert_non_null(err);
	assert_int_equal(err->code, ERR_REFUSED);
	assert_non_null(strstr(err->text, why));
	err_free(err);
}

/* A repository must not be able to send a token of the environment to a server of its own. */
static void a_token_of_the_environment_is_for_one_server(void **state)
{
	shell("git init -q repo && git -C repo config agent.tokenUrl " URL);
	assert_int_equal(chdir("repo"), 0);
	setenv("GIT_AGENT_TOKEN", "to.k.en", 1);
	is_refused("not for which server");
	setenv("GIT_AGENT_URL", "https://other.example.org", 1);
	is_refused("is for 'https://other.example.org'");
	setenv("GIT_AGENT_URL", URL "/", 1);
	is_loaded(NULL, "to.k.en");
	unsetenv("GIT_AGENT_URL");
	shell("git config --global agent.tokenUrl " URL);
	is_loaded(NULL, "to.k.en");
	unsetenv("GIT_AGENT_TOKEN");
	setenv("GIT_AGENT_REFRESH_TOKEN", "once", 1);
	is_loaded(NULL, "");
	save(NULL, "a.b.c");	/* what it was refreshed to counts from now on */
	is_loaded(NULL, "a.b.c");
}

/* Each waits until it is alone, reads, and writes what it read and one letter more. */
static void two_processes_never_hold_the_lock_together(void **state)
{
	pid_t pids[4];
	int status;

	for (int i = 0; i < 4; i++) {
		pids[i] = fork();
		if (pids[i])
			continue;
		for (int n = 0; n < 5; n++) {
			struct keeper *k = open_for(i % 2 ? "ada@example.org" : NULL);
			struct supabase_keeper calls = keeper_calls(k);

			if (calls.lock(k))
				_exit(1);
			shell("touch letters; cat letters >seen; echo x >>seen; cp seen letters");
			calls.unlock(k);
			keeper_close(k);
		}
		_exit(0);
	}
	for (int i = 0; i < 4; i++) {
		assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
		assert_int_equal(status, 0);
	}
	shell("test $(wc -l <letters) = 20");
	shell("test -d .local/state/git-agent");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, fresh_home, no_home)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_session_comes_back),
		TEST(a_password_of_git_stays),
		TEST(useHttpPath_keeps_two_servers_of_a_host_apart),
		TEST(a_helper_that_fails_or_forgets),
		TEST(nobody_is_asked_and_nothing_traced),
		TEST(a_token_of_the_environment_is_for_one_server),
		TEST(two_processes_never_hold_the_lock_together),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
