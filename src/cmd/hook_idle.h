/*
 * Events of git that are none of ours, told without the workspace. What this passes by, the next
 * command looks at, as it does where no hooks run. argv is what git gave the hook.
 */
#ifndef CMD_HOOK_IDLE_H
#define CMD_HOOK_IDLE_H

#include "git/repo.h"
#include "util/strs.h"

#include <stdbool.h>

/* HEAD made a step (a commit, an amended one) that changed nothing below .agent. */
bool hook_idle_step(struct repo *r, char **argv);
bool hook_idle_rewrite(struct repo *r, char **argv);
bool hook_idle_merge(struct repo *r, char **argv);
bool hook_idle_checkout(struct repo *r, char **argv);
/* What is to be committed has below .agent what HEAD has. */
bool hook_idle_index(struct repo *r, char **argv);

/* The provisional labels in the message of a commit-msg hook. */
err_t hook_message_labels(struct strs *out, char **argv) MUST_CHECK;
bool hook_idle_message(struct repo *r, char **argv);

#endif
