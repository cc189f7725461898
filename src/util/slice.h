/* A view of bytes that somebody else owns. Not NUL-terminated. */
#ifndef UTIL_SLICE_H
#define UTIL_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct slice {
	const char *at;
	size_t len;
};

static inline struct slice slice_of(const char *at, size_t len)
{
	return (struct slice){at, len};
}

static inline struct slice slice_str(const char *s)
{
	return (struct slice){s, s ? strlen(s) : 0};
}

static inline bool slice_eq(struct slice a, struct slice b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

static inline bool slice_is(struct slice a, const char *s)
{
	return slice_eq(a, slice_str(s));
}

/* Without spaces, tabs and line ends at both ends. */
struct slice slice_trim(struct slice s);
/* The next line of *rest, its line end (LF or CRLF) included; false at the end. */
bool slice_line(struct slice *rest, struct slice *line);

#endif
