#include "sync/plan.h"
#include "util/mem.h"

#include <stdlib.h>
#include <string.h>

#define MAX_BASES 8

void step_release(struct step *s)
{
	for (int i = 0; i < s->nr; i++) {
		revision_release(&s->revs[i]);
		free(s->text[i]);
	}
	free(s->base);
	free(s->theirs_path);
	memset(s, 0, sizeof(*s));
}

/* Of texts that only help to find a base: the same in every clone, whatever is set there. */
static struct merge_result merge_texts(struct slice base, struct slice ours, struct slice theirs,
				       const struct kind *kind)
{
	const struct merge_options options = merge_defaults(kind);

	return merge3(base, ours, theirs, &options);
}

static err_t merge_into_w(struct merge_result *out, const struct plan_ctx *ctx, struct slice base,
			  struct slice w, struct slice text)
{
	const struct merge_options options = merge_defaults(ctx->kind);

	return merge3_as_set(out, base, w, text, &options, ctx->merge);
}

char *plan_left_of_edit(size_t *len, struct slice began, struct slice edited, struct slice file,
			const struct kind *kind)
{
	/* with everything gone that either of both lacks; then back what both agree to have over
	 * that */
	struct merge_result none = merge_texts(edited, file, began, kind);
	struct merge_result left = {0};
	struct slice out = began;
	char *bytes;

	if (none.clean) {
		left = merge_texts(slice_of(none.bytes, none.len), file, began, kind);
		if (left.clean)
			out = slice_of(left.bytes, left.len);
	}
	bytes = mem_dup(out.at, out.len);
	*len = out.len;
	merge_result_release(&none);
	merge_result_release(&left);
	return bytes;
}

/*
 * base := merge3(from, to, base) where that is clean; owned bytes. The base may have the very line
 * that the step adds, at another place. With both of them, each side of the merge to come would
 * lack one, and the line would be lost.
 */
static void put_into_base(char **base, size_t *len, struct slice from, struct slice to,
			  const struct kind *kind)
{
	struct merge_result m = merge_texts(from, to, slice_of(*base, *len), kind);

	if (m.clean && plan_adds_within(slice_of(*base, *len), slice_of(m.bytes, m.len), to)) {
		free(*base);
		*base = steal(m.bytes);
		*len = m.len;
	}
	merge_result_release(&m);
}

static err_t text_of(struct slice *out, const struct plan_ctx *ctx, const struct oid *oid)
{
	if (oid_none(oid)) {
		*out = slice_of("", 0);
		return NULL;
	}
	return ctx->texts->get(ctx->texts->ctx, out, oid);
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
static err_t base_for_change(char **base, size_t *len, const struct plan_ctx *ctx, int from,
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
			err = text_of(&q_text, ctx, &g->at[q].oid);
			if (!err)
				err = text_of(&k_text, ctx, &k->oid);
			if (!err && plan_contains(q_text, k_text, to, ctx->kind))
				put_into_base(base, len, q_text, k_text, ctx->kind);
		}
	}
	free(mark);
	free(list);
	return err;
}

static void add_rev(struct step *s, const struct plan_ctx *ctx, struct revision r,
		    struct slice text)
{
	revision_seal(&r, ctx->uid);
	s->revs[s->nr] = r;
	s->text[s->nr] = oid_none(&r.oid) ? NULL : mem_dup(text.at, text.len);
	s->len[s->nr] = text.len;
	s->nr++;
}

static struct revision make_rev(const struct rev_id *parent, const struct oid *oid,
				const char *path, const struct act *act)
{
	struct revision r = {.oid = *oid, .time = act->time, .how = act->how};

	if (parent)
		r.parents[0] = *parent;
	r.path = mem_strdup(path);
	r.author = mem_strdup(act->author ? act->author : "");
	r.message = mem_strdup(act->message ? act->message : "");
	return r;
}

static const char *merge_path(const char *base, const char *ours, const char *theirs)
{
	if (base && strcmp(base, ours) == 0)
		return theirs;
	if (strcmp(ours, theirs) == 0 || (base && strcmp(base, theirs) == 0))
		return ours;
	return strcmp(ours, theirs) < 0 ? ours : theirs;
}

/* The revision that joins two; everything in it follows from its parents. */
static void add_merge(struct step *s, const struct plan_ctx *ctx, const struct revision *a,
		      const struct revision *b, const char *path, struct slice text, bool deleted)
{
	const struct revision *later = a->time != b->time ? (a->time > b->time ? a : b)
				       : strcmp(a->id.hex, b->id.hex) > 0 ? a
									  : b;
	struct act act = {HOW_MERGE, later->author, later->time, ""};
	struct oid oid = {""};
	struct revision r;

	if (!deleted)
		oid = hash_blob(text);
	r = make_rev(&a->id, &oid, path, &act);
	r.parents[1] = b->id;
	add_rev(s, ctx, r, text);
	s->head = s->revs[s->nr - 1].id;
	s->what = STEP_FORWARD;
}

static void be_conflict(struct step *s, struct slice base, bool have_base,
			const struct revision *theirs)
{
	s->what = STEP_CONFLICT;
	s->base = have_base ? mem_dup(base.at, base.len) : NULL;
	s->base_len = base.len;
	s->theirs = theirs->oid;
	s->theirs_rev = theirs->id;
	s->theirs_path = mem_strdup(theirs->path);
}

/* W and the new revision s->revs[0] with its base. */
static err_t join(struct step *s, const struct plan_ctx *ctx, struct slice base, bool have_base,
		  const char *base_path, struct slice to)
{
	const struct revision *w = &ctx->graph.at[ctx->w], *g = &s->revs[0];
	const char *path = merge_path(base_path, w->path, g->path);
	bool w_gone = oid_none(&w->oid), g_gone = oid_none(&g->oid);
	struct merge_result m;
	struct slice w_text;

	if (w_gone && g_gone) {
		add_merge(s, ctx, w, g, path, slice_of("", 0), true);
		return NULL;
	}
	if (w_gone || g_gone) {
		be_conflict(s, base, have_base, g);
		return NULL;
	}
	TRY(text_of(&w_text, ctx, &w->oid));
	TRY(merge_into_w(&m, ctx, base, w_text, to));
	if (m.clean)
		add_merge(s, ctx, w, g, path, slice_of(m.bytes, m.len), false);
	else
		be_conflict(s, base, have_base, g);
	merge_result_release(&m);
	return NULL;
}

err_t plan_change(struct step *out, const struct plan_ctx *ctx, const struct change *c,
		  const struct act *act)
{
	const struct graph *g = &ctx->graph;
	int from = c->from_rev == FROM_TEXT ? graph_stands_for(g, ctx->w, c->from) : c->from_rev;
	const char *path = c->path;
	struct slice base_text = {"", 0};
	struct step s = {0};
	char *base;
	size_t len;
	err_t err = NULL;

	if (!path)
		path = from >= 0 ? g->at[from].path : g->at[ctx->w].path;
	add_rev(&s, ctx, make_rev(from >= 0 ? &g->at[from].id : NULL, c->to, path, act),
		c->to_text);
	if (from == ctx->w && !c->base_text) {
		s.what = STEP_FORWARD;
		s.head = s.revs[0].id;
		*out = s;
		return NULL;
	}
	if (c->base_text)
		base_text = *c->base_text;
	else if (from >= 0)
		err = text_of(&base_text, ctx, c->from);
	base = mem_dup(base_text.at, base_text.len);
	len = base_text.len;
	if (!err && from >= 0 && !oid_none(c->to))
		err = base_for_change(&base, &len, ctx, from, c->to_text);
	if (!err)
		err = join(&s, ctx, slice_of(base, len), from >= 0 || c->base_text,
			   from >= 0 ? g->at[from].path : NULL, c->to_text);
	free(base);
	if (err)
		step_release(&s);
	else
		*out = s;
	return err;
}

/* The merge base's text, recursively where there are several, as git does; found = false: none. */
static err_t base_text(char **out, size_t *len, bool *found, const char **path,
		       const struct plan_ctx *ctx, int a, int b)
{
	const struct graph *g = &ctx->graph;
	int bases[MAX_BASES], count = graph_merge_bases(bases, MAX_BASES, g, a, b);
	struct slice text = {"", 0};
	char *acc;
	size_t acc_len;

	*found = count > 0;
	if (count > 0) {
		TRY(text_of(&text, ctx, &g->at[bases[0]].oid));
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
		err_t err = base_text(&inner, &inner_len, &inner_found, &inner_path, ctx, bases[0],
				      bases[i]);

		if (!err)
			err = text_of(&text, ctx, &g->at[bases[i]].oid);
		if (err) {
			free(acc);
			return err;
		}
		m = merge_texts(slice_of(inner, inner_len), slice_of(acc, acc_len), text,
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

	TRY(text_of(&text, ctx, &g->at[k].oid));
	*out = g->parent[k][0] >= 0 && plan_contains(from, to, text, ctx->kind);
	for (int i = 0; i < REVISION_PARENTS && *out; i++) {
		int p = g->parent[k][i];

		if (p < 0)
			continue;
		*out = !oid_none(&g->at[p].oid);
		if (*out)
			TRY(text_of(&text, ctx, &g->at[p].oid));
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
	TRY(text_of(&from, ctx, from_oid));
	TRY(text_of(&to, ctx, to_oid));
	adds = plan_only_adds(from, to);
	for (size_t k = 0; k < g->len && !*out; k++) {
		if (!other[k] || oid_none(&g->at[k].oid))
			continue;
		if (!adds) {
			TRY(made_by(out, ctx, (int)k, from, to));
			continue;
		}
		TRY(text_of(&text, ctx, &g->at[k].oid));
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
	TRY(text_of(&from, ctx, &g->at[g->parent[r][0]].oid));
	TRY(text_of(&to, ctx, &g->at[r].oid));
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
static err_t put_shared(char **base, size_t *len, const struct plan_ctx *ctx, int a, int b)
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
		TRY(text_of(&from, ctx, &g->at[p].oid));
		TRY(text_of(&to, ctx, &r->oid));
		if (r->how == HOW_COMMIT)
			TRY(contained(&shared, ctx, other, list[i]));
		else
			TRY(committed(&shared, ctx, other, list[i]));
		if (shared)
			put_into_base(base, len, from, to, ctx->kind);
	}
	return NULL;
}

static err_t join_heads(struct step *s, const struct plan_ctx *ctx, int theirs)
{
	const struct graph *g = &ctx->graph;
	const struct revision *w = &g->at[ctx->w], *t = &g->at[theirs];
	bool w_gone = oid_none(&w->oid), t_gone = oid_none(&t->oid), found;
	struct slice w_text, t_text;
	scoped_free char *base = NULL;
	const char *base_path = NULL, *path;
	size_t len;
	struct merge_result m;

	TRY(base_text(&base, &len, &found, &base_path, ctx, ctx->w, theirs));
	TRY(text_of(&w_text, ctx, &w->oid));
	TRY(text_of(&t_text, ctx, &t->oid));
	path = merge_path(base_path, w->path, t->path);
	if (w_gone || t_gone) {
		/* A text that came back to what it was is no edit that a deletion could destroy. */
		struct slice kept = w_gone ? t_text : w_text;

		if ((w_gone && t_gone) || (found && slice_eq(kept, slice_of(base, len))))
			add_merge(s, ctx, w, t, path, slice_of("", 0), true);
		else
			be_conflict(s, slice_of(base, len), found, t);
		return NULL;
	}
	if (found && !slice_eq(w_text, t_text)) {
		/* in the order of the ids, so that both clones do it alike */
		bool swap = strcmp(w->id.hex, t->id.hex) > 0;

		TRY(put_shared(&base, &len, ctx, swap ? theirs : ctx->w,
				       swap ? ctx->w : theirs));
		TRY(put_shared(&base, &len, ctx, swap ? ctx->w : theirs,
				       swap ? theirs : ctx->w));
	}
	TRY(merge_into_w(&m, ctx, slice_of(base, len), w_text, t_text));
	if (m.clean)
		add_merge(s, ctx, w, t, path, slice_of(m.bytes, m.len), false);
	else
		be_conflict(s, slice_of(base, len), found, t);
	merge_result_release(&m);
	return NULL;
}

err_t plan_heads(struct step *out, const struct plan_ctx *ctx, int theirs)
{
	const struct graph *g = &ctx->graph;
	struct step s = {0};
	err_t err = NULL;

	if (graph_is_ancestor(g, theirs, ctx->w)) {
		s.what = STEP_NOTHING;
	} else if (graph_is_ancestor(g, ctx->w, theirs)) {
		s.what = STEP_FORWARD;
		s.head = g->at[theirs].id;
	} else {
		err = join_heads(&s, ctx, theirs);
	}
	if (err)
		step_release(&s);
	else
		*out = s;
	return err;
}
