/*
 * What a run does, for whoever asks with git's own variables: GIT_TRACE (lines), GIT_TRACE2_EVENT
 * (JSON, as git's api-trace2 says), GIT_AGENT_TRACE_SQL and GIT_AGENT_TRACE_HTTP. Values as git
 * takes them: 1 or true is stderr, 2 to 9 a file descriptor, an absolute path a file to append to;
 * a directory gets a file of its own for each process (GIT_TRACE2_EVENT).
 * Nothing secret is in it (util/redact.h). Without a variable a call costs one comparison.
 */
#ifndef UTIL_TRACE_H
#define UTIL_TRACE_H

#include "util/err.h"

#include <stdbool.h>
#include <stdint.h>

enum trace_target { TRACE_LINES, TRACE_EVENTS, TRACE_SQL, TRACE_HTTP, TRACE_TARGETS };

/* The first thing in main(): reads the environment, and tells the start. The strings of
 * argv have to stay. */
void trace_start(char **argv);
/* The command is known. */
void trace_command(const char *name);
/* The last thing: the exit code. */
void trace_exit(int code);

bool trace_wanted(enum trace_target target);
/* A line, "\n" included, for TRACE_SQL and TRACE_HTTP. */
void trace_printf(enum trace_target target, const char *fmt, ...) PRINTF(2, 3);

/* A child process. Returns its number. */
int trace_child_start(const char *const *argv, const char *dir);
void trace_child_exit(int child, int64_t started_ns, int pid, int code);

/*
 * A part of the work:
 *
 *	scoped(trace_leave) struct trace_region region = trace_enter("sync", "pull");
 */
struct trace_region {
	const char *category, *label;	/* static */
	int64_t started_ns;
};
struct trace_region trace_enter(const char *category, const char *label);
void trace_leave(const struct trace_region *region);
/* How much of something it was. */
void trace_count(const char *category, const char *key, int64_t value);
/* An error that is told to the user. */
void trace_error(const char *text);

/* --- for a report of a crash (util/crash.h) --- */
/* The arguments of trace_start; NULL before. */
char **trace_argv(void);
/* What ran last, oldest first: line n of trace_recent_nr(); and the regions that are open. Neither
 * takes memory, so that a signal handler may ask. */
int trace_recent_nr(void);
const char *trace_recent(int n);
int trace_open_nr(void);
const char *trace_open_label(int n);

#endif
