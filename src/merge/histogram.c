/*
 * Histogram diff: split at the common run whose rarest line occurs least often in
 * a, then the same in front of it and behind it. Ties and limits are those of
 * git, because a merge must come out with the bytes of git's.
 */
#include "merge/script.h"

#include "util/mem.h"

#include <stdint.h>
#include <stdlib.h>

#define NONE SIZE_MAX
/* A region where every common line occurs more often than this goes to Myers. */
#define OCCURRENCES_MAX 64u
/* Steps of one comparison; beyond it regions are replaced as a whole. */
#define BUDGET 100000000L

/* Where each line of the current region of a occurs. By number of the line, valid where stamp is
 * that of the region, so that nothing needs clearing. */
struct entry {
	unsigned stamp;
	unsigned count;
	size_t first;
};

struct histogram {
	const struct seq *a, *b;
	struct entry *entries;
	size_t *next;		/* by line of a: the next equal one in the region */
	unsigned stamp;
	long budget;
};

struct run {			/* the best common run so far */
	size_t a, b, len;
	bool found;
	bool common;		/* some line is common at all */
	unsigned count;		/* occurrences of its rarest line */
};

static const struct entry *entry_of(const struct histogram *h, unsigned id)
{
	const struct entry *e = &h->entries[id];

	return e->stamp == h->stamp ? e : NULL;
}

static void index_region(struct histogram *h, const struct box *box)
{
	h->stamp++;
	for (size_t i = box->a_to; i-- > box->a_from;) {
		struct entry *e = &h->entries[h->a->id[i]];

		if (e->stamp != h->stamp)
			*e = (struct entry){h->stamp, 0, NONE};
		h->next[i] = e->first;
		e->first = i;
		e->count++;
	}
}

static unsigned rarer(const struct histogram *h, unsigned count, size_t a)
{
	const struct entry *e = entry_of(h, h->a->id[a]);

	return e->count < count ? e->count : count;
}

/* The common run through a[i] and b[j], as far as it goes both ways. */
static struct run run_through(struct histogram *h, const struct box *box, size_t i, size_t j,
			      unsigned count)
{
	size_t a_from = i, b_from = j, a_to = i + 1, b_to = j + 1;

	while (a_from > box->a_from && b_from > box->b_from &&
	       h->a->id[a_from - 1] == h->b->id[b_from - 1]) {
		a_from--;
		b_from--;
		count = rarer(h, count, a_from);
	}
	while (a_to < box->a_to && b_to < box->b_to && h->a->id[a_to] == h->b->id[b_to]) {
		count = rarer(h, count, a_to);
		a_to++;
		b_to++;
	}
	h->budget -= (long)(a_to - a_from);
	return (struct run){.a = a_from, .b = b_from, .len = a_to - a_from, .count = count};
}

/* Tries every place of b[j] in a; answers the line of b to go on with. */
static size_t try_line(struct histogram *h, const struct box *box, size_t j, struct run *best)
{
	const struct entry *e = entry_of(h, h->b->id[j]);
	size_t next_b = j + 1;

	if (!e)
		return next_b;
	best->common = true;
	if (e->count > best->count)
		return next_b;
	for (size_t i = e->first; i != NONE;) {
		struct run r = run_through(h, box, i, j, e->count);

		if (next_b < r.b + r.len)
			next_b = r.b + r.len;
		/* A first run of one line must be rarer than the limit. */
		if ((best->found ? best->len : 1) < r.len || r.count < best->count) {
			best->a = r.a;
			best->b = r.b;
			best->len = r.len;
			best->count = r.count;
			best->found = true;
		}
		do {
			i = h->next[i];
		} while (i != NONE && i < r.a + r.len);
	}
	return next_b;
}

static struct run best_run(struct histogram *h, const struct box *box)
{
	struct run best = {.count = OCCURRENCES_MAX + 1};

	index_region(h, box);
	for (size_t j = box->b_from; j < box->b_to && h->budget > 0;)
		j = try_line(h, box, j, &best);
	h->budget -= (long)(box->a_to - box->a_from + box->b_to - box->b_from);
	return best;
}

void box_mark(struct seq *a, struct seq *b, struct box box)
{
	memset(a->changed + box.a_from, 1, box.a_to - box.a_from);
	memset(b->changed + box.b_from, 1, box.b_to - box.b_from);
}

static bool one_side_empty(const struct box *box)
{
	return box->a_from == box->a_to || box->b_from == box->b_to;
}

void histogram_mark(struct seq *a, struct seq *b, unsigned nr_classes)
{
	struct histogram h = {.a = a, .b = b, .budget = BUDGET};
	scoped_free struct box *todo = NULL;
	size_t len = 0, cap = 0;

	h.entries = mem_alloc((nr_classes + 1) * sizeof(*h.entries));
	h.next = mem_alloc((a->len + 1) * sizeof(*h.next));
	MEM_GROW(todo, len, cap);
	todo[len++] = (struct box){0, a->len, 0, b->len};
	while (len) {
		struct box box = todo[--len];
		struct run r;

		if (one_side_empty(&box)) {
			box_mark(a, b, box);
			continue;
		}
		r = h.budget > 0 ? best_run(&h, &box) : (struct run){.common = true, .count = -1u};
		if (r.common && r.count > OCCURRENCES_MAX) {
			myers_mark(a, b, box, nr_classes, &h.budget);
		} else if (!r.found) {
			box_mark(a, b, box);
		} else {
			MEM_GROW(todo, len + 1, cap);
			todo[len++] = (struct box){box.a_from, r.a, box.b_from, r.b};
			todo[len++] = (struct box){r.a + r.len, box.a_to, r.b + r.len, box.b_to};
		}
	}
	free(h.entries);
	free(h.next);
}
