/* file_walk: directories in the order in which git sorts paths. */
#include "util/file.h"
#include "util/mem.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define TMP_MARK ".agent-tmp-"
#define TMP_RANDOM 6
#define STALE_AFTER 3600

struct entry {
	char *path;	/* relative to the root; '/' after a directory: "a.md" is before "a/b.md" */
	struct file_stat stat;
};

struct listing {
	struct entry *at;
	size_t len, cap;
};

struct walk {
	const char *root;
	file_each_fn each;
	void *ctx;
};

static void listing_release(struct listing *l)
{
	for (size_t i = 0; i < l->len; i++)
		free(l->at[i].path);
	free(l->at);
}

/* ".<name>.agent-tmp-<pid>-XXXXXX"; the first versions had no pid. */
static bool is_temporary(const char *name)
{
	size_t len = strlen(name), mark = strlen(TMP_MARK), start;

	if (name[0] != '.' || len < mark + TMP_RANDOM + 1)
		return false;
	for (size_t i = len - TMP_RANDOM; i < len; i++)
		if (!isalnum((unsigned char)name[i]))
			return false;
	start = len - TMP_RANDOM;
	if (name[start - 1] == '-' && isdigit((unsigned char)name[start - 2]))
		for (start--; start > mark && isdigit((unsigned char)name[start - 1]);)
			start--;
	return start > mark && memcmp(name + start - mark, TMP_MARK, mark) == 0;
}

static void remove_stale(int dir, const char *name, const struct file_stat *stat)
{
	if (stat->mtime_ns / 1000000000 + STALE_AFTER < (int64_t)time(NULL))
		unlinkat(dir, name, 0);
}

/* Of many thousand files, so without a format to read. */
static char *join(const char *dir, const char *name, bool directory)
{
	char *path = mem_alloc(strlen(dir) + strlen(name) + 3), *end = path;

	if (*dir) {
		end = stpcpy(end, dir);
		*end++ = '/';
	}
	end = stpcpy(end, name);
	if (directory)
		*end = '/';
	return path;
}

static err_t add(struct listing *l, const char *dir, int fd, const char *name)
{
	struct file_stat st;

	TRY(file_stat_at(&st, fd, name));
	if (st.regular && is_temporary(name)) {
		remove_stale(fd, name, &st);
		return NULL;
	}
	if (!st.regular && !st.symlink && !st.directory)
		return NULL;
	MEM_GROW(l->at, l->len, l->cap);
	l->at[l->len++] = (struct entry){join(dir, name, st.directory), st};
	return NULL;
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct entry *)a)->path, ((const struct entry *)b)->path);
}

static err_t read_names(struct listing *l, const struct walk *w, const char *dir, DIR *open)
{
	for (;;) {
		struct dirent *d;

		errno = 0;
		d = readdir(open);
		if (!d)
			break;
		if (strcmp(d->d_name, ".") && strcmp(d->d_name, "..") && strcmp(d->d_name, ".git"))
			TRY(add(l, dir, dirfd(open), d->d_name));
	}
	return errno ? err_errno("cannot read directory '%s/%s'", w->root, dir) : NULL;
}

/* The directory is read and closed before the first call, so that depth costs no descriptors. */
static err_t list(struct listing *l, const struct walk *w, const char *dir)
{
	scoped_free char *full = mem_printf("%s/%s", w->root, dir);
	int fd = open(full, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *opened;
	err_t err;

	if (fd < 0 && errno == ENOENT)
		return NULL;
	opened = fd < 0 ? NULL : fdopendir(fd);
	if (!opened) {
		err = err_errno("cannot open directory '%s'", full);
		if (fd >= 0)
			close(fd);
		return err;
	}
	err = read_names(l, w, dir, opened);
	closedir(opened);
	if (!err && l->len)
		qsort(l->at, l->len, sizeof(*l->at), by_path);
	return err;
}

static err_t walk(const struct walk *w, const char *dir)
{
	scoped(listing_release) struct listing l = {0};

	TRY(list(&l, w, dir));
	for (size_t i = 0; i < l.len; i++) {
		char *path = l.at[i].path;

		if (!l.at[i].stat.directory) {
			TRY(w->each(w->ctx, path, &l.at[i].stat));
			continue;
		}
		path[strlen(path) - 1] = '\0';
		TRY(walk(w, path));
	}
	return NULL;
}

err_t file_walk(const char *root, const char *dir, file_each_fn each, void *ctx)
{
	struct walk w = {root, each, ctx};

	return walk(&w, dir ? dir : "");
}

err_t file_names(struct strs *out, const char *dir)
{
	DIR *open = opendir(dir);
	err_t err = NULL;

	if (!open)
		return errno == ENOENT || errno == ENOTDIR ? NULL
							   : err_errno("cannot open directory '%s'",
								       dir);
	for (struct dirent *d; (errno = 0, d = readdir(open));)
		strs_add(out, d->d_name);
	if (errno)
		err = err_errno("cannot read directory '%s'", dir);
	closedir(open);
	return err;
}
