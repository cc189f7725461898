/* A growing list of owned, NUL-terminated strings. {0} is the empty list. Pure. */
#ifndef UTIL_STRS_H
#define UTIL_STRS_H

#include <stdbool.h>
#include <stddef.h>

struct strs {
	char **at;
	size_t len;
	size_t cap;
};

void strs_add(struct strs *s, const char *text);	/* copies */
void strs_take(struct strs *s, char *text);		/* takes over */
bool strs_has(const struct strs *s, const char *text);	/* linear */
void strs_sort(struct strs *s);				/* byte order, doubles removed */
bool strs_has_sorted(const struct strs *s, const char *text);	/* of a list in byte order */
void strs_release(struct strs *s);

#endif
