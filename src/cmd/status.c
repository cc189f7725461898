#include "cmd/status.h"
#include "util/mem.h"

#include <stdlib.h>
#include <string.h>

void status_release(struct status *st)
{
	looked_release(&st->looked);
	arts_release(&st->dirty);
	arts_release(&st->conflicts);
	report_release(&st->files);
	strs_release(&st->missing);
	lefts_release(&st->lefts);
	mines_release(&st->mines);
	refusals_release(&st->refusals);
	claims_release(&st->claims);
	free(st->url);
	free(st->synced);
}

/* In the middle of a merge, where nothing is looked at for export. */
static err_t find_missing(struct status *st, struct session *s)
{
	scoped(seens_release) struct seens seens = {0};

	TRY(store_seen_list(&seens, s->store, s->port.worktree));
	for (size_t i = 0; i < seens.len; i++) {
		const struct seen *seen = &seens.at[i];
		scoped(art_release) struct art art = {0};
		struct file_stat stat;
		err_t err;

		if (!kinds_have_path(s->kinds, seen->path))
			continue; /* told of before, or of a kind that is gone */
		TRY(s->port.stat(s->port.ctx, &stat, seen->path));
		if (stat.exists)
			continue;
		err = store_art_at(&art, s->store, seen->path);
		if (err && err->code != ERR_NOTFOUND)
			return err;
		if (!err && !art.deleted)
			strs_add(&st->missing, seen->path);
		err_free(err);
	}
	return NULL;
}

static err_t collect_here(struct status *st, struct session *s)
{
	struct export_options o = {.dry_run = true, .missing = &st->missing,
				   .looked = &st->looked};

	if (!s->have_port)
		return NULL;
	if (st->head.busy)
		TRY(find_missing(st, s));
	TRY(store_left_list(&st->lefts, s->store, s->port.worktree));
	TRY(store_mine_list(&st->mines, s->store, s->port.worktree));
	return st->head.busy ? NULL : export_files(&st->files, &s->engine, &o);
}

err_t status_collect(struct status *st, struct session *s)
{
	struct art_filter dirty = {.dirty_only = true, .with_deleted = true};
	struct art_filter conflict = {.conflict_only = true, .with_deleted = true};
	struct outbox outbox = {0};

	TRY(repo_head(&st->head, s->repo));
	TRY(store_counts(&st->artifacts, &st->revisions, &st->texts, s->store));
	TRY(store_art_list(&st->conflicts, s->store, &conflict));
	TRY(store_refusal_list(&st->refusals, s->store));
	TRY(store_meta_get(&st->url, s->store, "remote"));
	TRY(store_meta_get(&st->synced, s->store, "synced"));
	TRY(store_outbox_list(&outbox, s->store));
	st->queue = outbox.len;
	outbox_release(&outbox);
	TRY(claim_known(&st->claims, &s->engine));
	if (st->url)	/* without a remote nothing waits for one */
		TRY(store_art_list(&st->dirty, s->store, &dirty));
	return collect_here(st, s);
}

const char *status_kept(const struct status *st, size_t i)
{
	const char *note = st->files.notes.at[i];

	return strncmp(note, "kept ", 5) == 0 ? note + 5 : NULL;
}

const char *status_older(const struct status *st, size_t i)
{
	const char *note = st->files.notes.at[i];

	return strncmp(note, "wrote ", 6) == 0 ? note + 6
	       : strncmp(note, "removed ", 8) == 0 ? note + 8 : NULL;
}
