/* Hooks, drivers, attributes, link, workspace, freshness. */
#include "cmd/doctor.h"
#include "cmd/hook_manager.h"
#include "cmd/hook_text.h"
#include "util/mem.h"
#include "util/proc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void scoped_result(struct proc_result *r)
{
	proc_result_release(r);
}

/* --- what install would do is what is missing ----------------------------------------------- */

static const char *check_of(const char *what)
{
	return strncmp(what, "hook", 4) == 0	       ? "hooks"
	       : strcmp(what, "merge attribute") == 0 ? "attributes"
	       : strcmp(what, "ignore rule") == 0     ? "ignore rule" : "drivers";
}

static err_t check_installed(struct doctor *d)
{
	TRY(install_plan(&d->install, d->look.repo, &(struct install_options){.exclude = true}));
	for (size_t i = 0; i < d->install.steps.len; i++) {
		const struct step *step = &d->install.steps.at[i];

		doctor_add(d, check_of(step->what),
			   mem_printf("%s is not there, or not as this version writes it: '%s'",
				      step->what, step->path))->mendable = !d->install.foreign.len;
	}
	for (size_t i = 0; i < d->install.foreign.len; i++)
		doctor_add(d, "hooks", mem_strdup(d->install.foreign.at[i]))->hint =
			mem_strdup("'git agent install' shows what to put where");
	return NULL;
}

/* Of a configuration that is locked git reads, and writes nothing. */
static err_t check_lock(struct doctor *d)
{
	scoped_free char *path = mem_printf("%s/config", d->look.repo->commondir);
	struct ailment *a;
	bool ours, exists;

	TRY(steps_stale_lock(&ours, &exists, path));
	if (!exists)
		return NULL;
	a = doctor_add(d, "drivers",
		       mem_printf("'%s.lock' %s", path,
				  ours ? "was left by an install that was cut off"
				       : "is there: a git is at work, or was cut off"));
	if (!ours)
		a->hint = mem_strdup("where no git is at work, the file can go");
	a->mendable = ours;
	return NULL;
}

/* As long as it is there no file is taken for edited. */
static void check_index_lock(struct doctor *d)
{
	if (!repo_at_work(d->look.repo))
		return;
	doctor_add(d, "index",
		   mem_printf("'%s/index.lock' is there: a git is at work, or was cut off, and "
			      "edits of files are not taken in", d->look.repo->gitdir))->hint =
		mem_strdup("where no git is at work, the file can go");
}

/* It runs what it found, under the name ".legacy". */
static err_t is_of_pre_commit(bool *out, const char *dir, const struct hook_event *e)
{
	scoped_free char *path = mem_printf("%s/%s", dir, e->name), *text = NULL;
	struct file_stat st;
	size_t len;

	*out = false;
	TRY(file_stat(&st, path));
	if (!st.regular)
		return NULL;
	TRY(file_read(&text, &len, NULL, path, 0));
	*out = hook_manager_of_text(slice_of(text, len)) == MANAGER_PRE_COMMIT;
	return NULL;
}

/* Programs that write hooks move what is there out of the way under such names. */
static err_t check_moved(struct doctor *d, const char *dir, const struct hook_event *e)
{
	static const char *const ends[] = {".old", ".legacy", ".bak"};

	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		scoped_free char *path = mem_printf("%s/%s%s", dir, e->name, ends[i]), *text = NULL;
		bool runs = false;
		const char *why;
		struct file_stat st;
		size_t len;
		enum hook_is is;

		TRY(file_stat(&st, path));
		if (strcmp(ends[i], ".legacy") == 0)
			TRY(is_of_pre_commit(&runs, dir, e));
		if (!st.regular || runs)
			continue;
		TRY(file_read(&text, &len, NULL, path, 0));
		is = hook_text_is(&why, slice_of(text, len), e);
		if (is != HOOK_SHELL && is != HOOK_FOREIGN)
			doctor_add(d, "hooks", mem_printf("another program moved our hook to '%s'",
							  path))->hint =
				mem_strdup("let that program call us: 'git agent install' says "
					   "how");
	}
	return NULL;
}

static err_t check_bypassed(struct doctor *d)
{
	struct repo *r = d->look.repo;
	scoped_free char *dir = NULL, *usual = mem_printf("%s/hooks", r->commondir);
	const char *skip = getenv("GIT_AGENT_SKIP");

	TRY(install_hooks_dir(&dir, r));
	for (const struct hook_event *e = hook_events; e->name; e++) {
		scoped_free char *path = mem_printf("%s/%s", usual, e->name), *text = NULL;
		const char *why;
		size_t len;

		TRY(check_moved(d, dir, e));
		if (strcmp(dir, usual) == 0)
			continue;
		err_free(file_read(&text, &len, NULL, path, 0));
		if (text && hook_text_is(&why, slice_of(text, len), e) <= HOOK_CHAINED)
			doctor_add(d, "hooks", mem_printf("core.hooksPath bypasses '%s'", path));
	}
	if (skip && skip[0] && strcmp(skip, "0") != 0)
		doctor_add(d, "hooks", mem_strdup("GIT_AGENT_SKIP is set: hooks do nothing"));
	return NULL;
}

static void check_path(struct doctor *d)
{
	const char *path = getenv("PATH");
	scoped_free char *dirs = mem_strdup(path ? path : "");
	char *rest = dirs, *dir;

	while ((dir = strsep(&rest, ":"))) {
		scoped_free char *program = mem_printf("%s/git-agent", dir[0] ? dir : ".");

		if (access(program, X_OK) == 0)
			return;
	}
	doctor_add(d, "hooks", mem_strdup("git-agent is not in PATH: hooks and merges pass it by"));
}

/* What git makes of all attribute files together, asked for a file of each kind. */
static err_t check_attributes(struct doctor *d)
{
	const struct kinds *kinds = d->look.kinds;

	for (size_t i = 0; i < kinds->len; i++) {
		const struct kind *kind = &kinds->at[i];
		scoped_free char *sample = mem_printf("%s/%sX-001-sample%s", kind->dir,
						      kind->scoped ? "X/" : "", kind->suffix);
		const char *const argv[] = {"git", "check-attr", "-z", "merge", "--", sample, NULL};
		scoped(scoped_result) struct proc_result result = {0};
		const char *value;

		TRY(proc_run(&result, &(struct proc){.argv = argv, .dir = d->look.repo->worktree,
						     .quiet = true}));
		value = memmem(result.out, result.out_len, "merge", 6);
		value = value ? value + 6 : "unspecified";
		if (strcmp(value, "agent") != 0)
			doctor_add(d, "attributes", mem_printf(
				"git does not merge '%s' with our driver: merge is %s", sample,
				value));
	}
	return NULL;
}

/* --- the workspace -------------------------------------------------------------------------- */

static err_t check_link(struct doctor *d)
{
	struct repo *r = d->look.repo;
	scoped_free char *link = mem_printf("%s/.agent/cache/agent.db", r->worktree);
	scoped_free char *real = realpath(link, NULL), *db = realpath(r->db_path, NULL);
	struct file_stat st;
	struct ailment *a;

	TRY(file_stat(&st, link));
	if (!db || (real && strcmp(real, db) == 0))
		return NULL;
	a = doctor_add(d, "link", mem_printf("'%s' %s the workspace", link,
					     st.symlink || !st.exists ? "does not lead to"
								      : "is not a link to"));
	a->mendable = true;
	return NULL;
}

static void check_workspace(struct doctor *d)
{
	err_t err = session_open(&d->work, SESSION_READ);

	d->have_work = !err;
	if (!err)
		err = store_verify(d->work.store);
	if (err)
		doctor_add_error(d, "workspace", err, err->code == ERR_CORRUPT);
}

static void check_fresh(struct doctor *d)
{
	scoped(import_news_release) struct import_news news = {0};
	err_t err = import_news(&news, &d->work.engine, NULL);
	struct ailment *a;

	if (err) {
		doctor_add_error(d, "freshness", err, false);
	} else if (news.any) {
		a = doctor_add(d, "freshness", mem_strdup("commits or files have not been looked "
							  "at yet; the next command does"));
		a->note = true;
		a->mendable = true;
	}
}

err_t doctor_clone(struct doctor *d)
{
	if (!d->look.repo->worktree)
		return err_new(ERR_FATAL, "this operation must be run in a work tree");
	check_path(d);
	TRY(check_lock(d));
	check_index_lock(d);
	TRY(check_installed(d));
	TRY(check_bypassed(d));
	TRY(check_attributes(d));
	TRY(check_link(d));
	check_workspace(d);
	if (d->have_work && !d->no_objects)
		check_fresh(d);
	return NULL;
}
