/* file_walk: directories in the order in which git sorts paths. */
#include "util/file.h"
#include "util/mem.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define TMP_MARK ".agent-tmp-"
#define TMP_RANDOM 6
#define STALE_AFTER 3600

#define HELP_FROM 500	/* entries from which on a second thread pays */

struct entry {
	size_t name;		/* in names; '/' after a directory: "a.md" is before "a/b.md" */
	struct file_stat stat;
	struct dir *below;	/* of a directory */
};

struct dir {
	char *path;		/* relative to the root */
	char *names;
	size_t used, room;
	struct entry *at;
	size_t len, cap;
	err_t err;		/* why it could not be read */
	struct dir *next;	/* to be read */
};

/*
 * All directories are read first, by two threads where there is much: what costs is to ask the
 * system about each file. The calls come after that, from one thread and in order.
 */
struct walk {
	const char *root;
	pthread_mutex_t lock;
	pthread_cond_t change;
	struct dir *todo;
	int busy;		/* threads that are reading one */
	size_t seen;
};

static void dir_free(struct dir *d)
{
	for (size_t i = 0; i < d->len; i++)
		if (d->at[i].below)
			dir_free(d->at[i].below);
	err_free(d->err);
	free(d->path);
	free(d->names);
	free(d->at);
	free(d);
}

static void dir_free_ptr(struct dir **d)
{
	dir_free(*d);
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

/* --- reading a directory ---------------------------------------------------------------------- */

static size_t keep_name(struct dir *d, const char *name, bool directory)
{
	size_t at = d->used, len = strlen(name);

	if (at + len + 2 > d->room) {
		d->room = 2 * (at + len + 2);
		d->names = mem_realloc(d->names, d->room);
	}
	memcpy(d->names + at, name, len);
	if (directory)
		d->names[at + len++] = '/';
	d->names[at + len] = '\0';
	d->used += len + 1;
	return at;
}

static struct dir *dir_below(const struct dir *d, const char *name)
{
	struct dir *below = mem_alloc(sizeof(*below));

	below->path = d->path[0] ? mem_printf("%s/%s", d->path, name) : mem_strdup(name);
	return below;
}

static err_t add(struct dir *d, int fd, const char *name)
{
	struct file_stat st;

	TRY(file_stat_at(&st, fd, name));
	if (st.regular && is_temporary(name)) {
		remove_stale(fd, name, &st);
		return NULL;
	}
	if (!st.regular && !st.symlink && !st.directory)
		return NULL;
	MEM_GROW(d->at, d->len, d->cap);
	d->at[d->len++] = (struct entry){keep_name(d, name, st.directory), st,
					 st.directory ? dir_below(d, name) : NULL};
	return NULL;
}

static int by_name(const void *a, const void *b, void *names)
{
	const char *all = names;

	return strcmp(all + ((const struct entry *)a)->name, all + ((const struct entry *)b)->name);
}

static err_t read_names(struct dir *d, const struct walk *w, DIR *open)
{
	for (;;) {
		struct dirent *e;

		errno = 0;
		e = readdir(open);
		if (!e)
			break;
		if (strcmp(e->d_name, ".") && strcmp(e->d_name, "..") && strcmp(e->d_name, ".git"))
			TRY(add(d, dirfd(open), e->d_name));
	}
	return errno ? err_errno("cannot read directory '%s/%s'", w->root, d->path) : NULL;
}

static err_t read_dir(struct dir *d, const struct walk *w)
{
	scoped_free char *full = mem_printf("%s/%s", w->root, d->path);
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
	err = read_names(d, w, opened);
	closedir(opened);
	if (d->len)
		qsort_r(d->at, d->len, sizeof(*d->at), by_name, d->names);
	return err;
}

/* --- reading all of them ---------------------------------------------------------------------- */

/* With the lock held. */
static void add_todo(struct walk *w, struct dir *d)
{
	w->seen += d->len;
	for (size_t i = d->len; i-- > 0;) {
		struct dir *below = d->at[i].below;

		if (below) {
			below->next = w->todo;
			w->todo = below;
		}
	}
	pthread_cond_broadcast(&w->change);
}

/* Reads one directory; false when none is left and none can come. With the lock held. */
static bool read_next(struct walk *w)
{
	struct dir *d;

	while (!w->todo && w->busy)
		pthread_cond_wait(&w->change, &w->lock);
	d = w->todo;
	if (!d)
		return false;
	w->todo = d->next;
	w->busy++;
	pthread_mutex_unlock(&w->lock);
	d->err = read_dir(d, w);
	pthread_mutex_lock(&w->lock);
	w->busy--;
	add_todo(w, d);
	return true;
}

static void *help(void *walk)
{
	struct walk *w = walk;

	pthread_mutex_lock(&w->lock);
	while (read_next(w))
		;
	pthread_mutex_unlock(&w->lock);
	return NULL;
}

/* Signals stay with the thread that has handlers in mind. */
static bool start_helper(pthread_t *out, struct walk *w)
{
	sigset_t all, before;
	bool started;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	started = pthread_create(out, NULL, help, w) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return started;
}

static void read_all(struct walk *w, struct dir *top)
{
	bool alone = sysconf(_SC_NPROCESSORS_ONLN) < 2, helped = false;
	pthread_t helper;

	w->todo = top;
	pthread_mutex_lock(&w->lock);
	while (read_next(w)) {
		if (alone || helped || w->seen < HELP_FROM || !w->todo)
			continue;
		helped = start_helper(&helper, w);
		alone = !helped;
	}
	pthread_mutex_unlock(&w->lock);
	if (helped)
		pthread_join(helper, NULL);
}

/* --- telling of them -------------------------------------------------------------------------- */

struct telling {
	file_each_fn each;
	void *ctx;
	char *path;
	size_t room;
};

static char *path_of(struct telling *t, const struct dir *d, const char *name)
{
	size_t dir = strlen(d->path), len = strlen(name);
	char *end;

	if (!t->path || dir + len + 2 > t->room) {
		t->room = 2 * (dir + len + 2);
		t->path = mem_realloc(t->path, t->room);
	}
	end = mempcpy(t->path, d->path, dir);
	if (dir)
		*end++ = '/';
	memcpy(end, name, len + 1);
	return t->path;
}

static err_t tell(struct telling *t, struct dir *d)
{
	if (d->err)
		return steal(d->err);
	for (size_t i = 0; i < d->len; i++) {
		const struct entry *e = &d->at[i];

		if (e->below)
			TRY(tell(t, e->below));
		else
			TRY(t->each(t->ctx, path_of(t, d, d->names + e->name), &e->stat));
	}
	return NULL;
}

err_t file_walk(const char *root, const char *dir, file_each_fn each, void *ctx)
{
	struct walk w = {.root = root, .lock = PTHREAD_MUTEX_INITIALIZER,
			 .change = PTHREAD_COND_INITIALIZER};
	scoped(dir_free_ptr) struct dir *top = mem_alloc(sizeof(*top));
	struct telling t = {.each = each, .ctx = ctx};
	err_t err;

	top->path = mem_strdup(dir ? dir : "");
	read_all(&w, top);
	err = tell(&t, top);
	free(t.path);
	return err;
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
