/*
 * Files, durably. Every write goes to a temporary file in the same directory,
 * is fsynced and renamed, and the directory is fsynced; a crash leaves the old
 * bytes or the new ones. EINTR is retried; ENOSPC, EIO and the like come back
 * as err_errno() and leave no temporary file.
 */
#ifndef UTIL_FILE_H
#define UTIL_FILE_H

#include "util/err.h"
#include "util/slice.h"
#include "util/strs.h"

#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

/* What git's index keeps of a file, and enough to say "unchanged since". */
struct file_stat {
	bool exists;
	bool regular;		/* not a directory, symbolic link or device */
	bool symlink;
	bool directory;
	mode_t mode;
	uint64_t size;
	int64_t mtime_ns;
	int64_t ctime_ns;
	uint64_t ino;
	uint64_t dev;
};

/* lstat. A missing file (ENOENT, ENOTDIR) is no error: exists = false. */
err_t file_stat(struct file_stat *out, const char *path) MUST_CHECK;
/* The same, seen from the open directory dir. */
err_t file_stat_at(struct file_stat *out, int dir, const char *path) MUST_CHECK;
bool file_exists(const char *path);

/* The whole file; at most max bytes (0: no limit), else ERR_REFUSED naming path and size.
 * bytes is NUL-terminated, the caller frees it. stat may be NULL; it is taken from the open
 * file. Refuses to follow a symbolic link in the last component. ENOENT: ERR_NOTFOUND. */
err_t file_read(char **bytes, size_t *len, struct file_stat *stat, const char *path, size_t max)
	MUST_CHECK;

/* Makes the directories above path (mode 0777 less umask). */
err_t file_mkdirs_for(const char *path) MUST_CHECK;

/*
 * The two halves of an atomic write, so that a database commit fits in between:
 * file_stage writes and fsyncs "<dir>/.<base>.agent-tmp-<pid>-XXXXXX" and returns its name, after
 * removing what processes that are no more left there for this path;
 * file_publish renames it over path and fsyncs the directory. mode 0 keeps the mode of the
 * file that is there, or 0666 less umask. A staged file that is not published is removed
 * with file_discard (which also frees the name; NULL has no effect).
 * Each half is two fault points: "stage", "publish".
 */
err_t file_stage(char **tmp, const char *path, struct slice bytes, mode_t mode) MUST_CHECK;
/* The same with the temporary file in directory `dir` (made if absent), where nobody sees it, as
 * "agent-tmp-<pid>-XXXXXX"; in a directory of another filesystem than path's, and with dir NULL, as
 * file_stage. later: see file_sync. */
err_t file_stage_in(char **tmp, const char *dir, const char *path, struct slice bytes, mode_t mode,
		    struct strs *later) MUST_CHECK;
/* The same for what is too much to be held: print writes it. dir is on the filesystem of path. */
typedef err_t (*file_print_fn)(void *ctx, FILE *out);
err_t file_stage_printed(char **tmp, const char *dir, const char *path, file_print_fn print,
			 void *ctx, struct strs *later) MUST_CHECK;
/* Removes from such a directory what processes that are no more left there. Never fails. */
void file_sweep(const char *dir);
err_t file_publish(struct file_stat *out, const char *tmp, const char *path) MUST_CHECK;
void file_discard(char *tmp);

/* file_stage + file_publish. */
err_t file_write(const char *path, struct slice bytes, mode_t mode) MUST_CHECK;

/* unlink + fsync of the directory; a missing file is no error. Fault points: "unlink". */
err_t file_remove(const char *path) MUST_CHECK;

/*
 * Many files: the same steps without the fsyncs, which are owed in `later` until file_sync pays
 * them all at once and empties it. What is staged must be paid before it is published.
 * Fault points: "sync".
 */
err_t file_publish_later(struct file_stat *out, const char *tmp, const char *path,
			 struct strs *later) MUST_CHECK;
err_t file_remove_later(const char *path, struct strs *later) MUST_CHECK;
err_t file_sync(struct strs *later) MUST_CHECK;

/* Every regular file and symbolic link below root/dir, depth first in byte order of the path;
 * paths are relative to root. Temporary files of file_stage are passed over (and removed when
 * older than an hour). Hidden directories are entered, ".git" is not. Directory symbolic links
 * are not followed. each() stops the walk by returning an error. A missing dir is no error. */
typedef err_t (*file_each_fn)(void *ctx, const char *path, const struct file_stat *stat);
err_t file_walk(const char *root, const char *dir, file_each_fn each, void *ctx) MUST_CHECK;

/* Adds the names in a directory, in no order; nothing where there is none. */
err_t file_names(struct strs *out, const char *dir) MUST_CHECK;

/* True when the filesystem of path is one on which SQLite locks cannot be trusted (NFS, CIFS, ...);
 * name (may be NULL) is set to its static name. */
bool file_on_network(const char *path, const char **name);
#ifdef __linux__
/* The name of the network filesystem with this statfs f_type (of any width and sign); else NULL. */
const char *file_network_type(long magic);
#endif

/* An advisory lock (flock) on path, waiting at most wait_ms; ERR_BUSY after that. */
err_t file_lock(int *fd, const char *path, int wait_ms) MUST_CHECK;
/* The same on a directory, which needs no right to write: shared or alone. */
err_t file_lock_dir(int *fd, const char *dir, bool alone, int wait_ms) MUST_CHECK;
void file_unlock(int fd);

#endif
