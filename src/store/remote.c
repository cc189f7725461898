#include "store/db.h"

#include "store/digest.h"

#include <stdlib.h>

void base_release(struct base *b)
{
	free(b->path);
	free(b->state);
	free(b->approval);
	*b = (struct base){0};
}

static err_t read_base(void *out, sqlite3_stmt *st)
{
	struct base *b = out;

	b->version = db_long(st, 0);
	DB_HEX(b->revision, st, 1);
	DB_HEX(b->oid, st, 2);
	b->rev = db_long(st, 3);
	b->path = db_text(st, 4);
	b->state = db_text(st, 5);
	b->deleted = db_bool(st, 6);
	b->approval = db_text(st, 7);
	return NULL;
}

err_t store_base_get(struct base *out, struct store *s, const char *uid)
{
	struct base b = {0};
	size_t n = 0;

	TRY(db_rows(&n, s, read_base, &b,
		    "SELECT version, revision, oid, rev, path, state, deleted, approval FROM base"
		    " WHERE uid = ?1",
		    "t", uid));
	if (n == 0) {
		b.path = mem_strdup("");
		b.state = mem_strdup("");
		b.approval = mem_strdup("");
	}
	*out = b;
	return NULL;
}

err_t store_base_newest(long *rev, struct store *s)
{
	int64_t newest = 0;

	TRY(db_rows(NULL, s, db_read_int, &newest, "SELECT coalesce(max(rev), 0) FROM base", ""));
	*rev = (long)newest;
	return NULL;
}

err_t store_base_put(struct store *s, const char *uid, const struct base *b)
{
	TRY(digest_replace(s, uid, b));
	TRY(db_run(NULL, s,
		   "INSERT OR REPLACE INTO base (uid, version, revision, oid, rev, path, state, "
		   "deleted,"
		   " approval) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
		   "tltolttdt", uid, b->version, b->revision.hex, b->oid.hex, b->rev, b->path,
		   b->state, (int)b->deleted, b->approval));
	return db_run(NULL, s, "UPDATE artifact SET pushed = ?2 WHERE uid = ?1", "tn", uid,
		      b->version > 0 ? b->revision.hex : NULL);
}

err_t store_base_clear_all(struct store *s)
{
	TRY(db_run(NULL, s, "UPDATE artifact SET pushed = NULL WHERE pushed IS NOT NULL", ""));
	TRY(db_run(NULL, s, "DELETE FROM approval", ""));	/* of another ledger */
	TRY(digest_forget(s));
	return db_run(NULL, s, "DELETE FROM base", "");
}

void outbox_release(struct outbox *o)
{
	for (size_t i = 0; i < o->len; i++) {
		free(o->at[i].op_id);
		free(o->at[i].payload);
	}
	free(o->at);
	*o = (struct outbox){0};
}

err_t store_outbox_put(struct store *s, const struct outbox_row *row)
{
	return db_run(NULL, s,
		      "INSERT INTO outbox (op_id, uid, generation, revision, payload)"
		      " VALUES (?1, ?2, ?3, ?4, ?5)",
		      "ttltt", row->op_id, row->uid, row->generation, row->revision.hex,
		      row->payload);
}

static err_t read_row(void *list, sqlite3_stmt *st)
{
	struct outbox_row row = {.seq = db_long(st, 0), .op_id = db_text(st, 1),
				 .generation = db_long(st, 3),
				 .size = (size_t)db_long(st, 5)};

	DB_UID(row.uid, st, 2);
	DB_HEX(row.revision, st, 4);
	*DB_APPEND((struct outbox *)list) = row;
	return NULL;
}

err_t store_outbox_list(struct outbox *out, struct store *s)
{
	scoped(outbox_release) struct outbox list = {0};

	TRY(db_rows(
		NULL, s, read_row, &list,
		"SELECT seq, op_id, uid, generation, revision, length(CAST(payload AS BLOB))"
		" FROM outbox ORDER BY seq",
		""));
	*out = list;
	list = (struct outbox){0};
	return NULL;
}

static err_t read_payload(void *out, sqlite3_stmt *st)
{
	*(char **)out = db_text(st, 0);
	return NULL;
}

err_t store_outbox_payload(char **out, struct store *s, long seq)
{
	char *payload = NULL;

	TRY(db_rows(NULL, s, read_payload, &payload, "SELECT payload FROM outbox WHERE seq = ?1",
		    "l", seq));
	if (!payload)
		return err_new(ERR_NOTFOUND, "op %ld is not in the outbox", seq);
	*out = payload;
	return NULL;
}

err_t store_outbox_drop(struct store *s, const char *op_id)
{
	return db_run(NULL, s, "DELETE FROM outbox WHERE op_id = ?1", "t", op_id);
}

void refusals_release(struct refusals *r)
{
	for (size_t i = 0; i < r->len; i++) {
		free(r->at[i].status);
		free(r->at[i].detail);
	}
	free(r->at);
	*r = (struct refusals){0};
}

err_t store_refusal_put(struct store *s, const struct refusal *r)
{
	return db_run(
		NULL, s,
		"INSERT OR REPLACE INTO refusal (uid, generation, base_version, status, detail)"
		" VALUES (?1, ?2, ?3, ?4, ?5)",
		"tlltt", r->uid, r->generation, r->base_version, r->status, r->detail);
}

err_t store_refusal_drop(struct store *s, const char *uid)
{
	return db_run(NULL, s, "DELETE FROM refusal WHERE uid = ?1", "t", uid);
}

static err_t read_refusal(void *list, sqlite3_stmt *st)
{
	struct refusal r = {.generation = db_long(st, 1), .base_version = db_long(st, 2),
			    .status = db_text(st, 3), .detail = db_text(st, 4)};

	DB_UID(r.uid, st, 0);
	*DB_APPEND((struct refusals *)list) = r;
	return NULL;
}

err_t store_refusal_list(struct refusals *out, struct store *s)
{
	scoped(refusals_release) struct refusals list = {0};

	TRY(db_rows(
		NULL, s, read_refusal, &list,
		"SELECT uid, generation, base_version, status, detail FROM refusal ORDER BY uid",
		""));
	*out = list;
	list = (struct refusals){0};
	return NULL;
}
