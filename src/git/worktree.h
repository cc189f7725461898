/* The files of artifacts in a work tree: read and written as git would, never through a symbolic
 * link. */
#ifndef GIT_WORKTREE_H
#define GIT_WORKTREE_H

#include "git/convert.h"
#include "git/scope.h"
#include "util/file.h"

struct worktree {
	const char *top; /* not owned; NULL: bare */
	char *staging;	 /* where files are made before they are renamed; NULL: beside */
	const struct git_scope *scope; /* not owned */
	struct convert convert;
	char *way; /* the directory of the last path asked for, no symbolic link above it */
	struct strs later; /* fsyncs that are owed, see util/file.h */
};

/* The functions of struct git_port with the same names. Nothing is at a path that no artifact may
 * have; reading and writing say so. */
err_t worktree_files(struct worktree *w, file_each_fn each, void *ctx) MUST_CHECK;
err_t worktree_stat(struct worktree *w, struct file_stat *out, const char *path) MUST_CHECK;
err_t worktree_read(struct worktree *w, char **bytes, size_t *len, struct file_stat *stat,
		    const char *path) MUST_CHECK;
err_t worktree_stage(struct worktree *w, char **tmp, const char *path,
		     struct slice text) MUST_CHECK;
err_t worktree_publish(struct worktree *w, struct file_stat *out, const char *tmp,
		       const char *path) MUST_CHECK;
err_t worktree_remove(struct worktree *w, const char *path) MUST_CHECK;
err_t worktree_removable(struct worktree *w, const char *path) MUST_CHECK;
err_t worktree_sync(struct worktree *w) MUST_CHECK;

#endif
