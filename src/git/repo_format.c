/*
 * A tiny reader of [core] and [extensions], so that the everyday command needs
 * no `git config` child to learn that the repository is an everyday one.
 */
#include "git/repo_internal.h"
#include "util/mem.h"
#include "util/slice.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum part { PART_OTHER, PART_CORE, PART_EXTENSIONS };

static bool is_word(struct slice s, const char *word)
{
	return s.len == strlen(word) && strncasecmp(s.at, word, s.len) == 0;
}

static bool is_true(struct slice v)
{
	return !v.at || is_word(v, "true") || is_word(v, "yes") || is_word(v, "on") ||
	       is_word(v, "1");
}

/* Extensions that change nothing for us, or that libgit2 was told about. */
static bool is_harmless(struct slice key)
{
	static const char *const known[] = {
		"noop", "preciousobjects", "partialclone", "worktreeconfig", "relativeworktrees",
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (is_word(key, known[i]))
			return true;
	return false;
}

static void set_extension(struct repo_format *out, struct slice key, struct slice value)
{
	if (is_word(key, "worktreeconfig"))
		out->worktree_config = is_true(value);
	if (is_harmless(key))
		return;
	if (is_word(key, "objectformat")) {
		if (!is_word(value, "sha1"))
			snprintf(out->foreign, sizeof(out->foreign), "%.*s object ids",
				 (int)value.len, value.at ? value.at : "");
	} else if (is_word(key, "refstorage")) {
		if (!is_word(value, "files"))
			snprintf(out->foreign, sizeof(out->foreign), "%.*s refs", (int)value.len,
				 value.at ? value.at : "");
	} else {
		snprintf(out->foreign, sizeof(out->foreign), "the extension '%.*s'",
			 (int)(key.len > 40 ? 40 : key.len), key.at);
	}
}

static void set_core(struct repo_format *out, struct slice key, struct slice value)
{
	if (is_word(key, "bare"))
		out->bare = is_true(value);
	else if (is_word(key, "worktree") && value.at)
		snprintf(out->worktree, sizeof(out->worktree), "%.*s", (int)value.len, value.at);
}

/* The value without quotes and a trailing comment; escapes are left as they are. */
static struct slice plain_value(struct slice v)
{
	for (size_t i = 0; i < v.len; i++) {
		if (v.at[i] == '"' || v.at[i] == '\\')
			break;
		if (v.at[i] == '#' || v.at[i] == ';')
			v.len = i;
	}
	v = slice_trim(v);
	if (v.len >= 2 && v.at[0] == '"' && v.at[v.len - 1] == '"')
		v = slice_of(v.at + 1, v.len - 2);
	return v;
}

/* Takes "[section]" off the line. */
static struct slice section_of(struct slice line, enum part *part)
{
	const char *end = memchr(line.at, ']', line.len);
	struct slice name;

	if (!end)
		return slice_of(line.at, 0);
	name = slice_trim(slice_of(line.at + 1, (size_t)(end - line.at) - 1));
	*part = is_word(name, "core") ? PART_CORE :
		is_word(name, "extensions") ? PART_EXTENSIONS : PART_OTHER;
	return slice_trim(slice_of(end + 1, line.len - (size_t)(end + 1 - line.at)));
}

static void read_line(struct repo_format *out, struct slice line, enum part *part)
{
	struct slice key, value = {0};
	const char *eq;

	line = slice_trim(line);
	if (line.len && line.at[0] == '[')
		line = section_of(line, part);
	if (!line.len || line.at[0] == '#' || line.at[0] == ';' || *part == PART_OTHER)
		return;
	eq = memchr(line.at, '=', line.len);
	key = slice_trim(slice_of(line.at, eq ? (size_t)(eq - line.at) : line.len));
	if (eq)
		value = plain_value(slice_of(eq + 1, line.len - (size_t)(eq + 1 - line.at)));
	if (*part == PART_CORE)
		set_core(out, key, value);
	else
		set_extension(out, key, value);
}

void repo_format_read(struct repo_format *out, const char *path)
{
	size_t len = 0;
	scoped_free char *bytes = repo_slurp(path, &len);
	struct slice rest = slice_of(bytes, len), line;
	enum part part = PART_OTHER;

	while (bytes && slice_line(&rest, &line))
		read_line(out, line, &part);
}
