/*
 * Secrets, kept where git keeps passwords: one call of `git credential` each. The secret goes
 * through pipes only. The child never asks anybody, and never traces.
 */
#ifndef CMD_CREDENTIAL_H
#define CMD_CREDENTIAL_H

#include "util/err.h"

/* user NULL: whoever the helper knows there. Both are the caller's to free, *secret with
 * credential_wipe. ERR_NOTFOUND: no helper has it. */
err_t credential_get(char **user, char **secret, const char *url, const char *user_wanted)
	MUST_CHECK;
/* git says nothing when no helper takes it: only credential_get tells. */
err_t credential_put(const char *url, const char *user, const char *secret) MUST_CHECK;
/* Something that no helper has is no error. */
err_t credential_drop(const char *url, const char *user) MUST_CHECK;

/* Overwrites the text, then frees it; NULL has no effect. */
void credential_wipe(char *secret);

#endif
