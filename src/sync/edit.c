#include "sync/engine.h"
#include "sync/file_out.h"
#include "sync/loaded.h"
#include "sync/record.h"
#include "util/mem.h"

#include <stdlib.h>
#include <string.h>

/* What HEAD has for the path, as far as the last look knows. */
static err_t head_of(struct oid *out, struct engine *e, const char *path)
{
	scoped(seen_release) struct seen seen = {0};
	err_t err = store_seen_get(&seen, e->store, e->git->worktree, path);

	*out = (struct oid){""};
	if (err && err->code == ERR_NOTFOUND) {
		err_free(err);
		return NULL;
	}
	TRY(err);
	*out = seen.head;
	return NULL;
}

/* The file may follow W when it shows what W was, and git is not in the middle of something. */
static err_t may_write(bool *out, struct engine *e, const char *path, const struct oid *was)
{
	struct git_head head = {0};
	struct oid shows;

	*out = false;
	if (!e->git)
		return NULL;
	TRY(e->git->head(e->git->ctx, &head));
	if (head.busy)
		return NULL;
	{
		err_t err = file_out_shows(&shows, e, path);

		if (err) { /* a link, a directory, unreadable: stays as it is */
			err_free(err);
			return NULL;
		}
	}
	*out = oid_eq(&shows, was);
	return NULL;
}

/* An artifact as it was before the first edit of a group. */
struct touched {
	char uid[UID_LEN + 1];
	char *path;
	char *label;
	struct oid oid;	/* "" : not there */
	bool created;
};

struct edit_group {
	struct touched *at;
	size_t len, cap;
	struct file_out out;
	long operation; /* e->operation before */
};

static void touch(struct edit_group *g, const struct art *before, bool created)
{
	struct touched *t;

	for (size_t i = 0; i < g->len; i++)
		if (strcmp(g->at[i].uid, before->uid) == 0)
			return;
	MEM_GROW(g->at, g->len, g->cap);
	t = &g->at[g->len++];
	*t = (struct touched){.path = mem_strdup(before->path), .label = mem_strdup(before->label),
			      .created = created};
	memcpy(t->uid, before->uid, sizeof(t->uid));
	if (!created)
		t->oid = before->oid;
}

static err_t stage_all(struct file_out *out, struct engine *e, const struct touched *t,
		       const struct art *now)
{
	bool moves = strcmp(t->path, now->path) != 0, ok;
	struct oid none = {""}, head;
	scoped_free char *text = NULL;
	size_t len;

	TRY(may_write(&ok, e, t->path, &t->oid));
	if (ok && moves)
		TRY(may_write(&ok, e, now->path, &none));
	if (!ok || (!moves && oid_eq(&t->oid, &now->oid)))
		return NULL;
	TRY(store_text_get(&text, &len, e->store, now->oid.hex));
	TRY(head_of(&head, e, now->path));
	if (!moves)
		return file_out_stage(out, e, t->uid, now->path, &t->oid, &now->oid,
				      slice_of(text, len), &head);
	if (!oid_none(&now->oid))
		TRY(file_out_stage(out, e, t->uid, now->path, &none, &now->oid,
				   slice_of(text, len), &head));
	TRY(head_of(&head, e, t->path));
	return oid_none(&t->oid) ? NULL
				 : file_out_stage(out, e, t->uid, t->path, &t->oid, &none,
						  slice_of(text, len), &head);
}

/* The file of one artifact, its record where that has another name by now, and the mark that a
 * commit shall carry it. */
static err_t stage_one(struct strs *stayed, struct engine *e, const struct touched *t)
{
	struct file_out *out = &e->group->out;
	scoped(art_release) struct art now = {0};
	size_t before = out->len;

	TRY(store_art_get(&now, e->store, t->uid));
	TRY(stage_all(out, e, t, &now));
	if (out->len > before && !t->created && strcmp(t->label, now.label) != 0)
		TRY(record_stage_move(out, e, &now, t->label));
	if (stayed && out->len == before &&
	    (!oid_eq(&t->oid, &now.oid) || strcmp(t->path, now.path) != 0))
		strs_add(stayed, now.path);
	return store_mine_put(e->store, e->git->worktree, t->uid, &now.head);
}

static err_t stage_group(struct strs *stayed, struct engine *e)
{
	if (!e->git)
		return NULL;
	for (size_t i = 0; i < e->group->len; i++)
		TRY(stage_one(stayed, e, &e->group->at[i]));
	return file_out_record(&e->group->out, e);
}

/* For undo: what the command did, one step an artifact. */
static err_t log_step(struct engine *e, const char *uid, const struct rev_id *before)
{
	struct operation o = {.command = (char *)e->command, .author = (char *)e->who,
			      .time = e->now, .undoes = e->undoes};
	scoped(art_release) struct art now = {0};
	struct operation_step step = {.before = *before};

	if (!e->command)
		return NULL;
	TRY(store_art_get(&now, e->store, uid));
	if (!e->operation)
		TRY(store_operation_add(&e->operation, e->store, &o, e->retry));
	memcpy(step.uid, uid, sizeof(step.uid));
	step.after = now.head;
	return store_operation_step(e->store, e->operation, &step);
}

static err_t plan_edit(struct step *s, struct loaded *l, const struct edit *edit)
{
	struct act act = {edit->how, l->engine->who, l->engine->now, edit->message};
	struct plan_ctx ctx = loaded_plan(l);
	struct oid to = {""};
	struct oid from = edit->expect ? *edit->expect : l->art.oid;
	struct change c = {.from = &from, .to = &to, .path = edit->path};

	if (edit->how != HOW_DELETE) {
		to = hash_blob(edit->text);
		c.to_text = edit->text;
	}
	c.from_rev = oid_eq(&from, &l->art.oid) ? l->w : FROM_TEXT;
	if (edit->from) {
		c.from_rev = graph_find(&l->graph, edit->from);
		if (c.from_rev < 0)
			return err_new(ERR_NOTFOUND, "there is no revision '%.12s' of '%s'",
				       edit->from->hex, l->art.path);
		from = l->graph.at[c.from_rev].oid;
	}
	return plan_change(s, &ctx, &c, &act);
}

/* Inside the transaction: the revision; the file follows at the end. */
static err_t record_edit(struct loaded *l, struct step *s)
{
	struct engine *e = l->engine;
	struct rev_id before = l->art.head;

	touch(e->group, &l->art, false);
	TRY(loaded_take(l, s, "edit"));
	return log_step(e, l->art.uid, &before);
}

static bool changes_nothing(const struct loaded *l, const struct edit *edit)
{
	struct oid to = {""};

	if (edit->path && strcmp(edit->path, l->art.path) != 0)
		return false;
	if (edit->how == HOW_STATE && strcmp(l->art.approval, "stale") == 0)
		return false; /* the same state once more, for the text as it is now */
	if (edit->how != HOW_DELETE)
		to = hash_blob(edit->text);
	return oid_eq(&to, &l->art.oid);
}

static err_t edit_locked(struct engine *e, const char *uid, const struct edit *edit)
{
	scoped(loaded_close) struct loaded l = {0};
	struct step s = {0};
	err_t err;

	TRY(loaded_open(&l, e, uid));
	TRY(kinds_check_path(e->kinds, l.art.path)); /* not of a kind that is gone */
	if (changes_nothing(&l, edit))
		return NULL;
	TRY(plan_edit(&s, &l, edit));
	if (s.what == STEP_CONFLICT)
		err = err_hint(err_new(ERR_DIFFERS, "'%s' changed in the same place meanwhile",
				       l.art.path),
			       "look at it with 'git agent show %s' and try again",
			       l.art.label[0] ? l.art.label : l.art.path);
	else
		err = record_edit(&l, &s);
	step_release(&s);
	if (!err && edit->alias)
		err = store_alias_put(e->store, edit->alias, l.art.kind, uid);
	return err;
}

/* --- groups --------------------------------------------------------------------------------- */

static void free_group(struct engine *e)
{
	struct edit_group *g = steal(e->group);

	for (size_t i = 0; i < g->len; i++) {
		free(g->at[i].path);
		free(g->at[i].label);
	}
	file_out_release(&g->out, e);
	free(g->at);
	free(g);
}

/* One lock from the look at W to its successor: two terminals cannot step on each other. */
err_t edit_begin(struct engine *e)
{
	err_t err;

	BUG_ON(e->group);
	TRY(store_begin(e->store));
	err = e->git ? file_out_finish(NULL, e) : NULL;
	if (err) {
		store_rollback(e->store);
		return err;
	}
	e->group = mem_alloc(sizeof(*e->group));
	e->group->operation = e->operation;
	return NULL;
}

/* Commits what the transaction holds and moves the files into place. */
static err_t finish(bool *written, struct strs *stayed, struct engine *e, bool dry, err_t err)
{
	struct edit_group *g = e->group;

	if (!err && !dry)
		err = stage_group(stayed, e);
	if (err || dry)
		store_rollback(e->store);
	else
		err = store_commit(e->store);
	if (err || dry)
		e->operation = g->operation;
	*written = g->out.len > 0;
	if (!err && !dry)
		err = file_out_publish(&g->out, e);
	free_group(e);
	return err;
}

err_t edit_end(struct strs *stayed, struct engine *e, bool dry, err_t err)
{
	bool written;

	return finish(&written, stayed, e, dry, err);
}

err_t edit_apply(bool *written, struct engine *e, const char *uid, const struct edit *edit)
{
	struct edit_of one = {.edit = *edit};

	memcpy(one.uid, uid, sizeof(one.uid));
	return edit_apply_all(written, e, &one, 1);
}

static err_t apply_all(struct engine *e, const struct edit_of *edits, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		TRY(edit_locked(e, edits[i].uid, &edits[i].edit));
	return NULL;
}

err_t edit_apply_all(bool *written, struct engine *e, const struct edit_of *edits, size_t nr)
{
	*written = true;	/* in a group, its end says what was not */
	if (e->group)
		return apply_all(e, edits, nr);
	TRY(edit_begin(e));
	return finish(written, NULL, e, false, apply_all(e, edits, nr));
}

static err_t check_free(struct engine *e, const char *path)
{
	scoped(art_release) struct art there = {0};
	struct file_stat stat;
	err_t err = store_art_at(&there, e->store, path);

	if (err && err->code != ERR_NOTFOUND)
		return err;
	if (!err && !there.deleted)
		return err_new(ERR_REFUSED, "'%s' exists already", path);
	err_free(err);
	if (!e->git)
		return NULL;
	TRY(e->git->stat(e->git->ctx, &stat, path));
	return stat.exists ? err_hint(err_new(ERR_REFUSED, "a file '%s' is there already", path),
				      "git agent import takes it into the workspace")
			   : NULL;
}

static err_t create_locked(char uid[UID_LEN + 1], struct engine *e, const char *path,
			   struct slice text, const char *message)
{
	struct act act = {HOW_CREATE, e->who, e->now, message};
	scoped(art_release) struct art art = {0};
	struct rev_id none = {""};

	TRY(check_free(e, path));
	TRY(loaded_create(uid, e, NULL, path, text, &act));
	TRY(store_art_get(&art, e->store, uid));
	touch(e->group, &art, true);
	return log_step(e, uid, &none);
}

err_t edit_create(char uid[UID_LEN + 1], bool *written, struct engine *e, const char *path,
		  struct slice text, const char *message)
{
	char made[UID_LEN + 1];
	err_t err;

	*written = true;
	if (e->group)
		return create_locked(uid, e, path, text, message);
	TRY(edit_begin(e));
	err = finish(written, NULL, e, false, create_locked(made, e, path, text, message));
	if (!err)
		memcpy(uid, made, sizeof(made));
	return err;
}
