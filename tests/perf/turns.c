/*
 * Runs commands in turns and prints, for each, a line of medians over its runs:
 *
 *	<wall ms> <1st quartile> <3rd quartile> <processor ms> <page faults>
 *
 *	turns <runs> <command> [<command>...]
 *	turns <runs> -p <prepare> <command> [-p <prepare>] <command>...
 *
 * A command is split at blanks and started without a shell, its output thrown away; the one behind
 * -p runs before each run of those after it and is not measured. Processor time and page faults are
 * those of the process and of all that it waited for. A command that fails ends all.
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

#define MAX_COMMANDS 16
#define MAX_WORDS 64
#define MAX_RUNS 1000

extern char **environ;

struct command {
	char *words[MAX_WORDS + 1];
	const struct command *prepare;
	double wall[MAX_RUNS], cpu[MAX_RUNS], faults[MAX_RUNS];
};

static void give_up(const char *why, const char *what)
{
	fprintf(stderr, "turns: %s '%s'\n", why, what);
	exit(1);
}

static struct command *parse(char *text, const struct command *prepare)
{
	struct command *c = calloc(1, sizeof(*c));
	int n = 0;

	if (!c)
		give_up("no memory for", text);
	for (char *word = strtok(text, " "); word; word = strtok(NULL, " ")) {
		if (n == MAX_WORDS)
			give_up("too many words in", c->words[0]);
		c->words[n++] = word;
	}
	if (!n)
		give_up("nothing to run in", text);
	c->prepare = prepare;
	return c;
}

static double seconds(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void run(const struct command *c, double *wall, struct rusage *used)
{
	static posix_spawn_file_actions_t quiet;
	static int have_quiet;
	double start = now();
	int status;
	pid_t pid;

	if (!have_quiet) {
		posix_spawn_file_actions_init(&quiet);
		posix_spawn_file_actions_addopen(&quiet, 0, "/dev/null", O_RDONLY, 0);
		posix_spawn_file_actions_addopen(&quiet, 1, "/dev/null", O_WRONLY, 0);
		posix_spawn_file_actions_addopen(&quiet, 2, "/dev/null", O_WRONLY, 0);
		have_quiet = 1;
	}
	if (posix_spawnp(&pid, c->words[0], &quiet, NULL, c->words, environ) != 0)
		give_up("cannot start", c->words[0]);
	if (wait4(pid, &status, 0, used) != pid || !WIFEXITED(status) || WEXITSTATUS(status))
		give_up("failed:", c->words[0]);
	*wall = now() - start;
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Of n values, which are sorted by it; q: quarters. */
static double quartile(double *values, int n, int q)
{
	qsort(values, (size_t)n, sizeof(*values), by_size);
	return (values[(n - 1) * q / 4] + values[((n - 1) * q + 3) / 4]) / 2;
}

int main(int argc, char **argv)
{
	struct command *commands[MAX_COMMANDS], *prepare = NULL;
	int runs = argc > 1 ? atoi(argv[1]) : 0, nr = 0;

	if (runs < 1 || runs > MAX_RUNS || argc < 3)
		give_up("usage: turns <runs> [-p <prepare>] <command>...", "");
	for (int i = 2; i < argc; i++) {
		if (nr == MAX_COMMANDS)
			give_up("too many commands at", argv[i]);
		if (strcmp(argv[i], "-p") == 0 && i + 1 < argc)
			prepare = parse(argv[++i], NULL);
		else
			commands[nr++] = parse(argv[i], prepare);
	}
	for (int k = -1; k < runs; k++) {	/* the first is not counted */
		for (int i = 0; i < nr; i++) {
			struct command *c = commands[i];
			struct rusage used;
			double wall;

			if (c->prepare)
				run(c->prepare, &wall, &used);
			run(c, &wall, &used);
			if (k < 0)
				continue;
			c->wall[k] = wall * 1e3;
			c->cpu[k] = (seconds(used.ru_utime) + seconds(used.ru_stime)) * 1e3;
			c->faults[k] = (double)used.ru_minflt;
		}
	}
	for (int i = 0; i < nr; i++) {
		struct command *c = commands[i];

		printf("%.3f %.3f %.3f %.3f %.0f\n", quartile(c->wall, runs, 2),
		       quartile(c->wall, runs, 1), quartile(c->wall, runs, 3),
		       quartile(c->cpu, runs, 2), quartile(c->faults, runs, 2));
	}
	return 0;
}
