#include "sync/hand.h"
#include "sync/find.h"
#include "sync/judge_facts.h"
#include "sync/plan.h"
#include "sync/waiting.h"
#include "util/mem.h"

#include <stdlib.h>
#include <string.h>

err_t hand_head_log(struct look_view *v)
{
	if (v->have_log)
		return NULL;
	v->have_log = true;
	return v->e->git->head_log(v->e->git->ctx, &v->log, v->before->log);
}

err_t hand_went_forward(bool *out, struct engine *e, const char *from, const char *to)
{
	char base[OID_HEX + 1] = "";

	*out = false;
	if (!from[0] || !to[0] || strcmp(from, to) == 0)
		return NULL;
	TRY(e->git->merge_base(e->git->ctx, base, from, to));
	*out = strcmp(base, from) == 0;
	return NULL;
}

err_t hand_index(struct look_view *v)
{
	if (v->have_index)
		return NULL;
	v->have_index = true;
	return v->e->git->index(v->e->git->ctx, &v->index);
}

/* Is the change from -> to part of what some commit since the last look has at path? */
static err_t in_some_commit(bool *out, struct look_view *v, struct loaded *l,
			    const struct seen *seen)
{
	struct slice from, to;

	*out = false;
	if (!v->moved)
		return NULL;
	TRY(hand_head_log(v));
	TRY(loaded_text(&from, l, &seen->hand_from));
	TRY(loaded_text(&to, l, &seen->file));
	for (size_t i = 0; i < v->log.len && !*out; i++) {
		scoped_free char *text = NULL;
		size_t len;
		struct oid oid = {""};

		TRY(v->e->git->tree_oid(v->e->git->ctx, &oid, v->log.at[i], seen->path));
		if (oid_none(&oid))
			continue;
		TRY(v->e->git->blob(v->e->git->ctx, &text, &len, oid.hex));
		*out = plan_contains(from, to, slice_of(text, len), l->kind);
	}
	return NULL;
}

static err_t published(bool *out, struct loaded *l, const struct rev_id *rev)
{
	scoped(base_release) struct base base = {0};
	int at, pushed;

	TRY(store_base_get(&base, l->engine->store, l->art.uid));
	at = graph_find(&l->graph, rev);
	pushed = graph_find(&l->graph, &base.revision);
	*out = at >= 0 && pushed >= 0 && graph_is_ancestor(&l->graph, at, pushed);
	if (*out)
		return NULL;
	{
		scoped(outbox_release) struct outbox out_rows = {0};

		TRY(store_outbox_list(&out_rows, l->engine->store));
		for (size_t i = 0; i < out_rows.len && !*out; i++) {
			int sent = graph_find(&l->graph, &out_rows.at[i].revision);

			*out = strcmp(out_rows.at[i].uid, l->art.uid) == 0 && at >= 0 &&
			       sent >= 0 && graph_is_ancestor(&l->graph, at, sent);
		}
	}
	return NULL;
}

err_t hand_git_text(struct look_view *v, const struct oid *oid)
{
	scoped_free char *bytes = NULL;
	size_t len;

	return judge_text(&bytes, &len, v->e, oid);
}

static err_t take_step(bool *waits, struct look_view *v, struct loaded *l, struct seen *seen,
		       const struct oid *from, const struct oid *to, struct slice text,
		       const struct act *act)
{
	struct change c = {.from_rev = FROM_TEXT, .from = from, .to = to, .to_text = text};
	struct plan_ctx ctx = loaded_plan(l);
	struct step s = {0};
	struct rev_id rev;
	struct slice base;
	bool forward;
	err_t err;

	if (!loaded_knows(l, from)) { /* from before there was a workspace */
		TRY(hand_git_text(v, from));
		TRY(loaded_text(&base, l, from));
		c.base_text = &base;
	}
	TRY(plan_change(&s, &ctx, &c, act));
	rev = s.revs[0].id;
	forward = s.what == STEP_FORWARD;
	err = waiting_must(waits, l, &s);
	if (!err && !*waits)
		err = loaded_take(l, &s, "file");
	step_release(&s);
	TRY(err);
	if (*waits) {
		report_note(v->r, "%s: the edit of the file waits until its conflict is resolved",
			    l->art.path);
	} else if (forward) {
		v->r->changed++;
		if (oid_none(&seen->hand_from))
			seen->hand_from = *from;
		seen->hand_rev = rev;
	} else {
		v->r->conflicts++;
		report_note(v->r, "%s: the file and the workspace were edited in the same place",
			    l->art.path);
		seen->hand_from = (struct oid){""};
		seen->hand_rev = (struct rev_id){""};
	}
	return NULL;
}

err_t hand_take(bool *waits, struct look_view *v, struct loaded *l, struct seen *seen,
		const struct oid *from, const struct oid *file, struct slice text, bool chain_open)
{
	struct act act = {HOW_HAND, v->e->who, v->e->now, ""};
	scoped(git_commit_release) struct git_commit commit = {0};
	struct oid committed = {""};

	if (!chain_open)
		seen->hand_from = (struct oid){""};
	TRY(hand_committed(&committed, &commit, v, l, seen->path, from, text));
	if (!oid_none(&committed)) {
		struct act of = {HOW_COMMIT, commit.author, commit.author_time, commit.subject};
		struct slice k;

		TRY(loaded_text(&k, l, &committed));
		TRY(take_step(waits, v, l, seen, from, &committed, k, &of));
		if (*waits || oid_eq(&committed, file))
			return NULL;
		from = &committed;
	}
	return take_step(waits, v, l, seen, from, file, text, &act);
}

err_t hand_is_open(bool *out, struct look_view *v, struct loaded *l, const struct seen *seen)
{
	bool yes;

	*out = false;
	if (rev_none(&seen->hand_rev))
		return NULL;
	TRY(published(&yes, l, &seen->hand_rev));
	if (!yes)
		TRY(in_some_commit(&yes, v, l, seen));
	*out = !yes;
	return NULL;
}

/*
 * The revisions that the edit made, from the one it began on up to W, when they are all there is:
 * then W goes back to where they began, and nobody ever sees them but the history.
 */
static int chain_start(const struct loaded *l, const struct seen *seen)
{
	int at = l->w;

	if (!rev_eq(&l->art.head, &seen->hand_rev))
		return -1;
	while (at >= 0 && (l->graph.at[at].how == HOW_HAND || at == l->w) &&
	       l->graph.parent[at][1] < 0) {
		int parent = l->graph.parent[at][0];

		if (parent >= 0 && oid_eq(&l->graph.at[parent].oid, &seen->hand_from))
			return parent;
		at = parent;
	}
	return -1;
}

/* began := with those parts of the edit that a commit since the last look has: they stay. */
static err_t keep_committed(char **began, size_t *len, struct look_view *v, struct loaded *l,
			    struct slice edited, const char *path)
{
	if (!v->moved)
		return NULL;
	TRY(hand_head_log(v));
	for (size_t i = 0; i < v->log.len; i++) {
		scoped_free char *text = NULL;
		char *kept;
		size_t text_len;
		struct oid oid = {""};

		TRY(v->e->git->tree_oid(v->e->git->ctx, &oid, v->log.at[i], path));
		if (oid_none(&oid))
			continue;
		TRY(v->e->git->blob(v->e->git->ctx, &text, &text_len, oid.hex));
		kept = plan_left_of_edit(len, slice_of(*began, *len), edited,
					 slice_of(text, text_len), l->kind);
		free(*began);
		*began = kept;
	}
	return NULL;
}

err_t hand_discard(struct look_view *v, struct loaded *l, struct seen *seen, struct slice text)
{
	int start = chain_start(l, seen);
	struct act act = {HOW_DISCARD, v->e->who, v->e->now, "taken back in the work tree"};
	struct slice began, edited;
	scoped_free char *kept = NULL, *left = NULL;
	size_t len, kept_len;
	struct oid to;
	struct change c = {.from_rev = FROM_TEXT, .from = &seen->file, .to = &to};
	struct plan_ctx ctx = loaded_plan(l);
	struct step s = {0};
	bool conflict;

	TRY(loaded_text(&began, l, &seen->hand_from));
	TRY(loaded_text(&edited, l, &seen->file));
	kept = mem_dup(began.at, began.len);
	kept_len = began.len;
	TRY(keep_committed(&kept, &kept_len, v, l, edited, seen->path));
	left = plan_left_of_edit(&len, slice_of(kept, kept_len), edited, text, l->kind);
	c.to_text = slice_of(left, len);
	to = hash_blob(c.to_text);
	if (oid_eq(&to, &seen->file))
		return NULL;
	v->r->discarded++;
	if (start >= 0 && oid_eq(&to, &seen->hand_from))
		return loaded_set_head(l, &l->graph.at[start].id);
	TRY(plan_change(&s, &ctx, &c, &act));
	conflict = s.what == STEP_CONFLICT;
	if (!conflict) {
		err_t err = loaded_take(l, &s, "file");

		step_release(&s);
		return err;
	}
	/* The text went on since: what was taken back by hand stays in it, and is named. */
	step_release(&s);
	report_note(v->r,
		    "%s: the edit that was taken back in the work tree is part of later edits and "
		    "stays",
		    l->art.path);
	return NULL;
}

err_t hand_taken_back(struct look_view *v, struct loaded *l, const struct seen *old,
		      const struct oid *file)
{
	scoped(mines_release) struct mines mines = {0};
	int before = graph_stands_for(&l->graph, l->w, &old->file);
	int now = graph_stands_for(&l->graph, l->w, file);

	TRY(store_mine_list(&mines, v->e->store, v->e->git->worktree));
	for (size_t i = 0; i < mines.len; i++) {
		int rev = graph_find(&l->graph, &mines.at[i].rev);

		if (strcmp(mines.at[i].uid, l->art.uid) == 0 && rev >= 0 && before >= 0 &&
		    graph_is_ancestor(&l->graph, rev, before) &&
		    !(now >= 0 && graph_is_ancestor(&l->graph, rev, now)))
			TRY(store_mine_drop(v->e->store, v->e->git->worktree, l->art.uid));
	}
	return NULL;
}
