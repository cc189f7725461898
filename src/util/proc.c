#include "util/proc.h"
#include "util/clock.h"
#include "util/mem.h"
#include "util/trace.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define NONE (-1)

extern char **environ;

/* Our ends of the three pipes; NONE where there is none. */
struct ends {
	int in, out, err;
};

struct pipes {
	struct ends ours, theirs;
};

static void close_end(int *fd)
{
	if (*fd != NONE)
		close(*fd);
	*fd = NONE;
}

static void close_ends(struct ends *e)
{
	close_end(&e->in);
	close_end(&e->out);
	close_end(&e->err);
}

static void pipes_release(struct pipes *p)
{
	close_ends(&p->ours);
	close_ends(&p->theirs);
}

static err_t open_pipe(int *read_end, int *write_end)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC))
		return err_errno("cannot make a pipe");
	*read_end = fds[0];
	*write_end = fds[1];
	return NULL;
}

static err_t open_pipes(struct pipes *pipes, const struct proc *p)
{
	if (p->inherit)
		return NULL;
	if (p->input.len) {
		TRY(open_pipe(&pipes->theirs.in, &pipes->ours.in));
		fcntl(pipes->ours.in, F_SETFL, O_NONBLOCK);
	} else {
		pipes->theirs.in = open("/dev/null", O_RDONLY | O_CLOEXEC);
		if (pipes->theirs.in < 0)
			return err_errno("cannot open '/dev/null'");
	}
	TRY(open_pipe(&pipes->ours.out, &pipes->theirs.out));
	return p->quiet ? open_pipe(&pipes->ours.err, &pipes->theirs.err) : NULL;
}

static bool names_same(const char *a, const char *b)
{
	size_t n = strcspn(a, "=");

	return n == strcspn(b, "=") && strncmp(a, b, n) == 0;
}

static bool is_changed(const char *var, const char *const *changes)
{
	for (; *changes; changes++)
		if (names_same(var, *changes))
			return true;
	return false;
}

/* Only the array is new; the strings stay with environ and the caller. */
static char **make_env(const char *const *changes)
{
	char **env = NULL;
	size_t len = 0, cap = 0;

	for (char **var = environ; *var; var++) {
		if (is_changed(*var, changes))
			continue;
		MEM_GROW(env, len, cap);
		env[len++] = *var;
	}
	for (; *changes; changes++) {
		if (!strchr(*changes, '='))
			continue;
		MEM_GROW(env, len, cap);
		env[len++] = (char *)*changes;
	}
	MEM_GROW(env, len, cap);
	env[len] = NULL;
	return env;
}

/*
 * SIGPIPE: a child that stops reading is no reason to die. SIGINT and SIGQUIT while the child
 * has the terminal: they are meant for the editor, not for us.
 */
struct signals {
	struct sigaction pipe, interrupt, quit;
	bool terminal;
};

static void signals_hold(struct signals *s, bool terminal)
{
	struct sigaction ignore = {.sa_handler = SIG_IGN};

	s->terminal = terminal;
	sigaction(SIGPIPE, &ignore, &s->pipe);
	if (terminal) {
		sigaction(SIGINT, &ignore, &s->interrupt);
		sigaction(SIGQUIT, &ignore, &s->quit);
	}
}

static void signals_restore(struct signals *s)
{
	sigaction(SIGPIPE, &s->pipe, NULL);
	if (s->terminal) {
		sigaction(SIGINT, &s->interrupt, NULL);
		sigaction(SIGQUIT, &s->quit, NULL);
	}
}

/* What we hold must not be inherited; what was ignored before us (nohup) must. */
static void reset_in_child(posix_spawnattr_t *attr, const struct signals *s)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGPIPE);
	if (s->terminal && s->interrupt.sa_handler != SIG_IGN)
		sigaddset(&set, SIGINT);
	if (s->terminal && s->quit.sa_handler != SIG_IGN)
		sigaddset(&set, SIGQUIT);
	posix_spawnattr_setsigdefault(attr, &set);
	posix_spawnattr_setflags(attr, POSIX_SPAWN_SETSIGDEF);
}

static void add_dup(posix_spawn_file_actions_t *actions, int fd, int as)
{
	if (fd != NONE)
		posix_spawn_file_actions_adddup2(actions, fd, as);
}

/* Returns the errno of a failed start, or 0. */
static int start(pid_t *pid, const struct proc *p, const struct pipes *pipes,
		 const struct signals *signals)
{
	scoped_free char **env = p->env ? make_env(p->env) : NULL;
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	int error;

	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attr);
	add_dup(&actions, pipes->theirs.in, STDIN_FILENO);
	add_dup(&actions, pipes->theirs.out, STDOUT_FILENO);
	add_dup(&actions, pipes->theirs.err, STDERR_FILENO);
	if (p->dir)
		posix_spawn_file_actions_addchdir_np(&actions, p->dir);
	reset_in_child(&attr, signals);
	error = posix_spawnp(pid, p->argv[0], &actions, &attr, (char *const *)p->argv,
			     env ? env : environ);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&actions);
	return error;
}

/* Writes what the pipe takes now; closes it at the end, or when nobody reads any more. */
static void feed(int *fd, struct slice *input)
{
	ssize_t put = write(*fd, input->at, input->len);

	if (put < 0) {
		if (errno != EAGAIN && errno != EINTR)
			close_end(fd);
		return;
	}
	input->at += put;
	input->len -= (size_t)put;
	if (!input->len)
		close_end(fd);
}

static void drain(int *fd, FILE *into)
{
	char buffer[65536];
	ssize_t got = read(*fd, buffer, sizeof(buffer));

	if (got > 0)
		fwrite(buffer, 1, (size_t)got, into);
	else if (got == 0 || (errno != EINTR && errno != EAGAIN))
		close_end(fd);
}

/* All pipes at once: a child that fills one while we wait on another would block both. */
static err_t exchange(struct ends *e, struct slice input, FILE *out, FILE *err)
{
	while (e->in != NONE || e->out != NONE || e->err != NONE) {
		struct pollfd fds[] = {
			{.fd = e->in, .events = POLLOUT},
			{.fd = e->out, .events = POLLIN},
			{.fd = e->err, .events = POLLIN},
		};

		if (poll(fds, 3, -1) < 0) {
			if (errno == EINTR)
				continue;
			return err_errno("cannot wait for a child process");
		}
		if (fds[0].revents)
			feed(&e->in, &input);
		if (fds[1].revents)
			drain(&e->out, out);
		if (fds[2].revents)
			drain(&e->err, err);
	}
	return NULL;
}

static err_t wait_for(int *status, pid_t pid)
{
	int raw;

	while (waitpid(pid, &raw, 0) < 0)
		if (errno != EINTR)
			return err_errno("cannot wait for a child process");
	*status = WIFSIGNALED(raw) ? 128 + WTERMSIG(raw) : WEXITSTATUS(raw);
	return NULL;
}

static bool is_our_trouble(int error)
{
	return error == EAGAIN || error == ENOMEM || error == EMFILE || error == ENFILE ||
	       error == E2BIG;
}

static err_t run(int *status, pid_t *child, const struct proc *p, struct pipes *pipes, FILE *out,
		 FILE *err)
{
	scoped(signals_restore) struct signals signals;
	pid_t pid;
	int error;
	err_t failed;

	signals_hold(&signals, p->inherit);
	error = start(&pid, p, pipes, &signals);
	close_ends(&pipes->theirs);
	if (error && is_our_trouble(error)) {
		errno = error;
		return err_errno("cannot run '%s'", p->argv[0]);
	}
	if (error) {
		if (p->quiet)
			fprintf(err, "cannot run '%s': %s", p->argv[0], strerror(error));
		*status = 127;
		return NULL;
	}
	*child = pid;
	failed = exchange(&pipes->ours, p->input, out, err);
	close_ends(&pipes->ours);
	if (failed) {
		err_free(wait_for(&(int){0}, pid));
		return failed;
	}
	return wait_for(status, pid);
}

err_t proc_run(struct proc_result *out, const struct proc *p)
{
	scoped(pipes_release) struct pipes pipes = {{NONE, NONE, NONE}, {NONE, NONE, NONE}};
	struct proc_result result = {0};
	struct mem_stream text, talk;
	int64_t started = clock_monotonic_ns();
	pid_t child = -1;
	int number;
	err_t err;

	fflush(stdout);
	TRY(open_pipes(&pipes, p));
	mem_stream_open(&text);
	mem_stream_open(&talk);
	number = trace_child_start(p->argv, p->dir);
	err = run(&result.status, &child, p, &pipes, text.file, talk.file);
	trace_child_exit(number, started, (int)child, result.status);
	result.out = mem_stream_close(&text, &result.out_len);
	result.err = mem_stream_close(&talk, NULL);
	if (err)
		proc_result_release(&result);
	else
		*out = result;
	return err;
}

void proc_result_release(struct proc_result *r)
{
	free(r->out);
	free(r->err);
	*r = (struct proc_result){0};
}
