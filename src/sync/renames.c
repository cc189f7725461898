#include "sync/renames.h"
#include "artifact/label.h"
#include "util/mem.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct key {
	const struct kind *kind;
	char text[sizeof(((struct label *)NULL)->text)];	/* a label, or an object id */
	size_t at;
};

struct keys {
	struct key *at;
	size_t len;
};

static int by_key(const struct key *a, const struct key *b)
{
	if (a->kind != b->kind)
		return (uintptr_t)a->kind < (uintptr_t)b->kind ? -1 : 1;
	return strcmp(a->text, b->text);
}

static int compare(const void *a, const void *b)
{
	const struct key *x = a, *y = b;
	int order = by_key(x, y);

	return order ? order : (x->at > y->at) - (x->at < y->at);
}

static struct key key_of(const struct kinds *kinds, const char *path, const char *text, size_t at)
{
	struct key k = {.kind = kinds_of_path(kinds, path), .at = at};

	memcpy(k.text, text, strlen(text) + 1);	/* no label is longer, nor an id */
	return k;
}

static bool is_gone(const struct git_change *c)
{
	return oid_none(&c->after) && !oid_none(&c->before[0]) && c->nr_parents == 1;
}

static bool is_here_now(const struct git_change *c)
{
	return !oid_none(&c->after) && oid_none(&c->before[0]);
}

/* The first with this key that is not taken; SIZE_MAX: none. */
static size_t first_free(const struct keys *keys, const struct key *wanted, const bool *taken)
{
	size_t low = 0, high = keys->len;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (by_key(&keys->at[middle], wanted) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < keys->len && by_key(&keys->at[low], wanted) == 0; low++)
		if (!taken[keys->at[low].at])
			return keys->at[low].at;
	return SIZE_MAX;
}

/* Both lists, in order. */
static void gather(struct keys *texts, struct keys *labels, const struct git_changes *changes,
		   const struct kinds *kinds)
{
	struct label label;

	for (size_t i = 0; i < changes->len; i++) {
		const struct git_change *c = &changes->at[i];

		if (!is_here_now(c))
			continue;
		texts->at[texts->len++] = key_of(kinds, c->path, c->after.hex, i);
		if (label_of_path(&label, c->path))
			labels->at[labels->len++] = key_of(kinds, c->path, label.text, i);
	}
	qsort(texts->at, texts->len, sizeof(*texts->at), compare);
	qsort(labels->at, labels->len, sizeof(*labels->at), compare);
}

size_t *renames_find(const struct git_changes *changes, const struct kinds *kinds)
{
	size_t n = changes->len;
	size_t *to = mem_alloc((n + 1) * sizeof(*to));
	scoped_free struct key *by_text = mem_alloc((n + 1) * sizeof(*by_text));
	scoped_free struct key *by_label = mem_alloc((n + 1) * sizeof(*by_label));
	scoped_free bool *taken = mem_alloc(n + 1);
	struct keys texts = {by_text, 0}, labels = {by_label, 0};

	gather(&texts, &labels, changes, kinds);
	for (size_t i = 0; i < n; i++) {
		const struct git_change *c = &changes->at[i];
		struct label label;
		struct key wanted;
		size_t other;

		to[i] = SIZE_MAX;
		if (!is_gone(c))
			continue;
		wanted = key_of(kinds, c->path, c->before[0].hex, i);
		to[i] = first_free(&texts, &wanted, taken);
		if (label_of_path(&label, c->path)) {
			wanted = key_of(kinds, c->path, label.text, i);
			other = first_free(&labels, &wanted, taken);
			if (other < to[i])
				to[i] = other;
		}
		if (to[i] != SIZE_MAX)
			taken[to[i]] = true;
	}
	return to;
}
