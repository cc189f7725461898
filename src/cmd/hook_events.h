/* Hooks that do more than import; argv is what git gave the hook. No network. */
#ifndef CMD_HOOK_EVENTS_H
#define CMD_HOOK_EVENTS_H

#include "cmd/session.h"

/* A warning for each provisional label in the message: it will be another one soon. */
err_t hook_commit_msg(struct session *s, char **argv) MUST_CHECK;

/* What `git agent verify` says of the commits that are pushed. ERR_REFUSED, when it finds something
 * and agent.verifyOnPush is true. */
err_t hook_pre_push(struct session *s, char **argv) MUST_CHECK;

#endif
