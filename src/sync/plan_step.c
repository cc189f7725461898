#include "sync/plan_base.h"
#include "util/mem.h"

#include <stdlib.h>
#include <string.h>

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
	struct merge_result none = plan_merge_texts(edited, file, began, kind);
	struct merge_result left = {0};
	struct slice out = began;
	char *bytes;

	if (none.clean) {
		left = plan_merge_texts(slice_of(none.bytes, none.len), file, began, kind);
		if (left.clean)
			out = slice_of(left.bytes, left.len);
	}
	bytes = mem_dup(out.at, out.len);
	*len = out.len;
	merge_result_release(&none);
	merge_result_release(&left);
	return bytes;
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
	TRY(plan_text(&w_text, ctx, &w->oid));
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
		err = plan_text(&base_text, ctx, c->from);
	base = mem_dup(base_text.at, base_text.len);
	len = base_text.len;
	if (!err && from >= 0 && !oid_none(c->to))
		err = plan_base_for_change(&base, &len, ctx, from, c->to_text);
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

	TRY(plan_base_text(&base, &len, &found, &base_path, ctx, ctx->w, theirs));
	TRY(plan_text(&w_text, ctx, &w->oid));
	TRY(plan_text(&t_text, ctx, &t->oid));
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

		TRY(plan_base_shared(&base, &len, ctx, swap ? theirs : ctx->w,
				       swap ? ctx->w : theirs));
		TRY(plan_base_shared(&base, &len, ctx, swap ? ctx->w : theirs,
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
