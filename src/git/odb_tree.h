/*
 * What commits and trees say, read from the object database without libgit2. false: it is not here
 * or not well formed, and the caller goes the long way. Internal to git/.
 */
#ifndef GIT_ODB_TREE_H
#define GIT_ODB_TREE_H

#include "git/odb.h"

struct odb_commit {
	char tree[OID_HEX + 1];
	char parent[OID_HEX + 1];	/* the last of them */
	int parents;
};
bool odb_read_commit(struct odb_commit *out, struct odb *o, const char *id);

/* The entries of a tree, in the order that git writes them in. */
struct odb_walk {
	const char *at, *end;
	bool bad;
};
struct odb_entry {
	unsigned mode;		/* S_IFREG, S_IFDIR, S_IFLNK or 0160000, and permissions */
	const char *name;
	const unsigned char *id;
};
bool odb_next(struct odb_entry *out, struct odb_walk *w);

/* A tree: kept in *object, whose release ends the walk. */
bool odb_read_tree(struct odb_walk *out, struct odb_object *object, struct odb *o, const char *id);

#endif
