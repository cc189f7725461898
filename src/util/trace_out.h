/* Where a trace goes. Internal to trace*.c. */
#ifndef UTIL_TRACE_OUT_H
#define UTIL_TRACE_OUT_H

#include "util/slice.h"

#include <stdbool.h>
#include <stdint.h>

struct trace_out {
	int fd;		/* -1: nowhere */
	bool ours;	/* opened here */
};

/* By the value of a variable, as git takes it; own: the name of this process's file in a directory
 * (NULL: a directory is refused). Says on stderr what it does not understand. */
struct trace_out trace_out_open(const char *name, const char *own);
/* All of it at once, so that lines of several processes do not mix. Errors are nobody's. */
void trace_out_write(const struct trace_out *out, struct slice text);

/* trace_event.c: GIT_TRACE2_EVENT. Every call comes here when it is wanted. */
void trace_event_open(struct trace_out *out);
void trace_event_start(char **argv);
void trace_event_command(const char *name);
void trace_event_child(int child, const char *const *argv, const char *dir);
void trace_event_child_exit(int child, int64_t started_ns, int pid, int code);
void trace_event_region(const char *event, int nesting, const char *category, const char *label,
			int64_t started_ns);
void trace_event_count(int nesting, int64_t region_ns, const char *category, const char *key,
		       int64_t value);
void trace_event_error(const char *text);
void trace_event_exit(const char *event, int code);

#endif
