#include "cmd/sort.h"
#include "cli/suggest.h"
#include "util/mem.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct item {
	struct art art;
	size_t place;	/* before */
	int kind, rank; /* in the table of kinds */
};

#define ORDER(a, b) (((a) > (b)) - ((a) < (b)))

static int by_id(const struct item *a, const struct item *b)
{
	int order = strcmp(a->art.scope, b->art.scope);

	return order ? order : ORDER(a->art.num, b->art.num);
}

static int by_title(const struct item *a, const struct item *b)
{
	return strcasecmp(a->art.title, b->art.title);
}

static int by_state(const struct item *a, const struct item *b)
{
	int order = ORDER(a->rank, b->rank);

	return order ? order : strcmp(a->art.state, b->art.state);
}

static int by_kind(const struct item *a, const struct item *b)
{
	return ORDER(a->kind, b->kind);
}

static int by_updated(const struct item *a, const struct item *b)
{
	return ORDER(a->art.time, b->art.time);
}

static int by_path(const struct item *a, const struct item *b)
{
	return strcmp(a->art.path, b->art.path);
}

static int by_author(const struct item *a, const struct item *b)
{
	return strcasecmp(a->art.author, b->art.author);
}

static const struct key {
	const char *name;
	int (*compare)(const struct item *a, const struct item *b);
} keys_known[] = {
	{"id", by_id},	     {"title", by_title},     {"state", by_state},
	{"kind", by_kind},   {"updated", by_updated}, {"path", by_path},
	{"author", by_author},
};
#define NR_KEYS (sizeof(keys_known) / sizeof(*keys_known))

static const struct key *find_key(const char *name)
{
	name += *name == '-';
	for (size_t i = 0; i < NR_KEYS; i++)
		if (strcmp(keys_known[i].name, name) == 0)
			return &keys_known[i];
	return NULL;
}

static err_t unknown(const char *key, const struct usage *usage)
{
	const char *name = key + (*key == '-');
	struct suggest near;
	err_t err = opts_misuse(usage, "'%s' is no key to sort by", name);

	suggest_start(&near, name);
	for (size_t i = 0; i < NR_KEYS; i++)
		suggest_offer(&near, keys_known[i].name);
	if (near.best)
		return err_hint(err, "did you mean '%s'?", near.best);
	return err_hint(err, "it is one of %s", SORT_KEYS);
}

err_t sort_check(const struct strs *keys, const struct usage *usage)
{
	for (size_t i = 0; i < keys->len; i++)
		if (!find_key(keys->at[i]))
			return unknown(keys->at[i], usage);
	return NULL;
}

/* --- sorting -------------------------------------------------------------------------------- */

/* A state without a rank comes last. */
static void place_in_table(struct item *item, const struct session *s)
{
	const struct kind *kind = kinds_find(s->kinds, item->art.kind);
	const struct kind_state *state =
		kind ? kind_state(kind, slice_str(item->art.state)) : NULL;

	item->kind = kind ? (int)(kind - s->kinds->at) : INT_MAX;
	item->rank = state && state->rank != KIND_UNRANKED ? state->rank : INT_MAX;
}

static int compare(const void *a, const void *b, void *ctx)
{
	const struct strs *keys = ctx;
	const struct item *x = a, *y = b;

	for (size_t i = keys->len; i-- > 0;) {
		const struct key *key = find_key(keys->at[i]);
		int order = key ? key->compare(x, y) : 0;

		if (order)
			return keys->at[i][0] == '-' ? -order : order;
	}
	return ORDER(x->place, y->place);
}

void sort_arts(struct arts *arts, const struct strs *keys, const struct session *s)
{
	scoped_free struct item *items = NULL;

	if (!keys->len || !arts->len)
		return;
	items = mem_alloc(arts->len * sizeof(*items));
	for (size_t i = 0; i < arts->len; i++) {
		items[i].art = arts->at[i];
		items[i].place = i;
		place_in_table(&items[i], s);
	}
	qsort_r(items, arts->len, sizeof(*items), compare, (void *)keys);
	for (size_t i = 0; i < arts->len; i++)
		arts->at[i] = items[i].art;
}
