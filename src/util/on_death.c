#include "util/on_death.h"
#include "util/err.h"
#include "util/mem.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE};
#define NR_SIGNALS (sizeof(signals) / sizeof(*signals))

static char files[2][PATH_MAX];
static volatile sig_atomic_t armed;
static pid_t owner; /* a child that has the same memory is none */
static bool taken[NR_SIGNALS];

static void remove_it(void)
{
	if (armed && getpid() == owner) {
		for (int i = 0; i < 2; i++)
			unlink(files[i]);
	}
	armed = 0;
}

static void on_signal(int number)
{
	remove_it();
	signal(number, SIG_DFL);
	raise(number); /* comes when this handler returns */
}

void on_death_remove(const char *path, const char *suffix)
{
	struct sigaction action = {.sa_handler = on_signal}, before;

	BUG_ON(armed);
	if (strlen(path) + strlen(suffix) >= PATH_MAX)
		return;
	snprintf(files[0], PATH_MAX, "%s", path);
	snprintf(files[1], PATH_MAX, "%s%s", path, suffix);
	owner = getpid();
	mem_before_death = remove_it;
	armed = 1;
	for (size_t i = 0; i < NR_SIGNALS; i++) {
		taken[i] = sigaction(signals[i], NULL, &before) == 0 &&
			   before.sa_handler == SIG_DFL &&
			   sigaction(signals[i], &action, NULL) == 0;
	}
}

void on_death_keep(void)
{
	armed = 0;
	for (size_t i = 0; i < NR_SIGNALS; i++)
		if (taken[i])
			signal(signals[i], SIG_DFL);
	memset(taken, 0, sizeof(taken));
}
