/* Colours in the configuration: git itself reads its words ("bold red", "#ff0000"). */
#include "git/repo_internal.h"
#include "util/mem.h"

#include <stdlib.h>
#include <string.h>

static void scoped_result(struct proc_result *r)
{
	proc_result_release(r);
}

static err_t ask(struct proc_result *out, const char *how, const char *key)
{
	const char *const argv[] = {"git", "config", "-z", "--type=color", how, key, NULL};

	return proc_run(out, &(struct proc){.argv = argv, .quiet = true});
}

/* git does not say which one it cannot read. */
static err_t check_one(void *ctx, const char *key, const char *value)
{
	scoped(scoped_result) struct proc_result r = {0};

	TRY(ask(&r, "--get", key));
	if (r.status == 0)
		return NULL;
	return err_hint(err_new(ERR_FATAL, "bad color value '%s' for '%s'", value, key),
			"a color is written as in git's color.diff.<slot>: 'bold red', '#ff0000'");
}

static err_t is_there(void *any, const char *key, const char *value)
{
	(void)key;
	(void)value;
	*(bool *)any = true;
	return NULL;
}

/* "key LF value NUL"... */
static err_t tell(const struct proc_result *r, size_t prefix, repo_config_fn each, void *ctx)
{
	char *at = r->out, *end = r->out + r->out_len;

	while (at < end) {
		char *next = at + strlen(at) + 1, *value = strchr(at, '\n');

		if (value) {
			*value++ = '\0';
			TRY(each(ctx, at + prefix, value));
		}
		at = next;
	}
	return NULL;
}

err_t repo_config_colors(struct repo *r, const char *prefix, repo_config_fn each, void *ctx)
{
	scoped(scoped_result) struct proc_result found = {0};
	scoped_free char *pattern = NULL;
	bool any = false;

	TRY(repo_config_each(r, prefix, is_there, &any));
	if (!any)
		return NULL;
	pattern = mem_printf("^%s", prefix);
	TRY(ask(&found, "--get-regexp", pattern));
	if (found.status == 1)
		return NULL;
	if (found.status == 0)
		return tell(&found, strlen(prefix), each, ctx);
	TRY(repo_config_each(r, prefix, check_one, NULL));
	return repo_git_error(&found, "git config");
}
