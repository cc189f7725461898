/* Waiting, as a command does that runs until it is interrupted or nobody reads it any more. */
#ifndef CMD_WAIT_H
#define CMD_WAIT_H

#include <stdbool.h>
#include <stdint.h>

/* From here on SIGINT, SIGTERM and SIGHUP are noted; the second one ends the process at once. */
void wait_begin(void);
/* True when a signal has come, or nobody reads standard output. */
bool wait_is_over(void);
/* Waits, at most until wait_is_over. */
void wait_for(int64_t ms);
/* Ends the process by the signal that came, as if it had not been caught, and by SIGPIPE where the
 * reader has gone; returns where neither is so. */
void wait_end(void);

#endif
