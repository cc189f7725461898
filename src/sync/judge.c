#include "sync/judge.h"
#include "artifact/artifact.h"
#include "sync/judge_facts.h"
#include "sync/ongoing.h"
#include "sync/renames.h"
#include "sync/waiting.h"
#include "util/mem.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* One commit while it is judged. */
struct trial {
	struct engine *e;
	struct report *r;
	const struct git_commit *commit;
	bool repeat;
	bool left; /* something in it was not taken */
	struct rev_id made; /* the revision that its last step made */
};

/* A text that no artifact can have stays in git only. */
static bool acceptable(struct trial *t, const char *path, struct slice text)
{
	bool first = !t->commit->id[0];	/* the look at the files, which follows, names it */
	const char *why = text.len > ARTIFACT_MAX_BYTES		    ? "larger than 1 MiB"
			  : memchr(text.at, '\0', text.len) != NULL ? "contains NUL bytes"
								    : NULL;

	if (!why)
		return true;
	if (!first) {
		report_problem(t->r, "%s: %s, not imported", path, why);
		t->r->refused++;
	}
	return false;
}

static struct act act_of(const struct git_commit *c, enum revision_how how)
{
	return (struct act){how, c->author, c->author_time, c->subject};
}

/* --- left ------------------------------------------------------------------------------------ */

static err_t is_left(struct trial *t, const char *path, bool known)
{
	struct left l = {(char *)path, (char *)t->commit->id, t->commit->author};

	t->left = true;
	if (known)
		return NULL;
	t->r->left++;
	return store_left_put(t->e->store, t->e->git->worktree, &l);
}

/* --- after the decision ---------------------------------------------------------------------- */

/* The commit carries what was edited by hand here: it is no longer only in the file. */
static err_t close_hand_edit(struct trial *t, struct loaded *l, const char *path, struct slice g)
{
	scoped(seen_release) struct seen seen = {0};
	struct slice from, to;
	err_t err = store_seen_get(&seen, t->e->store, t->e->git->worktree, path);

	if (err && err->code == ERR_NOTFOUND) {
		err_free(err);
		return NULL;
	}
	TRY(err);
	if (oid_none(&seen.hand_from) && rev_none(&seen.hand_rev))
		return NULL;
	TRY(loaded_text(&from, l, &seen.hand_from));
	TRY(loaded_text(&to, l, &seen.file));
	if (!plan_contains(from, to, g, l->kind))
		return NULL;
	seen.hand_from = (struct oid){""};
	seen.hand_rev = (struct rev_id){""};
	return store_seen_put(t->e->store, t->e->git->worktree, &seen);
}

/* A commit carries the edit that a command made here: no later commit need. */
static err_t close_mine(struct trial *t, struct loaded *l, int stands_for)
{
	scoped(mines_release) struct mines mines = {0};

	TRY(store_mine_list(&mines, t->e->store, t->e->git->worktree));
	for (size_t i = 0; i < mines.len; i++) {
		int rev;

		if (strcmp(mines.at[i].uid, l->art.uid) != 0)
			continue;
		rev = graph_find(&l->graph, &mines.at[i].rev);
		if (rev < 0 || graph_is_ancestor(&l->graph, rev, stands_for))
			TRY(store_mine_drop(t->e->store, t->e->git->worktree, l->art.uid));
	}
	return NULL;
}

static err_t conclude_as(struct trial *t, struct loaded *l, const char *path, int stands_for,
			 struct slice g_text)
{
	if (stands_for >= 0) {
		TRY(store_commit_rev_put(t->e->store, l->art.uid, t->commit->id,
					 &l->graph.at[stands_for].id));
		TRY(close_mine(t, l, stands_for));
	}
	return close_hand_edit(t, l, path, g_text);
}

static err_t conclude(struct trial *t, struct loaded *l, const char *path, const struct oid *g,
		      struct slice g_text)
{
	int made = rev_none(&t->made) ? -1 : graph_find(&l->graph, &t->made);

	/* not a merge of it with what the commit does not have */
	if (made < 0 || !oid_eq(&l->graph.at[made].oid, g))
		made = graph_stands_for(&l->graph, l->w, g);
	return conclude_as(t, l, path, made, g_text);
}

/* Nothing in it was new: G is one of the texts that are here. */
static err_t conclude_known(struct trial *t, struct loaded *l, const struct git_change *ch,
			    const struct oid *p, struct slice g_text)
{
	int stands_for;

	TRY(judge_stands_for(&stands_for, l, t->commit, p, &ch->after));
	return conclude_as(t, l, ch->path, stands_for, g_text);
}

static void note_conflict(struct trial *t, const struct loaded *l)
{
	t->r->conflicts++;
	report_note(t->r, "%s: conflict with commit %.7s by %s", l->art.path, t->commit->id,
		    t->commit->author);
}

/* Only one conflict is recorded: the commit is judged again when that is settled. */
static err_t wait_for_conflict(struct trial *t, struct loaded *l, const char *path)
{
	TRY(waiting_add(t->e, l->art.uid));
	return is_left(t, path, false);
}

static err_t take(struct trial *t, struct loaded *l, struct step *s, const char *path)
{
	bool waits;
	err_t err = waiting_must(&waits, l, s);

	if (!err && waits) {
		step_release(s);
		return wait_for_conflict(t, l, path);
	}
	if (!err)
		err = loaded_take(l, s, "git");
	if (!err && s->what == STEP_CONFLICT) {
		note_conflict(t, l);
	} else if (!err && s->what == STEP_FORWARD) {
		t->r->changed++;
	}
	step_release(s);
	return err;
}

static err_t apply(struct trial *t, struct loaded *l, const struct change *c, const char *path)
{
	struct plan_ctx ctx = loaded_plan(l);
	struct act act = act_of(t->commit, HOW_COMMIT);
	struct step s = {0};

	TRY(plan_change(&s, &ctx, c, &act));
	if (s.nr)
		t->made = s.revs[0].id;
	return take(t, l, &s, path);
}

/* --- a conflict that is recorded, and a commit that goes on from its other side -------------- */

/*
 * The commit says how both sides go together (a merge), or carries theirs on. handled = false:
 * neither. Where theirs is a text that W has had, a commit on top of that text may as well be one
 * that knows nothing of theirs.
 */
static err_t continue_conflict(bool *handled, struct trial *t, struct loaded *l,
			       const struct git_change *ch, struct slice g_text)
{
	scoped(conflict_release) struct conflict c = {0};
	struct act act = act_of(t->commit, HOW_COMMIT);
	const struct oid *mine = NULL;
	bool have = false, settled;

	*handled = false;
	TRY(ongoing_get(&have, &c, l));
	for (int i = 0; have && i < ch->nr_parents; i++) {
		if (oid_eq(&ch->before[i], &c.theirs) &&
		    (ch->nr_parents > 1 || !loaded_knows(l, &c.theirs)))
			*handled = true;
		else if (loaded_knows(l, &ch->before[i]))
			mine = &ch->before[i];
	}
	if (!*handled)
		return NULL;
	TRY(ongoing_step(&settled, l, &c, mine, &ch->after, g_text, ch->path, &act, "git"));
	if (settled)
		t->r->changed++;
	else
		note_conflict(t, l);
	return NULL;
}

/* --- one path of one commit ------------------------------------------------------------------ */

/* The commit goes on from a text that was never in the workspace, but was judged (most of all: is
 * from before there was a workspace). What it changed is news all the same. */
static err_t use_old_text(struct change *c, struct slice *text, struct trial *t, struct loaded *l)
{
	bool settled = false;

	if (t->commit->parents.len == 1)
		TRY(judge_is_settled(&settled, t->e, t->commit->parents.at[0]));
	if (!settled)
		return NULL;
	TRY(loaded_text(text, l, c->from));
	c->base_text = text;
	return NULL;
}

static err_t judge_change(struct trial *t, struct loaded *l, const struct git_change *ch,
			  struct slice g_text, const struct oid *p, const struct slice *p_text)
{
	struct commit_facts f = {
		.trusted = t->commit->mine || t->commit->trunk,
		.trunk = t->commit->trunk,
		.repeat = t->repeat,
		.have = l != NULL,
		.same = oid_eq(p, &ch->after) && !p_text,
		.added = oid_none(p),
		.gone = oid_none(&ch->after),
	};
	struct change c = {.from = p, .to = &ch->after, .to_text = g_text, .base_text = p_text};
	struct act act = act_of(t->commit, HOW_COMMIT);
	struct slice old_text;
	char uid[UID_LEN + 1];

	if (l) {
		bool handled = false, from_merge = false, seen;

		if (f.trusted && !f.repeat)
			TRY(continue_conflict(&handled, t, l, ch, g_text));
		if (handled)
			return conclude(t, l, ch->path, &ch->after, g_text);
		TRY(judge_made_on(&c.from_rev, l, t->commit, p));
		if (c.from_rev < 0 && !f.added && !p_text)
			TRY(use_old_text(&c, &old_text, t, l));
		f.g_known = loaded_knows(l, &ch->after);
		if (c.from_rev < 0 && !f.added && !p_text && f.g_known && !f.repeat)
			TRY(judge_back_from_merge(&from_merge, l, t->commit, ch, p));
		if (from_merge) {
			TRY(loaded_text(&old_text, l, p));
			c.base_text = &old_text;
		}
		f.p_known = c.from_rev >= 0 || c.base_text;
		f.p_is_w = c.from_rev == l->w;
		TRY(judge_records_seen(&seen, t->e, t->commit, ch, p));
		/* over W's own text it goes back on purpose, as any other commit would */
		f.back = p_text || from_merge ||
			 (c.from_rev >= 0 && (!seen || f.p_is_w) &&
				    judge_not_after(l, &ch->after, c.from_rev));
		/* a path that moved is news, too, though the text is not */
		if (f.trusted && !f.repeat && !f.gone && strcmp(l->art.path, ch->path) != 0 &&
		    f.p_known) {
			c.path = ch->path;
			t->r->moved++;
			TRY(apply(t, l, &c, ch->path));
			return conclude(t, l, ch->path, &ch->after, g_text);
		}
	}
	switch (plan_commit(&f)) {
	case COMMIT_NOTHING:
		return l ? conclude_known(t, l, ch, p, g_text) : NULL;
	case COMMIT_CREATE:
		if (!acceptable(t, ch->path, g_text))
			return NULL;
		t->r->created++;
		TRY(loaded_create(uid, t->e, NULL, ch->path, g_text, &act));
		return NULL;
	case COMMIT_STEP:
	case COMMIT_MERGE:
		if (!acceptable(t, ch->path, g_text))
			return NULL;
		TRY(apply(t, l, &c, ch->path));
		break;
	case COMMIT_TOMBSTONE:
	case COMMIT_DELETE_CONFLICT:
		TRY(apply(t, l, &c, ch->path));
		t->r->deleted++;
		break;
	case COMMIT_LEFT:
		return is_left(t, ch->path, f.g_known);
	}
	return l ? conclude(t, l, ch->path, &ch->after, g_text) : NULL;
}

static err_t art_at(bool *have, struct art *art, struct engine *e, const char *path)
{
	err_t err = store_art_at(art, e->store, path);

	*have = !err;
	if (err && err->code == ERR_NOTFOUND) {
		err_free(err);
		return NULL;
	}
	return err;
}

/* A merge commit brings what its parents' commits bring; only what it changed itself counts. */
static err_t judge_merged(struct trial *t, struct loaded *l, const struct git_change *ch,
			  struct slice g_text)
{
	char base[OID_HEX + 1] = "";
	struct oid base_oid = {""}, from = ch->before[0];
	scoped_free char *b = NULL, *p0 = NULL, *p1 = NULL;
	size_t b_len, p0_len, p1_len;
	struct merge_result m;
	bool deletion, clean, same;
	struct slice auto_text;
	err_t err = NULL;

	TRY(t->e->git->merge_base(t->e->git->ctx, base, t->commit->parents.at[0],
				  t->commit->parents.at[1]));
	if (base[0])
		TRY(t->e->git->tree_oid(t->e->git->ctx, &base_oid, base, ch->path));
	TRY(judge_text(&b, &b_len, t->e, &base_oid));
	TRY(judge_text(&p0, &p0_len, t->e, &ch->before[0]));
	TRY(judge_text(&p1, &p1_len, t->e, &ch->before[1]));
	deletion = oid_none(&ch->before[0]) || oid_none(&ch->before[1]);
	if (deletion) {
		/* gone on one side, unchanged on the other: gone; gone against an edit: somebody
		 * decided */
		const struct oid *kept = &ch->before[oid_none(&ch->before[0]) ? 1 : 0];
		bool added = oid_none(&base_oid);

		if (added ? oid_eq(&ch->after, kept)
			  : oid_eq(kept, &base_oid) && oid_none(&ch->after))
			return NULL;
		from = *kept;
		return judge_change(t, l, ch, g_text, &from, NULL);
	}
	TRY(judge_merge_as_git(&m, t->e, l ? l->kind : NULL, slice_of(b, b_len),
			       slice_of(p0, p0_len), slice_of(p1, p1_len), g_text));
	auto_text = slice_of(m.bytes, m.len);
	clean = m.clean;
	same = clean && !oid_none(&ch->after) && slice_eq(auto_text, g_text);
	if (same) {
		if (l)
			err = conclude(t, l, ch->path, &ch->after, g_text);
	} else {
		bool known0 = l && loaded_knows(l, &ch->before[0]);
		bool known1 = l && loaded_knows(l, &ch->before[1]);
		struct oid auto_oid = hash_blob(auto_text);

		if (!known0 && known1)
			from = ch->before[1];
		if (clean && known0 && known1 && !oid_none(&ch->after)) {
			/* what the merge itself changed, perhaps to a known text (-s ours) */
			if (loaded_knows(l, &auto_oid))
				err = judge_change(t, l, ch, g_text, &auto_oid, NULL);
			else
				err = judge_change(t, l, ch, g_text, &from, &auto_text);
		} else {
			err = judge_change(t, l, ch, g_text, &from, NULL);
		}
	}
	merge_result_release(&m);
	return err;
}

static err_t judge_path(struct trial *t, const struct git_change *ch, const char *old_path)
{
	scoped(art_release) struct art art = {0};
	scoped(loaded_close) struct loaded l = {0};
	scoped_free char *g = NULL, *p = NULL;
	size_t g_len, p_len;
	bool have = false;

	t->made = (struct rev_id){""};
	TRY(judge_text(&g, &g_len, t->e, &ch->after));
	TRY(art_at(&have, &art, t->e, old_path ? old_path : ch->path));
	if (have)
		TRY(loaded_open(&l, t->e, art.uid));
	if (ch->nr_parents >= 2)
		return judge_merged(t, have ? &l : NULL, ch, slice_of(g, g_len));
	TRY(judge_text(&p, &p_len, t->e, &ch->before[0]));
	return judge_change(t, have ? &l : NULL, ch, slice_of(g, g_len), &ch->before[0], NULL);
}

static err_t judge_changes(struct trial *t, const struct git_changes *changes)
{
	scoped_free size_t *to = renames_find(changes, t->e->kinds);
	scoped_free bool *done = mem_alloc(changes->len + 1);

	for (size_t i = 0; i < changes->len; i++) {
		struct git_change moved;

		if (to[i] == SIZE_MAX)
			continue;
		moved = changes->at[to[i]];
		moved.before[0] = changes->at[i].before[0];
		done[i] = done[to[i]] = true;
		TRY(judge_path(t, &moved, changes->at[i].path));
	}
	for (size_t i = 0; i < changes->len; i++)
		if (!done[i])
			TRY(judge_path(t, &changes->at[i], NULL));
	return NULL;
}

static err_t judge_commit(bool *left, struct report *r, struct engine *e, const char *id)
{
	scoped(git_commit_release) struct git_commit commit = {0};
	scoped(git_changes_release) struct git_changes changes = {0};
	scoped_free char *key = NULL;
	struct trial t = {.e = e, .r = r, .commit = &commit};

	TRY(e->git->commit(e->git->ctx, &commit, id));
	TRY(e->git->changes(e->git->ctx, &changes, id));
	TRY(judge_patch_key(&key, e, &commit, &changes));
	TRY(judge_is_repeat(&t.repeat, e, id, key));
	TRY(judge_changes(&t, &changes));
	*left = t.left;
	return t.left ? NULL : store_judged_put(e->store, id, key, false);
}

err_t judge_commits(struct report *r, struct engine *e, const struct git_head *head)
{
	scoped(strs_release) struct strs tips = {0}, commits = {0};
	bool any_left = false;

	if (!head->commit[0])
		return NULL;
	TRY(store_left_clear(e->store, e->git->worktree, NULL));
	TRY(store_judged_tips(&tips, e->store));
	TRY(e->git->commits(e->git->ctx, &commits, head->commit, &tips));
	for (size_t i = 0; i < commits.len; i++) {
		bool judged, left = false;

		TRY(store_judged_has(&judged, e->store, commits.at[i]));
		if (!judged)
			TRY(judge_commit(&left, r, e, commits.at[i]));
		any_left = any_left || left;
		engine_progress(e, "Judging commits", i + 1, commits.len);
	}
	if (commits.len && !any_left)
		TRY(store_judged_put(e->store, head->commit, NULL, true));
	return NULL;
}

err_t judge_first(struct report *r, struct engine *e, const char *commit)
{
	scoped(git_entries_release) struct git_entries tree = {0};
	struct git_commit none = {
		.author = (char *)e->who, .subject = (char *)"", .author_time = e->now};
	struct trial t = {.e = e, .r = r, .commit = &none};
	struct act act = {HOW_COMMIT, e->who, e->now, "first import"};

	TRY(e->git->tree(e->git->ctx, &tree, commit));
	for (size_t i = 0; i < tree.len; i++) {
		scoped_free char *text = NULL;
		char uid[UID_LEN + 1];
		size_t len;

		engine_progress(e, "Importing", i + 1, tree.len);
		TRY(e->git->blob(e->git->ctx, &text, &len, tree.at[i].oid.hex));
		if (!acceptable(&t, tree.at[i].path, slice_of(text, len)))
			continue;
		TRY(loaded_create(uid, e, NULL, tree.at[i].path, slice_of(text, len), &act));
		r->created++;
	}
	return store_judged_put(e->store, commit, NULL, true);
}
