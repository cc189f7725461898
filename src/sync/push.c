#include "artifact/artifact.h"
#include "sync/doc.h"
#include "sync/engine.h"
#include "sync/freeze.h"
#include "sync/record.h"
#include "sync/refusals.h"
#include "sync/relabel.h"
#include "sync/reset.h"
#include "util/fault.h"
#include "util/json.h"
#include "util/mem.h"
#include "util/trace.h"

#include <stdlib.h>
#include <string.h>

#define BATCH_OPS 200
#define BATCH_BYTES (512 * 1024)
#define BULK_BYTES (2 * 1024 * 1024) /* where there is much to send, as at the first time */

void sync_report_release(struct sync_report *r)
{
	strs_release(&r->notes);
	strs_release(&r->blocked);
}

static size_t batch_bytes(const struct outbox *out)
{
	size_t bytes = 0;

	for (size_t i = 0; i < out->len && bytes <= BULK_BYTES; i++)
		bytes += out->at[i].size;
	return bytes > BULK_BYTES ? BULK_BYTES : BATCH_BYTES;
}

/* How many ops of the outbox, from this one on, fit into one request; at least one. An artifact's
 * ops stay together only by their order: a later request simply finds the earlier ones applied. */
static size_t batch_len(const struct outbox *out, size_t from, size_t max)
{
	size_t count = 0, bytes = 0;

	while (from + count < out->len && count < BATCH_OPS) {
		bytes += out->at[from + count].size;
		if (count && bytes > max)
			break;
		count++;
	}
	return count;
}

/* One payload after the other: together they are as large as all that was written. */
static err_t put_op(struct json *j, struct engine *e, const struct outbox_row *row)
{
	scoped_free char *payload = NULL;

	TRY(store_outbox_payload(&payload, e->store, row->seq));
	json_raw(j, payload);
	return NULL;
}

static err_t request_of(char **out, struct engine *e, const struct outbox_row *rows, size_t count,
			bool atomic)
{
	scoped_free char *device = NULL, *epoch = NULL, *cursor = NULL, *hash = NULL;
	scoped_free char *request = NULL;
	struct mem_stream s;
	struct json j;
	err_t err = NULL;

	TRY(store_meta_get(&device, e->store, "device"));
	TRY(store_meta_get(&epoch, e->store, "epoch"));
	TRY(store_meta_get(&cursor, e->store, "cursor"));
	TRY(store_meta_get(&hash, e->store, "cursor_hash"));
	mem_stream_open(&s);
	json_init(&j, s.file);
	json_object_begin(&j);
	json_key_string(&j, "device", device);
	json_key_string(&j, "epoch", epoch);
	json_key_int(&j, "since", cursor ? strtol(cursor, NULL, 10) : 0);
	json_key_string(&j, "since_hash", hash);
	json_key_bool(&j, "atomic", atomic);
	json_key(&j, "ops");
	json_array_begin(&j);
	for (size_t i = 0; i < count && !err; i++)
		err = put_op(&j, e, &rows[i]);
	json_array_end(&j);
	json_object_end(&j);
	request = mem_stream_close(&s, NULL);
	if (!err)
		*out = steal(request);
	return err;
}

/* What was acknowledged is the state of what was sent, which W may have left behind. */
static err_t take_approval(struct loaded *l, int at, const char *result)
{
	struct artifact_brief brief = {0};
	struct slice text;

	if (at < 0 || oid_none(&l->graph.at[at].oid))
		return NULL;
	TRY(loaded_text(&text, l, &l->graph.at[at].oid));
	artifact_brief(&brief, text, l->kind, l->graph.at[at].path);
	TRY(record_take(l->engine, l->art.uid, l->kind, result, brief.state));
	return record_open_mine(l->engine, &l->art);
}

/* --- one result ------------------------------------------------------------------------------ */

/* Another process has pulled what somebody made of it since: that is what the remote has. */
static err_t is_past(bool *out, struct engine *e, const char *uid, long version)
{
	scoped(base_release) struct base now = {0};

	TRY(store_base_get(&now, e->store, uid));
	*out = now.version > version;
	return NULL;
}

static err_t applied(struct sync_report *r, struct engine *e, const struct outbox_row *row,
		     const char *result)
{
	scoped(loaded_close) struct loaded l = {0};
	struct base base = {0};
	bool past;
	int at;

	TRY(loaded_open(&l, e, row->uid));
	at = graph_find(&l.graph, &row->revision);
	TRY(doc_long(&base.version, e, result, "$.version", 0));
	TRY(doc_long(&base.rev, e, result, "$.rev", 0));
	TRY(is_past(&past, e, row->uid, base.version));
	r->sent++;
	if (past)
		return NULL;
	base.revision = row->revision;
	if (at >= 0) {
		base.oid = l.graph.at[at].oid;
		base.path = l.graph.at[at].path;
	}
	base.deleted = oid_none(&base.oid);
	base.state = l.art.state;
	if (strcmp(l.art.approval, "requested") == 0 && rev_eq(&l.art.head, &row->revision)) {
		art_set_approval(&l.art, "acknowledged");
		TRY(store_art_put(e->store, &l.art));
	}
	TRY(take_approval(&l, at, result));
	base.approval = l.art.approval;
	TRY(store_base_put(e->store, row->uid, &base));
	return store_refusal_drop(e->store, row->uid);
}

static const char *explain(const char *status)
{
	static const struct {
		const char *status, *text;
	} texts[] = {
		{"bad_transition", "the remote does not allow this change of state"},
		{"four_eyes", "who wrote the text cannot approve it"},
		{"stale_approval", "the text changed after it was approved"},
		{"forbidden", "your role does not allow this"},
		{"frozen", "the artifact is locked in this state"},
		{"num_taken", "another artifact has this label"},
		{"bad_oid", "the text does not match its hash"},
		{"op_reused", "an operation id was used twice"},
		{"purged", "it was deleted on the remote, and erased there; a copy under another "
			   "name can be sent"},
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if (strcmp(texts[i].status, status) == 0)
			return texts[i].text;
	return status;
}

static err_t refused(struct sync_report *r, struct engine *e, const struct outbox_row *row,
		     const char *status, const char *result)
{
	scoped_free char *detail = NULL;
	scoped(art_release) struct art art = {0};
	struct base base = {0};
	struct refusal refusal = {.generation = row->generation, .status = (char *)status};

	TRY(store_json_get(&detail, e->store, result, "$.detail"));
	TRY(store_art_get(&art, e->store, row->uid));
	TRY(store_base_get(&base, e->store, row->uid));
	refusal.base_version = base.version;
	base_release(&base);
	refusal.detail = detail ? detail : (char *)explain(status);
	memcpy(refusal.uid, row->uid, sizeof(refusal.uid));
	r->refused++;
	strs_take(&r->blocked, mem_printf("%s: %s: %s", art.label[0] ? art.label : art.path, status,
					  refusal.detail));
	return store_refusal_put(e->store, &refusal);
}

/* A pull brings what it takes to go on, unless that was erased. */
static err_t outdated(struct sync_report *r, struct engine *e, const struct outbox_row *row,
		      const char *result)
{
	scoped_free char *purged = NULL;
	scoped(art_release) struct art art = {0};

	TRY(store_json_get(&purged, e->store, result, "$.current.purged"));
	if (purged && strcmp(purged, "1") == 0)
		return refused(r, e, row, "purged", "{}");
	r->behind = true;
	TRY(store_art_get(&art, e->store, row->uid));
	strs_take(&r->blocked,
		  mem_printf("%s: changed on the remote", art.label[0] ? art.label : art.path));
	return NULL;
}

/* Who has the path is the same artifact, first imported by somebody else: the pull adopts its uid.
 * One that was pulled already is another. */
static err_t comes_by_pull(bool *comes, struct engine *e, const struct outbox_row *row,
			   const char *result)
{
	scoped_free char *path = NULL, *uid = NULL;
	scoped(art_release) struct art art = {0}, other = {0};
	err_t err;

	*comes = false;
	TRY(store_json_get(&path, e->store, result, "$.current.path"));
	TRY(store_json_get(&uid, e->store, result, "$.current.uid"));
	TRY(store_art_get(&art, e->store, row->uid));
	if (!path || !uid || strcmp(path, art.path) != 0)
		return NULL;
	err = store_art_get(&other, e->store, uid);
	if (!err || err->code != ERR_NOTFOUND)
		return err;
	err_free(err);
	*comes = true;
	return NULL;
}

static err_t take_result(struct sync_report *r, struct engine *e, const struct outbox_row *row,
			 const char *result, bool *fresh)
{
	scoped_free char *status = NULL, *dup = NULL;

	TRY(store_json_get(&status, e->store, result, "$.status"));
	if (!status)
		return err_new(ERR_OFFLINE, "the remote's answer has no status");
	TRY(store_outbox_drop(e->store, row->op_id));
	if (strcmp(status, "applied") == 0) {
		TRY(store_json_get(&dup, e->store, result, "$.dup"));
		*fresh = !dup || strcmp(dup, "1") != 0;
		return applied(r, e, row, result);
	}
	if (strcmp(status, "skipped_dependency") == 0)
		return NULL;
	if (strcmp(status, "conflict") == 0 || strcmp(status, "unknown_base") == 0)
		return outdated(r, e, row, result);
	if (strcmp(status, "num_taken") == 0) {
		bool comes;

		TRY(comes_by_pull(&comes, e, row, result));
		r->behind = r->behind || comes;
		if (comes)
			return NULL;
	}
	return refused(r, e, row, status, result);
}

/* They come in the order of the ops, as a rule: so the one at i is looked at first. */
static const char *result_for(const struct strs *results, size_t i, struct engine *e,
			      const char *op_id, err_t *err)
{
	for (size_t n = 0; n < results->len && !*err; n++) {
		scoped_free char *id = NULL;
		const char *result = results->at[(i + n) % results->len];

		*err = store_json_get(&id, e->store, result, "$.op_id");
		if (!*err && id && strcmp(id, op_id) == 0)
			return result;
	}
	return NULL;
}

/* Nobody else wrote in between: what we sent need not come back. */
static err_t advance_cursor(struct engine *e, const char *reply, long fresh)
{
	scoped_free char *cursor = NULL, *hash = NULL, *epoch = NULL;
	char text[32];
	long head, since;

	TRY(store_meta_get(&cursor, e->store, "cursor"));
	TRY(doc_long(&head, e, reply, "$.head", -1));
	TRY(store_json_get(&hash, e->store, reply, "$.head_hash"));
	TRY(store_json_get(&epoch, e->store, reply, "$.epoch"));
	since = cursor ? strtol(cursor, NULL, 10) : 0;
	if (head != since + fresh || !hash || !epoch)
		return NULL;
	snprintf(text, sizeof(text), "%ld", head);
	TRY(store_meta_set(e->store, "cursor", text));
	TRY(store_meta_set(e->store, "epoch", epoch));
	return store_meta_set(e->store, "cursor_hash", hash);
}

static err_t take_reply(struct sync_report *r, struct engine *e, const struct outbox_row *rows,
			size_t count, const char *reply)
{
	scoped(strs_release) struct strs results = {0};
	scoped_free char *atomic_failed = NULL;
	long fresh_count = 0;
	err_t err = NULL;

	TRY(store_json_array(&results, e->store, reply, "$.results"));
	TRY(store_json_get(&atomic_failed, e->store, reply, "$.atomic_failed"));
	for (size_t i = 0; i < count; i++) {
		const char *result = result_for(&results, i, e, rows[i].op_id, &err);
		bool fresh = false;

		TRY(err);
		if (!result)
			return err_new(ERR_OFFLINE,
				       "the remote answered without a result for each operation");
		if (atomic_failed) {
			scoped_free char *status = NULL;

			TRY(store_json_get(&status, e->store, result, "$.status"));
			if (status && strcmp(status, "applied") == 0) {
				TRY(store_outbox_drop(e->store, rows[i].op_id));
				continue;
			}
		}
		TRY(take_result(r, e, &rows[i], result, &fresh));
		fresh_count += fresh;
	}
	return atomic_failed ? NULL : advance_cursor(e, reply, fresh_count);
}

/* --- sending --------------------------------------------------------------------------------- */

static err_t send_batch(struct sync_report *r, bool *again, struct engine *e,
			const struct outbox_row *rows, size_t count, bool atomic)
{
	scoped_free char *request = NULL, *reply = NULL, *reset = NULL;
	err_t err;

	err = request_of(&request, e, rows, count, atomic);
	*again = err && err->code == ERR_NOTFOUND;
	if (*again) {	/* another process sent one of them meanwhile */
		err_free(err);
		return NULL;
	}
	TRY(err);
	fault_point("push-send");
	TRY(e->remote->push(e->remote->ctx, &reply, request));
	fault_point("push-received");
	TRY(store_json_get(&reset, e->store, reply, "$.reset"));
	*again = reset != NULL;
	if (reset)
		return reset_begin(r, e, reset, reply);
	TRY(store_begin(e->store));
	err = take_reply(r, e, rows, count, reply);
	if (!err)
		return store_commit(e->store);
	store_rollback(e->store);
	return err;
}

/* *again: the remote is another one by now, and so is the outbox. */
static err_t send_rows(struct sync_report *r, bool *again, struct engine *e,
		       const struct outbox *box, bool atomic)
{
	size_t max = batch_bytes(box);

	for (size_t from = 0, count; from < box->len && !*again; from += count) {
		count = atomic ? box->len : batch_len(box, from, max);
		TRY(send_batch(r, again, e, box->at + from, count, atomic));
		engine_progress(e, "Pushing", from + count, box->len);
	}
	return NULL;
}

static err_t send_outbox(struct sync_report *r, struct engine *e, bool atomic)
{
	for (;;) {
		scoped(outbox_release) struct outbox box = {0};
		bool again = false;

		TRY(store_outbox_list(&box, e->store));
		if (!box.len)
			return NULL;
		TRY(send_rows(r, &again, e, &box, atomic));
		if (!again || (r->behind && atomic))
			return NULL;
	}
}

static err_t count_queued(struct sync_report *r, struct engine *e)
{
	return freeze_count(&r->queued, e);
}

err_t push_settle(struct sync_report *r, struct engine *e)
{
	return send_outbox(r, e, false);
}

err_t push_run(struct sync_report *r, struct engine *e, const struct push_options *o)
{
	scoped(trace_leave) struct trace_region region = trace_enter("sync", "push");
	int before;

	if (o->dry_run)
		return count_queued(r, e);
	TRY(push_settle(r, e));
	TRY(relabel_provisional(r, e));
	TRY(refusals_review(e));
	TRY(freeze_dirty(r, e, o));
	before = r->refused;
	TRY(send_outbox(r, e, o->atomic));
	if (r->refused > before)
		TRY(refusals_review(e));
	TRY(record_write(e));
	trace_count("sync", "sent", r->sent);
	trace_count("sync", "refused", r->refused);
	return count_queued(r, e);
}
