/*
 * agent.merge.* and merge.conflictStyle: what the team shares in `.agent/config`
 * of the trunk, with git's own configuration over it. Asked only where it could
 * matter, with at most three child processes, and once.
 */
#ifndef CMD_MERGE_CONFIG_H
#define CMD_MERGE_CONFIG_H

#include "artifact/kind.h"
#include "git/repo.h"
#include "merge/settings.h"

struct merge_config {
	struct repo *repo; /* NULL: found by itself, and where there is none, git config alone */
	struct repo *found;
	bool asked;
	char *team, *own; /* "key LF value NUL ..." */
	size_t team_len, own_len;
};
/* Points into c. A setting that nobody knows is said on stderr, once, and is no reason not to
 * merge. */
struct merge_settings merge_config(struct merge_config *c);
void merge_config_release(struct merge_config *c);

/* The team's part alone, as a commit ("": none) has it. */
err_t merge_config_at(struct merge_options *o, const char *commit) MUST_CHECK;

#endif
