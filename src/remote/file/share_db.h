/*
 * The connection to the shared database: statements, transactions, and SQLite's
 * result codes turned into err_t. Internal to remote/file.
 */
#ifndef REMOTE_FILE_SHARE_DB_H
#define REMOTE_FILE_SHARE_DB_H

#include "util/err.h"
#include "util/mem.h"
#include "util/slice.h"

#include <sqlite3.h>
#include <stdint.h>

#define SHARE_PROTO 1
#define SHARE_APPLICATION_ID 0x47416772 /* "GAgr": says that a SQLite file is one of ours */
#define SHARE_ZERO_HASH "0000000000000000000000000000000000000000000000000000000000000000"

struct kinds;

struct share {
	sqlite3 *db;
	const struct kinds *kinds; /* borrowed */
	char *who;
	char *path;
	char *url; /* "file:<path>" */
};

/* GIT_AGENT_TRACE_SQL, for a connection that was just opened. */
void share_db_trace(const struct share *s);

/* What the last call on s->db left behind, as an error that names the remote. Never NULL. */
err_t share_db_error(const struct share *s) MUST_CHECK;
/* ERR_OFFLINE "remote 'file:...' is out of reach: <why>". */
err_t share_db_unreachable(const struct share *s, const char *why) MUST_CHECK;

#define scoped_stmt scoped(share_db_done) sqlite3_stmt *
void share_db_done(sqlite3_stmt **st);

/* Prepares and binds: types has one letter for each of ?1, ?2, ... t: const char * (NULL is null),
 * i: int64_t, b: struct slice as a blob. What is bound must outlive the statement. */
err_t share_db_query(sqlite3_stmt **out, const struct share *s, const char *sql, const char *types,
		     ...) MUST_CHECK;
err_t share_db_next(bool *row, const struct share *s, sqlite3_stmt *st) MUST_CHECK;
/* A statement whose rows do not matter. */
err_t share_db_exec(const struct share *s, const char *sql, const char *types, ...) MUST_CHECK;
/* A copy of a text column; NULL for null. */
char *share_db_text(sqlite3_stmt *st, int column);

/* A snapshot to read from, and the write lock. A transaction that is not committed is rolled back
 * at the end of its scope:   scoped_tx(s) tx = s; */
err_t share_db_read(const struct share *s) MUST_CHECK;
err_t share_db_write(const struct share *s) MUST_CHECK;
err_t share_db_commit(const struct share *s) MUST_CHECK; /* two fault points "remote-commit" */
void share_db_rollback(struct share **s);
#define scoped_tx scoped(share_db_rollback) struct share *

#endif
