/*
 * The object database, the index and refs, through libgit2, which is loaded at
 * the first call (see the ADR on loading). Everything here may fail with
 * ERR_FATAL when the repository has a format that libgit2 cannot read.
 */
#ifndef GIT_OBJECTS_H
#define GIT_OBJECTS_H

#include "artifact/kind.h"
#include "git/edit.h"
#include "git/repo.h"
#include "git/port.h"

/* Plugs a work tree into the engine; kinds decides which paths are artifacts. The port is valid
 * while repo and kinds are. Bare repositories have no work tree: files, read, stage ... fail. */
err_t git_port_open(struct git_port *out, struct repo *r, const struct kinds *kinds) MUST_CHECK;
void git_port_close(struct git_port *port);

/* The commit of a revision expression ("main~3", "HEAD", "v1"). ERR_NOTFOUND. */
err_t git_resolve(char out[OID_HEX + 1], struct repo *r, const char *rev) MUST_CHECK;
/* All artifacts at `at`: ":" and ":0" the index, any tree-ish otherwise. Objects: blobs. */
err_t git_list_at(struct git_entries *out, struct repo *r, const struct kinds *kinds,
		  const char *at) MUST_CHECK;
/* The same, and the records of approvals (artifact/approval.h) with it. */
err_t git_list_judged(struct git_entries *out, struct repo *r, const struct kinds *kinds,
		      const char *at) MUST_CHECK;
/* The first entry of a path; NULL: none. */
const struct git_entry *git_entries_find(const struct git_entries *list, const char *path);
err_t git_blob(char **bytes, size_t *len, struct repo *r, const char *oid) MUST_CHECK;

/* --- ranges (git_range.c): without a work tree, and in the quarantine of a pre-receive hook --- */

/* The commits of tip that hide lacks, parents first. */
err_t git_range_commits(struct strs *out, struct repo *r, const char *tip,
			const struct strs *hide) MUST_CHECK;
/* The parents of the commit are not here: the clone is shallow, and the commit cannot be judged. */
err_t git_range_is_cut(bool *out, struct repo *r, const char *commit) MUST_CHECK;
/* What a commit changed, records of approvals included: as changes() of the port. */
err_t git_range_changes(struct git_changes *out, struct repo *r, const struct kinds *kinds,
			const char *commit) MUST_CHECK;
/* Author, subject and parents; mine and trunk are not looked at. */
err_t git_range_commit(struct git_commit *out, struct repo *r, const char *commit) MUST_CHECK;
/* The whole message. Caller frees. */
err_t git_range_message(char **out, struct repo *r, const char *commit) MUST_CHECK;
/* A path of a commit's tree, "" when it is not there. */
err_t git_range_oid(struct oid *out, struct repo *r, const char *commit,
		    const char *path) MUST_CHECK;
/* The best common ancestors: none, one, or several where branches were merged crosswise. */
err_t git_range_bases(struct strs *out, struct repo *r, const char *a, const char *b) MUST_CHECK;

/* Writes blobs and index entries (stat data zero, so that git looks again), one atomic index write.
 * An entry that is unmerged is refused (ERR_REFUSED). Fault points around the index write. (Not
 * "git_index_write": the program's symbols go before those of libgit2, which has one of that name.)
 */
err_t git_index_put(struct repo *r, const struct git_edit *edits, size_t len) MUST_CHECK;
/* The same through `git update-index` on the index that GIT_INDEX_FILE names: for hooks. */
err_t git_index_stage(struct repo *r, const struct git_edit *edits, size_t len) MUST_CHECK;
/*
 * Builds a tree and a commit on top of ref ("refs/heads/x", or "HEAD" in a bare repository too) and
 * moves the ref, compare-and-swap; parents: the ref's commit, or none when it does not exist.
 * commit "" and no move when nothing differs. Refused (ERR_REFUSED) for a branch that is checked
 * out in any work tree, since its index and files would be left behind.
 */
err_t git_commit_on(char commit[OID_HEX + 1], struct repo *r, const char *ref, const char *message,
		    const struct git_edit *edits, size_t len) MUST_CHECK;
/* Trunk: agent.trunk, else what refs/remotes/origin/HEAD names, else agent.trunk as sync init
 * stored it; the local branch's and its upstream's full names, "" where absent. */
err_t git_trunk(char local[256], char upstream[256], struct repo *r) MUST_CHECK;

#endif
