#include "merge/text.h"

#include "util/mem.h"

#include <stdlib.h>

/* Regions that touch in either side are one; of different kinds they are a conflict. */
static void add_region(struct text *t, struct region r)
{
	struct region *last = t->len ? &t->regions[t->len - 1] : NULL;

	BUG_ON(t->len && !t->regions);

	if (last && (r.ours_from <= last->ours_to || r.theirs_from <= last->theirs_to)) {
		if (last->kind != r.kind)
			last->kind = REGION_CONFLICT;
		last->base_to = r.base_to;
		last->ours_to = r.ours_to;
		last->theirs_to = r.theirs_to;
		return;
	}
	MEM_GROW(t->regions, t->len, t->cap);
	t->regions[t->len++] = r;
}

/* behind: how many lines the other side is longer than base up to here (may wrap around). */
static void add_ours(struct text *t, const struct hunk *h, size_t behind)
{
	add_region(t, (struct region){.kind = REGION_OURS, h->a_from, h->a_to, h->b_from, h->b_to,
				      h->a_from + behind, h->a_to + behind});
}

static void add_theirs(struct text *t, const struct hunk *h, size_t behind)
{
	add_region(t, (struct region){.kind = REGION_THEIRS, h->a_from, h->a_to,
				      h->a_from + behind, h->a_to + behind, h->b_from, h->b_to});
}

static bool same_change(const struct text *t, const struct hunk *o, const struct hunk *u)
{
	size_t len = o->b_to - o->b_from;

	return o->a_from == u->a_from && o->a_to == u->a_to && len == u->b_to - u->b_from &&
	       memcmp(t->ours_id + o->b_from, t->theirs_id + u->b_from,
		      len * sizeof(*t->ours_id)) == 0;
}

/* The part of base that either hunk changed, and what each side has there. */
static void add_overlap(struct text *t, const struct hunk *o, const struct hunk *u)
{
	size_t from = o->a_from < u->a_from ? o->a_from : u->a_from;
	size_t to = o->a_to > u->a_to ? o->a_to : u->a_to;

	add_region(t, (struct region){
		.kind = REGION_CONFLICT, from, to,
		o->b_from - (o->a_from - from), o->b_to + (to - o->a_to),
		u->b_from - (u->a_from - from), u->b_to + (to - u->a_to),
	});
}

static void group_hunks(struct text *t)
{
	const struct hunks *ours = &t->to_ours, *theirs = &t->to_theirs;
	size_t i = 0, j = 0;

	while (i < ours->len && j < theirs->len) {
		const struct hunk *o = &ours->at[i], *u = &theirs->at[j];

		if (o->a_to < u->a_from) {
			add_ours(t, o, u->b_from - u->a_from);
			i++;
			continue;
		}
		if (u->a_to < o->a_from) {
			add_theirs(t, u, o->b_from - o->a_from);
			j++;
			continue;
		}
		if (!same_change(t, o, u))
			add_overlap(t, o, u);
		i += o->a_to <= u->a_to;
		j += u->a_to <= o->a_to;
	}
	for (; i < ours->len; i++)
		add_ours(t, &ours->at[i], t->theirs.len - t->base.len);
	for (; j < theirs->len; j++)
		add_theirs(t, &theirs->at[j], t->ours.len - t->base.len);
}

static void number_lines(struct text *t, enum line_ends ends)
{
	struct classes classes;

	classes_init(&classes, t->base.len + t->ours.len + t->theirs.len, ends);
	t->base_id = classes_number(&classes, &t->base);
	t->ours_id = classes_number(&classes, &t->ours);
	t->theirs_id = classes_number(&classes, &t->theirs);
	t->nr_classes = classes.len;
	classes_release(&classes);
}

void text_split(struct text *t, struct slice base, struct slice ours, struct slice theirs,
		enum line_ends ends)
{
	*t = (struct text){.share = 100,
			   .base = lines_split(base),
			   .ours = lines_split(ours),
			   .theirs = lines_split(theirs)};
	number_lines(t, ends);
}

void text_regions(struct text *t)
{
	struct seq b = {.id = t->base_id, .len = t->base.len};
	struct seq o = {.id = t->ours_id, .len = t->ours.len};
	struct seq u = {.id = t->theirs_id, .len = t->theirs.len};

	t->to_ours = script_hunks(b, o, t->nr_classes, false);
	t->to_theirs = script_hunks(b, u, t->nr_classes, false);
	group_hunks(t);
}

void text_merge(struct text *t, enum merge_style style)
{
	text_regions(t);
	refine_conflicts(t, style);
}

void text_insert(struct text *t, size_t at, struct region r)
{
	MEM_GROW(t->regions, t->len, t->cap);
	memmove(t->regions + at + 1, t->regions + at, (t->len - at) * sizeof(*t->regions));
	t->regions[at] = r;
	t->len++;
}

void text_release(struct text *t)
{
	lines_release(&t->base);
	lines_release(&t->ours);
	lines_release(&t->theirs);
	hunks_release(&t->to_ours);
	hunks_release(&t->to_theirs);
	free(t->base_id);
	free(t->ours_id);
	free(t->theirs_id);
	for (size_t i = 0; i < t->len; i++)
		free(t->regions[i].pieces);
	free(t->regions);
	strs_release(&t->owned);
	strs_release(&t->leaves);
	*t = (struct text){0};
}

int text_conflicts(const struct text *t)
{
	int n = 0;

	for (size_t i = 0; i < t->len; i++)
		n += t->regions[i].kind == REGION_CONFLICT;
	return n;
}

size_t text_conflict_lines(const struct text *t)
{
	size_t n = 0;

	for (size_t i = 0; i < t->len; i++) {
		const struct region *r = &t->regions[i];

		if (r->kind == REGION_CONFLICT)
			n += r->ours_to - r->ours_from + r->theirs_to - r->theirs_from;
	}
	return n;
}
