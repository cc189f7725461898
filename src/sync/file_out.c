#include "sync/file_out.h"
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

	if (!oid_none(to))
		TRY(e->git->stage(e->git->ctx, &item.tmp, path, text));
	strncpy(item.pending.uid, uid, UID_LEN);
	item.pending.path = mem_strdup(path);
	MEM_GROW(out->at, out->len, out->cap);
	out->at[out->len++] = item;
	return NULL;
}

err_t file_out_record(const struct file_out *out, struct engine *e)
{
	for (size_t i = 0; i < out->len; i++)
		TRY(store_pending_put(e->store, e->git->worktree, &out->at[i].pending));
	return NULL;
}

static err_t settle(struct engine *e, const struct pending *p, const struct oid *head,
		    const struct file_stat *stat)
{
	TRY(store_pending_drop(e->store, e->git->worktree, p->path));
	if (oid_none(&p->to))
		return store_seen_drop(e->store, e->git->worktree, p->path);
	return look_wrote(e, p->path, &p->to, head, stat);
}

err_t file_out_publish(struct file_out *out, struct engine *e)
{
	scoped_free struct file_stat *stats = mem_alloc((out->len + 1) * sizeof(*stats));
	err_t err = NULL;

	if (!out->len)
		return NULL;
	for (size_t i = 0; i < out->len; i++) {
		struct file_out_item *item = &out->at[i];

		if (!item->tmp) {
			TRY(e->git->remove(e->git->ctx, item->pending.path));
			continue;
		}
		TRY(e->git->publish(e->git->ctx, &stats[i], item->tmp, item->pending.path));
		free(item->tmp);
		item->tmp = NULL;
	}
	TRY(store_begin(e->store));
	for (size_t i = 0; i < out->len && !err; i++)
		err = settle(e, &out->at[i].pending, &out->at[i].head, &stats[i]);
	if (!err)
		return store_commit(e->store);
	store_rollback(e->store);
	return err;
}

/* The write that a crash cut off: the file still shows from, or already to, or somebody was faster.
 */
static err_t finish_one(struct engine *e, const struct pending *p)
{
	scoped(seen_release) struct seen seen = {0};
	struct oid shows, head = {""};
	struct file_stat stat = {0};
	err_t err = file_out_shows(&shows, e, p->path);

	if (err) { /* no regular file any more: not ours to touch */
		err_free(err);
		return store_pending_drop(e->store, e->git->worktree, p->path);
	}
	err = store_seen_get(&seen, e->store, e->git->worktree, p->path);
	if (err && err->code != ERR_NOTFOUND)
		return err;
	if (!err)
		head = seen.head;
	err_free(err);
	if (!oid_eq(&shows, &p->from) && !oid_eq(&shows, &p->to))
		return store_pending_drop(e->store, e->git->worktree, p->path);
	if (oid_eq(&shows, &p->from) && !oid_eq(&p->from, &p->to)) {
		scoped_free char *text = NULL;
		size_t len;
		char *tmp;

		if (oid_none(&p->to)) {
			TRY(e->git->remove(e->git->ctx, p->path));
		} else {
			TRY(store_text_get(&text, &len, e->store, p->to.hex));
			TRY(e->git->stage(e->git->ctx, &tmp, p->path, slice_of(text, len)));
			err = e->git->publish(e->git->ctx, &stat, tmp, p->path);
			if (err) {
				err_free(e->git->discard(e->git->ctx, tmp));
				return err;
			}
			free(tmp);
		}
	}
	TRY(e->git->stat(e->git->ctx, &stat, p->path));
	return settle(e, p, &head, &stat);
}

err_t file_out_finish(struct engine *e)
{
	scoped(pendings_release) struct pendings list = {0};
	err_t err = NULL;

	TRY(store_pending_list(&list, e->store, e->git->worktree));
	if (!list.len)
		return NULL;
	TRY(store_begin(e->store));
	for (size_t i = 0; i < list.len && !err; i++)
		err = finish_one(e, &list.at[i]);
	if (!err)
		return store_commit(e->store);
	store_rollback(e->store);
	return err;
}
