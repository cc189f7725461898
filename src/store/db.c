#include "store/db.h"
#include "util/trace.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

err_t db_corrupt(const char *path, const char *what)
{
	return err_hint(err_new(ERR_CORRUPT, "workspace '%s' is damaged: %s", path, what),
			"run 'git agent rebuild' to make it again from git and the remote");
}

static err_t io_error(sqlite3 *db, const char *path, const char *what)
{
	int os = sqlite3_system_errno(db);

	return err_new(ERR_FATAL, "cannot %s workspace '%s': %s", what, path,
		       os ? strerror(os) : sqlite3_errmsg(db));
}

err_t db_error_at(sqlite3 *db, const char *path, int rc)
{
	switch (rc & 0xff) {
	case SQLITE_OK:
		return NULL;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return err_new(ERR_BUSY, "another git-agent process is using the workspace '%s'",
			       path);
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return db_corrupt(path, sqlite3_errmsg(db));
	case SQLITE_FULL:
		return err_new(ERR_FATAL, "cannot write workspace '%s': no space left on the disk",
			       path);
	case SQLITE_READONLY:
		return err_new(ERR_FATAL, "cannot write workspace '%s': it is read-only", path);
	case SQLITE_CANTOPEN:
		return io_error(db, path, "open");
	case SQLITE_PERM:
	case SQLITE_AUTH:
	case SQLITE_IOERR:
		return io_error(db, path, "read or write");
	default:
		return err_new(ERR_FATAL, "workspace '%s': %s", path, sqlite3_errmsg(db));
	}
}

err_t db_error(struct store *s, int rc)
{
	return db_error_at(s->db, s->path, rc);
}

/* Statements with their ?1: no text of an artifact is in them. */
static int tell_statement(unsigned what, void *ctx, void *st, void *text)
{
	scoped_free char *sql = mem_strdup(text);

	for (char *c = sql; *c; c++)
		if (*c == '\n' || *c == '\t')
			*c = ' ';
	trace_printf(TRACE_SQL, "sql: %s: %s\n", (const char *)ctx, sql);
	return 0;
}

void db_trace(sqlite3 *db)
{
	static char of[] = "workspace";

	if (trace_wanted(TRACE_SQL))
		sqlite3_trace_v2(db, SQLITE_TRACE_STMT, tell_statement, of);
}

static sqlite3_stmt **slot(struct store *s, const char *sql)
{
	size_t at = (size_t)(((uint64_t)(uintptr_t)sql * 0x9e3779b97f4a7c15u) >> 56);

	for (size_t tried = 0; tried < DB_STATEMENTS; tried++, at++) {
		size_t i = at % DB_STATEMENTS;

		if (s->cache[i].sql == sql)
			return &s->cache[i].st;
		if (!s->cache[i].sql) {
			s->cache[i].sql = sql;
			return &s->cache[i].st;
		}
	}
	BUG_ON("more statements than slots");
	return NULL;
}

static err_t statement(sqlite3_stmt **out, struct store *s, const char *sql)
{
	sqlite3_stmt **st = slot(s, sql);

	if (!*st)
		TRY(db_error(s, sqlite3_prepare_v3(s->db, sql, -1, SQLITE_PREPARE_PERSISTENT, st,
						   NULL)));
	BUG_ON(sqlite3_stmt_busy(*st));
	*out = *st;
	return NULL;
}

static void done(sqlite3_stmt **st)
{
	if (!*st)
		return;
	sqlite3_reset(*st);
	sqlite3_clear_bindings(*st);
}

static int bind_text(sqlite3_stmt *st, int i, const char *text)
{
	return text ? sqlite3_bind_text(st, i, text, -1, SQLITE_STATIC) : sqlite3_bind_null(st, i);
}

static int bind_slice(sqlite3_stmt *st, int i, struct slice bytes)
{
	/* a NULL pointer would bind NULL, and empty text is a text */
	return sqlite3_bind_blob64(st, i, bytes.len ? bytes.at : "", bytes.len, SQLITE_STATIC);
}

static int bind_one(sqlite3_stmt *st, int i, char type, va_list *args)
{
	const char *text;

	switch (type) {
	case 't':
		text = va_arg(*args, const char *);
		return bind_text(st, i, text ? text : "");
	case 'o':
		text = va_arg(*args, const char *);
		return bind_text(st, i, text && *text ? text : NULL);
	case 'n':
		return bind_text(st, i, va_arg(*args, const char *));
	case 'b':
		return bind_slice(st, i, va_arg(*args, struct slice));
	case 'l':
		return sqlite3_bind_int64(st, i, va_arg(*args, long));
	case 'q':
		return sqlite3_bind_int64(st, i, va_arg(*args, int64_t));
	case 'd':
		return sqlite3_bind_int(st, i, va_arg(*args, int));
	}
	return SQLITE_MISUSE;
}

static err_t bind_all(struct store *s, sqlite3_stmt *st, const char *types, va_list *args)
{
	BUG_ON(sqlite3_bind_parameter_count(st) != (int)strlen(types));
	for (int i = 1; *types; i++, types++)
		TRY(db_error(s, bind_one(st, i, *types, args)));
	return NULL;
}

static err_t rows(size_t *n, struct store *s, sqlite3_stmt *st, db_read_fn read, void *ctx)
{
	size_t count = 0;
	int rc;

	for (; (rc = sqlite3_step(st)) == SQLITE_ROW; count++)
		if (read)
			TRY(read(ctx, st));
	if (rc != SQLITE_DONE)
		return db_error(s, rc);
	if (n)
		*n = count;
	return NULL;
}

static err_t run(int *changed, struct store *s, const char *sql, const char *types, va_list *args)
{
	scoped(done) sqlite3_stmt *st = NULL;

	BUG_ON(!s->depth);
	TRY(statement(&st, s, sql));
	TRY(bind_all(s, st, types, args));
	TRY(rows(NULL, s, st, NULL, NULL));
	if (changed)
		*changed = sqlite3_changes(s->db);
	return NULL;
}

err_t db_run(int *changed, struct store *s, const char *sql, const char *types, ...)
{
	va_list args;
	err_t err;

	va_start(args, types);
	err = run(changed, s, sql, types, &args);
	va_end(args);
	return err;
}

static err_t query(size_t *n, struct store *s, db_read_fn read, void *ctx, const char *sql,
		   const char *types, va_list *args)
{
	scoped(done) sqlite3_stmt *st = NULL;

	TRY(statement(&st, s, sql));
	TRY(bind_all(s, st, types, args));
	return rows(n, s, st, read, ctx);
}

err_t db_rows(size_t *n, struct store *s, db_read_fn read, void *ctx, const char *sql,
	      const char *types, ...)
{
	va_list args;
	err_t err;

	va_start(args, types);
	err = query(n, s, read, ctx, sql, types, &args);
	va_end(args);
	return err;
}

err_t db_exec(struct store *s, const char *sql)
{
	return db_error(s, sqlite3_exec(s->db, sql, NULL, NULL, NULL));
}

err_t db_pragma(int64_t *out, struct store *s, const char *sql)
{
	sqlite3_stmt *st = NULL;
	int64_t value = 0;
	err_t err;

	TRY(db_error(s, sqlite3_prepare_v2(s->db, sql, -1, &st, NULL)));
	err = rows(NULL, s, st, db_read_int, &value);
	sqlite3_finalize(st);
	if (!err)
		*out = value;
	return err;
}

char *db_text(sqlite3_stmt *st, int col)
{
	const char *text = (const char *)sqlite3_column_text(st, col);

	return mem_strdup(text ? text : "");
}

void db_copy(char *out, size_t size, sqlite3_stmt *st, int col)
{
	const char *text = (const char *)sqlite3_column_text(st, col);
	size_t len = text ? strnlen(text, size - 1) : 0;

	if (len)
		memcpy(out, text, len);
	out[len] = '\0';
}

size_t db_pack(char **texts, size_t *used, size_t *room, sqlite3_stmt *st, int col)
{
	const void *text = sqlite3_column_text(st, col);
	size_t at = *used, len = (size_t)sqlite3_column_bytes(st, col) + 1;

	if (at + len > *room) {
		*room = 2 * (at + len);
		*texts = mem_realloc(*texts, *room);
	}
	memcpy(*texts + at, text ? text : "", len);
	*used += len;
	return at;
}

void *db_grow(void *at, size_t len, size_t size)
{
	if (len == 0)
		return mem_realloc(at, 8 * size);
	if (len >= 8 && (len & (len - 1)) == 0)
		return mem_realloc(at, 2 * len * size);
	return at;
}

err_t db_read_strs(void *strs, sqlite3_stmt *st)
{
	strs_take(strs, db_text(st, 0));
	return NULL;
}

err_t db_read_int(void *int64, sqlite3_stmt *st)
{
	*(int64_t *)int64 = sqlite3_column_int64(st, 0);
	return NULL;
}

err_t db_worktree(struct store *s, const char *worktree)
{
	return db_run(NULL, s,
		      "INSERT INTO worktree (path) VALUES (?1) ON CONFLICT (path) DO NOTHING", "t",
		      worktree);
}
