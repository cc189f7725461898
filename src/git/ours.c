#include "git/ours.h"
#include "git/odb.h"
#include "git/repo_internal.h"
#include "util/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME ".agent"

static bool read_object(struct odb_object *out, const struct repo *r, const char *id,
			enum odb_type type)
{
	scoped_free char *objects = mem_printf("%s/objects", r->commondir);

	if (!odb_read(out, objects, id))
		return false;
	if (out->type == type)
		return true;
	odb_release(out);
	return false;
}

/* --- commits and trees ---------------------------------------------------------------------- */

/* "tree <id>", then a line "parent <id>" for each. */
static bool read_commit(char tree[OID_HEX + 1], char parent[OID_HEX + 1], int *parents,
			const struct repo *r, const char *id)
{
	scoped(odb_release) struct odb_object o = {0};
	const char *at;

	if (!read_object(&o, r, id, ODB_COMMIT) || strncmp(o.bytes, "tree ", 5) != 0 ||
	    !repo_take_id(tree, o.bytes + 5))
		return false;
	at = o.bytes + 5 + OID_HEX;
	for (*parents = 0; strncmp(at, "\nparent ", 8) == 0; at += 8 + OID_HEX)
		if (!repo_take_id(parent, at + 8) || ++*parents > 1000)
			return false;
	return *at == '\n';
}

/* "<mode> SP <name> NUL <20 bytes>" each. */
static bool find_in_tree(struct ours *out, const struct odb_object *tree)
{
	const char *at = tree->bytes, *end = at + tree->len;
	char id[OID_HEX + 1];

	while (at < end) {
		const char *nul = memchr(at, '\0', (size_t)(end - at));
		const char *space = nul ? memchr(at, ' ', (size_t)(nul - at)) : NULL;

		if (!space || end - nul <= ODB_RAW_ID || space - at > 6)
			return false;
		if (strcmp(space + 1, NAME) == 0) {
			odb_hex(id, (const unsigned char *)nul + 1);
			snprintf(out->entry, sizeof(out->entry), "%.*s %s", (int)(space - at), at,
				 id);
		}
		at = nul + 1 + ODB_RAW_ID;
	}
	return true;
}

static bool in_tree(struct ours *out, const struct repo *r, const char *id)
{
	scoped(odb_release) struct odb_object tree = {0};

	*out = (struct ours){""};
	return read_object(&tree, r, id, ODB_TREE) && find_in_tree(out, &tree);
}

bool ours_in_commit(struct ours *out, const struct repo *r, const char *commit)
{
	char tree[OID_HEX + 1], parent[OID_HEX + 1];
	int parents;

	return read_commit(tree, parent, &parents, r, commit) && in_tree(out, r, tree);
}

bool ours_same(const struct repo *r, const char *a, const char *b)
{
	struct ours in_a, in_b;

	return ours_in_commit(&in_a, r, a) && ours_in_commit(&in_b, r, b) && ours_eq(&in_a, &in_b);
}

/* The last line of logs/HEAD: "<old> <new> Name <mail> time zone TAB message". */
static bool last_step(char from[OID_HEX + 1], char to[OID_HEX + 1], const struct repo *r)
{
	size_t len = 0, at;
	scoped_free char *bytes = repo_slurp_at(r->gitdir, "logs/HEAD", &len);

	if (!bytes || !len || bytes[len - 1] != '\n')
		return false;
	for (at = len - 1; at > 0 && bytes[at - 1] != '\n';)
		at--;
	return repo_take_id(from, bytes + at) && bytes[at + OID_HEX] == ' ' &&
	       repo_take_id(to, bytes + at + OID_HEX + 1);
}

static bool head_commit(char out[OID_HEX + 1], struct repo *r)
{
	struct repo_head head;
	err_t err = repo_head(&head, r);
	bool failed = err != NULL;

	err_free(err);
	if (!failed)
		memcpy(out, head.commit, sizeof(head.commit));
	return !failed && out[0];
}

bool ours_unmoved(struct repo *r)
{
	char from[OID_HEX + 1], to[OID_HEX + 1], head[OID_HEX + 1];

	return head_commit(head, r) && last_step(from, to, r) && strcmp(to, head) == 0 &&
	       ours_same(r, from, to);
}

bool ours_staged_nothing(struct repo *r)
{
	char head[OID_HEX + 1];
	struct ours staged, committed;

	return ours_in_index(&staged, r) && head_commit(head, r) &&
	       ours_in_commit(&committed, r, head) && ours_eq(&staged, &committed);
}

bool ours_passed_by(const struct repo *r, const char *from, const char *to)
{
	char at[OID_HEX + 1], tree[OID_HEX + 1], parent[OID_HEX + 1];
	struct ours before, now;
	int parents;

	if (!ours_in_commit(&before, r, from))
		return false;
	snprintf(at, sizeof(at), "%s", to);
	for (int step = 0; strcmp(at, from) != 0; step++) {
		if (step == OURS_STEPS || !read_commit(tree, parent, &parents, r, at) ||
		    parents != 1 || !in_tree(&now, r, tree) || !ours_eq(&now, &before))
			return false;
		memcpy(at, parent, sizeof(at));
	}
	return true;
}
