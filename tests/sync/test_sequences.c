/*
 * The minimal sequences that broke earlier rules, each with the outcome it must have, on the model
 * and on real git; and the nine rows of a push and a pull. A is clone 0, B is clone 1.
 */
#include "rest.h"
#include "team.h"

#include "util/clock.h"
#include "util/mem.h"

#include <stdlib.h>
#include <string.h>

#define A 0
#define B 1
#define NOT_CHECKED (-1)

static const struct sim_ops *git;

static struct sim *sim(struct team *t, int c)
{
	return t->clone[c].sim;
}

static void agent_add(struct team *t, int c, int token)
{
	scoped_free char *text = NULL, *now = NULL;

	team_look(t, c);
	text = team_workspace(t, c, 0);
	now = team_with(text, token);
	team_edit(t, c, 0, now);
}

static void agent_remove(struct team *t, int c, int token)
{
	scoped_free char *text = NULL, *now = NULL;

	team_look(t, c);
	text = team_workspace(t, c, 0);
	now = team_without(text, token);
	team_edit(t, c, 0, now);
}

static void hand_add(struct team *t, int c, int token)
{
	scoped_free char *text = git->file(sim(t, c), 0), *now = team_with(text, token);

	git->write(sim(t, c), 0, now);
}

static void hand_remove(struct team *t, int c, int token)
{
	scoped_free char *text = git->file(sim(t, c), 0), *now = team_without(text, token);

	git->write(sim(t, c), 0, now);
}

static void commit(struct team *t, int c)
{
	if (!git->commit(sim(t, c), true, NOT_CHECKED))
		team_fail(t, "the commit in %d did nothing", c);
}

static void must(struct team *t, bool done, const char *what)
{
	if (!done)
		team_fail(t, "%s did nothing", what);
}

static void git_push(struct team *t, int c)
{
	must(t, git->push(sim(t, c)), "git push");
}

/* git pull; a stop is for the caller */
static bool git_pull(struct team *t, int c)
{
	bool stopped = false;

	git->fetch(sim(t, c));
	must(t, git->merge(sim(t, c), "origin/main", &stopped), "git pull");
	return stopped;
}

static void push(struct team *t, int c)
{
	struct sync_report s = team_push(t, c);

	sync_report_release(&s);
}

static void pull(struct team *t, int c)
{
	struct sync_report s = team_pull(t, c);

	sync_report_release(&s);
}

static void sync_both(struct team *t)
{
	for (int round = 0; round < 3; round++) {
		pull(t, A);
		push(t, A);
		pull(t, B);
		push(t, B);
	}
	pull(t, A);
}

static void want(struct team *t, int c, int token, bool there)
{
	scoped_free char *text = team_workspace(t, c, 0);

	if (team_has(text, token) != there)
		team_fail(t, "t%d is %s in the workspace of %d", token, there ? "missing" : "there",
			  c);
}

static void want_both(struct team *t, int token, bool there)
{
	want(t, A, token, there);
	want(t, B, token, there);
}

static void want_rest(struct team *t)
{
	for (int c = 0; c < CLONES; c++) {
		struct sync_report down = team_pull(t, c), up = team_push(t, c);

		if (down.received || down.merged || up.sent || up.behind)
			team_fail(t, "%d does not come to rest: %d received, %d merged, %d sent%s",
				  c, down.received, down.merged, up.sent,
				  up.behind ? ", behind" : "");
		sync_report_release(&down);
		sync_report_release(&up);
	}
}

/* Both clones and the remote begin with the same artifacts. */
static void begin(struct team *t)
{
	team_look(t, A);
	team_look(t, B);
	push(t, A);
	pull(t, B);
}

/* --- the sequences --------------------------------------------------------------------------- */

static void s01(struct team *t)
{
	scoped_free char *theirs = NULL, *mine = NULL, *now = NULL, *other = NULL;

	begin(t);
	/* the conflict is elsewhere: in path 1 */
	agent_add(t, A, 1);
	other = git->file(sim(t, A), 1);
	theirs = mem_printf("%sA's line\n", other);
	git->write(sim(t, A), 1, theirs);
	commit(t, A);
	git_push(t, A);
	mine = mem_printf("%sB's line\n", other);
	git->write(sim(t, B), 1, mine);
	commit(t, B);
	team_look(t, B);
	must(t, git_pull(t, B), "the conflict");
	team_look(t, B);
	want(t, B, 1, false);
	git->abort(sim(t, B));
	team_look(t, B);
	now = team_workspace(t, B, 1);
	if (!strstr(now, "B's line"))
		team_fail(t, "B's own line is lost");
	push(t, A);
	pull(t, B);
	want_both(t, 1, true);
}

static void s02(struct team *t)
{
	begin(t);
	agent_add(t, A, 1);
	commit(t, A);
	must(t, git->switch_to(sim(t, A), "origin/main"), "switch");
	team_look(t, A);
	want(t, A, 1, true);
}

static void s03(struct team *t)
{
	begin(t);
	hand_add(t, A, 1);
	push(t, A);
	pull(t, B);
	agent_remove(t, B, 1);
	push(t, B);
	commit(t, A);
	git_push(t, A);
	git_pull(t, B);
	team_look(t, B);
	want(t, B, 1, false);
	sync_both(t);
	want_both(t, 1, false);
}

static void s04(struct team *t)
{
	struct export_options o = {0};
	struct report r = {0};

	begin(t);
	hand_add(t, A, 1);
	push(t, A);
	commit(t, A);
	team_look(t, A);
	pull(t, B);
	t->clone[B].engine.git = git->port(sim(t, B));
	team_ok(t, export_files(&r, &t->clone[B].engine, &o), "export");
	report_release(&r);
	commit(t, B);
	git_push(t, B);
	hand_remove(t, A, 1);
	commit(t, A);
	team_look(t, A);
	want(t, A, 1, false);
	if (git_pull(t, A))
		git->resolve(sim(t, A));
	team_look(t, A);
	sync_both(t);
	{
		scoped_free char *a = team_workspace(t, A, 0), *b = team_workspace(t, B, 0);

		if (strcmp(a, b) != 0)
			team_fail(t, "the workspaces differ");
	}
	want_both(t, 1, false);
}

static void s05(struct team *t)
{
	begin(t);
	hand_add(t, A, 1);
	push(t, A);
	pull(t, B);
	agent_remove(t, B, 1);
	hand_add(t, A, 2);
	commit(t, A);
	git_push(t, A);
	git_pull(t, B);
	team_look(t, B);
	want(t, B, 2, true);
	want(t, B, 1, false);
	sync_both(t);
	want_both(t, 2, true);
	want_both(t, 1, false);
}

static void s06(struct team *t)
{
	begin(t);
	hand_add(t, B, 1);
	commit(t, B);
	team_look(t, B);
	hand_remove(t, B, 1);
	commit(t, B);
	hand_add(t, B, 2);
	push(t, B);
	pull(t, A);
	git_push(t, B);
	git_pull(t, A);
	team_look(t, A);
	want(t, A, 1, false);
	want(t, A, 2, true);
}

static void s07(struct team *t)
{
	begin(t);
	hand_add(t, A, 1);
	commit(t, A);
	git_push(t, A);
	team_look(t, A);
	git_pull(t, B);
	team_look(t, B);
	agent_remove(t, A, 1);
	push(t, B);
	pull(t, A);
	sync_both(t);
	want_both(t, 1, false);
	want_rest(t);
}

static void s08(struct team *t)
{
	begin(t);
	hand_add(t, A, 1);
	commit(t, A);
	git_push(t, A);
	team_look(t, A);
	hand_add(t, B, 2);
	team_look(t, B);
	push(t, B);
	commit(t, B);
	git_pull(t, B);
	team_look(t, B);
	pull(t, A);
	sync_both(t);
	want_both(t, 1, true);
	want_both(t, 2, true);
	want_rest(t);
}

static void s09(struct team *t)
{
	struct art art = {0};
	struct revs revs = {0};
	bool kept = false;

	begin(t);
	hand_add(t, A, 1);
	team_look(t, A);
	want(t, A, 1, true);
	must(t, git->restore(sim(t, A), 0, NULL), "restore");
	push(t, A);
	pull(t, B);
	want_both(t, 1, false);
	team_ok(t, store_art_at(&art, t->clone[A].store, sim_path[0]), "art");
	team_ok(t, store_rev_list(&revs, t->clone[A].store, art.uid), "revisions");
	for (size_t i = 0; i < revs.len && !kept; i++) {
		scoped_free char *text = NULL;
		size_t len;

		team_ok(t, store_text_get(&text, &len, t->clone[A].store, revs.at[i].oid.hex),
			"text");
		kept = team_has(text, 1);
	}
	if (!kept)
		team_fail(t, "the discarded edit is not in the history");
	revs_release(&revs);
	art_release(&art);
	team_ok(t, store_art_at(&art, t->clone[B].store, sim_path[0]), "art");
	team_ok(t, store_rev_list(&revs, t->clone[B].store, art.uid), "revisions");
	if (revs.len != 1)
		team_fail(t, "something of the discarded edit was published");
	revs_release(&revs);
	art_release(&art);
}

static void s10(struct team *t)
{
	begin(t);
	agent_add(t, A, 1);
	push(t, A);
	hand_add(t, A, 2);
	team_look(t, A);
	must(t, git->restore(sim(t, A), 0, NULL), "restore");
	push(t, A);
	pull(t, B);
	want_both(t, 1, true);
	want_both(t, 2, false);
}

static void s11(struct team *t)
{
	begin(t);
	hand_add(t, A, 1);
	team_look(t, A);
	must(t, git->stash(sim(t, A)), "stash");
	hand_add(t, B, 2);
	commit(t, B);
	git_push(t, B);
	git_pull(t, A);
	push(t, A);
	pull(t, B);
	want(t, B, 1, false);
	must(t, git->pop(sim(t, A)), "pop");
	push(t, A);
	pull(t, B);
	want_both(t, 1, true);
	want_both(t, 2, true);
	{
		scoped_free char *text = team_workspace(t, A, 0), *less = team_without(text, 1);

		if (team_has(less, 1))
			team_fail(t, "the edit is there twice");
	}
}

static void s12(struct team *t)
{
	begin(t);
	must(t, git->branch(sim(t, B), "topic"), "branch");
	hand_add(t, B, 1);
	commit(t, B);
	git_push(t, B);
	/* A reviews */
	git->fetch(sim(t, A));
	must(t, git->switch_to(sim(t, A), "origin/topic"), "switch");
	team_look(t, A);
	want(t, A, 1, false);
	hand_add(t, A, 2);
	commit(t, A);
	team_look(t, A);
	must(t, git->switch_to(sim(t, A), "main"), "switch back");
	push(t, A);
	want(t, A, 1, false);
	want(t, A, 2, false);
	pull(t, B);
}

static void s13(struct team *t)
{
	bool stopped = false;

	begin(t);
	hand_add(t, A, 1);
	commit(t, A);
	team_look(t, A);
	push(t, A);
	pull(t, B);
	agent_remove(t, B, 1);
	push(t, B);
	pull(t, A);
	want(t, A, 1, false);
	git->commit_unrelated(sim(t, B));
	git_push(t, B);
	git->fetch(sim(t, A));
	must(t, git->rebase(sim(t, A), "origin/main", &stopped), "rebase");
	team_look(t, A);
	sync_both(t);
	want_both(t, 1, false);
}

static void s14(struct team *t)
{
	struct art art = {0};

	begin(t);
	git->write(sim(t, A), 0, NULL);
	team_look(t, A);
	git->commit_unrelated(sim(t, A));
	team_look(t, A);
	team_ok(t, store_art_at(&art, t->clone[A].store, sim_path[0]), "art");
	if (art.deleted)
		team_fail(t, "a missing file deleted the artifact");
	art_release(&art);
	git->add(sim(t, A), 0);
	commit(t, A);
	team_look(t, A);
	team_ok(t, store_art_at(&art, t->clone[A].store, sim_path[0]), "art");
	if (!art.deleted)
		team_fail(t, "the commit that removes the file left no tombstone");
	art_release(&art);
}

static void s15(struct team *t)
{
	begin(t);
	agent_add(t, B, 1);
	commit(t, B);
	git_push(t, B);
	git_pull(t, A);
	team_look(t, A);
	want(t, A, 1, true);
	agent_remove(t, B, 1);
	sync_both(t);
	want_both(t, 1, false);
}

static void s15b(struct team *t)
{
	begin(t);
	agent_add(t, B, 1);
	agent_add(t, B, 2);
	commit(t, B);
	git_push(t, B);
	git_pull(t, A);
	team_look(t, A);
	agent_remove(t, B, 1);
	sync_both(t);
	want_both(t, 1, false);
	want_both(t, 2, true);
}

static void s16(struct team *t)
{
	begin(t);
	hand_add(t, A, 1);
	commit(t, A);
	push(t, A);
	pull(t, B);
	want_both(t, 1, true);
	hand_remove(t, A, 1);
	commit(t, A);
	push(t, A);
	pull(t, B);
	want_both(t, 1, false);
}

static void s17(struct team *t)
{
	begin(t);
	agent_add(t, B, 2);
	push(t, B);
	hand_add(t, A, 1);
	pull(t, A);
	agent_remove(t, A, 1);
	git->commit_unrelated(sim(t, A));
	team_look(t, A);
	sync_both(t);
	want_both(t, 1, false);
	want_both(t, 2, true);
}

static void s18(struct team *t)
{
	begin(t);
	hand_add(t, A, 1);
	team_look(t, A);
	must(t, git->stash(sim(t, A)), "stash");
	git->commit_unrelated(sim(t, A));
	push(t, A);
	pull(t, B);
	want(t, B, 1, false);
}

static void s19(struct team *t)
{
	begin(t);
	hand_add(t, A, 1);
	team_look(t, A);
	must(t, git->restore(sim(t, A), 0, NULL), "restore");
	team_look(t, A);
	agent_add(t, A, 2);
	push(t, A);
	pull(t, B);
	want_both(t, 1, false);
	want_both(t, 2, true);
}

static void s20(struct team *t)
{
	bool stopped = false;

	begin(t);
	hand_add(t, A, 1);
	commit(t, A);
	team_look(t, A);
	must(t, git->revert(sim(t, A), "HEAD", &stopped), "revert");
	team_look(t, A);
	want(t, A, 1, false);
	git->commit_unrelated(sim(t, B));
	git_push(t, B);
	git->fetch(sim(t, A));
	must(t, git->rebase(sim(t, A), "origin/main", &stopped), "rebase");
	team_look(t, A);
	want(t, A, 1, false);
	sync_both(t);
	want_both(t, 1, false);
}

static void s21(struct team *t)
{
	team_look(t, A);
	team_look(t, B);
	push(t, A);
	sync_both(t);
	for (int p = 0; p < SIM_PATHS; p++) {
		struct art a = {0}, b = {0};
		bool conflict;

		free(team_conflict(t, B, p, &conflict));
		team_ok(t, store_art_at(&a, t->clone[A].store, sim_path[p]), "art");
		team_ok(t, store_art_at(&b, t->clone[B].store, sim_path[p]), "art");
		if (conflict || strcmp(a.uid, b.uid) != 0 || !rev_eq(&a.head, &b.head))
			team_fail(t, "not one artifact with one history");
		art_release(&a);
		art_release(&b);
	}
	want_rest(t);
}

/* A step back by git in a clone that has more: the difference goes, the rest stays. */
static void s22(struct team *t)
{
	bool stopped = false;

	begin(t);
	hand_add(t, A, 1);
	commit(t, A);
	git_push(t, A);
	push(t, A);
	pull(t, B);
	git_pull(t, B);
	agent_add(t, B, 2);
	commit(t, B);
	must(t, git->revert(sim(t, A), "HEAD", &stopped), "revert");
	git_push(t, A);
	git_pull(t, B);
	team_look(t, B);
	want(t, B, 1, false);
	want(t, B, 2, true);
	sync_both(t);
	want_both(t, 1, false);
	want_both(t, 2, true);
}

/* A conflict whose other side is a text that W has had: a commit on top of that text, by somebody
 * who knows nothing of the conflict, does not settle it. */
static void s23(struct team *t)
{
	bool conflict;

	begin(t);
	agent_add(t, A, 6);
	push(t, A);
	pull(t, B);
	agent_remove(t, B, 6);
	push(t, B);
	agent_add(t, A, 12);
	pull(t, A);
	free(team_conflict(t, A, 0, &conflict));
	must(t, conflict, "the pull of a removal beside an addition");
	commit(t, A);
	team_look(t, A);
	free(team_conflict(t, A, 0, &conflict));
	if (!conflict)
		team_fail(t, "the conflict is settled by a commit that says nothing of it");
}

/* What the file shows has one of two entries that W put together. */
static void s24(struct team *t)
{
	begin(t);
	agent_add(t, B, 1);
	push(t, B);
	agent_add(t, A, 7);
	pull(t, A);
	want(t, A, 1, true);
	want(t, A, 7, true);
	hand_add(t, A, 4);
	team_look(t, A);
	sync_both(t);
	want_both(t, 1, true);
	want_both(t, 7, true);
	want_both(t, 4, true);
}

/* The same, and the edit by hand is beside the entry. */
static void s25(struct team *t)
{
	begin(t);
	agent_add(t, B, 1);
	push(t, B);
	agent_add(t, A, 7);
	pull(t, A);
	hand_add(t, A, 13);
	team_look(t, A);
	sync_both(t);
	want_both(t, 1, true);
	want_both(t, 7, true);
	want_both(t, 13, true);
}

/* Deleted in both, and in one of them only after an edit that was never sent: the edit travels. */
static void s26(struct team *t)
{
	scoped_free char *text = NULL;

	begin(t);
	team_delete(t, A, 0);
	push(t, A);
	agent_add(t, B, 1);
	team_delete(t, B, 0);
	sync_both(t);
	text = team_workspace(t, B, 0);
	if (text)
		team_fail(t, "the deletion is lost");
	if (!rest_reachable(t, A, 1) || !rest_reachable(t, B, 1))
		team_fail(t, "t1 is out of reach");
	want_rest(t);
}

/* Deleted, sent, taken back, deleted again. */
static void s27(struct team *t)
{
	scoped_free char *text = NULL, *now = NULL;

	begin(t);
	text = team_workspace(t, A, 0);
	team_delete(t, A, 0);
	push(t, A);
	now = team_with(text, 1);
	team_edit(t, A, 0, now);
	team_delete(t, A, 0);
	sync_both(t);
	if (!rest_reachable(t, B, 1))
		team_fail(t, "t1 is out of reach");
	want_rest(t);
}

/* A commit brings two edits and one of them is removed; then sync brings that one alone. */
static void s28(struct team *t)
{
	begin(t);
	agent_add(t, B, 1);
	push(t, B);
	agent_add(t, B, 3);
	commit(t, B);
	git_push(t, B);
	git_pull(t, A);
	agent_remove(t, A, 1);
	sync_both(t);
	want_both(t, 1, false);
	want_both(t, 3, true);
}

/* A commit of a file that was left older is rebased before anybody looks: it says what is known. */
static void rebased_unseen(struct team *t, bool two, bool pushed)
{
	bool stopped = false;

	begin(t);
	agent_add(t, B, 1);
	if (two)
		agent_add(t, B, 3);
	commit(t, B);
	git_push(t, B);
	push(t, B);
	agent_add(t, A, 2);
	pull(t, A);
	agent_remove(t, A, 2);
	if (pushed)
		push(t, A);
	commit(t, A);
	git->fetch(sim(t, A));
	must(t, git->rebase(sim(t, A), "origin/main", &stopped), "git pull --rebase");
	team_look(t, A);
	want(t, A, 2, false);
	sync_both(t);
	want_both(t, 1, true);
	want_both(t, 2, false);
	want_both(t, 3, two);
}

static void s29(struct team *t)
{
	rebased_unseen(t, false, false);
}

static void s29b(struct team *t)
{
	rebased_unseen(t, true, false);
}

static void s29c(struct team *t)
{
	rebased_unseen(t, false, true);
}

/* One file is two artifacts at first; one of them is deleted, and comes back beside the other. */
static void s30(struct team *t)
{
	scoped_free char *text = NULL, *now = NULL;

	team_look(t, A);
	team_look(t, B);
	push(t, B);
	text = team_workspace(t, B, 0);
	team_delete(t, B, 0);
	push(t, B);
	agent_add(t, A, 2);
	push(t, A);
	now = team_with(text, 7);
	team_edit(t, B, 0, now);
	sync_both(t);
	want_both(t, 2, true);
	want_both(t, 7, true);
	want_rest(t);
}

static void edit_uid(struct team *t, int c, const char *uid, const char *text)
{
	struct edit e = {.how = HOW_EDIT, .message = "", .text = slice_str(text)};
	bool written;

	team_ok(t, edit_apply(&written, &t->clone[c].engine, uid, &e), "edit");
}

/* It comes back when the other is known: these are two, and a push says so. */
static void s31(struct team *t)
{
	scoped_free char *text = NULL, *now = NULL;
	scoped(art_release) struct art art = {0};
	struct sync_report s;

	team_look(t, A);
	team_look(t, B);
	push(t, B);
	team_ok(t, store_art_at(&art, t->clone[B].store, sim_path[0]), "art");
	text = team_workspace(t, B, 0);
	team_delete(t, B, 0);
	push(t, B);
	agent_add(t, A, 2);
	push(t, A);
	pull(t, B);
	now = team_with(text, 7);
	edit_uid(t, B, art.uid, now);
	sync_both(t);
	s = team_push(t, B);
	if (s.behind || !s.refused || !s.blocked.len)
		team_fail(t, "a path with two artifacts: behind %d, %d refused", s.behind,
			  s.refused);
	sync_report_release(&s);
}

/* Committed, away to a branch that nobody took, and the file put back to what it was before. */
static void s32(struct team *t)
{
	scoped_free char *text = NULL, *theirs = NULL;

	begin(t);
	text = git->file(sim(t, A), 0);
	theirs = team_with(text, 1);
	git->colleague(t->world, 0, theirs);
	agent_add(t, A, 2);
	commit(t, A);
	git->fetch(sim(t, A));
	must(t, git->switch_to(sim(t, A), "origin/colleague"), "switch");
	must(t, git->restore(sim(t, A), 0, "HEAD~1"), "restore");
	push(t, A);
	want(t, A, 2, true);
	sync_both(t);
	want_both(t, 2, true);
	want_both(t, 1, false);
}

/* What sync brings of a removal, to a clone that got the line by git and never had it before. */
static void s33(struct team *t)
{
	begin(t);
	agent_add(t, A, 1);
	agent_add(t, A, 5);
	commit(t, A);
	git_push(t, A);
	team_look(t, A);
	hand_remove(t, A, 5);
	commit(t, A);
	agent_add(t, B, 4);
	commit(t, B);
	git_pull(t, B);
	team_look(t, B);
	agent_add(t, A, 2);
	agent_remove(t, A, 2);
	sync_both(t);
	want_both(t, 5, false);
	want_both(t, 1, true);
	want_both(t, 4, true);
}

/* A removal is committed, git pull brings the line once more, and what the pull left in the file is
 * committed again with an edit: all of it was seen. */
static void s34(struct team *t)
{
	begin(t);
	agent_add(t, B, 1);
	push(t, B);
	commit(t, B);
	git_push(t, B);
	agent_add(t, A, 2);
	pull(t, A);
	agent_remove(t, A, 1);
	commit(t, A);
	git_pull(t, A);
	team_look(t, A);
	must(t, git->reset(sim(t, A), SIM_SOFT, "HEAD~1"), "reset");
	team_look(t, A);
	hand_add(t, A, 5);
	team_look(t, A);
	commit(t, A);
	team_look(t, A);
	want(t, A, 1, false);
	sync_both(t);
	want_both(t, 1, false);
	want_both(t, 2, true);
	want_both(t, 5, true);
}

/* Line n of the artifact says something else; caller frees. */
static char *say_in(const char *text, int n, const char *words)
{
	scoped_free char *old = mem_printf("\n## Section %d\n\n", n);
	const char *at = strstr(text, old), *end;

	BUG_ON(!at);
	at += strlen(old);
	end = strchr(at, '\n');
	return mem_printf("%.*s%s%s", (int)(at - text), text, words, end);
}

static void agent_say(struct team *t, int c, int n, const char *words)
{
	scoped_free char *text = NULL, *now = NULL;

	team_look(t, c);
	text = team_workspace(t, c, 0);
	now = say_in(text, n, words);
	team_edit(t, c, 0, now);
}

static void hand_say(struct team *t, int c, int n, const char *words)
{
	scoped_free char *text = git->file(sim(t, c), 0), *now = say_in(text, n, words);

	git->write(sim(t, c), 0, now);
}

static void want_words(struct team *t, int c, const char *words)
{
	scoped_free char *text = team_workspace(t, c, 0);

	if (!text || !strstr(text, words))
		team_fail(t, "'%s' is not in the workspace of %d", words, c);
}

static void want_conflict(struct team *t, int c, const char *words)
{
	bool have;
	scoped_free char *theirs = team_conflict(t, c, 0, &have);

	if (!have || !theirs || !strstr(theirs, words))
		team_fail(t, "'%s' is in no conflict of %d", words, c);
}

static void resolve(struct team *t, int c, enum resolve_with with)
{
	struct art art = {0};
	bool written;

	team_ok(t, store_art_at(&art, t->clone[c].store, sim_path[0]), "art");
	team_ok(t, resolve_run(&written, team_engine(t, c), art.uid, with, slice_str("")),
		"resolve");
	art_release(&art);
}

static struct team *pushing; /* NULL: nobody does */
static err_t (*pull_then)(void *, char **, const char *);

/* In another terminal, between the answer to a pull and what is made of it. */
static err_t pull_then_push(void *ctx, char **reply, const char *request)
{
	struct team *t = pushing;

	TRY(pull_then(ctx, reply, request));
	pushing = NULL;
	if (t) {
		scoped_free char *text = team_workspace(t, A, 1), *now = team_with(text, 2);

		team_edit(t, A, 1, now);
		push(t, A);
	}
	return NULL;
}

/* What the clone has by then is more than the remote said, and nothing was missed. */
static void s39(struct team *t)
{
	struct sync_report report = {0};
	struct remote remote;
	struct engine *e;

	begin(t);
	agent_add(t, B, 1);
	push(t, B);
	e = team_engine(t, A);
	remote = *e->remote;
	pull_then = remote.pull;
	remote.pull = pull_then_push;
	e->remote = &remote;
	pushing = t;
	team_ok(t, pull_run(&report, e, false), "pull");
	for (size_t i = 0; i < report.notes.len; i++)
		if (strstr(report.notes.at[i], "taken again"))
			team_fail(t, "%s", report.notes.at[i]);
	sync_report_release(&report);
	e->remote = &t->clone[A].remote;
	sync_both(t);
	want_both(t, 1, true);
}

static err_t (*push_then)(void *, char **, const char *);

/* In another terminal, between the answer to a push and what is made of it: a pull of what a
 * teammate has made of it meanwhile. */
static err_t push_then_pull(void *ctx, char **reply, const char *request)
{
	struct team *t = pushing;

	TRY(push_then(ctx, reply, request));
	pushing = NULL;
	if (t) {
		pull(t, B);
		agent_add(t, B, 2);
		push(t, B);
		pull(t, A);
	}
	return NULL;
}

/* An answer that comes late is no step back. */
static void s40(struct team *t)
{
	struct sync_report report = {0}, later;
	struct push_options o = {0};
	struct remote remote;
	struct engine *e;

	begin(t);
	agent_add(t, A, 1);
	e = team_engine(t, A);
	remote = *e->remote;
	push_then = remote.push;
	remote.push = push_then_pull;
	e->remote = &remote;
	pushing = t;
	team_ok(t, push_run(&report, e, &o), "push");
	sync_report_release(&report);
	if (pushing)
		team_fail(t, "nothing was pushed");
	e->remote = &t->clone[A].remote;
	later = team_pull(t, A);
	for (size_t i = 0; i < later.notes.len; i++)
		if (strstr(later.notes.at[i], "taken again"))
			team_fail(t, "%s", later.notes.at[i]);
	sync_report_release(&later);
	sync_both(t);
	want_both(t, 1, true);
	want_both(t, 2, true);
}

static struct sim *switching; /* NULL: nobody does */
static err_t (*read_then)(void *, char **, size_t *, struct file_stat *, const char *);

/* In another terminal, between the question what HEAD is and the look at the file. */
static err_t switch_then_read(void *ctx, char **bytes, size_t *len, struct file_stat *stat,
			      const char *path)
{
	struct sim *s = switching;

	switching = NULL;
	if (s && !git->switch_to(s, "side"))
		BUG_ON(true);
	return read_then(ctx, bytes, len, stat, path);
}

/* A switch to a branch with an older text is no edit, whenever it comes. */
static void s38(struct team *t)
{
	scoped(report_release) struct report report = {0};
	scoped_free char *text = NULL;
	struct git_port port;
	struct engine *e;

	begin(t);
	agent_say(t, A, 1, "one");
	commit(t, A);
	must(t, git->branch(sim(t, A), "side"), "branch");
	must(t, git->switch_to(sim(t, A), "main"), "switch");
	agent_say(t, A, 1, "two");
	commit(t, A);
	team_look(t, A);
	text = git->file(sim(t, A), 0);
	git->write(sim(t, A), 0, text); /* the same: but it has to be looked at */
	switching = sim(t, A);
	e = team_engine(t, A);
	port = *e->git;
	e->git = &port;
	read_then = port.read;
	port.read = switch_then_read;
	team_ok(t, import_run(&report, e, NULL), "import");
	if (switching)
		team_fail(t, "nobody looked");
	team_look(t, A);
	want_words(t, A, "two");
}

/* An older text is staged, the file is edited on, and the commit takes what is staged: the file was
 * not touched, and the next edit of it began at what it showed. */
static void s41(struct team *t)
{
	begin(t);
	hand_add(t, A, 1);
	git->add(sim(t, A), 0);
	hand_add(t, A, 2);
	hand_add(t, A, 3);
	team_look(t, A);
	must(t, git->commit(sim(t, A), false, NOT_CHECKED), "commit");
	hand_remove(t, A, 2);
	team_look(t, A);
	want(t, A, 2, false);
	sync_both(t);
	want_both(t, 1, true);
	want_both(t, 2, false);
	want_both(t, 3, true);
}

/* The same, and git puts the commit's text into the file before it is edited. */
static void s41b(struct team *t)
{
	begin(t);
	hand_add(t, A, 1);
	git->add(sim(t, A), 0);
	hand_add(t, A, 2);
	team_look(t, A);
	must(t, git->commit(sim(t, A), false, NOT_CHECKED), "commit");
	must(t, git->stash(sim(t, A)), "stash");
	hand_add(t, A, 3);
	team_look(t, A);
	sync_both(t);
	want_both(t, 1, true);
	want_both(t, 2, true);
	want_both(t, 3, true);
}

/* Without hooks: a commit is amended, another one on top of it takes an edit of the file, and that
 * edit is removed again. HEAD did not go forward, but it did where the text of the file changed. */
static void s42(struct team *t)
{
	begin(t);
	agent_add(t, A, 1);
	commit(t, A);
	team_look(t, A);
	must(t, git->amend(sim(t, A), false), "amend");
	hand_add(t, A, 2);
	must(t, git->commit(sim(t, A), false, 0), "commit");
	hand_remove(t, A, 2);
	hand_add(t, A, 3);
	team_look(t, A);
	want(t, A, 2, false);
	sync_both(t);
	want_both(t, 1, true);
	want_both(t, 2, false);
	want_both(t, 3, true);
}

/* A reset --mixed to an older commit leaves the file alone: an edit of it is no removal of what
 * that commit lacks. */
static void s42b(struct team *t)
{
	begin(t);
	hand_add(t, A, 1);
	commit(t, A);
	git_push(t, A);
	hand_add(t, A, 2);
	commit(t, A);
	team_look(t, A);
	must(t, git->reset(sim(t, A), SIM_MIXED, "origin/main"), "reset");
	hand_add(t, A, 3);
	team_look(t, A);
	sync_both(t);
	want_both(t, 1, true);
	want_both(t, 2, true);
	want_both(t, 3, true);
}

/* Who has an edit through git before the first pull has the same edit, and not another one: it was
 * removed meanwhile, and stays removed. */
static void s43(struct team *t)
{
	team_look(t, A);
	team_look(t, B);
	agent_add(t, A, 1);
	commit(t, A);
	git_push(t, A);
	git_pull(t, B);
	team_look(t, B);
	agent_remove(t, A, 1);
	push(t, A);
	pull(t, B);
	sync_both(t);
	want_both(t, 1, false);
}

/* The same, where a reset left it in the file. */
static void s43b(struct team *t)
{
	team_look(t, A);
	team_look(t, B);
	agent_add(t, A, 1);
	commit(t, A);
	git_push(t, A);
	git_pull(t, B);
	must(t, git->reset(sim(t, B), SIM_MIXED, "HEAD~1"), "reset");
	agent_remove(t, A, 1);
	push(t, A);
	pull(t, B);
	sync_both(t);
	want_both(t, 1, false);
}

/* And where who removed it has it from a reset, and who pulls made it. */
static void s43c(struct team *t)
{
	team_look(t, A);
	team_look(t, B);
	agent_add(t, B, 1);
	commit(t, B);
	git_push(t, B);
	git_pull(t, A);
	must(t, git->reset(sim(t, A), SIM_MIXED, "HEAD~1"), "reset");
	agent_remove(t, A, 1);
	push(t, A);
	pull(t, B);
	sync_both(t);
	want_both(t, 1, false);
}

/* What two wrote on their own stays, though one of them took his back. */
static void s43d(struct team *t)
{
	team_look(t, A);
	team_look(t, B);
	agent_add(t, B, 1);
	agent_add(t, A, 1);
	agent_remove(t, A, 1);
	push(t, A);
	pull(t, B);
	sync_both(t);
	want_both(t, 1, true);
}

static void export_all(struct team *t, int c)
{
	scoped(report_release) struct report r = {0};
	struct export_options o = {0};

	team_ok(t, export_files(&r, &t->clone[c].engine, &o), "export");
}

static bool switch_ends(void *ctx, int ms, bool wait)
{
	struct sim *s = switching;

	if (!wait)
		return s != NULL;
	switching = NULL;
	if (s && !git->switch_to(s, "side"))
		BUG_ON(true);
	return false;
}

/* git has put an older text into the file and the index, and not moved HEAD yet; or that was all */
static void between_index_and_head(struct team *t, bool goes_on)
{
	scoped(report_release) struct report report = {0};
	struct git_port port;
	struct engine *e;

	begin(t);
	agent_say(t, A, 1, "one");
	commit(t, A);
	must(t, git->branch(sim(t, A), "side"), "branch");
	must(t, git->switch_to(sim(t, A), "main"), "switch");
	agent_say(t, A, 1, "two");
	commit(t, A);
	team_look(t, A);
	must(t, git->restore(sim(t, A), 0, "side"), "restore");
	switching = goes_on ? sim(t, A) : NULL;
	e = team_engine(t, A);
	port = *e->git;
	e->git = &port;
	if (goes_on)
		port.index_is_new = switch_ends;
	team_ok(t, import_run(&report, e, NULL), "import");
	if (switching)
		team_fail(t, "nobody looked");
	e->git = git->port(sim(t, A));
	team_look(t, A);
	want_words(t, A, goes_on ? "two" : "one");
}

static void s47(struct team *t)
{
	between_index_and_head(t, true);
}

static void s47b(struct team *t)
{
	between_index_and_head(t, false);
}

/* Two commits of somebody else, the second of which has an edit that came to him by sync and was
 * removed here since. The first stands for its own text, not for what it was merged into here. */
static void s44(struct team *t)
{
	team_look(t, A);
	team_look(t, B);
	agent_add(t, A, 1);
	commit(t, A);
	hand_add(t, B, 2);
	push(t, B);
	pull(t, A);
	agent_add(t, A, 3);
	agent_remove(t, B, 2);
	export_all(t, A);
	commit(t, A);
	git_push(t, A);
	git_pull(t, B);
	team_look(t, B);
	want(t, B, 2, false);
	sync_both(t);
	want_both(t, 1, true);
	want_both(t, 2, false);
	want_both(t, 3, true);
}

/* Without hooks: a merge, and a commit on top that takes an edit out. What is left is the very text
 * of one side of the merge, and yet the commit is news. */
static void s45(struct team *t)
{
	begin(t);
	agent_add(t, A, 3); /* only the workspace has it */
	must(t, git->restore(sim(t, A), 0, NULL), "restore");
	must(t, git->branch(sim(t, A), "topic"), "branch");
	hand_add(t, A, 1);
	commit(t, A);
	team_look(t, A);
	must(t, git->switch_to(sim(t, A), "main"), "switch");
	hand_add(t, A, 2);
	commit(t, A);
	{
		bool stopped;

		must(t, git->merge(sim(t, A), "topic", &stopped), "merge");
	}
	hand_remove(t, A, 2);
	commit(t, A);
	team_look(t, A);
	want(t, A, 1, true);
	want(t, A, 2, false);
	sync_both(t);
	want_both(t, 1, true);
	want_both(t, 2, false);
}

/* Between the question whether there is news and its import HEAD goes on, by an edit of another
 * file: the next edit of that one begins at what was committed. */
static void s37(struct team *t)
{
	scoped(import_news_release) struct import_news news = {0};
	scoped(report_release) struct report report = {0};
	scoped(arts_release) struct arts conflicts = {0};
	struct art_filter in_conflict = {.conflict_only = true};
	scoped_free char *text = NULL, *now = NULL;

	begin(t);
	text = git->file(sim(t, A), 1);
	now = team_with(text, 1);
	git->write(sim(t, A), 1, now);
	commit(t, A);
	team_ok(t, import_news(&news, &t->clone[A].engine, NULL), "news");
	hand_say(t, A, 1, "one");
	commit(t, A);
	team_ok(t, import_run_news(&report, &t->clone[A].engine, NULL, &news), "import");
	hand_say(t, A, 1, "two");
	team_look(t, A);
	want_words(t, A, "two");
	team_ok(t, store_art_list(&conflicts, t->clone[A].store, &in_conflict), "list");
	if (conflicts.len)
		team_fail(t, "an edit in conflict with what it was made from");
}

/* B has an edit of its own, and in W what A says in place of line 0, which its file does not show;
 * there B says something else. */
static void edit_against(struct team *t)
{
	begin(t);
	agent_say(t, B, 3, "Bees three.");
	agent_say(t, A, 0, "Ants zero.");
	push(t, A);
	pull(t, B);
	hand_say(t, B, 0, "Bees zero.");
}

/* ... and so does the remote in another: that goes together later. */
static void remote_against(struct team *t)
{
	agent_say(t, A, 3, "Ants three.");
	push(t, A);
	pull(t, B);
	want_conflict(t, B, "Bees zero.");
	agent_say(t, A, 3, "Bees three.");
	push(t, A);
	pull(t, B);
	want_conflict(t, B, "Bees zero.");
}

/* Neither takes the place of a conflict with a file. */
static void s35(struct team *t)
{
	edit_against(t);
	team_look(t, B);
	want_conflict(t, B, "Bees zero.");
	remote_against(t);
	resolve(t, B, RESOLVE_THEIRS);
	sync_both(t);
	want_words(t, A, "Bees zero.");
	want_words(t, A, "Bees three.");
	want_rest(t);
}

/* Nor with a commit. */
static void s35b(struct team *t)
{
	edit_against(t);
	commit(t, B);
	team_look(t, B);
	want_conflict(t, B, "Bees zero.");
	remote_against(t);
	resolve(t, B, RESOLVE_THEIRS);
	sync_both(t);
	want_words(t, A, "Bees zero.");
	want_words(t, A, "Bees three.");
	want_rest(t);
}

/* What the remote says waits where the file's conflict is settled, and is merged or asked about. */
static void s35c(struct team *t)
{
	edit_against(t);
	team_look(t, B);
	agent_say(t, A, 3, "Ants three.");
	push(t, A);
	pull(t, B);
	resolve(t, B, RESOLVE_OURS);
	pull(t, B);
	want_conflict(t, B, "Ants three.");
	resolve(t, B, RESOLVE_THEIRS);
	sync_both(t);
	want_words(t, B, "Ants three.");
	want_words(t, B, "Ants zero.");
	want_rest(t);
}

/* B is in conflict with the remote in line 3, and its file is older in line 0. */
static void remote_first(struct team *t)
{
	begin(t);
	agent_say(t, B, 3, "Bees three.");
	agent_say(t, A, 0, "Ants zero.");
	push(t, A);
	pull(t, B);
	agent_say(t, A, 3, "Ants three.");
	push(t, A);
	pull(t, B);
	want_conflict(t, B, "Ants three.");
}

/* An edit of a file beside a conflict with the remote is taken when that is settled. */
static void s36(struct team *t)
{
	remote_first(t);
	hand_say(t, B, 0, "Bees zero.");
	team_look(t, B);
	want_conflict(t, B, "Ants three.");
	resolve(t, B, RESOLVE_OURS);
	team_look(t, B);
	want_conflict(t, B, "Bees zero.");
	resolve(t, B, RESOLVE_THEIRS);
	sync_both(t);
	want_words(t, A, "Bees zero.");
	want_words(t, A, "Bees three.");
	want_rest(t);
}

/* And a commit, with nothing else that happens to HEAD. */
static void s36b(struct team *t)
{
	remote_first(t);
	hand_say(t, B, 0, "Bees zero.");
	commit(t, B);
	team_look(t, B);
	want_conflict(t, B, "Ants three.");
	if (!team_left(t, B, 0))
		team_fail(t, "the commit that waits is not named");
	resolve(t, B, RESOLVE_OURS);
	team_look(t, B);
	want_conflict(t, B, "Bees zero.");
	resolve(t, B, RESOLVE_THEIRS);
	sync_both(t);
	want_words(t, A, "Bees zero.");
	want_words(t, A, "Bees three.");
	want_rest(t);
}

/* A conflict with a commit, and a commit that goes on from it to what we have, and to more: the two
 * are one text again. */
static void s46(struct team *t)
{
	bool conflict;

	begin(t);
	agent_say(t, B, 0, "Bees zero."); /* only the workspace has it */
	must(t, git->restore(sim(t, B), 0, NULL), "restore");
	team_look(t, B);
	hand_say(t, A, 0, "Ants zero.");
	commit(t, A);
	git_push(t, A);
	git_pull(t, B);
	team_look(t, B);
	want_conflict(t, B, "Ants zero.");
	hand_say(t, A, 0, "Bees zero.");
	hand_add(t, A, 5);
	commit(t, A);
	git_push(t, A);
	git_pull(t, B);
	team_look(t, B);
	free(team_conflict(t, B, 0, &conflict));
	if (conflict)
		team_fail(t, "the conflict is still there");
	want_words(t, B, "Bees zero.");
	want(t, B, 5, true);
	sync_both(t);
	want_words(t, A, "Bees zero.");
	want_both(t, 5, true);
}

/* --- the nine rows, for every kind that the team has ----------------------------------------- */

enum side { SAME, CHANGED, DELETED };

static void do_side(struct team *t, int c, int path, enum side what, int token)
{
	scoped_free char *text = team_workspace(t, c, path), *now = NULL;

	if (what == DELETED) {
		team_delete(t, c, path);
	} else if (what == CHANGED) {
		now = team_with(text, token);
		team_edit(t, c, path, now);
	}
}

static void check_row(struct team *t, int path, enum side ours, enum side theirs)
{
	scoped_free char *a = team_workspace(t, A, path), *b = team_workspace(t, B, path),
			 *other = NULL;
	bool conflict;

	other = team_conflict(t, B, path, &conflict);
	if (conflict !=
	    ((ours == CHANGED && theirs == DELETED) || (ours == DELETED && theirs == CHANGED)))
		team_fail(t, "path %d: conflict %d", path, conflict);
	if (conflict) {
		if (ours == CHANGED ? !team_has(b, 2) : !team_has(other, 1))
			team_fail(t, "path %d: a text of the conflict is lost", path);
		return;
	}
	if ((a == NULL) != (b == NULL) || (a && strcmp(a, b) != 0))
		team_fail(t, "path %d: the sides differ", path);
	if ((ours == DELETED || theirs == DELETED) != (b == NULL))
		team_fail(t, "path %d: the deletion is %s", path, b ? "lost" : "invented");
	if (b && (team_has(b, 1) != (theirs == CHANGED) || team_has(b, 2) != (ours == CHANGED)))
		team_fail(t, "path %d: an edit is lost", path);
}

static void nine_rows(struct team *t, enum side ours, enum side theirs)
{
	begin(t);
	team_look(t, B);
	for (int p = 0; p < SIM_PATHS; p++) {
		do_side(t, A, p, theirs, 1);
		do_side(t, B, p, ours, 2);
	}
	push(t, A);
	pull(t, B);
	push(t, B);
	pull(t, A);
	for (int p = 0; p < SIM_PATHS; p++)
		check_row(t, p, ours, theirs);
	if (!(ours == CHANGED && theirs == DELETED) && !(ours == DELETED && theirs == CHANGED))
		want_rest(t);
}

/* --- running --------------------------------------------------------------------------------- */

static const struct {
	const char *name;
	void (*run)(struct team *t);
} sequences[] = {
	{"01 pull stops elsewhere, look, abort", s01},
	{"02 edit, commit without a hook, detach at the old HEAD", s02},
	{"03 removed by sync, then the addition comes by git", s03},
	{"04 removed by hand, the same addition committed by a colleague", s04},
	{"05 the addition comes by git together with another", s05},
	{"06 added and removed between two pushes", s06},
	{"07 the text equals the base again", s07},
	{"08 the same merge in two clones", s08},
	{"09 edit by hand, look, restore, push", s09},
	{"10 restore takes only the edit by hand after the push", s10},
	{"11 stash, pull, push, pop", s11},
	{"12 review of a colleague's branch", s12},
	{"13 a rebase repeats a commit whose edit somebody removed", s13},
	{"14 rm, unrelated commit, add -A, commit", s14},
	{"15 removed after it travelled by git", s15},
	{"15b two edits in one commit", s15b},
	{"16 add, commit, remove, commit", s16},
	{"17 removed by command while the file is older", s17},
	{"18 stash, commit, push", s18},
	{"19 discard, then edit by command", s19},
	{"20 commit, revert, pull --rebase", s20},
	{"21 two first imports of the same markdown", s21},
	{"22 a revert reaches a workspace that went on", s22},
	{"23 a commit beside a conflict with an older text", s23},
	{"24 an edit by hand over one of two entries", s24},
	{"25 and beside it", s25},
	{"26 deleted in both, in one after an edit", s26},
	{"27 deleted, sent, taken back, deleted again", s27},
	{"28 one of two edits of a commit is removed, and comes alone by sync", s28},
	{"29 a file that was older is committed and rebased before a look", s29},
	{"29b on top of two edits in one commit", s29b},
	{"29c with the removal sent before", s29c},
	{"30 a deletion is taken back, beside another's artifact of the same file", s30},
	{"31 where the other is known", s31},
	{"32 commit, switch to a colleague's branch, restore an older text", s32},
	{"33 a removal that was committed, against what never had the line", s33},
	{"33b again, with other ids", s33}, /* the order of a merge follows them */
	{"33c and others", s33},
	{"34 pull, reset --soft, edit, commit", s34},
	{"35 a file in conflict, then the remote", s35},
	{"35b a commit in conflict, then the remote", s35b},
	{"35c what the remote says comes after it", s35c},
	{"36 the remote in conflict, then a file", s36},
	{"36b the remote in conflict, then a commit", s36b},
	{"41 a commit of less than the file has, and an edit of the file", s41},
	{"47 a look between git's index and its HEAD", s47},
	{"47b the same, and git had nothing more to do", s47b},
	{"46 a conflict with a commit, and a commit that goes on to what we have", s46},
	{"44 a commit with an edit that was removed here", s44},
	{"45 a merge, and what one side of it had taken out by a commit", s45},
	{"43 an edit that came by git before the first pull, and was removed", s43},
	{"43b the same, left in the file by a reset", s43b},
	{"43c the same, removed by who had it from a reset", s43c},
	{"43d the same edit twice, removed by one", s43d},
	{"42 an amended commit, one on top of it, and an edit of the file", s42},
	{"42b a reset to a text that the file went on from, and an edit of it", s42b},
	{"41b the same, and a stash before the edit", s41b},
	{"40 a pull in the middle of a push", s40},
	{"39 a push in the middle of a pull", s39},
	{"38 a switch of branches in the middle of an import", s38},
	{"37 a commit between the question and the import", s37},
};

static int number, failed;

static void report(struct team *t, const char *name)
{
	if (t->failure)
		printf("# %s\n", t->failure);
	printf("%sok %d - %s: %s\n", t->failure ? "not " : "", ++number, git->name, name);
	fflush(stdout);
	failed += t->failure != NULL;
	team_close(t);
}

static void run_all(void)
{
	static const char *const side_name[] = {"same", "changed", "deleted"};

	for (size_t i = 0; i < sizeof(sequences) / sizeof(*sequences); i++) {
		struct team t = {0};

		team_open(&t, git);
		sequences[i].run(&t);
		report(&t, sequences[i].name);
	}
	for (int ours = SAME; ours <= DELETED; ours++) {
		for (int theirs = SAME; theirs <= DELETED; theirs++) {
			scoped_free char *name = mem_printf("ours %s, theirs %s", side_name[ours],
							    side_name[theirs]);
			struct team t = {0};

			team_open(&t, git);
			nine_rows(&t, (enum side)ours, (enum side)theirs);
			report(&t, name);
		}
	}
}

int main(int argc, char **argv)
{
	uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 10) : (uint64_t)clock_now();

	printf("# seed %llu\n", (unsigned long long)seed);
	team_seed(seed);
	git = &sim_model;
	run_all();
	git = &sim_real;
	run_all();
	printf("1..%d\n", number);
	return failed ? 1 : 0;
}
