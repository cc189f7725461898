/* The ids of trees that git keeps in the index (its extension TREE). */
#include "git/ours.h"
#include "git/index_file.h"
#include "git/odb.h"
#include "util/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME ".agent"

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
	scoped_free char *bytes = NULL;
	struct slice all, tree;
	size_t len = 0;
	bool there;

	return index_file_read(&bytes, &len, &there, r) && there &&
	       index_file_extensions(&all, bytes, len) &&
	       index_file_extension(&tree, all, "TREE") && tree.len && find_node(out, tree);
}
