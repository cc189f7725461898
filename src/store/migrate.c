#include "store/migrate.h"
#include "util/fault.h"

#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUSY_MS 10000

#pragma GCC diagnostic ignored "-Woverlength-strings" /* ISO C promises only 4095 bytes */
static const char schema_sql[] =
#include "store/schema.sql.inc"
	;

/* Version 1 is the first. The next one adds {5, <sql>} here and changes schema.sql. */
const struct schema *migrate_schema(void)
{
	static const struct migrate_step steps[] = {
		{2, "CREATE TABLE approval (uid TEXT NOT NULL, state TEXT NOT NULL,"
		    " normative TEXT NOT NULL, at TEXT NOT NULL, rev INTEGER NOT NULL,"
		    " chain TEXT NOT NULL, approver TEXT NOT NULL,"
		    " PRIMARY KEY (uid, state)) STRICT, WITHOUT ROWID"},
		{3, "CREATE TABLE operation (id INTEGER PRIMARY KEY AUTOINCREMENT,"
		    " command TEXT NOT NULL, author TEXT NOT NULL, time INTEGER NOT NULL,"
		    " undoes INTEGER REFERENCES operation (id), retry TEXT UNIQUE) STRICT;"
		    "CREATE INDEX operation_undoes ON operation (undoes)"
		    " WHERE undoes IS NOT NULL;"
		    "CREATE TABLE operation_step (operation INTEGER NOT NULL"
		    " REFERENCES operation (id), uid TEXT NOT NULL, before TEXT,"
		    " after TEXT NOT NULL, PRIMARY KEY (operation, uid)) STRICT, WITHOUT ROWID;"
		    "CREATE INDEX operation_step_uid ON operation_step (uid)"},
		{4, "CREATE INDEX artifact_dirty ON artifact (uid)"
		    " WHERE CASE WHEN pushed IS NULL THEN NOT deleted ELSE pushed <> head END"},
	};
	static const struct schema schema = {
		.version = 4, .sql = schema_sql, .steps = steps, .nr_steps = 3,
	};

	return &schema;
}

static void close_ptr(sqlite3 **db)
{
	sqlite3_close(*db);
}

static err_t exec(sqlite3 *db, const char *path, const char *sql)
{
	return db_error_at(db, path, sqlite3_exec(db, sql, NULL, NULL, NULL));
}

static err_t open_raw(sqlite3 **out, const char *path, int flags)
{
	scoped(close_ptr) sqlite3 *db = NULL;

	TRY(db_error_at(db, path, sqlite3_open_v2(path, &db, flags, NULL)));
	db_trace(db);
	sqlite3_busy_timeout(db, BUSY_MS);
	*out = steal(db);
	return NULL;
}

/* The first column of the first row; 0 when there is none. */
static err_t number(int64_t *out, sqlite3 *db, const char *path, const char *sql, const char *name)
{
	sqlite3_stmt *st = NULL;
	int rc = sqlite3_prepare_v2(db, sql, -1, &st, NULL);

	if (rc == SQLITE_OK && name)
		rc = sqlite3_bind_text(st, 1, name, -1, SQLITE_STATIC);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(st);
	if (rc == SQLITE_ROW || rc == SQLITE_DONE) {
		*out = rc == SQLITE_ROW ? sqlite3_column_int64(st, 0) : 0;
		sqlite3_finalize(st);
		return NULL;
	}
	sqlite3_finalize(st);
	return db_error_at(db, path, rc);
}

static void remove_with_journal(const char *path)
{
	scoped_free char *journal = mem_printf("%s-journal", path);

	unlink(path);
	unlink(journal);
}

static err_t sync_directory(const char *path)
{
	scoped_free char *copy = mem_strdup(path);
	int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc;

	if (fd < 0)
		return err_errno("cannot open the directory of '%s'", path);
	rc = fsync(fd);
	close(fd);
	return rc == 0 ? NULL : err_errno("cannot write the directory of '%s'", path);
}

static err_t publish(const char *from, const char *to)
{
	fault_point("migrate");
	if (rename(from, to) != 0)
		return err_errno("cannot rename '%s' to '%s'", from, to);
	TRY(sync_directory(to));
	fault_point("migrate");
	return NULL;
}

/*
 * What is committed, through a connection of its own: SQLite does not copy from one that is in a
 * transaction, and a reader is let in beside it.
 */
static err_t copy_to(const char *path, const char *to)
{
	scoped(close_ptr) sqlite3 *from = NULL;
	scoped(close_ptr) sqlite3 *db = NULL;
	sqlite3_backup *copy;
	struct stat st;
	int rc;

	remove_with_journal(to);
	TRY(open_raw(&from, path, SQLITE_OPEN_READWRITE));
	TRY(open_raw(&db, to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE));
	copy = sqlite3_backup_init(db, "main", from, "main");
	if (!copy)
		return db_error_at(db, to, sqlite3_errcode(db));
	sqlite3_backup_step(copy, -1);
	rc = sqlite3_backup_finish(copy);
	if (rc != SQLITE_OK)
		return db_error_at(db, to, rc);
	TRY(exec(db, to, "PRAGMA journal_mode = DELETE"));
	if (stat(path, &st) != 0 || chmod(to, st.st_mode & 0777) != 0)
		return err_errno("cannot set the mode of '%s'", to);
	return NULL;
}

static err_t keep_old(const char *path, const char *kept)
{
	scoped_free char *tmp = mem_printf("%s.migrate", path);

	fault_point("migrate");
	TRY(copy_to(path, tmp));
	return publish(tmp, kept);
}

static err_t run_steps(sqlite3 *db, const char *path, int64_t from, const struct schema *schema)
{
	scoped_free char *done = mem_printf("PRAGMA user_version = %d", schema->version);
	int64_t at = from;

	for (size_t i = 0; i < schema->nr_steps; i++) {
		if (schema->steps[i].to <= at)
			continue;
		if (schema->steps[i].to != at + 1)
			break;
		TRY(exec(db, path, schema->steps[i].sql));
		at++;
	}
	if (at != schema->version)
		return err_new(
			ERR_REFUSED,
			"workspace '%s' has schema %lld, which this program cannot bring to %d",
			path, (long long)from, schema->version);
	return exec(db, path, done);
}

static err_t lost(const char *path, const char *what)
{
	return err_new(ERR_CORRUPT,
		       "bringing workspace '%s' up to date failed: %s; nothing was changed", path,
		       what);
}

static err_t same_rows(sqlite3 *old, sqlite3 *new, const char *path)
{
	static const char *const counts[] = {
		"SELECT count(*) FROM artifact", "SELECT count(*) FROM revision",
		"SELECT count(*) FROM blob",	 "SELECT count(*) FROM outbox",
		"SELECT count(*) FROM conflict", "SELECT count(*) FROM meta"};
	static const char *const tables[] = {"artifact", "revision", "blob",
					     "outbox",	 "conflict", "meta"};

	for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++) {
		int64_t there, before, after;

		TRY(number(&there, old, path,
			   "SELECT count(*) FROM sqlite_schema WHERE type = 'table'"
			   " AND name = ?1",
			   tables[i]));
		if (!there)
			continue;
		TRY(number(&before, old, path, counts[i], NULL));
		TRY(number(&after, new, path, counts[i], NULL));
		if (before != after)
			return lost(path, tables[i]);
	}
	return NULL;
}

static err_t verify(sqlite3 *db, const char *path, const char *kept)
{
	scoped(close_ptr) sqlite3 *old = NULL;
	int64_t bad;

	TRY(number(&bad, db, path, "SELECT count(*) FROM pragma_integrity_check"
		   " WHERE integrity_check <> 'ok'", NULL));
	if (bad)
		return lost(path, "integrity check");
	TRY(number(&bad, db, path, "SELECT count(*) FROM pragma_foreign_key_check", NULL));
	if (bad)
		return lost(path, "foreign keys");
	TRY(open_raw(&old, kept, SQLITE_OPEN_READONLY));
	return same_rows(old, db, path);
}

/* Inside a transaction of db: an error, or the end of the process, takes all of it back. */
static err_t bring(sqlite3 *db, const char *path, const struct schema *schema)
{
	scoped_free char *kept = mem_printf("%s.before-v%d", path, schema->version);
	int64_t version;

	TRY(number(&version, db, path, "PRAGMA user_version", NULL));
	if (version >= schema->version)	/* another process was faster */
		return NULL;
	TRY(keep_old(path, kept));
	TRY(run_steps(db, path, version, schema));
	fault_point("migrate");
	TRY(verify(db, path, kept));
	fault_point("migrate");
	TRY(exec(db, path, "COMMIT"));
	fault_point("migrate");
	return NULL;
}

/* Foreign keys are off: SQLite's own advice for steps that make a table anew. */
err_t migrate_file(const char *path, const struct schema *schema)
{
	scoped(close_ptr) sqlite3 *db = NULL;
	scoped_free char *real = realpath(path, NULL);

	if (!real)
		return err_errno("cannot find workspace '%s'", path);
	TRY(open_raw(&db, real, SQLITE_OPEN_READWRITE));
	TRY(exec(db, real,
		 "PRAGMA foreign_keys = OFF; PRAGMA synchronous = FULL; BEGIN IMMEDIATE"));
	return err_wrap(bring(db, real, schema), "cannot bring the workspace up to date");
}
