#include "cli/pager.h"
#include "util/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static volatile pid_t pager;

bool pager_in_use(void)
{
	const char *in_use = getenv("GIT_PAGER_IN_USE");

	return in_use && (strcmp(in_use, "true") == 0 || strcmp(in_use, "1") == 0);
}

static int as_boolean(const char *value)
{
	static const char *const words[] = {"true", "yes", "on", "1", "false", "no", "off", "0"};

	for (int i = 0; i < 8; i++)
		if (strcasecmp(value, words[i]) == 0)
			return i < 4;
	return -1;
}

/* NULL: no pager. */
static const char *choose(const char *pager_agent, const char *core_pager)
{
	const char *command = getenv("GIT_PAGER");
	int on = pager_agent ? as_boolean(pager_agent) : 1;

	if (on == 0)
		return NULL;
	if (!command && on < 0)
		command = pager_agent;
	if (!command)
		command = core_pager;
	if (!command)
		command = getenv("PAGER");
	if (!command)
		command = "less";
	return *command && strcmp(command, "cat") != 0 ? command : NULL;
}

static void wait_for_pager(void)
{
	while (waitpid(pager, NULL, 0) < 0 && errno == EINTR)
		;
	pager = 0;
}

/*
 * ^C reaches us and the pager. If we ended first, the shell would take the terminal back from
 * under the pager; so we wait for it and end by the same signal.
 */
static void on_signal(int number)
{
	if (pager) {
		close(STDOUT_FILENO);
		close(STDERR_FILENO);
		wait_for_pager();
	}
	signal(number, SIG_DFL);
	raise(number);
}

static void catch_signals(void)
{
	static const int numbers[] = {SIGINT, SIGHUP, SIGTERM, SIGQUIT, SIGPIPE};
	struct sigaction action = {.sa_handler = on_signal};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
		sigaction(numbers[i], &action, NULL);
}

/* Through the shell, because a pager may be set with options; as git does. */
static err_t spawn(const char *command, int read_end)
{
	const char *const argv[] = {"sh", "-c", command, NULL};
	posix_spawn_file_actions_t actions;
	pid_t pid;
	int error;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, read_end, STDIN_FILENO);
	error = posix_spawnp(&pid, "sh", &actions, NULL, (char *const *)argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	if (error) {
		errno = error;
		return err_errno("cannot run pager '%s'", command);
	}
	pager = pid;
	return NULL;
}

err_t pager_start(const char *pager_agent, const char *core_pager)
{
	const char *command;
	int fds[2];
	err_t err;

	if (pager || !isatty(STDOUT_FILENO))
		return NULL;
	command = choose(pager_agent, core_pager);
	if (!command)
		return NULL;
	setenv("LESS", "FRX", 0);
	setenv("LV", "-c", 0);
	if (pipe2(fds, O_CLOEXEC))
		return err_errno("cannot make a pipe");
	err = spawn(command, fds[0]);
	close(fds[0]);
	if (!err) {
		setenv("GIT_PAGER_IN_USE", "true", 1);
		dup2(fds[1], STDOUT_FILENO);
		if (isatty(STDERR_FILENO))
			dup2(fds[1], STDERR_FILENO);
		catch_signals();
	}
	close(fds[1]);
	return err;
}

void pager_finish(void)
{
	if (!pager)
		return;
	fflush(stdout);
	fflush(stderr);
	close(STDOUT_FILENO);
	close(STDERR_FILENO);
	wait_for_pager();
}
