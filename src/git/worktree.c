#include "git/worktree.h"
#include "artifact/approval.h"
#include "artifact/artifact.h"
#include "util/mem.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static err_t check_top(const struct worktree *w)
{
	return w->top ? NULL : err_new(ERR_FATAL, "this operation must be run in a work tree");
}

/* An artifact's, or that of a record of approvals. */
static err_t check_path(const struct worktree *w, const char *path)
{
	return approval_is_path(w->scope->kinds, path) ? NULL
						       : kinds_check_path(w->scope->kinds, path);
}

/* Where on the way to path a directory is a symbolic link; the length of that part, 0: nowhere. */
static size_t symlink_on_way(const char *top, const char *path)
{
	for (const char *end = path; (end = strchr(end, '/')); end++) {
		scoped_free char *dir = mem_printf("%s/%.*s", top, (int)(end - path), path);
		struct stat st;

		if (lstat(dir, &st) != 0)
			return 0; /* nothing there, nothing below */
		if (S_ISLNK(st.st_mode))
			return (size_t)(end - path);
	}
	return 0;
}

/* The absolute path, after everything that may be wrong with it was looked for. */
static bool was_on_way(const struct worktree *w, const char *path)
{
	size_t len = w->way ? strlen(w->way) : 0;

	return len && strncmp(w->way, path, len) == 0 && path[len] == '/' &&
	       !strchr(path + len + 1, '/');
}

static void remember_way(struct worktree *w, const char *path)
{
	const char *slash = strrchr(path, '/');

	free(w->way);
	w->way = slash ? mem_strndup(path, (size_t)(slash - path)) : NULL;
}

static err_t locate(char **out, const struct worktree *w, const char *path)
{
	size_t link;

	TRY(check_top(w));
	TRY(check_path(w, path));
	link = symlink_on_way(w->top, path);
	if (link)
		return err_new(ERR_REFUSED, "'%s' is beyond the symbolic link '%.*s'", path,
			       (int)link, path);
	*out = mem_printf("%s/%s", w->top, path);
	return NULL;
}

/* What stands at a path that is to be written: a file or nothing. */
static err_t check_replaceable(const char *full, const char *path)
{
	struct file_stat st;

	TRY(file_stat(&st, full));
	if (st.exists && !st.regular)
		return err_new(ERR_REFUSED, "'%s' is %s, not a file", path,
			       st.symlink     ? "a symbolic link"
			       : st.directory ? "a directory"
					      : "a special file");
	return NULL;
}

struct filter {
	const struct kinds *kinds;
	file_each_fn each;
	void *ctx;
};

static err_t pass_artifact(void *ctx, const char *path, const struct file_stat *stat)
{
	struct filter *f = ctx;

	return kinds_of_path(f->kinds, path) ? f->each(f->ctx, path, stat) : NULL;
}

err_t worktree_files(struct worktree *w, file_each_fn each, void *ctx)
{
	struct filter f = {w->scope->kinds, each, ctx};

	TRY(check_top(w));
	for (size_t i = 0; i < w->scope->roots.len; i++) {
		const char *root = w->scope->roots.at[i]; /* ends in '/' */
		scoped_free char *dir = mem_strndup(root, strlen(root) - 1);

		if (!symlink_on_way(w->top, root))
			TRY(file_walk(w->top, dir, pass_artifact, &f));
	}
	return NULL;
}

err_t worktree_stat(struct worktree *w, struct file_stat *out, const char *path)
{
	scoped_free char *full = NULL;
	err_t wrong;

	TRY(check_top(w));
	wrong = check_path(w, path);
	if (wrong) {
		err_free(wrong); /* who reads or writes it is told; no other is held up */
		*out = (struct file_stat){0};
		return NULL;
	}
	/* Thousands are asked for, one directory after the other. */
	if (!was_on_way(w, path)) {
		if (symlink_on_way(w->top, path)) {
			*out = (struct file_stat){0}; /* for git, too, nothing is there */
			return NULL;
		}
		remember_way(w, path);
	}
	full = mem_printf("%s/%s", w->top, path);
	return file_stat(out, full);
}

err_t worktree_read(struct worktree *w, char **bytes, size_t *len, struct file_stat *stat,
		    const char *path)
{
	scoped_free char *full = NULL, *raw = NULL, *converted = NULL;
	struct file_stat st;
	size_t raw_len, converted_len = 0;

	TRY(locate(&full, w, path));
	TRY(check_replaceable(full, path));
	TRY(file_read(&raw, &raw_len, &st, full, ARTIFACT_MAX_BYTES));
	TRY(convert_text(&w->convert, &converted, &converted_len, path, slice_of(raw, raw_len),
			 true));
	if (stat)
		*stat = st;
	*len = converted ? converted_len : raw_len;
	*bytes = converted ? steal(converted) : steal(raw);
	return NULL;
}

/* Asked before anything is recorded: the file is staged elsewhere, and only moves here. */
static err_t check_directory(const char *full, const char *path)
{
	scoped_free char *dir = mem_strndup(full, (size_t)(strrchr(full, '/') - full));

	return access(dir, W_OK | X_OK) == 0 ? NULL : err_errno("cannot write '%s'", path);
}

err_t worktree_stage(struct worktree *w, char **tmp, const char *path, struct slice text)
{
	scoped_free char *full = NULL, *converted = NULL;
	size_t len = 0;

	TRY(locate(&full, w, path));
	TRY(check_replaceable(full, path));
	TRY(convert_text(&w->convert, &converted, &len, path, text, false));
	TRY(file_mkdirs_for(full));
	TRY(check_directory(full, path));
	if (converted)
		text = slice_of(converted, len);
	return file_stage_in(tmp, w->staging, full, text, 0, &w->later);
}

err_t worktree_publish(struct worktree *w, struct file_stat *out, const char *tmp, const char *path)
{
	scoped_free char *full = NULL;

	TRY(locate(&full, w, path));
	TRY(check_replaceable(full, path));
	return file_publish_later(out, tmp, full, &w->later);
}

err_t worktree_remove(struct worktree *w, const char *path)
{
	scoped_free char *full = NULL;

	TRY(locate(&full, w, path));
	TRY(check_replaceable(full, path));
	return file_remove_later(full, &w->later);
}

err_t worktree_removable(struct worktree *w, const char *path)
{
	scoped_free char *full = NULL;

	TRY(locate(&full, w, path));
	TRY(check_replaceable(full, path));
	return file_exists(full) ? check_directory(full, path) : NULL;
}

err_t worktree_sync(struct worktree *w)
{
	return file_sync(&w->later);
}
