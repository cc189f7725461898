#include "cmd/site_out.h"
#include "util/file.h"
#include "util/mem.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LIST_HEAD "# What `git agent site` wrote here, and may replace or remove.\n"

/* --- the list of what is ours ------------------------------------------------------------ */

/* A name that we could have written; a list that was tampered with leads nowhere else. */
static bool is_ours(const char *name)
{
	const char *base = strncmp(name, "a/", 2) == 0 ? name + 2 : name;

	return *base && *base != '.' &&
	       strspn(base, "abcdefghijklmnopqrstuvwxyz0123456789._~-") == strlen(base);
}

static err_t read_list(struct site_out *o, bool *there)
{
	scoped_free char *path = mem_printf("%s/" SITE_LIST, o->dir), *text = NULL;
	struct slice rest, line;
	size_t len;
	err_t err = file_read(&text, &len, NULL, path, 0);

	*there = !err;
	if (err && err->code == ERR_NOTFOUND) {
		err_free(err);
		return NULL;
	}
	TRY(err);
	if (len < strlen(LIST_HEAD) || memcmp(text, LIST_HEAD, strlen(LIST_HEAD)) != 0)
		return err_new(ERR_REFUSED, "'%s' is not a list of git agent site", path);
	rest = slice_of(text, len);
	while (slice_line(&rest, &line)) {
		scoped_free char *name = NULL;

		line = slice_trim(line);
		name = mem_strndup(line.at, line.len);
		if (is_ours(name))
			strs_add(&o->old, name);
	}
	strs_sort(&o->old);
	return NULL;
}

static err_t write_list(const struct site_out *o, const struct strs *more)
{
	scoped_free char *path = mem_printf("%s/" SITE_LIST, o->dir), *text = NULL;
	scoped(strs_release) struct strs all = {0};
	struct mem_stream s;
	size_t len;

	for (size_t i = 0; i < o->names.len; i++)
		strs_add(&all, o->names.at[i]);
	for (size_t i = 0; more && i < more->len; i++)
		strs_add(&all, more->at[i]);
	strs_sort(&all);
	mem_stream_open(&s);
	fputs(LIST_HEAD, s.file);
	for (size_t i = 0; i < all.len; i++)
		fprintf(s.file, "%s\n", all.at[i]);
	text = mem_stream_close(&s, &len);
	return file_write(path, slice_of(text, len), 0);
}

static err_t check_empty(const char *dir)
{
	scoped(strs_release) struct strs names = {0};

	TRY(file_names(&names, dir));
	for (size_t i = 0; i < names.len; i++)
		if (strcmp(names.at[i], ".") != 0 && strcmp(names.at[i], "..") != 0 &&
		    strcmp(names.at[i], ".git") != 0 &&
		    strncmp(names.at[i], "." SITE_LIST ".agent-tmp-", strlen(SITE_LIST) + 12) != 0)
			return err_hint(err_new(ERR_REFUSED, "'%s' has files, and is no site of "
								 "git agent", dir),
					"name an empty or a new directory");
	return NULL;
}

/* A link in the place of our directory would lead pages, and removals, elsewhere. */
static err_t check_pages(const char *dir)
{
	scoped_free char *pages = mem_printf("%s/a", dir);
	struct file_stat st;

	TRY(file_stat(&st, pages));
	if (st.exists && !st.directory)
		return err_new(ERR_REFUSED, "'%s' is not a directory", pages);
	return NULL;
}

err_t site_out_open(struct site_out *o, const char *dir)
{
	scoped_free char *list = NULL;
	struct file_stat st;
	bool there;

	o->dir = mem_strdup(dir);
	o->tmp = mem_printf("%s/.git-agent-site-tmp", dir);
	list = mem_printf("%s/" SITE_LIST, dir);
	TRY(file_stat(&st, dir));
	if (st.exists && !st.directory && !st.symlink)
		return err_new(ERR_REFUSED, "'%s' is not a directory", dir);
	TRY(file_mkdirs_for(list));
	TRY(read_list(o, &there));
	file_sweep(o->tmp);
	TRY(check_pages(dir));
	if (there)
		return NULL;
	TRY(check_empty(dir));
	/* From now on it is known what the directory is for. */
	return write_list(o, NULL);
}

/* --- writing ----------------------------------------------------------------------------- */

static bool has(const char *path, struct slice bytes)
{
	scoped_free char *old = NULL;
	size_t len;
	err_t err = file_read(&old, &len, NULL, path, 0);

	if (err) {
		err_free(err);
		return false;
	}
	return slice_eq(slice_of(old, len), bytes);
}

/* Who put a file of a name of ours there has the only copy of it. */
static err_t check_ours(const struct site_out *o, const char *name, const char *path)
{
	struct file_stat st;

	if (strs_has_sorted(&o->old, name))
		return NULL;
	TRY(file_stat(&st, path));
	if (st.exists)
		return err_hint(err_new(ERR_REFUSED, "'%s' is not of git agent site", path),
				"it stays as it is: give it another name");
	return NULL;
}

err_t site_out_put(struct site_out *o, const char *name, struct slice bytes)
{
	scoped_free char *path = mem_printf("%s/%s", o->dir, name);
	char *tmp = NULL;

	strs_add(&o->names, name);
	if (has(path, bytes))
		return NULL;
	TRY(check_ours(o, name, path));
	TRY(file_mkdirs_for(path));
	TRY(file_stage_in(&tmp, o->tmp, path, bytes, 0, &o->later));
	strs_take(&o->staged, tmp);
	strs_take(&o->to, steal(path));
	return NULL;
}

static void close_file(FILE **f)
{
	if (*f)
		fclose(*f);
}

static bool same_bytes(const char *a, const char *b)
{
	scoped(close_file) FILE *x = fopen(a, "re");
	scoped(close_file) FILE *y = fopen(b, "re");
	int c;

	if (!x || !y)
		return false;
	while ((c = getc_unlocked(x)) == getc_unlocked(y))
		if (c == EOF)
			return !ferror(x) && !ferror(y);
	return false;
}

err_t site_out_print(struct site_out *o, const char *name, file_print_fn print, void *ctx)
{
	scoped_free char *path = mem_printf("%s/%s", o->dir, name);
	scoped(strs_release) struct strs later = {0};
	char *tmp;
	err_t err;

	strs_add(&o->names, name);
	TRY(file_stage_printed(&tmp, o->tmp, path, print, ctx, &later));
	if (same_bytes(tmp, path)) {
		file_discard(tmp);
		return NULL;
	}
	err = check_ours(o, name, path);
	if (err) {
		file_discard(tmp);
		return err;
	}
	strs_take(&o->staged, tmp);
	strs_take(&o->to, steal(path));
	for (size_t i = 0; i < later.len; i++)
		strs_add(&o->later, later.at[i]);
	return NULL;
}

static err_t remove_stale(struct site_out *o)
{
	size_t at = 0;

	strs_sort(&o->names);
	for (size_t i = 0; i < o->old.len; i++) {
		scoped_free char *path = mem_printf("%s/%s", o->dir, o->old.at[i]);

		while (at < o->names.len && strcmp(o->names.at[at], o->old.at[i]) < 0)
			at++;
		if (at < o->names.len && strcmp(o->names.at[at], o->old.at[i]) == 0)
			continue;
		TRY(file_remove_later(path, &o->later));
		o->removed++;
	}
	return file_sync(&o->later);
}

err_t site_out_finish(struct site_out *o)
{
	/* Interrupted from here on, the next run still knows all that is ours. */
	TRY(file_sync(&o->later));
	TRY(write_list(o, &o->old));
	for (; o->written < o->staged.len; o->written++) {
		struct file_stat st;

		TRY(file_publish_later(&st, o->staged.at[o->written], o->to.at[o->written],
				       &o->later));
	}
	TRY(file_sync(&o->later));
	TRY(remove_stale(o));
	return write_list(o, NULL);
}

void site_out_release(struct site_out *o)
{
	for (size_t i = o->written; i < o->staged.len; i++)
		(void)unlink(o->staged.at[i]);
	if (o->tmp)
		(void)rmdir(o->tmp);
	free(o->dir);
	free(o->tmp);
	strs_release(&o->old);
	strs_release(&o->names);
	strs_release(&o->staged);
	strs_release(&o->to);
	strs_release(&o->later);
	*o = (struct site_out){0};
}
