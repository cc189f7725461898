#include "sync/find.h"
#include "sync/hand.h"
#include "sync/judge_facts.h"
#include "sync/plan.h"
#include "util/mem.h"

#include <string.h>

/* Did HEAD, on its way from the last look to here, ever have another text for the path? */
static err_t head_varied(bool *out, struct look_view *v, const struct seen *old,
			 const struct oid *head)
{
	*out = !oid_eq(head, &old->head);
	TRY(hand_head_log(v));
	for (size_t i = 0; i < v->log.len && !*out; i++) {
		struct oid oid = {""};

		TRY(v->e->git->tree_oid(v->e->git->ctx, &oid, v->log.at[i], old->path));
		*out = !oid_eq(&oid, head);
	}
	return NULL;
}

/* Did HEAD go forward, at least wherever its text for the path changed? An amended commit, say, and
 * then one that takes the file. */
static err_t path_went_forward(bool *out, struct look_view *v, const struct seen *old)
{
	const char *from = v->before->head;
	struct oid last = old->head;

	*out = v->forward;
	if (*out)
		return NULL;
	TRY(hand_head_log(v));
	for (size_t i = v->log.len; i-- > 0;) {
		const char *to = v->log.at[i];
		struct oid oid = {""};

		TRY(v->e->git->tree_oid(v->e->git->ctx, &oid, to, old->path));
		if (!oid_eq(&oid, &last)) {
			TRY(hand_went_forward(out, v->e, from, to));
			if (!*out)
				return NULL;
		}
		from = to;
		last = oid;
	}
	return NULL;
}

static err_t index_has(bool *out, struct look_view *v, const char *path, const struct oid *oid)
{
	const struct git_entry *entry;

	TRY(hand_index(v));
	entry = find_entry(&v->index, path);
	*out = entry && !entry->stage && oid_eq(&entry->oid, oid);
	return NULL;
}

/* HEAD had the file's text since, and with it the index: what the index has now came later. */
static err_t was_committed(bool *out, struct look_view *v, const struct seen *old)
{
	*out = false;
	TRY(hand_head_log(v));
	for (size_t i = 0; i < v->log.len && !*out; i++) {
		struct oid oid = {""};

		TRY(v->e->git->tree_oid(v->e->git->ctx, &oid, v->log.at[i], old->path));
		*out = oid_eq(&oid, &old->file);
	}
	return NULL;
}

/* The index still has what the file, or HEAD, showed when it was last seen, and HEAD does not. */
static err_t index_kept(bool *out, struct look_view *v, const struct seen *old,
			const struct oid *head)
{
	bool committed = false;

	*out = false;
	if (!oid_eq(head, &old->file))
		TRY(index_has(out, v, old->path, &old->file));
	if (*out || oid_none(&old->head) || oid_eq(head, &old->head))
		return NULL;
	if (!oid_eq(&old->file, &old->head))
		TRY(was_committed(&committed, v, old));
	if (!committed)
		TRY(index_has(out, v, old->path, &old->head));
	return NULL;
}

static err_t is_closer_to(bool *out, struct loaded *l, struct slice text, const struct oid *a,
			  const struct oid *b, bool or_as_close)
{
	struct slice a_text, b_text;
	size_t to_a, to_b;

	TRY(loaded_text(&a_text, l, a));
	TRY(loaded_text(&b_text, l, b));
	to_a = plan_distance(text, a_text);
	to_b = plan_distance(text, b_text);
	*out = to_a < to_b || (or_as_close && to_a == to_b);
	return NULL;
}

/*
 * HEAD went forward to what the file had been before it was edited: an older text was staged, and
 * git puts no other one into a file with edits. Unless they were stashed first: then the file is
 * closer to HEAD.
 */
static err_t went_on_from_file(bool *out, struct loaded *l, struct slice text,
			       const struct seen *old, const struct oid *head)
{
	int seen, committed;

	*out = false;
	if (oid_eq(&old->file, &old->head) || oid_eq(&old->file, head))
		return NULL;
	seen = graph_stands_for(&l->graph, l->w, &old->file);
	committed = graph_stands_for(&l->graph, l->w, head);
	if (seen < 0 || committed < 0 || !graph_is_ancestor(&l->graph, committed, seen))
		return NULL;
	return is_closer_to(out, l, text, &old->file, head, true);
}

/*
 * What an edit of the file began at, when HEAD moved meanwhile. Where HEAD always had the same text
 * for it, git did not touch the file. Where HEAD and the index went forward and brought another
 * text, the file showed that text: it was committed here, or git put it there; but for an older
 * text of a file with edits. Where the index still has what was seen there, git left the file alone
 * (reset --soft). After any other move git may have changed the file (switch, reset --hard) or not
 * (reset --mixed); the one that it is closer to tells.
 */
err_t hand_began_at(struct oid *last, struct look_view *v, struct loaded *l, struct slice text,
		      const struct seen *old, const struct oid *head)
{
	struct oid file = hash_blob(text);
	bool varied, kept, taken, went_on, forward;

	*last = old->file;
	TRY(head_varied(&varied, v, old, head));
	if (!varied)
		return NULL;
	*last = *head;
	TRY(path_went_forward(&forward, v, old));
	if (forward && !oid_eq(head, &old->head)) {
		TRY(index_has(&taken, v, old->path, head));
		if (taken && !oid_eq(&file, &old->file)) {
			TRY(went_on_from_file(&went_on, l, text, old, head));
			*last = went_on ? old->file : *head;
		}
		if (taken || oid_eq(&file, &old->file))
			return NULL;
	}
	TRY(index_kept(&kept, v, old, head));
	if (kept) {
		*last = old->file;
		return NULL;
	}
	/* touched, and yet as it was: it went there and back */
	if (oid_eq(&file, &old->file) || !loaded_knows(l, &old->file) || !loaded_knows(l, head))
		return NULL;
	TRY(is_closer_to(&kept, l, text, &old->file, head, false));
	if (kept)
		*last = old->file;
	return NULL;
}

err_t hand_committed(struct oid *out, struct git_commit *commit, struct look_view *v,
		     struct loaded *l, const char *path, const struct oid *from, struct slice text)
{
	const struct git_port *git = v->e->git;

	*out = (struct oid){""};
	if (!v->moved)
		return NULL;
	TRY(hand_head_log(v));
	for (size_t i = 0; i < v->log.len && oid_none(out); i++) {
		struct oid had = {""}, before = {""};
		struct slice from_text, had_text;

		TRY(git->tree_oid(git->ctx, &had, v->log.at[i], path));
		if (oid_none(&had) || oid_eq(&had, from) || loaded_knows(l, &had))
			continue;
		TRY(hand_git_text(v, &had));
		TRY(loaded_text(&from_text, l, from));
		TRY(loaded_text(&had_text, l, &had));
		if (!plan_contains(from_text, had_text, text, l->kind))
			continue;
		git_commit_release(commit);
		*commit = (struct git_commit){0};
		TRY(git->commit(git->ctx, commit, v->log.at[i]));
		TRY(judge_origin(commit, v->e, path, &had));
		for (size_t k = 0; k < commit->parents.len && oid_none(out); k++) {
			TRY(git->tree_oid(git->ctx, &before, commit->parents.at[k], path));
			if (oid_eq(&before, from))
				*out = had;
		}
	}
	return NULL;
}
