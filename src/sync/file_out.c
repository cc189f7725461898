#include "sync/file_out.h"
#include "artifact/approval.h"
#include "sync/look.h"
#include "util/mem.h"

#include <stdlib.h>
#include <string.h>

void file_out_release(struct file_out *out, struct engine *e)
{
	for (size_t i = 0; i < out->len; i++) {
		if (out->at[i].tmp)
			err_free(e->git->discard(e->git->ctx, out->at[i].tmp));
		free(out->at[i].pending.path);
	}
	free(out->at);
	*out = (struct file_out){0};
}

err_t file_out_shows(struct oid *out, struct engine *e, const char *path)
{
	scoped_free char *bytes = NULL;
	size_t len;
	err_t err = e->git->read(e->git->ctx, &bytes, &len, NULL, path);

	if (err && err->code == ERR_NOTFOUND) {
		err_free(err);
		*out = (struct oid){""};
		return NULL;
	}
	TRY(err);
	*out = hash_blob(slice_of(bytes, len));
	return NULL;
}

err_t file_out_stage(struct file_out *out, struct engine *e, const char *uid, const char *path,
		     const struct oid *from, const struct oid *to, struct slice text,
		     const struct oid *head)
{
	struct file_out_item item = {.pending = {.from = *from, .to = *to}, .head = *head};

	if (oid_none(to))
		TRY(e->git->removable(e->git->ctx, path));
	else
		TRY(e->git->stage(e->git->ctx, &item.tmp, path, text));
	strncpy(item.pending.uid, uid, UID_LEN);
	item.pending.path = mem_strdup(path);
	MEM_GROW(out->at, out->len, out->cap);
	out->at[out->len++] = item;
	return NULL;
}

err_t file_out_record(const struct file_out *out, struct engine *e)
{
	if (out->len)
		TRY(e->git->sync(e->git->ctx));
	for (size_t i = 0; i < out->len; i++)
		TRY(store_pending_put(e->store, e->git->worktree, &out->at[i].pending));
	return NULL;
}

static err_t settle(struct engine *e, const struct pending *p, const struct oid *head,
		    const struct file_stat *stat)
{
	TRY(store_pending_drop(e->store, e->git->worktree, p->path));
	if (approval_is_path(e->kinds, p->path))
		return NULL;	/* no artifact: nobody looks for edits in it */
	if (oid_none(&p->to))
		return store_seen_drop(e->store, e->git->worktree, p->path);
	return look_wrote(e, p->path, &p->to, head, stat);
}

/* Into place: from what was staged, else from the store (a crash cut the write off). */
static err_t move_in(struct file_stat *stat, struct engine *e, const struct pending *p, char **tmp)
{
	scoped_free char *text = NULL;
	char *staged = tmp ? *tmp : NULL;
	size_t len;
	err_t err = NULL;

	if (oid_none(&p->to))
		return e->git->remove(e->git->ctx, p->path);
	if (!staged) {
		TRY(store_text_get(&text, &len, e->store, p->to.hex));
		TRY(e->git->stage(e->git->ctx, &staged, p->path, slice_of(text, len)));
		err = e->git->sync(e->git->ctx);
	}
	if (!err)
		err = e->git->publish(e->git->ctx, stat, staged, p->path);
	if (err) {
		if (!tmp)
			err_free(e->git->discard(e->git->ctx, staged));
		return err;
	}
	free(staged);
	if (tmp)
		*tmp = NULL;
	return NULL;
}

/* The file still shows from, or already to, or somebody was faster and it is left as it is. */
static err_t write_one(struct engine *e, const struct pending *p, const struct oid *head,
		       char **tmp)
{
	struct file_stat stat = {0};
	struct oid shows;
	err_t err = file_out_shows(&shows, e, p->path);

	if (err) { /* no regular file any more: not ours to touch */
		err_free(err);
		return store_pending_drop(e->store, e->git->worktree, p->path);
	}
	if (oid_eq(&shows, &p->to)) {
		TRY(e->git->stat(e->git->ctx, &stat, p->path));
		return settle(e, p, head, &stat);
	}
	if (!oid_eq(&shows, &p->from))
		return store_pending_drop(e->store, e->git->worktree, p->path);
	TRY(move_in(&stat, e, p, tmp));
	return settle(e, p, head, &stat);
}

static int by_path(const void *path, const void *pending)
{
	return strcmp(path, ((const struct pending *)pending)->path);
}

static bool still_pending(const struct pendings *list, const struct pending *p)
{
	const struct pending *now = list->len ? bsearch(p->path, list->at, list->len,
							sizeof(*list->at), by_path) : NULL;

	return now && strcmp(now->uid, p->uid) == 0 && oid_eq(&now->from, &p->from) &&
	       oid_eq(&now->to, &p->to);
}

static err_t publish_all(struct file_out *out, struct engine *e)
{
	scoped(pendings_release) struct pendings list = {0};

	TRY(store_pending_list(&list, e->store, e->git->worktree));
	for (size_t i = 0; i < out->len; i++) {
		struct file_out_item *item = &out->at[i];

		/* another process may have finished it, and the file may have gone on since */
		if (still_pending(&list, &item->pending))
			TRY(write_one(e, &item->pending, &item->head,
				      item->tmp ? &item->tmp : NULL));
	}
	return NULL;
}

static err_t finish_all(struct report *r, struct engine *e)
{
	scoped(pendings_release) struct pendings list = {0};

	TRY(store_pending_list(&list, e->store, e->git->worktree));
	for (size_t i = 0; i < list.len; i++) {
		const struct pending *p = &list.at[i];
		scoped(seen_release) struct seen seen = {0};
		struct oid head = {""};
		err_t err = store_seen_get(&seen, e->store, e->git->worktree, p->path);

		if (err && err->code != ERR_NOTFOUND)
			return err;
		if (!err)
			head = seen.head;
		err_free(err);
		err = write_one(e, p, &head, NULL);
		if (err && r)
			report_problem(r, "%s", err->text);
		err_free(err);
	}
	return NULL;
}

static err_t end(struct engine *e, err_t err)
{
	if (!err)
		err = e->git->sync(e->git->ctx);
	if (!err)
		return store_commit(e->store);
	store_rollback(e->store);
	return err;
}

/* The files change inside a transaction, so that no two processes write them, and nobody looks at
 * a file whose row is not yet what it shows. */
err_t file_out_publish(struct file_out *out, struct engine *e)
{
	if (!out->len)
		return NULL;
	TRY(store_begin_repeatable(e->store));	/* by file_out_finish */
	return end(e, publish_all(out, e));
}

err_t file_out_finish(struct report *r, struct engine *e)
{
	scoped(pendings_release) struct pendings list = {0};

	TRY(store_pending_list(&list, e->store, e->git->worktree));
	if (!list.len)
		return NULL;
	TRY(store_begin_repeatable(e->store));
	return end(e, finish_all(r, e));
}
