/* Merged units laid out as lines, with blank lines between them as the texts have them. */
#include "merge/weave.h"

#include "util/mem.h"

#include <stdlib.h>

/* So many units away it is looked how the entries of lists stand. */
#define SPACING_LOOK 100

struct layout {
	const struct weave *w;
	struct piece *at;
	size_t len, cap;
};

/* Blank lines: how many, and behind which unit of which side they can be seen. */
struct gap {
	size_t blanks;
	enum side_of side;
	size_t unit;
};

static void put_piece(struct layout *l, struct piece p)
{
	MEM_GROW(l->at, l->len, l->cap);
	l->at[l->len++] = p;
}

static void put_line(struct layout *l, enum side_of side, size_t line)
{
	if (side == BASE) {
		put_piece(l, (struct piece){PIECE_NONE, PIECE_NONE,
					    l->w->t->base.at[line].text});
		return;
	}
	put_piece(l, (struct piece){side == OURS ? line : PIECE_NONE,
				    side == THEIRS ? line : PIECE_NONE, slice_of("", 0)});
}

static void put_lines(struct layout *l, enum side_of side, size_t from, size_t to)
{
	for (; from < to; from++)
		put_line(l, side, from);
}

static uint64_t hash_of(const struct weave *w, enum side_of side, size_t unit)
{
	return weave_unit(w, side, unit)->hash;
}

static void put_own(struct layout *l, struct slice own)
{
	struct slice line;

	while (slice_line(&own, &line))
		put_piece(l, (struct piece){PIECE_NONE, PIECE_NONE, line});
}

static void put_unit(struct layout *l, const struct out *out)
{
	const struct weave *w = l->w;
	size_t b = out->at[BASE], o = out->at[OURS], t = out->at[THEIRS];
	enum side_of side = o == NOWHERE ? THEIRS : OURS;
	const struct unit *u, *v;

	if (out->own.len) {
		put_own(l, out->own);
		return;
	}
	if (o == NOWHERE || t == NOWHERE || hash_of(w, OURS, o) != hash_of(w, THEIRS, t)) {
		if (b != NOWHERE && o != NOWHERE && hash_of(w, OURS, o) == hash_of(w, BASE, b))
			side = THEIRS;
		u = weave_unit(w, side, out->at[side]);
		put_lines(l, side, u->from, u->to);
		return;
	}
	u = weave_unit(w, OURS, o);
	v = weave_unit(w, THEIRS, t);
	for (size_t i = 0; u->from + i < u->to; i++)
		put_piece(l, (struct piece){u->from + i, v->from + i, slice_of("", 0)});
}

/* --- blank lines --------------------------------------------------------------------------- */

static size_t blanks_of(const struct weave *w, enum side_of side, size_t unit)
{
	return unit == NOWHERE || unit >= w->span[side].units->len
		       ? 0 : unit_blanks(weave_unit(w, side, unit));
}

static struct gap gap_of(const struct weave *w, enum side_of side, size_t unit)
{
	return (struct gap){blanks_of(w, side, unit), side, unit};
}

static struct slice blank_line(const struct weave *w, const struct gap *g, size_t i)
{
	const struct lines *lines[] = {&w->t->base, &w->t->ours, &w->t->theirs};

	return lines[g->side]->at[weave_unit(w, g->side, g->unit)->to + i].text;
}

/* More blank lines, or as many with less in them. */
static bool larger(const struct weave *w, const struct gap *a, const struct gap *b)
{
	if (a->blanks != b->blanks)
		return a->blanks > b->blanks;
	for (size_t i = 0; i < a->blanks; i++) {
		struct slice x = blank_line(w, a, i), y = blank_line(w, b, i);

		if (x.len != y.len)
			return x.len < y.len;
		if (memcmp(x.at, y.at, x.len) != 0)
			return memcmp(x.at, y.at, x.len) < 0;
	}
	return false;
}

static bool same(const struct weave *w, const struct gap *a, const struct gap *b)
{
	return !larger(w, a, b) && !larger(w, b, a);
}

static bool follow(const struct out *x, const struct out *y, enum side_of side)
{
	return x->at[side] != NOWHERE && y->at[side] == x->at[side] + 1;
}

static struct gap larger_of(const struct weave *w, struct gap a, struct gap b)
{
	return larger(w, &b, &a) ? b : a;
}

static bool at_end(const struct weave *w, const struct out *y)
{
	return y->at[OURS] == w->span[OURS].units->len &&
	       y->at[THEIRS] == w->span[THEIRS].units->len;
}

/* The two stand together in at least one text: three-way, the larger one where all differ. Behind
 * the last one as few as either side has. */
static bool known_gap(struct gap *gap, const struct weave *w, const struct out *x,
		      const struct out *y)
{
	bool in_ours = follow(x, y, OURS), in_theirs = follow(x, y, THEIRS);
	struct gap o = gap_of(w, OURS, x->at[OURS]), t = gap_of(w, THEIRS, x->at[THEIRS]);
	struct gap b = gap_of(w, BASE, x->at[BASE]);

	if (at_end(w, y)) {
		o = gap_of(w, OURS, y->at[OURS] - 1);
		t = gap_of(w, THEIRS, y->at[THEIRS] - 1);
		*gap = larger(w, &t, &o) ? o : t;
		return true;
	}
	if (!in_ours && !in_theirs)
		return false;
	if (!in_theirs)
		*gap = o;
	else if (!in_ours)
		*gap = t;
	else if (follow(x, y, BASE) && (same(w, &o, &b) || same(w, &t, &b)))
		*gap = same(w, &o, &b) ? t : o;
	else
		*gap = larger_of(w, o, t);
	return true;
}

static bool alike(const struct unit *a, const struct unit *b)
{
	return a->kind == b->kind && (a->kind != UNIT_ITEM || a->depth == b->depth);
}

static const struct unit *unit_of(const struct weave *w, const struct out *x, int side)
{
	size_t at = x->at[side];

	return at == NOWHERE || at >= w->span[side].units->len
		       ? NULL : weave_unit(w, (enum side_of)side, at);
}

/* The entry that x is; NULL: another unit. */
static const struct unit *entry_of(const struct weave *w, const struct out *x)
{
	for (int side = BASE; side <= THEIRS; side++) {
		const struct unit *u = unit_of(w, x, side);

		if (u)
			return unit_is_entry(u) ? u : NULL;
	}
	return NULL;
}

static void at_least(struct gap *best, const struct weave *w, int side, size_t unit)
{
	struct gap other = gap_of(w, (enum side_of)side, unit);

	if (best->unit == NOWHERE || larger(w, &other, best))
		*best = other;
}

static bool alike_anywhere(const struct weave *w, const struct unit *a, const struct out *x)
{
	for (int side = BASE; side <= THEIRS; side++) {
		const struct unit *u = unit_of(w, x, side);

		if (u && alike(a, u))
			return true;
	}
	return false;
}

/* How the entries of a list stand: tight, or with blank lines between them. */
struct spacing {
	size_t tight, loose;
	struct gap gap;		/* the smallest of the loose ones */
};

static void count_gap(struct spacing *s, const struct weave *w, enum side_of side, size_t unit)
{
	struct gap gap = gap_of(w, side, unit);

	s->tight += !gap.blanks;
	s->loose += gap.blanks > 0;
	if (gap.blanks && (!s->gap.blanks || larger(w, &s->gap, &gap)))
		s->gap = gap;
}

/* Between entries like u, in the list around it or (far) in the text around that. */
static void count_spacing(struct spacing *s, const struct weave *w, enum side_of side, size_t at,
			  const struct unit *u, bool far)
{
	const struct units *units = w->span[side].units;
	size_t from = at < SPACING_LOOK ? 0 : at - SPACING_LOOK;

	for (size_t i = at; i > from && (far || alike(&units->at[i - 1], u)); i--)
		if (alike(&units->at[i - 1], u) && alike(&units->at[i], u))
			count_gap(s, w, side, i - 1);
	for (size_t i = at; i + 1 < units->len && i < at + SPACING_LOOK &&
			    (far || alike(&units->at[i + 1], u)); i++)
		if (alike(&units->at[i], u) && alike(&units->at[i + 1], u))
			count_gap(s, w, side, i);
}

/* Two entries of a list that stand together nowhere: as most do there. */
static struct gap entry_gap(const struct weave *w, const struct out *x, const struct out *y,
			    const struct unit *u)
{
	struct spacing s = {.gap = {.unit = NOWHERE}};

	for (int far = 0; far < 2 && !s.tight && !s.loose; far++)
		for (int side = BASE; side <= THEIRS; side++) {
			if (unit_of(w, x, side))
				count_spacing(&s, w, (enum side_of)side, x->at[side], u, far);
			if (unit_of(w, y, side))
				count_spacing(&s, w, (enum side_of)side, y->at[side], u, far);
		}
	return s.loose > s.tight ? s.gap : (struct gap){.unit = NOWHERE};
}

/* They stand together nowhere: as many as x has before one like y, or y behind one like x. */
static struct gap new_gap(const struct weave *w, const struct out *x, const struct out *y)
{
	struct gap styled = {.unit = NOWHERE}, any = {.unit = NOWHERE};
	const struct unit *u = entry_of(w, x), *v = entry_of(w, y);

	if (u && v && alike(u, v))
		return entry_gap(w, x, y, u);
	for (int side = BASE; side <= THEIRS; side++) {
		const struct units *units = w->span[side].units;
		size_t at = x->at[side], last = y->at[side] - 1;

		if (!units->at)
			continue;
		if (at != NOWHERE && at + 1 < units->len) {
			at_least(&any, w, side, at);
			if (alike_anywhere(w, &units->at[at + 1], y))
				at_least(&styled, w, side, at);
		}
		if (y->at[side] != NOWHERE && y->at[side] > 0) {
			at_least(&any, w, side, last);
			if (alike_anywhere(w, &units->at[last], x))
				at_least(&styled, w, side, last);
		}
	}
	return styled.unit != NOWHERE ? styled : any;
}

/* Blank lines between two units; there: how many of them stand outside already. */
static void put_gap(struct layout *l, const struct out *x, const struct out *y, size_t there)
{
	struct gap gap;
	size_t from;

	if (!known_gap(&gap, l->w, x, y))
		gap = new_gap(l->w, x, y);
	if (gap.blanks <= there)
		return;
	from = weave_unit(l->w, gap.side, gap.unit)->to;
	put_lines(l, gap.side, from + there, from + gap.blanks);
}

/* How many stand in front of the span already: as many as either side has. */
static size_t blanks_outside(const struct weave *w, const struct out *before)
{
	size_t o = blanks_of(w, OURS, before->at[OURS]);
	size_t t = blanks_of(w, THEIRS, before->at[THEIRS]);

	return o > t ? o : t;
}

struct piece *weave_lines(size_t *len, const struct weave *w)
{
	struct layout l = {.w = w};
	struct out before, end;

	for (int side = BASE; side <= THEIRS; side++) {
		before.at[side] = w->span[side].from - 1;	/* NOWHERE in front of the first */
		end.at[side] = w->span[side].to;
	}
	for (size_t i = 0; i <= w->len; i++) {
		const struct out *x = i ? &w->out[i - 1] : &before;
		const struct out *y = i < w->len ? &w->out[i] : &end;

		if (i)
			put_gap(&l, x, y, 0);
		else if (!w->len && before.at[OURS] != NOWHERE)
			put_gap(&l, x, y, blanks_outside(w, x));
		if (i < w->len)
			put_unit(&l, y);
	}
	*len = l.len;
	return l.at;
}
