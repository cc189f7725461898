/*
 * Git's configuration read without a child, for the everyday case. Internal to git/.
 *
 * The grammar is that of git's config.c (git_parse_source, parse_value), as git 2.39 and later
 * agree on it. What they do not agree on, includes, and anything that git would complain of is
 * left to git: then nothing is said, and `git config` must be asked.
 */
#ifndef GIT_CONFIG_FILE_H
#define GIT_CONFIG_FILE_H

#include "git/repo.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Writes what the file says as `git config -z --list --show-scope` does: "scope NUL key LF value
 * NUL", and "scope NUL key NUL" for a key alone. text is followed by a NUL. False: ask git; what
 * was written by then means nothing. */
bool config_file_list(FILE *out, const char *scope, const char *text, size_t len);

/* The same for all files of the repository and for `git -c`, in git's order. *list is owned by the
 * caller; len of it in *len. */
bool config_files_list(char **list, size_t *len, const struct repo *r);

#endif
