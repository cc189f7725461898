/* Which files git reads its configuration from, and in which order: git-config(1), "FILES". */
#include "git/config_file.h"
#include "git/repo_internal.h"
#include "util/mem.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A file that is not there says nothing; one that cannot be read is git's to complain of. */
static bool add_file(FILE *out, const char *scope, const char *path)
{
	size_t len = 0;
	scoped_free char *text = repo_slurp(path, &len);

	if (!text)
		return access(path, F_OK) != 0 && (errno == ENOENT || errno == ENOTDIR);
	return config_file_list(out, scope, text, len);
}

static bool add_at(FILE *out, const char *scope, const char *dir, const char *name)
{
	scoped_free char *path = dir ? mem_printf("%s/%s", dir, name) : NULL;

	return !path || add_file(out, scope, path);
}

/* Where git was built to look is not known: one of these, and more than one leaves it to git. */
static bool add_system(FILE *out)
{
	static const char *const etc[] = {"/etc/gitconfig", "/usr/local/etc/gitconfig",
					  "/opt/homebrew/etc/gitconfig"};
	const char *named = getenv("GIT_CONFIG_SYSTEM"), *without = getenv("GIT_CONFIG_NOSYSTEM");
	const char *found = NULL;

	if (without)
		return strcmp(without, "1") == 0 || strcmp(without, "true") == 0;
	if (named)
		return add_file(out, "system", named);
	for (size_t i = 0; i < sizeof(etc) / sizeof(*etc); i++) {
		if (access(etc[i], F_OK) != 0)
			continue;
		if (found)
			return false;
		found = etc[i];
	}
	return !found || add_file(out, "system", found);
}

static bool add_global(FILE *out)
{
	const char *named = getenv("GIT_CONFIG_GLOBAL"), *home = getenv("HOME");
	const char *xdg = getenv("XDG_CONFIG_HOME");

	if (named)
		return add_file(out, "global", named);
	return (xdg && xdg[0] ? add_at(out, "global", xdg, "git/config") :
				add_at(out, "global", home, ".config/git/config")) &&
	       add_at(out, "global", home, ".gitconfig");
}

static bool add_local(FILE *out, const struct repo *r)
{
	scoped_free char *path = mem_printf("%s/config", r->commondir);
	struct repo_format format = {0};

	repo_format_read(&format, path);
	return add_file(out, "local", path) &&
	       (!format.worktree_config || add_at(out, "worktree", r->gitdir, "config.worktree"));
}

/* --- git -c ----------------------------------------------------------------------------------- */

/* Takes 'text' off; a quote within, and all else that a shell would have to unquote, is git's. */
static bool quoted(struct slice *out, const char **at)
{
	const char *end;

	if (**at != '\'')
		return false;
	end = strchr(*at + 1, '\'');
	if (!end || end[1] == '\\')
		return false;
	*out = slice_of(*at + 1, (size_t)(end - *at) - 1);
	*at = end + 1;
	return true;
}

/* Lower case but for the subsection; a name that git would refuse is git's. */
static bool put_key(FILE *out, struct slice key)
{
	const char *first = memchr(key.at, '.', key.len);
	const char *last = first;

	for (const char *c = first; c && c < key.at + key.len; c++)
		if (*c == '.')
			last = c;
	if (!first || first == key.at || last + 1 == key.at + key.len)
		return false;
	for (size_t i = 0; i < key.len; i++) {
		const char *c = key.at + i;
		bool sub = c >= first && c <= last;

		if (*c == '\n' || (!sub && !isalnum((unsigned char)*c) && *c != '-'))
			return false;
		putc(sub ? *c : tolower((unsigned char)*c), out);
	}
	return isalpha((unsigned char)last[1]) && strncasecmp(key.at, "include", 7) != 0;
}

/* 'key'='value', as git has written it since 2.31; 'key'= and 'key=value' are left to git. */
static bool add_parameters(FILE *out)
{
	const char *at = getenv("GIT_CONFIG_PARAMETERS");
	struct slice key, value;

	if (getenv("GIT_CONFIG_COUNT") || getenv("GIT_CONFIG"))
		return false;
	while (at && *at) {
		if (!quoted(&key, &at) || *at++ != '=' || !quoted(&value, &at))
			return false;
		fprintf(out, "command%c", 0);
		if (!put_key(out, key))
			return false;
		fprintf(out, "\n%.*s%c", (int)value.len, value.at, 0);
		while (*at == ' ')
			at++;
	}
	return true;
}

bool config_files_list(char **list, size_t *len, const struct repo *r)
{
	scoped_free char *text = NULL;
	struct mem_stream out;
	bool plain;

	mem_stream_open(&out);
	plain = add_system(out.file) && add_global(out.file) && add_local(out.file, r) &&
		add_parameters(out.file);
	text = mem_stream_close(&out, len);
	if (!plain)
		return false;
	*list = steal(text);
	return true;
}
