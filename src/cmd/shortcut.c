#include "cmd/shortcut.h"
#include "util/file.h"
#include "util/mem.h"
#include "util/proc.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SHORTCUT ".agent/cache/agent.db"
#define SHORTCUT_DIR ".agent/cache"

static void scoped_result(struct proc_result *r)
{
	proc_result_release(r);
}

static err_t is_tracked(bool *out, const struct repo *r)
{
	static const char *const argv[] = {"git", "ls-files", "--", SHORTCUT, NULL};
	scoped(scoped_result) struct proc_result result = {0};

	TRY(proc_run(&result, &(struct proc){.argv = argv, .dir = r->worktree, .quiet = true}));
	*out = result.status != 0 || result.out_len > 0;
	return NULL;
}

/* Both are absolute, without "." and "..". */
static char *relative(const char *from_dir, const char *to)
{
	struct mem_stream s;
	size_t same = 0;

	for (size_t i = 0; from_dir[i] == to[i] && to[i]; i++)
		if (to[i] == '/')
			same = i + 1;
	if (strncmp(from_dir, to, strlen(from_dir)) == 0 && to[strlen(from_dir)] == '/')
		return mem_strdup(to + strlen(from_dir) + 1);
	mem_stream_open(&s);
	for (const char *at = from_dir + same; at; at = strchr(at, '/')) {
		fputs("../", s.file);
		at += *at == '/';
	}
	fputs(to + same, s.file);
	return mem_stream_close(&s, NULL);
}

/* NULL where the directory is not really there: something on the way is a symbolic link. */
static char *real_dir(const struct repo *r)
{
	scoped_free char *wanted = mem_printf("%s/" SHORTCUT_DIR, r->worktree);
	scoped_free char *top = realpath(r->worktree, NULL), *expect = NULL, *dir = NULL;

	dir = realpath(wanted, NULL);
	if (!top || !dir)
		return NULL;
	expect = mem_printf("%s/" SHORTCUT_DIR, top);
	return strcmp(dir, expect) == 0 ? steal(dir) : NULL;
}

static err_t move_aside(char **kept, const char *path)
{
	for (int n = 1; n < 1000; n++) {
		scoped_free char *name = mem_printf("%s.kept-%d", path, n);

		if (link(path, name) == 0) {
			TRY(file_remove(path));
			*kept = steal(name);
			return NULL;
		}
		if (errno != EEXIST)
			return err_errno("cannot keep '%s' as '%s'", path, name);
	}
	return err_new(ERR_REFUSED, "'%s' was kept aside too often", path);
}

static err_t point(const char *path, const char *target)
{
	char now[PATH_MAX];
	ssize_t len = readlink(path, now, sizeof(now) - 1);

	if (len >= 0) {
		now[len] = '\0';
		/* Somebody's own link stays, unless it leads nowhere: the clone was moved. */
		if (strcmp(now, target) == 0 || access(path, F_OK) == 0)
			return NULL;
		TRY(file_remove(path));
	}
	if (symlink(target, path) && errno != EEXIST)
		return err_errno("cannot create '%s'", path);
	return NULL;
}

err_t shortcut_make(char **kept, struct repo *r)
{
	scoped_free char *path = NULL, *dir = NULL, *db = NULL, *target = NULL;
	struct file_stat st;
	bool tracked = false;

	*kept = NULL;
	if (!r->worktree)
		return NULL;
	path = mem_printf("%s/" SHORTCUT, r->worktree);
	TRY(file_mkdirs_for(path));
	dir = real_dir(r);
	db = realpath(r->db_path, NULL);
	if (!dir || !db)
		return NULL;
	TRY(file_stat(&st, path));
	if (st.directory)
		return NULL;
	if (st.regular || st.symlink)
		TRY(is_tracked(&tracked, r));
	if (tracked)
		return NULL;
	if (st.regular)
		TRY(move_aside(kept, path));
	target = relative(dir, db);
	return point(path, target);
}
