/* A row as JSON: the artifact, its approval, and the revisions that the client lacks. */
#include "remote/file/share_row.h"
#include "remote/file/share_state.h"

#include "util/strs.h"

#include <stdlib.h>

static void write_parents(struct json *j, sqlite3_stmt *st)
{
	json_key(j, "parents");
	json_array_begin(j);
	for (int column = 1; column <= 2; column++) {
		const char *parent = (const char *)sqlite3_column_text(st, column);

		if (parent && *parent)
			json_string(j, parent);
	}
	json_array_end(j);
}

/* A text goes out once per oid; a revision without one is a deletion. */
static void write_text(struct json *j, sqlite3_stmt *st, struct strs *sent)
{
	const char *oid = (const char *)sqlite3_column_text(st, 3);
	const void *bytes = sqlite3_column_blob(st, 9);
	size_t len = (size_t)sqlite3_column_bytes(st, 9);
	bool have = oid && *oid && sqlite3_column_type(st, 9) != SQLITE_NULL;

	if (!have || strs_has(sent, oid)) {
		json_key_string(j, "text", NULL);
		return;
	}
	json_key_slice(j, "text", slice_of(bytes ? bytes : "", len));
	strs_add(sent, oid);
}

static void write_revision(struct json *j, sqlite3_stmt *st, struct strs *sent)
{
	static const char *const names[] = {"id",     NULL, NULL,  "oid",    "path",
					    "author", NULL, "how", "message"};

	json_object_begin(j);
	for (int i = 0; i < 9; i++)
		if (names[i])
			json_key_string(j, names[i], (const char *)sqlite3_column_text(st, i));
	write_parents(j, st);
	json_key_int(j, "time", sqlite3_column_int64(st, 6));
	write_text(j, st, sent);
	json_object_end(j);
}

static err_t write_lineage(struct json *j, const struct share *s, const char *uid, int64_t floor)
{
	scoped(strs_release) struct strs sent = {0};
	scoped_stmt st = NULL;

	TRY(share_db_query(&st, s,
			   "SELECT l.id, l.parent1, l.parent2, l.oid, l.path, l.author, l.time, "
			   "l.how, l.message,"
			   " t.bytes FROM lineage l LEFT JOIN text t ON t.oid = l.oid"
			   " WHERE l.uid = ?1 AND l.added_rev > ?2 ORDER BY l.seq",
			   "ti", uid, floor));
	json_key(j, "lineage");
	json_array_begin(j);
	for (;;) {
		bool row;

		TRY(share_db_next(&row, s, st));
		if (!row)
			break;
		write_revision(j, st, &sent);
	}
	json_array_end(j);
	return NULL;
}

static err_t write_approval(struct json *j, const struct share *s, const struct share_row *r)
{
	scoped_free char *hash = NULL;

	json_key(j, "approval");
	if (!r->approval.state) {
		json_null(j);
		return NULL;
	}
	TRY(share_chain_at(&hash, s, r->approval.rev));
	json_object_begin(j);
	json_key_string(j, "state", r->approval.state);
	json_key_string(j, "normative", r->approval.normative);
	json_key_string(j, "approver", r->approval.approver);
	json_key_int(j, "at", r->approval.at);
	json_key_int(j, "rev", r->approval.rev);
	json_key_string(j, "hash", hash);
	if (r->approval.imported)
		json_key_bool(j, "imported", true);
	if (!r->deleted && r->approval.normative &&
	    strcmp(r->approval.normative, r->normative) != 0)
		json_key_bool(j, "stale", true);
	json_object_end(j);
	return NULL;
}

err_t share_row_write(struct json *j, const struct share *s, const struct share_row *r,
		      int64_t floor)
{
	json_object_begin(j);
	json_key_int(j, "rev", r->rev);
	json_key_string(j, "uid", r->uid);
	json_key_string(j, "kind", r->kind);
	json_key_string(j, "label", r->label);
	json_key_string(j, "scope", r->scope);
	json_key_int(j, "num", r->num);
	json_key_string(j, "path", r->path);
	json_key_string(j, "title", r->title);
	json_key_string(j, "state", r->state);
	json_key_int(j, "version", r->version);
	json_key_string(j, "revision", r->revision);
	json_key_string(j, "oid", r->oid);
	json_key_bool(j, "deleted", r->deleted);
	json_key_string(j, "author", r->author);
	TRY(write_approval(j, s, r));
	json_key_bool(j, "forged", r->forged);
	if (r->duplicate)
		json_key_bool(j, "duplicate", true);
	TRY(write_lineage(j, s, r->uid, floor));
	json_object_end(j);
	return NULL;
}

static void discard_stream(struct mem_stream *m)
{
	if (m->file)
		free(mem_stream_close(m, NULL));
}

err_t share_row_json(char **out, const struct share *s, const char *uid, int64_t floor)
{
	scoped(share_row_release) struct share_row row = {0};
	scoped(discard_stream) struct mem_stream text = {0};
	struct json j;
	bool found;

	TRY(share_row_load(&row, &found, s, uid));
	if (!found)
		return err_new(ERR_CORRUPT, "remote '%s' is damaged: artifact '%s' is missing",
			       s->url, uid);
	mem_stream_open(&text);
	json_init(&j, text.file);
	TRY(share_row_write(&j, s, &row, floor));
	*out = mem_stream_close(&text, NULL);
	return NULL;
}
