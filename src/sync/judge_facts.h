/* What has to be found out about a commit before it can be judged. Internal to sync/. */
#ifndef SYNC_JUDGE_FACTS_H
#define SYNC_JUDGE_FACTS_H

#include "sync/loaded.h"

/* A blob of git ("" : the empty text), kept in the store as well. Caller frees. */
err_t judge_text(char **bytes, size_t *len, struct engine *e, const struct oid *oid) MUST_CHECK;

/* Author, author date and patch of a commit with one parent, hashed: a rebase or cherry-pick keeps
 * it. "" for merges and for commits that touch no artifact. Caller frees. */
err_t judge_patch_key(char **key, struct engine *e, const struct git_commit *c,
		      const struct git_changes *changes) MUST_CHECK;
/* Judged before under another id which HEAD no longer has. */
err_t judge_is_repeat(bool *out, struct engine *e, const char *id, const char *key) MUST_CHECK;

/* The revision of ours that the commit was made on top of; -1: its parent's text p is unknown. */
err_t judge_made_on(int *out, const struct loaded *l, const struct git_commit *commit,
		    const struct oid *p) MUST_CHECK;
/* The revision of ours that a commit of P -> G which brought nothing new stands for; -1: none has
 * G. Texts recur: of several it is the newest, but where somebody else made the commit rather the
 * one that made the very step, or one that anybody else can have. */
err_t judge_stands_for(int *out, const struct loaded *l, const struct git_commit *commit,
		       const struct oid *p, const struct oid *g) MUST_CHECK;
/* All up to this commit was judged, and nothing in it was left: what it has is in the workspace, or
 * was decided to be none of it. So is what was there before the workspace was. */
err_t judge_is_settled(bool *out, struct engine *e, const char *commit) MUST_CHECK;
/* No revision of ours with this text comes after `rev`. */
bool judge_not_after(const struct loaded *l, const struct oid *oid, int rev);
/* commit := the one that gave the path its text, as far as is looked: `commit`, which has it, or
 * one below. */
err_t judge_origin(struct git_commit *commit, struct engine *e, const char *path,
		   const struct oid *text) MUST_CHECK;
/* The commit was made on top of a merge whose text p no revision here has, of two texts that are
 * here; and its own text is none that came after both: it goes away from them on purpose. */
err_t judge_back_from_merge(bool *out, const struct loaded *l, const struct git_commit *commit,
			    const struct git_change *ch, const struct oid *p) MUST_CHECK;
/* The commit only records what the file showed when it was last seen, over what HEAD had then: all
 * that is in it was looked at, and taken or not. */
err_t judge_records_seen(bool *out, struct engine *e, const struct git_commit *commit,
			 const struct git_change *ch, const struct oid *p) MUST_CHECK;

/* What git made of three texts: by the merge driver as it is set here or elsewhere, or by lines,
 * where there is none. `committed` tells which it was. */
err_t judge_merge_as_git(struct merge_result *out, struct engine *e, const struct kind *kind,
			 struct slice base, struct slice p0, struct slice p1,
			 struct slice committed) MUST_CHECK;

#endif
