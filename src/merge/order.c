#include "merge/order.h"

#include "merge/name.h"

#define LOOK_FAR 200
#define SORTED_LEAST 3
#define SORTED_SHARE 0.9

struct tally {
	size_t up, down, len;
	const struct unit *last;
};

static void count(struct tally *t, const struct unit *u)
{
	int c = t->last ? name_compare(unit_label(t->last), unit_label(u)) : 0;

	t->up += c < 0;
	t->down += c > 0;
	t->len++;
	t->last = u;
}

static enum order verdict(const struct tally *t)
{
	double pairs = t->len > 1 ? (double)(t->len - 1) : 1;

	if (t->len < SORTED_LEAST)
		return ORDER_NONE;
	if ((double)t->up / pairs >= SORTED_SHARE)
		return ORDER_UP;
	return (double)t->down / pairs >= SORTED_SHARE ? ORDER_DOWN : ORDER_NONE;
}

/* Whether u still belongs to the run of entries. */
static bool in_run(const struct unit *u, enum unit_kind kind, size_t depth)
{
	return u->kind == kind && u->depth >= depth;
}

enum order order_around(const struct units *base, size_t gap, enum unit_kind kind, size_t depth)
{
	struct tally t = {0};
	size_t from = gap, to = gap;

	while (from > 0 && gap - from < LOOK_FAR && in_run(&base->at[from - 1], kind, depth))
		from--;
	while (to < base->len && to - gap < LOOK_FAR && in_run(&base->at[to], kind, depth))
		to++;
	for (; from < to; from++)
		if (base->at[from].depth == depth)
			count(&t, &base->at[from]);
	return verdict(&t);
}

/* Versions and dates: as the ones there are, or the newest first. */
static enum order order_of_versions(const struct units *base, size_t depth)
{
	struct tally t = {0};

	for (size_t i = 0; i < base->len; i++)
		if (base->at[i].kind == UNIT_HEADING && base->at[i].depth == depth &&
		    name_is_version(unit_label(&base->at[i])))
			count(&t, &base->at[i]);
	return t.up > t.down ? ORDER_UP : ORDER_DOWN;
}

int order_sections(const struct units *base, size_t gap, const struct unit *a,
		   const struct unit *b)
{
	int c = name_compare(unit_label(a), unit_label(b));

	(void)gap;
	if (a->depth != b->depth)
		return a->depth > b->depth ? -1 : 1;
	if (name_is_version(unit_label(a)) && name_is_version(unit_label(b)) &&
	    order_of_versions(base, a->depth) == ORDER_DOWN)
		return -c;
	return c;
}
