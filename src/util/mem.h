/*
 * Memory. Running out of it ends the program, which is safe because every
 * durable step is atomic; so these functions never return NULL.
 *
 * A local that owns something is declared with scoped(fn), where fn takes a
 * pointer to the variable; steal() hands the value over to somebody else.
 */
#ifndef UTIL_MEM_H
#define UTIL_MEM_H

#include "util/err.h"

#include <stddef.h>
#include <stdio.h>

void *mem_must(void *at);			/* what was allocated; NULL: the program ends */
extern void (*mem_before_death)(void);		/* NULL, or what has to happen then */
void *mem_alloc(size_t size);			/* zeroed */
void *mem_realloc(void *old, size_t size);
char *mem_strdup(const char *s);
char *mem_strndup(const char *s, size_t n);	/* always NUL-terminated */
void *mem_dup(const void *at, size_t size);	/* with one NUL byte after it */
char *mem_printf(const char *fmt, ...) PRINTF(1, 2);
char *mem_vprintf(const char *fmt, va_list args) PRINTF(1, 0);

/* Makes room for one more element in a growing array; items and cap are updated. */
#define MEM_GROW(items, count, cap)                                                    \
	do {                                                                           \
		if ((count) >= (cap)) {                                                \
			(cap) = (cap) ? (cap)*2 : 8;                                   \
			(items) = mem_realloc((items), (size_t)(cap) * sizeof(*(items))); \
		}                                                                      \
	} while (0)

/* unused: clang does not count what happens at the end of the scope. */
#define scoped(fn) __attribute__((cleanup(fn), unused))
#define steal(p)                               \
	__extension__({                        \
		__typeof__(p) steal_ = (p);    \
		(p) = (__typeof__(p))0;        \
		steal_;                        \
	})

void mem_free_ptr(void *at_ptr);	/* for scoped(): frees *(void **)at_ptr */
#define scoped_free scoped(mem_free_ptr)

/*
 * Text is built with stdio: as with open_memstream(), which drops what it has no memory for, and
 * says nothing. The struct stays where it is while it is open. mem_stream_close gives the bytes,
 * with a NUL after them; the caller frees them.
 */
struct mem_stream {
	FILE *file;
	char *bytes;
	size_t len, cap;
};
void mem_stream_open(struct mem_stream *s);
char *mem_stream_close(struct mem_stream *s, size_t *len);	/* len may be NULL */

#endif
