/*
 * Judging commits, or what is staged, by the rules of artifact/verify.h: this gathers what they ask
 * for. One place for `verify` and the pre-commit hook; needs no workspace and no work tree.
 */
#ifndef CMD_VERDICT_H
#define CMD_VERDICT_H

#include "artifact/verify.h"
#include "git/objects.h"
#include "merge/settings.h"

struct verdict {
	struct repo *repo;
	const struct kinds *kinds;
	struct verify_policy policy;
	bool now; /* the commit that is judged is the newest, or the index */
	const struct approval_witness *witness; /* what the remote said; NULL: git alone judges */
	struct merge_options merge; /* of the team, without a kind: for verdict_remerge */
};

/* The rules for what is staged: the trunk's, or HEAD's where no trunk is known. Caller: kinds_free.
 */
err_t verdict_load_staged(struct kinds **kinds, struct verdict *v, struct repo *repo) MUST_CHECK;

/* Adds what the commit does wrong against its parents. */
err_t verdict_commit(struct findings *out, const struct verdict *v, const char *commit) MUST_CHECK;
/* Adds what a commit of the index would do wrong, on HEAD and on what is being merged. */
err_t verdict_index(struct findings *out, const struct verdict *v) MUST_CHECK;
/* Adds where the merge driver would have made another text of this merge commit. */
err_t verdict_remerge(struct findings *out, const struct verdict *v, const char *commit) MUST_CHECK;

#endif
