#include "artifact/label.h"
#include "sync/adopt.h"
#include "sync/doc.h"
#include "sync/engine.h"
#include "sync/missed.h"
#include "sync/purged.h"
#include "sync/record.h"
#include "sync/reset.h"
#include "sync/untaken.h"
#include "util/fault.h"
#include "util/json.h"
#include "util/mem.h"
#include "util/trace.h"

#include <stdlib.h>
#include <string.h>

#define PAGE_ROWS 200
#define PAGE_BYTES (1024 * 1024)

/* --- pages ----------------------------------------------------------------------------------- */

static err_t request_of(char **out, struct engine *e)
{
	scoped_free char *epoch = NULL, *cursor = NULL, *hash = NULL;
	struct mem_stream s;
	struct json j;

	TRY(store_meta_get(&epoch, e->store, "epoch"));
	TRY(store_meta_get(&cursor, e->store, "cursor"));
	TRY(store_meta_get(&hash, e->store, "cursor_hash"));
	mem_stream_open(&s);
	json_init(&j, s.file);
	json_object_begin(&j);
	json_key_string(&j, "epoch", epoch);
	json_key_int(&j, "since", cursor ? strtol(cursor, NULL, 10) : 0);
	json_key_string(&j, "since_hash", hash);
	json_key_int(&j, "limit", PAGE_ROWS);
	json_key_int(&j, "max_bytes", PAGE_BYTES);
	json_object_end(&j);
	*out = mem_stream_close(&s, NULL);
	return NULL;
}

/* A position that goes back, or is none, would be asked for ever after. */
static err_t check_position(struct engine *e, const char *reply)
{
	scoped_free char *cursor = NULL;
	long next;

	TRY(store_meta_get(&cursor, e->store, "cursor"));
	TRY(doc_long(&next, e, reply, "$.next", 0));
	if (next >= (cursor ? strtol(cursor, NULL, 10) : 0))
		return NULL;
	return err_new(ERR_REFUSED, "the remote is damaged: its newest revision is %ld", next);
}

/* In revisions of the remote, which a page may pass over. */
static err_t tell_progress(struct engine *e, const char *reply, long *start)
{
	scoped_free char *cursor = NULL;
	long next, head;

	if (!e->progress)
		return NULL;
	TRY(store_meta_get(&cursor, e->store, "cursor"));
	TRY(doc_long(&next, e, reply, "$.next", 0));
	TRY(doc_long(&head, e, reply, "$.head", 0));
	if (*start < 0)
		*start = cursor ? strtol(cursor, NULL, 10) : 0;
	if (next > *start && head >= next)
		engine_progress(e, "Pulling", (uint64_t)(next - *start), (uint64_t)(head - *start));
	return NULL;
}

/* Fetches until there is no more; each page is staged with its cursor. digest: of what the remote
 * has then, up to its revision head. */
static err_t fetch(char **digest, long *head, struct sync_report *r, struct engine *e)
{
	long start = -1;

	for (int resets = 0; resets < 2;) {
		scoped_free char *request = NULL, *reply = NULL, *reset = NULL, *more = NULL;

		TRY(request_of(&request, e));
		fault_point("pull-send");
		TRY(e->remote->pull(e->remote->ctx, &reply, request));
		fault_point("pull-received");
		TRY(store_json_get(&reset, e->store, reply, "$.reset"));
		if (reset) {
			resets++;
			TRY(reset_begin(r, e, reset, reply));
			r->behind = false;
			start = -1;
			continue;
		}
		TRY(check_position(e, reply));
		TRY(tell_progress(e, reply, &start));
		TRY(store_inbox_stage(e->store, reply));
		TRY(store_json_get(&more, e->store, reply, "$.more"));
		if (more && strcmp(more, "1") == 0)
			continue;
		TRY(doc_long(head, e, reply, "$.head", 0));
		return store_json_get(digest, e->store, reply, "$.digest");
	}
	return err_new(ERR_OFFLINE, "the remote changes its identity with every answer");
}

/* --- one row --------------------------------------------------------------------------------- */

static const char *name_of(const struct doc_row *row)
{
	return row->label && row->label[0] ? row->label : row->path;
}

static err_t put_base(struct engine *e, const struct doc_row *row)
{
	struct base base = {.version = row->version,
			    .revision = row->revision,
			    .oid = row->oid,
			    .rev = row->rev,
			    .path = row->path,
			    .state = row->state,
			    .deleted = row->deleted,
			    .approval = row->approval};

	TRY(store_refusal_drop(e->store, row->uid));
	return store_base_put(e->store, row->uid, &base);
}

static err_t find_local(bool *have, struct art *art, struct engine *e, const char *uid)
{
	err_t err = store_art_get(art, e->store, uid);

	*have = !err;
	if (err && err->code == ERR_NOTFOUND) {
		err_free(err);
		return NULL;
	}
	return err;
}

/* The remote has never seen it, or as deleted only: what is here came to be without the remote. */
static bool is_own(const struct art *art, const struct base *base, const struct doc_row *row)
{
	return base->version == 0 ||
	       (base->deleted && !art->deleted && !art->conflict && !row->deleted);
}

/* A local artifact of the same kind at the same path that stands for the row. */
static err_t find_twin(bool *have, struct art *art, struct engine *e, const struct doc_row *row)
{
	struct base base = {0};
	err_t err = store_art_at(art, e->store, row->path);

	*have = false;
	if (err && err->code == ERR_NOTFOUND) {
		err_free(err);
		return NULL;
	}
	TRY(err);
	TRY(store_base_get(&base, e->store, art->uid));
	*have = is_own(art, &base, row) && strcmp(art->kind, row->kind) == 0;
	base_release(&base);
	return NULL;
}

static err_t put_lineage(struct engine *e, const struct doc_row *row)
{
	for (size_t i = 0; i < row->lineage.len; i++)
		TRY(store_rev_put(e->store, row->uid, &row->lineage.at[i]));
	return NULL;
}

/* New here: the row first, since revisions refer to it. */
static err_t take_new(struct sync_report *r, struct engine *e, const struct doc_row *row)
{
	scoped(loaded_close) struct loaded l = {0};
	struct art art = {.num = -1,
			  .kind = row->kind,
			  .label = row->label,
			  .scope = (char *)"",
			  .path = row->path,
			  .title = (char *)"",
			  .state = (char *)"",
			  .author = (char *)"",
			  .normative = (char *)"",
			  .approval = row->approval};

	memcpy(art.uid, row->uid, sizeof(art.uid));
	art.head = row->revision;
	art.oid = row->oid;
	art.deleted = row->deleted;
	TRY(store_art_put(e->store, &art));
	TRY(put_lineage(e, row));
	TRY(loaded_open(&l, e, row->uid));
	TRY(loaded_set_head(&l, &row->revision));
	if (!row->deleted)
		r->received++;
	return NULL;
}

/* Is the conflict that is recorded, if any, one with a file or a commit? */
static err_t is_with_git(bool *out, struct loaded *l)
{
	scoped(conflict_release) struct conflict c = {0};

	*out = false;
	if (!l->art.conflict)
		return NULL;
	TRY(store_conflict_get(&c, l->engine->store, l->art.uid));
	*out = strcmp(c.source, "remote") != 0;
	return NULL;
}

static err_t note_conflict(struct sync_report *r, const struct doc_row *row)
{
	r->conflicts++;
	strs_take(&r->blocked, mem_printf("%s: conflict", name_of(row)));
	return NULL;
}

/* Both have it. */
static err_t take_known(struct sync_report *r, struct engine *e, const struct doc_row *row)
{
	scoped(loaded_close) struct loaded l = {0};
	struct plan_ctx ctx;
	struct step s = {0};
	bool other;
	int theirs;
	err_t err = NULL;

	TRY(put_lineage(e, row));
	TRY(loaded_open(&l, e, row->uid));
	TRY(is_with_git(&other, &l));
	theirs = graph_find(&l.graph, &row->revision);
	if (theirs < 0)
		return err_new(ERR_REFUSED, "the remote sent a version without its revision");
	ctx = loaded_plan(&l);
	TRY(plan_heads(&s, &ctx, theirs));
	switch (s.what) {
	case STEP_NOTHING:
		break;
	case STEP_FORWARD:
		if (s.nr)
			r->merged++;
		else
			r->received++;
		if (!other)
			err = store_conflict_drop(e->store, row->uid);
		if (!err)
			err = loaded_take(&l, &s, "remote");
		break;
	case STEP_CONFLICT:
	default:
		if (other)
			break; /* merge_all_left has it when that is settled */
		err = loaded_take(&l, &s, "remote");
		if (!err)
			err = note_conflict(r, row);
		break;
	}
	step_release(&s);
	return err;
}

/* The remote's ledger says what is approved: of the very revision that W is now. */
static err_t take_approval(struct engine *e, const struct doc_row *row)
{
	scoped(art_release) struct art art = {0};
	const char *approval = row->stale ? "stale" : row->imported ? "imported" : "acknowledged";

	TRY(store_art_get(&art, e->store, row->uid));
	if (!rev_eq(&art.head, &row->revision) || !art.approval[0] ||
	    strcmp(row->approval, art.state) != 0 || strcmp(art.approval, approval) == 0)
		return NULL;
	art_set_approval(&art, approval);
	return store_art_put(e->store, &art);
}

static err_t take_row(struct sync_report *r, struct engine *e, const struct doc_row *row,
		      const char *json)
{
	scoped(art_release) struct art art = {0}, twin = {0};
	bool have, is_twin = false;

	TRY(find_local(&have, &art, e, row->uid));
	if (!have)
		TRY(find_twin(&is_twin, &twin, e, row));
	if (is_twin) {
		TRY(adopt_uid(e, twin.uid, row));
		r->adopted++;
		have = true;
	}
	if (row->forged) {
		r->forged++;
		strs_take(&r->notes,
			  mem_printf("%s: its text claims the state %s, which nobody approved",
				     name_of(row), row->state));
	}
	if (have)
		TRY(take_known(r, e, row));
	else
		TRY(take_new(r, e, row));
	TRY(take_approval(e, row));
	TRY(record_take(e, row->uid, kinds_find(e->kinds, row->kind), json, slice_str(row->state)));
	return put_base(e, row);
}

/* A row that cannot be trusted is named and passed over; the others are taken. */
static err_t take_json(struct sync_report *r, struct engine *e, const char *json)
{
	struct doc_row row = {0};
	bool purged;
	err_t err;

	TRY(purged_is(&purged, e, json));
	if (purged)
		return purged_take(r, e, json);
	err = doc_row_read(&row, e, json);

	if (err && err->code == ERR_REFUSED) {
		r->refused++;
		strs_take(&r->notes, mem_printf("not taken from the remote: %s", err->text));
		err_free(err);
		return untaken_add(e, json);
	}
	TRY(err);
	err = take_row(r, e, &row, json);
	doc_row_release(&row);
	return err;
}

/*
 * What the remote has was not merged yet although no conflict stands for it: it came while a
 * conflict with a file or a commit was recorded, which was settled since.
 */
static err_t merge_what_is_left(struct sync_report *r, struct engine *e, const char *uid)
{
	scoped(loaded_close) struct loaded l = {0};
	struct plan_ctx ctx;
	struct base base = {0};
	struct step s = {0};
	int theirs;
	err_t err;

	TRY(loaded_open(&l, e, uid));
	TRY(store_base_get(&base, e->store, uid));
	theirs = graph_find(&l.graph, &base.revision);
	base_release(&base);
	if (theirs < 0 || graph_is_ancestor(&l.graph, theirs, l.w))
		return NULL;
	ctx = loaded_plan(&l);
	TRY(plan_heads(&s, &ctx, theirs));
	err = loaded_take(&l, &s, "remote");
	if (s.what == STEP_CONFLICT)
		r->conflicts++;
	else
		r->merged++;
	step_release(&s);
	return err;
}

static err_t merge_all_left(struct sync_report *r, struct engine *e)
{
	scoped(arts_release) struct arts arts = {0};
	struct art_filter f = {.dirty_only = true, .with_deleted = true};

	TRY(store_art_list(&arts, e->store, &f));
	for (size_t i = 0; i < arts.len; i++)
		if (!arts.at[i].conflict)
			TRY(merge_what_is_left(r, e, arts.at[i].uid));
	return NULL;
}

static err_t apply_inbox(struct sync_report *r, struct engine *e, const struct strs *again_rows)
{
	int64_t rev = INT64_MIN;

	TRY(untaken_clear(e));
	for (;;) {
		scoped_free char *row = NULL;
		bool again;

		TRY(store_inbox_next(&row, &rev, e->store));
		if (!row)
			break;
		TRY(untaken_is(&again, e, again_rows, row));
		if (!again)
			TRY(take_json(r, e, row));
		/* what is taken makes room for what comes */
		TRY(store_inbox_drop(e->store, rev));
	}
	for (size_t i = 0; i < again_rows->len; i++)
		TRY(take_json(r, e, again_rows->at[i]));
	TRY(merge_all_left(r, e));
	return store_inbox_clear(e->store);
}

static err_t still_in_conflict(struct sync_report *r, struct engine *e)
{
	scoped(arts_release) struct arts arts = {0};
	struct art_filter f = {.conflict_only = true, .with_deleted = true};

	TRY(store_art_list(&arts, e->store, &f));
	for (size_t i = 0; i < arts.len; i++) {
		scoped_free char *line = mem_printf(
			"%s: conflict", arts.at[i].label[0] ? arts.at[i].label : arts.at[i].path);

		if (!strs_has(&r->blocked, line))
			strs_add(&r->blocked, line);
	}
	return NULL;
}

static err_t in_one_transaction(struct sync_report *r, struct engine *e, const struct strs *again,
				err_t (*apply)(struct sync_report *, struct engine *,
					       const struct strs *))
{
	err_t err;

	TRY(store_begin(e->store));
	err = apply(r, e, again);
	if (!err)
		return store_commit(e->store);
	store_rollback(e->store);
	return err;
}

static err_t apply_rows(struct sync_report *r, struct engine *e, const struct strs *rows)
{
	for (size_t i = 0; i < rows->len; i++)
		TRY(take_json(r, e, rows->at[i]));
	return merge_all_left(r, e);
}

err_t pull_run(struct sync_report *r, struct engine *e, bool dry_run)
{
	scoped(trace_leave) struct trace_region region = trace_enter("sync", "pull");
	scoped(strs_release) struct strs again = {0}, missed = {0};
	scoped_free char *digest = NULL;
	long waiting, head;

	TRY(push_settle(r, e));
	r->behind = false;
	TRY(fetch(&digest, &head, r, e));
	if (dry_run) {
		TRY(store_inbox_count(&waiting, e->store));
		r->received = (int)waiting;
		return NULL;
	}
	TRY(untaken_fetch(&again, e));
	TRY(in_one_transaction(r, e, &again, apply_inbox));
	if (!r->refused)
		TRY(missed_rows(&missed, r, e, digest, head));
	if (missed.len)
		TRY(in_one_transaction(r, e, &missed, apply_rows));
	trace_count("sync", "received", r->received);
	trace_count("sync", "merged", r->merged);
	trace_count("sync", "conflicts", r->conflicts);
	return still_in_conflict(r, e);
}
