/*
 * Preloaded, it lets the n-th allocation of a git-agent fail: MEMORY_FAIL_AT=<n>, with
 * MEMORY_FAIL_ON=on all that follow in that process, too. Of several processes only the first that
 * comes to it fails: the file MEMORY_HIT is made then. MEMORY_ONLY=<word> takes none but those that
 * have the word in their command line. MEMORY_COUNT=<file> gets a line with the number of
 * allocations of each process.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *old, size_t size);

static long at = -1, calls;
static bool on;
static const char *hit, *count_to;

static bool has_word(const char *word)
{
	static char line[8192];
	int fd = (int)syscall(SYS_openat, AT_FDCWD, "/proc/self/cmdline", O_RDONLY, 0);
	long len = fd < 0 ? -1 : syscall(SYS_read, fd, line, sizeof(line) - 1);

	if (fd >= 0)
		syscall(SYS_close, fd);
	for (const char *s = line; len > 0 && s < line + len; s += strlen(s) + 1)
		if (strcmp(s, word) == 0)
			return true;
	return false;
}

__attribute__((constructor)) static void start(void)
{
	const char *only = getenv("MEMORY_ONLY"), *n = getenv("MEMORY_FAIL_AT");
	const char *follow = getenv("MEMORY_FAIL_ON");

	if (strcmp(program_invocation_short_name, "git-agent") != 0 ||
	    (only && *only && !has_word(only)))
		return;
	on = follow && *follow;
	hit = getenv("MEMORY_HIT");
	count_to = getenv("MEMORY_COUNT");
	calls = 0;
	at = n ? atol(n) : -1;
}

__attribute__((destructor)) static void finish(void)
{
	char text[32];
	int fd = count_to ? (int)syscall(SYS_openat, AT_FDCWD, count_to,
					 O_WRONLY | O_CREAT | O_APPEND, 0666)
			  : -1;

	if (fd < 0)
		return;
	snprintf(text, sizeof(text), "%ld\n", calls);
	if (syscall(SYS_write, fd, text, strlen(text)) >= 0)
		syscall(SYS_close, fd);
}

/* Threads of ours that allocate at the same time may share a number: then both fail, or none. */
static bool fails(void)
{
	int fd;

	calls++;
	if (at < 0 || calls < at || (!on && calls != at))
		return false;
	if (calls == at) {
		fd = (int)syscall(SYS_openat, AT_FDCWD, hit, O_WRONLY | O_CREAT | O_EXCL, 0666);
		if (fd < 0) {
			at = -1;
			return false;
		}
		syscall(SYS_close, fd);
	}
	errno = ENOMEM;
	return true;
}

void *malloc(size_t size)
{
	return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
	return fails() ? NULL : __libc_calloc(n, size);
}

void *realloc(void *old, size_t size)
{
	return size && fails() ? NULL : __libc_realloc(old, size);
}
