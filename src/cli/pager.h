/* The pager, by git's rules. */
#ifndef CLI_PAGER_H
#define CLI_PAGER_H

#include "util/err.h"

/*
 * Sends stdout (and stderr when it is a terminal too) through the pager; no effect when stdout
 * is no terminal or the pager is "cat" or empty. pager_agent is the value of pager.agent: NULL,
 * a boolean, or a command; core_pager that of core.pager. Order: GIT_PAGER, pager.agent's command,
 * core.pager, PAGER, less. Call before the first output.
 */
err_t pager_start(const char *pager_agent, const char *core_pager) MUST_CHECK;

/* True when our stdout, or that of the git that ran us, goes to a pager. */
bool pager_in_use(void);

/* Closes stdout and waits until the user leaves the pager. No effect without one. */
void pager_finish(void);

#endif
