#include "util/mem.h"

#include <stdlib.h>
#include <string.h>

void (*mem_before_death)(void);

void *mem_must(void *at)
{
	if (!at) {
		if (mem_before_death)
			mem_before_death();
		fputs("fatal: out of memory\n", stderr);
		_Exit(128);
	}
	return at;
}

void *mem_alloc(size_t size)
{
	return mem_must(calloc(1, size ? size : 1));
}

void *mem_realloc(void *old, size_t size)
{
	return mem_must(realloc(old, size ? size : 1));
}

char *mem_strdup(const char *s)
{
	return mem_must(strdup(s));
}

char *mem_strndup(const char *s, size_t n)
{
	return mem_must(strndup(s, n));
}

void *mem_dup(const void *at, size_t size)
{
	char *copy = mem_must(malloc(size + 1));

	if (size)
		memcpy(copy, at, size);
	copy[size] = '\0';
	return copy;
}

char *mem_vprintf(const char *fmt, va_list args)
{
	char small[256], *text = NULL;
	va_list again;
	int len;

	/* vasprintf grows as it goes, at three times the cost; most texts are short */
	va_copy(again, args);
	len = vsnprintf(small, sizeof(small), fmt, again);
	va_end(again);
	if (len >= 0 && (size_t)len < sizeof(small))
		return mem_dup(small, (size_t)len);
	if (vasprintf(&text, fmt, args) < 0)
		mem_must(NULL);
	return text;
}

char *mem_printf(const char *fmt, ...)
{
	va_list args;
	char *text;

	va_start(args, fmt);
	text = mem_vprintf(fmt, args);
	va_end(args);
	return text;
}

void mem_free_ptr(void *at_ptr)
{
	free(*(void **)at_ptr);
}

static ssize_t take(void *stream, const char *bytes, size_t n)
{
	struct mem_stream *s = stream;
	size_t need = s->len + n + 1;

	if (need > s->cap) {
		s->cap = s->cap ? 2 * need : need;	/* most are taken at once, when closed */
		s->bytes = mem_realloc(s->bytes, s->cap);
	}
	memcpy(s->bytes + s->len, bytes, n);
	s->len += n;
	return (ssize_t)n;
}

void mem_stream_open(struct mem_stream *s)
{
	*s = (struct mem_stream){0};
	s->file = mem_must(fopencookie(s, "w", (cookie_io_functions_t){.write = take}));
}

char *mem_stream_close(struct mem_stream *s, size_t *len)
{
	char *bytes;

	if (fclose(s->file))
		mem_must(NULL);
	bytes = s->bytes;
	if (!bytes || s->cap > s->len + 4096)
		bytes = mem_realloc(bytes, s->len + 1);
	bytes[s->len] = '\0';
	if (len)
		*len = s->len;
	*s = (struct mem_stream){0};
	return bytes;
}
