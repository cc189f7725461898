/*
 * What the base of a merge has to be, beyond the merge base of the graph: what both sides know goes
 * into it. Internal to sync/ (a part of plan_step.c).
 */
#ifndef SYNC_PLAN_BASE_H
#define SYNC_PLAN_BASE_H

#include "merge/merge.h"
#include "sync/plan.h"

/* "" for no text. */
err_t plan_text(struct slice *out, const struct plan_ctx *ctx, const struct oid *oid) MUST_CHECK;
/* Of texts that only help to find a base: the same in every clone, whatever is set there. */
struct merge_result plan_merge_texts(struct slice base, struct slice ours, struct slice theirs,
				     const struct kind *kind);

/* The merge base's text, recursively where there are several, as git does; found = false: none.
 * path is borrowed. Caller frees *out. */
err_t plan_base_text(char **out, size_t *len, bool *found, const char **path,
		     const struct plan_ctx *ctx, int a, int b) MUST_CHECK;
/* Puts into an owned base what W knows since `from` and the text `to` contains. */
err_t plan_base_for_change(char **base, size_t *len, const struct plan_ctx *ctx, int from,
			   struct slice to) MUST_CHECK;
/* Puts into an owned base what only a has of what b has, too. */
err_t plan_base_shared(char **base, size_t *len, const struct plan_ctx *ctx, int a,
		       int b) MUST_CHECK;

#endif
