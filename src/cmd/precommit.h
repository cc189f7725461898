/* What happens to artifacts right before git makes a commit. */
#ifndef CMD_PRECOMMIT_H
#define CMD_PRECOMMIT_H

#include "cmd/session.h"

/*
 * Imports what the files say that the commit is about, stages what the commit should carry
 * (agent.commitExport; nothing in a partial commit or in the middle of a merge) and says so on
 * stderr, then judges the index.
 * ERR_DIFFERS: it breaks a rule of `verify --staged`, or an artifact in it has a recorded conflict.
 */
err_t precommit_run(struct session *s) MUST_CHECK;
/* Only the judgement. */
err_t precommit_judge(struct session *s) MUST_CHECK;

#endif
