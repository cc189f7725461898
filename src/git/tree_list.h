/*
 * What is in the tree of a commit, without libgit2. The last list is kept: a hook asks for HEAD's
 * several times. false: cannot be told, and the caller asks libgit2. Internal to git/.
 */
#ifndef GIT_TREE_LIST_H
#define GIT_TREE_LIST_H

#include "git/port.h"
#include "git/repo.h"
#include "git/scope.h"

/* id: of a commit or a tree, in full. As lg2_ops.tree. */
bool tree_list(struct git_entries *out, struct repo *r, const char *id,
	       const struct git_scope *scope);
/* The file at a path; "" where there is none. As lg2_ops.tree_oid. */
bool tree_list_oid(struct oid *out, struct repo *r, const char *id, const char *path);

void tree_list_forget(struct tree_listed *kept);	/* NULL is fine */

#endif
