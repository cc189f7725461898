/* push: one transaction for the batch; what is refused is data, not an error. */
#include "remote/file/share_calls.h"

#include "remote/file/share_json.h"
#include "remote/file/share_op.h"
#include "remote/file/share_results.h"
#include "remote/file/share_state.h"
#include "util/strs.h"

#include <stddef.h>
#include <stdlib.h>

#define OPS_MAX 200

struct request {
	struct share_cursor cursor;
	char *device, *ops;
	bool atomic;
};

static const struct share_field fields[] = {
	{"device", FIELD_TEXT, offsetof(struct request, device)},
	{"epoch", FIELD_TEXT, offsetof(struct request, cursor.epoch)},
	{"since", FIELD_INT, offsetof(struct request, cursor.since)},
	{"since_hash", FIELD_TEXT, offsetof(struct request, cursor.since_hash)},
	{"atomic", FIELD_BOOL, offsetof(struct request, atomic)},
	{"ops", FIELD_ARRAY, offsetof(struct request, ops)},
};
#define NR_FIELDS (sizeof(fields) / sizeof(*fields))

static void request_release(struct request *r)
{
	share_json_release(r, fields, NR_FIELDS);
}

struct batch {
	const struct share *s;
	const struct request *request;
	struct share_project project;
	struct strs failed; /* uids */
	struct share_result *results;
	size_t nr, cap;
	bool refused;
};

static void batch_release(struct batch *b)
{
	share_results_release(b->results, b->nr);
	strs_release(&b->failed);
	share_project_release(&b->project);
}

/* The answer to an op that was applied before, in an earlier push or in this one. */
static err_t replay(struct share_result *r, bool *found, struct share_verdict *v,
		    const struct share *s, const struct share_change *c)
{
	scoped_stmt st = NULL;

	*found = false;
	if (!c->op.op_id)
		return NULL;
	TRY(share_db_query(&st, s, "SELECT payload, version, rev FROM revision WHERE op_id = ?1",
			   "t", c->op.op_id));
	TRY(share_db_next(found, s, st));
	if (!*found)
		return NULL;
	if (strcmp((const char *)sqlite3_column_text(st, 0), c->payload.hex) != 0) {
		*found = false;
		share_refuse(v, "op_reused", "op '%s' was something else before", c->op.op_id);
		return NULL;
	}
	r->status = "applied";
	r->dup = true;
	r->version = sqlite3_column_int64(st, 1);
	r->rev = sqlite3_column_int64(st, 2);
	return NULL;
}

static err_t refuse(struct batch *b, struct share_result *r, struct share_verdict *v)
{
	b->refused = true;
	r->status = v->status;
	r->detail = steal(v->detail);
	if (r->uid)
		strs_add(&b->failed, r->uid);
	if (v->current)
		TRY(share_row_json(&r->current, b->s, v->current, b->request->cursor.floor));
	return NULL;
}

/* Also for an op that was applied before: the answer was lost, not the approval. */
static err_t acknowledge(struct share_result *r, const struct share_change *c)
{
	return share_approval_json(&r->approval, c->s, &c->op, r->rev);
}

static err_t run(struct batch *b, struct share_result *r, struct share_change *c)
{
	struct share_verdict *v = &c->verdict;
	bool replayed = false;

	if (!v->status)
		TRY(replay(r, &replayed, v, b->s, c));
	if (replayed)
		return acknowledge(r, c);
	if (!v->status && strs_has(&b->failed, c->op.uid))
		share_refuse(v, "skipped_dependency", "an earlier op on this artifact was refused");
	if (!v->status)
		TRY(share_change_check(c));
	if (v->status)
		return refuse(b, r, v);
	TRY(share_change_apply(c, &b->project, b->request->device));
	r->status = "applied";
	r->version = c->next.version;
	r->rev = c->next.rev;
	return acknowledge(r, c);
}

static err_t run_op(struct batch *b, const char *json, bool object)
{
	scoped(share_change_release) struct share_change c = {0};
	struct share_result *r;

	TRY(share_change_read(&c, b->s, json, object));
	MEM_GROW(b->results, b->nr, b->cap);
	r = &b->results[b->nr++];
	*r = (struct share_result){
		.op_id = c.op.op_id ? mem_strdup(c.op.op_id) : NULL,
		.uid = c.op.uid ? mem_strdup(c.op.uid) : NULL,
	};
	return run(b, r, &c);
}

static err_t run_ops(struct batch *b)
{
	scoped_stmt st = NULL;

	TRY(share_json_array(&st, b->s, b->request->ops));
	for (;;) {
		bool row, text, object;
		const char *json;

		TRY(share_db_next(&row, b->s, st));
		if (!row)
			return NULL;
		if (b->nr == OPS_MAX)
			return err_new(ERR_REFUSED, "bad request: more than %d ops in one push",
				       OPS_MAX);
		json = share_json_element(&text, &object, st);
		TRY(run_op(b, json ? json : "null", object));
	}
}

/* Nobody must take an op of a batch that was taken back for one that was applied. */
static void take_back(struct batch *b)
{
	for (size_t i = 0; i < b->nr; i++) {
		struct share_result *r = &b->results[i];

		if (strcmp(r->status, "applied") != 0 || (r->dup && r->rev <= b->project.head))
			continue;
		r->status = "skipped_dependency";
		r->detail = mem_strdup("not applied: another op of this atomic push was refused");
		r->version = r->rev = 0;
		r->dup = false;
	}
}

static err_t run_batch(char **reply, struct batch *b)
{
	struct share_project before = b->project;

	TRY(run_ops(b));
	if (b->refused && b->request->atomic) {
		b->project = before;
		take_back(b);
		*reply = share_results_json(&b->project, b->results, b->nr, true);
		return NULL;
	}
	if (b->project.head != before.head) {
		TRY(share_project_save(b->s, &b->project));
		TRY(share_db_commit(b->s));
	}
	*reply = share_results_json(&b->project, b->results, b->nr, false);
	return NULL;
}

err_t share_push(void *ctx, char **reply, const char *request)
{
	struct share *s = ctx;
	scoped(request_release) struct request r = {0};
	scoped(batch_release) struct batch b = {.s = s, .request = &r};
	scoped_tx tx = NULL;
	const char *reset;

	TRY(share_json_request(&r, s, request, fields, NR_FIELDS));
	if (!r.ops)
		return err_new(ERR_REFUSED, "bad request: no 'ops'");
	TRY(share_db_write(s));
	tx = s;
	TRY(share_project_load(&b.project, s));
	TRY(share_cursor_check(&reset, &r.cursor, s, &b.project));
	if (reset) {
		*reply = share_cursor_reset(reset, &b.project);
		return NULL;
	}
	return run_batch(reply, &b);
}
