/*
 * Private to store/: the connection, its prepared statements, and helpers that
 * keep each query a few lines. A statement is prepared once per connection and
 * found again by the address of its text, so texts are string literals.
 */
#ifndef STORE_DB_H
#define STORE_DB_H

#include "store/store.h"
#include "util/mem.h"

#include <sqlite3.h>

#define DB_APPLICATION_ID 0x67616774
#define DB_STATEMENTS 256	/* slots of the cache, a power of two */

struct json_doc_member {
	struct slice key, value;	/* in the document */
};

/* The last JSON document that a value was asked of. */
struct json_doc {
	char *text;
	size_t len;
	bool valid;
	struct json_doc_member *members;	/* where it is an object */
	size_t nr;
};
void json_doc_release(struct json_doc *d);
/* store_json_get without SQLite, which reads all of the document for each value. False: of this one
 * SQLite is to be asked. */
bool json_doc_get(char **value, struct json_doc *d, const char *json, const char *path);

struct store {
	sqlite3 *db;
	char *path;
	enum store_open how;
	int version;		/* of the schema; 0 before the database is fully open */
	struct json_doc doc;
	int depth;		/* of nested begins */
	int64_t busy_since;	/* ms: when it began to wait for another process */
	bool relaxed;		/* a commit waits for no disk */
	int lock;		/* shared, on the directory; -1: none (store_seize) */
	struct {
		const char *sql;
		sqlite3_stmt *st;
	} cache[DB_STATEMENTS];
};

void db_finalize(struct store *s);	/* prepared statements; they are prepared again by need */
void db_discard(struct store *s);

/* GIT_AGENT_TRACE_SQL, for a connection that was just opened. */
void db_trace(sqlite3 *db);

/* What sqlite3 just reported, as an error of ours. rc 0 is success. */
err_t db_error(struct store *s, int rc) MUST_CHECK;
/* The same with nothing but a connection and a path. */
err_t db_error_at(sqlite3 *db, const char *path, int rc) MUST_CHECK;
err_t db_corrupt(const char *path, const char *what) MUST_CHECK;

/*
 * Parameters are described by one letter each:
 *   t  const char *, NULL is ""      o  const char *, NULL and "" are NULL
 *   n  const char *, NULL is NULL    b  struct slice, as a BLOB
 *   l  long      q  int64_t      d  int or bool
 */

/* Runs a statement that changes data, inside a transaction; changed (may be NULL) counts rows. */
err_t db_run(int *changed, struct store *s, const char *sql, const char *types, ...) MUST_CHECK;

/* Calls read for every row; n (may be NULL) is set to their number. */
typedef err_t (*db_read_fn)(void *ctx, sqlite3_stmt *st);
err_t db_rows(size_t *n, struct store *s, db_read_fn read, void *ctx, const char *sql,
	      const char *types, ...) MUST_CHECK;

/* Several statements without parameters, not cached. */
err_t db_exec(struct store *s, const char *sql) MUST_CHECK;
/* The first column of the first row, 0 when there is none; not cached. */
err_t db_pragma(int64_t *out, struct store *s, const char *sql) MUST_CHECK;

/* --- columns --- */
char *db_text(sqlite3_stmt *st, int col);	/* owned; "" for NULL */
void db_copy(char *out, size_t size, sqlite3_stmt *st, int col);	/* "" for NULL */
#define DB_HEX(field, st, col) db_copy((field).hex, sizeof((field).hex), (st), (col))
#define DB_UID(array, st, col) db_copy((array), sizeof(array), (st), (col))
static inline long db_long(sqlite3_stmt *st, int col)
{
	return (long)sqlite3_column_int64(st, col);
}
static inline bool db_bool(sqlite3_stmt *st, int col)
{
	return sqlite3_column_int(st, col) != 0;
}

/* Room for one element more at the end of at[len]. */
void *db_grow(void *at, size_t len, size_t size);
#define DB_APPEND(list) \
	((list)->at = db_grow((list)->at, (list)->len, sizeof(*(list)->at)), \
	 &(list)->at[(list)->len++])

/* A column at the end of a buffer that holds many; returns where it begins. */
size_t db_pack(char **texts, size_t *used, size_t *room, sqlite3_stmt *st, int col);
/* Rows of one text column into a struct strs. */
err_t db_read_strs(void *strs, sqlite3_stmt *st);
/* Rows of one integer column into an int64_t: the last one stays. */
err_t db_read_int(void *int64, sqlite3_stmt *st);

/* A revision from eight columns (id, oid, path, author, time, how, message) at col and its two
 * parents after them; out is released by the caller. */
err_t db_read_revision(struct revision *out, sqlite3_stmt *st, int col) MUST_CHECK;

/* The row of a work tree is made when it is first written about. */
err_t db_worktree(struct store *s, const char *worktree) MUST_CHECK;

#endif
