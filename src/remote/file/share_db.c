#include "remote/file/share_db.h"

#include "util/fault.h"
#include "util/trace.h"

#include <stdarg.h>
#include <stdlib.h>

err_t share_db_unreachable(const struct share *s, const char *why)
{
	return err_new(ERR_OFFLINE, "remote '%s' is out of reach: %s", s->url, why);
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

void share_db_trace(const struct share *s)
{
	static char of[] = "remote";

	if (trace_wanted(TRACE_SQL))
		sqlite3_trace_v2(s->db, SQLITE_TRACE_STMT, tell_statement, of);
}

err_t share_db_error(const struct share *s)
{
	const char *why = sqlite3_errmsg(s->db);

	switch (sqlite3_errcode(s->db) & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return share_db_unreachable(s, "others are using it and did not finish in time");
	case SQLITE_FULL:
		return share_db_unreachable(s, "no space left on the disk");
	case SQLITE_READONLY:
	case SQLITE_CANTOPEN:
	case SQLITE_IOERR:
	case SQLITE_PERM:
	case SQLITE_AUTH:
	case SQLITE_PROTOCOL:
	case SQLITE_NOMEM:
		return share_db_unreachable(s, why);
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return err_new(ERR_CORRUPT, "remote '%s' is damaged: %s", s->url, why);
	case SQLITE_TOOBIG:
		return err_new(ERR_REFUSED, "remote '%s': the request is too large", s->url);
	}
	return err_new(ERR_FATAL, "remote '%s': %s", s->url, why);
}

void share_db_done(sqlite3_stmt **st)
{
	sqlite3_finalize(*st);
	*st = NULL;
}

static int bind(sqlite3_stmt *st, const char *types, va_list args)
{
	int rc = SQLITE_OK;

	for (int i = 1; *types && rc == SQLITE_OK; types++, i++) {
		if (*types == 'i') {
			rc = sqlite3_bind_int64(st, i, va_arg(args, int64_t));
		} else if (*types == 't') {
			rc = sqlite3_bind_text(st, i, va_arg(args, const char *), -1,
					       SQLITE_STATIC);
		} else {
			struct slice bytes = va_arg(args, struct slice);

			rc = sqlite3_bind_blob64(st, i, bytes.at ? bytes.at : "", bytes.len,
						 SQLITE_STATIC);
		}
	}
	return rc;
}

static err_t prepare(sqlite3_stmt **out, const struct share *s, const char *sql, const char *types,
		     va_list args)
{
	scoped_stmt st = NULL;

	if (sqlite3_prepare_v2(s->db, sql, -1, &st, NULL) != SQLITE_OK ||
	    bind(st, types, args) != SQLITE_OK)
		return share_db_error(s);
	*out = steal(st);
	return NULL;
}

err_t share_db_query(sqlite3_stmt **out, const struct share *s, const char *sql, const char *types,
		     ...)
{
	va_list args;
	err_t err;

	va_start(args, types);
	err = prepare(out, s, sql, types, args);
	va_end(args);
	return err;
}

err_t share_db_next(bool *row, const struct share *s, sqlite3_stmt *st)
{
	int rc = sqlite3_step(st);

	if (rc != SQLITE_ROW && rc != SQLITE_DONE)
		return share_db_error(s);
	*row = rc == SQLITE_ROW;
	return NULL;
}

err_t share_db_exec(const struct share *s, const char *sql, const char *types, ...)
{
	scoped_stmt st = NULL;
	va_list args;
	bool row = true;
	err_t err;

	va_start(args, types);
	err = prepare(&st, s, sql, types, args);
	va_end(args);
	TRY(err);
	while (row)
		TRY(share_db_next(&row, s, st));
	return NULL;
}

char *share_db_text(sqlite3_stmt *st, int column)
{
	const unsigned char *text = sqlite3_column_text(st, column);

	return text ? mem_strdup((const char *)text) : NULL;
}

err_t share_db_read(const struct share *s)
{
	return share_db_exec(s, "BEGIN", "");
}

/* Immediate: a transaction that first reads and then wants to write cannot be made to wait. */
err_t share_db_write(const struct share *s)
{
	return share_db_exec(s, "BEGIN IMMEDIATE", "");
}

err_t share_db_commit(const struct share *s)
{
	fault_point("remote-commit");
	TRY(share_db_exec(s, "COMMIT", ""));
	fault_point("remote-commit");
	return NULL;
}

void share_db_rollback(struct share **s)
{
	if (*s && !sqlite3_get_autocommit((*s)->db))
		sqlite3_exec((*s)->db, "ROLLBACK", NULL, NULL, NULL);
}
