/*
 * "Pushing: 45% (9/20)" on stderr, as git shows it: for a terminal, or with --progress, after half
 * a second and then ten times a second at most.
 */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* What the user asked for; the last command line decides, as it is one for each process. */
struct progress_asked {
	bool on, off;
};
extern struct progress_asked progress_asked;

#define PROGRESS_OPTIONS                                                                      \
	OPT_FLAG(0, "progress", &progress_asked.on,                                           \
		 "show how far it is, at once and also where stderr is no terminal"),         \
	OPT_FLAG(0, "no-progress", &progress_asked.off, "do not show how far it is")

struct progress {
	const char *title;	/* static; NULL: nothing is under way */
	uint64_t done, total;
	int64_t shown_at;	/* monotonic ns of the last line */
	int64_t logged_at;
	bool wanted;
	bool drawn;
	FILE *log;		/* GIT_AGENT_PROGRESS=<absolute path>: "<title> <done> <total>" */
};

/* total 0: unknown. */
void progress_start(struct progress *p, const char *title, uint64_t total);
/* Starts, sets and finishes: title another than before ends that one, done == total this one. */
void progress_step(struct progress *p, const char *title, uint64_t done, uint64_t total);
void progress_set(struct progress *p, uint64_t done);
/* Ends the line: "Pushing: 100% (20/20), done." */
void progress_finish(struct progress *p);
/* Ends the line as it is: it went no further. No effect where nothing is under way. */
void progress_stop(struct progress *p);

#endif
