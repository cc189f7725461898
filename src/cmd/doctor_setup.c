/* What stands around hooks and workspace: libraries, names, what git ignores, trunk, remote. */
#include "artifact/artifact.h"
#include "cmd/doctor.h"
#include "cmd/refusal.h"
#include "cmd/server.h"
#include "util/mem.h"
#include "util/proc.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void scoped_result(struct proc_result *r)
{
	proc_result_release(r);
}

/* --- before the workspace is looked at ------------------------------------------------------- */

/* Objects are read by a module, which may be lacking, or its library. */
static void check_module(struct doctor *d)
{
	char commit[OID_HEX + 1];
	err_t err = git_resolve(commit, d->look.repo, "HEAD^0");	/* by libgit2 */
	struct ailment *a;

	if (err && err->code == ERR_FATAL) {
		d->no_objects = true;
		a = doctor_add(d, "library", mem_strdup(err->text));
		a->hint = mem_strdup(err->hint ? err->hint : "install git-agent again");
	}
	err_free(err);
}

static err_t check_identity(struct doctor *d)
{
	scoped_free char *who = NULL, *mail = NULL;

	TRY(repo_identity(&who, &mail, d->look.repo));
	if (strcmp(mail, "unknown") == 0)
		doctor_add(d, "identity", mem_strdup("nobody has a name here: edits are by "
						     "'unknown'"))->hint =
			mem_strdup("'git config user.name <name>' and 'git config user.email "
				   "<address>'");
	return NULL;
}

/* A file that git ignores is in no commit, and nobody is told. */
static err_t check_ignored(struct doctor *d)
{
	const struct kinds *kinds = d->look.kinds;

	for (size_t i = 0; i < kinds->len; i++) {
		const struct kind *kind = &kinds->at[i];
		scoped_free char *sample = mem_printf("%s/%sX-001-sample%s", kind->dir,
						      kind->scoped ? "X/" : "", kind->suffix);
		const char *const argv[] = {"git", "check-ignore", "-v", "--no-index", "--", sample,
					    NULL};
		scoped(scoped_result) struct proc_result r = {0};
		struct ailment *a;

		TRY(proc_run(&r, &(struct proc){.argv = argv, .dir = d->look.repo->worktree,
						.quiet = true}));
		if (r.status)
			continue;
		a = doctor_add(d, "ignored",
			       mem_printf("git ignores artifacts like '%s': no commit gets them",
					  sample));
		a->hint = mem_printf("the rule is '%.*s': file, line and pattern",
				     (int)strcspn(r.out, "\t"), r.out);
	}
	return NULL;
}

static err_t check_trunk(struct doctor *d)
{
	const char *trunk;
	char commit[OID_HEX + 1];
	struct repo_head head;
	err_t err;

	TRY(repo_config(&trunk, d->look.repo, "agent.trunk"));
	TRY(repo_head(&head, d->look.repo));
	if (!trunk || !head.commit[0] || d->no_objects)	/* before the first commit there is none */
		return NULL;
	err = git_resolve(commit, d->look.repo, trunk);
	if (!err)
		return NULL;
	err_free(err);
	doctor_add(d, "trunk", mem_printf("agent.trunk names '%s', and there is no such branch: "
					  "rules are taken from nowhere", trunk))->hint =
		mem_strdup("'git config agent.trunk <branch>' names another");
	return NULL;
}

static err_t check_disk(struct doctor *d)
{
	const char *path = d->look.repo->db_path, *name;
	struct file_stat st;

	TRY(file_stat(&st, path));
	if (st.exists && access(path, W_OK))
		doctor_add(d, "workspace", mem_printf("'%s' cannot be written", path))->hint =
			mem_strdup("its owner and its mode say who may");
	if (st.exists && file_on_network(path, &name))
		doctor_add(d, "workspace", mem_printf("'%s' is on %s, where locks cannot be "
						      "trusted", path, name))->note = true;
	return NULL;
}

err_t doctor_setup(struct doctor *d)
{
	check_module(d);
	TRY(check_identity(d));
	TRY(check_ignored(d));
	TRY(check_trunk(d));
	return check_disk(d);
}

/* --- with the workspace ---------------------------------------------------------------------- */

/* Named in the configuration, and never joined; or another one than was joined. */
static err_t check_joined(struct doctor *d)
{
	scoped_free char *joined = NULL, *suggested = NULL;
	const char *url;
	struct ailment *a;

	TRY(repo_config(&url, d->look.repo, "agent.remote"));
	TRY(store_meta_get(&joined, d->work.store, "remote"));
	TRY(server_suggested(&suggested, d->look.repo, "agent.remote"));
	if (url && (!joined || strcmp(url, joined) != 0)) {
		a = doctor_add(d, "remote", mem_printf("agent.remote is '%s', and this clone has "
						       "joined %s", url, joined ? joined : "none"));
		a->hint = joined ? mem_printf("'git config agent.remote %s' names it again", joined)
				 : mem_printf("'git agent sync init %s' joins it", url);
	} else if (!url && !joined) {
		a = doctor_add(d, "remote", mem_strdup(suggested ? "this clone has not joined the "
								   "remote of the team"
								 : "this clone has no remote: "
								   "edits stay here"));
		a->hint = mem_printf("'git agent sync init %s' joins it",
				     suggested ? suggested : "<url>");
		a->note = !suggested;
	}
	return NULL;
}

static err_t check_conflicts(struct doctor *d)
{
	struct art_filter filter = {.conflict_only = true, .with_deleted = true};
	scoped(arts_release) struct arts arts = {0};

	TRY(store_art_list(&arts, d->work.store, &filter));
	for (size_t i = 0; i < arts.len; i++) {
		const char *name = session_name(&arts.at[i]);

		doctor_add(d, "conflicts", mem_printf("%s is in conflict: it is neither pushed nor "
						      "committed", name))->hint =
			mem_printf("'git agent sync resolve %s --ours|--theirs|--edit'", name);
	}
	return NULL;
}

static err_t check_refusals(struct doctor *d)
{
	scoped(refusals_release) struct refusals refused = {0};

	TRY(store_refusal_list(&refused, d->work.store));
	for (size_t i = 0; i < refused.len; i++) {
		const struct refusal *r = &refused.at[i];
		scoped(strs_release) struct strs line = {0};
		scoped(art_release) struct art art = {0};
		scoped_free char *advice = NULL;
		struct ailment *a;

		TRY(store_art_get(&art, d->work.store, r->uid));
		if (!art.dirty)	/* taken back since */
			continue;
		strs_take(&line, mem_printf("%s: %s: %s", session_name(&art), r->status,
					    r->detail ? r->detail : ""));
		advice = refusal_advice(&line);
		a = doctor_add(d, "queue", mem_printf("the remote refused %s", line.at[0]));
		a->hint = advice[0] ? mem_strdup(advice) : NULL;
	}
	return NULL;
}

/* Frozen and not acknowledged: a push was cut off, or the remote was out of reach. */
static err_t check_outbox(struct doctor *d)
{
	scoped(outbox_release) struct outbox box = {0};
	struct ailment *a;

	TRY(store_outbox_list(&box, d->work.store));
	if (!box.len)
		return NULL;
	a = doctor_add(d, "queue", mem_printf("%zu change%s sent, and the remote's answer is not "
					      "here", box.len, box.len == 1 ? " was" : "s were"));
	a->hint = mem_strdup("'git agent sync' sends what it does not have");
	a->note = true;
	return NULL;
}

/* In the work tree, and git does not know them. */
static err_t check_untracked(struct doctor *d)
{
	static const char *const argv[] = {"git", "ls-files", "-z", "--others",
					   "--exclude-standard", "--", ".agent", NULL};
	scoped(scoped_result) struct proc_result r = {0};

	TRY(proc_run(&r, &(struct proc){.argv = argv, .dir = d->look.repo->worktree,
					.quiet = true}));
	for (const char *at = r.out; at < r.out + r.out_len; at += strlen(at) + 1) {
		struct ailment *a;

		if (!kinds_of_path(d->look.kinds, at))
			continue;
		a = doctor_add(d, "untracked", mem_printf("'%s' is in no commit yet", at));
		a->hint = mem_strdup("'git add' and 'git commit' take it in");
		a->note = true;
	}
	return NULL;
}

err_t doctor_work(struct doctor *d)
{
	TRY(check_joined(d));
	TRY(check_conflicts(d));
	TRY(check_refusals(d));
	TRY(check_outbox(d));
	return check_untracked(d);
}
