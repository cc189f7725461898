#include "merge/weave.h"

#include "merge/clash.h"
#include "util/mem.h"

#include <stdlib.h>

/* More pairs of entries are not compared. */
#define CLASH_PAIRS 8192

/* What one side put between two units that it kept: [from, to) of its units, anywhere in front of
 * base unit first..last. */
struct block {
	size_t from, to, first, last;
};

bool weave_refuse(struct weave *w, const char *reason)
{
	if (!w->refused)
		w->refused = reason;
	return false;
}

bool weave_rule(struct weave *w, enum merge_rule rule)
{
	w->rules |= 1u << rule;
	return !(w->off & 1u << rule) || weave_refuse(w, "both sides changed this");
}

static void put(struct weave *w, struct out out)
{
	MEM_GROW(w->out, w->len, w->cap);
	w->out[w->len++] = out;
}

void weave_put(struct weave *w, enum side_of side, size_t unit)
{
	struct out out = {.at = {NOWHERE, NOWHERE, NOWHERE}};

	out.at[side] = unit;
	put(w, out);
}

void weave_put_both(struct weave *w, size_t base, size_t ours, size_t theirs, struct slice own)
{
	put(w, (struct out){.at = {base, ours, theirs}, .own = own});
}

static void did(struct weave *w, enum side_of side, const struct unit *u, unsigned what)
{
	w->did[side] |= unit_is_entry(u) ? what : what << DID_TEXT;
}

/* --- what each side did -------------------------------------------------------------------- */

static size_t nr_base(const struct weave *w)
{
	return w->span[BASE].to - w->span[BASE].from;
}

static bool same_as_base(const struct weave *w, enum side_of side, size_t i)
{
	return w->to[side][i] != NOWHERE &&
	       weave_unit(w, side, w->to[side][i])->hash ==
		       weave_unit(w, BASE, w->span[BASE].from + i)->hash;
}

static struct block *blocks_of(const struct weave *w, enum side_of side)
{
	size_t n = nr_base(w), kept = 0, from = w->span[side].from;
	struct block *blocks = mem_alloc((n + 1) * sizeof(*blocks));

	for (size_t i = 0; i <= n; i++) {
		size_t at = i < n ? w->to[side][i] : w->span[side].to;

		if (at == NOWHERE)
			continue;
		/* All gaps since the last kept unit know of it; its place comes later. */
		for (size_t gap = kept; gap <= i; gap++)
			blocks[gap] = (struct block){from, at, kept, i};
		kept = i + 1;
		from = at + 1;
	}
	return blocks;
}

/* Where among its gaps a block goes: behind what the other side has put in front of the units that
 * it replaces. */
static size_t place(const struct block *b, const struct block *other)
{
	const struct block *o = &other[b->first];

	if (b->first < b->last && o->first == o->last && o->from < o->to)
		return b->first + 1 < b->last ? b->first + 1 : b->last;
	return b->first;
}

static bool put_all(struct weave *w, enum side_of side, struct span span)
{
	for (size_t i = span.from; i < span.to; i++)
		weave_put(w, side, i);
	return true;
}

static struct span span_of(const struct weave *w, enum side_of side, const struct block *b)
{
	return (struct span){w->span[side].units, b->from, b->to};
}

static bool same_blocks(const struct weave *w, const struct block *o, const struct block *t)
{
	if (o->to - o->from != t->to - t->from || o->first != t->first || o->last != t->last)
		return false;
	for (size_t i = 0; o->from + i < o->to; i++)
		if (weave_unit(w, OURS, o->from + i)->hash !=
		    weave_unit(w, THEIRS, t->from + i)->hash)
			return false;
	return true;
}

/* The units of the block are among those of `in`, in their order. */
static bool within(const struct weave *w, enum side_of side, const struct block *b,
		   const struct block *in)
{
	enum side_of other = side == OURS ? THEIRS : OURS;
	size_t at = b->from;

	for (size_t i = in->from; i < in->to && at < b->to; i++)
		at += weave_unit(w, side, at)->hash == weave_unit(w, other, i)->hash;
	return at == b->to;
}

/* The other side did the same and more: replaced the same units and others by the same and more. */
static bool swallowed(const struct weave *w, enum side_of side, const struct block *b,
		      const struct block *others)
{
	const struct block *o = &others[b->first];

	return b->first < b->last && o->first <= b->first && b->last <= o->last &&
	       o->to - o->from > b->to - b->from && within(w, side, b, o);
}

/* A block in the place of units that the other side has replaced otherwise. */
static bool contested(const struct weave *w, enum side_of side, size_t gap,
		      const struct block *blocks, const struct block *others)
{
	enum side_of other = side == OURS ? THEIRS : OURS;
	const struct block *b = &blocks[gap];

	for (size_t i = b->first; b->from < b->to && i < b->last; i++) {
		const struct block *o = &others[i];

		if (w->to[other][i] == NOWHERE && o->from < o->to &&
		    !swallowed(w, other, o, blocks))
			return true;
	}
	return false;
}

static void did_block(struct weave *w, enum side_of side, const struct block *b)
{
	for (size_t i = b->from; i < b->to; i++)
		did(w, side, weave_unit(w, side, i),
		    b->first < b->last ? DID_REPLACE : DID_INSERT);
}

static bool weave_gap(struct weave *w, size_t gap, const struct block *ours,
		      const struct block *theirs)
{
	const struct block *o = &ours[gap], *t = &theirs[gap];
	bool o_less = swallowed(w, OURS, o, theirs), t_less = swallowed(w, THEIRS, t, ours);
	bool has_o = o->from < o->to && place(o, theirs) == gap;
	bool has_t = t->from < t->to && place(t, ours) == gap;

	if (has_o)
		did_block(w, OURS, o);
	if (has_t)
		did_block(w, THEIRS, t);
	if (!same_blocks(w, o, t) && !o_less && !t_less &&
	    ((has_o && contested(w, OURS, gap, ours, theirs)) ||
	     (has_t && contested(w, THEIRS, gap, theirs, ours))))
		return weave_refuse(w, "one side deleted what the other changed");
	if ((has_o && o_less) || (has_t && t_less)) {
		if (!weave_rule(w, RULE_SAME))
			return false;
		has_o &= !o_less;
		has_t &= !t_less;
	}
	if (has_o && has_t)
		return unite_units(w, span_of(w, OURS, o), span_of(w, THEIRS, t),
				   w->span[BASE].from + gap);
	if (has_o)
		return put_all(w, OURS, span_of(w, OURS, o));
	return !has_t || put_all(w, THEIRS, span_of(w, THEIRS, t));
}

/* --- the units of base --------------------------------------------------------------------- */

static bool weave_base(struct weave *w, size_t i)
{
	size_t base = w->span[BASE].from + i, o = w->to[OURS][i], t = w->to[THEIRS][i];
	bool ours_same = same_as_base(w, OURS, i), theirs_same = same_as_base(w, THEIRS, i);

	if (!ours_same)
		did(w, OURS, weave_unit(w, BASE, base), o == NOWHERE ? DID_DELETE : DID_EDIT);
	if (!theirs_same)
		did(w, THEIRS, weave_unit(w, BASE, base), t == NOWHERE ? DID_DELETE : DID_EDIT);

	if (o == NOWHERE && t == NOWHERE)
		return true;
	if (o == NOWHERE || t == NOWHERE)
		return (o == NOWHERE ? theirs_same : ours_same) ||
		       weave_refuse(w, "one side deleted what the other changed");
	if (theirs_same && ours_same)
		weave_put_both(w, base, o, t, slice_of("", 0));
	else if (theirs_same || weave_unit(w, OURS, o)->hash == weave_unit(w, THEIRS, t)->hash)
		weave_put_both(w, base, o, t, slice_of("", 0));
	else if (ours_same)
		weave_put_both(w, base, o, t, slice_of("", 0));
	else
		return leaf_merge(w, base, o, t);
	return true;
}

/* A unit that went and came back elsewhere was moved. */
static bool moves(const struct weave *w, enum side_of side)
{
	size_t n = nr_base(w), kept = 0;

	for (size_t u = w->span[side].from; u < w->span[side].to; u++) {
		const struct unit *unit = weave_unit(w, side, u);

		while (kept < n && (w->to[side][kept] == NOWHERE || w->to[side][kept] < u))
			kept++;
		if ((kept < n && w->to[side][kept] == u) || unit->text.len < 4)
			continue;
		for (size_t i = 0; i < n; i++)
			if (w->to[side][i] == NOWHERE &&
			    weave_unit(w, BASE, w->span[BASE].from + i)->hash == unit->hash)
				return true;
	}
	return false;
}

/* Which units of its span a side wrote: those that base has not as they are. */
static bool *written(const struct weave *w, enum side_of side)
{
	const struct span *s = &w->span[side];
	bool *new = mem_alloc((s->to - s->from + 1) * sizeof(*new));

	for (size_t i = s->from; i < s->to; i++)
		new[i - s->from] = unit_is_entry(weave_unit(w, side, i));
	for (size_t i = 0; i < nr_base(w); i++)
		if (same_as_base(w, side, i))
			new[w->to[side][i] - s->from] = false;
	return new;
}

static bool same_base_unit(const struct weave *w, size_t ours, size_t theirs)
{
	for (size_t i = 0; i < nr_base(w); i++)
		if (w->to[OURS][i] == ours || w->to[THEIRS][i] == theirs)
			return w->to[OURS][i] == ours && w->to[THEIRS][i] == theirs;
	return false;
}

static bool clashes(const struct weave *w, size_t ours, size_t theirs)
{
	const struct unit *a = weave_unit(w, OURS, ours), *b = weave_unit(w, THEIRS, theirs);

	return a->kind == b->kind && a->hash != b->hash && clash(a, b) &&
	       !same_base_unit(w, ours, theirs);
}

static size_t count(const bool *flags, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++)
		n += flags[i];
	return n;
}

/* Nearly the same entry written by both, at two places. */
static bool written_twice(const struct weave *w)
{
	const struct span *o = &w->span[OURS], *t = &w->span[THEIRS];
	scoped_free bool *ours = written(w, OURS), *theirs = written(w, THEIRS);

	if (count(ours, o->to - o->from) * count(theirs, t->to - t->from) > CLASH_PAIRS)
		return true;
	for (size_t i = o->from; i < o->to; i++)
		for (size_t j = t->from; ours[i - o->from] && j < t->to; j++)
			if (theirs[j - t->from] && clashes(w, i, j))
				return true;
	return false;
}

static bool weave_matched(struct weave *w)
{
	struct block *ours = blocks_of(w, OURS), *theirs = blocks_of(w, THEIRS);
	size_t n = nr_base(w);
	bool ok = !written_twice(w) ||
		  weave_refuse(w, "both sides put nearly the same in here");

	for (size_t i = 0; ok && i <= n; i++) {
		ok = weave_gap(w, i, ours, theirs);
		if (ok && i < n)
			ok = weave_base(w, i);
	}
	free(ours);
	free(theirs);
	return ok;
}

/* Which rule it takes that changes of different units touch. */
static bool judge(struct weave *w)
{
	unsigned o = w->did[OURS], t = w->did[THEIRS];
	unsigned o_text = o >> DID_TEXT, t_text = t >> DID_TEXT;
	unsigned o_any = (o | o_text) & 15, t_any = (t | t_text) & 15;
	const unsigned gone = DID_DELETE | DID_REPLACE;

	if (((o_any & gone) && (t_any & DID_INSERT)) || ((t_any & gone) && (o_any & DID_INSERT)))
		if (!weave_rule(w, RULE_DELETE))
			return false;
	if (w->part && !w->rules && (!o_any || !t_any))
		return true;
	/* One side has all that the other put in, and more. */
	if (w->rules == 1u << RULE_SAME || !o_any || !t_any)
		return weave_rule(w, RULE_SAME);
	/* What was put in at one place has been judged. */
	if (w->rules) {
		o_text &= ~(unsigned)DID_INSERT;
		t_text &= ~(unsigned)DID_INSERT;
	}
	if (o_text || t_text)
		return weave_rule(w, (o | t) & 15 ? RULE_MIXED : RULE_TEXT);
	/* Put in beside what was changed: as unsure as any two changes side by side. */
	if (!w->rules || (o | t) & (DID_EDIT | DID_DELETE | DID_REPLACE))
		return weave_rule(w, RULE_ADJACENT);
	return true;
}

bool weave_units(struct weave *w)
{
	w->to[OURS] = match_units(w->span[BASE], w->span[OURS], MATCH_PLACE);
	w->to[THEIRS] = match_units(w->span[BASE], w->span[THEIRS], MATCH_PLACE);
	if (!w->to[OURS] || !w->to[THEIRS])
		return weave_refuse(w, "both sides changed too much");
	if (moves(w, OURS) && moves(w, THEIRS))
		return weave_refuse(w, "both sides moved text");
	return weave_matched(w) && judge(w);
}

void weave_release(struct weave *w)
{
	free(w->to[OURS]);
	free(w->to[THEIRS]);
	free(w->out);
	*w = (struct weave){0};
}
