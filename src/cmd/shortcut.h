/* .agent/cache/agent.db: a symbolic link to the workspace, for people and their tools. */
#ifndef CMD_SHORTCUT_H
#define CMD_SHORTCUT_H

#include "git/repo.h"

/*
 * Makes the link where there is none. A regular file in its place is moved aside; *kept is its new
 * name, else NULL (caller frees). Nothing happens where git tracks the path, where a directory on
 * the way is a symbolic link, or in a repository without a work tree.
 */
err_t shortcut_make(char **kept, struct repo *r) MUST_CHECK;

#endif
