/* Ranges of commits, for those who judge them. */
#include "git/objects_internal.h"
#include "git/tree_list.h"
#include "util/mem.h"

#include <string.h>

err_t git_range_commits(struct strs *out, struct repo *r, const char *tip, const struct strs *hide)
{
	struct objects *o;

	TRY(objects_open(&o, r));
	if (o->shallow)
		return shallow_commits(out, tip, hide);
	return o->ops->commits(o->lg2, out, tip, hide);
}

err_t git_range_is_cut(bool *out, struct repo *r, const char *commit)
{
	scoped_free char *shallow = NULL;
	struct objects *o;

	TRY(objects_open(&o, r));
	*out = false;
	if (!o->shallow)
		return NULL;
	shallow = repo_slurp_at(r->commondir, "shallow", NULL);
	*out = shallow && strstr(shallow, commit);
	return NULL;
}

err_t git_range_changes(struct git_changes *out, struct repo *r, const struct kinds *kinds,
			const char *commit)
{
	scoped(git_scope_release) struct git_scope scope;
	struct objects *o;

	git_scope_init_judged(&scope, kinds);
	TRY(objects_open(&o, r));
	return o->ops->changes(o->lg2, out, commit, &scope);
}

err_t git_range_commit(struct git_commit *out, struct repo *r, const char *commit)
{
	static const struct strs nobody;
	struct objects *o;

	TRY(objects_open(&o, r));
	return o->ops->commit(o->lg2, out, commit, &nobody, NULL);
}

err_t git_range_message(char **out, struct repo *r, const char *commit)
{
	struct objects *o;

	TRY(objects_open(&o, r));
	return o->ops->message(o->lg2, out, commit);
}

err_t git_range_oid(struct oid *out, struct repo *r, const char *commit, const char *path)
{
	struct objects *o;

	if (tree_list_oid(out, r, commit, path))
		return NULL;
	TRY(objects_open(&o, r));
	return o->ops->tree_oid(o->lg2, out, commit, path);
}

static void scoped_result(struct proc_result *r)
{
	proc_result_release(r);
}

/* Asked of git itself: once for a merge commit, and rarely. */
err_t git_range_bases(struct strs *out, struct repo *r, const char *a, const char *b)
{
	const char *const argv[] = {"git", "merge-base", "--all", a, b, NULL};
	scoped(scoped_result) struct proc_result result = {0};
	char id[OID_HEX + 1];

	TRY(proc_run(&result, &(struct proc){.argv = argv, .quiet = true}));
	if (result.status > 1)	/* 1: there is none */
		return repo_git_error(&result, "git merge-base");
	for (const char *at = result.out; repo_take_id(id, at) && at[OID_HEX] == '\n';
	     at += OID_HEX + 1)
		strs_add(out, id);
	return NULL;
}
