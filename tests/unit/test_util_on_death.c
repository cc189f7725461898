/* What must not outlive a process, however it ends. */
#include "util/mem.h"
#include "util/on_death.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static char dir[] = "/tmp/on-death-XXXXXX";
static char path[64], inner[80];

static void make(const char *name)
{
	FILE *f = fopen(name, "w");

	assert_non_null(f);
	fclose(f);
}

static bool there(const char *name)
{
	return access(name, F_OK) == 0;
}

/* A child that has made both files does `end`; how it ended. */
static int child(void (*end)(void))
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		make(path);
		make(inner);
		on_death_remove(path, ".more");
		end();
		_exit(7);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void no_memory(void)
{
	if (!freopen("/dev/null", "w", stderr))
		_exit(1);
	mem_must(NULL);
}

static void terminated(void)
{
	raise(SIGTERM);
}

static void interrupted_but_ignores_it(void)
{
	on_death_keep();
	signal(SIGINT, SIG_IGN);
	on_death_remove(path, ".more");
	raise(SIGINT);
}

static void kept(void)
{
	on_death_keep();
	raise(SIGTERM);
}

static void a_child_is_terminated(void)
{
	pid_t pid = fork();

	if (pid == 0)
		raise(SIGTERM);
	waitpid(pid, NULL, 0);
}

static void they_go_when_memory_runs_out(void **state)
{
	int status = child(no_memory);

	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 128);
	assert_false(there(path) || there(inner));
}

static void they_go_with_a_signal(void **state)
{
	int status = child(terminated);

	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
	assert_false(there(path) || there(inner));
}

static void they_stay_where_the_signal_is_ignored(void **state)
{
	int status = child(interrupted_but_ignores_it);

	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 7);
	assert_true(there(path) && there(inner));
}

static void they_stay_when_they_are_kept(void **state)
{
	int status = child(kept);

	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
	assert_true(there(path) && there(inner));
}

static void they_stay_when_a_child_ends(void **state)
{
	int status = child(a_child_is_terminated);

	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 7);
	assert_true(there(path) && there(inner));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(they_go_when_memory_runs_out),
		cmocka_unit_test(they_go_with_a_signal),
		cmocka_unit_test(they_stay_where_the_signal_is_ignored),
		cmocka_unit_test(they_stay_when_they_are_kept),
		cmocka_unit_test(they_stay_when_a_child_ends),
	};
	int failed;

	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/lock", dir);
	snprintf(inner, sizeof(inner), "%s.more", path);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	unlink(path);
	unlink(inner);
	rmdir(dir);
	return failed;
}
