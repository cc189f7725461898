#include "cmd/precommit.h"
#include "cli/text.h"
#include "cmd/verdict.h"
#include "git/ours.h"
#include "sync/witness.h"
#include "util/mem.h"
#include "util/proc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void scoped_result(struct proc_result *r)
{
	proc_result_release(r);
}

/* Asked of a git child, which is sooner done than libgit2 is started. Its status is not 0 when
 * there is no HEAD, either. */
static err_t diff_index(struct proc_result *out, const struct session *s, const char *how,
			const char *below)
{
	const char *const argv[] = {"git", "diff-index", "--cached", how, "-z", "HEAD", "--",
				    below, NULL};
	struct proc child = {.argv = argv, .dir = s->repo->worktree, .quiet = true};

	return proc_run(out, &child);
}

static err_t is_staged(bool *out, const struct session *s, const char *below)
{
	scoped(scoped_result) struct proc_result result = {0};

	TRY(diff_index(&result, s, "--quiet", below));
	*out = result.status != 0;
	return NULL;
}

/* --- what this commit is about --------------------------------------------------------------- */

#define SOME_PATHS 500	/* of more, all files are looked at */

struct about {
	bool staged;		/* something of ours */
	bool some;		/* nothing but: */
	struct strs paths;	/* artifacts that are staged, or that a command edited */
};

static void about_release(struct about *a)
{
	strs_release(&a->paths);
}

static err_t add_mines(struct about *a, struct session *s)
{
	scoped(mines_release) struct mines mines = {0};

	TRY(store_mine_list(&mines, s->store, s->repo->worktree));
	for (size_t i = 0; i < mines.len && i <= SOME_PATHS; i++) {
		scoped(art_release) struct art art = {0};

		TRY(store_art_get(&art, s->store, mines.at[i].uid));
		strs_add(&a->paths, art.path);
	}
	return NULL;
}

static err_t find_about(struct about *a, struct session *s)
{
	scoped(scoped_result) struct proc_result result = {0};
	const char *which;

	TRY(diff_index(&result, s, "--name-only", ".agent"));
	a->staged = result.status != 0 || result.out_len > 0;
	for (const char *at = result.out; at < result.out + result.out_len; at += strlen(at) + 1)
		if (kinds_have_path(s->kinds, at))
			strs_add(&a->paths, at);
	TRY(add_mines(a, s));
	TRY(repo_config(&which, s->repo, "agent.commitexport"));
	a->some = result.status == 0 && a->paths.len <= SOME_PATHS &&
		  !(which && strcmp(which, "all") == 0);
	return NULL;
}

/* --- exporting into the commit -------------------------------------------------------------- */

struct edits {
	struct git_edit *at;
	size_t len;
	struct strs texts;	/* owns what the slices show */
};

static void edits_release(struct edits *e)
{
	free(e->at);
	strs_release(&e->texts);
}

/* Not the workspace's: the file, which has just been written, or is gone. */
static err_t add_record(struct edits *e, struct session *s, const char *path)
{
	struct git_edit *edit = &e->at[e->len++];
	char *text;
	size_t len;
	err_t err = s->port.read(s->port.ctx, &text, &len, NULL, path);

	*edit = (struct git_edit){.path = path, .remove = err != NULL};
	if (err && err->code == ERR_NOTFOUND) {
		err_free(err);
		return NULL;
	}
	TRY(err);
	strs_take(&e->texts, text);
	edit->text = slice_of(text, len);
	return NULL;
}

/*
 * What the file shows, and not what the workspace has by now: another work tree may have gone on
 * since it was written, and a commit of something newer than the file would make the file look like
 * a step back.
 */
static err_t add_edit(struct edits *e, struct session *s, const char *path)
{
	scoped(seen_release) struct seen seen = {0};
	struct git_edit *edit = &e->at[e->len];
	err_t err = store_seen_get(&seen, s->store, s->repo->worktree, path);
	char *text;
	size_t len;

	edit->path = path;
	edit->remove = err && err->code == ERR_NOTFOUND;
	if (edit->remove) {
		err_free(err);
	} else {
		TRY(err);
		if (oid_none(&seen.file))	/* somebody else was at the path, and it was left */
			return NULL;
		TRY(store_text_get(&text, &len, s->store, seen.file.hex));
		strs_take(&e->texts, text);
		edit->text = slice_of(text, len);
	}
	e->len++;
	return NULL;
}

static err_t add_path(struct edits *e, struct session *s, const char *path)
{
	return approval_is_path(s->kinds, path) ? add_record(e, s, path) : add_edit(e, s, path);
}

static void tell(const struct strs *lines, const char *prefix)
{
	for (size_t i = 0; i < lines->len; i++) {
		fputs(prefix, stderr);
		text_safe_fputs(lines->at[i], stderr);
		putc('\n', stderr);
	}
}

static void tell_left(const struct report *r)
{
	for (size_t i = 0; i < r->notes.len; i++)
		if (strncmp(r->notes.at[i], "left ", 5) == 0)
			fprintf(stderr, "git agent: %s\n", r->notes.at[i]);
}

static err_t stage(bool *staged, struct session *s, bool all)
{
	scoped(report_release) struct report r = {0};
	scoped(strs_release) struct strs paths = {0};
	scoped(edits_release) struct edits edits = {0};
	scoped(mines_release) struct mines mines = {0};
	bool others;

	TRY(store_mine_list(&mines, s->store, s->repo->worktree));
	if (!all && !mines.len)
		return NULL;
	TRY(session_write(s));	/* files that are older are written */
	TRY(export_for_commit(&paths, &r, &s->engine, all));
	tell_left(&r);
	if (!paths.len)
		return NULL;
	edits.at = mem_alloc((paths.len + 1) * sizeof(*edits.at));
	for (size_t i = 0; i < paths.len; i++)
		TRY(add_path(&edits, s, paths.at[i]));
	TRY(is_staged(&others, s, "."));
	TRY(git_index_stage(s->repo, edits.at, edits.len));
	*staged = true;
	tell(&paths, "git agent: staged ");
	/* git asks whether there is anything to commit before it reads the index again. */
	if (!others)
		fputs("git agent: should git say that there is nothing to commit, commit again: "
		      "it looked before this\n", stderr);
	return NULL;
}

/* `git commit <path>` commits from an index of its own: what is staged there would be undone in
 * the next commit. */
static bool is_partial_commit(void)
{
	const char *file = getenv("GIT_INDEX_FILE"), *base;

	if (!file)
		return false;
	base = strrchr(file, '/');
	base = base ? base + 1 : file;
	return strncmp(base, "next-index-", 11) == 0;
}

static err_t export_into_commit(bool *staged, struct session *s)
{
	const char *which;
	struct repo_head head;

	TRY(repo_config(&which, s->repo, "agent.commitexport"));
	if (which && strcmp(which, "none") == 0)
		return NULL;
	if (which && strcmp(which, "all") != 0 && strcmp(which, "mine") != 0)
		return err_new(ERR_FATAL, "agent.commitExport is 'mine', 'all' or 'none', not '%s'",
			       which);
	TRY(repo_head(&head, s->repo));
	if (head.busy || is_partial_commit())
		return NULL;
	return stage(staged, s, which && strcmp(which, "all") == 0);
}

/* --- judging the index ---------------------------------------------------------------------- */

/* An artifact in conflict whose path differs between HEAD and the index. */
static void judge_conflicts(struct strs *faults, const struct arts *conflicts,
			    const struct git_entries *head, const struct git_entries *index)
{
	for (size_t i = 0; i < conflicts->len; i++) {
		const struct art *art = &conflicts->at[i];
		const struct git_entry *was = git_entries_find(head, art->path);
		const struct git_entry *now = git_entries_find(index, art->path);

		if (was && now ? oid_eq(&was->oid, &now->oid) : !was && !now)
			continue;
		strs_take(faults, mem_printf("%s is in conflict: "
					     "'git agent sync resolve %s --edit' settles it",
					     art->path, session_name(art)));
	}
}

static err_t list_head(struct git_entries *out, struct session *s)
{
	struct repo_head head;

	TRY(repo_head(&head, s->repo));
	return head.commit[0] ? git_list_at(out, s->repo, s->kinds, head.commit) : NULL;
}

static void scoped_findings(struct findings *f)
{
	findings_release(f);
}

static void scoped_kinds(struct kinds **kinds)
{
	kinds_free(*kinds);
}

/* By the rules of `verify --staged`; a warning stops nobody. */
static err_t judge_rules(struct strs *faults, struct session *s)
{
	scoped(scoped_findings) struct findings found = {0};
	scoped(scoped_kinds) struct kinds *kinds = NULL;
	scoped(strs_release) struct strs warnings = {0};
	scoped(witness_close) struct witness w = {0};
	struct verdict verdict = {0};

	TRY(witness_open(&w, &s->engine, false));
	TRY(verdict_load_staged(&kinds, &verdict, s->repo));
	verdict.witness = witness_face(&w);
	TRY(verdict_index(&found, &verdict));
	TRY(witness_error(&w));
	for (size_t i = 0; i < found.len; i++) {
		const struct finding *f = &found.at[i];

		strs_take(f->severity == VERIFY_VIOLATION ? faults : &warnings,
			  mem_printf("%s:%d: %s", f->path, f->line, f->text));
	}
	tell(&warnings, "git agent: warning: ");
	return NULL;
}

/* Where HEAD went on without the file (export --index, a soft reset) `commit -a` would undo it. */
static err_t judge_behind(struct strs *faults, struct session *s, const struct git_entries *head,
			  const struct git_entries *index)
{
	for (size_t i = 0; i < index->len; i++) {
		const struct git_entry *now = &index->at[i];
		const struct git_entry *was = now->stage ? NULL : git_entries_find(head, now->path);
		bool behind;

		if (!was || oid_eq(&was->oid, &now->oid))
			continue;
		TRY(export_falls_behind(&behind, &s->engine, now->path, &was->oid, &now->oid));
		if (behind)
			strs_take(faults, mem_printf("%s would go back to what it was before HEAD, "
						     "and nobody edited it: 'git agent export %s' "
						     "brings the file up to date, 'git add' stages "
						     "that", now->path, now->path));
	}
	return NULL;
}

/* Only what this commit changes: an old fault is not this commit's. */
static err_t judge(struct strs *faults, struct session *s)
{
	struct repo_head where;
	struct art_filter in_conflict = {.conflict_only = true, .with_deleted = true};
	scoped(git_entries_release) struct git_entries head = {0}, index = {0};
	scoped(arts_release) struct arts conflicts = {0};

	TRY(judge_rules(faults, s));
	TRY(store_art_list(&conflicts, s->store, &in_conflict));
	TRY(list_head(&head, s));
	TRY(git_list_at(&index, s->repo, s->kinds, ":"));
	TRY(repo_head(&where, s->repo));
	if (!where.busy)
		TRY(judge_behind(faults, s, &head, &index));
	judge_conflicts(faults, &conflicts, &head, &index);
	return NULL;
}

static err_t judge_staged(struct session *s)
{
	scoped(strs_release) struct strs faults = {0};

	TRY(judge(&faults, s));
	if (!faults.len)
		return NULL;
	tell(&faults, "git agent: ");
	return err_hint(err_new(ERR_DIFFERS, "this commit is refused: %zu artifact%s to settle",
				faults.len, faults.len == 1 ? "" : "s"),
			"nothing is lost; settle, then commit again");
}

err_t precommit_judge(struct session *s)
{
	bool touched = !ours_staged_nothing(s->repo);

	if (touched)
		TRY(is_staged(&touched, s, ".agent"));
	return touched ? judge_staged(s) : NULL;
}

/* Nothing of ours is staged, and nothing waits to be: files that are not part of this commit are
 * not looked at for its sake. */
static err_t is_idle(bool *out, struct session *s)
{
	scoped(pendings_release) struct pendings pending = {0};
	scoped(mines_release) struct mines mines = {0};
	const char *which;

	*out = false;
	TRY(repo_config(&which, s->repo, "agent.commitexport"));
	if ((which && strcmp(which, "mine") != 0) || !ours_staged_nothing(s->repo))
		return NULL;
	TRY(store_pending_list(&pending, s->store, s->repo->worktree));
	TRY(store_mine_list(&mines, s->store, s->repo->worktree));
	*out = !pending.len && !mines.len;
	return NULL;
}

err_t precommit_run(struct session *s)
{
	scoped(about_release) struct about about = {.some = false};
	bool idle;

	TRY(is_idle(&idle, s));
	if (idle)
		return NULL;
	TRY(find_about(&about, s));
	TRY(session_fresh(s, about.some ? &about.paths : NULL));
	TRY(export_into_commit(&about.staged, s));
	return about.staged ? judge_staged(s) : NULL;
}
