#include "store/db.h"

#include <stdlib.h>

void conflict_release(struct conflict *c)
{
	for (size_t i = 0; i < c->nr_revs; i++)
		revision_release(&c->revs[i]);
	free(c->revs);
	free(c->path);
	free(c->source);
	free(c->whose);
	*c = (struct conflict){0};
}

static err_t put_revision(struct store *s, const char *uid, size_t nth, const struct revision *r)
{
	return db_run(
		NULL, s,
		"INSERT INTO conflict_revision (uid, nth, id, parent1, parent2, oid, path, author,"
		" time, how, message) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
		"tltooottqtt", uid, (long)nth, r->id.hex, r->parents[0].hex, r->parents[1].hex,
		r->oid.hex, r->path, r->author, r->time, revision_how_name(r->how), r->message);
}

err_t store_conflict_put(struct store *s, const struct conflict *c)
{
	TRY(store_conflict_drop(s, c->uid));
	TRY(db_run(NULL, s,
		   "INSERT INTO conflict (uid, base, theirs, path, source, whose, version, since)"
		   " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
		   "tootttlq", c->uid, c->base.hex, c->theirs.hex, c->path, c->source, c->whose,
		   c->version, c->since));
	for (size_t i = 0; i < c->nr_revs; i++)
		TRY(put_revision(s, c->uid, i, &c->revs[i]));
	return NULL;
}

static err_t read_conflict(void *out, sqlite3_stmt *st)
{
	struct conflict *c = out;

	DB_UID(c->uid, st, 0);
	DB_HEX(c->base, st, 1);
	DB_HEX(c->theirs, st, 2);
	c->path = db_text(st, 3);
	c->source = db_text(st, 4);
	c->whose = db_text(st, 5);
	c->version = db_long(st, 6);
	c->since = sqlite3_column_int64(st, 7);
	return NULL;
}

static err_t read_revision(void *out, sqlite3_stmt *st)
{
	struct conflict *c = out;
	struct revision r = {0};

	TRY(db_read_revision(&r, st, 0));
	c->revs = db_grow(c->revs, c->nr_revs, sizeof(*c->revs));
	c->revs[c->nr_revs++] = r;
	return NULL;
}

err_t store_conflict_get(struct conflict *out, struct store *s, const char *uid)
{
	scoped(conflict_release) struct conflict c = {0};
	size_t n = 0;

	TRY(db_rows(&n, s, read_conflict, &c,
		    "SELECT uid, base, theirs, path, source, whose, version, since FROM conflict"
		    " WHERE uid = ?1",
		    "t", uid));
	if (n == 0)
		return err_new(ERR_NOTFOUND, "artifact '%s' has no conflict", uid);
	TRY(db_rows(NULL, s, read_revision, &c,
		    "SELECT id, oid, path, author, time, how, message, parent1, parent2"
		    " FROM conflict_revision WHERE uid = ?1 ORDER BY nth",
		    "t", uid));
	*out = c;
	c = (struct conflict){0};
	return NULL;
}

err_t store_conflict_drop(struct store *s, const char *uid)
{
	return db_run(NULL, s, "DELETE FROM conflict WHERE uid = ?1", "t", uid);
}

err_t store_conflict_uids(struct strs *out, struct store *s)
{
	scoped(strs_release) struct strs list = {0};

	TRY(db_rows(NULL, s, db_read_strs, &list, "SELECT uid FROM conflict ORDER BY uid", ""));
	*out = list;
	list = (struct strs){0};
	return NULL;
}
