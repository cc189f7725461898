/* head, manifest, bodies, history: reading, each from one snapshot. */
#include "remote/file/share_calls.h"

#include "remote/file/share_json.h"
#include "remote/file/share_project.h"
#include "remote/file/share_row.h"

#include <stddef.h>
#include <stdlib.h>

static void discard_stream(struct mem_stream *m)
{
	if (m->file)
		free(mem_stream_close(m, NULL));
}

err_t share_head(void *ctx, char **reply)
{
	struct share *s = ctx;
	scoped(share_project_release) struct share_project p = {0};
	struct mem_stream out;
	struct json j;

	TRY(share_project_load(&p, s));
	mem_stream_open(&out);
	json_init(&j, out.file);
	json_object_begin(&j);
	json_key_int(&j, "proto", SHARE_PROTO);
	json_key_string(&j, "epoch", p.epoch);
	json_key_int(&j, "head", p.head);
	json_key_string(&j, "hash", p.head_hash.hex);
	json_key_string(&j, "project", p.slug);
	json_key_int(&j, "min_rev", p.min_rev);
	json_object_end(&j);
	*reply = mem_stream_close(&out, NULL);
	return NULL;
}

/* One object a row, its keys named like the columns. */
static void write_columns(struct json *j, sqlite3_stmt *st)
{
	json_object_begin(j);
	for (int i = 0; i < sqlite3_column_count(st); i++) {
		const char *name = sqlite3_column_name(st, i);

		if (sqlite3_column_type(st, i) == SQLITE_NULL)
			json_key_string(j, name, NULL);
		else if (strcmp(name, "deleted") == 0)
			json_key_bool(j, name, sqlite3_column_int(st, i));
		else if (sqlite3_column_type(st, i) == SQLITE_INTEGER)
			json_key_int(j, name, sqlite3_column_int64(st, i));
		else
			json_key_string(j, name, (const char *)sqlite3_column_text(st, i));
	}
	json_object_end(j);
}

static err_t write_rows(struct json *j, const struct share *s, sqlite3_stmt *st, const char *name)
{
	json_key(j, name);
	json_array_begin(j);
	for (;;) {
		bool row;

		TRY(share_db_next(&row, s, st));
		if (!row)
			break;
		write_columns(j, st);
	}
	json_array_end(j);
	return NULL;
}

err_t share_read_rows(char **reply, const struct share *s, sqlite3_stmt *st, const char *name)
{
	scoped(discard_stream) struct mem_stream out = {0};
	struct json j;

	mem_stream_open(&out);
	json_init(&j, out.file);
	json_object_begin(&j);
	TRY(write_rows(&j, s, st, name));
	json_object_end(&j);
	*reply = mem_stream_close(&out, NULL);
	return NULL;
}

static err_t write_manifest(struct json *j, const struct share *s)
{
	scoped(share_project_release) struct share_project p = {0};
	scoped_stmt st = NULL;

	TRY(share_project_load(&p, s));
	json_object_begin(j);
	json_key_string(j, "epoch", p.epoch);
	json_key_int(j, "head", p.head);
	json_key_string(j, "hash", p.head_hash.hex);
	TRY(share_db_query(&st, s,
			   "SELECT uid, kind, label, path, oid, revision, version, deleted, rev"
			   " FROM artifact ORDER BY rev",
			   ""));
	TRY(write_rows(j, s, st, "rows"));
	json_object_end(j);
	return NULL;
}

err_t share_manifest(void *ctx, char **reply, const char *request)
{
	struct share *s = ctx;
	scoped(discard_stream) struct mem_stream out = {0};
	scoped_tx tx = NULL;
	struct json j;

	TRY(share_json_request(NULL, s, request, NULL, 0));
	TRY(share_db_read(s));
	tx = s;
	mem_stream_open(&out);
	json_init(&j, out.file);
	TRY(write_manifest(&j, s));
	*reply = mem_stream_close(&out, NULL);
	return NULL;
}

struct uids {
	char *uids, *uid;
};

static const struct share_field uids_field[] = {{"uids", FIELD_ARRAY, offsetof(struct uids, uids)}};
static const struct share_field uid_field[] = {{"uid", FIELD_TEXT, offsetof(struct uids, uid)}};

static void uids_release(struct uids *u)
{
	free(u->uids);
	free(u->uid);
}

/* A uid that is unknown has no row; that is its answer. */
static err_t write_bodies(struct json *j, const struct share *s, const char *uids)
{
	scoped_stmt st = NULL;

	json_object_begin(j);
	json_key(j, "rows");
	json_array_begin(j);
	TRY(share_json_array(&st, s, uids));
	for (;;) {
		scoped(share_row_release) struct share_row r = {0};
		bool row, text, object, found = false;
		const char *uid;

		TRY(share_db_next(&row, s, st));
		if (!row)
			break;
		uid = share_json_element(&text, &object, st);
		if (!text)
			return err_new(ERR_REFUSED, "bad request: a uid is not text");
		TRY(share_row_load(&r, &found, s, uid));
		if (found)
			TRY(share_row_write(j, s, &r, 0));
	}
	json_array_end(j);
	json_object_end(j);
	return NULL;
}

err_t share_bodies(void *ctx, char **reply, const char *request)
{
	struct share *s = ctx;
	scoped(uids_release) struct uids r = {0};
	scoped(discard_stream) struct mem_stream out = {0};
	scoped_tx tx = NULL;
	struct json j;

	TRY(share_json_request(&r, s, request, uids_field, 1));
	if (!r.uids)
		return err_new(ERR_REFUSED, "bad request: no 'uids'");
	TRY(share_db_read(s));
	tx = s;
	mem_stream_open(&out);
	json_init(&j, out.file);
	TRY(write_bodies(&j, s, r.uids));
	*reply = mem_stream_close(&out, NULL);
	return NULL;
}

err_t share_history(void *ctx, char **reply, const char *request)
{
	struct share *s = ctx;
	scoped(uids_release) struct uids r = {0};
	scoped_stmt st = NULL;

	TRY(share_json_request(&r, s, request, uid_field, 1));
	if (!r.uid)
		return err_new(ERR_REFUSED, "bad request: no 'uid'");
	TRY(share_db_query(&st, s,
			   "SELECT rev, version, op, state_from, state_to, revision, actor, at,"
			   " reason, hash FROM revision WHERE uid = ?1 ORDER BY rev",
			   "t", r.uid));
	return share_read_rows(reply, s, st, "rows");
}
