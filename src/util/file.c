#include "util/file.h"
#include "util/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int64_t nanoseconds(struct timespec t)
{
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static struct file_stat from_stat(const struct stat *st)
{
	return (struct file_stat){
		.exists = true,
		.regular = S_ISREG(st->st_mode),
		.symlink = S_ISLNK(st->st_mode),
		.directory = S_ISDIR(st->st_mode),
		.mode = st->st_mode,
		.size = (uint64_t)st->st_size,
		.mtime_ns = nanoseconds(st->st_mtim),
		.ctime_ns = nanoseconds(st->st_ctim),
		.ino = st->st_ino,
		.dev = st->st_dev,
	};
}

static bool is_missing(int error)
{
	return error == ENOENT || error == ENOTDIR;
}

err_t file_stat_at(struct file_stat *out, int dir, const char *path)
{
	struct stat st;

	if (fstatat(dir, path, &st, AT_SYMLINK_NOFOLLOW) == 0)
		*out = from_stat(&st);
	else if (is_missing(errno))
		*out = (struct file_stat){0};
	else
		return err_errno("cannot stat '%s'", path);
	return NULL;
}

err_t file_stat(struct file_stat *out, const char *path)
{
	return file_stat_at(out, AT_FDCWD, path);
}

bool file_exists(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

static void close_fd(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static err_t too_large(const char *path, uint64_t size, size_t max)
{
	return err_new(ERR_REFUSED, "'%s' is too large: %" PRIu64 " bytes, at most %zu are read",
		       path, size, max);
}

/* O_NONBLOCK, because a named pipe in the way would hold us for ever. */
static err_t open_to_read(int *fd, struct stat *st, const char *path)
{
	int opened = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

	if (opened < 0) {
		if (is_missing(errno))
			return err_new(ERR_NOTFOUND, "cannot open '%s': %s", path, strerror(errno));
		if (errno == ELOOP)
			return err_new(ERR_REFUSED, "'%s' is a symbolic link, not a file", path);
		return err_errno("cannot open '%s'", path);
	}
	*fd = opened;
	if (fstat(opened, st))
		return err_errno("cannot stat '%s'", path);
	if (!S_ISREG(st->st_mode))
		return err_new(ERR_REFUSED, "'%s' is not a regular file", path);
	return NULL;
}

/* Reads until the end whatever size the file claimed: it may grow or shrink meanwhile. */
static err_t read_all(char **bytes, size_t *len, int fd, size_t expect, const char *path,
		      size_t max)
{
	size_t cap = expect + 1, used = 0;
	scoped_free char *buffer = mem_alloc(cap + 1);

	for (;;) {
		ssize_t got = read(fd, buffer + used, cap - used);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_errno("cannot read '%s'", path);
		if (got == 0)
			break;
		used += (size_t)got;
		if (max && used > max)
			return too_large(path, used, max);
		if (used == cap) {
			cap *= 2;
			buffer = mem_realloc(buffer, cap + 1);
		}
	}
	buffer[used] = '\0';
	*len = used;
	*bytes = steal(buffer);
	return NULL;
}

err_t file_read(char **bytes, size_t *len, struct file_stat *stat_out, const char *path, size_t max)
{
	scoped(close_fd) int fd = -1;
	struct stat st;

	TRY(open_to_read(&fd, &st, path));
	if (max && (uint64_t)st.st_size > max)
		return too_large(path, (uint64_t)st.st_size, max);
	TRY(read_all(bytes, len, fd, (size_t)st.st_size, path, max));
	/* Taken before the bytes: a later change is then seen as one. */
	if (stat_out)
		*stat_out = from_stat(&st);
	return NULL;
}

err_t file_mkdirs_for(const char *path)
{
	scoped_free char *dir = mem_strdup(path);
	char *end = strrchr(dir, '/');
	struct stat st;

	if (!end || end == dir)
		return NULL;
	*end = '\0';
	if (stat(dir, &st) == 0 && S_ISDIR(st.st_mode))
		return NULL;
	for (char *p = dir + 1; p <= end; p++) {
		if (*p != '/' && p != end)
			continue;
		*p = '\0';
		if (mkdir(dir, 0777) && errno != EEXIST)
			return err_errno("cannot make directory '%s'", dir);
		if (p != end)
			*p = '/';
	}
	if (stat(dir, &st) || !S_ISDIR(st.st_mode))
		return err_new(ERR_FATAL, "'%s' is in the way: it is not a directory", dir);
	return NULL;
}
