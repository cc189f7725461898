/*
 * Myers' O(ND) comparison (1986, the linear-space variant) of one box, for lines
 * that are too frequent for the histogram. Lines without a counterpart, and
 * frequent ones among those, are set aside first, and a search that gets too
 * expensive is cut short; the limits are git's, because the bytes must be.
 */
#include "merge/script.h"

#include "util/mem.h"

#include <limits.h>
#include <stdlib.h>

#define FREQUENT_MAX 1024	/* at least this many counterparts: frequent in any file */
#define WINDOW 100		/* lines looked at around a frequent one */
#define FREQUENT_SHARE 4
#define COST_MIN 256
#define SNAKE 20		/* a long diagonal */
#define PROMISING 4

struct kept {			/* the lines that take part */
	unsigned *id;
	size_t *line;		/* where in the seq */
	long len;
};

struct search {
	const unsigned *a, *b;
	long *forward, *backward;	/* furthest point by diagonal; index may be negative */
	long cost_max;
	long *budget;
};

struct area {
	long a_from, a_to, b_from, b_to;
};

struct split {
	long a, b;
	bool exact_low, exact_high;	/* that half needs no short cuts */
};

/* About the square root, a power of two. */
static long rough_root(size_t n)
{
	long root = 1;

	for (; n; n >>= 2)
		root <<= 1;
	return root;
}

/* --- which lines take part ----------------------------------------------------------------- */

enum presence { ALONE, RARE, FREQUENT };

/* A frequent line in a neighbourhood of lines without counterpart is noise. */
static bool is_noise(const unsigned char *presence, size_t i, size_t from, size_t to)
{
	size_t low = i - from > WINDOW ? i - WINDOW : from;
	size_t high = to - 1 - i > WINDOW ? i + WINDOW : to - 1;
	size_t alone_before = 0, alone_after = 0, frequent = 2;

	for (size_t k = i; k-- > low && presence[k] != RARE;)
		presence[k] == ALONE ? alone_before++ : frequent++;
	if (!alone_before)
		return false;
	for (size_t k = i + 1; k <= high && presence[k] != RARE; k++)
		presence[k] == ALONE ? alone_after++ : frequent++;
	if (!alone_after)
		return false;
	return frequent * FREQUENT_SHARE < frequent + alone_before + alone_after;
}

/* Keeps the lines of s[from, to) that can match; marks the others. whole is the length of the
 * box, which is more than to - from where common ends are cut off. */
static struct kept keep(struct seq *s, size_t from, size_t to, size_t whole,
			const unsigned *in_other)
{
	scoped_free unsigned char *presence = mem_alloc(to - from);
	unsigned limit = (unsigned)rough_root(whole);
	struct kept kept = {0};

	kept.id = mem_alloc((to - from) * sizeof(*kept.id));
	kept.line = mem_alloc((to - from) * sizeof(*kept.line));
	if (limit > FREQUENT_MAX)
		limit = FREQUENT_MAX;
	for (size_t i = from; i < to; i++) {
		unsigned n = in_other[s->id[i]];

		presence[i - from] = n == 0 ? ALONE : n >= limit ? FREQUENT : RARE;
	}
	for (size_t i = from; i < to; i++) {
		unsigned char p = presence[i - from];

		if (p == RARE || (p == FREQUENT && !is_noise(presence, i - from, 0, to - from))) {
			kept.id[kept.len] = s->id[i];
			kept.line[kept.len++] = i;
		} else {
			s->changed[i] = 1;
		}
	}
	return kept;
}

static void kept_release(struct kept *k)
{
	free(k->id);
	free(k->line);
}

/* --- the search ---------------------------------------------------------------------------- */

/* The diagonals d = a - b that one direction has reached. */
struct front {
	long min, max;
};

static void front_widen(struct front *f, const struct area *r, long *furthest, long unreached)
{
	if (f->min > r->a_from - r->b_to)
		furthest[--f->min - 1] = unreached;
	else
		f->min++;
	if (f->max < r->a_to - r->b_from)
		furthest[++f->max + 1] = unreached;
	else
		f->max--;
}

/* One more edit forward. True when it met the other direction. */
static bool step_forward(struct search *s, const struct area *r, const struct front *f,
			 const struct front *back, bool odd, struct split *out, bool *snake)
{
	for (long d = f->max; d >= f->min; d -= 2) {
		long *reach = s->forward + d;
		long a = reach[-1] >= reach[1] ? reach[-1] + 1 : reach[1];
		long start = a;

		while (a < r->a_to && a - d < r->b_to && s->a[a] == s->b[a - d])
			a++;
		if (a - start > SNAKE)
			*snake = true;
		*s->budget -= 1 + a - start;
		*reach = a;
		if (odd && back->min <= d && d <= back->max && s->backward[d] <= a) {
			*out = (struct split){a, a - d, true, true};
			return true;
		}
	}
	return false;
}

static bool step_backward(struct search *s, const struct area *r, const struct front *f,
			  const struct front *ahead, bool odd, struct split *out, bool *snake)
{
	for (long d = f->max; d >= f->min; d -= 2) {
		long *reach = s->backward + d;
		long a = reach[-1] < reach[1] ? reach[-1] : reach[1] - 1;
		long start = a;

		while (a > r->a_from && a - d > r->b_from && s->a[a - 1] == s->b[a - d - 1])
			a--;
		if (start - a > SNAKE)
			*snake = true;
		*s->budget -= 1 + start - a;
		*reach = a;
		if (!odd && ahead->min <= d && d <= ahead->max && a <= s->forward[d]) {
			*out = (struct split){a, a - d, true, true};
			return true;
		}
	}
	return false;
}

static bool same_run(const struct search *s, long a, long b)
{
	for (long k = 0; k < SNAKE; k++)
		if (s->a[a + k] != s->b[b + k])
			return false;
	return true;
}

/* A forward path that got far and ends in a long diagonal is good enough. */
static bool good_forward(const struct search *s, const struct area *r, const struct front *f,
			 long edits, struct split *out)
{
	long middle = r->a_from - r->b_from, best = 0;

	for (long d = f->max; d >= f->min; d -= 2) {
		long a = s->forward[d], b = a - d;
		long gain = a - r->a_from + b - r->b_from - labs(d - middle);

		if (gain <= PROMISING * edits || gain <= best)
			continue;
		if (a < r->a_from + SNAKE || a >= r->a_to || b < r->b_from + SNAKE || b >= r->b_to)
			continue;
		if (same_run(s, a - SNAKE, b - SNAKE)) {
			best = gain;
			*out = (struct split){a, b, true, false};
		}
	}
	return best > 0;
}

static bool good_backward(const struct search *s, const struct area *r, const struct front *f,
			  long edits, struct split *out)
{
	long middle = r->a_to - r->b_to, best = 0;

	for (long d = f->max; d >= f->min; d -= 2) {
		long a = s->backward[d], b = a - d;
		long gain = r->a_to - a + r->b_to - b - labs(d - middle);

		if (gain <= PROMISING * edits || gain <= best)
			continue;
		if (a <= r->a_from || a > r->a_to - SNAKE || b <= r->b_from || b > r->b_to - SNAKE)
			continue;
		if (same_run(s, a, b)) {
			best = gain;
			*out = (struct split){a, b, false, true};
		}
	}
	return best > 0;
}

/* Too expensive: the furthest point of either direction. */
static void give_up(const struct search *s, const struct area *r, const struct front *f,
		    const struct front *back, struct split *out)
{
	long ahead = -1, ahead_a = -1, behind = LONG_MAX, behind_a = LONG_MAX;

	for (long d = f->max; d >= f->min; d -= 2) {
		long a = s->forward[d] < r->a_to ? s->forward[d] : r->a_to;

		if (a - d > r->b_to)
			a = r->b_to + d;
		if (ahead < a + a - d) {
			ahead = a + a - d;
			ahead_a = a;
		}
	}
	for (long d = back->max; d >= back->min; d -= 2) {
		long a = s->backward[d] > r->a_from ? s->backward[d] : r->a_from;

		if (a - d < r->b_from)
			a = r->b_from + d;
		if (a + a - d < behind) {
			behind = a + a - d;
			behind_a = a;
		}
	}
	if (r->a_to + r->b_to - behind < ahead - r->a_from - r->b_from)
		*out = (struct split){ahead_a, ahead - ahead_a, true, false};
	else
		*out = (struct split){behind_a, behind - behind_a, false, true};
}

/* A point on a (nearly) shortest path through r, whose ends differ. */
static struct split find_split(struct search *s, const struct area *r, bool exact)
{
	long first = r->a_from - r->b_from, last = r->a_to - r->b_to;
	struct front f = {first, first}, back = {last, last};
	bool odd = (first - last) & 1;
	struct split out;

	s->forward[first] = r->a_from;
	s->backward[last] = r->a_to;
	for (long edits = 1;; edits++) {
		bool snake = false;

		front_widen(&f, r, s->forward, -1);
		if (step_forward(s, r, &f, &back, odd, &out, &snake))
			return out;
		front_widen(&back, r, s->backward, LONG_MAX);
		if (step_backward(s, r, &back, &f, odd, &out, &snake))
			return out;
		if (exact && *s->budget > 0)
			continue;
		if (snake && edits > COST_MIN &&
		    (good_forward(s, r, &f, edits, &out) ||
		     good_backward(s, r, &back, edits, &out)))
			return out;
		if (edits >= s->cost_max || *s->budget <= 0) {
			give_up(s, r, &f, &back, &out);
			return out;
		}
	}
}

static void compare(struct search *s, struct area r, bool exact, struct seq *sa, struct seq *sb,
		    const struct kept *ka, const struct kept *kb)
{
	for (;;) {
		struct split at;

		while (r.a_from < r.a_to && r.b_from < r.b_to && s->a[r.a_from] == s->b[r.b_from]) {
			r.a_from++;
			r.b_from++;
		}
		while (r.a_from < r.a_to && r.b_from < r.b_to &&
		       s->a[r.a_to - 1] == s->b[r.b_to - 1]) {
			r.a_to--;
			r.b_to--;
		}
		if (r.a_from == r.a_to || r.b_from == r.b_to || *s->budget <= 0)
			break;
		at = find_split(s, &r, exact);
		compare(s, (struct area){r.a_from, at.a, r.b_from, at.b}, at.exact_low, sa, sb, ka,
			kb);
		r.a_from = at.a;
		r.b_from = at.b;
		exact = at.exact_high;
	}
	for (long i = r.a_from; i < r.a_to; i++)
		sa->changed[ka->line[i]] = 1;
	for (long i = r.b_from; i < r.b_to; i++)
		sb->changed[kb->line[i]] = 1;
}

/* --- */

static void search_kept(struct seq *a, struct seq *b, const struct kept *ka, const struct kept *kb,
			long *budget)
{
	size_t diagonals = (size_t)(ka->len + kb->len) + 3;
	scoped_free long *reach = mem_alloc((2 * diagonals + 2) * sizeof(*reach));
	struct search s = {.a = ka->id, .b = kb->id, .budget = budget};

	s.forward = reach + kb->len + 1;
	s.backward = s.forward + diagonals;
	s.cost_max = rough_root(diagonals);
	if (s.cost_max < COST_MIN)
		s.cost_max = COST_MIN;
	compare(&s, (struct area){0, ka->len, 0, kb->len}, false, a, b, ka, kb);
}

static unsigned *count(const struct seq *s, size_t from, size_t to, unsigned nr_classes)
{
	unsigned *counts = mem_alloc(nr_classes * sizeof(*counts));

	for (size_t i = from; i < to; i++)
		counts[s->id[i]]++;
	return counts;
}

void myers_mark(struct seq *a, struct seq *b, struct box box, unsigned nr_classes, long *budget)
{
	size_t a_whole = box.a_to - box.a_from, b_whole = box.b_to - box.b_from;
	scoped_free unsigned *in_a = NULL;
	scoped_free unsigned *in_b = NULL;
	scoped(kept_release) struct kept ka = {0}, kb = {0};

	if (*budget <= 0) {
		box_mark(a, b, box);
		return;
	}
	*budget -= (long)(nr_classes + a_whole + b_whole);
	in_a = count(a, box.a_from, box.a_to, nr_classes);
	in_b = count(b, box.b_from, box.b_to, nr_classes);
	while (box.a_from < box.a_to && box.b_from < box.b_to &&
	       a->id[box.a_from] == b->id[box.b_from]) {
		box.a_from++;
		box.b_from++;
	}
	while (box.a_from < box.a_to && box.b_from < box.b_to &&
	       a->id[box.a_to - 1] == b->id[box.b_to - 1]) {
		box.a_to--;
		box.b_to--;
	}
	ka = keep(a, box.a_from, box.a_to, a_whole, in_b);
	kb = keep(b, box.b_from, box.b_to, b_whole, in_a);
	search_kept(a, b, &ka, &kb, budget);
}
