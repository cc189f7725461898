#include "util/strs.h"
#include "util/mem.h"

#include <stdlib.h>
#include <string.h>

void strs_take(struct strs *s, char *text)
{
	MEM_GROW(s->at, s->len, s->cap);
	s->at[s->len++] = text;
}

void strs_add(struct strs *s, const char *text)
{
	strs_take(s, mem_strdup(text));
}

bool strs_has(const struct strs *s, const char *text)
{
	for (size_t i = 0; i < s->len; i++)
		if (strcmp(s->at[i], text) == 0)
			return true;
	return false;
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void strs_sort(struct strs *s)
{
	size_t kept = 0;

	if (s->len)
		qsort(s->at, s->len, sizeof(*s->at), compare);
	for (size_t i = 0; i < s->len; i++) {
		if (kept && strcmp(s->at[kept - 1], s->at[i]) == 0)
			free(s->at[i]);
		else
			s->at[kept++] = s->at[i];
	}
	s->len = kept;
}

bool strs_has_sorted(const struct strs *s, const char *text)
{
	return s->len && bsearch(&text, s->at, s->len, sizeof(*s->at), compare);
}

void strs_release(struct strs *s)
{
	for (size_t i = 0; i < s->len; i++)
		free(s->at[i]);
	free(s->at);
	*s = (struct strs){0};
}
