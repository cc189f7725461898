#include "cli/suggest.h"
#include "util/mem.h"

#include <string.h>

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* The last row has the distance to each beginning of the name: "bild" is near "build-options". */
static size_t nearest_prefix(const size_t *row, size_t m)
{
	size_t best = row[m];

	for (size_t j = 0; j < m; j++)
		best = least(best, row[j] + 1);
	return best;
}

/* Damerau-Levenshtein (optimal string alignment): insert, delete, replace, swap neighbours. */
static size_t distance(const char *a, const char *b)
{
	size_t n = strlen(a), m = strlen(b), width = m + 1;
	scoped_free size_t *d = mem_alloc((n + 1) * width * sizeof(*d));

	for (size_t j = 0; j <= m; j++)
		d[j] = j;
	for (size_t i = 1; i <= n; i++) {
		d[i * width] = i;
		for (size_t j = 1; j <= m; j++) {
			size_t *at = &d[i * width + j];

			*at = *(at - width - 1) + (a[i - 1] != b[j - 1]);
			*at = least(*at, least(*(at - width), *(at - 1)) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				*at = least(*at, *(at - 2 * width - 2) + 1);
		}
	}
	return nearest_prefix(&d[n * width], m);
}

void suggest_start(struct suggest *s, const char *word)
{
	/* A third of the word may be wrong; of a word of one or two letters, one. */
	*s = (struct suggest){.word = word, .distance = strlen(word) / 3 + 2};
}

void suggest_offer(struct suggest *s, const char *name)
{
	size_t len = strlen(s->word), d;

	if (len > 64 || len == 0)
		return;
	d = distance(s->word, name);
	if (d < s->distance && d < strlen(name)) {
		s->distance = d;
		s->best = name;
	}
}
