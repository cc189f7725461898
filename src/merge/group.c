#include "merge/group.h"

#include "merge/cut.h"
#include "merge/rules.h"
#include "merge/weave.h"
#include "util/mem.h"

#include <stdlib.h>

#define GROW_LINES 240

/* A conflict and what had to come with it, so that it begins and ends with whole units. */
struct group {
	size_t first, last;	/* regions */
	size_t from[3], to[3];	/* lines */
	size_t grown;
};

void grouped_split(struct grouped *g, const struct text *t)
{
	units_split(&g->units[BASE], g->text[BASE], &t->base, t->base_id);
	units_split(&g->units[OURS], g->text[OURS], &t->ours, t->ours_id);
	units_split(&g->units[THEIRS], g->text[THEIRS], &t->theirs, t->theirs_id);
}

void grouped_release(struct grouped *g)
{
	for (int side = BASE; side <= THEIRS; side++)
		units_release(&g->units[side]);
}

static void begin(struct group *g, const struct region *r)
{
	g->from[BASE] = r->base_from;
	g->from[OURS] = r->ours_from;
	g->from[THEIRS] = r->theirs_from;
}

static void end(struct group *g, const struct region *r)
{
	g->to[BASE] = r->base_to;
	g->to[OURS] = r->ours_to;
	g->to[THEIRS] = r->theirs_to;
}

static bool all_begin(const struct grouped *texts, const size_t *line)
{
	for (int side = BASE; side <= THEIRS; side++)
		if (!units_begin_at(&texts->units[side], line[side]))
			return false;
	return true;
}

/* One line, or one region, further up. */
static bool grow_up(struct group *g, const struct text *t)
{
	const struct region *r = g->first ? &t->regions[g->first - 1] : NULL;

	if (r && r->ours_to == g->from[OURS] && r->base_to == g->from[BASE]) {
		begin(g, r);
		g->first--;
		return true;
	}
	if (!g->from[BASE] || !g->from[OURS] || !g->from[THEIRS])
		return false;
	for (int side = BASE; side <= THEIRS; side++)
		g->from[side]--;
	return ++g->grown < GROW_LINES;
}

static bool grow_down(struct group *g, const struct text *t)
{
	const struct region *r = g->last + 1 < t->len ? &t->regions[g->last + 1] : NULL;

	if (r && r->ours_from == g->to[OURS] && r->base_from == g->to[BASE]) {
		end(g, r);
		g->last++;
		return true;
	}
	if (g->to[BASE] == t->base.len || g->to[OURS] == t->ours.len ||
	    g->to[THEIRS] == t->theirs.len)
		return false;
	for (int side = BASE; side <= THEIRS; side++)
		g->to[side]++;
	return ++g->grown < GROW_LINES;
}

static bool grow(struct group *g, const struct text *t, const struct grouped *texts)
{
	while (!all_begin(texts, g->from))
		if (!grow_up(g, t))
			return false;
	while (!all_begin(texts, g->to))
		if (!grow_down(g, t))
			return false;
	return true;
}

/* The regions of the group become these. */
static void replace(struct text *t, const struct group *g, const struct region *with, size_t len)
{
	size_t gone = g->last + 1 - g->first, rest = t->len - g->last - 1;

	for (size_t i = g->first; i <= g->last; i++)
		free(t->regions[i].pieces);
	if (t->len - gone + len > t->cap) {
		t->cap = t->len - gone + len;
		t->regions = mem_realloc(t->regions, t->cap * sizeof(*t->regions));
	}
	memmove(t->regions + g->first + len, t->regions + g->last + 1, rest * sizeof(*t->regions));
	memcpy(t->regions + g->first, with, len * sizeof(*with));
	t->len = t->len - gone + len;
}

/* What has been taken must be likely to be right as a whole. */
static bool likely(struct weave *w, const struct grouped *texts)
{
	int share = w->t->share * merge_rules_share(w->rules) / 100;

	if (share < texts->least)
		return weave_refuse(w, "too unsure beside what was merged before");
	w->t->share = share;
	return true;
}

/* *len: into how many regions the group was made; false: it stays as it is. */
static bool merge_group(struct text *t, const struct group *g, const struct grouped *texts,
			size_t *len, const char **refused)
{
	scoped_free struct region *parts = NULL;
	scoped(weave_release) struct weave w = {.t = t, .off = texts->off};
	struct region r = {.kind = REGION_WOVEN, g->from[BASE], g->to[BASE], g->from[OURS],
			   g->to[OURS], g->from[THEIRS], g->to[THEIRS]};

	for (int side = BASE; side <= THEIRS; side++)
		w.span[side] = (struct span){&texts->units[side],
					     units_from(&texts->units[side], g->from[side]),
					     units_from(&texts->units[side], g->to[side])};
	if (!weave_units(&w) || !likely(&w, texts)) {
		*refused = w.refused;
		parts = cut_refused(len, &w);
		if (parts)
			replace(t, g, parts, *len);
		return parts != NULL;
	}
	*len = 1;
	r.pieces = weave_lines(&r.nr_pieces, &w);
	r.rules = w.rules;
	replace(t, g, &r, 1);
	return true;
}

void group_merge(struct text *t, const struct grouped *texts)
{
	for (size_t i = 0; i < t->len; i++) {
		struct group g = {.first = i, .last = i};
		const char *refused = NULL;
		size_t len = 1;

		if (t->regions[i].kind != REGION_CONFLICT)
			continue;
		begin(&g, &t->regions[i]);
		end(&g, &t->regions[i]);
		if (!grow(&g, t, texts))
			continue;
		if (merge_group(t, &g, texts, &len, &refused))
			i = g.first + len - 1;
		else
			t->regions[i].reason = refused;
	}
}
