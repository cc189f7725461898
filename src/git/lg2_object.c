/* Objects by name and by id. */
#include "git/lg2_internal.h"

#include <string.h>

static err_t find(git_object **out, struct lg2 *g, const char *rev)
{
	git_oid id;
	int rc;

	if (hash_is_hex(rev, OID_HEX) && git_oid_fromstr(&id, rev) == 0)
		rc = git_object_lookup(out, g->repo, &id, GIT_OBJECT_ANY);
	else
		rc = git_revparse_single(out, g->repo, rev);
	if (rc == GIT_EAMBIGUOUS)
		return err_new(ERR_AMBIGUOUS, "'%s' names several objects", rev);
	if (rc == GIT_ENOTFOUND || rc == GIT_EINVALIDSPEC)
		return err_new(ERR_NOTFOUND, "unknown revision '%s'", rev);
	return rc < 0 ? lg2_error(rc, "cannot read '%s'", rev) : NULL;
}

err_t lg2_resolve(char out[OID_HEX + 1], struct lg2 *g, const char *rev)
{
	lg2_scoped(git_object) *object = NULL, *commit = NULL;

	TRY(find(&object, g, rev));
	if (git_object_peel(&commit, object, GIT_OBJECT_COMMIT) != 0)
		return err_new(ERR_NOTFOUND, "'%s' is not a commit", rev);
	git_oid_tostr(out, OID_HEX + 1, git_object_id(commit));
	return NULL;
}

err_t lg2_tree_of(git_tree **out, struct lg2 *g, const char *treeish)
{
	lg2_scoped(git_object) *object = NULL;
	git_object *tree;

	TRY(find(&object, g, treeish));
	if (git_object_peel(&tree, object, GIT_OBJECT_TREE) != 0)
		return err_new(ERR_NOTFOUND, "'%s' has no tree", treeish);
	*out = (git_tree *)tree;
	return NULL;
}

err_t lg2_blob(char **bytes, size_t *len, struct lg2 *g, const char *oid)
{
	lg2_scoped(git_odb_object) *object = NULL;
	git_oid id;
	int rc;

	TRY(lg2_parse_oid(&id, oid));
	rc = git_odb_read(&object, g->odb, &id);
	if (rc < 0)
		return lg2_error(rc, "cannot read blob '%s'", oid);
	if (git_odb_object_type(object) != GIT_OBJECT_BLOB)
		return err_new(ERR_NOTFOUND, "'%s' is not a blob", oid);
	*len = git_odb_object_size(object);
	*bytes = mem_dup(git_odb_object_data(object), *len);
	return NULL;
}

err_t lg2_write_blob(git_oid *out, struct lg2 *g, struct slice text)
{
	struct oid known = hash_blob(text);
	git_oid id;
	int rc;

	TRY(lg2_parse_oid(&id, known.hex));
	if (!git_odb_exists(g->odb, &id)) {
		rc = git_odb_write(&id, g->odb, text.at ? text.at : "", text.len, GIT_OBJECT_BLOB);
		if (rc < 0)
			return lg2_error(rc, "cannot write an object");
	}
	*out = id;
	return NULL;
}
