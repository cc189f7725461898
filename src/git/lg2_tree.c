/* Trees: the artifacts in one, and what differs between several. Blobs are never loaded. */
#include "git/lg2_internal.h"

#include <stdlib.h>
#include <string.h>

#define MAX_PARENTS 8

/* The object id of an artifact's entry; NULL for links, submodules and directories. */
static const git_oid *file_id(const git_tree_entry *e)
{
	git_filemode_t mode = e ? git_tree_entry_filemode(e) : GIT_FILEMODE_UNREADABLE;

	return mode == GIT_FILEMODE_BLOB || mode == GIT_FILEMODE_BLOB_EXECUTABLE ?
	       git_tree_entry_id(e) : NULL;
}

static bool is_tree(const git_tree_entry *e)
{
	return e && git_tree_entry_filemode(e) == GIT_FILEMODE_TREE;
}

/* git's order within a tree: as if the names of directories ended in '/'. */
static int compare(const git_tree_entry *a, const git_tree_entry *b)
{
	if (!a || !b)
		return a ? -1 : 1;
	return git_tree_entry_cmp(a, b);
}

/* One path that differs between two trees. */
struct pair {
	char *path;
	struct oid before, after;
};
struct pairs {
	struct pair *at;
	size_t len, cap;
};

static void pairs_release(struct pairs *p)
{
	for (size_t i = 0; i < p->len; i++)
		free(p->at[i].path);
	free(p->at);
}

struct diff {
	struct lg2 *g;
	const struct git_scope *scope;
	struct pairs *out;
};

static void add_file(struct diff *d, const char *path, const git_oid *before, const git_oid *after)
{
	struct pair p = {0};

	if (!before && !after)
		return;
	if (before && after && git_oid_equal(before, after))
		return;
	if (!git_scope_has(d->scope, path))
		return;
	p.path = mem_strdup(path);
	if (before)
		p.before = lg2_hex(before);
	if (after)
		p.after = lg2_hex(after);
	MEM_GROW(d->out->at, d->out->len, d->out->cap);
	d->out->at[d->out->len++] = p;
}

static err_t load_tree(git_tree **out, struct lg2 *g, const git_tree_entry *e)
{
	int rc;

	if (!is_tree(e))
		return NULL;
	rc = git_tree_lookup(out, g->repo, git_tree_entry_id(e));
	return rc < 0 ? lg2_error(rc, "cannot read a tree") : NULL;
}

static err_t diff_trees(struct diff *d, const char *prefix, git_tree *a, git_tree *b);

/* a and b have the same name, or one is NULL. */
static err_t diff_entry(struct diff *d, const char *prefix, const git_tree_entry *a,
			const git_tree_entry *b)
{
	const char *name = git_tree_entry_name(a ? a : b);
	scoped_free char *path =
		mem_printf("%s%s%s", prefix, name, is_tree(a) || is_tree(b) ? "/" : "");
	lg2_scoped(git_tree) *below_a = NULL, *below_b = NULL;

	if (a && b && git_oid_equal(git_tree_entry_id(a), git_tree_entry_id(b)) &&
	    git_tree_entry_filemode(a) == git_tree_entry_filemode(b))
		return NULL;
	if (!is_tree(a) && !is_tree(b)) {
		add_file(d, path, file_id(a), file_id(b));
		return NULL;
	}
	TRY(load_tree(&below_a, d->g, a));
	TRY(load_tree(&below_b, d->g, b));
	return diff_trees(d, path, below_a, below_b);
}

static err_t diff_trees(struct diff *d, const char *prefix, git_tree *a, git_tree *b)
{
	size_t nr_a = a ? git_tree_entrycount(a) : 0, nr_b = b ? git_tree_entrycount(b) : 0;

	for (size_t i = 0, j = 0; i < nr_a || j < nr_b;) {
		const git_tree_entry *x = i < nr_a ? git_tree_entry_byindex(a, i) : NULL;
		const git_tree_entry *y = j < nr_b ? git_tree_entry_byindex(b, j) : NULL;
		int order = compare(x, y);

		TRY(diff_entry(d, prefix, order <= 0 ? x : NULL, order >= 0 ? y : NULL));
		i += order <= 0;
		j += order >= 0;
	}
	return NULL;
}

/* The tree at "dir/" below root; *out stays NULL when there is none. */
static err_t subtree(git_tree **out, struct lg2 *g, git_tree *root, const char *dir)
{
	scoped_free char *path = mem_strndup(dir, strlen(dir) - 1);
	lg2_scoped(git_tree_entry) *e = NULL;
	int rc = root ? git_tree_entry_bypath(&e, root, path) : GIT_ENOTFOUND;

	if (rc < 0 && rc != GIT_ENOTFOUND)
		return lg2_error(rc, "cannot read the tree at '%s'", path);
	return load_tree(out, g, e);
}

/* All directories of kinds are below .agent: most commits are done with after this. */
static bool same_artifacts(const git_tree *a, const git_tree *b)
{
	const git_tree_entry *x = git_tree_entry_byname(a, ".agent");
	const git_tree_entry *y = git_tree_entry_byname(b, ".agent");

	return x && y ? git_oid_equal(git_tree_entry_id(x), git_tree_entry_id(y)) : x == y;
}

/* Everything below the scope's directories that differs, in byte order. a or b may be NULL. */
static err_t diff_scope(struct pairs *out, struct lg2 *g, const struct git_scope *scope,
			git_tree *a, git_tree *b)
{
	struct diff d = {g, scope, out};

	if (a && b && same_artifacts(a, b))
		return NULL;
	for (size_t i = 0; i < scope->roots.len; i++) {
		lg2_scoped(git_tree) *in_a = NULL, *in_b = NULL;

		TRY(subtree(&in_a, g, a, scope->roots.at[i]));
		TRY(subtree(&in_b, g, b, scope->roots.at[i]));
		if (in_a && in_b && git_oid_equal(git_tree_id(in_a), git_tree_id(in_b)))
			continue;
		TRY(diff_trees(&d, scope->roots.at[i], in_a, in_b));
	}
	return NULL;
}

err_t lg2_tree(struct lg2 *g, struct git_entries *out, const char *treeish,
	       const struct git_scope *scope)
{
	scoped(pairs_release) struct pairs all = {0};
	lg2_scoped(git_tree) *tree = NULL;

	TRY(lg2_tree_of(&tree, g, treeish));
	TRY(diff_scope(&all, g, scope, NULL, tree));
	*out = (struct git_entries){mem_alloc((all.len + 1) * sizeof(*out->at)), all.len};
	for (size_t i = 0; i < all.len; i++)
		out->at[i] =
			(struct git_entry){.path = steal(all.at[i].path), .oid = all.at[i].after};
	return NULL;
}

err_t lg2_tree_oid(struct lg2 *g, struct oid *out, const char *commit, const char *path)
{
	lg2_scoped(git_tree) *tree = NULL;
	lg2_scoped(git_tree_entry) *e = NULL;
	const git_oid *id;
	int rc;

	TRY(lg2_tree_of(&tree, g, commit));
	rc = git_tree_entry_bypath(&e, tree, path);
	if (rc < 0 && rc != GIT_ENOTFOUND)
		return lg2_error(rc, "cannot read '%s' in '%s'", path, commit);
	id = file_id(e);
	*out = id ? lg2_hex(id) : (struct oid){{0}};
	return NULL;
}

/* --- changes ------------------------------------------------------------------------------- */

struct sides {
	struct pairs at[MAX_PARENTS];
	size_t next[MAX_PARENTS];
	int len;
};

static void sides_release(struct sides *s)
{
	for (int i = 0; i < s->len; i++)
		pairs_release(&s->at[i]);
}

static struct pair *head_of(struct sides *s, int i)
{
	return s->next[i] < s->at[i].len ? &s->at[i].at[s->next[i]] : NULL;
}

/* The next path of any side, with every side's text: a side that does not list it has `after`. */
static bool next_change(struct sides *s, struct git_change *out)
{
	struct pair *least = NULL;

	for (int i = 0; i < s->len; i++) {
		struct pair *p = head_of(s, i);

		if (p && (!least || strcmp(p->path, least->path) < 0))
			least = p;
	}
	if (!least)
		return false;
	*out = (struct git_change){
		.path = mem_strdup(least->path), .after = least->after, .nr_parents = s->len,
	};
	for (int i = 0; i < s->len; i++) {
		struct pair *p = head_of(s, i);
		bool differs = p && strcmp(p->path, out->path) == 0;

		out->before[i] = differs ? p->before : out->after;
		s->next[i] += differs;
	}
	return true;
}

static err_t collect(struct sides *s, struct lg2 *g, git_commit *commit,
		     const struct git_scope *scope)
{
	lg2_scoped(git_tree) *after = NULL;
	int rc = git_commit_tree(&after, commit);

	for (unsigned i = 0; rc == 0 && i < git_commit_parentcount(commit) && s->len < MAX_PARENTS;
	     i++) {
		const git_oid *id = git_commit_parent_id(commit, i);
		lg2_scoped(git_commit) *parent = NULL;
		lg2_scoped(git_tree) *before = NULL;

		if (!git_odb_exists(g->odb, id))
			continue;	/* shallow */
		rc = git_commit_lookup(&parent, g->repo, id);
		if (rc == 0)
			rc = git_commit_tree(&before, parent);
		if (rc == 0)
			TRY(diff_scope(&s->at[s->len++], g, scope, before, after));
	}
	if (rc < 0)
		return lg2_error(rc, "cannot read the trees of a commit");
	if (s->len == 0)
		TRY(diff_scope(&s->at[s->len++], g, scope, NULL, after));
	return NULL;
}

err_t lg2_changes(struct lg2 *g, struct git_changes *out, const char *id,
		  const struct git_scope *scope)
{
	scoped(sides_release) struct sides sides = {0};
	lg2_scoped(git_commit) *commit = NULL;
	struct git_change change;
	size_t cap = 0;

	TRY(lg2_find_commit(&commit, g, id));
	TRY(collect(&sides, g, commit, scope));
	*out = (struct git_changes){0};
	while (next_change(&sides, &change)) {
		MEM_GROW(out->at, out->len, cap);
		out->at[out->len++] = change;
	}
	return NULL;
}
