#include "git/index_file.h"
#include "git/odb.h"
#include "git/repo_internal.h"
#include "util/mem.h"

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	HEADER = 12,
	MODE = 24, ID = 40, FLAGS = 60, ENTRY = 62,	/* in an entry; the name is last */
	EXTENDED = 0x4000, NAME_BITS = 0xfff, STAGE_SHIFT = 12,
	SKIP_WORKTREE = 0x4000, INTENT_TO_ADD = 0x2000,	/* in the extended flags */
};

struct walk {
	const char *at;
	const char *end;	/* the checksum */
	unsigned version;
	uint32_t left;		/* entries */
	const char *entry;	/* the last one */
	unsigned flags, extended;
	const char *name;	/* its name, which version 4 puts together here: */
	char built[PATH_MAX];
	size_t built_len;
};

static uint32_t be32(const char *at)
{
	uint32_t value;

	memcpy(&value, at, sizeof(value));
	return ntohl(value);
}

static unsigned be16(const char *at)
{
	return (unsigned)(unsigned char)at[0] << 8 | (unsigned char)at[1];
}

static bool begin(struct walk *w, const char *bytes, size_t len)
{
	if (len < HEADER + ODB_RAW_ID || memcmp(bytes, "DIRC", 4) != 0)
		return false;
	w->version = be32(bytes + 4);
	w->left = be32(bytes + 8);
	w->at = bytes + HEADER;
	w->end = bytes + len - ODB_RAW_ID;
	w->built_len = 0;
	return w->version >= 2 && w->version <= 4;
}

/* A name in full, padded with NULs to the next multiple of 8. */
static bool plain_name(struct walk *w, const char *at)
{
	size_t len = w->flags & NAME_BITS, left = (size_t)(w->end - at), whole;

	if (len == NAME_BITS)
		len = strnlen(at, left);
	whole = ((size_t)(at - w->entry) + len + 8) & ~(size_t)7;
	if (whole > (size_t)(w->end - w->entry) || at[len])
		return false;
	w->name = at;
	w->at = w->entry + whole;
	return true;
}

/* How many bytes to take off the name before, then what comes after them. */
static bool joined_name(struct walk *w, const char *at)
{
	size_t off, len;

	if (at >= w->end)
		return false;
	off = (unsigned char)*at & 0x7f;
	while (*at++ & 0x80) {
		if (at >= w->end || off > PATH_MAX)
			return false;
		off = (off + 1) << 7 | ((unsigned char)*at & 0x7f);
	}
	len = strnlen(at, (size_t)(w->end - at));
	if (off > w->built_len || at + len >= w->end || w->built_len - off + len >= PATH_MAX)
		return false;
	memcpy(w->built + w->built_len - off, at, len + 1);
	w->built_len += len - off;
	w->name = w->built;
	w->at = at + len + 1;
	return true;
}

static bool step(struct walk *w)
{
	const char *name = w->at + ENTRY;

	if (w->end - w->at < ENTRY + 2)
		return false;
	w->entry = w->at;
	w->flags = be16(w->entry + FLAGS);
	w->extended = 0;
	if (w->version >= 3 && (w->flags & EXTENDED)) {
		w->extended = be16(name);
		name += 2;
	}
	w->left--;
	return w->version < 4 ? plain_name(w, name) : joined_name(w, name);
}

bool index_file_extensions(struct slice *out, const char *bytes, size_t len)
{
	struct walk w;

	if (!begin(&w, bytes, len))
		return false;
	while (w.left)
		if (!step(&w))
			return false;
	*out = slice_of(w.at, (size_t)(w.end - w.at));
	return true;
}

/* In lower case: it must be understood. "link": a part of the entries is elsewhere; "sdir": a part
 * of them stands for whole directories. */
bool index_file_extension(struct slice *out, struct slice rest, const char *name)
{
	*out = (struct slice){0};
	while (rest.len >= 8) {
		size_t len = be32(rest.at + 4);

		if (len > rest.len - 8 || rest.at[0] < 'A' || rest.at[0] > 'Z')
			return false;
		if (memcmp(rest.at, name, 4) == 0)
			*out = slice_of(rest.at + 8, len);
		rest = slice_of(rest.at + 8 + len, rest.len - 8 - len);
	}
	return !rest.len;
}

/* --- the entries ------------------------------------------------------------------------------ */

static bool is_file(const char *entry)
{
	uint32_t mode = be32(entry + MODE);

	return mode == 0100644 || mode == 0100755;
}

static bool below_a_root(const struct git_scope *scope, const char *path)
{
	for (size_t i = 0; i < scope->roots.len; i++)
		if (strncmp(path, scope->roots.at[i], strlen(scope->roots.at[i])) == 0)
			return true;
	return false;
}

static void add(struct git_entries *out, size_t *cap, const struct walk *w)
{
	struct git_entry *e;

	MEM_GROW(out->at, out->len, *cap);
	e = &out->at[out->len++];
	*e = (struct git_entry){
		.path = mem_strdup(w->name),
		.stage = (int)(w->flags >> STAGE_SHIFT & 3),
		.skip_worktree = w->extended & SKIP_WORKTREE,
		.intent_to_add = w->extended & INTENT_TO_ADD,
	};
	odb_hex(e->oid.hex, (const unsigned char *)w->entry + ID);
}

static bool read_entries(struct git_entries *out, const char *bytes, size_t len,
			 const struct git_scope *scope)
{
	struct slice rest, none;
	struct walk w;
	size_t cap = 0;

	if (!begin(&w, bytes, len))
		return false;
	while (w.left) {
		if (!step(&w))
			return false;
		if (is_file(w.entry) && below_a_root(scope, w.name) &&
		    git_scope_has(scope, w.name))
			add(out, &cap, &w);
	}
	rest = slice_of(w.at, (size_t)(w.end - w.at));
	return index_file_extension(&none, rest, "TREE");
}

bool index_file_read(char **bytes, size_t *len, bool *there, const struct repo *r)
{
	scoped_free char *path = repo_index_file(r);

	*bytes = repo_slurp(path, len);
	*there = *bytes != NULL;
	return *bytes || (access(path, F_OK) != 0 && errno == ENOENT);
}

bool index_file_entries(struct git_entries *out, const struct repo *r,
			const struct git_scope *scope)
{
	scoped(git_entries_release) struct git_entries list = {0};
	scoped_free char *bytes = NULL;
	size_t len = 0;
	bool there;

	if (!index_file_read(&bytes, &len, &there, r) ||
	    (there && !read_entries(&list, bytes, len, scope)))
		return false;
	*out = list;
	list = (struct git_entries){0};
	return true;
}
