/* What git config says about merging, for those who merge without a repository open. */
#ifndef CMD_MERGE_CONFIG_H
#define CMD_MERGE_CONFIG_H

#include "merge/merge.h"

/* Reads agent.merge.* and merge.conflictStyle, with one child process; *changed: o is not what it
 * was. A setting that nobody knows is an error. */
err_t merge_config_read(bool *changed, struct merge_options *o) MUST_CHECK;
/* Whether the settings could make another result of m than this. */
bool merge_config_matters(const struct merge_result *m);

#endif
