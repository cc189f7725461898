#include "util/trace_out.h"
#include "util/mem.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#define TRIES 10
#define FLAGS (O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY)

static struct trace_out nowhere(void)
{
	return (struct trace_out){.fd = -1};
}

static struct trace_out opened(int fd, const char *name, const char *path)
{
	if (fd < 0)
		fprintf(stderr, "warning: cannot open '%s' for %s: %s\n", path, name,
			strerror(errno));
	return (struct trace_out){.fd = fd, .ours = fd >= 0};
}

static struct trace_out in_directory(const char *name, const char *dir, const char *own)
{
	for (int i = 0; i < TRIES; i++) {
		scoped_free char *path = i ? mem_printf("%s/%s.%d", dir, own, i)
					   : mem_printf("%s/%s", dir, own);
		int fd = open(path, FLAGS | O_EXCL, 0666);

		if (fd >= 0 || errno != EEXIST)
			return opened(fd, name, path);
	}
	return nowhere();
}

static bool is_directory(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

struct trace_out trace_out_open(const char *name, const char *own)
{
	const char *value = getenv(name);

	if (!value || !*value || strcmp(value, "0") == 0 || strcasecmp(value, "false") == 0)
		return nowhere();
	if (strcmp(value, "1") == 0 || strcasecmp(value, "true") == 0)
		return (struct trace_out){.fd = STDERR_FILENO};
	if (isdigit((unsigned char)value[0]) && !value[1])
		return (struct trace_out){.fd = value[0] - '0'};
	if (value[0] == '/' && own && is_directory(value))
		return in_directory(name, value, own);
	if (value[0] == '/')
		return opened(open(value, FLAGS, 0666), name, value);
	fprintf(stderr, "warning: %s is neither 1, a file descriptor nor an absolute path: '%s'\n",
		name, value);
	return nowhere();
}

void trace_out_write(const struct trace_out *out, struct slice text)
{
	int saved = errno;

	if (out->fd == STDERR_FILENO)
		fflush(stderr);
	while (text.len) {
		ssize_t n = write(out->fd, text.at, text.len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		text = slice_of(text.at + n, text.len - (size_t)n);
	}
	errno = saved;
}
