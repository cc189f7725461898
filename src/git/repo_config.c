/* Configuration: read from git's files where they are plain, else told by one `git config`. */
#include "git/config_file.h"
#include "git/repo_internal.h"
#include "util/mem.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct pair {
	const char *key;	/* both point into text */
	const char *value;
};

struct repo_config {
	char *text;
	struct pair *at;
	size_t len;
	size_t cap;
};

void repo_config_free(struct repo_config *c)
{
	if (!c)
		return;
	free(c->text);
	free(c->at);
	free(c);
}

static void scoped_result(struct proc_result *r)
{
	proc_result_release(r);
}

/* "scope NUL key LF value NUL ..."; a key without LF is a boolean that is set. */
static void parse(struct repo_config *c, size_t len)
{
	char *at = c->text, *end = c->text + len;

	while (at < end) {
		char *key = at + strlen(at) + 1, *next, *value;

		if (key >= end)
			return;
		next = key + strlen(key) + 1;
		value = strchr(key, '\n');
		if (value)
			*value++ = '\0';
		MEM_GROW(c->at, c->len, c->cap);
		c->at[c->len++] = (struct pair){key, value ? value : "true"};
		at = next;
	}
}

static err_t ask_git(char **text, size_t *len)
{
	static const char *const argv[] = {"git", "config", "-z", "--list", "--show-scope", NULL};
	scoped(scoped_result) struct proc_result result = {0};

	TRY(proc_run(&result, &(struct proc){.argv = argv, .quiet = true}));
	if (result.status != 0)
		return repo_git_error(&result, "git config");
	*text = steal(result.out);
	*len = result.out_len;
	return NULL;
}

static err_t load(struct repo *r)
{
	scoped_free char *text = NULL;
	struct repo_config *c;
	size_t len = 0;

	if (r->config)
		return NULL;
	if (!config_files_list(&text, &len, r))
		TRY(ask_git(&text, &len));
	c = mem_alloc(sizeof(*c));
	c->text = steal(text);
	parse(c, len);
	r->config = c;
	return NULL;
}

err_t repo_config(const char **value, struct repo *r, const char *key)
{
	*value = NULL;
	TRY(load(r));
	for (size_t i = r->config->len; i-- > 0;)
		if (strcmp(r->config->at[i].key, key) == 0) {
			*value = r->config->at[i].value;
			break;
		}
	return NULL;
}

err_t repo_config_bool(bool *value, struct repo *r, const char *key, bool otherwise)
{
	const char *text;
	char *end;
	long n;

	TRY(repo_config(&text, r, key));
	if (!text) {
		*value = otherwise;
	} else if (!strcasecmp(text, "true") || !strcasecmp(text, "yes") ||
		   !strcasecmp(text, "on")) {
		*value = true;
	} else if (!*text || !strcasecmp(text, "false") || !strcasecmp(text, "no") ||
		   !strcasecmp(text, "off")) {
		*value = false;
	} else {
		n = strtol(text, &end, 10);
		if (*end)
			return err_new(ERR_FATAL, "bad boolean config value '%s' for '%s'", text,
				       key);
		*value = n != 0;
	}
	return NULL;
}

err_t repo_config_each(struct repo *r, const char *prefix, repo_config_fn each, void *ctx)
{
	size_t len = strlen(prefix);

	TRY(load(r));
	for (size_t i = 0; i < r->config->len; i++)
		if (strncmp(r->config->at[i].key, prefix, len) == 0)
			TRY(each(ctx, r->config->at[i].key, r->config->at[i].value));
	return NULL;
}

err_t repo_config_set(struct repo *r, const char *key, const char *value)
{
	const char *const set[] = {"git", "config", "--local", key, value, NULL};
	const char *const unset[] = {"git", "config", "--local", "--unset-all", key, NULL};
	scoped(scoped_result) struct proc_result result = {0};

	TRY(proc_run(&result, &(struct proc){.argv = value ? set : unset, .quiet = true}));
	/* 5: there was nothing to unset */
	if (result.status != 0 && !(result.status == 5 && !value))
		return repo_git_error(&result, "git config");
	repo_config_free(steal(r->config));
	return NULL;
}
