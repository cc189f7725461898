/* The ids of trees that git keeps in the index (its extension TREE). */
#include "git/ours.h"
#include "git/odb.h"
#include "git/repo_internal.h"
#include "util/mem.h"
#include "util/slice.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME ".agent"

/* The length of an entry before its name; 2 bytes of flags are the end of it. */
enum { HEADER = 12, ENTRY = 62, EXTENDED = 0x4000, NAME_BITS = 0xfff };

static uint32_t be32(const char *at)
{
	uint32_t value;

	memcpy(&value, at, sizeof(value));
	return ntohl(value);
}

/* Over one entry; 0 when it goes beyond the end. */
static size_t entry_len(const char *at, size_t left, unsigned version)
{
	unsigned flags;
	size_t len = ENTRY, name;

	if (left < ENTRY + 2)
		return 0;
	flags = (unsigned)(unsigned char)at[ENTRY - 2] << 8 | (unsigned char)at[ENTRY - 1];
	if (version >= 3 && (flags & EXTENDED))
		len += 2;
	name = flags & NAME_BITS;
	if (version >= 4 || name == NAME_BITS) {
		if (version >= 4)	/* a number, of bytes to take off the name before */
			while (len < left && (at[len++] & 0x80))
				;
		name = len < left ? strnlen(at + len, left - len) : 0;
	}
	len += name + 1;
	if (version < 4)
		len = (len + 7) & ~(size_t)7;
	return len <= left ? len : 0;
}

/* From the first extension to the checksum. */
static bool extensions(struct slice *out, const char *bytes, size_t len)
{
	unsigned version;
	uint32_t count;
	size_t at = HEADER, step;

	if (len < HEADER + ODB_RAW_ID || memcmp(bytes, "DIRC", 4) != 0)
		return false;
	len -= ODB_RAW_ID;
	version = be32(bytes + 4);
	count = be32(bytes + 8);
	if (version < 2 || version > 4)
		return false;
	for (; count; count--, at += step) {
		step = entry_len(bytes + at, len - at, version);
		if (!step)
			return false;
	}
	*out = slice_of(bytes + at, len - at);
	return true;
}

/* A split index has only a part of the entries here, and no word of the rest. */
static bool find_extension(struct slice *out, struct slice rest, const char *name)
{
	bool found = false;

	while (rest.len >= 8) {
		size_t len = be32(rest.at + 4);

		if (len > rest.len - 8 || memcmp(rest.at, "link", 4) == 0)
			return false;
		if (memcmp(rest.at, name, 4) == 0) {
			*out = slice_of(rest.at + 8, len);
			found = true;
		}
		rest = slice_of(rest.at + 8 + len, rest.len - 8 - len);
	}
	return found && !rest.len;
}

/* --- the extension TREE --------------------------------------------------------------------- */

struct node {
	const char *name;
	long entries;		/* -1: git does not know its id now */
	long trees;		/* that follow, each with those below it */
	const unsigned char *id;
};

/* "<name> NUL <entries> SP <trees> LF", and the id where there is one. */
static bool take_node(struct node *out, struct slice *rest)
{
	const char *nul = memchr(rest->at, '\0', rest->len), *end = rest->at + rest->len;
	const char *line = nul ? memchr(nul + 1, '\n', (size_t)(end - nul - 1)) : NULL;
	char *next;

	if (!line)
		return false;
	out->name = rest->at;
	out->entries = strtol(nul + 1, &next, 10);
	if (*next != ' ')
		return false;
	out->trees = strtol(next + 1, &next, 10);
	if (next != line || out->trees < 0)
		return false;
	out->id = (const unsigned char *)line + 1;
	next = (char *)(uintptr_t)line + 1 + (out->entries >= 0 ? ODB_RAW_ID : 0);
	if (next > end)
		return false;
	*rest = slice_of(next, (size_t)(end - next));
	return true;
}

/* Over all that is below a node. */
static bool pass_by(struct slice *rest, long trees)
{
	struct node node;

	for (; trees; trees += node.trees - 1)
		if (!take_node(&node, rest))
			return false;
	return true;
}

static bool find_node(struct ours *out, struct slice rest)
{
	struct node root, node;
	char id[OID_HEX + 1];

	*out = (struct ours){""};
	if (!take_node(&root, &rest))
		return false;
	for (long i = 0; i < root.trees; i++) {
		if (!take_node(&node, &rest))
			return false;
		if (strcmp(node.name, NAME) == 0) {
			odb_hex(id, node.id);
			snprintf(out->entry, sizeof(out->entry), "40000 %s", id);
			return node.entries >= 0;
		}
		if (!pass_by(&rest, node.trees))
			return false;
	}
	return false;	/* a file of this name, or nothing: not told apart */
}

bool ours_in_index(struct ours *out, const struct repo *r)
{
	scoped_free char *path = repo_index_file(r);
	struct slice all, tree;
	size_t len = 0;
	scoped_free char *bytes = repo_slurp(path, &len);

	return bytes && extensions(&all, bytes, len) && find_extension(&tree, all, "TREE") &&
	       find_node(out, tree);
}
