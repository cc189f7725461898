/* Is there anything to look at? Asked by every command, so by stat data alone. */
#include "sync/find.h"
#include "sync/look.h"
#include "util/mem.h"

bool look_same_stat(const struct file_stat *a, const struct file_stat *b)
{
	return b->mtime_ns && a->size == b->size && a->mtime_ns == b->mtime_ns &&
	       a->ctime_ns == b->ctime_ns && a->ino == b->ino;
}

struct quick {
	const struct seens *seens;
	bool news;
};

static err_t quick_look(void *ctx, const char *path, const struct file_stat *stat)
{
	struct quick *q = ctx;
	const struct seen *old = q->news ? NULL : find_seen(q->seens, path);

	if (!q->news)
		q->news = !old || !look_same_stat(stat, &old->stat);
	return NULL;
}

static err_t is_new(bool *out, struct engine *e, const char *path)
{
	scoped(seen_release) struct seen seen = {0};
	struct file_stat stat;
	err_t err = store_seen_get(&seen, e->store, e->git->worktree, path);
	bool known = !err;

	if (err && err->code != ERR_NOTFOUND)
		return err;
	err_free(err);
	TRY(e->git->stat(e->git->ctx, &stat, path));
	*out = stat.exists && (!known || !look_same_stat(&stat, &seen.stat));
	return NULL;
}

err_t look_anything_new(bool *out, struct engine *e, const struct strs *paths)
{
	scoped(seens_release) struct seens seens = {0};
	struct quick q = {&seens, false};

	*out = false;
	if (paths) {
		for (size_t i = 0; i < paths->len && !*out; i++)
			TRY(is_new(out, e, paths->at[i]));
		return NULL;
	}
	TRY(store_seen_list(&seens, e->store, e->git->worktree));
	TRY(e->git->files(e->git->ctx, quick_look, &q));
	*out = q.news;
	return NULL;
}
