#include "merge/cut.h"

#include "util/mem.h"

#include <stdlib.h>

struct cutter {
	const struct weave *w;	/* the refused one */
	struct region *at;
	size_t len, cap;
	bool refused;		/* one of the parts was */
};

static size_t line_of(const struct weave *w, enum side_of side, size_t unit)
{
	const struct units *u = w->span[side].units;
	const struct lines *lines[] = {&w->t->base, &w->t->ours, &w->t->theirs};

	return unit < u->len ? u->at[unit].from : lines[side]->len;
}

static struct region region_of(const struct weave *w, const struct span *part)
{
	return (struct region){
		.kind = REGION_WOVEN,
		line_of(w, BASE, part[BASE].from), line_of(w, BASE, part[BASE].to),
		line_of(w, OURS, part[OURS].from), line_of(w, OURS, part[OURS].to),
		line_of(w, THEIRS, part[THEIRS].from), line_of(w, THEIRS, part[THEIRS].to),
	};
}

/* Conflicts that touch are one. */
static void put(struct cutter *c, struct region r)
{
	struct region *last = c->len ? &c->at[c->len - 1] : NULL;

	if (last && last->kind == REGION_CONFLICT && r.kind == REGION_CONFLICT) {
		last->base_to = r.base_to;
		last->ours_to = r.ours_to;
		last->theirs_to = r.theirs_to;
		return;
	}
	MEM_GROW(c->at, c->len, c->cap);
	c->at[c->len++] = r;
}

static void merge_part(struct cutter *c, const struct span *part)
{
	scoped(weave_release) struct weave w = {.t = c->w->t, .off = c->w->off, .part = true,
						.span = {part[BASE], part[OURS], part[THEIRS]}};
	struct region r = region_of(c->w, part);

	if (weave_units(&w)) {
		r.pieces = weave_lines(&r.nr_pieces, &w);
		r.rules = w.rules;
	} else {
		r.kind = REGION_CONFLICT;
		r.reason = w.refused;
		c->refused = true;
	}
	put(c, r);
}

/* From each unit that both kept to the next. */
static void merge_parts(struct cutter *c)
{
	const struct weave *w = c->w;
	struct span part[3] = {w->span[BASE], w->span[OURS], w->span[THEIRS]};

	for (size_t i = 1; i < w->span[BASE].to - w->span[BASE].from; i++) {
		if (w->to[OURS][i] == NOWHERE || w->to[THEIRS][i] == NOWHERE)
			continue;
		part[BASE].to = w->span[BASE].from + i;
		part[OURS].to = w->to[OURS][i];
		part[THEIRS].to = w->to[THEIRS][i];
		merge_part(c, part);
		for (int side = BASE; side <= THEIRS; side++) {
			part[side].from = part[side].to;
			part[side].to = w->span[side].to;
		}
	}
	merge_part(c, part);
}

struct region *cut_refused(size_t *len, const struct weave *w)
{
	struct cutter c = {.w = w};

	if (!w->to[OURS] || !w->to[THEIRS] || w->span[BASE].from == w->span[BASE].to)
		return NULL;
	merge_parts(&c);
	*len = c.len;
	if (c.refused && c.len > 1)
		return c.at;
	for (size_t i = 0; i < c.len; i++)
		free(c.at[i].pieces);
	free(c.at);
	return NULL;
}
