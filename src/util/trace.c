#include "util/trace.h"
#include "util/clock.h"
#include "util/mem.h"
#include "util/redact.h"
#include "util/trace_out.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define RECENT 16
#define RECENT_LEN 160
#define NESTING 8

static struct trace_out outs[TRACE_TARGETS] = {{-1, false}, {-1, false}, {-1, false}, {-1, false}};
static char **arguments;
static int nr_children, nesting, nr_recent, last_code;
static char recent[RECENT][RECENT_LEN];
static const char *open_labels[NESTING];
static int64_t open_since[NESTING];

/* --- lines ---------------------------------------------------------------------------------- */

bool trace_wanted(enum trace_target target)
{
	return outs[target].fd >= 0;
}

/* "10:55:08.123456 git-agent               trace: ", as git begins its lines. */
static void begin_line(FILE *out)
{
	struct timespec now;
	struct tm tm;

	clock_gettime(CLOCK_REALTIME, &now);
	localtime_r(&now.tv_sec, &tm);
	fprintf(out, "%02d:%02d:%02d.%06ld %-23s trace: ", tm.tm_hour, tm.tm_min, tm.tm_sec,
		now.tv_nsec / 1000, "git-agent");
}

static void tell(enum trace_target target, struct mem_stream *s)
{
	size_t len;
	scoped_free char *text = mem_stream_close(s, &len);

	trace_out_write(&outs[target], slice_of(text, len));
}

static void line_of(const char *what, const char *const *argv)
{
	struct mem_stream s;

	if (!trace_wanted(TRACE_LINES))
		return;
	mem_stream_open(&s);
	begin_line(s.file);
	fprintf(s.file, "%s: ", what);
	redact_argv(s.file, argv);
	putc('\n', s.file);
	tell(TRACE_LINES, &s);
}

void trace_printf(enum trace_target target, const char *fmt, ...)
{
	struct mem_stream s;
	va_list args;

	if (!trace_wanted(target))
		return;
	mem_stream_open(&s);
	va_start(args, fmt);
	vfprintf(s.file, fmt, args);
	va_end(args);
	tell(target, &s);
}

/* --- what ran last -------------------------------------------------------------------------- */

static void remember(const char *const *argv)
{
	char *slot = recent[nr_recent++ % RECENT];
	struct mem_stream s;
	scoped_free char *text = NULL;

	mem_stream_open(&s);
	redact_argv(s.file, argv);
	text = mem_stream_close(&s, NULL);
	snprintf(slot, RECENT_LEN, "%s", text);
}

char **trace_argv(void)
{
	return arguments;
}

int trace_recent_nr(void)
{
	return nr_recent < RECENT ? nr_recent : RECENT;
}

const char *trace_recent(int n)
{
	return recent[nr_recent < RECENT ? n : (nr_recent + n) % RECENT];
}

int trace_open_nr(void)
{
	return nesting < NESTING ? nesting : NESTING;
}

const char *trace_open_label(int n)
{
	return open_labels[n];
}

/* --- the run -------------------------------------------------------------------------------- */

static void at_exit(void)
{
	trace_event_exit("atexit", last_code);
}

/* Commands move theirs about. */
static void keep_arguments(char **argv)
{
	size_t n = 0;

	while (argv[n])
		n++;
	free(arguments);
	arguments = mem_dup(argv, (n + 1) * sizeof(*argv));
}

void trace_start(char **argv)
{
	keep_arguments(argv);
	outs[TRACE_LINES] = trace_out_open("GIT_TRACE", NULL);
	outs[TRACE_SQL] = trace_out_open("GIT_AGENT_TRACE_SQL", NULL);
	outs[TRACE_HTTP] = trace_out_open("GIT_AGENT_TRACE_HTTP", NULL);
	trace_event_open(&outs[TRACE_EVENTS]);
	line_of("start", (const char *const *)argv);
	if (!trace_wanted(TRACE_EVENTS))
		return;
	trace_event_start(argv);
	atexit(at_exit);
}

void trace_command(const char *name)
{
	if (trace_wanted(TRACE_EVENTS))
		trace_event_command(name);
}

void trace_exit(int code)
{
	last_code = code;
	if (trace_wanted(TRACE_EVENTS))
		trace_event_exit("exit", code);
}

void trace_error(const char *text)
{
	if (trace_wanted(TRACE_EVENTS))
		trace_event_error(text);
}

/* --- children and regions ------------------------------------------------------------------- */

int trace_child_start(const char *const *argv, const char *dir)
{
	remember(argv);
	line_of("run_command", argv);
	if (trace_wanted(TRACE_EVENTS))
		trace_event_child(nr_children, argv, dir);
	return nr_children++;
}

void trace_child_exit(int child, int64_t started_ns, int pid, int code)
{
	if (trace_wanted(TRACE_EVENTS))
		trace_event_child_exit(child, started_ns, pid, code);
}

struct trace_region trace_enter(const char *category, const char *label)
{
	struct trace_region region = {.category = category, .label = label};

	if (trace_wanted(TRACE_EVENTS)) {
		region.started_ns = clock_monotonic_ns();
		trace_event_region("region_enter", nesting + 1, category, label, 0);
	}
	if (nesting < NESTING) {
		open_labels[nesting] = label;
		open_since[nesting] = region.started_ns;
	}
	nesting++;
	return region;
}

void trace_leave(const struct trace_region *region)
{
	if (trace_wanted(TRACE_EVENTS))
		trace_event_region("region_leave", nesting, region->category, region->label,
				   region->started_ns);
	nesting--;
}

void trace_count(const char *category, const char *key, int64_t value)
{
	if (trace_wanted(TRACE_EVENTS))
		trace_event_count(nesting + 1,
				  nesting && nesting <= NESTING ? open_since[nesting - 1] : 0,
				  category, key, value);
}
