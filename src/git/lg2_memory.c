/*
 * libgit2 does not stand it when memory runs out (1.5 calls itself without end to say so), so that
 * it gets ours, which ends the program.
 */
#include "git/lg2_internal.h"
#include "util/mem.h"

#include <git2/sys/alloc.h>
#include <stdint.h>
#include <stdlib.h>

static void *get(size_t size, const char *file, int line)
{
	return mem_realloc(NULL, size);
}

static void *resize(void *old, size_t size, const char *file, int line)
{
	return mem_realloc(old, size);
}

/* From 1.6 on these two are all that it asks for beside free(). */
#if LIBGIT2_VER_MAJOR == 1 && LIBGIT2_VER_MINOR < 6
/* A size that there is no memory for, where the product is none. */
static size_t times(size_t n, size_t size)
{
	size_t all;

	return __builtin_mul_overflow(n, size, &all) ? SIZE_MAX : all;
}

static void *get_zeroed(size_t n, size_t size, const char *file, int line)
{
	return mem_alloc(times(n, size));
}

static char *copy(const char *text, const char *file, int line)
{
	return mem_strdup(text);
}

static char *copy_some(const char *text, size_t n, const char *file, int line)
{
	return mem_strndup(text, n);
}

static char *copy_bytes(const char *text, size_t n, const char *file, int line)
{
	return mem_dup(text, n);
}

static void *resize_array(void *old, size_t n, size_t size, const char *file, int line)
{
	return mem_realloc(old, times(n, size));
}

static void *get_array(size_t n, size_t size, const char *file, int line)
{
	return mem_realloc(NULL, times(n, size));
}
#endif

void lg2_memory(void)
{
	static git_allocator ours = {
		.gmalloc = get,
		.grealloc = resize,
		.gfree = free,
#if LIBGIT2_VER_MAJOR == 1 && LIBGIT2_VER_MINOR < 6
		.gcalloc = get_zeroed,
		.gstrdup = copy,
		.gstrndup = copy_some,
		.gsubstrdup = copy_bytes,
		.greallocarray = resize_array,
		.gmallocarray = get_array,
#endif
	};

	git_libgit2_opts(GIT_OPT_SET_ALLOCATOR, &ours);
}
