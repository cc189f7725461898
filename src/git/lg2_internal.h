/*
 * What the lg2_*.c files share: the handle and the rim where libgit2's errors end.
 * git/objects.h is not included in the module: some names there are types of libgit2.
 * (`struct git_commit` is port.h's; libgit2 only ever hands out pointers to its own.)
 */
#ifndef GIT_LG2_INTERNAL_H
#define GIT_LG2_INTERNAL_H

#include "git/lg2.h"
#include "util/mem.h"

#include <git2.h>

struct lg2 {
	git_repository *repo;
	git_odb *odb;			/* borrowed from repo for our lifetime */
	char *gitdir;
	char *commondir;
	char *index_file;
	bool has_worktree;
	git_mailmap *mailmap;		/* at the first question */
	struct lg2_reach *of_trunk;	/* what the trunk reaches; lg2_reach.c */
	struct lg2_reach *of_tip;	/* the same of the tip last asked about */
	git_index *index;		/* kept; read again when its file changed */
};

/* Its memory is ours; before libgit2 is started. */
void lg2_memory(void);
/* The error of the libgit2 call that has just failed with rc; ENOTFOUND becomes ERR_NOTFOUND. */
err_t lg2_error(int rc, const char *fmt, ...) PRINTF(2, 3) MUST_CHECK;

err_t lg2_parse_oid(git_oid *out, const char *hex) MUST_CHECK;
struct oid lg2_hex(const git_oid *id);
/* The commit of an id. ERR_NOTFOUND. */
err_t lg2_find_commit(git_commit **out, struct lg2 *g, const char *id) MUST_CHECK;

/* The tree of a commit or any other tree-ish. */
err_t lg2_tree_of(git_tree **out, struct lg2 *g, const char *treeish) MUST_CHECK;

/* Is id one of the tips or an ancestor of one? *slot remembers, as long as the tips stay the same.
 */
err_t lg2_reach_has(struct lg2_reach **slot, bool *out, struct lg2 *g, const git_oid *id,
		    const struct strs *tips) MUST_CHECK;
void lg2_reach_free(struct lg2_reach *r);

/* g->index as its file is now; libgit2 reads it again only when it changed. */
err_t lg2_index_current(struct lg2 *g) MUST_CHECK;
/* The mode that the path has in the index, or a plain file's. Unmerged paths are the user's:
 * ERR_REFUSED. flags: what of flags_extended must stay. */
err_t lg2_index_mode(unsigned *mode, unsigned *flags, git_index *index, const char *path)
	MUST_CHECK;

/* The blob of text, written when it is not there yet. */
err_t lg2_write_blob(git_oid *out, struct lg2 *g, struct slice text) MUST_CHECK;

/* The operations of the table, one file each group. */
err_t lg2_resolve(char out[OID_HEX + 1], struct lg2 *g, const char *rev) MUST_CHECK;
err_t lg2_blob(char **bytes, size_t *len, struct lg2 *g, const char *oid) MUST_CHECK;
err_t lg2_commits(struct lg2 *g, struct strs *out, const char *tip,
		  const struct strs *hide) MUST_CHECK;
err_t lg2_commit(struct lg2 *g, struct git_commit *out, const char *id, const struct strs *me,
		 const struct strs *trunk) MUST_CHECK;
err_t lg2_message(struct lg2 *g, char **out, const char *id) MUST_CHECK;
err_t lg2_merge_base(struct lg2 *g, char out[OID_HEX + 1], const char *a, const char *b) MUST_CHECK;
err_t lg2_reaches(struct lg2 *g, bool *out, const char *tip, const char *commit) MUST_CHECK;
err_t lg2_changes(struct lg2 *g, struct git_changes *out, const char *commit,
		  const struct git_scope *scope) MUST_CHECK;
err_t lg2_tree(struct lg2 *g, struct git_entries *out, const char *treeish,
	       const struct git_scope *scope) MUST_CHECK;
err_t lg2_tree_oid(struct lg2 *g, struct oid *out, const char *commit, const char *path) MUST_CHECK;
err_t lg2_index(struct lg2 *g, struct git_entries *out, const struct git_scope *scope) MUST_CHECK;
err_t lg2_index_write(struct lg2 *g, const struct git_edit *edits, size_t len) MUST_CHECK;
err_t lg2_index_prepare(struct lg2 *g, struct lg2_staged *out, const struct git_edit *edits,
			size_t len) MUST_CHECK;
err_t lg2_commit_on(struct lg2 *g, char commit[OID_HEX + 1],
		    const struct lg2_commit_job *job) MUST_CHECK;
err_t lg2_configure(struct lg2 *g, const char *path) MUST_CHECK;
err_t lg2_convert(struct lg2 *g, char **bytes, size_t *len, bool *external, const char *path,
		  struct slice text, bool to_git) MUST_CHECK;

/* scoped() for libgit2's objects. */
#define LG2_SCOPED(type)                                        \
	static inline void type##_scoped(type **p)              \
	{                                                       \
		type##_free(*p);                                \
	}
LG2_SCOPED(git_object)
LG2_SCOPED(git_commit)
LG2_SCOPED(git_tree)
LG2_SCOPED(git_tree_entry)
LG2_SCOPED(git_index)
LG2_SCOPED(git_revwalk)
LG2_SCOPED(git_reference)
LG2_SCOPED(git_signature)
LG2_SCOPED(git_odb_object)
LG2_SCOPED(git_filter_list)
LG2_SCOPED(git_config)
#define lg2_scoped(type) scoped(type##_scoped) type

#endif
