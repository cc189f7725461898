/* Programs that own the hooks of a clone: what is put into one of their files is gone with their
 * next run, so that they are told in their own words. */
#ifndef CMD_HOOK_MANAGER_H
#define CMD_HOOK_MANAGER_H

#include "git/repo.h"
#include "util/slice.h"

#include <stdio.h>

enum hook_manager { MANAGER_NONE, MANAGER_HUSKY, MANAGER_LEFTHOOK, MANAGER_PRE_COMMIT };

/* By where git looks for hooks: husky has a directory of its own. */
enum hook_manager hook_manager_of_dir(const char *dir);
/* By what a hook's file says. */
enum hook_manager hook_manager_of_text(struct slice text);

/* True when the files of the manager call us for the event. */
err_t hook_manager_calls(bool *out, const struct repo *r, enum hook_manager manager,
			 const char *event) MUST_CHECK;

/* What to put where, for one event; the lines before the first event too (first). */
err_t hook_manager_snippet(FILE *out, enum hook_manager manager, const char *event,
			   bool first) MUST_CHECK;
const char *hook_manager_name(enum hook_manager manager);

#endif
