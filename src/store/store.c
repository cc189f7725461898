#include "store/store.h"
#include "store/migrate.h"
#include "store/seize.h"
#include "util/clock.h"
#include "util/fault.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUSY_MS 10000
#define WAL_KEPT (512 * 1024)
#define DURABLE "PRAGMA synchronous = FULL"
#define RELAXED "PRAGMA synchronous = NORMAL"

static bool in_memory(const char *path)
{
	return strcmp(path, ":memory:") == 0;
}

void db_finalize(struct store *s)
{
	for (size_t i = 0; i < DB_STATEMENTS; i++) {
		sqlite3_finalize(s->cache[i].st);
		s->cache[i].sql = NULL;
		s->cache[i].st = NULL;
	}
}

void db_discard(struct store *s)
{
	db_finalize(s);
	json_doc_release(&s->doc);
	sqlite3_close(s->db);
	free(s->path);
	free(s);
}

static void discard_ptr(struct store **s)
{
	if (*s)
		db_discard(*s);
}

/*
 * Whose turn it is, chance decides: who waits for the lock, tries again. SQLite's own handler tries
 * ever more seldom, so that among many it is the one who came last that gets it. Here it is rather
 * the one who has waited longest.
 */
static int wait_turn(void *ctx, int tries)
{
	struct store *s = ctx;
	int64_t now = clock_monotonic_ns() / 1000000, waited;

	if (tries == 0)
		s->busy_since = now;
	waited = now - s->busy_since;
	if (waited >= BUSY_MS)
		return 0;
	sqlite3_sleep(tries == 0 ? 1 : waited < 500 ? 8 : waited < 2000 ? 4 : 1);
	return 1;
}

static err_t settings(struct store *s)
{
	sqlite3_extended_result_codes(s->db, 1);
	sqlite3_busy_handler(s->db, wait_turn, s);
	TRY(db_error(s, sqlite3_db_config(s->db, SQLITE_DBCONFIG_ENABLE_FKEY, 1, NULL)));
	TRY(db_error(s, sqlite3_db_config(s->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL)));
	TRY(db_error(s, sqlite3_db_config(s->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL)));
	return db_exec(s, DURABLE);
}

/* name is the path, or a URI for it. */
static err_t connect(struct store **out, const char *name, const char *path, enum store_open how,
		     int flags)
{
	scoped(discard_ptr) struct store *s = mem_alloc(sizeof(*s));

	s->path = mem_strdup(path);
	s->how = how;
	s->lock = -1;
	TRY(db_error(s, sqlite3_open_v2(name, &s->db, flags | SQLITE_OPEN_NOMUTEX, NULL)));
	db_trace(s->db);
	TRY(settings(s));
	*out = steal(s);
	return NULL;
}

/* "file:<path>?immutable=1", with the bytes that mean something in a URI escaped */
static char *immutable_uri(const char *path)
{
	struct mem_stream uri;

	mem_stream_open(&uri);
	fputs("file:", uri.file);
	for (; *path; path++) {
		if (strchr("?#%", *path))
			fprintf(uri.file, "%%%02X", (unsigned char)*path);
		else
			fputc(*path, uri.file);
	}
	fputs("?immutable=1", uri.file);
	return mem_stream_close(&uri, NULL);
}

/* In bytes; 0 when there is none. */
static off_t wal_size(const char *path)
{
	scoped_free char *wal = mem_printf("%s-wal", path);
	struct stat st;

	return stat(wal, &st) == 0 ? st.st_size : 0;
}

/* A WAL database in a directory that cannot be written: without a WAL nothing is missing. */
static err_t connect_immutable(struct store **out, const char *path, err_t why)
{
	scoped_free char *uri = NULL;

	if (wal_size(path) > 0)
		return err_wrap(why, "the directory is read-only");
	err_free(why);
	uri = immutable_uri(path);
	return connect(out, uri, path, STORE_READ, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI);
}

static err_t user_version(int64_t *out, struct store *s)
{
	return db_pragma(out, s, "PRAGMA user_version");
}

static err_t open_file(struct store **out, int64_t *version, const char *path, enum store_open how)
{
	int flags = SQLITE_OPEN_READWRITE | (how == STORE_CREATE ? SQLITE_OPEN_CREATE : 0);
	scoped(discard_ptr) struct store *s = NULL;
	err_t err = connect(&s, path, path, how, flags);

	if (!err)
		err = user_version(version, s);
	if (err && how == STORE_READ && err->code == ERR_FATAL && access(path, R_OK) == 0) {
		discard_ptr(&s);
		s = NULL;
		TRY(connect_immutable(&s, path, err));
		err = user_version(version, s);
	}
	TRY(err);
	*out = steal(s);
	return NULL;
}

static err_t not_there(const char *path)
{
	return err_new(ERR_NOTFOUND, "there is no workspace '%s'", path);
}

static err_t is_empty(bool *empty, struct store *s)
{
	int64_t tables;

	TRY(db_pragma(&tables, s, "SELECT count(*) FROM sqlite_schema"));
	*empty = tables == 0;
	return NULL;
}

/* Made in DELETE mode, in which a first import is twice as fast; see journal(). */
static err_t create(struct store *s, const struct schema *schema)
{
	bool empty = false;
	err_t err;

	TRY(store_begin(s));
	err = is_empty(&empty, s);	/* another process may have made it meanwhile */
	if (!err && empty)
		err = db_exec(s, schema->sql);
	if (!err)
		err = store_commit(s);
	if (err)
		store_rollback(s);
	return err;
}

static err_t check_ours(struct store *s)
{
	int64_t id;

	TRY(db_pragma(&id, s, "PRAGMA application_id"));
	if (id != DB_APPLICATION_ID)
		return db_corrupt(s->path, "it is a database of another program");
	return NULL;
}

static err_t newer(const char *path, int64_t version, const struct schema *schema)
{
	return err_hint(err_new(ERR_REFUSED, "workspace '%s' was written by a newer git-agent "
				"(schema %lld, this program knows %d)", path, (long long)version,
				schema->version),
			"upgrade git-agent");
}

/* Brings what was opened to this program's schema, or says why it cannot be. */
static err_t check_version(bool *reopen, struct store *s, int64_t version,
			   const struct schema *schema)
{
	bool empty;

	*reopen = false;
	TRY(is_empty(&empty, s));
	if (empty)
		return s->how == STORE_CREATE ? create(s, schema) : not_there(s->path);
	TRY(check_ours(s));
	if (version > schema->version)
		return newer(s->path, version, schema);
	*reopen = version < schema->version;
	return NULL;
}

/* WAL from the second opening on: the first import is over by then. */
static err_t journal(struct store *s)
{
	if (in_memory(s->path) || s->how == STORE_READ)
		return NULL;
	return db_exec(s, "PRAGMA journal_mode = WAL");
}

static err_t read_text(void *out, sqlite3_stmt *st)
{
	db_copy(out, 16, st, 0);
	return NULL;
}

static err_t is_wal(bool *out, struct store *s)
{
	char mode[16] = "";

	TRY(db_rows(NULL, s, read_text, mode, "PRAGMA journal_mode", ""));
	*out = strcmp(mode, "wal") == 0;
	return NULL;
}

/* Another process may hold the database in its old mode: that is no reason to fail. */
static void try_wal(struct store *s)
{
	bool wal = true;

	err_free(is_wal(&wal, s));
	if (wal)
		return;
	sqlite3_busy_handler(s->db, NULL, NULL);
	err_free(journal(s));
	sqlite3_busy_handler(s->db, wait_turn, s);
}

err_t migrate_open(struct store **out, const char *path, enum store_open how,
		   const struct schema *schema)
{
	scoped(discard_ptr) struct store *s = NULL;
	int64_t version = 0;
	bool reopen = false;
	struct stat st;

	if (how != STORE_CREATE && !in_memory(path) && stat(path, &st) != 0)
		return not_there(path);
	TRY(open_file(&s, &version, path, how));
	if (version != schema->version)
		TRY(check_version(&reopen, s, version, schema));
	else
		TRY(check_ours(s));
	if (reopen) {
		db_discard(steal(s));
		TRY(migrate_file(path, schema));
		return migrate_open(out, path, how, schema);
	}
	if (version == schema->version && how != STORE_READ)
		try_wal(s);
	s->version = schema->version;
	*out = steal(s);
	return NULL;
}

err_t store_open(struct store **out, const char *path, enum store_open how)
{
	struct store *s;
	int lock = -1;
	err_t err;

	TRY(store_share(&lock, path));
	err = migrate_open(&s, path, how, migrate_schema());
	if (err) {
		file_unlock(lock);
		return err;
	}
	s->lock = lock;
	*out = s;
	return NULL;
}

/*
 * A small WAL stays where it is: to write it into the database and to make the next one is four of
 * the seven times that an edit waits for the disk. A larger one would cost each command that opens
 * it more than that: SQLite reads all of it then.
 */
static void keep_wal(struct store *s)
{
	if (wal_size(s->path) <= WAL_KEPT)
		sqlite3_db_config(s->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
}

int store_schema(const struct store *s)
{
	return s->version;
}

void store_close(struct store *s)
{
	int lock;

	if (!s)
		return;
	store_rollback(s);
	db_finalize(s);
	if (s->how != STORE_READ && !in_memory(s->path))
		try_wal(s);
	keep_wal(s);
	lock = s->lock;
	db_discard(s);
	file_unlock(lock);
}

/* The file may have been replaced (rebuild) or changed (migration) since it was opened. */
static err_t check_same(struct store *s)
{
	int64_t version;
	int moved = 0;

	TRY(user_version(&version, s));
	if (!in_memory(s->path))
		sqlite3_file_control(s->db, "main", SQLITE_FCNTL_HAS_MOVED, &moved);
	if (!moved && (!s->version || version == s->version))
		return NULL;
	return err_hint(err_new(ERR_BUSY,
				"another git-agent process has made anew or upgraded the "
				"workspace '%s'",
				s->path),
			"run the command again");
}

static err_t begin(struct store *s, bool repeatable)
{
	err_t err;

	if (s->depth > 0) {
		s->depth++;
		return NULL;
	}
	if (s->relaxed != repeatable) {
		TRY(db_exec(s, repeatable ? RELAXED : DURABLE));
		s->relaxed = repeatable;
	}
	if (s->how == STORE_READ)
		return err_new(ERR_FATAL, "workspace '%s' was opened for reading only", s->path);
	s->depth = 1;
	err = db_run(NULL, s, "BEGIN IMMEDIATE", "");
	if (!err)
		err = check_same(s);
	if (err)
		store_rollback(s);
	return err;
}

err_t store_begin(struct store *s)
{
	return begin(s, false);
}

err_t store_begin_repeatable(struct store *s)
{
	return begin(s, true);
}

err_t store_commit(struct store *s)
{
	if (s->depth == 0 || sqlite3_get_autocommit(s->db))
		return err_new(ERR_FATAL, "workspace '%s': the transaction was rolled back",
			       s->path);
	if (s->depth > 1) {
		s->depth--;
		return NULL;
	}
	fault_point("commit");
	TRY(db_run(NULL, s, "COMMIT", ""));
	s->depth = 0;
	fault_point("commit");
	return NULL;
}

void store_rollback(struct store *s)
{
	s->depth = 0;
	/* SQLite has rolled back already after some errors */
	if (!sqlite3_get_autocommit(s->db))
		err_free(db_exec(s, "ROLLBACK"));
}
