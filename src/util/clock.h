/* Time and randomness, the two things that a pure function is handed. */
#ifndef UTIL_CLOCK_H
#define UTIL_CLOCK_H

#include <stdint.h>

/* Seconds since 1970, UTC. GIT_AGENT_NOW=<seconds> replaces it in tests. */
int64_t clock_now(void);
/* Nanoseconds of a clock that never goes back. */
int64_t clock_monotonic_ns(void);
/* "2026-11-24T01:52:13Z" into out[21]; "" for a year of more than four digits. */
void clock_format(int64_t seconds, char *out);
/* A random UUID (version 4) as 36 characters into out[37]. */
void clock_uuid(char *out);

#endif
