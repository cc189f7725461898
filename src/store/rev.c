#include "store/db.h"

#include <stdlib.h>
#include <string.h>

err_t db_read_revision(struct revision *out, sqlite3_stmt *st, int col)
{
	const char *how = (const char *)sqlite3_column_text(st, col + 5);

	if (!how || !revision_how_parse(&out->how, how))
		return err_new(ERR_CORRUPT,
			       "a revision in the workspace came about by '%s', which is unknown",
			       how ? how : "");
	DB_HEX(out->id, st, col);
	DB_HEX(out->oid, st, col + 1);
	out->path = db_text(st, col + 2);
	out->author = db_text(st, col + 3);
	out->time = sqlite3_column_int64(st, col + 4);
	out->message = db_text(st, col + 6);
	DB_HEX(out->parents[0], st, col + 7);
	DB_HEX(out->parents[1], st, col + 8);
	return NULL;
}

static err_t find_parent(int64_t *seq, struct store *s, const char *uid, const struct revision *r,
			 int nth)
{
	size_t n = 0;

	*seq = 0;
	if (rev_none(&r->parents[nth]))
		return NULL;
	TRY(db_rows(&n, s, db_read_int, seq, "SELECT seq FROM revision WHERE id = ?1 AND uid = ?2",
		    "tt", r->parents[nth].hex, uid));
	if (n == 0)
		return err_new(ERR_NOTFOUND,
			       "revision '%.12s' has a parent '%.12s' that is not in the workspace",
			       r->id.hex, r->parents[nth].hex);
	return NULL;
}

static err_t put_parent(struct store *s, int64_t child, int nth, int64_t parent)
{
	if (!parent)
		return NULL;
	return db_run(NULL, s,
		      "INSERT INTO revision_parent (child, nth, parent) VALUES (?1, ?2, ?3)", "qdq",
		      child, nth, parent);
}

static err_t insert(int *added, struct store *s, const char *uid, const struct revision *r)
{
	err_t err = db_run(added, s,
			   "INSERT INTO revision (id, uid, oid, path, author, time, how, message)"
			   " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (id) DO NOTHING",
			   "ttottqtt", r->id.hex, uid, r->oid.hex, r->path, r->author, r->time,
			   revision_how_name(r->how), r->message);

	if (err && sqlite3_extended_errcode(s->db) == SQLITE_CONSTRAINT_FOREIGNKEY) {
		err_free(err);
		return err_new(ERR_NOTFOUND,
			       "revision '%.12s' has a text '%s' that is not in the workspace",
			       r->id.hex, r->oid.hex);
	}
	return err;
}

err_t store_rev_put(struct store *s, const char *uid, const struct revision *r)
{
	int64_t parents[REVISION_PARENTS];
	int64_t child;
	int added = 0;

	for (int i = 0; i < REVISION_PARENTS; i++)
		TRY(find_parent(&parents[i], s, uid, r, i));
	TRY(insert(&added, s, uid, r));
	if (!added)
		return NULL;
	child = sqlite3_last_insert_rowid(s->db);
	for (int i = 0; i < REVISION_PARENTS; i++)
		TRY(put_parent(s, child, i, parents[i]));
	return NULL;
}

void revs_release(struct revs *r)
{
	for (size_t i = 0; i < r->len; i++)
		revision_release(&r->at[i]);
	free(r->at);
	*r = (struct revs){0};
}

static err_t read_rev(void *revs, sqlite3_stmt *st)
{
	struct revision r = {0};

	TRY(db_read_revision(&r, st, 0));
	*DB_APPEND((struct revs *)revs) = r;
	return NULL;
}

err_t store_rev_list(struct revs *out, struct store *s, const char *uid)
{
	scoped(revs_release) struct revs revs = {0};

	TRY(db_rows(NULL, s, read_rev, &revs,
		    "SELECT r.id, r.oid, r.path, r.author, r.time, r.how, r.message,"
		    " (SELECT p.id FROM revision_parent AS e JOIN revision AS p ON p.seq = e.parent"
		    "  WHERE e.child = r.seq AND e.nth = 0),"
		    " (SELECT p.id FROM revision_parent AS e JOIN revision AS p ON p.seq = e.parent"
		    "  WHERE e.child = r.seq AND e.nth = 1)"
		    " FROM revision AS r WHERE r.uid = ?1 ORDER BY r.seq",
		    "t", uid));
	*out = revs;
	revs = (struct revs){0};
	return NULL;
}

err_t store_rev_find(struct rev_id *out, struct store *s, const char *uid, const char *prefix)
{
	scoped(strs_release) struct strs ids = {0};
	size_t len = strlen(prefix);

	if (len >= 4 && len <= SHA256_HEX && hash_is_hex(prefix, len))
		TRY(db_rows(NULL, s, db_read_strs, &ids,
			    "SELECT id FROM revision WHERE uid = ?1 AND id >= ?2 AND id < ?2 || 'g'"
			    " ORDER BY id LIMIT 2",
			    "tt", uid, prefix));
	if (ids.len == 0)
		return err_new(ERR_NOTFOUND, "there is no revision '%s'", prefix);
	if (ids.len > 1)
		return err_new(ERR_AMBIGUOUS, "revision '%s' is ambiguous: '%.12s' and '%.12s'",
			       prefix, ids.at[0], ids.at[1]);
	memcpy(out->hex, ids.at[0], SHA256_HEX + 1);
	return NULL;
}
