#include "merge/clash.h"

#include "merge/name.h"

#define NEAR 0.75
#define MAX_PAIRS 8192
#define LOOK_ROWS 40

bool clash(const struct unit *a, const struct unit *b)
{
	struct slice x = unit_label(a), y = unit_label(b);

	if (slice_eq(a->key, b->key) && a->key.len)
		return true;
	if (a->kind == UNIT_FIELD || a->kind == UNIT_LINK || a->kind == UNIT_ROW)
		return false;
	if (name_same_topic(x, y))
		return true;
	if (a->key.len && b->key.len)
		return false;
	return name_alike(x, y) >= NEAR || name_one_letter_off(x, y);
}

/* The second cell of a row, which often is a title. */
static struct slice title_of(const struct unit *row)
{
	struct slice cells[2];

	if (row->kind != UNIT_ROW || row_cells(row->text, cells, 2) < 2)
		return slice_of("", 0);
	return slice_trim(cells[1]);
}

static bool same_title(const struct unit *a, const struct unit *b)
{
	struct slice x = title_of(a), y = title_of(b);

	return x.len && y.len && (name_alike(x, y) >= NEAR || name_same_target(x, y));
}

/* Few rows of base around the gap have one title: it tells them apart. */
static bool titles_differ(const struct units *base, size_t gap)
{
	size_t from = gap, to = gap, equal = 0;

	while (from > 0 && gap - from < LOOK_ROWS && base->at[from - 1].kind == UNIT_ROW)
		from--;
	while (to < base->len && to - gap < LOOK_ROWS && base->at[to].kind == UNIT_ROW)
		to++;
	for (size_t i = from; i < to; i++)
		for (size_t j = i + 1; j < to; j++)
			equal += slice_eq(title_of(&base->at[i]), title_of(&base->at[j]));
	return to - from > 2 && equal * 8 < to - from;
}

bool any_clash(const struct units *base, size_t gap, struct span a, struct span b)
{
	bool titles = a.units->at[a.from].kind == UNIT_ROW && titles_differ(base, gap);

	if ((a.to - a.from) * (b.to - b.from) > MAX_PAIRS)
		return true;
	for (size_t i = a.from; i < a.to; i++)
		for (size_t j = b.from; j < b.to; j++)
			if (clash(&a.units->at[i], &b.units->at[j]) ||
			    (titles && same_title(&a.units->at[i], &b.units->at[j])))
				return true;
	return false;
}
