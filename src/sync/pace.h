/*
 * How often `sync watch` asks: quickly while something happens, seldom when nothing does, more and
 * more seldom while the remote is out of reach. Pure.
 */
#ifndef SYNC_PACE_H
#define SYNC_PACE_H

#include <stdint.h>

#define PACE_QUICK_MS 1000	/* after news, so many times: */
#define PACE_QUICK_TIMES 30
#define PACE_IDLE_MS 15000	/* the default of idle_ms */
#define PACE_OFFLINE_MS 60000	/* or idle_ms, where that is longer */

struct pace {
	int64_t idle_ms;
	int64_t wait_ms; /* before the last question */
	int quiet;	 /* answers without news since the last one with some */
};

enum pace_heard { PACE_NEWS, PACE_QUIET, PACE_OFFLINE };

/* Begins as after news. */
struct pace pace_start(int64_t idle_ms);
/* Milliseconds until the next question; a fifth more or less by chance, so that the clones of a
 * team do not all ask at once. */
int64_t pace_next(struct pace *p, enum pace_heard heard, uint32_t chance);

#endif
