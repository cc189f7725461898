/* The pager and the progress line on a terminal, which a pseudo-terminal plays. */
#include "cli/pager.h"
#include "cli/progress.h"
#include "util/mem.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

static int open_terminal(int *ours)
{
	int fd = posix_openpt(O_RDWR | O_NOCTTY);
	const char *name;

	if (fd < 0 || grantpt(fd) || unlockpt(fd))
		skip();	/* a machine without terminals (no devpts) */
	name = ptsname(fd);
	assert_non_null(name);
	*ours = fd;
	fd = open(name, O_RDWR | O_NOCTTY);
	assert_true(fd >= 0);
	return fd;
}

/* What run() writes to a terminal, in a process of its own; *status is how that ended. */
static char *on_terminal(void (*run)(void), int *status)
{
	int ours, theirs = open_terminal(&ours);
	struct mem_stream s;
	char buffer[4096];
	ssize_t got;
	pid_t pid = fork();

	if (pid == 0) {
		dup2(theirs, STDOUT_FILENO);
		dup2(theirs, STDERR_FILENO);
		close(theirs);
		close(ours);
		run();
		fflush(stdout);
		pager_finish();
		_exit(0);
	}
	close(theirs);
	mem_stream_open(&s);
	while ((got = read(ours, buffer, sizeof(buffer))) > 0)
		fwrite(buffer, 1, (size_t)got, s.file);
	close(ours);
	assert_int_equal(waitpid(pid, status, 0), pid);
	return mem_stream_close(&s, NULL);
}

static void is_printed(void (*run)(void), const char *expected)
{
	int status;
	char *text = on_terminal(run, &status);

	assert_string_equal(text, expected);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	free(text);
}

static const char *pager_agent, *core_pager;

static void print_a_line(void)
{
	err_t err = pager_start(pager_agent, core_pager);

	if (err)
		_exit(9);
	printf("in use: %d\n", pager_in_use());
}

static int no_pager(void **state)
{
	unsetenv("GIT_PAGER");
	unsetenv("PAGER");
	unsetenv("GIT_PAGER_IN_USE");
	pager_agent = core_pager = NULL;
	return 0;
}

#define UPPER "tr a-z A-Z"

static void chooses_as_git_does(void **state)
{
	setenv("PAGER", UPPER "; printf PAGER", 1);
	is_printed(print_a_line, "IN USE: 1\r\nPAGER");
	core_pager = UPPER "; printf core";
	is_printed(print_a_line, "IN USE: 1\r\ncore");
	setenv("GIT_PAGER", UPPER "; printf GIT_PAGER", 1);
	is_printed(print_a_line, "IN USE: 1\r\nGIT_PAGER");
	pager_agent = "true";
	is_printed(print_a_line, "IN USE: 1\r\nGIT_PAGER");
	pager_agent = UPPER "; printf agent";
	is_printed(print_a_line, "IN USE: 1\r\nGIT_PAGER");
	unsetenv("GIT_PAGER");
	is_printed(print_a_line, "IN USE: 1\r\nagent");
	pager_agent = "false";
	is_printed(print_a_line, "in use: 0\r\n");
	pager_agent = NULL;
	setenv("GIT_PAGER", "cat", 1);
	is_printed(print_a_line, "in use: 0\r\n");
	setenv("GIT_PAGER", "", 1);
	is_printed(print_a_line, "in use: 0\r\n");
}

static void sets_less(void **state)
{
	setenv("GIT_PAGER", "cat >/dev/null; echo $LESS", 1);
	unsetenv("LESS");
	is_printed(print_a_line, "FRX\r\n");
	setenv("LESS", "S", 1);
	is_printed(print_a_line, "S\r\n");
}

static void write_for_ever(void)
{
	print_a_line();
	for (;;)
		puts("more");
}

static void ends_when_the_user_leaves_the_pager(void **state)
{
	int status;
	char *text;

	setenv("GIT_PAGER", "sed -n 2q", 1);
	text = on_terminal(write_for_ever, &status);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGPIPE);
	free(text);
}

static void without_a_terminal_there_is_none(void **state)
{
	setenv("GIT_PAGER", "false", 1);
	assert_null(pager_start(NULL, NULL));
	assert_false(pager_in_use());
	pager_finish();
}

static void progress(struct progress_asked asked, int ms)
{
	struct progress p;
	struct timespec pause = {0, ms * 1000000};

	progress_asked = asked;
	progress_start(&p, "Pushing", 4);
	nanosleep(&pause, NULL);
	for (uint64_t i = 1; i <= 4; i++)
		progress_set(&p, i);
	progress_finish(&p);
}

static void slow_progress(void)
{
	progress((struct progress_asked){0}, 520);
}

static void quick_progress(void)
{
	progress((struct progress_asked){0}, 0);
}

static void unwanted_progress(void)
{
	progress((struct progress_asked){.off = true}, 520);
}

static void progress_is_throttled(void **state)
{
	is_printed(slow_progress, "\rPushing:  25% (1/4)\rPushing: 100% (4/4), done.\r\n");
	is_printed(quick_progress, "");
	is_printed(unwanted_progress, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(chooses_as_git_does, no_pager, no_pager),
		cmocka_unit_test_setup_teardown(sets_less, no_pager, no_pager),
		cmocka_unit_test_setup_teardown(ends_when_the_user_leaves_the_pager, no_pager,
						no_pager),
		cmocka_unit_test_setup_teardown(without_a_terminal_there_is_none, no_pager,
						no_pager),
		cmocka_unit_test(progress_is_throttled),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
