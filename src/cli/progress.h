/* "Pushing: 45% (9/20)" on stderr, for a terminal only and not more than ten times a second. */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct progress {
	const char *title;
	uint64_t done, total;
	int64_t shown_at;	/* monotonic ns of the last line */
	bool terminal;
	bool drawn;
	FILE *log;		/* GIT_AGENT_PROGRESS=<absolute path>: one line for each call */
};

/* wanted false (--no-progress, --quiet): shows nothing. total 0: unknown. */
void progress_start(struct progress *p, const char *title, uint64_t total, bool wanted);
void progress_set(struct progress *p, uint64_t done);
/* Ends the line: "Pushing: 100% (20/20), done." */
void progress_finish(struct progress *p);
/* Ends the line as it is: it went no further. */
void progress_stop(struct progress *p);

#endif
