#include "cmd/steps.h"
#include "util/fault.h"
#include "util/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

void steps_write(struct steps *s, enum step_how how, char *path, struct step change)
{
	change.how = how;
	change.path = path;
	MEM_GROW(s->at, s->len, s->cap);
	s->at[s->len++] = change;
}

void steps_release(struct steps *s)
{
	for (size_t i = 0; i < s->len; i++) {
		free(s->at[i].path);
		free(s->at[i].to);
		free(s->at[i].text);
		free(s->at[i].old);
	}
	free(s->at);
	*s = (struct steps){0};
}

err_t steps_read(char **bytes, size_t *len, struct file_stat *st, const char *path)
{
	*bytes = NULL;
	*len = 0;
	TRY(file_stat(st, path));
	if (!st->exists)
		return NULL;
	if (!st->regular)
		return err_new(ERR_REFUSED, "'%s' is %s, not a file", path,
			       st->symlink ? "a symbolic link"
			       : st->directory ? "a directory" : "a special file");
	return file_read(bytes, len, NULL, path, 0);
}

/* --- one of them ---------------------------------------------------------------------------- */

static err_t check_same(const struct step *step)
{
	scoped_free char *now = NULL;
	struct file_stat st;
	size_t len;

	if (step->how == STEP_MOVE) {
		TRY(file_stat(&st, step->to));
		return st.exists ? err_new(ERR_REFUSED, "'%s' exists by now", step->to) : NULL;
	}
	TRY(steps_read(&now, &len, &st, step->path));
	if (!now != !step->old ||
	    (now && !slice_eq(slice_of(now, len), slice_of(step->old, step->old_len))))
		return err_new(ERR_REFUSED, "'%s' was changed by somebody else meanwhile",
			       step->path);
	return NULL;
}

static err_t write_text(struct step *step)
{
	scoped_free char *dir = mem_strndup(step->path,
					    (size_t)(strrchr(step->path, '/') - step->path));
	bool is_new = !file_exists(dir);

	TRY(file_mkdirs_for(step->path));
	step->made_dir = is_new;
	return file_write(step->path, slice_of(step->text, step->len), step->mode);
}

/* --- git's lock on its configuration -------------------------------------------------------- */

/* What our lock says, for git's to be left alone. It is held, too: the kernel lets go of what a
 * process that was killed had, so that a lock with these words that nobody holds is left over. */
static const char lock_words[] = "# git-agent writes the configuration\n";

static bool is_ours(int fd, const char *lock)
{
	char text[sizeof(lock_words)] = "";
	struct stat held, named;

	return flock(fd, LOCK_EX | LOCK_NB) == 0 && fstat(fd, &held) == 0 &&
	       stat(lock, &named) == 0 && held.st_ino == named.st_ino &&
	       held.st_dev == named.st_dev && held.st_size == (off_t)strlen(lock_words) &&
	       pread(fd, text, strlen(lock_words), 0) == (ssize_t)strlen(lock_words) &&
	       strcmp(text, lock_words) == 0;
}

/* -1: there is none that was left over. */
static int take_left_over(const char *lock)
{
	int fd = open(lock, O_RDWR | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0 || is_ours(fd, lock))
		return fd;
	close(fd);
	return -1;
}

static int take_new(const char *lock)
{
	int fd = open(lock, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0)
		return fd;
	if (flock(fd, LOCK_EX | LOCK_NB) == 0 &&
	    write(fd, lock_words, strlen(lock_words)) == (ssize_t)strlen(lock_words))
		return fd;
	unlink(lock);
	close(fd);
	return -1;
}

err_t steps_stale_lock(bool *ours, bool *exists, const char *path)
{
	scoped_free char *lock = mem_printf("%s.lock", path);
	struct file_stat st;
	int fd = take_left_over(lock);

	TRY(file_stat(&st, lock));
	*exists = st.exists;
	*ours = fd >= 0;
	if (fd >= 0)
		close(fd);
	return NULL;
}

err_t steps_clear_lock(const char *path)
{
	scoped_free char *lock = mem_printf("%s.lock", path);
	int fd = take_left_over(lock);

	if (fd < 0)
		return NULL;
	unlink(lock);
	close(fd);
	return NULL;
}

/* As git writes its configuration: whoever holds the lock is not written over. */
static err_t write_config(struct step *step)
{
	scoped_free char *lock = mem_printf("%s.lock", step->path);
	int fd = take_new(lock);
	err_t err;

	if (fd < 0 && errno == EEXIST)
		fd = take_left_over(lock);
	if (fd < 0)
		return err_hint(err_new(ERR_FATAL, "cannot lock '%s': there is '%s'", step->path,
					lock),
				"another git may be at work on it: try again; where none is, a git "
				"that was cut off left that file, and it can go");
	fault_point("config lock");
	err = check_same(step);
	if (!err)
		err = write_text(step);
	fault_point("config written");
	unlink(lock);
	close(fd);
	return err;
}

static err_t remove_link(struct step *step)
{
	char target[PATH_MAX];
	ssize_t len = readlink(step->path, target, sizeof(target));

	if (len < 0)
		return err_errno("cannot read the link '%s'", step->path);
	step->to = mem_strndup(target, (size_t)len);
	return file_remove(step->path);
}

static err_t make(struct step *step)
{
	if (step->how == STEP_REMOVE_LINK)
		return remove_link(step);
	if (step->how == STEP_CONFIG)
		return write_config(step);
	TRY(check_same(step));
	if (step->how == STEP_WRITE)
		return write_text(step);
	if (step->how == STEP_REMOVE)
		return file_remove(step->path);
	return rename(step->path, step->to)
		       ? err_errno("cannot rename '%s' to '%s'", step->path, step->to) : NULL;
}

static err_t take_back(const struct step *step)
{
	scoped_free char *dir = NULL;

	if (step->how == STEP_MOVE)
		return rename(step->to, step->path) ? err_errno("cannot rename '%s'", step->to)
						    : NULL;
	if (step->how == STEP_REMOVE_LINK)
		return symlink(step->to, step->path) ? err_errno("cannot make '%s'", step->path)
						     : NULL;
	if (step->old)
		return file_write(step->path, slice_of(step->old, step->old_len), step->old_mode);
	TRY(file_remove(step->path));
	dir = mem_strndup(step->path, (size_t)(strrchr(step->path, '/') - step->path));
	/* Somebody else may have put something there by now. */
	if (step->made_dir && rmdir(dir) && errno != ENOTEMPTY && errno != EEXIST)
		return err_errno("cannot remove directory '%s'", dir);
	return NULL;
}

/* --- all of them ---------------------------------------------------------------------------- */

err_t steps_apply(struct steps *s)
{
	err_t err = NULL;

	for (size_t i = 0; !err && i < s->len; i++) {
		fault_point("install");
		err = make(&s->at[i]);
		s->at[i].done = !err;
	}
	if (!err)
		return NULL;
	for (size_t i = s->len; i-- > 0;) {
		err_t failed = s->at[i].done ? take_back(&s->at[i]) : NULL;

		if (failed)
			err = err_wrap(err, "%s, and '%s' could not be put back", failed->text,
				       s->at[i].path);
		err_free(failed);
	}
	return err;
}
