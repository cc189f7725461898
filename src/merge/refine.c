/*
 * Conflicts as small as git makes them. Style "merge": the two sides of a conflict
 * are compared, only what differs stays, and conflicts with at most three lines
 * between them are one. Style "zdiff3": common lines at both ends leave. Style
 * "diff3" shows the whole region, or its base part would not fit.
 */
#include "merge/text.h"

#include "util/mem.h"

#include <stdlib.h>

#define JOIN_LINES 3

static struct hunks compare(const struct text *t, const struct region *r, bool swapped)
{
	struct seq o = {.id = t->ours_id + r->ours_from, .len = r->ours_to - r->ours_from};
	struct seq u = {.id = t->theirs_id + r->theirs_from, .len = r->theirs_to - r->theirs_from};
	struct hunks hunks;

	if (!swapped)
		return script_hunks(o, u, t->nr_classes, false);
	hunks = script_hunks(u, o, t->nr_classes, false);
	for (size_t i = 0; i < hunks.len; i++) {
		struct hunk h = hunks.at[i];

		hunks.at[i] = (struct hunk){h.b_from, h.b_to, h.a_from, h.a_to};
	}
	return hunks;
}

/* The order of the two sides' bytes: the same two texts, the same answer, whichever is ours. */
static bool ours_first(const struct text *t, const struct region *r)
{
	size_t o = r->ours_from, u = r->theirs_from;

	for (; o < r->ours_to && u < r->theirs_to; o++, u++) {
		struct slice a = t->ours.at[o].text, b = t->theirs.at[u].text;
		int order = memcmp(a.at, b.at, a.len < b.len ? a.len : b.len);

		if (order || a.len != b.len)
			return order ? order < 0 : a.len < b.len;
	}
	return o == r->ours_to;
}

/* git compares ours with theirs, which may find other hunks than theirs with ours. Where the two
 * disagree, the order of the bytes decides, so that swapping the sides only swaps the markers. */
static struct hunks differences(const struct text *t, const struct region *r)
{
	struct hunks one = compare(t, r, false), two = compare(t, r, true);
	bool agree = one.len == two.len &&
		     (!one.len || !memcmp(one.at, two.at, one.len * sizeof(*one.at)));

	if (!agree && !ours_first(t, r)) {
		struct hunks keep = two;

		two = one;
		one = keep;
	}
	hunks_release(&two);
	return one;
}

struct out {
	struct region *at;
	size_t len, cap;
};

static void put(struct out *out, struct region r)
{
	MEM_GROW(out->at, out->len, out->cap);
	out->at[out->len++] = r;
}

static void put_refined(struct out *out, const struct text *t, const struct region *r)
{
	struct hunks hunks;

	/* There is nothing to compare an empty side with. */
	if (r->ours_from == r->ours_to || r->theirs_from == r->theirs_to) {
		put(out, *r);
		return;
	}
	hunks = differences(t, r);
	if (!hunks.len) {
		put(out, *r);
		out->at[out->len - 1].kind = REGION_SAME;
	}
	for (size_t i = 0; i < hunks.len; i++) {
		struct region part = *r;
		const struct hunk *h = &hunks.at[i];

		part.ours_to = r->ours_from + h->a_to;
		part.ours_from += h->a_from;
		part.theirs_to = r->theirs_from + h->b_to;
		part.theirs_from += h->b_from;
		put(out, part);
	}
	hunks_release(&hunks);
}

static void refine_merge(struct text *t)
{
	struct out out = {0};
	size_t len = 0;

	for (size_t i = 0; i < t->len; i++) {
		if (t->regions[i].kind == REGION_CONFLICT)
			put_refined(&out, t, &t->regions[i]);
		else
			put(&out, t->regions[i]);
	}
	for (size_t i = 0; i < out.len; i++) {
		struct region *last = len ? &out.at[len - 1] : NULL, r = out.at[i];

		if (last && last->kind == REGION_CONFLICT && r.kind == REGION_CONFLICT &&
		    r.ours_from - last->ours_to <= JOIN_LINES) {
			last->base_to = r.base_to;
			last->ours_to = r.ours_to;
			last->theirs_to = r.theirs_to;
		} else {
			out.at[len++] = r;
		}
	}
	free(t->regions);
	t->regions = out.at;
	t->len = len;
	t->cap = out.cap;
}

static void trim_common_ends(const struct text *t, struct region *r)
{
	while (r->ours_from < r->ours_to && r->theirs_from < r->theirs_to &&
	       t->ours_id[r->ours_from] == t->theirs_id[r->theirs_from]) {
		r->ours_from++;
		r->theirs_from++;
	}
	while (r->ours_from < r->ours_to && r->theirs_from < r->theirs_to &&
	       t->ours_id[r->ours_to - 1] == t->theirs_id[r->theirs_to - 1]) {
		r->ours_to--;
		r->theirs_to--;
	}
}

void refine_conflicts(struct text *t, enum merge_style style)
{
	if (style == MERGE_STYLE_MERGE) {
		refine_merge(t);
		return;
	}
	for (size_t i = 0; i < t->len; i++) {
		struct region whole = t->regions[i], *r = &t->regions[i];

		if (r->kind != REGION_CONFLICT)
			continue;
		trim_common_ends(t, r);
		if (r->ours_from == r->ours_to && r->theirs_from == r->theirs_to)
			whole.kind = REGION_SAME;
		if (style == MERGE_STYLE_DIFF3 || whole.kind == REGION_SAME)
			*r = whole;
	}
}
