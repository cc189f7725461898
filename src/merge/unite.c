/*
 * What both sides put at one place: equal units once, entries of one kind all, sections one behind
 * the other, those with one heading together. The two blocks change roles by their bytes, so that
 * it does not matter which is ours.
 */
#include "merge/weave.h"

#include "merge/clash.h"
#include "merge/name.h"
#include "merge/order.h"
#include "util/mem.h"

#include <stdlib.h>

#define NEAR 0.75

struct unite {
	struct weave *w;
	enum side_of a_side, b_side;
	size_t gap;
};

static bool unite(struct unite *u, struct span a, struct span b);
static bool unite_different(struct unite *u, struct span a, struct span b);

static const struct unit *first(struct span s)
{
	return &s.units->at[s.from];
}

static bool empty(struct span s)
{
	return s.from == s.to;
}

static struct span take(struct span *s, size_t to)
{
	struct span taken = {s->units, s->from, to};

	s->from = to;
	return taken;
}

static bool put_span(struct unite *u, enum side_of side, struct span s)
{
	for (size_t i = s.from; i < s.to; i++)
		weave_put(u->w, side, i);
	return true;
}

static void put_pair(struct unite *u, size_t a, size_t b)
{
	weave_put_both(u->w, NOWHERE, u->a_side == OURS ? a : b, u->a_side == OURS ? b : a,
		       slice_of("", 0));
}

/* --- entries ------------------------------------------------------------------------------- */

static enum merge_rule rule_of(struct span a, struct span b)
{
	switch (first(a)->kind) {
	case UNIT_ROW:
		return RULE_TABLE;
	case UNIT_LINK:
		return RULE_LINK;
	case UNIT_FIELD:
		return RULE_FIELD;
	default:
		return a.to - a.from + b.to - b.from > 2 ? RULE_BLOCK : RULE_LIST;
	}
}

static bool all_entries(struct span s, enum unit_kind kind, size_t *depth)
{
	*depth = first(s)->depth;
	for (size_t i = s.from; i < s.to; i++)
		if (s.units->at[i].kind != kind || s.units->at[i].depth < *depth)
			return false;
	return unit_is_entry(first(s));
}

static size_t entry_end(struct span s, size_t at, size_t depth)
{
	for (at++; at < s.to && s.units->at[at].depth > depth; at++)
		;
	return at;
}

static void put_entry(struct unite *u, enum side_of side, struct span *s, size_t depth)
{
	size_t to = entry_end(*s, s->from, depth);

	while (s->from < to)
		weave_put(u->w, side, s->from++);
}

/* The number of an ordered item; 0: none. */
static size_t number_of(const struct unit *item)
{
	struct slice marker = slice_trim(item_parts(item->text).marker);
	size_t n = 0;

	if (item->kind != UNIT_ITEM || marker.len < 2 || marker.len > 6)
		return 0;
	for (size_t i = 0; i + 1 < marker.len; i++)
		n = n * 10 + (size_t)(marker.at[i] - '0');
	return n;
}

/* The text repeats its number, as in the name of a file: another one would be wrong. */
static bool speaks_of(struct slice text, size_t number)
{
	for (size_t i = 0; i < text.len;) {
		size_t n = 0, from = i;

		for (; i < text.len && i - from < 9 && text.at[i] >= '0' && text.at[i] <= '9'; i++)
			n = n * 10 + (size_t)(text.at[i] - '0');
		if (i > from && n == number)
			return true;
		i += i == from;
	}
	return false;
}

/* The item with another number. */
static void put_numbered(struct unite *u, enum side_of side, size_t at, size_t number)
{
	const struct unit *item = weave_unit(u->w, side, at);
	struct item_parts p = item_parts(item->text);
	size_t indent = 0, digits;
	struct slice rest;
	char *text;

	while (strchr(" \t", p.marker.at[indent]))
		indent++;
	for (digits = indent; p.marker.at[digits] >= '0' && p.marker.at[digits] <= '9'; digits++)
		;
	rest = slice_of(item->text.at + digits, item->text.len - digits);
	text = mem_printf("%.*s%zu%.*s", (int)indent, item->text.at, number, (int)rest.len,
			  rest.at);
	strs_take(&u->w->t->owned, text);
	strs_add(&u->w->t->leaves, text);
	strs_take(&u->w->t->leaves, mem_strndup(item->text.at, item->text.len));
	weave_put(u->w, side, at);
	u->w->out[u->w->len - 1].own = slice_str(text);
}

/* Both went on counting where base ended: one after the other, the second counts on. Only at the
 * end of a list that counts by ones, and only for items of one line. */
static bool unite_numbered(struct unite *u, struct span a, struct span b)
{
	const struct units *base = u->w->span[BASE].units;
	size_t next = number_of(first(a)), len = a.to - a.from;

	if (!u->gap || number_of(&base->at[u->gap - 1]) + 1 != next || next < 2 ||
	    (u->gap < base->len && base->at[u->gap].kind == UNIT_ITEM))
		return weave_refuse(u->w, "both sides put the same number in here");
	if (name_compare(unit_label(first(a)), unit_label(first(b))) > 0) {
		struct span other = a;
		enum side_of side = u->a_side;

		a = b;
		b = other;
		len = a.to - a.from;
		u->a_side = u->b_side;
		u->b_side = side;
	}
	for (size_t i = 0; i < b.to - b.from; i++)
		if (number_of(&b.units->at[b.from + i]) != next + i ||
		    speaks_of(unit_label(&b.units->at[b.from + i]), next + i))
			return weave_refuse(u->w, "both sides put the same number in here");
	put_span(u, u->a_side, a);
	for (size_t i = 0; i < b.to - b.from; i++)
		put_numbered(u, u->b_side, b.from + i, next + len + i);
	return true;
}

/* Lists grow at one end; what has the lower number has waited longer, and was merged later: it
 * stands nearer to that end. */
static int compare_blocks(const struct unite *u, struct span a, struct span b)
{
	const struct units *base = u->w->span[BASE].units;
	size_t x = name_issue(first(a)->text), y = name_issue(first(b)->text);
	bool at_top = !u->gap || base->at[u->gap - 1].kind != first(a)->kind;

	if (!x || !y || x == y)
		return name_compare(unit_label(first(a)), unit_label(first(b)));
	return (x < y) == at_top ? -1 : 1;
}

/* One behind the other. */
static bool unite_blocks(struct unite *u, struct span a, struct span b)
{
	bool a_first = compare_blocks(u, a, b) <= 0;

	put_span(u, a_first ? u->a_side : u->b_side, a_first ? a : b);
	return put_span(u, a_first ? u->b_side : u->a_side, a_first ? b : a);
}

/* Where the children that the first units are end, and their parent's siblings begin. */
static size_t lead_end(struct span s)
{
	size_t i = s.from;

	while (i < s.to && s.units->at[i].depth >= first(s)->depth)
		i++;
	return i;
}

/* "1." all over, for the reader to count. */
static bool all_ones(const struct unite *u)
{
	const struct units *base = u->w->span[BASE].units;
	size_t gap = u->gap;

	return (gap > 1 && number_of(&base->at[gap - 1]) == 1 &&
		number_of(&base->at[gap - 2]) == 1) ||
	       (gap + 1 < base->len && number_of(&base->at[gap]) == 1 &&
		number_of(&base->at[gap + 1]) == 1);
}

static bool unite_entries(struct unite *u, struct span a, struct span b)
{
	enum unit_kind kind = first(a)->kind;
	size_t a_depth, b_depth, a_lead = lead_end(a), b_lead = lead_end(b);
	enum order order;

	if ((a_lead < a.to || b_lead < b.to) && first(a)->depth == first(b)->depth)
		return unite(u, take(&a, a_lead), take(&b, b_lead)) && unite_different(u, a, b);
	if (!all_entries(a, kind, &a_depth) || !all_entries(b, kind, &b_depth))
		return weave_refuse(u->w, "both sides put text in here");
	if (!weave_rule(u->w, rule_of(a, b)))
		return false;
	if (a_depth != b_depth) {
		/* What belongs to the item before comes before its next sibling. */
		put_span(u, a_depth > b_depth ? u->a_side : u->b_side, a_depth > b_depth ? a : b);
		return put_span(u, a_depth > b_depth ? u->b_side : u->a_side,
				a_depth > b_depth ? b : a);
	}
	if (any_clash(u->w->span[BASE].units, u->gap, a, b))
		return weave_refuse(u->w, "both sides put nearly the same in here");
	if (number_of(first(a)) && number_of(first(a)) == number_of(first(b)) && !all_ones(u))
		return unite_numbered(u, a, b);
	order = order_around(u->w->span[BASE].units, u->gap, kind, a_depth);
	if (order == ORDER_NONE)
		return unite_blocks(u, a, b);
	while (!empty(a) && !empty(b)) {
		int c = name_compare(unit_label(first(a)), unit_label(first(b)));
		bool a_first = order == ORDER_DOWN ? c > 0 : c <= 0;

		put_entry(u, a_first ? u->a_side : u->b_side, a_first ? &a : &b, a_depth);
	}
	put_span(u, u->a_side, a);
	return put_span(u, u->b_side, b);
}

/* --- sections ------------------------------------------------------------------------------ */

static size_t top_level(struct span s)
{
	size_t level = NOWHERE;

	for (size_t i = s.from; i < s.to; i++)
		if (s.units->at[i].kind == UNIT_HEADING && s.units->at[i].depth < level)
			level = s.units->at[i].depth;
	return level;
}

/* The first heading of this level or above, from `from`; s.to where there is none. */
static size_t next_heading(struct span s, size_t from, size_t level)
{
	while (from < s.to &&
	       (s.units->at[from].kind != UNIT_HEADING || s.units->at[from].depth > level))
		from++;
	return from;
}

static size_t find_section(struct span s, const struct unit *heading)
{
	for (size_t i = s.from; i < s.to; i++) {
		const struct unit *u = &s.units->at[i];

		if (u->kind == UNIT_HEADING && u->depth == heading->depth &&
		    slice_eq(u->key, heading->key))
			return i;
	}
	return NOWHERE;
}

/* The heads of two sections with one heading are one; their bodies are united. */
static bool same_section(struct unite *u, struct span a, struct span b)
{
	if (first(a)->hash != first(b)->hash)
		return weave_refuse(u->w, "both sides put this heading in here");
	put_pair(u, a.from++, b.from++);
	return unite(u, a, b);
}

/* Two releases, or two names of one thing. */
static bool headings_clash(struct slice a, struct slice b)
{
	return name_alike(a, b) >= NEAR || (name_is_version(a) && name_is_version(b)) ||
	       name_within(a, b);
}

static bool unite_sections(struct unite *u, struct span a, struct span b, size_t level)
{
	struct span x, y;
	size_t found;

	if (!empty(a) && !empty(b) && !weave_rule(u->w, RULE_SECTION))
		return false;
	while (!empty(a) && !empty(b)) {
		found = find_section(b, first(a));
		if (found == b.from) {
			x = take(&a, next_heading(a, a.from + 1, level));
			y = take(&b, next_heading(b, b.from + 1, level));
			if (!same_section(u, x, y))
				return false;
			continue;
		}
		if (found != NOWHERE || find_section(a, first(b)) != NOWHERE ||
		    headings_clash(unit_label(first(a)), unit_label(first(b))))
			return weave_refuse(u->w, "both sides put sections in here");
		if (order_sections(u->w->span[BASE].units, u->gap, first(a), first(b)) <= 0)
			put_span(u, u->a_side, take(&a, next_heading(a, a.from + 1, level)));
		else
			put_span(u, u->b_side, take(&b, next_heading(b, b.from + 1, level)));
	}
	put_span(u, u->a_side, a);
	return put_span(u, u->b_side, b);
}

/* --- anything ------------------------------------------------------------------------------ */

static bool unite_different(struct unite *u, struct span a, struct span b)
{
	size_t level_a = top_level(a), level_b = top_level(b);
	size_t level = level_a < level_b ? level_a : level_b;
	struct span lead_a, lead_b;

	if (empty(a) || empty(b))
		return put_span(u, u->a_side, a) && put_span(u, u->b_side, b);
	if (level == NOWHERE)
		return unite_entries(u, a, b);
	lead_a = take(&a, next_heading(a, a.from, level));
	lead_b = take(&b, next_heading(b, b.from, level));
	return unite(u, lead_a, lead_b) && unite_sections(u, a, b, level);
}

/* b has nothing that a has not, in its order. */
static bool is_within(struct span b, struct span a)
{
	for (size_t i = a.from; i < a.to && !empty(b); i++)
		b.from += first(b)->hash == a.units->at[i].hash;
	return empty(b);
}

/* All of `more`, and where `less` has the same unit, that of both. */
static bool put_within(struct unite *u, struct span more, enum side_of side, struct span less)
{
	if (!weave_rule(u->w, RULE_SAME))
		return false;
	for (size_t i = more.from; i < more.to; i++) {
		bool both = !empty(less) && first(less)->hash == more.units->at[i].hash;

		if (both && side == u->a_side)
			put_pair(u, i, less.from++);
		else if (both)
			put_pair(u, less.from++, i);
		else
			weave_put(u->w, side, i);
	}
	return true;
}

/* Between the units that both have; those below headings are compared heading by heading. */
static bool unite(struct unite *u, struct span a, struct span b)
{
	size_t *map, n = a.to - a.from, base = a.from;
	bool ok;

	if (!empty(a) && !empty(b) && is_within(b, a))
		return put_within(u, a, u->a_side, b);
	if (!empty(a) && !empty(b) && is_within(a, b))
		return put_within(u, b, u->b_side, a);
	if (top_level(a) != NOWHERE || top_level(b) != NOWHERE)
		return unite_different(u, a, b);
	map = match_units(a, b, MATCH_EXACT);
	ok = map != NULL;
	for (size_t i = 0; ok && i < n; i++) {
		if (map[i] == NOWHERE)
			continue;
		ok = weave_rule(u->w, RULE_SAME) &&
		     unite_different(u, take(&a, base + i), take(&b, map[i]));
		put_pair(u, a.from++, b.from++);
	}
	ok = ok && unite_different(u, a, b);
	free(map);
	return ok || weave_refuse(u->w, "both sides put text in here");
}

static int compare_spans(struct span a, struct span b)
{
	for (size_t i = 0; a.from + i < a.to && b.from + i < b.to; i++) {
		int c = name_compare(a.units->at[a.from + i].text, b.units->at[b.from + i].text);

		if (c)
			return c;
	}
	return a.to - a.from < b.to - b.from ? -1 : a.to - a.from > b.to - b.from;
}

bool unite_units(struct weave *w, struct span ours, struct span theirs, size_t gap)
{
	bool ours_first = compare_spans(ours, theirs) <= 0;
	struct unite u = {w, ours_first ? OURS : THEIRS, ours_first ? THEIRS : OURS, gap};

	return unite(&u, ours_first ? ours : theirs, ours_first ? theirs : ours);
}
