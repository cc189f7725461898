/* The engine's view of one work tree. */
#include "git/index_file.h"
#include "git/objects_internal.h"
#include "git/ours.h"
#include "git/reflog.h"
#include "git/tree_list.h"
#include "git/worktree.h"
#include "util/mem.h"

#include <stdlib.h>
#include <string.h>

struct port {
	struct repo *repo;	/* not owned */
	struct git_scope scope;
	struct worktree worktree;
	bool looked;		/* me and trunk are known */
	struct strs me;
	struct strs trunk;
	struct strs reached;	/* shallow: what the trunk reaches, in byte order */
};

/* --- who I am, what the trunk is -------------------------------------------------------------- */

static err_t find_me(struct strs *out, struct repo *r)
{
	scoped_free char *who = NULL, *mail = NULL;
	const char *env = getenv("GIT_COMMITTER_EMAIL"), *user, *committer;

	TRY(repo_identity(&who, &mail, r));
	TRY(repo_config(&user, r, "user.email"));
	TRY(repo_config(&committer, r, "committer.email"));
	if (strcmp(mail, "unknown") != 0)
		strs_add(out, mail);
	if (user && user[0])
		strs_add(out, user);
	if (committer && committer[0])
		strs_add(out, committer);
	if (env && env[0])
		strs_add(out, env);
	return NULL;
}

static err_t find_trunk(struct strs *out, struct repo *r)
{
	char names[2][256], commit[OID_HEX + 1], last[256];

	TRY(git_trunk(names[0], names[1], r));
	for (int i = 0; i < 2; i++) {
		if (!names[i][0])
			continue;
		TRY(repo_ref_resolve(commit, last, r, names[i]));
		if (commit[0])
			strs_add(out, commit);
	}
	return NULL;
}

static void forget(struct port *p)
{
	strs_release(&p->me);
	strs_release(&p->trunk);
	strs_release(&p->reached);
	p->looked = false;
}

static err_t look(struct port *p, struct objects *o)
{
	if (p->looked)
		return NULL;
	forget(p);
	TRY(find_me(&p->me, p->repo));
	TRY(find_trunk(&p->trunk, p->repo));
	for (size_t i = 0; o->shallow && i < p->trunk.len; i++)
		TRY(shallow_commits(&p->reached, p->trunk.at[i], NULL));
	strs_sort(&p->reached);
	p->looked = true;
	return NULL;
}

/* --- the table -------------------------------------------------------------------------------- */

static err_t port_head(void *ctx, struct git_head *out)
{
	struct port *p = ctx;
	struct repo_head head;

	TRY(repo_head(&head, p->repo));
	memcpy(out->commit, head.commit, sizeof(out->commit));
	memcpy(out->ref, head.ref, sizeof(out->ref));
	memcpy(out->log, head.log, sizeof(out->log));
	out->busy = head.busy;
	return NULL;
}

static bool port_at_work(void *ctx)
{
	struct port *p = ctx;

	return repo_at_work(p->repo);
}

static bool port_index_is_new(void *ctx, int ms, bool wait)
{
	struct port *p = ctx;

	return repo_index_is_new(p->repo, ms, wait);
}

static err_t port_commits(void *ctx, struct strs *out, const char *tip, const struct strs *hide)
{
	struct port *p = ctx;
	struct objects *o;

	TRY(objects_open(&o, p->repo));
	forget(p);	/* the trunk may have moved since the last walk */
	if (o->shallow)
		return shallow_commits(out, tip, hide);
	return o->ops->commits(o->lg2, out, tip, hide);
}

static err_t port_commit(void *ctx, struct git_commit *out, const char *id)
{
	struct port *p = ctx;
	struct objects *o;

	TRY(objects_open(&o, p->repo));
	TRY(look(p, o));
	TRY(o->ops->commit(o->lg2, out, id, &p->me, o->shallow ? NULL : &p->trunk));
	if (o->shallow && p->reached.len)
		out->trunk = strs_has_sorted(&p->reached, id);
	return NULL;
}

static err_t port_changes(void *ctx, struct git_changes *out, const char *commit)
{
	struct port *p = ctx;
	struct objects *o;

	TRY(objects_open(&o, p->repo));
	return o->ops->changes(o->lg2, out, commit, &p->scope);
}

static err_t port_merge_base(void *ctx, char out[OID_HEX + 1], const char *a, const char *b)
{
	struct port *p = ctx;
	struct objects *o;

	TRY(objects_open(&o, p->repo));
	return o->shallow ? shallow_merge_base(out, a, b) : o->ops->merge_base(o->lg2, out, a, b);
}

static bool port_passed_by(void *ctx, const char *from, const char *to)
{
	struct port *p = ctx;

	return ours_passed_by(p->repo, from, to);
}

static err_t add_changed(struct strs *paths, bool *records, struct port *p, const char *commit)
{
	scoped(git_changes_release) struct git_changes changes = {0};

	TRY(git_range_changes(&changes, p->repo, p->scope.kinds, commit));
	for (size_t i = 0; i < changes.len; i++) {
		const char *path = changes.at[i].path;

		if (git_scope_has(&p->scope, path))
			strs_add(paths, path);
		else
			*records = true;
	}
	return NULL;
}

static bool port_stepped(void *ctx, struct strs *paths, bool *records, const char *from,
			 const char *to, const char *log)
{
	scoped(strs_release) struct strs commits = {0};
	struct port *p = ctx;

	*records = false;
	if (!ours_steps(&commits, p->repo, from, to) || !reflog_only(p->repo, log, &commits))
		return false;
	for (size_t i = 0; i + 1 < commits.len; i++) {
		err_t err = add_changed(paths, records, p, commits.at[i]);
		bool failed = err != NULL;

		err_free(err);
		if (failed)
			return false;
	}
	strs_sort(paths);
	return true;
}

static err_t port_in_head(void *ctx, bool *out, const char *commit)
{
	struct port *p = ctx;
	struct repo_head head;
	struct objects *o;

	TRY(repo_head(&head, p->repo));
	if (!head.commit[0] || strcmp(head.commit, commit) == 0) {
		*out = head.commit[0] != '\0';
		return NULL;
	}
	TRY(objects_open(&o, p->repo));
	if (o->shallow)
		return shallow_reaches(out, head.commit, commit);
	return o->ops->reaches(o->lg2, out, head.commit, commit);
}

static err_t port_head_log(void *ctx, struct strs *commits, const char *log)
{
	struct port *p = ctx;

	return reflog_since(commits, p->repo, log);
}

static err_t port_tree(void *ctx, struct git_entries *out, const char *commit)
{
	struct port *p = ctx;
	struct objects *o;

	if (!commit[0]) {
		*out = (struct git_entries){0};
		return NULL;
	}
	if (tree_list(out, p->repo, commit, &p->scope))
		return NULL;
	TRY(objects_open(&o, p->repo));
	return o->ops->tree(o->lg2, out, commit, &p->scope);
}

static err_t port_tree_oid(void *ctx, struct oid *out, const char *commit, const char *path)
{
	struct port *p = ctx;
	struct objects *o;

	if (!commit[0]) {
		*out = (struct oid){{0}};
		return NULL;
	}
	if (tree_list_oid(out, p->repo, commit, path))
		return NULL;
	TRY(objects_open(&o, p->repo));
	return o->ops->tree_oid(o->lg2, out, commit, path);
}

static err_t port_index(void *ctx, struct git_entries *out)
{
	struct port *p = ctx;
	struct objects *o;

	if (index_file_entries(out, p->repo, &p->scope))
		return NULL;
	TRY(objects_open(&o, p->repo));
	return o->ops->index(o->lg2, out, &p->scope);
}

static err_t port_blob(void *ctx, char **bytes, size_t *len, const char *oid)
{
	struct port *p = ctx;

	return git_blob(bytes, len, p->repo, oid);
}

static err_t port_files(void *ctx, file_each_fn each, void *each_ctx)
{
	struct port *p = ctx;

	return worktree_files(&p->worktree, each, each_ctx);
}

static err_t port_stat(void *ctx, struct file_stat *out, const char *path)
{
	struct port *p = ctx;

	return worktree_stat(&p->worktree, out, path);
}

static err_t port_read(void *ctx, char **bytes, size_t *len, struct file_stat *stat,
		       const char *path)
{
	struct port *p = ctx;

	return worktree_read(&p->worktree, bytes, len, stat, path);
}

static err_t port_stage(void *ctx, char **tmp, const char *path, struct slice text)
{
	struct port *p = ctx;

	return worktree_stage(&p->worktree, tmp, path, text);
}

static err_t port_publish(void *ctx, struct file_stat *out, const char *tmp, const char *path)
{
	struct port *p = ctx;

	return worktree_publish(&p->worktree, out, tmp, path);
}

static err_t port_discard(void *ctx, char *tmp)
{
	file_discard(tmp);
	return NULL;
}

static err_t port_remove(void *ctx, const char *path)
{
	struct port *p = ctx;

	return worktree_remove(&p->worktree, path);
}

static err_t port_removable(void *ctx, const char *path)
{
	struct port *p = ctx;

	return worktree_removable(&p->worktree, path);
}

static err_t port_sync(void *ctx)
{
	struct port *p = ctx;

	return worktree_sync(&p->worktree);
}

err_t git_port_open(struct git_port *out, struct repo *r, const struct kinds *kinds)
{
	struct port *p = mem_alloc(sizeof(*p));

	p->repo = r;
	git_scope_init(&p->scope, kinds);
	p->worktree = (struct worktree){.top = r->worktree, .scope = &p->scope};
	p->worktree.staging = mem_printf("%s/agent/tmp", r->commondir);
	file_sweep(p->worktree.staging);
	convert_init(&p->worktree.convert, r);
	*out = (struct git_port){
		.ctx = p, .worktree = r->worktree,
		.head = port_head, .at_work = port_at_work,
		.index_is_new = port_index_is_new,
		.commits = port_commits, .commit = port_commit,
		.changes = port_changes, .merge_base = port_merge_base, .passed_by = port_passed_by,
		.stepped = port_stepped, .in_head = port_in_head,
		.head_log = port_head_log, .tree = port_tree, .tree_oid = port_tree_oid,
		.index = port_index, .blob = port_blob, .files = port_files, .stat = port_stat,
		.read = port_read, .stage = port_stage, .publish = port_publish,
		.discard = port_discard, .remove = port_remove,
		.removable = port_removable,
		.sync = port_sync,
	};
	return NULL;
}

void git_port_close(struct git_port *port)
{
	struct port *p = port->ctx;

	if (!p)
		return;
	forget(p);
	git_scope_release(&p->scope);
	convert_release(&p->worktree.convert);
	strs_release(&p->worktree.later);
	free(p->worktree.way);
	free(p->worktree.staging);
	free(p);
	*port = (struct git_port){0};
}
