/* Is there anything to look at? Asked by every command, so by stat data alone. */
#include "sync/look.h"
#include "util/mem.h"

#include <stdlib.h>
#include <string.h>

bool look_same_stat(const struct file_stat *a, const struct file_stat *b)
{
	return b->mtime_ns && a->size == b->size && a->mtime_ns == b->mtime_ns &&
	       a->ctime_ns == b->ctime_ns && a->ino == b->ino;
}

void looked_release(struct looked *l)
{
	seen_stats_release(&l->seen);
	free(l->there);
	*l = (struct looked){0};
}

/* So many files that were seen right after they were written are read again, before it is news. */
#define RACY_MAX 16
/* From so many changed files on it is cheaper to ask for all at once. */
#define WHOLE_FROM 1000

struct quick {
	struct looked l;
	struct strs racy;
	size_t next;	/* the one that should come now: both are in the order of their paths */
	struct strs changed;
};

static int has_path(const struct quick *q, size_t i, const char *path)
{
	return strcmp(path, q->l.seen.paths + q->l.seen.at[i].path);
}

static const struct seen_stat *find(struct quick *q, const char *path)
{
	size_t low = 0, high = q->l.seen.len;

	if (q->next < high && has_path(q, q->next, path) == 0)
		return &q->l.seen.at[q->next++];
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = has_path(q, middle, path);

		if (order == 0) {
			q->next = middle + 1;
			return &q->l.seen.at[middle];
		}
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

/* Seen right after it was written: nothing but mtime, which is not known, tells it from then. */
static bool is_racy(const struct file_stat *stat, const struct file_stat *old)
{
	return !old->mtime_ns && stat->regular && stat->size == old->size &&
	       stat->ctime_ns == old->ctime_ns && stat->ino == old->ino;
}

/* The text that was seen: import would find nothing to do. */
static err_t shows_another(bool *out, struct engine *e, const char *path, const struct oid *seen)
{
	scoped_free char *bytes = NULL;
	struct oid oid;
	size_t len;
	err_t err = e->git->read(e->git->ctx, &bytes, &len, NULL, path);

	*out = true;	/* what cannot be read, import explains */
	if (err) {
		err_free(err);
		return NULL;
	}
	oid = hash_blob(slice_of(bytes, len));
	*out = !oid_eq(&oid, seen);
	return NULL;
}

static err_t quick_look(void *ctx, const char *path, const struct file_stat *stat)
{
	struct quick *q = ctx;
	const struct seen_stat *old = find(q, path);

	if (old)
		q->l.there[old - q->l.seen.at] = true;
	if (old && is_racy(stat, &old->stat) && q->racy.len < RACY_MAX)
		strs_add(&q->racy, path);
	else if (q->changed.len <= WHOLE_FROM && (!old || !look_same_stat(stat, &old->stat)))
		strs_add(&q->changed, path);
	return NULL;
}

static void quick_release(struct quick *q)
{
	looked_release(&q->l);
	strs_release(&q->racy);
	strs_release(&q->changed);
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
	if (known && stat.exists && is_racy(&stat, &seen.stat))
		return shows_another(out, e, path, &seen.file);
	*out = stat.exists && (!known || !look_same_stat(&stat, &seen.stat));
	return NULL;
}

static err_t look_at_some(struct import_news *out, struct engine *e, const struct strs *paths)
{
	for (size_t i = 0; i < paths->len; i++) {
		bool is;

		TRY(is_new(&is, e, paths->at[i]));
		if (is)
			strs_add(&out->files, paths->at[i]);
	}
	out->any = out->files.len > 0;
	return NULL;
}

/* Racy files count only when their text is another; once there is something to import, they are
 * settled with it. */
static err_t look_at_racy(bool *another, struct quick *q, struct engine *e)
{
	*another = q->changed.len > 0;
	for (size_t i = 0; i < q->racy.len && !*another; i++)
		TRY(is_new(another, e, q->racy.at[i]));
	for (size_t i = 0; i < q->racy.len && *another; i++)
		strs_add(&q->changed, q->racy.at[i]);
	return NULL;
}

err_t look_for_files(struct import_news *out, struct engine *e, const struct strs *paths)
{
	scoped(quick_release) struct quick q = {.next = 0};

	if (paths)
		return look_at_some(out, e, paths);
	if (e->looked)
		looked_release(e->looked);
	TRY(store_seen_stats(&q.l.seen, e->store, e->git->worktree));
	q.l.there = mem_alloc(q.l.seen.len + 1);
	TRY(e->git->files(e->git->ctx, quick_look, &q));
	TRY(look_at_racy(&out->any, &q, e));
	out->whole = q.changed.len > WHOLE_FROM;
	if (out->any && !out->whole) {
		out->files = q.changed;
		q.changed = (struct strs){0};
	}
	if (e->looked && !out->whole) {
		*e->looked = q.l;
		q.l = (struct looked){0};
	}
	return NULL;
}
