/*
 * Where the repository is and what it says about itself, without libgit2: finding
 * it, HEAD, the reflog mark, configuration. What needs the object database or
 * the index is in git/objects.h.
 */
#ifndef GIT_REPO_H
#define GIT_REPO_H

#include "util/err.h"
#include "util/hash.h"

#include <stddef.h>
#include <stdint.h>

struct repo {
	char *gitdir;		/* absolute: <top>/.git, or .git/worktrees/<name> */
	char *commondir;	/* absolute: shared by all linked worktrees */
	char *worktree;		/* absolute top of the work tree; NULL in a bare repository */
	char *prefix;		/* where the user stands below it: "" or "docs/" */
	char *db_path;		/* <commondir>/agent/agent.db */
	struct repo_config *config;	/* read at the first question */
	bool ending;		/* a rebase or merge has only to clean up: no reason to wait */
	void *objects;		/* opened at the first question; see git/objects.h */
	struct odb *odb;	/* the same without libgit2; see git/odb.h */
	struct tree_listed *listed;	/* or NULL; see git/tree_list.h */
};

/*
 * As git finds it: GIT_DIR, GIT_WORK_TREE, GIT_COMMON_DIR, linked worktrees, submodules,
 * subdirectories, discovery across no filesystem border, safe.directory. Walks up by itself in the
 * plain case (a .git that belongs to us, no GIT_* that matter); otherwise asks one `git rev-parse`.
 * ERR_FATAL with git's own text when there is none. sha256, reftable and other formats that
 * libgit2 cannot open: ERR_FATAL in one clear line.
 */
err_t repo_open(struct repo **out) MUST_CHECK;
void repo_close(struct repo *r);

/* What `git config -z --list --show-scope` says, asked at the first question (so -c, environment,
 * includes and worktree config count); plain files are read without it. key in canonical
 * lower-case form ("agent.trunk"). The last value wins; NULL when not set. Owned by the repo.
 * Nothing of it comes from a tracked file. */
err_t repo_config(const char **value, struct repo *r, const char *key) MUST_CHECK;
err_t repo_config_bool(bool *value, struct repo *r, const char *key, bool otherwise) MUST_CHECK;
/* Each key that begins with prefix, without it, and the escapes that its colour is in git's words;
 * "" for none. ERR_FATAL naming the key whose value is no colour. */
typedef err_t (*repo_config_fn)(void *ctx, const char *key, const char *value);
err_t repo_config_colors(struct repo *r, const char *prefix, repo_config_fn each,
			 void *ctx) MUST_CHECK;
/* All (key, value) pairs whose key starts with prefix, in order. */
err_t repo_config_each(struct repo *r, const char *prefix, repo_config_fn each,
		       void *ctx) MUST_CHECK;
/* Sets key in the clone's own config (git config --local); value NULL unsets. */
err_t repo_config_set(struct repo *r, const char *key, const char *value) MUST_CHECK;
/* "Name <mail>" and mail of the one who works here (agent.identity, GIT_AUTHOR_*, user.*);
 * "unknown <unknown>" when nothing is configured. Caller frees. */
err_t repo_identity(char **who, char **mail, struct repo *r) MUST_CHECK;

/* HEAD without libgit2 (loose refs, packed-refs); commit "" when unborn. */
struct repo_head {
	char commit[OID_HEX + 1];
	char ref[256];		/* "" : detached */
	char log[64];		/* size and mtime of logs/HEAD */
	const char *busy;	/* as git_head.busy */
};
err_t repo_head(struct repo_head *out, struct repo *r) MUST_CHECK;
/* As git_port.at_work. */
bool repo_at_work(const struct repo *r);
/* As git_port.index_is_new. */
bool repo_index_is_new(const struct repo *r, int ms, bool wait);

/* The time that git understands by a date ("2 weeks ago", "2026-11-01", "yesterday"). As everywhere
 * in git, what is no date is now. */
err_t repo_date(int64_t *out, const char *text) MUST_CHECK;

#endif
