#include "sync/plan_base.h"
#include "util/mem.h"

#include <stdlib.h>
#include <string.h>

#define MAX_BASES 8

err_t plan_text(struct slice *out, const struct plan_ctx *ctx, const struct oid *oid)
{
	if (oid_none(oid)) {
		*out = slice_of("", 0);
		return NULL;
	}
	return ctx->texts->get(ctx->texts->ctx, out, oid);
}

struct merge_result plan_merge_texts(struct slice base, struct slice ours, struct slice theirs,
				     const struct kind *kind)
{
	const struct merge_options options = merge_defaults(kind);

	return merge3(base, ours, theirs, &options);
}

/*
 * base := merge3(from, to, base) where that is clean; owned bytes. The base may have the very line
 * that the step adds, at another place. With both of them, each side of the merge to come would
 * lack one, and the line would be lost.
 */
static void put_into_base(char **base, size_t *len, struct slice from, struct slice to,
			  const struct kind *kind)
{
	struct merge_result m = plan_merge_texts(from, to, slice_of(*base, *len), kind);

	if (m.clean && plan_adds_within(slice_of(*base, *len), slice_of(m.bytes, m.len), to)) {
		free(*base);
		*base = steal(m.bytes);
		*len = m.len;
	}
	merge_result_release(&m);
}

/* Indices of the marked revisions, oldest first in the order that all clones share. */
static int *in_order(size_t *count, const struct graph *g, const bool *mark)
{
	int *list = mem_alloc((g->len + 1) * sizeof(*list));
	size_t n = 0;

	for (size_t i = 0; i < g->len; i++) {
		size_t at;

		if (!mark[i])
			continue;
		for (at = n++; at > 0 && graph_newer(g, list[at - 1], (int)i); at--)
			list[at] = list[at - 1];
		list[at] = (int)i;
	}
	*count = n;
	return list;
}

/* Marks the ancestors of a that are none of b's. b -1: all of a's. */
static bool *only_in(const struct graph *g, int a, int b)
{
	bool *mark = mem_alloc(g->len + 1), *other = mem_alloc(g->len + 1);

	graph_mark(mark, g, a);
	graph_mark(other, g, b);
	for (size_t i = 0; i < g->len; i++)
		mark[i] = mark[i] && !other[i];
	free(other);
	return mark;
}

/*
 * What W already knows and `to` contains goes into the base: an addition that reached us by sync
 * and was deleted since must not come back because git brings it once more.
 */
err_t plan_base_for_change(char **base, size_t *len, const struct plan_ctx *ctx, int from,
			   struct slice to)
{
	const struct graph *g = &ctx->graph;
	bool *mark = only_in(g, ctx->w, from);
	size_t count;
	int *list = in_order(&count, g, mark);
	err_t err = NULL;

	for (size_t i = 0; i < count && !err; i++) {
		const struct revision *k = &g->at[list[i]];

		for (int p = 0; p < REVISION_PARENTS && !err; p++) {
			int q = g->parent[list[i]][p];
			struct slice q_text, k_text;

			if (q < 0 || oid_none(&k->oid) || oid_none(&g->at[q].oid))
				continue;
			err = plan_text(&q_text, ctx, &g->at[q].oid);
			if (!err)
				err = plan_text(&k_text, ctx, &k->oid);
			if (!err && plan_contains(q_text, k_text, to, ctx->kind))
				put_into_base(base, len, q_text, k_text, ctx->kind);
		}
	}
	free(mark);
	free(list);
	return err;
}

err_t plan_base_text(char **out, size_t *len, bool *found, const char **path,
		     const struct plan_ctx *ctx, int a, int b)
{
	const struct graph *g = &ctx->graph;
	int bases[MAX_BASES], count = graph_merge_bases(bases, MAX_BASES, g, a, b);
	struct slice text = {"", 0};
	char *acc;
	size_t acc_len;

	*found = count > 0;
	if (count > 0) {
		TRY(plan_text(&text, ctx, &g->at[bases[0]].oid));
		*path = g->at[bases[0]].path;
	}
	acc = mem_dup(text.at, text.len);
	acc_len = text.len;
	for (int i = 1; i < count; i++) {
		scoped_free char *inner = NULL;
		size_t inner_len;
		bool inner_found;
		const char *inner_path;
		struct merge_result m;
		err_t err = plan_base_text(&inner, &inner_len, &inner_found, &inner_path, ctx,
					   bases[0], bases[i]);

		if (!err)
			err = plan_text(&text, ctx, &g->at[bases[i]].oid);
		if (err) {
			free(acc);
			return err;
		}
		m = plan_merge_texts(slice_of(inner, inner_len), slice_of(acc, acc_len), text,
				ctx->kind);
		free(acc);
		/* What both bases agree on is what may be taken away: an unclean merge of bases
		 * gives their base. */
		acc = m.clean ? steal(m.bytes) : mem_dup(inner, inner_len);
		acc_len = m.clean ? m.len : inner_len;
		merge_result_release(&m);
	}
	*out = acc;
	*len = acc_len;
	return NULL;
}

/* Revision k made the very step from -> to. */
static bool same_step(const struct graph *g, int k, const struct oid *from, const struct oid *to)
{
	if (!oid_eq(&g->at[k].oid, to))
		return false;
	for (int i = 0; i < REVISION_PARENTS; i++)
		if (g->parent[k][i] >= 0 && oid_eq(&g->at[g->parent[k][i]].oid, from))
			return true;
	return false;
}

/* Revision k has what the change from -> to leaves, and none of its parents had: k made it. */
static err_t made_by(bool *out, const struct plan_ctx *ctx, int k, struct slice from,
		     struct slice to)
{
	const struct graph *g = &ctx->graph;
	struct slice text;

	TRY(plan_text(&text, ctx, &g->at[k].oid));
	*out = g->parent[k][0] >= 0 && plan_contains(from, to, text, ctx->kind);
	for (int i = 0; i < REVISION_PARENTS && *out; i++) {
		int p = g->parent[k][i];

		if (p < 0)
			continue;
		*out = !oid_none(&g->at[p].oid);
		if (*out)
			TRY(plan_text(&text, ctx, &g->at[p].oid));
		*out = *out && !plan_contains(from, to, text, ctx->kind);
	}
	return NULL;
}

/*
 * The other side has the change of r, which a commit brought here, in a revision of its own: the
 * very same step, lines that were added, or a step that made the change. (A text may lack a line
 * that it never had; that is no removal.)
 */
static err_t contained(bool *out, const struct plan_ctx *ctx, const bool *other, int r)
{
	const struct graph *g = &ctx->graph;
	const struct oid *from_oid = &g->at[g->parent[r][0]].oid, *to_oid = &g->at[r].oid;
	struct slice from, to, text;
	bool adds;

	*out = false;
	for (size_t k = 0; k < g->len && !*out; k++)
		*out = other[k] && same_step(g, (int)k, from_oid, to_oid);
	TRY(plan_text(&from, ctx, from_oid));
	TRY(plan_text(&to, ctx, to_oid));
	adds = plan_only_adds(from, to);
	for (size_t k = 0; k < g->len && !*out; k++) {
		if (!other[k] || oid_none(&g->at[k].oid))
			continue;
		if (!adds) {
			TRY(made_by(out, ctx, (int)k, from, to));
			continue;
		}
		TRY(plan_text(&text, ctx, &g->at[k].oid));
		*out = plan_contains(from, to, text, ctx->kind);
	}
	return NULL;
}

/* A commit that only the other side has made the change of r: r is an edit that went into it. */
static err_t committed(bool *out, const struct plan_ctx *ctx, const bool *other, int r)
{
	const struct graph *g = &ctx->graph;
	struct slice from, to;

	*out = false;
	TRY(plan_text(&from, ctx, &g->at[g->parent[r][0]].oid));
	TRY(plan_text(&to, ctx, &g->at[r].oid));
	for (size_t k = 0; k < g->len && !*out; k++)
		if (other[k] && g->at[k].how == HOW_COMMIT && !oid_none(&g->at[k].oid))
			TRY(made_by(out, ctx, (int)k, from, to));
	return NULL;
}

/*
 * The same change may have reached both clones as different revisions, once by a commit: the change
 * of an import edge that only side a has, and that some revision of b alone contains; or of an edit
 * of side a, that a commit of b alone brought, perhaps with others. What b did to it since must not
 * be undone.
 */
err_t plan_base_shared(char **base, size_t *len, const struct plan_ctx *ctx, int a, int b)
{
	const struct graph *g = &ctx->graph;
	scoped_free bool *mine = only_in(g, a, b), *other = only_in(g, b, a);
	size_t count;
	scoped_free int *list = in_order(&count, g, mine);

	for (size_t i = 0; i < count; i++) {
		const struct revision *r = &g->at[list[i]];
		int p = g->parent[list[i]][0];
		struct slice from, to;
		bool shared;

		if (p < 0 || g->parent[list[i]][1] >= 0 || oid_none(&r->oid) ||
		    oid_none(&g->at[p].oid))
			continue;
		TRY(plan_text(&from, ctx, &g->at[p].oid));
		TRY(plan_text(&to, ctx, &r->oid));
		if (r->how == HOW_COMMIT)
			TRY(contained(&shared, ctx, other, list[i]));
		else
			TRY(committed(&shared, ctx, other, list[i]));
		if (shared)
			put_into_base(base, len, from, to, ctx->kind);
	}
	return NULL;
}
