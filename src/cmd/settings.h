/* What the team shares in the tracked `.agent/config`: kinds with their states, and policy. */
#ifndef CMD_SETTINGS_H
#define CMD_SETTINGS_H

#include "artifact/verify.h"
#include "git/repo.h"

/* The built-in kinds with the work tree's file over them. Caller: kinds_free. */
err_t settings_here(struct kinds **out, const struct repo *repo) MUST_CHECK;
/* The same for who stands at this top of a work tree and has no repository open. */
err_t settings_at_top(struct kinds **out, const char *top) MUST_CHECK;

/* The same with the file of a commit ("": none), and what it and git's own configuration demand
 * (agent.requireProof, agent.requireParent: either is enough). */
err_t settings_at(struct kinds **out, struct verify_policy *policy, struct repo *repo,
		  const char *commit) MUST_CHECK;

/* Where the rules come from: the commit of the trunk's upstream, else of the trunk, else of HEAD in
 * a bare repository; "" when there is none. */
err_t settings_trunk(char commit[OID_HEX + 1], struct repo *repo) MUST_CHECK;

#endif
