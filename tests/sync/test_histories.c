/*
 * Random histories: clones of one repository, git operations and git-agent
 * operations in any order, hooks sometimes missing; then everything settles and
 * the promises are checked. Each edit is one token, so that every token can be
 * followed from the first text to the last.
 *
 *   test_histories [--model | --git | --net] [--seed N] [--seeds N] [--ops N] [--verbose]
 *                  [--trace TOKEN]
 *
 * The operations of a history that fails are printed without those that it fails without.
 */
#include "bad_net.h"
#include "real_server.h"
#include "rest.h"
#include "team.h"

#include "util/mem.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_TOKENS 4000
#define MAX_OPS 1000

static const struct sim_ops *git = &sim_model;
static bool verbose;
static bool bad_network; /* between the clones and the remote, until everything settles */
static bool on_server;	/* real PostgreSQL and PostgREST */
static struct {
	long histories, operations, checks;
} counts;
static struct {
	long calls, lost_requests, lost_answers, twice, late;
} network;

/* --- randomness that is the same everywhere (splitmix64) ------------------------------------- */

static uint64_t random_state;

/* Where each operation began, so that a history can be run again without some of them. */
static struct {
	uint64_t at[MAX_OPS + 1];
	bool skip[MAX_OPS];
	bool again;
} replay;

static uint64_t random_next(void)
{
	uint64_t z = (random_state += 0x9e3779b97f4a7c15u);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

static int pick(int n)
{
	return (int)(random_next() % (uint64_t)n);
}

/* A token of the text, -1: none. */
static int any_token(const char *text)
{
	int found = -1, n = 0;

	for (const char *at = text; (at = strstr(at, "- t")); at += 3)
		if (isdigit((unsigned char)at[3]) && pick(++n) == 0)
			found = atoi(at + 3);
	return found;
}

/* --- one run --------------------------------------------------------------------------------- */

struct token {
	int path;
	bool imported;	   /* some workspace had it */
	bool removed;	   /* somebody took it out on purpose, after it was there */
	bool excused;	   /* git put it back or took it away on somebody's order */
	bool foreign;	   /* made on the colleague's branch, which nobody merged yet */
	bool colleague;	   /* made on the colleague's branch */
	bool hand[CLONES]; /* taken out by hand there: git can take that back */
};

struct run {
	struct team t;
	struct token token[MAX_TOKENS];
	int nr_tokens;
	bool reset[CLONES]; /* --mixed, and nobody looked since */
	struct merge_settings merge[CLONES];
	struct bad_net net[CLONES];
	struct strs log;
};

static void say(struct run *r, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	strs_take(&r->log, mem_vprintf(fmt, args));
	va_end(args);
	if (verbose)
		printf("#   %s\n", r->log.at[r->log.len - 1]);
}

static void note_imported(struct run *r, int c)
{
	for (int p = 0; p < SIM_PATHS; p++) {
		scoped_free char *text = team_workspace(&r->t, c, p);

		for (int t = 0; t < r->nr_tokens; t++)
			if (r->token[t].path == p && !r->token[t].imported && team_has(text, t))
				r->token[t].imported = true;
	}
}

/* A removal on top of a text that was left is left as well, and named: it waits for its branch. */
static void excuse_left(struct run *r, int c)
{
	for (int t = 0; t < r->nr_tokens; t++) {
		struct token *k = &r->token[t];
		scoped_free char *file = NULL, *w = NULL;

		if (!k->hand[c] || k->excused || !team_left(&r->t, c, k->path))
			continue;
		file = git->file(r->t.clone[c].sim, k->path);
		w = team_workspace(&r->t, c, k->path);
		if (!team_has(file, t) && team_has(w, t))
			k->excused = true;
	}
}

static void look(struct run *r, int c)
{
	team_look(&r->t, c);
	note_imported(r, c);
	excuse_left(r, c);
	r->reset[c] = false;
}

static void maybe_look(struct run *r, int c)
{
	if (r->t.clone[c].hooks ? pick(10) < 9 : pick(10) < 3)
		look(r, c);
}

/* --- operations ------------------------------------------------------------------------------ */

static int new_token(struct run *r, int path)
{
	r->token[r->nr_tokens] = (struct token){.path = path};
	return r->nr_tokens++;
}

/* Whoever puts an old text back puts back what is in it, and takes away what is not. */
static void excuse(struct run *r, int path, const char *before, const char *after)
{
	for (int t = 0; t < r->nr_tokens; t++)
		if (r->token[t].path == path && team_has(before, t) != team_has(after, t))
			r->token[t].excused = true;
}

/* What git takes back in a file may be the removal of a token. */
static void excuse_hand(struct run *r, int c, int path)
{
	for (int t = 0; t < r->nr_tokens; t++)
		if (r->token[t].path == path && r->token[t].hand[c])
			r->token[t].excused = true;
}

static void excuse_path(struct run *r, int path)
{
	for (int t = 0; t < r->nr_tokens; t++)
		if (r->token[t].path == path)
			r->token[t].excused = true;
}

static void agent_edit(struct run *r, int c)
{
	int p = pick(SIM_PATHS), token;
	scoped_free char *text = NULL, *now = NULL;

	look(r, c);
	text = team_workspace(&r->t, c, p);
	if (!text || r->t.failure)
		return;
	token = pick(3) ? -1 : any_token(text);
	if (token >= 0) {
		now = team_without(text, token);
		r->token[token].removed = true;
		say(r, "%d: git agent edit: remove t%d from %d", c, token, p);
	} else {
		token = new_token(r, p);
		now = team_with(text, token);
		say(r, "%d: git agent edit: add t%d to %d", c, token, p);
	}
	team_edit(&r->t, c, p, now);
	note_imported(r, c);
}

static void hand_edit(struct run *r, int c)
{
	struct clone *k = &r->t.clone[c];
	int p = pick(SIM_PATHS), token;
	scoped_free char *text = git->file(k->sim, p), *now = NULL;

	if (!text || strstr(text, "<<<<<<<"))
		return;
	token = pick(3) ? -1 : any_token(text);
	if (token >= 0) {
		scoped_free char *head = git->show(k->sim, "HEAD", p), *before = NULL;

		now = team_without(text, token);
		r->token[token].removed = true;
		/* a file that shows HEAD's text again cannot be told from `git restore`, which
		 * takes nothing from the workspace */
		r->token[token].hand[c] = true;
		if (head && strcmp(head, now) == 0)
			excuse_hand(r, c, p);
		/* the workspace never took it: nothing to take out */
		before = team_workspace(&r->t, c, p);
		if (r->token[token].colleague && !team_has(before, token))
			r->token[token].excused = true;
		/* the file may as well have shown HEAD's text, and have got the rest by hand */
		if (r->reset[c])
			r->token[token].excused = true;
		say(r, "%d: edit by hand: remove t%d from %d", c, token, p);
	} else {
		token = new_token(r, p);
		now = team_with(text, token);
		say(r, "%d: edit by hand: add t%d to %d", c, token, p);
	}
	git->write(k->sim, p, now);
}

/* Once HEAD moves, nobody can tell what a removal by hand that was never seen was made from. */
static void excuse_unseen(struct run *r, int c, bool committed)
{
	for (int t = 0; t < r->nr_tokens; t++) {
		scoped_free char *w = team_workspace(&r->t, c, r->token[t].path);
		scoped_free char *head = git->show(r->t.clone[c].sim, "HEAD", r->token[t].path);

		if (r->token[t].hand[c] && team_has(w, t) && (committed || !team_has(head, t)))
			r->token[t].excused = true;
	}
}

static void pre_commit(struct run *r, int c)
{
	struct report report = {0};
	scoped(strs_release) struct strs paths = {0};

	if (!r->t.clone[c].hooks)
		return;
	look(r, c);
	if (team_ok(&r->t, export_for_commit(&paths, &report, &r->t.clone[c].engine, false),
		    "export for commit"))
		for (int p = 0; p < SIM_PATHS; p++)
			if (strs_has(&paths, sim_path[p]))
				git->add(r->t.clone[c].sim, p);
	report_release(&report);
}

/* A commit of everything deletes the files that are gone. */
static void excuse_deleted(struct run *r, int c)
{
	for (int p = 0; p < SIM_PATHS; p++) {
		scoped_free char *file = git->file(r->t.clone[c].sim, p);

		if (!file)
			excuse_path(r, p);
	}
}

static void commit(struct run *r, int c)
{
	struct sim *s = r->t.clone[c].sim;
	int how = pick(5);
	bool done;

	if (git->busy(s))
		return;
	if (how == 0 && pick(2))
		git->add(s, pick(SIM_PATHS));
	pre_commit(r, c);
	excuse_unseen(r, c, false);
	excuse_deleted(r, c);
	done = how <= 2	  ? git->commit(s, true, -1)
	       : how == 3 ? git->commit(s, false, pick(SIM_PATHS))
			  : git->commit_unrelated(s);
	say(r, "%d: commit (%s): %s", c,
	    how <= 2   ? "-a"
	    : how == 3 ? "path"
		       : "unrelated",
	    done ? "done" : "nothing");
	if (r->t.clone[c].hooks)
		look(r, c);
}

/* A stopped operation is looked at now and then, and ends by abort or by resolving. */
static void stopped_now(struct run *r, int c, const char *what)
{
	struct sim *s = r->t.clone[c].sim;

	say(r, "%d: %s stopped", c, what);
	if (pick(2))
		look(r, c);
	for (int tries = 0; git->busy(s) && tries < 70; tries++) {
		if (pick(3)) {
			git->resolve(s);
			say(r, "%d: %s resolved", c, what);
		} else {
			git->abort(s);
			say(r, "%d: %s aborted", c, what);
		}
		if (pick(3) == 0)
			look(r, c);
	}
	/* a union of both sides may bring back what one of them took out: the person's doing */
	for (int t = 0; t < r->nr_tokens; t++)
		r->token[t].excused = true;
}

static bool had_it(struct sim *s, const char *branch, int path, int token)
{
	bool had = false, more = true;

	for (int n = 1; n < 20 && more && !had; n++) {
		scoped_free char *rev = mem_printf("%s~%d", branch, n);
		scoped_free char *text = git->show(s, rev, path);

		more = text != NULL;
		had = team_has(text, token);
	}
	return had;
}

/* A rebase makes the edit of a commit again, also one that came the other way before and was taken
 * out there, where git does not find the same patch: git put it back. */
static bool rebase_onto(struct run *r, int c, const char *onto, bool *stopped)
{
	struct sim *s = r->t.clone[c].sim;
	bool done = git->rebase(s, onto, stopped);

	for (int t = 0; t < r->nr_tokens && done && !*stopped; t++) {
		int p = r->token[t].path;
		scoped_free char *theirs = git->show(s, onto, p), *now = git->show(s, "HEAD", p);

		if (team_has(now, t) && !team_has(theirs, t) && had_it(s, onto, p, t))
			r->token[t].excused = true;
	}
	return done;
}

static void git_pull(struct run *r, int c)
{
	struct sim *s = r->t.clone[c].sim;
	bool stopped = false, done, by_rebase = pick(3) == 0;

	if (git->busy(s) || strcmp(git->current(s), "main") != 0)
		return;
	git->fetch(s);
	done = by_rebase ? rebase_onto(r, c, "origin/main", &stopped)
			 : git->merge(s, "origin/main", &stopped);
	say(r, "%d: git pull%s: %s", c, by_rebase ? " --rebase" : "", done ? "done" : "nothing");
	if (stopped)
		stopped_now(r, c, "git pull");
	maybe_look(r, c);
}

static void git_push(struct run *r, int c)
{
	if (strcmp(git->current(r->t.clone[c].sim), "main") == 0)
		say(r, "%d: git push: %s", c, git->push(r->t.clone[c].sim) ? "done" : "refused");
}

static void sync_push(struct run *r, int c)
{
	struct sync_report s = team_push(&r->t, c);

	say(r, "%d: sync push: %d sent%s", c, s.sent, s.behind ? ", behind" : "");
	sync_report_release(&s);
}

static void sync_pull(struct run *r, int c)
{
	struct sync_report s = team_pull(&r->t, c);

	say(r, "%d: sync pull: %d received, %d merged, %d conflicts, %d adopted", c, s.received,
	    s.merged, s.conflicts, s.adopted);
	sync_report_release(&s);
	note_imported(r, c);
}

static void export(struct run *r, int c)
{
	struct report report = {0};
	struct export_options o = {0};

	look(r, c);
	if (git->busy(r->t.clone[c].sim))
		return;
	team_ok(&r->t, export_files(&report, &r->t.clone[c].engine, &o), "export");
	say(r, "%d: git agent export: %d written", c, report.written);
	report_release(&report);
}

static void excuse_files(struct run *r, int c, char *before[SIM_PATHS])
{
	for (int p = 0; p < SIM_PATHS; p++) {
		scoped_free char *after = git->file(r->t.clone[c].sim, p);
		scoped_free char *head = git->show(r->t.clone[c].sim, "HEAD", p);

		if (head && after && strcmp(head, after) == 0)
			excuse_hand(r, c, p);
		if (!before[p] && after)
			excuse_path(r, p);
		if (before[p] && after) {
			excuse(r, p, before[p], after);
			if (strcmp(before[p], after) != 0)
				excuse_hand(r, c, p);
		}
		free(before[p]);
	}
}

static void remember_files(struct run *r, int c, char *before[SIM_PATHS])
{
	for (int p = 0; p < SIM_PATHS; p++)
		before[p] = git->file(r->t.clone[c].sim, p);
}

/* What a revert or a restore adds, somebody here ordered: also on a colleague's branch. */
static void own_result(struct run *r, int c, char *before[SIM_PATHS])
{
	for (int t = 0; t < r->nr_tokens; t++) {
		int p = r->token[t].path;
		scoped_free char *after = git->file(r->t.clone[c].sim, p);

		if (before[p] && !team_has(before[p], t) && team_has(after, t))
			r->token[t].foreign = false;
	}
}

static void take_back(struct run *r, int c)
{
	struct sim *s = r->t.clone[c].sim;
	char *before[SIM_PATHS];
	bool stopped = false, done = false;
	int what = pick(6), p = pick(SIM_PATHS);

	if (git->busy(s))
		return;
	remember_files(r, c, before);
	switch (what) {
	case 0:
		done = git->revert(s, pick(2) ? "HEAD" : "HEAD~1", &stopped);
		say(r, "%d: git revert: %s", c, done ? "done" : "refused");
		own_result(r, c, before);
		break;
	case 1:
		done = git->restore(s, p, NULL);
		say(r, "%d: git restore %d: %s", c, p, done ? "done" : "refused");
		break;
	case 2:
		done = git->restore(s, p, pick(2) ? "HEAD~1" : "HEAD~2");
		say(r, "%d: git restore --source=older %d: %s", c, p, done ? "done" : "refused");
		own_result(r, c, before);
		break;
	case 3:
		done = git->reset(s, SIM_HARD, pick(2) ? "HEAD" : "HEAD~1");
		say(r, "%d: git reset --hard: %s", c, done ? "done" : "refused");
		break;
	case 4:
		done = git->stash(s);
		say(r, "%d: git stash push: %s", c, done ? "done" : "refused");
		break;
	default:
		done = git->pop(s);
		say(r, "%d: git stash pop: %s", c, done ? "done" : "refused");
		break;
	}
	excuse_files(r, c, before);
	if (stopped)
		stopped_now(r, c, "git revert");
	maybe_look(r, c);
}

/* Somebody took it in: from now on it is the team's. */
static void accept_foreign(struct run *r)
{
	for (int t = 0; t < r->nr_tokens; t++)
		r->token[t].foreign = false;
}

/*
 * A cherry-pick of what HEAD has already, and had taken out since, puts it back on purpose, as the
 * revert of a revert does. (Of what HEAD has not it is a repeat, which puts nothing back.)
 */
static bool pick_commit(struct run *r, int c, char *const before[SIM_PATHS], bool *stopped)
{
	struct sim *s = r->t.clone[c].sim;
	const char *rev = pick(2) ? "topic" : "other";
	bool again = git->in_head(s, rev), done = git->cherry_pick(s, rev, stopped);

	for (int t = 0; t < r->nr_tokens && again && done; t++) {
		int p = r->token[t].path;
		scoped_free char *after = git->file(s, p);

		if (!team_has(before[p], t) && team_has(after, t))
			r->token[t].excused = true;
	}
	return done;
}

static void move_about(struct run *r, int c)
{
	static const char *const names[] = {"main",	   "topic",  "other",
					    "origin/main", "HEAD~1", "HEAD~2"};
	struct sim *s = r->t.clone[c].sim;
	const char *name = names[pick(6)];
	bool stopped = false, done;
	char *before[SIM_PATHS];

	if (git->busy(s))
		return;
	remember_files(r, c, before);
	switch (pick(6)) {
	case 0:
		done = git->branch(s, pick(2) ? "topic" : "other");
		say(r, "%d: git switch -c: %s", c, done ? git->current(s) : "refused");
		break;
	case 1:
		done = git->merge(s, "topic", &stopped);
		say(r, "%d: git merge topic: %s", c, done ? "done" : "refused");
		break;
	case 2:
		done = strcmp(git->current(s), "main") != 0 && rebase_onto(r, c, "main", &stopped);
		if (done) /* what was made on a colleague's commits makes them mine */
			accept_foreign(r);
		say(r, "%d: git rebase main: %s", c, done ? "done" : "refused");
		break;
	case 3:
		done = pick_commit(r, c, before, &stopped);
		say(r, "%d: git cherry-pick: %s", c, done ? "done" : "refused");
		break;
	default:
		/* a commit that no look saw stays behind on its branch, or on none */
		excuse_unseen(r, c, true);
		done = git->switch_to(s, name);
		say(r, "%d: git switch %s: %s", c, name, done ? "done" : "refused");
		break;
	}
	for (int p = 0; p < SIM_PATHS; p++)
		free(before[p]);
	if (stopped)
		stopped_now(r, c, "git");
	maybe_look(r, c);
}

static void colleague(struct run *r)
{
	int p = pick(SIM_PATHS), token = new_token(r, p);
	scoped_free char *text = git->colleague_text(r->t.world, p),
			 *now = text ? team_with(text, token) : NULL;

	if (!now)
		return;
	r->token[token].foreign = r->token[token].colleague = true;
	git->colleague(r->t.world, p, now);
	say(r, "a colleague commits t%d to %d on a branch", token, p);
}

static void review(struct run *r, int c)
{
	struct sim *s = r->t.clone[c].sim;
	bool stopped = false, done;

	if (git->busy(s))
		return;
	git->fetch(s);
	if (pick(4)) {
		done = git->switch_to(s, "origin/colleague");
		say(r, "%d: git switch origin/colleague: %s", c, done ? "done" : "refused");
	} else {
		done = git->merge(s, "origin/colleague", &stopped);
		say(r, "%d: git merge origin/colleague: %s", c, done ? "done" : "refused");
		if (done)
			accept_foreign(r);
	}
	if (stopped)
		stopped_now(r, c, "git merge");
	maybe_look(r, c);
}

/* HEAD's text is the one that was last seen with this path, the file's is not. */
static bool only_file_is_new(struct run *r, int c, int path, const char *file, const char *head)
{
	scoped(seen_release) struct seen old = {0};
	struct engine *e = &r->t.clone[c].engine;
	struct oid file_oid = hash_blob(slice_str(file)), head_oid = {0};
	err_t err = store_seen_get(&old, e->store, e->git->worktree, sim_path[path]);

	if (err) {
		err_free(err);
		return false;
	}
	if (head)
		head_oid = hash_blob(slice_str(head));
	return oid_eq(&old.head, &head_oid) && !oid_eq(&old.file, &file_oid);
}

/*
 * HEAD went to a commit that no look saw, and back without the files: what the commit brought is in
 * the index and the file, above a HEAD that is known. `git restore --source` leaves the very same,
 * and there somebody ordered it: nothing tells the two apart.
 */
static void excuse_round_trip(struct run *r, int c, char *before_head[SIM_PATHS])
{
	for (int p = 0; p < SIM_PATHS; p++) {
		scoped_free char *file = git->file(r->t.clone[c].sim, p);
		scoped_free char *head = git->show(r->t.clone[c].sim, "HEAD", p);

		if (file && before_head[p] && only_file_is_new(r, c, p, file, head))
			for (int t = 0; t < r->nr_tokens; t++)
				if (r->token[t].path == p &&
				    team_has(before_head[p], t) == team_has(file, t) &&
				    team_has(head, t) != team_has(file, t))
					r->token[t].excused = true;
	}
}

static bool reset_soft(struct run *r, int c)
{
	struct sim *s = r->t.clone[c].sim;
	char *head[SIM_PATHS];
	bool done;

	for (int p = 0; p < SIM_PATHS; p++)
		head[p] = git->show(s, "HEAD", p);
	done = git->reset(s, SIM_SOFT, "HEAD~1");
	if (done)
		excuse_round_trip(r, c, head);
	for (int p = 0; p < SIM_PATHS; p++)
		free(head[p]);
	return done;
}

static void rewrite(struct run *r, int c)
{
	struct sim *s = r->t.clone[c].sim;
	char *before[SIM_PATHS];
	bool done;

	if (git->busy(s))
		return;
	remember_files(r, c, before);
	excuse_unseen(r, c, true);
	switch (pick(3)) {
	case 0:
		excuse_deleted(r, c);
		done = git->amend(s, pick(2));
		say(r, "%d: git commit --amend: %s", c, done ? "done" : "refused");
		break;
	case 1:
		done = reset_soft(r, c);
		say(r, "%d: git reset --soft: %s", c, done ? "done" : "refused");
		break;
	default:
		done = git->reset(s, SIM_MIXED, "HEAD~1");
		r->reset[c] = r->reset[c] || done;
		say(r, "%d: git reset --mixed: %s", c, done ? "done" : "refused");
		break;
	}
	excuse_files(r, c, before);
	if (done) /* a reset that keeps the files, or an amend, makes what is in them mine */
		accept_foreign(r);
	maybe_look(r, c);
}

static void remove_by_hand(struct run *r, int c)
{
	int p = pick(SIM_PATHS);

	say(r, "%d: rm %d", c, p);
	excuse_hand(r, c, p); /* what was taken out by hand may never have been seen */
	git->write(r->t.clone[c].sim, p, NULL);
	maybe_look(r, c);
}

/* --trace: where a token is after each operation. */
static int traced = -1;

static void trace(struct run *r)
{
	for (int c = 0; c < CLONES && traced >= 0 && traced < r->nr_tokens; c++) {
		int p = r->token[traced].path;
		scoped_free char *w = team_workspace(&r->t, c, p),
				 *file = git->file(r->t.clone[c].sim, p);
		scoped_free char *head = git->show(r->t.clone[c].sim, "HEAD", p);

		printf("#       t%d in %d: workspace %d file %d HEAD %d %s\n", traced, c,
		       team_has(w, traced), team_has(file, traced), team_has(head, traced),
		       r->token[traced].excused ? "(excused)" : "");
	}
}

static void operation(struct run *r)
{
	int c = pick(CLONES), what = pick(100);

	if (what < 18)
		agent_edit(r, c);
	else if (what < 32)
		hand_edit(r, c);
	else if (what < 46)
		commit(r, c);
	else if (what < 54)
		git_pull(r, c);
	else if (what < 60)
		git_push(r, c);
	else if (what < 68)
		sync_push(r, c);
	else if (what < 76)
		sync_pull(r, c);
	else if (what < 81)
		export(r, c);
	else if (what < 89)
		take_back(r, c);
	else if (what < 94)
		move_about(r, c);
	else if (what < 96)
		rewrite(r, c);
	else if (what < 97)
		remove_by_hand(r, c);
	else if (what < 98)
		colleague(r);
	else
		review(r, c);
}

/* --- the end: everything settles ------------------------------------------------------------- */

static void network_mended(struct run *r, int round)
{
	for (int c = 0; c < CLONES && bad_network; c++) {
		r->net[c].on = false;
		if (round == 1) /* what was on its way comes after what was sent since */
			bad_net_deliver(&r->net[c]);
	}
}

static void network_count(const struct run *r)
{
	for (int c = 0; c < CLONES && bad_network; c++) {
		network.calls += r->net[c].calls;
		network.lost_requests += r->net[c].lost_requests;
		network.lost_answers += r->net[c].lost_answers;
		network.twice += r->net[c].twice;
		network.late += r->net[c].arrived_late;
	}
}

static void settle(struct run *r)
{
	for (int c = 0; c < CLONES; c++) {
		git->abort(r->t.clone[c].sim);
		look(r, c);
	}
	for (int round = 0; round < 4; round++) {
		network_mended(r, round);
		for (int c = 0; c < CLONES && !r->t.failure; c++) {
			sync_pull(r, c);
			trace(r);
			sync_push(r, c);
		}
	}
}

/* Nothing that anybody ever had is out of reach, and nothing is there twice. */
static void check_kept(struct run *r, int p, char *text[CLONES], bool conflict)
{
	for (int t = 0; t < r->nr_tokens && !r->t.failure; t++) {
		const struct token *k = &r->token[t];
		int has = 0;

		if (k->path != p || !k->imported)
			continue;
		counts.checks += CLONES + 1;
		for (int c = 0; c < CLONES; c++) {
			has += rest_reachable(&r->t, c, t);
			if (!k->excused && rest_count(text[c], t) > 1)
				team_fail(&r->t, "t%d of %d is there twice in %d", t, p, c);
		}
		/* what was taken back before it was sent is kept where it was written */
		if (conflict || k->excused ? !has : has < CLONES)
			team_fail(&r->t, "no revision of %d has t%d, which a workspace had", p, t);
	}
}

static void check_path(struct run *r, int p)
{
	char *text[CLONES], *theirs[CLONES];
	bool conflict[CLONES], any = false;

	for (int c = 0; c < CLONES; c++) {
		text[c] = team_workspace(&r->t, c, p);
		theirs[c] = team_conflict(&r->t, c, p, &conflict[c]);
		any = any || conflict[c];
	}
	if (!any && (text[0] ? !text[1] || strcmp(text[0], text[1]) != 0 : text[1] != NULL))
		team_fail(&r->t, "the workspaces differ on %d", p);
	counts.checks++;
	for (int t = 0; t < r->nr_tokens; t++) {
		const struct token *k = &r->token[t];

		if (k->path != p || (!k->foreign && (k->excused || !k->imported)))
			continue;
		counts.checks += CLONES;
		for (int c = 0; c < CLONES; c++) {
			bool here = team_has(text[c], t) || team_has(theirs[c], t);

			if (k->foreign && (team_has(text[c], t)))
				team_fail(&r->t, "t%d of %d came from a colleague's branch", t, p);
			if (!k->foreign && !k->removed && !here && !any)
				team_fail(&r->t, "t%d of %d is lost in %d", t, p, c);
			if (!k->foreign && k->removed && here && !any)
				team_fail(&r->t, "t%d of %d was removed and is back in %d", t, p,
					  c);
		}
	}
	check_kept(r, p, text, any);
	for (int c = 0; c < CLONES; c++) {
		free(text[c]);
		free(theirs[c]);
	}
}

/* Looking and syncing again changes nothing. */
static void check_still(struct run *r)
{
	char *before[CLONES][SIM_PATHS];

	for (int c = 0; c < CLONES; c++)
		for (int p = 0; p < SIM_PATHS; p++)
			before[c][p] = team_workspace(&r->t, c, p);
	for (int c = 0; c < CLONES && !r->t.failure; c++) {
		struct sync_report down = team_pull(&r->t, c), up = team_push(&r->t, c);

		counts.checks += 1 + SIM_PATHS;
		if (up.sent || up.behind || down.received || down.merged)
			team_fail(&r->t,
				  "clone %d does not come to rest: %d sent%s, %d received, "
				  "%d merged",
				  c, up.sent, up.behind ? ", behind" : "", down.received,
				  down.merged);
		sync_report_release(&down);
		sync_report_release(&up);
	}
	for (int c = 0; c < CLONES; c++) {
		for (int p = 0; p < SIM_PATHS; p++) {
			scoped_free char *after = team_workspace(&r->t, c, p);

			if (before[c][p] ? !after || strcmp(before[c][p], after) : after != NULL)
				team_fail(&r->t, "looking changed %d in %d", p, c);
			free(before[c][p]);
		}
	}
}

/* With --trace: the whole graph of the token's artifact. */
static void dump(struct run *r, int c)
{
	struct art art = {0};
	struct revs revs = {0};

	if (traced < 0 || traced >= r->nr_tokens ||
	    !team_ok(&r->t,
		     store_art_at(&art, r->t.clone[c].store, sim_path[r->token[traced].path]),
		     "art") ||
	    !team_ok(&r->t, store_rev_list(&revs, r->t.clone[c].store, art.uid), "revisions"))
		return;
	for (size_t i = 0; i < revs.len; i++) {
		const struct revision *v = &revs.at[i];
		scoped_free char *text = NULL;
		size_t len;

		team_ok(&r->t, store_text_get(&text, &len, r->t.clone[c].store, v->oid.hex),
			"text");
		printf("# %d%s %.5s <- %.5s %.5s %-8s %s:", c,
		       rev_eq(&v->id, &art.head) ? "*" : " ", v->id.hex, v->parents[0].hex,
		       v->parents[1].hex, revision_how_name(v->how), v->author);
		for (int k = 0; k < r->nr_tokens; k++)
			if (team_has(text, k))
				printf(" t%d", k);
		printf("\n");
	}
	revs_release(&revs);
	art_release(&art);
}

/* Not everybody has the same settings. */
static err_t set_merge(void *ctx, struct merge_options *o)
{
	static const char *const modes[] = {"default", "full", "text"};

	return merge_set(o, "mode", modes[(uintptr_t)ctx]);
}

static void settings(struct run *r, uint64_t seed)
{
	for (int c = 0; c < CLONES; c++) {
		uintptr_t mode = seed % 2 ? 0 : seed / 2 % 3;

		seed /= 3;
		r->merge[c] = (struct merge_settings){(void *)mode, set_merge};
		r->t.clone[c].engine.merge = &r->merge[c];
	}
}

static void random_for(int operation)
{
	if (replay.again)
		random_state = replay.at[operation];
	else
		replay.at[operation] = random_state;
}

static void print_failure(struct run *r, uint64_t seed)
{
	for (int c = 0; c < CLONES; c++)
		dump(r, c);
	printf("# seed %llu: %s\n", (unsigned long long)seed, r->t.failure);
	if (!verbose)
		for (size_t i = 0; i < r->log.len; i++)
			printf("#   %s\n", r->log.at[i]);
}

/* What went wrong, NULL: nothing. Caller frees. */
static char *run_once(uint64_t seed, int ops, bool print)
{
	struct run *r = mem_alloc(sizeof(*r));
	char *failure;

	random_state = seed;
	team_seed(seed);
	r->t.verbose = verbose;
	r->t.remotes = on_server ? &real_server : NULL;
	team_open(&r->t, git);
	settings(r, seed);
	for (int c = 0; c < CLONES; c++)
		r->t.clone[c].hooks = pick(4) > 0;
	for (int c = 0; c < CLONES && bad_network && !r->t.failure; c++) {
		bad_net_wrap(&r->t.clone[c].remote, &r->net[c], seed * CLONES + (uint64_t)c);
		r->net[c].on = true;
	}
	for (int c = 0; c < CLONES && !r->t.failure; c++)
		look(r, c);
	for (int i = 0; i < ops && !r->t.failure; i++) {
		random_for(i);
		if (replay.again && replay.skip[i])
			continue;
		operation(r);
		counts.operations++;
		trace(r);
	}
	random_for(ops);
	if (!r->t.failure)
		settle(r);
	for (int p = 0; p < SIM_PATHS && !r->t.failure; p++)
		check_path(r, p);
	if (!r->t.failure)
		check_still(r);
	for (int c = 0; c < CLONES && !r->t.failure; c++)
		counts.checks += rest_check_remote(&r->t, c);
	network_count(r);
	failure = r->t.failure ? mem_strdup(r->t.failure) : NULL;
	if (failure && print)
		print_failure(r, seed);
	team_close(&r->t);
	strs_release(&r->log);
	free(r);
	return failure;
}

/* The same but for the numbers in it. */
static bool same_failure(const char *a, const char *b)
{
	while (a && b && *a && *b) {
		if (isdigit((unsigned char)*a) && isdigit((unsigned char)*b)) {
			a += strspn(a, "0123456789");
			b += strspn(b, "0123456789");
		} else if (*a++ != *b++) {
			return false;
		}
	}
	return a && b && *a == *b;
}

/* One pass; whether it left anything out. */
static bool leave_out(uint64_t seed, int ops, int size, const char *failure)
{
	bool before[MAX_OPS], any = false;

	for (int at = 0; at < ops; at += size) {
		scoped_free char *now = NULL;

		memcpy(before, replay.skip, sizeof(before));
		for (int i = at; i < at + size && i < ops; i++)
			replay.skip[i] = true;
		if (memcmp(before, replay.skip, sizeof(before)) == 0)
			continue;
		now = run_once(seed, ops, false);
		if (same_failure(failure, now))
			any = true;
		else
			memcpy(replay.skip, before, sizeof(before));
	}
	return any;
}

/* Leaves out what the failure does not need: half of the operations, a quarter, ..., one. */
static void shrink(uint64_t seed, int ops, const char *failure)
{
	bool was_verbose = verbose;

	replay.again = true;
	verbose = false;
	for (int size = ops / 2; size > 1; size /= 2)
		leave_out(seed, ops, size, failure);
	while (leave_out(seed, ops, 1, failure))
		;
	verbose = was_verbose;
	free(run_once(seed, ops, true));
}

static bool history(uint64_t seed, int ops)
{
	scoped_free char *failure = NULL;

	memset(&replay, 0, sizeof(replay));
	failure = run_once(seed, ops, false);
	counts.histories++;
	if (failure) {
		long operations = counts.operations, checks = counts.checks;

		shrink(seed, ops, failure);
		counts.operations = operations;
		counts.checks = checks;
	}
	return !failure;
}

static int run_seeds(const struct sim_ops *sim, uint64_t seed, int seeds, int ops, bool net,
		     int *number)
{
	int failed = 0;

	git = sim;
	bad_network = net;
	for (int i = 0; i < seeds; i++) {
		bool good = history(seed + (uint64_t)i, ops);

		failed += !good;
		printf("%sok %d - %s%s%s, %d operations, seed %llu\n", good ? "" : "not ",
		       ++*number, git->name, on_server ? ", server" : "",
		       net ? ", bad network" : "", ops,
		       (unsigned long long)seed + (unsigned long long)i);
		fflush(stdout);
	}
	return failed;
}

/* Seeds that failed once. */
static const uint64_t kept[] = {60250,	103293, 201533, 202051,	    203169,
				503460, 504985, 921584, 1795663613, 1795670021};

static int run_kept(int ops, int *number)
{
	int failed = 0;

	for (size_t i = 0; i < sizeof(kept) / sizeof(*kept); i++) {
		failed += run_seeds(&sim_model, kept[i], 1, ops, false, number);
		failed += run_seeds(&sim_real, kept[i], 1, ops, false, number);
		failed += run_seeds(&sim_model, kept[i], 1, ops, true, number);
	}
	return failed;
}

int main(int argc, char **argv)
{
	uint64_t seed = 1;
	int seeds = 300, ops = 40, failed = 0, number = 0;
	bool model = true, real = true, net = true;

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--git") == 0)
			model = net = false;
		else if (strcmp(argv[i], "--model") == 0)
			real = net = false;
		else if (strcmp(argv[i], "--net") == 0)
			model = real = false;
		else if (strcmp(argv[i], "--server") == 0)
			real = false, on_server = true;
		else if (strcmp(argv[i], "--verbose") == 0)
			verbose = true;
		else if (i + 1 < argc && strcmp(argv[i], "--seed") == 0)
			seed = strtoull(argv[++i], NULL, 10);
		else if (i + 1 < argc && strcmp(argv[i], "--seeds") == 0)
			seeds = atoi(argv[++i]);
		else if (i + 1 < argc && strcmp(argv[i], "--trace") == 0)
			traced = atoi(argv[++i]);
		else if (i + 1 < argc && strcmp(argv[i], "--ops") == 0)
			ops = atoi(argv[++i]);
	}
	if (ops > MAX_OPS)
		ops = MAX_OPS;
	if (on_server) {
		real_server_find_module();
		if (!real_server_is_there()) {
			puts("1..0 # SKIP no server: what scripts/test-backend start prints");
			return 0;
		}
	}
	if (model && real)
		failed += run_kept(ops, &number);
	if (model)
		failed += run_seeds(&sim_model, seed, seeds, ops, false, &number);
	if (real)
		failed += run_seeds(&sim_real, seed, seeds, ops, false, &number);
	if (net) {
		failed += run_seeds(&sim_model, seed, seeds, ops, true, &number);
		printf("# %ld calls: %ld requests lost, %ld answers lost, "
		       "%ld arrived twice, %ld late\n",
		       network.calls, network.lost_requests, network.lost_answers, network.twice,
		       network.late);
	}
	printf("# %ld histories, %ld operations, %ld checks\n", counts.histories,
	       counts.operations, counts.checks);
	printf("1..%d\n", number);
	return failed ? 1 : 0;
}
