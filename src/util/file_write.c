/* The durable half of util/file.h: stage, publish, remove. */
#include "util/fault.h"
#include "util/file.h"
#include "util/mem.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MARK ".agent-tmp-"
#define ENDING "-XXXXXX"
#define PID_ROOM 10
#define STAGED "agent-tmp-"

static void close_fd(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static const char *base_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static char *dir_of(const char *path)
{
	size_t len = (size_t)(base_of(path) - path);

	return len ? mem_strndup(path, len) : mem_strdup(".");
}

static mode_t mode_for(const char *path)
{
	struct stat st;
	mode_t mask;

	if (lstat(path, &st) == 0 && S_ISREG(st.st_mode))
		return st.st_mode & 07777;
	mask = umask(0);
	umask(mask);
	return 0666 & ~mask;
}

static err_t write_all(int fd, struct slice bytes, const char *path)
{
	while (bytes.len) {
		ssize_t put = write(fd, bytes.at, bytes.len);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return err_errno("cannot write '%s'", path);
		bytes.at += put;
		bytes.len -= (size_t)put;
	}
	return NULL;
}

/* What goes into a staged file; takes fd over. */
struct content {
	struct slice bytes;
	mode_t mode;		/* 0: as the file that is there */
	file_print_fn print;	/* NULL: the bytes */
	void *ctx;
};

static err_t fill(int fd, const char *path, const struct content *c)
{
	err_t err = write_all(fd, c->bytes, path);

	if (close(fd) && !err && errno != EINTR)
		err = err_errno("cannot close '%s'", path);
	return err;
}

/* A disk that was full for a while leaves a gap, which only ferror remembers. */
static err_t print(int fd, const char *path, const struct content *c)
{
	FILE *out = fdopen(fd, "w");
	bool failed;
	err_t err;

	if (!out) {
		close(fd);
		return err_errno("cannot write '%s'", path);
	}
	err = c->print(c->ctx, out);
	failed = ferror(out);
	if (fclose(out) && !failed && !err)
		err = err_errno("cannot write '%s'", path);
	if (failed && !err)	/* errno is of what came later */
		err = err_hint(err_new(ERR_FATAL, "cannot write '%s': a part of it is missing",
				       path),
			       "make room on the disk, then run the command again");
	return err;
}

static err_t fill_with_mode(int fd, const char *path, const struct content *c)
{
	if (fchmod(fd, c->mode ? c->mode : mode_for(path))) {
		err_t err = err_errno("cannot set the mode of '%s'", path);

		close(fd);
		return err;
	}
	return c->print ? print(fd, path, c) : fill(fd, path, c);
}

/* pattern: for mkostemp; taken over. */
static err_t stage_as(char **tmp, char *pattern, const char *path, const struct content *c,
		      struct strs *later)
{
	scoped_free char *name = pattern;
	err_t err;
	int fd;

	fault_point("stage");
	fd = mkostemp(name, O_CLOEXEC);
	if (fd < 0)
		return err_errno("cannot create a temporary file for '%s'", path);
	err = fill_with_mode(fd, path, c);
	if (err) {
		unlink(name);
		return err;
	}
	strs_add(later, name);
	fault_point("stage");
	*tmp = steal(name);
	return NULL;
}

/* Removes what starts like this, then has the id of a process that is no more. Never fails. */
static void sweep(const char *dir, const char *start)
{
	DIR *d = opendir(dir);
	struct dirent *entry;

	if (!d)
		return;
	while ((entry = readdir(d))) {
		long pid;

		if (strncmp(entry->d_name, start, strlen(start)) != 0)
			continue;
		pid = strtol(entry->d_name + strlen(start), NULL, 10);
		if (pid > 0 && pid != (long)getpid() && kill((pid_t)pid, 0) && errno == ESRCH)
			unlinkat(dirfd(d), entry->d_name, 0);
	}
	closedir(d);
}

static err_t stage_beside(char **tmp, const char *path, const struct content *c,
			  struct strs *later)
{
	const char *base = base_of(path);
	int room = NAME_MAX - 1 - (int)strlen(MARK) - PID_ROOM - (int)strlen(ENDING);
	scoped_free char *dir = mem_strndup(path, (size_t)(base - path));
	scoped_free char *start = mem_printf(".%.*s" MARK, room, base);

	sweep(dir[0] ? dir : ".", start);
	return stage_as(tmp, mem_printf("%s%s%ld" ENDING, dir, start, (long)getpid()), path, c,
			later);
}

static err_t sync_now(struct strs *later)
{
	err_t err = file_sync(later);

	strs_release(later);
	return err;
}

err_t file_stage(char **tmp, const char *path, struct slice bytes, mode_t mode)
{
	const struct content c = {.bytes = bytes, .mode = mode};
	struct strs later = {0};
	char *name;
	err_t err;

	TRY(stage_beside(&name, path, &c, &later));
	err = sync_now(&later);
	if (err)
		file_discard(name);
	else
		*tmp = name;
	return err;
}

static bool same_device(const char *dir, const char *path)
{
	scoped_free char *parent = dir_of(path);
	struct stat a, b;

	return stat(dir, &a) == 0 && stat(parent, &b) == 0 && a.st_dev == b.st_dev;
}

static char *pattern_in(const char *dir)
{
	return mem_printf("%s/" STAGED "%ld-XXXXXX", dir, (long)getpid());
}

err_t file_stage_printed(char **tmp, const char *dir, const char *path, file_print_fn print_fn,
			 void *ctx, struct strs *later)
{
	const struct content c = {.print = print_fn, .ctx = ctx};

	if (mkdir(dir, 0777) && errno != EEXIST)
		return err_errno("cannot make the directory '%s'", dir);
	return stage_as(tmp, pattern_in(dir), path, &c, later);
}

err_t file_stage_in(char **tmp, const char *dir, const char *path, struct slice bytes, mode_t mode,
		    struct strs *later)
{
	const struct content c = {.bytes = bytes, .mode = mode};

	if (!dir || (mkdir(dir, 0777) && errno != EEXIST) || !same_device(dir, path))
		return stage_beside(tmp, path, &c, later);
	return stage_as(tmp, pattern_in(dir), path, &c, later);
}

void file_sweep(const char *dir)
{
	sweep(dir, STAGED);
}

#ifdef O_PATH
#define OPEN_FOR_STAT (O_PATH | O_NOFOLLOW | O_CLOEXEC)
#else
#define OPEN_FOR_STAT (O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
#endif

/*
 * Describes the file that we published, even when somebody writes to it at once: size and
 * mtime are those of before the rename, and only the ctime, which the rename sets, of after it.
 */
static struct file_stat describe(const struct stat *before, const struct stat *after)
{
	return (struct file_stat){
		.exists = true,
		.regular = true,
		.mode = before->st_mode,
		.size = (uint64_t)before->st_size,
		.mtime_ns = (int64_t)before->st_mtim.tv_sec * 1000000000 + before->st_mtim.tv_nsec,
		.ctime_ns = (int64_t)after->st_ctim.tv_sec * 1000000000 + after->st_ctim.tv_nsec,
		.ino = before->st_ino,
		.dev = before->st_dev,
	};
}

err_t file_publish_later(struct file_stat *out, const char *tmp, const char *path,
			 struct strs *later)
{
	scoped(close_fd) int fd = open(tmp, OPEN_FOR_STAT);
	struct stat before, after;

	if (fd < 0 || fstat(fd, &before))
		return err_errno("cannot open '%s'", tmp);
	fault_point("publish");
	if (rename(tmp, path))
		return err_errno("cannot rename '%s' to '%s'", tmp, path);
	strs_take(later, dir_of(path));
	fault_point("publish");
	if (fstat(fd, &after))
		return err_errno("cannot stat '%s'", path);
	if (out)
		*out = describe(&before, &after);
	return NULL;
}

err_t file_publish(struct file_stat *out, const char *tmp, const char *path)
{
	struct strs later = {0};
	err_t err = file_publish_later(out, tmp, path, &later);

	return err ? err : sync_now(&later);
}

void file_discard(char *tmp)
{
	if (!tmp)
		return;
	unlink(tmp);
	free(tmp);
}

err_t file_write(const char *path, struct slice bytes, mode_t mode)
{
	char *tmp;
	err_t err;

	TRY(file_stage(&tmp, path, bytes, mode));
	err = file_publish(NULL, tmp, path);
	file_discard(tmp);
	return err;
}

err_t file_remove_later(const char *path, struct strs *later)
{
	fault_point("unlink");
	if (unlink(path)) {
		if (errno == ENOENT || errno == ENOTDIR)
			return NULL;
		return err_errno("cannot remove '%s'", path);
	}
	strs_take(later, dir_of(path));
	fault_point("unlink");
	return NULL;
}

err_t file_remove(const char *path)
{
	struct strs later = {0};
	err_t err = file_remove_later(path, &later);

	return err ? err : sync_now(&later);
}
