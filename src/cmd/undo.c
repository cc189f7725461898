#include "cmd/undo.h"
#include "cmd/rules.h"
#include "sync/graph.h"
#include "util/mem.h"

#include <stdlib.h>
#include <string.h>

/* An artifact before or after the operation. */
struct side {
	const struct revision *rev;	/* NULL: it was not there */
	char *bytes;
	size_t len;
	struct artifact *model;
	char *state;
	bool gone;
};

struct taking_back {
	struct session *s;
	const struct undo *undo;
	struct subject now;
	struct revs revs;
	struct graph graph;
	struct side before, after;
	bool same;	/* nothing happened since */
	struct undone *out;
};

static void side_release(struct side *side)
{
	if (side->model)
		artifact_free(side->model);
	free(side->bytes);
	free(side->state);
}

static void taking_back_release(struct taking_back *t)
{
	side_release(&t->before);
	side_release(&t->after);
	graph_release(&t->graph);
	revs_release(&t->revs);
	subject_release(&t->now);
}

void undone_release(struct undone *u)
{
	art_release(&u->art);
	free(u->did);
	*u = (struct undone){0};
}

/* --- what there is -------------------------------------------------------------------------- */

static err_t load_side(struct side *side, struct taking_back *t, const struct rev_id *id)
{
	int at = graph_find(&t->graph, id);
	struct slice state;

	side->rev = at < 0 ? NULL : &t->graph.at[at];
	side->gone = !side->rev || oid_none(&side->rev->oid);
	if (side->gone)
		return NULL;
	TRY(store_text_get(&side->bytes, &side->len, t->s->store, side->rev->oid.hex));
	side->model = artifact_parse(slice_of(side->bytes, side->len), t->now.kind,
				     side->rev->path);
	state = artifact_slice(side->model, side->model->state);
	side->state = mem_strndup(state.at, state.len);
	return NULL;
}

static err_t load_now(struct subject *now, struct session *s, const char *uid)
{
	TRY(store_art_get(&now->art, s->store, uid));
	now->kind = kinds_find(s->kinds, now->art.kind);
	TRY(store_text_get(&now->bytes, &now->len, s->store, now->art.oid.hex));
	now->model = artifact_parse(slice_of(now->bytes, now->len), now->kind, now->art.path);
	return NULL;
}

static err_t refuse(const struct taking_back *t, const char *why)
{
	return err_hint(err_new(ERR_REFUSED, "'%s' %s operation %ld", session_name(&t->now.art),
				why, t->undo->id),
			"'git agent log -p %s' shows what happened; 'git agent restore' makes an "
			"earlier text the newest one", session_name(&t->now.art));
}

static err_t load(struct taking_back *t, const struct operation_step *step)
{
	const struct art *art = &t->now.art;
	int after, w;

	TRY(load_now(&t->now, t->s, step->uid));
	TRY(store_rev_list(&t->revs, t->s->store, step->uid));
	graph_init(&t->graph, t->revs.at, t->revs.len);
	after = graph_find(&t->graph, &step->after);
	w = graph_find(&t->graph, &art->head);
	if (after < 0 || (!rev_none(&step->before) && graph_find(&t->graph, &step->before) < 0))
		return refuse(t, "has no longer the revisions of");
	if (art->conflict)
		return err_hint(err_new(ERR_DIFFERS, "'%s' is in conflict", session_name(art)),
				"settle it first: git agent sync resolve %s", session_name(art));
	if (!graph_is_ancestor(&t->graph, after, w))
		return refuse(t, "went on without");
	TRY(load_side(&t->before, t, &step->before));
	TRY(load_side(&t->after, t, &step->after));
	t->same = rev_eq(&art->head, &step->after);
	return NULL;
}

/* --- edits ---------------------------------------------------------------------------------- */

static void told(struct taking_back *t, char *did)
{
	struct undone *out = t->out;
	scoped_free char *before = out->did;

	out->did = before ? mem_printf("%s, %s", before, did) : mem_strdup(did);
	free(did);
}

static err_t apply(struct taking_back *t, const struct edit *edit, char *did)
{
	const char *uid = t->now.art.uid;
	bool written;
	err_t err;

	t->out->changed = true;
	told(t, did);
	err = edit_apply(&written, &t->s->engine, uid, edit);
	if (!err || err->code != ERR_DIFFERS)
		return err;
	err_free(err);
	return err_hint(err_new(ERR_DIFFERS, "'%s' was changed in the same place since operation "
				"%ld, by %s", session_name(&t->now.art), t->undo->id,
				t->now.art.author),
			"'git agent log -p %s' shows it; 'git agent edit %s' changes it by hand",
			session_name(&t->now.art), session_name(&t->now.art));
}

/* It was made by the operation. */
static err_t take_away(struct taking_back *t)
{
	if (t->now.art.deleted) {
		told(t, mem_strdup("is deleted already"));
		return NULL;
	}
	if (!t->same)
		return refuse(t, "was edited since");
	t->out->push = true;
	return apply(t, &(struct edit){.how = HOW_DELETE, .message = t->undo->reason},
		     mem_strdup("deleted"));
}

static err_t bring_back(struct taking_back *t)
{
	if (!t->now.art.deleted) {
		told(t, mem_strdup("is back already"));
		return NULL;
	}
	TRY(change_check_free(t->s, t->now.art.path));
	return apply(t, &(struct edit){
		.how = HOW_RESTORE, .message = t->undo->reason,
		.text = slice_of(t->before.bytes, t->before.len)}, mem_strdup("brought back"));
}

/* --- the state ------------------------------------------------------------------------------ */

static bool approved(const struct art *art)
{
	return strcmp(art->approval, "acknowledged") == 0 ||
	       strcmp(art->approval, "recorded") == 0;
}

/* The state that HEAD's text has is that from before, or there is no such text. */
static err_t not_in_head(bool *out, struct taking_back *t)
{
	scoped(seen_release) struct seen seen = {0};
	scoped_free char *bytes = NULL;
	struct artifact_brief brief;
	size_t len;
	err_t err = t->s->have_port ? store_seen_get(&seen, t->s->store, t->s->port.worktree,
						     t->now.art.path) : NULL;

	if (!err && !oid_none(&seen.head))
		err = store_text_get(&bytes, &len, t->s->store, seen.head.hex);
	if (err && err->code != ERR_NOTFOUND)
		return err;
	*out = !err || !seen.path;
	err_free(err);
	if (!bytes)
		return NULL;
	artifact_brief(&brief, slice_of(bytes, len), t->now.kind, t->now.art.path);
	*out = slice_is(brief.state, t->before.state);
	return NULL;
}

/* A slip that nobody has seen, no remote and no commit: there the rules have no say yet. */
static err_t is_unseen(bool *out, struct taking_back *t, const struct kind_state *to)
{
	scoped(base_release) struct base base = {0};

	*out = false;
	if (!t->same || !to || to->gate)
		return NULL;
	TRY(store_base_get(&base, t->s->store, t->now.art.uid));
	return base.version ? NULL : not_in_head(out, t);
}

/* By the rules, as if the user had asked for it. */
static err_t check_state(struct taking_back *t)
{
	const struct subject *now = &t->now;
	const struct kind_state *is = kind_state(now->kind, slice_str(now->art.state));
	const char *name = t->before.state;
	const struct kind_state *to = kind_state(now->kind, slice_str(name));
	bool unseen;

	if (strcmp(now->art.state, t->after.state) != 0)
		return refuse(t, "has gone on to another state since");
	if (is && is->gate && approved(&now->art))
		return err_hint(err_new(ERR_REFUSED, "'%s' is %s, and that is on record: it is not "
					"undone, but revoked", session_name(&now->art),
					now->art.state),
				"'git agent state %s' shows where it may go; give a reason with -m",
				session_name(&now->art));
	TRY(is_unseen(&unseen, t, to));
	return unseen ? NULL : rules_check_state(t->s, now, name, to, t->undo->reason);
}

/* What the text is by now, with the state from before. */
static err_t go_back(struct taking_back *t)
{
	scoped(subject_release) struct subject now = {0};
	scoped_free char *bytes = NULL;
	const struct kind_state *to = kind_state(t->now.kind, slice_str(t->before.state));
	struct slice text = slice_of(t->before.bytes, t->before.len);

	TRY(load_now(&now, t->s, t->now.art.uid));
	if (!t->same) {
		TRY(artifact_set_state(&bytes, &text.len, now.model, t->before.state));
		text.at = bytes;
	}
	t->out->push = true;
	return apply(t, &(struct edit){
		.how = HOW_STATE, .message = t->undo->reason, .text = text},
		mem_printf("%s -> %s%s", t->after.state, t->before.state,
			   to && to->gate ? " (approval requested)" : ""));
}

/* --- the text ------------------------------------------------------------------------------- */

/* The text before the operation, where only its state is that of after it. */
static err_t text_before(char **bytes, size_t *len, const struct taking_back *t, bool state)
{
	if (state)
		return artifact_set_state(bytes, len, t->before.model, t->after.state);
	*bytes = mem_dup(t->before.bytes, t->before.len);
	*len = t->before.len;
	return NULL;
}

static err_t move_back(struct taking_back *t, struct slice text)
{
	const char *path = t->before.rev->path, *alias;

	if (strcmp(t->now.art.path, t->after.rev->path) != 0)
		return refuse(t, "was moved once more since");
	TRY(change_check_free(t->s, path));
	TRY(change_alias(&alias, t->s, &t->now.art));
	return apply(t, &(struct edit){
		.how = HOW_MOVE, .message = t->undo->reason, .text = text, .path = path,
		.alias = alias, .from = &t->after.rev->id}, mem_printf("moved to %s", path));
}

static err_t change_back(struct taking_back *t)
{
	bool state = t->now.kind && t->before.state[0] && t->after.state[0] &&
		     strcmp(t->before.state, t->after.state) != 0;
	bool went = state && strcmp(t->now.art.state, t->before.state) != 0;
	scoped_free char *bytes = NULL;
	size_t len;

	if (t->now.art.deleted)
		return refuse(t, "was deleted since");
	if (went)
		TRY(check_state(t));
	TRY(text_before(&bytes, &len, t, state));
	if (strcmp(t->before.rev->path, t->after.rev->path) != 0)
		TRY(move_back(t, slice_of(bytes, len)));
	else if (!slice_eq(slice_of(bytes, len), slice_of(t->after.bytes, t->after.len)))
		TRY(apply(t, &(struct edit){
			.how = HOW_RESTORE, .message = t->undo->reason, .from = &t->after.rev->id,
			.text = slice_of(bytes, len)},
			mem_strdup(t->same ? "the text as it was" : "what it changed in the text; "
				   "what was changed since stays")));
	return went ? go_back(t) : NULL;
}

static err_t take_back(struct taking_back *t)
{
	if (t->before.gone && t->after.gone)
		return NULL;
	if (t->before.gone)
		return take_away(t);
	return t->after.gone ? bring_back(t) : change_back(t);
}

err_t undo_step(struct undone *out, struct session *s, const struct undo *undo,
		const struct operation_step *step)
{
	scoped(taking_back_release) struct taking_back t = {.s = s, .undo = undo, .out = out};

	TRY(load(&t, step));
	TRY(take_back(&t));
	if (!out->did)
		out->did = mem_strdup("nothing to change");
	return store_art_get(&out->art, s->store, step->uid);
}
