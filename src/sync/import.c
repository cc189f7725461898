#include "sync/engine.h"
#include "sync/file_out.h"
#include "sync/judge.h"
#include "sync/loaded.h"
#include "sync/look.h"
#include "sync/record.h"
#include "sync/waiting.h"
#include "util/mem.h"
#include "util/trace.h"

#include <stdlib.h>
#include <string.h>

/* How often an import begins anew because git went on meanwhile. */
#define TRIES 4

void report_release(struct report *r)
{
	strs_release(&r->notes);
	strs_release(&r->problems);
}

void report_note(struct report *r, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	strs_take(&r->notes, mem_vprintf(fmt, args));
	va_end(args);
}

void report_problem(struct report *r, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	strs_take(&r->problems, mem_vprintf(fmt, args));
	va_end(args);
}

static err_t live_count(size_t *count, struct engine *e)
{
	long artifacts;

	TRY(store_art_count(&artifacts, e->store));
	*count = (size_t)artifacts;
	return NULL;
}

/* Where a clone without a workspace begins: the trunk, else HEAD. */
static err_t first_look(struct report *r, struct engine *e, const struct git_head *head,
			size_t live)
{
	scoped(strs_release) struct strs tips = {0};
	const char *start = head->commit;

	TRY(store_judged_tips(&tips, e->store));
	/* A workspace that was filled before the first commit: that commit is judged like any
	 * other. */
	if (tips.len || live)
		return NULL;
	for (int i = 1; i >= 0; i--)
		if (e->trunk[i] && e->trunk[i][0])
			start = e->trunk[i];
	if (!start[0])
		return NULL;
	return judge_first(r, e, start);
}

/* some: what is known to be all there is to look at; NULL: look at everything, or at paths. */
static err_t import_locked(struct report *r, struct engine *e, const struct git_head *head,
			   const struct tree_mark *before, const struct strs *paths,
			   const struct import_news *some)
{
	struct tree_mark now = {.ref = (char *)head->ref, .log = (char *)head->log};
	bool moved = strcmp(head->commit, before->head) != 0, over;
	size_t live = 0, left = 0;

	TRY(waiting_is_over(&over, e));
	if (moved || over)
		TRY(live_count(&live, e));
	if (moved)
		TRY(first_look(r, e, head, live));
	if (moved || over) {
		TRY(waiting_clear(e));
		TRY(judge_commits(r, e, head));
		TRY(live_count(&left, e));
	}
	if (r->deleted >= 4 && left < live && (live - left) * 2 > live && !e->mass_delete)
		return err_hint(err_new(ERR_REFUSED,
					"%zu of %zu artifacts are gone in the new commits",
					live - left, live),
				"if that is meant: git agent import --allow-mass-delete");
	if (over)
		some = NULL;
	if (some)
		paths = &some->files;
	else if (moved)
		paths = NULL;
	TRY(look_files(r, e, head, before, paths));
	memcpy(now.head, head->commit, sizeof(now.head));
	if (moved) {
		TRY(record_refresh(e, some && !some->records ? &some->files : NULL));
		TRY(record_close_mine(e, head->commit));
	}
	return store_tree_set(e->store, e->git->worktree, &now);
}

static bool head_moved(const struct git_head *head, const struct tree_mark *before)
{
	return strcmp(head->commit, before->head) != 0 ||
	       strcmp(head->log, before->log ? before->log : "") != 0;
}

/* Commits since the last look that change nothing of ours, after one up to which all is judged: to
 * judge and record them can wait for one that does. */
static err_t passed_by(bool *out, struct engine *e, const struct git_head *head,
		       const struct tree_mark *before)
{
	scoped(strs_release) struct strs tips = {0};

	*out = false;
	if (!before->head[0] || strcmp(head->commit, before->head) == 0 ||
	    strcmp(head->ref, before->ref ? before->ref : "") != 0)
		return NULL;
	TRY(store_judged_tips(&tips, e->store));
	*out = strs_has(&tips, before->head) &&
	       e->git->passed_by(e->git->ctx, before->head, head->commit);
	return NULL;
}

static void add_sorted(struct strs *out, const struct strs *more)
{
	for (size_t i = 0; i < more->len; i++)
		strs_add(out, more->at[i]);
	strs_sort(out);
}

/* A commit, or a few: a file that they did not change is as far from HEAD as it was before. */
static err_t look_where_stepped(struct import_news *news, struct engine *e,
				const struct git_head *head, const struct tree_mark *before,
				const struct strs *paths)
{
	scoped(strs_release) struct strs changed = {0};

	if (!before->head[0] || strcmp(head->commit, before->head) == 0 || !before->log ||
	    strcmp(head->ref, before->ref ? before->ref : "") != 0 ||
	    !e->git->stepped(e->git->ctx, &changed, &news->records, before->head, head->commit,
			     before->log)) {
		news->whole = true;
		return NULL;
	}
	TRY(look_for_files(news, e, paths));
	add_sorted(&news->files, &changed);
	memcpy(news->from, before->head, sizeof(news->from));
	memcpy(news->to, head->commit, sizeof(news->to));
	memcpy(news->log, head->log, sizeof(news->log));
	return NULL;
}

/* All of the move that was looked at, and no further one. */
static bool is_that_step(const struct import_news *news, const struct git_head *head,
			 const struct tree_mark *before)
{
	return news->to[0] && strcmp(news->from, before->head) == 0 &&
	       strcmp(news->to, head->commit) == 0 && strcmp(news->log, head->log) == 0;
}

static err_t commits_are_new(bool *news, struct engine *e, const struct git_head *head,
			     const struct tree_mark *before)
{
	bool quiet;

	*news = false;
	if (head_moved(head, before)) {
		TRY(passed_by(&quiet, e, head, before));
		*news = !quiet;
	}
	return *news ? NULL : waiting_is_over(news, e);
}

void import_news_release(struct import_news *n)
{
	strs_release(&n->files);
	*n = (struct import_news){0};
}

err_t import_news(struct import_news *news, struct engine *e, const struct strs *paths)
{
	scoped(tree_mark_release) struct tree_mark before = {0};
	scoped(pendings_release) struct pendings pending = {0};
	struct git_head head = {0};
	bool commits;

	*news = (struct import_news){0};
	if (!e->git)
		return NULL;
	TRY(store_pending_list(&pending, e->store, e->git->worktree));
	if (!pending.len)
		TRY(e->git->head(e->git->ctx, &head));
	if (pending.len || head.busy) {
		*news = (struct import_news){.any = true, .whole = true};
		return NULL;
	}
	TRY(store_tree_get(&before, e->store, e->git->worktree));
	TRY(commits_are_new(&commits, e, &head, &before));
	if (!commits)
		return look_for_files(news, e, paths);
	TRY(look_where_stepped(news, e, &head, &before, paths));
	news->any = true;
	return NULL;
}

/* Files were taken for edited, or left, by a HEAD that may not be theirs any more: `git switch` in
 * another terminal puts files in place, and moves HEAD after that. */
static err_t is_overtaken(bool *out, const struct report *r, struct engine *e,
			  const struct git_head *head)
{
	struct git_head now = {0};

	*out = false;
	if (!r->created && !r->changed && !r->deleted && !r->discarded && !r->conflicts && !r->left)
		return NULL;
	*out = e->git->at_work(e->git->ctx);
	TRY(e->git->head(e->git->ctx, &now));
	*out = *out || strcmp(now.commit, head->commit) != 0 || strcmp(now.ref, head->ref) != 0 ||
	       strcmp(now.log, head->log) != 0 ||
	       (r->settle_ms && e->git->index_is_new(e->git->ctx, r->settle_ms, false));
	return NULL;
}

static err_t import_news_locked(bool *overtaken, struct report *r, struct engine *e,
				const struct strs *paths, const struct import_news *news)
{
	scoped(tree_mark_release) struct tree_mark before = {0};
	bool whole = news->whole || e->name_refused;
	struct git_head head = {0};

	TRY(file_out_finish(r, e));
	TRY(e->git->head(e->git->ctx, &head));
	r->busy = head.busy;
	if (head.busy)
		return NULL;
	TRY(store_tree_get(&before, e->store, e->git->worktree));
	whole = whole || (head_moved(&head, &before) && !is_that_step(news, &head, &before));
	TRY(import_locked(r, e, &head, &before, paths, whole ? NULL : news));
	return is_overtaken(overtaken, r, e, &head);
}

/* One try, which leaves nothing behind when it is overtaken. */
static err_t try_import(bool *overtaken, struct report *r, struct engine *e,
			const struct strs *paths, const struct import_news *news)
{
	err_t err;

	TRY(store_begin(e->store));
	err = import_news_locked(overtaken, r, e, paths, news);
	if (!err && !*overtaken)
		return store_commit(e->store);
	store_rollback(e->store);
	return err;
}

err_t import_run_news(struct report *r, struct engine *e, const struct strs *paths,
		      const struct import_news *news)
{
	scoped(trace_leave) struct trace_region region = trace_enter("sync", "import");
	bool overtaken, locked = false;
	err_t err;

	if (!e->git || (!news->any && !e->name_refused))
		return NULL;
	for (int tries = 0; tries < TRIES; tries++) {
		locked = e->git->at_work(e->git->ctx);
		if (locked)
			break;
		err = try_import(&overtaken, r, e, paths, news);
		trace_count("sync", "created", r->created);
		trace_count("sync", "changed", r->changed);
		trace_count("sync", "conflicts", r->conflicts);
		if (err || !overtaken)
			return err;
		if (r->settle_ms)
			e->git->index_is_new(e->git->ctx, r->settle_ms, true);
		report_release(r);
		*r = (struct report){0};
	}
	r->busy = "change of its index";
	report_note(r, "another git command is at work here%s: what the files say is taken in "
		       "after it", locked ? " (index.lock)" : "");
	return NULL;
}

err_t import_run(struct report *r, struct engine *e, const struct strs *paths)
{
	scoped(import_news_release) struct import_news news = {0};

	TRY(import_news(&news, e, paths));
	return import_run_news(r, e, paths, &news);
}

/* --- by name: what a rule left alone, somebody takes ----------------------------------------- */

static err_t take_text(struct report *r, struct engine *e, const char *path, struct slice text)
{
	scoped(art_release) struct art art = {0};
	scoped(loaded_close) struct loaded l = {0};
	struct act act = {HOW_HAND, e->who, e->now, "imported by name"};
	struct oid oid = hash_blob(text), from;
	char uid[UID_LEN + 1];
	struct change c = {.from = &from, .to = &oid, .to_text = text};
	struct plan_ctx ctx;
	struct step s = {0};
	err_t err = store_art_at(&art, e->store, path);

	if (err && err->code == ERR_NOTFOUND) {
		err_free(err);
		r->created++;
		return loaded_create(uid, e, NULL, path, text, &act);
	}
	TRY(err);
	if (oid_eq(&art.oid, &oid))
		return NULL;
	TRY(loaded_open(&l, e, art.uid));
	/* taken as a whole: a step on W, whatever the text was made from */
	from = l.art.oid;
	c.from_rev = l.w;
	ctx = loaded_plan(&l);
	TRY(plan_change(&s, &ctx, &c, &act));
	err = loaded_take(&l, &s, "file");
	step_release(&s);
	r->changed++;
	return err;
}

err_t import_take(struct report *r, struct engine *e, const char *path,
		  const struct slice *from_text)
{
	scoped_free char *bytes = NULL;
	size_t len = 0;
	struct slice text;
	err_t err;

	if (from_text) {
		text = *from_text;
	} else {
		TRY(e->git->read(e->git->ctx, &bytes, &len, NULL, path));
		text = slice_of(bytes, len);
	}
	if (memchr(text.at, '\0', text.len))
		return err_new(ERR_REFUSED, "'%s' contains NUL bytes", path);
	TRY(store_begin(e->store));
	err = take_text(r, e, path, text);
	if (!err && !from_text) {
		struct file_stat stat;
		struct oid head = {""}, oid = hash_blob(text);
		struct git_head now = {0};

		err = e->git->stat(e->git->ctx, &stat, path);
		if (!err)
			err = e->git->head(e->git->ctx, &now);
		if (!err)
			err = e->git->tree_oid(e->git->ctx, &head, now.commit, path);
		if (!err)
			err = look_wrote(e, path, &oid, &head, &stat);
		if (!err)
			err = store_left_clear(e->store, e->git->worktree, path);
	}
	if (!err)
		return store_commit(e->store);
	store_rollback(e->store);
	return err;
}
