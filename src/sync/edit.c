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

static err_t stage_all(struct file_out *out, struct engine *e, const char *uid,
		       const char *old_path, const struct oid *old_oid, const struct revision *now,
		       struct slice text)
{
	bool moves = strcmp(old_path, now->path) != 0;
	struct oid none = {""}, head;
	bool ok;

	TRY(may_write(&ok, e, old_path, old_oid));
	if (ok && moves)
		TRY(may_write(&ok, e, now->path, &none));
	if (!ok || (!moves && oid_eq(old_oid, &now->oid)))
		return NULL;
	TRY(head_of(&head, e, now->path));
	if (!moves)
		return file_out_stage(out, e, uid, now->path, old_oid, &now->oid, text, &head);
	TRY(file_out_stage(out, e, uid, now->path, &none, &now->oid, text, &head));
	TRY(head_of(&head, e, old_path));
	return oid_none(old_oid)
		       ? NULL
		       : file_out_stage(out, e, uid, old_path, old_oid, &none, text, &head);
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
	return plan_change(s, &ctx, &c, &act);
}

/* Inside the transaction: the revision, the mark that a commit shall carry it, the writes to come.
 */
static err_t record_edit(struct loaded *l, struct step *s, struct file_out *out)
{
	struct engine *e = l->engine;
	const struct revision *head = &s->revs[s->nr - 1];
	scoped_free char *label = mem_strdup(l->art.label);

	if (e->git)
		TRY(stage_all(out, e, l->art.uid, l->art.path, &l->art.oid, head,
			      slice_of(s->text[s->nr - 1], s->len[s->nr - 1])));
	TRY(loaded_take(l, s, "edit"));
	if (out->len && strcmp(label, l->art.label) != 0)
		TRY(record_stage_move(out, e, &l->art, label));
	if (e->git)
		TRY(store_mine_put(e->store, e->git->worktree, l->art.uid, &l->art.head));
	return file_out_record(out, e);
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

static err_t edit_locked(struct file_out *out, struct engine *e, const char *uid,
			 const struct edit *edit)
{
	scoped(loaded_close) struct loaded l = {0};
	struct step s = {0};
	err_t err;

	if (e->git)
		TRY(file_out_finish(NULL, e));
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
		err = record_edit(&l, &s, out);
	step_release(&s);
	if (!err && edit->alias)
		err = store_alias_put(e->store, edit->alias, l.art.kind, uid);
	return err;
}

/* Commits what the transaction holds and moves the files into place. */
static err_t finish(bool *written, struct engine *e, struct file_out *out, err_t err)
{
	bool any = out->len > 0;

	if (err)
		store_rollback(e->store);
	else
		err = store_commit(e->store);
	if (!err && any)
		err = file_out_publish(out, e);
	file_out_release(out, e);
	if (!err)
		*written = any;
	return err;
}

err_t edit_apply(bool *written, struct engine *e, const char *uid, const struct edit *edit)
{
	struct edit_of one = {.edit = *edit};

	memcpy(one.uid, uid, sizeof(one.uid));
	return edit_apply_all(written, e, &one, 1);
}

err_t edit_apply_all(bool *written, struct engine *e, const struct edit_of *edits, size_t nr)
{
	struct file_out out = {0};
	err_t err = NULL;

	/* One lock from the look at W to its successor: two terminals cannot step on each other. */
	TRY(store_begin(e->store));
	for (size_t i = 0; i < nr && !err; i++)
		err = edit_locked(&out, e, edits[i].uid, &edits[i].edit);
	return finish(written, e, &out, err);
}

static err_t create_locked(char uid[UID_LEN + 1], struct file_out *out, struct engine *e,
			   const char *path, struct slice text, const char *message)
{
	scoped(art_release) struct art there = {0};
	struct act act = {HOW_CREATE, e->who, e->now, message};
	struct oid none = {""}, oid = hash_blob(text);
	bool ok = false;
	err_t err = store_art_at(&there, e->store, path);

	if (err && err->code != ERR_NOTFOUND)
		return err;
	if (!err && !there.deleted)
		return err_new(ERR_REFUSED, "'%s' exists already", path);
	err_free(err);
	if (e->git) {
		struct file_stat stat;

		TRY(e->git->stat(e->git->ctx, &stat, path));
		if (stat.exists)
			return err_hint(err_new(ERR_REFUSED, "a file '%s' is there already", path),
					"git agent import takes it into the workspace");
		TRY(may_write(&ok, e, path, &none));
	}
	if (ok)
		TRY(file_out_stage(out, e, "", path, &none, &oid, text, &none));
	TRY(loaded_create(uid, e, NULL, path, text, &act));
	for (size_t i = 0; i < out->len; i++)
		memcpy(out->at[i].pending.uid, uid, UID_LEN + 1);
	TRY(store_art_get(&there, e->store, uid));
	if (e->git)
		TRY(store_mine_put(e->store, e->git->worktree, uid, &there.head));
	return file_out_record(out, e);
}

err_t edit_create(char uid[UID_LEN + 1], bool *written, struct engine *e, const char *path,
		  struct slice text, const char *message)
{
	struct file_out out = {0};
	char made[UID_LEN + 1];
	err_t err;

	TRY(store_begin(e->store));
	err = finish(written, e, &out, create_locked(made, &out, e, path, text, message));
	if (!err)
		memcpy(uid, made, sizeof(made));
	return err;
}
