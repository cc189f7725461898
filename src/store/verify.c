#include "store/db.h"

#include <stdlib.h>
#include <string.h>

static err_t read_verdict(void *store, sqlite3_stmt *st)
{
	const char *text = (const char *)sqlite3_column_text(st, 0);

	if (text && strcmp(text, "ok") == 0)
		return NULL;
	return db_corrupt(((struct store *)store)->path, text ? text : "integrity check failed");
}

static err_t read_dangling(void *store, sqlite3_stmt *st)
{
	scoped_free char *table = db_text(st, 0);
	scoped_free char *parent = db_text(st, 2);
	scoped_free char *what = mem_printf("a row of '%s' has no '%s'", table, parent);

	return db_corrupt(((struct store *)store)->path, what);
}

static err_t read_text(void *store, sqlite3_stmt *st)
{
	const char *oid = (const char *)sqlite3_column_text(st, 0);
	size_t len = (size_t)sqlite3_column_bytes(st, 1);
	struct oid is = hash_blob(slice_of(len ? sqlite3_column_blob(st, 1) : "", len));
	scoped_free char *what = NULL;

	if (oid && strcmp(oid, is.hex) == 0)
		return NULL;
	what = mem_printf("text '%s' is now '%s'", oid ? oid : "", is.hex);
	return db_corrupt(((struct store *)store)->path, what);
}

static err_t read_head(void *store, sqlite3_stmt *st)
{
	scoped_free char *uid = db_text(st, 0);
	scoped_free char *path = db_text(st, 1);
	scoped_free char *what =
		mem_printf("artifact '%s' (%s) has no revision with its text", path, uid);

	return db_corrupt(((struct store *)store)->path, what);
}

static err_t read_pushed(void *store, sqlite3_stmt *st)
{
	scoped_free char *uid = db_text(st, 0);
	scoped_free char *path = db_text(st, 1);
	scoped_free char *what =
		mem_printf("what the remote has of '%s' (%s) is in doubt", path, uid);

	return db_corrupt(((struct store *)store)->path, what);
}

err_t store_verify(struct store *s)
{
	TRY(db_rows(NULL, s, read_verdict, s, "PRAGMA integrity_check(1)", ""));
	TRY(db_rows(NULL, s, read_dangling, s, "PRAGMA foreign_key_check", ""));
	TRY(db_rows(NULL, s, read_text, s, "SELECT oid, bytes FROM blob", ""));
	TRY(db_rows(NULL, s, read_head, s,
		    "SELECT a.uid, a.path FROM artifact AS a LEFT JOIN revision AS r"
		    " ON r.id = a.head AND r.uid = a.uid AND r.oid IS a.oid WHERE r.id IS NULL",
		    ""));
	return db_rows(NULL, s, read_pushed, s,
		       "SELECT a.uid, a.path FROM artifact AS a LEFT JOIN base AS b"
		       " ON b.uid = a.uid AND b.version > 0 WHERE a.pushed IS NOT b.revision",
		       "");
}

static err_t read_counts(void *out, sqlite3_stmt *st)
{
	long *counts = out;

	for (int i = 0; i < 3; i++)
		counts[i] = db_long(st, i);
	return NULL;
}

err_t store_art_count(long *artifacts, struct store *s)
{
	int64_t count = 0;

	TRY(db_rows(NULL, s, db_read_int, &count, "SELECT count(*) FROM artifact WHERE NOT deleted",
		    ""));
	*artifacts = (long)count;
	return NULL;
}

err_t store_counts(long *artifacts, long *revisions, long *texts, struct store *s)
{
	long counts[3] = {0};

	TRY(db_rows(NULL, s, read_counts, counts,
		    "SELECT (SELECT count(*) FROM artifact WHERE NOT deleted),"
		    " (SELECT count(*) FROM revision), (SELECT count(*) FROM blob)",
		    ""));
	*artifacts = counts[0];
	*revisions = counts[1];
	*texts = counts[2];
	return NULL;
}
