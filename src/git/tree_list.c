#include "git/tree_list.h"
#include "git/odb_tree.h"
#include "util/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define DEPTH_MAX 64	/* directories within each other */

#define ROOT ".agent/"	/* all that is ours is below it, whatever the scope */

/* All files below it, artifacts or not. */
struct tree_listed {
	char id[OID_HEX + 1];
	struct git_entries files;
};

void tree_list_forget(struct tree_listed *kept)
{
	if (!kept)
		return;
	git_entries_release(&kept->files);
	free(kept);
}

static bool tree_of(char out[OID_HEX + 1], struct repo *r, const char *id)
{
	struct odb_object object;
	struct odb_commit commit;
	struct odb_walk walk;

	if (odb_read_commit(&commit, r->odb, id)) {
		memcpy(out, commit.tree, sizeof(commit.tree));
		return true;
	}
	if (!odb_read_tree(&walk, &object, r->odb, id))
		return false;
	snprintf(out, OID_HEX + 1, "%s", id);
	odb_release(&object);
	return true;
}

static bool is_file(unsigned mode)
{
	return S_ISREG(mode);
}

/* The entry at a path below a tree; *found is false where there is none. */
static bool find(struct odb_entry *out, char id[OID_HEX + 1], bool *found, struct repo *r,
		 const char *tree, const char *path)
{
	scoped(odb_release) struct odb_object object = {0};
	size_t len = strcspn(path, "/");
	struct odb_walk w;

	*found = false;
	if (!odb_read_tree(&w, &object, r->odb, tree))
		return false;
	while (!*found && odb_next(out, &w))
		*found = strncmp(out->name, path, len) == 0 && !out->name[len];
	if (w.bad)
		return false;
	if (!*found)
		return true;
	odb_hex(id, out->id);
	if (!path[len] || !path[len + 1])
		return true;
	*found = S_ISDIR(out->mode);
	return !*found || find(out, id, found, r, id, path + len + 1);
}

/* --- lists ---------------------------------------------------------------------------------- */

struct walk {
	struct repo *repo;
	struct git_entries *out;
	size_t cap;
	char path[4096];
};

static bool add_entry(struct walk *w, const struct odb_entry *e, size_t len, int depth);

/* What is in a tree whose path, "" or "dir/", is the first len bytes of w->path. */
static bool add_tree(struct walk *w, const char *id, size_t len, int depth)
{
	scoped(odb_release) struct odb_object object = {0};
	struct odb_walk walk;
	struct odb_entry e;

	if (depth == DEPTH_MAX || !odb_read_tree(&walk, &object, w->repo->odb, id))
		return false;
	while (odb_next(&e, &walk))
		if (!add_entry(w, &e, len, depth))
			return false;
	return !walk.bad;
}

/* In byte order of the paths, as git sorts them: any other tree is left to others. */
static bool add_file(struct walk *w, const struct odb_entry *e)
{
	struct git_entries *out = w->out;
	struct git_entry *file;

	if (out->len && strcmp(out->at[out->len - 1].path, w->path) >= 0)
		return false;
	MEM_GROW(out->at, out->len, w->cap);
	file = &out->at[out->len++];
	*file = (struct git_entry){.path = mem_strdup(w->path)};
	odb_hex(file->oid.hex, e->id);
	return true;
}

static bool add_entry(struct walk *w, const struct odb_entry *e, size_t len, int depth)
{
	size_t name = strlen(e->name);
	char id[OID_HEX + 1];

	if (len + name + 2 > sizeof(w->path))
		return false;
	memcpy(w->path + len, e->name, name + 1);
	if (is_file(e->mode))
		return add_file(w, e);
	if (!S_ISDIR(e->mode))
		return true;
	strcpy(w->path + len + name, "/");
	odb_hex(id, e->id);
	return add_tree(w, id, len + name + 1, depth + 1);
}

static bool add_root(struct walk *w, const char *tree)
{
	struct odb_entry e;
	char id[OID_HEX + 1];
	bool found;

	if (!find(&e, id, &found, w->repo, tree, ROOT))
		return false;
	strcpy(w->path, ROOT);
	return !found || !S_ISDIR(e.mode) || add_tree(w, id, strlen(ROOT), 0);
}

static struct tree_listed *read_list(struct repo *r, const char *id)
{
	struct tree_listed *kept = mem_alloc(sizeof(*kept));
	struct walk w = {.repo = r, .out = &kept->files};
	char tree[OID_HEX + 1];

	snprintf(kept->id, sizeof(kept->id), "%s", id);
	if (tree_of(tree, r, id) && add_root(&w, tree))
		return kept;
	tree_list_forget(kept);
	return NULL;
}

bool tree_list(struct git_entries *out, struct repo *r, const char *id,
	       const struct git_scope *scope)
{
	struct git_entries *all;

	if (!r->listed || strcmp(r->listed->id, id) != 0) {
		tree_list_forget(r->listed);
		r->listed = read_list(r, id);
	}
	if (!r->listed)
		return false;
	all = &r->listed->files;
	*out = (struct git_entries){mem_alloc((all->len + 1) * sizeof(*out->at)), 0};
	for (size_t i = 0; i < all->len; i++)
		if (git_scope_has(scope, all->at[i].path))
			out->at[out->len++] = (struct git_entry){
				.path = mem_strdup(all->at[i].path), .oid = all->at[i].oid,
			};
	return true;
}

bool tree_list_oid(struct oid *out, struct repo *r, const char *id, const char *path)
{
	char tree[OID_HEX + 1];
	struct odb_entry e;
	struct oid oid;
	bool found;

	if (!path[0] || !tree_of(tree, r, id) || !find(&e, oid.hex, &found, r, tree, path))
		return false;
	*out = found && is_file(e.mode) ? oid : (struct oid){""};
	return true;
}
