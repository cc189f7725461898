/* Hints, which the user's configuration can silence as git's: advice.agent<Name>=false. */
#ifndef CMD_ADVICE_H
#define CMD_ADVICE_H

#include "util/err.h"

/*
 * Whether a hint after an error with this code is wanted. Asks git, in a repository or not:
 * advice.agentHints is about all of them; agentUsage, agentRefused, agentOffline, agentConflict and
 * agentFatal about those of one exit code. GIT_ADVICE=0 (git --no-advice) silences all.
 */
bool advice_wanted(enum err_code code);
/* The same, by the name after "agent". */
bool advice_wanted_for(const char *name);

#endif
