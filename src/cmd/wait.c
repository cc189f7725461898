#include "cmd/wait.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t caught;

static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
#define NR_SIGNALS (sizeof(signals) / sizeof(*signals))

static void note(int sig)
{
	caught = sig;
}

static bool is_ignored(int sig)
{
	struct sigaction old;

	return sigaction(sig, NULL, &old) == 0 && old.sa_handler == SIG_IGN;
}

void wait_begin(void)
{
	struct sigaction act = {.sa_handler = note, .sa_flags = (int)SA_RESETHAND};

	caught = 0;
	sigemptyset(&act.sa_mask);
	for (size_t i = 0; i < NR_SIGNALS; i++)
		if (!is_ignored(signals[i]))	/* nohup, a job in the background */
			sigaction(signals[i], &act, NULL);
}

static bool poll_output(const struct timespec *time, const sigset_t *mask)
{
	struct pollfd out = {.fd = STDOUT_FILENO, .events = 0};

	return ppoll(&out, 1, time, mask) > 0 && (out.revents & (POLLERR | POLLHUP));
}

static bool reader_has_gone(void)
{
	return poll_output(&(struct timespec){0}, NULL);
}

bool wait_is_over(void)
{
	return caught || reader_has_gone();
}

/* Signals are held back between the look and the wait, so that none is slept through. */
void wait_for(int64_t ms)
{
	const struct timespec time = {ms / 1000, (long)(ms % 1000) * 1000000};
	sigset_t held, before;

	sigemptyset(&held);
	for (size_t i = 0; i < NR_SIGNALS; i++)
		sigaddset(&held, signals[i]);
	sigprocmask(SIG_BLOCK, &held, &before);
	if (!caught)
		poll_output(&time, &before);
	sigprocmask(SIG_SETMASK, &before, NULL);
}

void wait_end(void)
{
	int sig = caught ? (int)caught : reader_has_gone() ? SIGPIPE : 0;

	if (!sig)
		return;
	fflush(stdout);
	signal(sig, SIG_DFL);
	raise(sig);
}
