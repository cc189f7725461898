/*
 * The interface of git that the engine (sync/) is written against: one work tree, its HEAD, its
 * index and its objects. cmd/ plugs in git/; tests plug in a model in memory.
 *
 * Paths are relative to the top of the work tree, with '/'. Only paths of
 * artifacts (kinds_of_path) are ever reported. Object ids are 40 hex digits.
 */
#ifndef GIT_PORT_H
#define GIT_PORT_H

#include "util/err.h"
#include "util/file.h"
#include "util/hash.h"
#include "util/strs.h"

#include <stdlib.h>

struct git_head {
	char commit[OID_HEX + 1]; /* "" : unborn */
	char ref[256];		  /* "refs/heads/main"; "" : detached */
	char log[64];		  /* opaque mark of HEAD's reflog: changes when it gets an entry */
	const char *busy; /* "merge", "rebase", "am", "cherry-pick", "revert", "bisect"; NULL:
			     nothing under way */
};

struct git_commit {
	char id[OID_HEX + 1];
	char *author; /* "Name <mail>" */
	char *subject;
	int64_t author_time; /* seconds UTC */
	bool mine;	     /* its committer is me */
	bool trunk;	     /* reachable from the trunk or its upstream */
	struct strs parents;
};

/* One artifact path that a commit changed, against its parents. */
struct git_change {
	char *path;
	struct oid after;     /* "" : the path is gone */
	struct oid before[8]; /* per parent; "" : not there. A root commit has one, "" */
	int nr_parents;	      /* at most 8; octopus beyond is cut */
};

struct git_entry {
	char *path;
	struct oid oid;
	int stage; /* 0; 1..3: unmerged */
	bool skip_worktree;
	bool intent_to_add;
};

struct git_changes {
	struct git_change *at;
	size_t len;
};
struct git_entries {
	struct git_entry *at; /* sorted by path, then stage */
	size_t len;
};
/* Inline, so that the engine and its tests need nothing of git/ but this header. */
static inline void git_commit_release(struct git_commit *c)
{
	free(c->author);
	free(c->subject);
	strs_release(&c->parents);
	*c = (struct git_commit){0};
}

static inline void git_changes_release(struct git_changes *c)
{
	for (size_t i = 0; i < c->len; i++)
		free(c->at[i].path);
	free(c->at);
	*c = (struct git_changes){0};
}

static inline void git_entries_release(struct git_entries *e)
{
	for (size_t i = 0; i < e->len; i++)
		free(e->at[i].path);
	free(e->at);
	*e = (struct git_entries){0};
}

struct git_port {
	void *ctx;
	const char *worktree; /* absolute path of the work tree: the key of seen, pending, ... */

	err_t (*head)(void *ctx, struct git_head *out);
	/* Another git command has the lock of the index: it may be putting files in place, before
	 * HEAD says so. Waits a moment for it to end. Not in a hook, whose git waits for us. */
	bool (*at_work)(void *ctx);
	/* The index was written less than `ms` ago: git switches by files, index and HEAD, in that
	 * order, and holds no lock between the last two. wait: sleeps until it was not, and answers
	 * false. Not in a hook. */
	bool (*index_is_new)(void *ctx, int ms, bool wait);

	/* rev-list --topo-order --reverse `tip` --not `hide`: parents first. Ids that do not exist
	 * (any more) in hide are passed over. */
	err_t (*commits)(void *ctx, struct strs *out, const char *tip, const struct strs *hide);
	err_t (*commit)(void *ctx, struct git_commit *out, const char *id);
	/* What the commit changed: against its parent; for a merge, every path that differs from at
	 * least one parent. */
	err_t (*changes)(void *ctx, struct git_changes *out, const char *commit);
	/* The merge base of two commits, "" if none. */
	err_t (*merge_base)(void *ctx, char out[OID_HEX + 1], const char *a, const char *b);
	/* `to` is `from` and then a few commits with one parent each, none of which changes
	 * anything of ours. false is no certain answer. */
	bool (*passed_by)(void *ctx, const char *from, const char *to);
	/* HEAD went from `from` to `to` by a few commits with one parent each, and named nothing
	 * else since the reflog mark `log`: adds the paths of artifacts that these changed, each
	 * once, in byte order; *records: and records of approvals. false is no certain answer. */
	bool (*stepped)(void *ctx, struct strs *paths, bool *records, const char *from,
			const char *to, const char *log);
	/* Is `commit` reachable from HEAD? */
	err_t (*in_head)(void *ctx, bool *out, const char *commit);
	/* Commits that HEAD named since the reflog mark `log` (newest first, HEAD included). */
	err_t (*head_log)(void *ctx, struct strs *commits, const char *log);

	/* All artifacts in the tree of a commit ("": none). */
	err_t (*tree)(void *ctx, struct git_entries *out, const char *commit);
	/* The id of path in the tree of a commit; "" when it is not there. */
	err_t (*tree_oid)(void *ctx, struct oid *out, const char *commit, const char *path);
	err_t (*index)(void *ctx, struct git_entries *out);
	/* A blob's bytes; caller frees. ERR_NOTFOUND. */
	err_t (*blob)(void *ctx, char **bytes, size_t *len, const char *oid);

	/* Work tree files of artifacts, in byte order of the path, lstat only. */
	err_t (*files)(void *ctx, file_each_fn each, void *each_ctx);
	err_t (*stat)(void *ctx, struct file_stat *out, const char *path);
	/* The file's text as git would store it (autocrlf, filters). ERR_NOTFOUND when missing,
	 * ERR_REFUSED above ARTIFACT_MAX_BYTES or when not a regular file, or when a directory on
	 * its way is a symbolic link. */
	err_t (*read)(void *ctx, char **bytes, size_t *len, struct file_stat *stat,
		      const char *path);
	/* The two halves of a write (file_stage / file_publish), converted for the work tree.
	 * Refuses a path that leaves the work tree through a symbolic link. Durable only after
	 * sync, which must come between the two. */
	err_t (*stage)(void *ctx, char **tmp, const char *path, struct slice text);
	err_t (*publish)(void *ctx, struct file_stat *out, const char *tmp, const char *path);
	err_t (*discard)(void *ctx, char *tmp);
	err_t (*remove)(void *ctx, const char *path);
	/* Asked before a removal is recorded: could it be done? Nothing is there: yes. */
	err_t (*removable)(void *ctx, const char *path);
	/* Makes durable what was staged, published and removed since the last time. */
	err_t (*sync)(void *ctx);
};

#endif
