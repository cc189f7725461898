#include "artifact/kind.h"
#include "artifact/kind_edit.h"
#include "util/mem.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

#define PATH_BYTES 4096
#define NAME_BYTES 255

static bool ends_in(struct slice s, const char *end)
{
	size_t n = strlen(end);

	return s.len >= n && strncasecmp(s.at + s.len - n, end, n) == 0;
}

static bool same(struct slice s, const char *name)
{
	return s.len == strlen(name) && strncasecmp(s.at, name, s.len) == 0;
}

/* The first component of *rest; false at the end. "a//b" has an empty one. */
static bool component(struct slice *rest, struct slice *name)
{
	const char *slash;

	if (!rest->at)
		return false;
	slash = memchr(rest->at, '/', rest->len);
	*name = slice_of(rest->at, slash ? (size_t)(slash - rest->at) : rest->len);
	if (slash)
		*rest = slice_of(slash + 1, rest->len - name->len - 1);
	else
		*rest = (struct slice){0};
	return true;
}

/* README, templates and hidden files live beside artifacts and are none. */
static bool is_artifact_name(struct slice below, const char *suffix)
{
	struct slice name = {0}, stem;

	while (component(&below, &name))
		if (!name.len || name.at[0] == '.' || (below.at && same(name, "templates")))
			return false;
	if (!ends_in(name, suffix))
		return false;
	stem = slice_of(name.at, name.len - strlen(suffix));
	return stem.len && !same(stem, "readme") && !same(stem, "template") &&
	       !ends_in(stem, "-template");
}

const struct kind *kinds_of_path(const struct kinds *kinds, const char *path)
{
	const struct kind *found = NULL;
	size_t longest = 0, len = strlen(path);

	for (size_t i = 0; i < kinds->len; i++) {
		const struct kind *k = &kinds->at[i];
		size_t n = k->dir ? strlen(k->dir) : 0;

		if (n <= longest || n + 1 >= len || path[n] != '/' || memcmp(path, k->dir, n) != 0)
			continue;
		if (!is_artifact_name(slice_of(path + n + 1, len - n - 1), k->suffix))
			continue;
		found = k;
		longest = n;
	}
	return found;
}

/* As git sees it on filesystems that drop dots and spaces at the end, or shorten names. */
static bool is_dot_git(struct slice name)
{
	while (name.len && (name.at[name.len - 1] == '.' || name.at[name.len - 1] == ' '))
		name.len--;
	return same(name, ".git") || same(name, "git~1");
}

static const char *wrong_component(struct slice name)
{
	if (!name.len)
		return "has an empty component";
	if (slice_is(name, ".") || slice_is(name, ".."))
		return "has a '.' or '..' component";
	if (is_dot_git(name))
		return "has a '.git' component";
	if (name.len > NAME_BYTES)
		return "has a component above 255 bytes";
	return NULL;
}

/* A control character or a backslash among eight bytes at once. (The test for a zero byte in a
 * word: H. S. Warren, "Hacker's Delight", 6-1.) */
static bool has_odd(uint64_t w)
{
	const uint64_t ones = 0x0101010101010101, tops = ones << 7;
	uint64_t low = (w - ones * 0x20) & ~w, del = w ^ ones * 0x7f, back = w ^ ones * '\\';

	return (low | ((del - ones) & ~del) | ((back - ones) & ~back)) & tops;
}

static bool has_odd_byte(struct slice path)
{
	uint64_t w;
	size_t i = 0;

	for (; i + sizeof(w) <= path.len; i += sizeof(w)) {
		memcpy(&w, path.at + i, sizeof(w));
		if (has_odd(w))
			return true;
	}
	memset(&w, 'x', sizeof(w));
	memcpy(&w, path.at + i, path.len - i);
	return has_odd(w);
}

/* Nothing that has to be looked at closely: as good as all paths are. */
static bool is_everyday(struct slice path)
{
	const char *end = path.at + path.len, *at = path.at;

	if (path.len > NAME_BYTES || path.len < 8 || memcmp(path.at, ".agent/", 7) != 0 ||
	    end[-1] == '/' || has_odd_byte(path))
		return false;
	while ((at = memchr(at, '/', (size_t)(end - at)))) {
		at++;
		if (*at == '/' || *at == '.' || *at == 'g' || *at == 'G')
			return false;
	}
	return true;
}

const char *kind_path_wrong(struct slice path)
{
	struct slice rest = path, name;
	const char *wrong;

	if (is_everyday(path))
		return NULL;
	if (!path.len)
		return "is empty";
	if (path.len > PATH_BYTES)
		return "is longer than 4096 bytes";
	if (path.at[0] == '/')
		return "is absolute";
	for (size_t i = 0; i < path.len; i++) {
		unsigned char c = (unsigned char)path.at[i];

		if (c < 0x20 || c == 0x7f)
			return "has a control character";
		if (c == '\\')
			return "has a backslash";
	}
	while (component(&rest, &name)) {
		wrong = wrong_component(name);
		if (wrong)
			return wrong;
	}
	return strncmp(path.at, ".agent/", path.len < 7 ? path.len + 1 : 7) == 0
		       ? NULL
		       : "is not below '.agent/'";
}

/* What is shown of a path that may come from anybody: no control characters, not endless. */
static char *printable(const char *path)
{
	char *copy = mem_strndup(path, 200);

	for (char *p = copy; *p; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			*p = '?';
	return copy;
}

err_t kinds_check_path(const struct kinds *kinds, const char *path)
{
	const char *wrong = kind_path_wrong(slice_str(path));
	scoped_free char *shown = NULL;

	if (!wrong && !kinds_of_path(kinds, path))
		wrong = "is not the path of an artifact of any kind";
	if (!wrong)
		return NULL;
	shown = printable(path);
	return err_new(ERR_REFUSED, "path '%s' %s", shown, wrong);
}

bool kinds_have_path(const struct kinds *kinds, const char *path)
{
	return kinds_of_path(kinds, path) && !kind_path_wrong(slice_str(path));
}
