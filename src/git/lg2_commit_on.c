/* A commit on top of a ref, without index or work tree. */
#include "git/lg2_internal.h"
#include "util/fault.h"

#include <stdlib.h>
#include <string.h>

struct base {
	git_commit *commit;	/* both NULL: the ref does not exist yet */
	git_tree *tree;
};

static void base_release(struct base *b)
{
	git_commit_free(b->commit);
	git_tree_free(b->tree);
}

static err_t find_base(struct base *out, struct lg2 *g, const char *ref)
{
	git_oid id;
	int rc = git_reference_name_to_id(&id, g->repo, ref);

	if (rc == GIT_ENOTFOUND)
		return NULL;
	if (rc == 0)
		rc = git_commit_lookup(&out->commit, g->repo, &id);
	if (rc == 0)
		rc = git_commit_tree(&out->tree, out->commit);
	return rc < 0 ? lg2_error(rc, "cannot read '%s'", ref) : NULL;
}

/* A later edit of the same path stands for the earlier ones. */
static bool edited_later(const struct lg2_commit_job *job, size_t i)
{
	for (size_t j = i + 1; j < job->len; j++)
		if (strcmp(job->edits[i].path, job->edits[j].path) == 0)
			return true;
	return false;
}

/* *changes is false when the tree says so already. */
static err_t plan(git_tree_update *out, bool *changes, struct lg2 *g, git_tree *tree,
		  const struct git_edit *edit)
{
	lg2_scoped(git_tree_entry) *e = NULL;
	int rc = tree ? git_tree_entry_bypath(&e, tree, edit->path) : GIT_ENOTFOUND;
	git_filemode_t mode = rc == 0 ? git_tree_entry_filemode(e) : GIT_FILEMODE_BLOB;

	if (rc < 0 && rc != GIT_ENOTFOUND)
		return lg2_error(rc, "cannot read '%s'", edit->path);
	if (mode != GIT_FILEMODE_BLOB && mode != GIT_FILEMODE_BLOB_EXECUTABLE)
		return err_new(ERR_REFUSED, "'%s' is not a file in that branch", edit->path);
	*out = (git_tree_update){.path = edit->path, .filemode = mode};
	if (edit->remove) {
		out->action = GIT_TREE_UPDATE_REMOVE;
		*changes = rc == 0;
		return NULL;
	}
	out->action = GIT_TREE_UPDATE_UPSERT;
	TRY(lg2_write_blob(&out->id, g, edit->text));
	*changes = rc != 0 || !git_oid_equal(&out->id, git_tree_entry_id(e));
	return NULL;
}

/* *tree stays NULL when nothing changes. */
static err_t build_tree(git_tree **tree, struct lg2 *g, const struct base *base,
			const struct lg2_commit_job *job)
{
	scoped_free git_tree_update *updates = mem_alloc((job->len + 1) * sizeof(*updates));
	size_t len = 0;
	bool changes = false;
	git_oid id;
	int rc;

	for (size_t i = 0; i < job->len; i++) {
		if (edited_later(job, i))
			continue;
		TRY(plan(&updates[len], &changes, g, base->tree, &job->edits[i]));
		len += changes;
	}
	if (!len)
		return NULL;
	rc = git_tree_create_updated(&id, g->repo, base->tree, len, updates);
	if (rc == 0)
		rc = git_tree_lookup(tree, g->repo, &id);
	return rc < 0 ? lg2_error(rc, "cannot build the tree") : NULL;
}

static err_t signature(git_signature **out, const char *ident)
{
	int rc = git_signature_from_buffer(out, ident);

	return rc < 0 ? lg2_error(rc, "bad identity '%s'", ident) : NULL;
}

/* Compare-and-swap: a ref that moved since base was read stays where it is. */
static err_t move_ref(struct lg2 *g, const struct base *base, const struct lg2_commit_job *job,
		      const git_oid *id, const git_signature *who)
{
	lg2_scoped(git_reference) *ref = NULL;
	size_t subject = strcspn(job->message, "\n");
	scoped_free char *log = mem_printf("commit%s: %.*s", base->commit ? "" : " (initial)",
					   (int)subject, job->message);
	int rc = git_repository_set_ident(g->repo, who->name, who->email);

	if (rc < 0)
		return lg2_error(rc, "cannot move '%s'", job->ref);
	fault_point("ref");
	if (base->commit)
		rc = git_reference_create_matching(&ref, g->repo, job->ref, id, 1,
						   git_commit_id(base->commit), log);
	else
		rc = git_reference_create(&ref, g->repo, job->ref, id, 0, log);
	if (rc == GIT_EMODIFIED || rc == GIT_EEXISTS)
		return err_new(ERR_BUSY, "'%s' was moved by somebody else meanwhile", job->ref);
	if (rc < 0)
		return lg2_error(rc, "cannot move '%s'", job->ref);
	fault_point("ref");
	return NULL;
}

err_t lg2_commit_on(struct lg2 *g, char commit[OID_HEX + 1], const struct lg2_commit_job *job)
{
	scoped(base_release) struct base base = {0};
	lg2_scoped(git_tree) *tree = NULL;
	lg2_scoped(git_signature) *author = NULL, *committer = NULL;
	const git_commit *parent;
	git_buf message = {0};
	git_oid id;
	int rc;

	TRY(find_base(&base, g, job->ref));
	TRY(signature(&author, job->author));
	TRY(signature(&committer, job->committer));
	TRY(build_tree(&tree, g, &base, job));
	if (!tree) {
		commit[0] = '\0';
		return NULL;
	}
	parent = base.commit;
	rc = git_message_prettify(&message, job->message, 0, '#');
	if (rc == 0)
		rc = git_commit_create(&id, g->repo, NULL, author, committer, NULL, message.ptr,
				       tree, parent ? 1 : 0, &parent);
	git_buf_dispose(&message);
	if (rc < 0)
		return lg2_error(rc, "cannot write the commit");
	TRY(move_ref(g, &base, job, &id, committer));
	git_oid_tostr(commit, OID_HEX + 1, &id);
	return NULL;
}
