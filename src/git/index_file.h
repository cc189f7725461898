/*
 * Git's index as it is on disk, versions 2 to 4: gitformat-index(5). No libgit2, which takes
 * longer to read it than git. Its checksum is not compared: git puts an index in its place whole.
 * Internal to git/.
 *
 * false: not plain (split, sparse, an extension that must be understood, damaged), and the caller
 * goes the long way.
 */
#ifndef GIT_INDEX_FILE_H
#define GIT_INDEX_FILE_H

#include "git/port.h"
#include "git/repo.h"
#include "git/scope.h"
#include "util/slice.h"

#include <stdbool.h>

/* Its bytes; the caller frees. *there: false when there is no index. */
bool index_file_read(char **bytes, size_t *len, bool *there, const struct repo *r);
/* From the first extension to the checksum. */
bool index_file_extensions(struct slice *out, const char *bytes, size_t len);
/* The extension of that name; an empty slice when there is none. */
bool index_file_extension(struct slice *out, struct slice extensions, const char *name);
/* The regular files in scope, by path, then stage. */
bool index_file_entries(struct git_entries *out, const struct repo *r,
			const struct git_scope *scope);

#endif
