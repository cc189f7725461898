/*
 * The module git.so: everything that takes libgit2. The program opens it with
 * dlopen at the first question and gets this table from it; the files lg2_*.c are
 * the only ones that include <git2.h>, and no type of libgit2 appears here.
 */
#ifndef GIT_LG2_H
#define GIT_LG2_H

#include "git/edit.h"
#include "git/port.h"
#include "git/scope.h"

#define LG2_VERSION 3	/* counts up with every change of this file */

struct lg2;

struct lg2_where {
	const char *gitdir;
	const char *commondir;
	const char *worktree;		/* NULL: bare */
	const char *index_file;		/* absolute */
};

/* One commit to make. */
struct lg2_commit_job {
	const char *ref;		/* full name */
	const char *author; /* "Name <mail> <seconds> <+zone>", as `git var` prints it */
	const char *committer;
	const char *message;
	const struct git_edit *edits;
	size_t len;
};

/* A path's blob after git_edit, for `git update-index --index-info`. */
struct lg2_staged {
	unsigned mode;			/* 0: removed */
	struct oid oid;
};

struct lg2_ops {
	int version;
	const char *(*library)(void); /* the version of libgit2 */
	err_t (*open)(struct lg2 **out, const struct lg2_where *where);
	void (*close)(struct lg2 *g);

	err_t (*resolve)(char out[OID_HEX + 1], struct lg2 *g, const char *rev);
	err_t (*blob)(char **bytes, size_t *len, struct lg2 *g, const char *oid);

	err_t (*commits)(struct lg2 *g, struct strs *out, const char *tip, const struct strs *hide);
	/* me: the mail addresses that are mine. trunk: the commits it stands at, or NULL to leave
	 * out->trunk false; what they reach is kept for the next question while they stay. */
	err_t (*commit)(struct lg2 *g, struct git_commit *out, const char *id,
			const struct strs *me, const struct strs *trunk);
	/* The whole message. Caller frees. */
	err_t (*message)(struct lg2 *g, char **out, const char *id);
	err_t (*merge_base)(struct lg2 *g, char out[OID_HEX + 1], const char *a, const char *b);
	/* Is `commit` `tip` or an ancestor of it? */
	err_t (*reaches)(struct lg2 *g, bool *out, const char *tip, const char *commit);

	err_t (*changes)(struct lg2 *g, struct git_changes *out, const char *commit,
			 const struct git_scope *scope);
	err_t (*tree)(struct lg2 *g, struct git_entries *out, const char *treeish,
		      const struct git_scope *scope);
	err_t (*tree_oid)(struct lg2 *g, struct oid *out, const char *commit, const char *path);

	err_t (*index)(struct lg2 *g, struct git_entries *out, const struct git_scope *scope);
	err_t (*index_write)(struct lg2 *g, const struct git_edit *edits, size_t len);
	/* Writes the blobs and says what update-index is to be told; out has len places. */
	err_t (*index_prepare)(struct lg2 *g, struct lg2_staged *out, const struct git_edit *edits,
			       size_t len);
	err_t (*commit_on)(struct lg2 *g, char commit[OID_HEX + 1],
			   const struct lg2_commit_job *job);

	/* A config file whose values go before all others. */
	err_t (*configure)(struct lg2 *g, const char *path);
	/* The text as git would store it, or as it would write it into the work tree. *external: an
	 * attribute asks for a program or an encoding, which only git itself can do; bytes is NULL
	 * then. */
	err_t (*convert)(struct lg2 *g, char **bytes, size_t *len, bool *external, const char *path,
			 struct slice text, bool to_git);
};

/* The one symbol that the module exports for us. */
const struct lg2_ops *git_agent_module(void);

#endif
