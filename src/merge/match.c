#include "merge/match.h"

#include "merge/name.h"
#include "util/mem.h"

#include <stdlib.h>

#define MAX_CELLS ((size_t)256 * 1024)
/* Keys and likeness cost more to compare. */
#define MAX_CLOSE_CELLS ((size_t)8 * 1024)
#define SIMILAR_ENTRY 0.5
#define SIMILAR_TEXT 0.4

struct matcher {
	struct span a, b;
	size_t *map;
	enum match_how how;
	struct name_bag *a_words, *b_words;	/* of each unit, for likeness */
};

/* The longer a text, the surer that it is the same. */
static int exact_weight(const struct unit *u)
{
	size_t n = u->text.len / 4;

	return 4 + (int)(n < 40 ? n : 40) + (u->kind == UNIT_HEADING ? 20 : 0);
}

static bool unique_key(const struct span *s, const struct unit *u)
{
	size_t n = 0;

	for (size_t i = s->from; i < s->to; i++)
		n += s->units->at[i].kind == u->kind && slice_eq(s->units->at[i].key, u->key);
	return n == 1;
}

static int key_weight(const struct matcher *m, const struct unit *a, const struct unit *b)
{
	if (a->kind != b->kind || !a->key.len || !slice_eq(a->key, b->key))
		return 0;
	if (!unique_key(&m->a, a) || !unique_key(&m->b, b))
		return 0;
	return 10;
}

static int similar_weight(const struct matcher *m, size_t i, size_t j)
{
	const struct unit *a = &m->a.units->at[i], *b = &m->b.units->at[j];
	const struct name_bag *x = &m->a_words[i - m->a.from], *y = &m->b_words[j - m->b.from];
	double alike;

	if (a->kind != b->kind || a->kind == UNIT_FIELD || a->kind == UNIT_LINK)
		return 0;
	if (a->kind == UNIT_RULER || a->kind == UNIT_FENCE || a->kind == UNIT_BREAK)
		return 10;
	if (a->kind == UNIT_HEADING && a->depth != b->depth)
		return 0;
	if (name_same_words(a->text, b->text))
		return 1000;
	alike = name_bags_alike(x, y);
	if (alike >= (unit_is_entry(a) ? SIMILAR_ENTRY : SIMILAR_TEXT))
		return (int)(alike * 100);
	return name_bag_within(x, y) ? 1 + (int)(alike * 100) : 0;
}

static int weight(const struct matcher *m, size_t i, size_t j)
{
	const struct unit *a = &m->a.units->at[i], *b = &m->b.units->at[j];

	switch (m->how) {
	case MATCH_EXACT:
		return a->hash == b->hash ? exact_weight(a) : 0;
	case MATCH_KEY:
		return key_weight(m, a, b);
	default:
		return similar_weight(m, i, j);
	}
}

/* The heaviest pairs in order within a[a_from, a_to) and b[b_from, b_to). */
static void align(struct matcher *m, size_t a_from, size_t a_to, size_t b_from, size_t b_to)
{
	size_t na = a_to - a_from, nb = b_to - b_from, row = nb + 1, i, j;
	int *best, *own;

	if (!na || !nb || (m->how != MATCH_EXACT && na * nb > MAX_CLOSE_CELLS))
		return;
	best = mem_alloc((na + 1) * row * sizeof(*best));
	own = mem_alloc(na * nb * sizeof(*own));
	for (i = na; i-- > 0;) {
		for (j = nb; j-- > 0;) {
			int w = weight(m, a_from + i, b_from + j);
			int pair = w ? w + best[(i + 1) * row + j + 1] : 0;
			int skip_a = best[(i + 1) * row + j], skip_b = best[i * row + j + 1];

			own[i * nb + j] = w;
			best[i * row + j] = pair > skip_a ? pair : skip_a;
			if (skip_b > best[i * row + j])
				best[i * row + j] = skip_b;
		}
	}
	for (i = j = 0; i < na && j < nb;) {
		int w = own[i * nb + j];

		if (w && best[i * row + j] == w + best[(i + 1) * row + j + 1])
			m->map[a_from + i++ - m->a.from] = b_from + j++;
		else if (best[i * row + j] == best[(i + 1) * row + j])
			i++;
		else
			j++;
	}
	free(best);
	free(own);
}

/* One of a kind in the place of one: it was rewritten. */
static void pair_lone(struct matcher *m, size_t a_from, size_t a_to, size_t b_from, size_t b_to)
{
	const struct unit *a = &m->a.units->at[a_from], *b = &m->b.units->at[b_from];

	if (a_to - a_from == 1 && b_to - b_from == 1 && a->kind == b->kind &&
	    a->depth == b->depth && (unit_is_entry(a) || a->kind == UNIT_HEADING))
		m->map[a_from - m->a.from] = b_from;
}

/* Between the pairs found so far. */
static void align_rest(struct matcher *m)
{
	size_t n = m->a.to - m->a.from, from = 0, b_from = m->b.from;

	for (size_t i = 0; i <= n; i++) {
		if (i < n && m->map[i] == NOWHERE)
			continue;
		if (m->how == MATCH_PLACE)
			pair_lone(m, m->a.from + from, m->a.from + i, b_from,
				  i < n ? m->map[i] : m->b.to);
		else
			align(m, m->a.from + from, m->a.from + i, b_from,
			      i < n ? m->map[i] : m->b.to);
		from = i + 1;
		if (i < n)
			b_from = m->map[i] + 1;
	}
}

static struct name_bag *words_of(const struct span *s)
{
	struct name_bag *words = mem_alloc((s->to - s->from + 1) * sizeof(*words));

	for (size_t i = s->from; i < s->to; i++)
		words[i - s->from] = name_bag(s->units->at[i].text);
	return words;
}

static void words_release(struct name_bag *words, size_t len)
{
	for (size_t i = 0; words && i < len; i++)
		name_bag_release(&words[i]);
	free(words);
}

size_t *match_units(struct span a, struct span b, enum match_how how)
{
	struct matcher m = {a, b, NULL, MATCH_EXACT, NULL, NULL};
	size_t n = a.to - a.from;

	if ((n + 1) * (b.to - b.from + 1) > MAX_CELLS)
		return NULL;
	m.map = mem_alloc((n + 1) * sizeof(*m.map));
	if (how >= MATCH_SIMILAR) {
		m.a_words = words_of(&a);
		m.b_words = words_of(&b);
	}
	for (size_t i = 0; i < n; i++)
		m.map[i] = NOWHERE;
	for (int pass = MATCH_EXACT; pass <= (int)how; pass++) {
		m.how = (enum match_how)pass;
		align_rest(&m);
	}
	words_release(m.a_words, n);
	words_release(m.b_words, b.to - b.from);
	return m.map;
}
