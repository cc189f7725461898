/*
 * push: what PostgreSQL cannot hold is a bad op, as it is for every remote, and must not keep the
 * others from going; a batch that is too much at once goes in halves. The parts are put
 * together so that the caller sees one push.
 */
#include "remote/supabase/sb_remote.h"

#include "util/json.h"
#include "util/strs.h"

#include <stdlib.h>
#include <string.h>

#define OPS_MAX 200
#define DEPTH_MAX 100

struct op {
	struct slice json;
	char *uid;	/* NULL: none */
	char *result;	/* JSON; NULL: not sent yet */
	bool sent;	/* in the request at hand */
};

struct push {
	struct sb *s;
	char *arguments;	/* all but the ops */
	bool atomic;
	bool refused;	/* an op was refused here */
	struct op *ops;
	size_t len, cap;
	struct strs failed;	/* uids: what follows on them depends on what was refused */
	char *head;	/* of the last answer: {"epoch","head",...} */
	char *final;	/* an answer to hand on as it is: a reset, an atomic refusal */
};

static void push_release(struct push *p)
{
	for (size_t i = 0; i < p->len; i++) {
		free(p->ops[i].uid);
		free(p->ops[i].result);
	}
	free(p->ops);
	free(p->arguments);
	free(p->head);
	free(p->final);
	strs_release(&p->failed);
}

/* --- reading -------------------------------------------------------------------------------- */

static void refuse(struct push *p, struct op *op, const char *status, const char *detail)
{
	scoped_free char *op_id = sb_json_field(op->json, "op_id");
	struct mem_stream out;
	struct json j;

	mem_stream_open(&out);
	json_init(&j, out.file);
	json_object_begin(&j);
	json_key_string(&j, "op_id", op_id);
	json_key_string(&j, "uid", op->uid);
	json_key_string(&j, "status", status);
	json_key_string(&j, "version", NULL);
	json_key_string(&j, "rev", NULL);
	json_key_bool(&j, "dup", false);
	json_key_string(&j, "detail", detail);
	json_key_string(&j, "current", NULL);
	json_key_string(&j, "approval", NULL);
	json_object_end(&j);
	free(op->result);
	op->result = mem_stream_close(&out, NULL);
	p->refused = true;
	if (op->uid)
		strs_add(&p->failed, op->uid);
}

static void judge(struct push *p, struct op *op)
{
	struct sb_flaws flaws;

	if (*op->json.at != '{') {
		refuse(p, op, "bad_op", "an op is not an object");
		return;
	}
	op->uid = sb_json_field(op->json, "uid");
	sb_json_valid(op->json, &flaws);
	if (flaws.text)
		refuse(p, op, "bad_op", "the op holds invalid UTF-8 or NUL characters");
	else if (flaws.twice)
		refuse(p, op, "bad_op", "a field comes twice");
	else if (flaws.number || flaws.depth > DEPTH_MAX)
		refuse(p, op, "bad_op", "a number is out of range, or values lie too deep");
}

static err_t read_ops(struct push *p, const char *request)
{
	struct slice list, atomic;

	if (!sb_json_get(&list, slice_str(request), "ops") || *list.at != '[')
		return err_new(ERR_REFUSED, "bad request: 'ops' is not an array");
	p->atomic = sb_json_get(&atomic, slice_str(request), "atomic") && slice_is(atomic, "true");
	for (;;) {
		struct slice json;

		if (!sb_json_next(&json, &list))
			return NULL;
		if (p->len == OPS_MAX)
			return err_new(ERR_REFUSED, "bad request: more than %d ops in one push",
				       OPS_MAX);
		MEM_GROW(p->ops, p->len, p->cap);
		p->ops[p->len] = (struct op){.json = json};
		judge(p, &p->ops[p->len++]);
	}
}

/* --- one request ---------------------------------------------------------------------------- */

/* Those of [from, to) that may go; the others get their result. */
static size_t choose(struct push *p, size_t from, size_t to)
{
	size_t nr = 0;

	for (size_t i = from; i < to; i++) {
		struct op *op = &p->ops[i];

		op->sent = false;
		if (op->result)
			continue;
		if (op->uid && strs_has(&p->failed, op->uid)) {
			refuse(p, op, "skipped_dependency",
			       "an earlier op on this artifact was refused");
			continue;
		}
		op->sent = true;
		nr++;
	}
	return nr;
}

static char *body_of(const struct push *p, size_t from, size_t to)
{
	struct mem_stream out;
	const char *comma = "";

	mem_stream_open(&out);
	fprintf(out.file, "%s,\"ops\":[", p->arguments);
	for (size_t i = from; i < to; i++) {
		if (!p->ops[i].sent)
			continue;
		fputs(comma, out.file);
		fwrite(p->ops[i].json.at, 1, p->ops[i].json.len, out.file);
		comma = ",";
	}
	fputs("]}", out.file);
	return mem_stream_close(&out, NULL);
}

static void take_result(struct push *p, struct op *op, struct slice json)
{
	scoped_free char *status = sb_json_field(json, "status");

	op->result = mem_strndup(json.at, json.len);
	if (op->uid && (!status || strcmp(status, "applied") != 0))
		strs_add(&p->failed, op->uid);
}

/* Everything of the answer but the results. */
static char *head_of(struct slice reply)
{
	struct slice key, value;
	struct mem_stream out;

	mem_stream_open(&out);
	putc('{', out.file);
	while (sb_json_member(&key, &value, &reply))
		if (!slice_is(key, "results"))
			fprintf(out.file, "\"%.*s\":%.*s,", (int)key.len, key.at, (int)value.len,
				value.at);
	return mem_stream_close(&out, NULL);
}

static err_t take_reply(struct push *p, size_t from, size_t to, const char *reply)
{
	struct slice whole = slice_str(reply), list, json;

	if (sb_json_get(&list, whole, "reset")) {
		p->final = mem_strdup(reply);
		return NULL;
	}
	if (sb_json_get(&list, whole, "results"))
		for (; from < to; from++)
			if (p->ops[from].sent) {
				if (!sb_json_next(&json, &list))
					break;
				take_result(p, &p->ops[from], json);
			}
	if (from < to)
		return err_new(ERR_OFFLINE,
			       "the remote answered without a result for each operation");
	free(p->head);
	p->head = head_of(whole);
	return NULL;
}

static err_t send(struct push *p, size_t from, size_t to);

/* One op that is too large by itself is a bad one; what cannot be split, because it is to be atomic
 * or takes the server too long, is an error. */
static err_t send_halves(struct push *p, size_t from, size_t to, const struct sb_reply *reply,
			 const struct sb_request *r)
{
	size_t middle = from + (to - from) / 2;

	if (p->atomic || (to - from == 1 && reply->status != 413))
		return sb_error(p->s, reply, r);
	if (to - from == 1) {
		refuse(p, &p->ops[from], "bad_op", "it is too large for the server (HTTP 413)");
		return NULL;
	}
	TRY(send(p, from, middle));
	return p->final ? NULL : send(p, middle, to);
}

static err_t send(struct push *p, size_t from, size_t to)
{
	scoped(sb_reply_release) struct sb_reply reply = {0};
	scoped_free char *body = NULL;
	struct sb_request r = {
		.path = "rest/v1/rpc/push", .want_409 = p->atomic, .want_split = true,
	};

	if (!choose(p, from, to) && p->len)
		return NULL;
	r.body = body = body_of(p, from, to);
	TRY(sb_ask(&reply, p->s, &r));
	if (!reply.broken && reply.status >= 200 && reply.status <= 299)
		return take_reply(p, from, to, reply.body);
	if (reply.broken || reply.status != 409)
		return send_halves(p, from, to, &reply, &r);
	p->final = steal(reply.details);
	return NULL;
}

/* --- the whole ------------------------------------------------------------------------------ */

/* With one bad op, an atomic push is refused as a whole, and nothing is sent. */
static void take_back(struct push *p)
{
	for (size_t i = 0; i < p->len; i++)
		if (!p->ops[i].result)
			refuse(p, &p->ops[i], "skipped_dependency",
			       "not applied: another op of this atomic push was refused");
}

/* Where nothing was sent, the answer still says where the remote is. */
static err_t ask_head(struct push *p)
{
	scoped_free char *reply = NULL, *epoch = NULL, *hash = NULL;
	struct slice head = {"0", 1};

	TRY(sb_head(p->s, &reply));
	epoch = sb_json_field(slice_str(reply), "epoch");
	hash = sb_json_field(slice_str(reply), "hash");
	sb_json_get(&head, slice_str(reply), "head");
	p->head = mem_printf("{%s\"epoch\":\"%s\",\"head\":%.*s,\"head_hash\":\"%s\",",
			     p->atomic ? "\"atomic_failed\":true," : "", epoch ? epoch : "",
			     (int)head.len, head.at, hash ? hash : "");
	return NULL;
}

static char *put_together(const struct push *p)
{
	struct mem_stream out;

	mem_stream_open(&out);
	fprintf(out.file, "%s\"results\":[", p->head);
	for (size_t i = 0; i < p->len; i++)
		fprintf(out.file, "%s%s", i ? "," : "", p->ops[i].result);
	fputs("]}", out.file);
	return mem_stream_close(&out, NULL);
}

err_t sb_push(void *ctx, char **reply, const char *request)
{
	static const char *const ops[] = {"ops", NULL};
	scoped(push_release) struct push p = {.s = ctx};

	TRY(sb_project(p.s));
	TRY(sb_arguments(&p.arguments, p.s, request, ops));
	TRY(read_ops(&p, request));
	if (p.atomic && p.refused)
		take_back(&p);
	TRY(send(&p, 0, p.len));
	if (p.final) {
		*reply = steal(p.final);
		return NULL;
	}
	if (!p.head)
		TRY(ask_head(&p));
	*reply = put_together(&p);
	return NULL;
}
