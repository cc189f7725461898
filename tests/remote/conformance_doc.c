/* A small client for the tests: artifacts, ops, replies. Included by conformance.c. */
#include "artifact/revision.h"
#include "util/clock.h"
#include "util/json.h"
#include "util/mem.h"
#include "util/strs.h"

#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ZERO_HASH "0000000000000000000000000000000000000000000000000000000000000000"

/* What a client knows of one artifact. */
struct doc {
	char uid[37];
	const char *kind;
	char label[32];
	char path[128];
	char text[4096];
	int64_t version;
	struct rev_id rev;
};

/* One op to be made; NULL and false: not in it. */
struct ask {
	const char *op;	  /* NULL: "put" */
	const char *text; /* the new text; NULL: deleted */
	const char *state, *to, *reason, *normative;
	const char *op_id; /* NULL: a fresh one */
	const char *extra; /* more JSON fields: "\"imported\":true" */
	bool imported;
	bool no_text; /* the lineage leaves the text out */
};

static sqlite3 *reader; /* only SQLite's JSON functions are used */

static err_t fail_on(err_t err)
{
	if (err)
		print_error("%s\n", err->text);
	assert_null(err);
	return err;
}
#define OK(call) fail_on(call)

#define assert_code(call, wanted)                                                                  \
	do {                                                                                       \
		err_t code_err_ = (call);                                                          \
		assert_non_null(code_err_);                                                        \
		assert_int_equal(code_err_->code, (wanted));                                       \
		err_free(code_err_);                                                               \
	} while (0)

static char *json_at(const char *json, const char *fmt, ...) PRINTF(2, 3);
/* A value of a document as text; NULL when absent. Caller frees. */
static char *json_at(const char *json, const char *fmt, ...)
{
	sqlite3_stmt *st = NULL;
	char *path, *out = NULL;
	va_list args;

	va_start(args, fmt);
	path = mem_vprintf(fmt, args);
	va_end(args);
	assert_int_equal(sqlite3_prepare_v2(reader, "SELECT json_extract(?1, ?2)", -1, &st, NULL),
			 0);
	sqlite3_bind_text(st, 1, json, -1, SQLITE_STATIC);
	sqlite3_bind_text(st, 2, path, -1, SQLITE_STATIC);
	assert_int_equal(sqlite3_step(st), SQLITE_ROW);
	if (sqlite3_column_text(st, 0))
		out = mem_strdup((const char *)sqlite3_column_text(st, 0));
	sqlite3_finalize(st);
	free(path);
	return out;
}

static int64_t json_int_at(const char *json, const char *path)
{
	scoped_free char *text = json_at(json, "%s", path);

	return text ? strtoll(text, NULL, 10) : -1;
}

static void assert_json(const char *json, const char *path, const char *wanted)
{
	scoped_free char *text = json_at(json, "%s", path);

	if (!text || !wanted || strcmp(text, wanted) != 0) {
		if (text == wanted)
			return;
		print_error("%s is '%s', not '%s', in %.2000s\n", path, text ? text : "(null)",
			    wanted ? wanted : "(null)", json);
		fail();
	}
}

static long json_len(const char *json, const char *path)
{
	sqlite3_stmt *st = NULL;
	long len;

	assert_int_equal(
		sqlite3_prepare_v2(reader, "SELECT json_array_length(?1, ?2)", -1, &st, NULL), 0);
	sqlite3_bind_text(st, 1, json, -1, SQLITE_STATIC);
	sqlite3_bind_text(st, 2, path, -1, SQLITE_STATIC);
	assert_int_equal(sqlite3_step(st), SQLITE_ROW);
	len = sqlite3_column_type(st, 0) == SQLITE_NULL ? -1 : (long)sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	return len;
}

static struct doc doc_new(int num)
{
	struct doc d = {.kind = "story"};

	clock_uuid(d.uid);
	snprintf(d.label, sizeof(d.label), "CORE-%03d", num);
	snprintf(d.path, sizeof(d.path), ".agent/cache/stories/CORE/CORE-%03d-x.md", num);
	return d;
}

/* Another file: two live artifacts never share one. */
static void doc_move(struct doc *d, const char *slug)
{
	snprintf(d->path, sizeof(d->path), ".agent/cache/stories/CORE/%s-%s.md", d->label, slug);
}

/* Into a static buffer: a story's text in this state. */
static const char *story(const struct doc *d, const char *state, const char *body)
{
	static char text[4096];

	snprintf(text, sizeof(text), "# %s: A story\n\n## State\n\n%s\n\n## Body\n\n%s\n", d->label,
		 state, body);
	return text;
}

static struct revision revision_of(const struct doc *d, const char *text)
{
	static int64_t tick = 1000;
	struct revision r = {.parents = {d->rev}, .time = tick++, .how = HOW_EDIT};

	if (text)
		r.oid = hash_blob(slice_str(text));
	r.path = mem_strdup(d->path);
	r.author = mem_strdup("Ada <ada@example.org>");
	r.message = mem_strdup("");
	revision_seal(&r, d->uid);
	return r;
}

static void write_revision_of(struct json *j, const struct revision *r, const char *text)
{
	json_object_begin(j);
	json_key_string(j, "id", r->id.hex);
	json_key(j, "parents");
	json_array_begin(j);
	for (int i = 0; i < revision_nr_parents(r); i++)
		json_string(j, r->parents[i].hex);
	json_array_end(j);
	json_key_string(j, "oid", r->oid.hex);
	json_key_string(j, "path", r->path);
	json_key_string(j, "author", r->author);
	json_key_int(j, "time", r->time);
	json_key_string(j, "how", revision_how_name(r->how));
	json_key_string(j, "message", r->message);
	if (text)
		json_key_string(j, "text", text);
	json_object_end(j);
}

/* The op as JSON; *next is what d becomes when it is applied. Caller frees. */
static char *op_make(struct doc *next, const struct doc *d, const struct ask *ask)
{
	struct revision r = revision_of(d, ask->text);
	struct sha256 sha = hash_sha256(slice_str(ask->text));
	struct mem_stream out;
	char op_id[37];
	struct json j;

	clock_uuid(op_id);
	mem_stream_open(&out);
	json_init(&j, out.file);
	json_object_begin(&j);
	json_key_string(&j, "op_id", ask->op_id ? ask->op_id : op_id);
	json_key_string(&j, "op", ask->op ? ask->op : "put");
	json_key_string(&j, "uid", d->uid);
	json_key_int(&j, "base_version", d->version);
	json_key_string(&j, "base_revision", d->rev.hex);
	json_key_string(&j, "revision", r.id.hex);
	json_key_string(&j, "oid", r.oid.hex);
	if (ask->text)
		json_key_string(&j, "sha256", sha.hex);
	json_key_string(&j, "kind", d->kind);
	json_key_string(&j, "label", d->label);
	json_key_string(&j, "path", d->path);
	json_key_string(&j, "state", ask->state);
	json_key_string(&j, "to", ask->to);
	json_key_string(&j, "reason", ask->reason);
	json_key_string(&j, "normative", ask->normative);
	json_key_bool(&j, "imported", ask->imported);
	json_key(&j, "lineage");
	json_array_begin(&j);
	write_revision_of(&j, &r, ask->no_text ? NULL : ask->text);
	json_array_end(&j);
	json_object_end(&j);
	if (next) {
		*next = *d;
		next->version++;
		next->rev = r.id;
		snprintf(next->text, sizeof(next->text), "%s", ask->text ? ask->text : "");
	}
	revision_release(&r);
	return mem_stream_close(&out, NULL);
}

static char *push_json(struct strs *ops, bool atomic)
{
	struct mem_stream out;

	mem_stream_open(&out);
	fprintf(out.file, "{\"device\":\"d1\",\"epoch\":null,\"since\":0,\"atomic\":%s,\"ops\":[",
		atomic ? "true" : "false");
	for (size_t i = 0; i < ops->len; i++)
		fprintf(out.file, "%s%s", i ? "," : "", ops->at[i]);
	fputs("]}", out.file);
	return mem_stream_close(&out, NULL);
}

static char *push(const struct remote *r, struct strs *ops, bool atomic)
{
	scoped_free char *request = push_json(ops, atomic);
	char *reply = NULL;

	OK(r->push(r->ctx, &reply, request));
	return reply;
}

static char *push_op(const struct remote *r, const char *op)
{
	scoped(strs_release) struct strs ops = {0};

	strs_add(&ops, op);
	return push(r, &ops, false);
}

/* Pushes one op and wants this status; d moves on when it is applied. Caller frees the reply. */
static char *push_ask(const struct remote *r, struct doc *d, const struct ask *ask,
		      const char *status)
{
	struct doc next;
	scoped_free char *op = op_make(&next, d, ask);
	char *reply = push_op(r, op);

	assert_json(reply, "$.results[0].status", status);
	if (strcmp(status, "applied") == 0) {
		*d = next;
		assert_int_equal(json_int_at(reply, "$.results[0].version"), d->version);
	}
	return reply;
}

static void must(const struct remote *r, struct doc *d, const struct ask *ask, const char *status)
{
	free(push_ask(r, d, ask, status));
}

static char *pull_from(const struct remote *r, const char *epoch, int64_t since, const char *hash,
		       int limit, int max_bytes)
{
	scoped_free char *request =
		mem_printf("{\"epoch\":%s%s%s,\"since\":%" PRId64
			   ",\"since_hash\":\"%s\",\"limit\":%d,\"max_bytes\":%d}",
			   epoch ? "\"" : "", epoch ? epoch : "null", epoch ? "\"" : "", since,
			   hash, limit, max_bytes);
	char *reply = NULL;

	OK(r->pull(r->ctx, &reply, request));
	return reply;
}

static char *pull_all(const struct remote *r)
{
	return pull_from(r, NULL, 0, "", 1000, 8000000);
}

/* The row of a uid in a pull of everything. Caller frees. */
static char *row_of(const struct remote *r, const struct doc *d)
{
	scoped_free char *request = mem_printf("{\"uids\":[\"%s\"]}", d->uid);
	scoped_free char *reply = NULL;

	OK(r->bodies(r->ctx, &reply, request));
	return json_at(reply, "$.rows[0]");
}

/* A replica: what a client has after pulling, and nothing else. */
struct replica {
	int64_t since;
	char epoch[40], hash[128], digest[80];
	struct strs revisions; /* "uid/id" of every revision that arrived */
	struct strs uids;
	struct {
		int64_t version;
		char oid[OID_HEX + 1];
		bool deleted;
	} at[2000];
	int pages;
};

static void replica_release(struct replica *p)
{
	strs_release(&p->revisions);
	strs_release(&p->uids);
}

static size_t replica_slot(struct replica *p, const char *uid)
{
	for (size_t i = 0; i < p->uids.len; i++)
		if (strcmp(p->uids.at[i], uid) == 0)
			return i;
	strs_add(&p->uids, uid);
	assert_true(p->uids.len <= 2000);
	return p->uids.len - 1;
}

/* Parents must have arrived before their children, whatever page they were on. */
static void replica_lineage(struct replica *p, const char *uid, const char *row)
{
	long len = json_len(row, "$.lineage");

	for (long i = 0; i < len; i++) {
		scoped_free char *id = json_at(row, "$.lineage[%ld].id", i);
		scoped_free char *oid = json_at(row, "$.lineage[%ld].oid", i);
		scoped_free char *text = json_at(row, "$.lineage[%ld].text", i);
		scoped_free char *key = mem_printf("%s/%s", uid, id);

		for (int k = 0; k < 2; k++) {
			scoped_free char *parent = json_at(row, "$.lineage[%ld].parents[%d]", i, k);
			scoped_free char *parent_key =
				mem_printf("%s/%s", uid, parent ? parent : "");

			if (parent && !strs_has(&p->revisions, parent_key))
				fail_msg("revision %s came before its parent %s", id, parent);
		}
		if (text)
			assert_string_equal(hash_blob(slice_str(text)).hex, oid);
		if (!strs_has(&p->revisions, key))
			strs_add(&p->revisions, key);
	}
}

static void replica_row(struct replica *p, const char *row)
{
	scoped_free char *uid = json_at(row, "$.uid");
	scoped_free char *oid = json_at(row, "$.oid");
	scoped_free char *revision = json_at(row, "$.revision");
	scoped_free char *key = mem_printf("%s/%s", uid, revision);
	size_t slot = replica_slot(p, uid);
	int64_t version = json_int_at(row, "$.version");

	assert_true(version > p->at[slot].version);
	p->at[slot].version = version;
	p->at[slot].deleted = json_int_at(row, "$.deleted") == 1;
	snprintf(p->at[slot].oid, sizeof(p->at[slot].oid), "%s", oid);
	replica_lineage(p, uid, row);
	assert_true(strs_has(&p->revisions, key));
}

/* True when there is more. */
static bool replica_page(struct replica *p, const struct remote *r, int limit)
{
	scoped_free char *reply =
		pull_from(r, p->epoch[0] ? p->epoch : NULL, p->since, p->hash, limit, 1000000);
	scoped_free char *epoch = json_at(reply, "$.epoch");
	scoped_free char *hash = json_at(reply, "$.next_hash");
	scoped_free char *digest = json_at(reply, "$.digest");
	int64_t last = p->since;
	long len = json_len(reply, "$.rows");

	assert_json(reply, "$.reset", NULL);
	for (long i = 0; i < len; i++) {
		scoped_free char *row = json_at(reply, "$.rows[%ld]", i);

		assert_true(json_int_at(row, "$.rev") > last);
		last = json_int_at(row, "$.rev");
		replica_row(p, row);
	}
	p->since = json_int_at(reply, "$.next");
	assert_true(p->since >= last);
	snprintf(p->epoch, sizeof(p->epoch), "%s", epoch);
	snprintf(p->hash, sizeof(p->hash), "%s", hash);
	snprintf(p->digest, sizeof(p->digest), "%s", digest);
	p->pages++;
	return json_int_at(reply, "$.more") == 1;
}

/* The digest as remote.h's users compute it: XOR of sha256(uid|version|oid) over what is live. */
static void replica_check(struct replica *p)
{
	unsigned char sum[64] = {0};
	char hex[65] = "";

	for (size_t i = 0; i < p->uids.len; i++) {
		scoped_free char *text = NULL;
		struct sha256 one;

		if (p->at[i].deleted)
			continue;
		text = mem_printf("%s|%" PRId64 "|%s", p->uids.at[i], p->at[i].version,
				  p->at[i].oid);
		one = hash_sha256(slice_str(text));
		for (int k = 0; k < 64; k++)
			sum[k] ^= (unsigned char)(one.hex[k] <= '9' ? one.hex[k] - '0'
								    : one.hex[k] - 'a' + 10);
	}
	for (int k = 0; k < 64; k++)
		hex[k] = "0123456789abcdef"[sum[k]];
	assert_string_equal(p->digest, hex);
}
