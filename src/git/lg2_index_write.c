/*
 * Writing the index by git's own rules: "index.lock" is taken before the index is
 * read, so that nothing that another git adds meanwhile is lost. libgit2 would lock
 * only at the end; so it gets a copy to work on, and that copy is the lock file.
 */
#include "git/lg2_internal.h"
#include "util/fault.h"
#include "util/file.h"
#include "util/on_death.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* An index without entries, for a repository that has no index yet. */
static const char empty_index[32] = {
	'D', 'I', 'R', 'C', 0, 0, 0, 2, 0, 0, 0, 0,
	'\x39', '\xd8', '\x90', '\x13', '\x9e', '\xe5', '\x35', '\x6c', '\x7e', '\xf5',
	'\x72', '\x21', '\x6c', '\xeb', '\xcd', '\x27', '\xaa', '\x41', '\xf9', '\xdf',
};

/* A lock file that is ours and goes away with its scope, unless it became the index. */
struct lock {
	char *path;
	int fd;
};

static void lock_release(struct lock *l)
{
	if (l->fd >= 0)
		close(l->fd);
	if (l->path) {
		unlink(l->path);
		on_death_keep();
	}
	free(l->path);
}

static err_t take(struct lock *l, const char *index_file)
{
	scoped_free char *path = mem_printf("%s.lock", index_file);
	scoped_free char *inner = mem_printf("%s.lock", path);

	l->fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (l->fd < 0 && errno == EEXIST)
		return err_new(ERR_BUSY, "the index is locked by another git process ('%s')", path);
	if (l->fd < 0)
		return err_errno("cannot create '%s'", path);
	l->path = steal(path);
	on_death_remove(l->path, ".lock");
	/* libgit2's, on our copy: one that is there was left by a process that was killed */
	if (unlink(inner) != 0 && errno != ENOENT)
		return err_errno("cannot remove '%s'", inner);
	return NULL;
}

static err_t copy_into(struct lock *l, const char *index_file)
{
	scoped_free char *bytes = NULL;
	size_t len = 0;
	err_t e = file_read(&bytes, &len, NULL, index_file, 0);
	struct slice rest;

	if (e && e->code != ERR_NOTFOUND)
		return e;
	rest = e ? slice_of(empty_index, sizeof(empty_index)) : slice_of(bytes, len);
	err_free(e);
	while (rest.len) {
		ssize_t n = write(l->fd, rest.at, rest.len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_errno("cannot write '%s'", l->path);
		rest = slice_of(rest.at + n, rest.len - (size_t)n);
	}
	return NULL;
}

/* Stat data stays zero, so that git looks at the file again. */
static err_t apply(struct lg2 *g, git_index *index, const struct git_edit *edit)
{
	git_index_entry e = {.path = edit->path};
	unsigned mode, flags;
	int rc;

	TRY(lg2_index_mode(&mode, &flags, index, edit->path));
	if (edit->remove) {
		rc = git_index_remove(index, edit->path, 0);
		if (rc == GIT_ENOTFOUND)
			rc = 0;
	} else {
		e.mode = mode;
		e.flags_extended = (uint16_t)flags;
		if (flags)
			e.flags |= GIT_INDEX_ENTRY_EXTENDED;
		TRY(lg2_write_blob(&e.id, g, edit->text));
		rc = git_index_add(index, &e);
	}
	return rc < 0 ? lg2_error(rc, "cannot stage '%s'", edit->path) : NULL;
}

err_t lg2_index_write(struct lg2 *g, const struct git_edit *edits, size_t len)
{
	scoped(lock_release) struct lock lock = {.fd = -1};
	lg2_scoped(git_index) *index = NULL;
	int rc;

	if (!len)
		return NULL;
	fault_point("index");
	TRY(take(&lock, g->index_file));
	TRY(copy_into(&lock, g->index_file));
	rc = git_index_open(&index, lock.path);
	if (rc < 0)
		return lg2_error(rc, "cannot read the index '%s'", g->index_file);
	for (size_t i = 0; i < len; i++)
		TRY(apply(g, index, &edits[i]));
	rc = git_index_write(index);
	if (rc < 0)
		return lg2_error(rc, "cannot write the index");
	if (rename(lock.path, g->index_file) != 0)
		return err_errno("cannot rename '%s'", lock.path);
	on_death_keep();
	free(steal(lock.path));
	fault_point("index");
	return NULL;
}
