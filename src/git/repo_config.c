/* Configuration, as one `git config` child tells it. */
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

static err_t load(struct repo *r)
{
	static const char *const argv[] = {"git", "config", "-z", "--list", "--show-scope", NULL};
	scoped(scoped_result) struct proc_result result = {0};
	struct repo_config *c;

	if (r->config)
		return NULL;
	TRY(proc_run(&result, &(struct proc){.argv = argv, .quiet = true}));
	if (result.status != 0)
		return repo_git_error(&result, "git config");
	c = mem_alloc(sizeof(*c));
	c->text = steal(result.out);
	parse(c, result.out_len);
	r->config = c;
	return NULL;
}

/* --- what a glance at the files saves ------------------------------------------------------- */

static bool says(const char *text, const char *const *words)
{
	if (text && strcasestr(text, "include"))
		return true;
	for (; text && *words; words++)
		if (strcasestr(text, *words))
			return true;
	return false;
}

static bool file_says(const char *dir, const char *name, const char *const *words)
{
	scoped_free char *text = dir ? repo_slurp_at(dir, name, NULL) : NULL;

	return says(text, words);
}

bool repo_config_may_say(const struct repo *r, const char *const *words)
{
	const char *global = getenv("GIT_CONFIG_GLOBAL"), *home = getenv("HOME");
	const char *system = getenv("GIT_CONFIG_SYSTEM"), *xdg = getenv("XDG_CONFIG_HOME");
	static const char *const etc[] = {"/etc", "/usr/local/etc", "/opt/homebrew/etc"};

	if (says(getenv("GIT_CONFIG_PARAMETERS"), words) || getenv("GIT_CONFIG_COUNT"))
		return true;
	if (file_says(r->commondir, "config", words) ||
	    file_says(r->gitdir, "config.worktree", words))
		return true;
	if (global ? file_says("/", global, words) : file_says(home, ".gitconfig", words))
		return true;
	if (!global && (xdg && xdg[0] ? file_says(xdg, "git/config", words) :
					file_says(home, ".config/git/config", words)))
		return true;
	if (system)
		return file_says("/", system, words);
	for (size_t i = 0; i < sizeof(etc) / sizeof(*etc); i++)
		if (file_says(etc[i], "gitconfig", words))
			return true;
	return false;
}

/* A name that is nowhere written, or a section, needs no child to say so: "[agent]" in a file,
 * "agent.remote" in the environment. "remote" alone is in every clone. */
static bool is_unset(const struct repo *r, const char *key)
{
	const char *dot = strrchr(key, '.');
	const char *const words[] = {dot ? dot + 1 : key, NULL};
	scoped_free char *section = mem_printf("[%.*s", (int)strcspn(key, "."), key);
	scoped_free char *whole = mem_printf("%.*s.", (int)strcspn(key, "."), key);
	const char *const sections[] = {section, whole, NULL};

	return !r->config && (!repo_config_may_say(r, words) || !repo_config_may_say(r, sections));
}

err_t repo_config(const char **value, struct repo *r, const char *key)
{
	*value = NULL;
	if (is_unset(r, key))
		return NULL;
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
