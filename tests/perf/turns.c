/*
 * Runs commands in turns and prints, for each, a line of medians over its runs:
 *
 *	<wall ms> <1st quartile> <3rd quartile> <processor ms> <page faults> <peak KB>
 *	<server ms> <requests> <bytes sent> <bytes got> <runs>
 *
 *	turns [<options>] <runs> <command> [<command>...]
 *	turns [<options>] <runs> -p <prepare> <command> [-p <prepare>] <command>...
 *
 *	-t <seconds>  no more runs when these have passed and there are three; one,
 *	              where three would take far longer
 *	-s <pid>      a server: its processor time, and that of its children, is counted too
 *	-c <file>     where a server counts requests, bytes that came and bytes that went
 *
 * A command is split at blanks and started without a shell, its output thrown away; the one behind
 * -p runs before each run of those after it and is not measured; "-p -" is none. Processor time,
 * page faults and peak are those of the process and of all that it waited for. A command that
 * fails ends all.
 */
#include <dirent.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MAX_COMMANDS 16
#define MAX_WORDS 64
#define MAX_RUNS 1000
#define MAX_SERVERS 4
#define PATIENCE 5	/* times the seconds of -t, before there are three runs */

extern char **environ;

enum { WALL, CPU, FAULTS, PEAK, SERVER, REQUESTS, SENT, GOT, NR_VALUES };

struct command {
	char *words[MAX_WORDS + 1];
	const struct command *prepare;
	double values[NR_VALUES][MAX_RUNS];
};

static int servers[MAX_SERVERS], nr_servers;
static const char *counter;
static double budget;
static struct command *commands[MAX_COMMANDS];

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

/* Processor time of one process with the children that it waited for, where its parent is `of`. */
static double ticks_of(const char *pid, int of)
{
	long user = 0, sys = 0, their_user = 0, their_sys = 0;
	char path[64], line[512] = "";
	const char *rest;
	int parent;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%.20s/stat", pid);
	f = fopen(path, "r");
	if (!f)
		return 0;
	if (!fgets(line, sizeof(line), f))
		line[0] = '\0';
	fclose(f);
	rest = strrchr(line, ')');
	if (!rest || sscanf(rest, ") %*c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %ld %ld %ld %ld",
			    &parent, &user, &sys, &their_user, &their_sys) != 5)
		return 0;
	return parent == of || atoi(pid) == of ? (double)(user + sys + their_user + their_sys) : 0;
}

static double server_ms(void)
{
	double ticks = 0;

	for (int i = 0; i < nr_servers; i++) {
		DIR *all = opendir("/proc");

		for (const struct dirent *e; all && (e = readdir(all)) != NULL;)
			if (e->d_name[0] >= '1' && e->d_name[0] <= '9')
				ticks += ticks_of(e->d_name, servers[i]);
		if (all)
			closedir(all);
	}
	return ticks * 1e3 / (double)sysconf(_SC_CLK_TCK);
}

/* What the server had counted by now. */
static void read_server(double *values)
{
	FILE *f = counter ? fopen(counter, "r") : NULL;

	values[SERVER] = server_ms();
	values[REQUESTS] = values[SENT] = values[GOT] = 0;
	if (!f)
		return;
	if (fscanf(f, "%lf %lf %lf", &values[REQUESTS], &values[SENT], &values[GOT]) != 3)
		give_up("cannot read", counter);
	fclose(f);
}

static void measure(struct command *c, int k)
{
	double before[NR_VALUES], after[NR_VALUES], wall;
	struct rusage used;

	if (c->prepare)
		run(c->prepare, &wall, &used);
	read_server(before);
	run(c, &wall, &used);
	read_server(after);
	for (int v = SERVER; v < NR_VALUES; v++)
		c->values[v][k] = after[v] - before[v];
	c->values[WALL][k] = wall * 1e3;
	c->values[CPU][k] = (seconds(used.ru_utime) + seconds(used.ru_stime)) * 1e3;
	c->values[FAULTS][k] = (double)used.ru_minflt;
	c->values[PEAK][k] = (double)used.ru_maxrss;
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

/* The first run of each is not counted, unless it took so long that there is no time for more. */
static int run_all(int nr, int runs)
{
	double start = now();
	int done = -1;

	while (done < runs) {
		double passed;

		for (int i = 0; i < nr; i++)
			measure(commands[i], done < 0 ? 0 : done);
		done++;
		passed = now() - start;
		if (budget > 0 && (passed > budget * PATIENCE || (passed > budget && done >= 3)))
			return done > 0 ? done : 1;
	}
	return done;
}

static void print(struct command *c, int n)
{
	printf("%.3f %.3f %.3f %.3f", quartile(c->values[WALL], n, 2),
	       quartile(c->values[WALL], n, 1), quartile(c->values[WALL], n, 3),
	       quartile(c->values[CPU], n, 2));
	for (int v = FAULTS; v < NR_VALUES; v++)
		printf(" %.0f", quartile(c->values[v], n, 2));
	printf(" %d\n", n);
}

static int read_options(int argc, char **argv)
{
	int option;

	while ((option = getopt(argc, argv, "+t:s:c:")) != -1) {
		if (option == 't')
			budget = atof(optarg);
		else if (option == 'c')
			counter = optarg;
		else if (option == 's' && nr_servers < MAX_SERVERS)
			servers[nr_servers++] = atoi(optarg);
		else
			give_up("misuse near", argv[optind - 1]);
	}
	return optind;
}

int main(int argc, char **argv)
{
	int at = read_options(argc, argv), runs = at < argc ? atoi(argv[at]) : 0, nr = 0, n;
	static const struct command *prepare;

	if (runs < 1 || runs > MAX_RUNS || at + 1 >= argc)
		give_up("usage: turns [<options>] <runs> [-p <prepare>] <command>...", "");
	for (int i = at + 1; i < argc; i++) {
		if (nr == MAX_COMMANDS)
			give_up("too many commands at", argv[i]);
		if (strcmp(argv[i], "-p") == 0 && i + 1 < argc) {
			i++;
			prepare = strcmp(argv[i], "-") == 0 ? NULL : parse(argv[i], NULL);
		} else {
			commands[nr++] = parse(argv[i], prepare);
		}
	}
	n = run_all(nr, runs);
	for (int i = 0; i < nr; i++)
		print(commands[i], n);
	return 0;
}
