#include "sync/loaded.h"
#include "util/mem.h"

/* Not edited, restored or staged by anybody: it is as we last saw or wrote it. */
static err_t is_untouched(bool *out, struct engine *e, const char *path, const struct oid *index)
{
	scoped(seen_release) struct seen seen = {0};
	err_t err = store_seen_get(&seen, e->store, e->git->worktree, path);

	*out = false;
	if (err && err->code == ERR_NOTFOUND) {
		err_free(err);
		return NULL;
	}
	TRY(err);
	*out = !seen.left && rev_none(&seen.hand_rev) && oid_eq(&seen.file, index);
	return NULL;
}

err_t export_falls_behind(bool *out, struct engine *e, const char *path, const struct oid *head,
			  const struct oid *index)
{
	scoped(loaded_close) struct loaded l = {0};
	scoped(art_release) struct art art = {0};
	int was, now;
	err_t err;

	TRY(is_untouched(out, e, path, index));
	if (!*out)
		return NULL;
	*out = false;
	err = store_art_at(&art, e->store, path);
	if (err && err->code == ERR_NOTFOUND) {
		err_free(err);
		return NULL;
	}
	TRY(err);
	TRY(loaded_open(&l, e, art.uid));
	was = graph_stands_for(&l.graph, l.w, head);
	now = graph_stands_for(&l.graph, l.w, index);
	*out = was >= 0 && now >= 0 && was != now && graph_is_ancestor(&l.graph, now, was);
	return NULL;
}
