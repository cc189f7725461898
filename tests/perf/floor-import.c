/*
 * The floor of an import: reads the files that standard input names, one a line, and puts them into
 * a fresh database, one transaction.
 *
 *	floor-import <database>
 */
#include "util/hash.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void give_up(const char *why, const char *what)
{
	fprintf(stderr, "floor-import: %s '%s'\n", why, what);
	exit(1);
}

static void sql(sqlite3 *db, const char *text)
{
	if (sqlite3_exec(db, text, NULL, NULL, NULL) != SQLITE_OK)
		give_up(sqlite3_errmsg(db), text);
}

static struct slice read_all(const char *path, char **buffer, size_t *room)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) != 0)
		give_up("cannot open", path);
	if (*room < (size_t)st.st_size) {
		*room = (size_t)st.st_size * 2;
		*buffer = realloc(*buffer, *room);
		if (!*buffer)
			give_up("no memory for", path);
	}
	if (read(fd, *buffer, (size_t)st.st_size) != st.st_size)
		give_up("cannot read", path);
	close(fd);
	return (struct slice){ *buffer, (size_t)st.st_size };
}

static void insert(sqlite3_stmt *s, const char *path, struct slice text)
{
	struct oid oid = hash_blob(text);
	const char *end = text.len ? memchr(text.at, '\n', text.len) : NULL;

	sqlite3_bind_text(s, 1, path, -1, SQLITE_STATIC);
	sqlite3_bind_text(s, 2, oid.hex, OID_HEX, SQLITE_STATIC);
	sqlite3_bind_text(s, 3, text.at, end ? (int)(end - text.at) : 0, SQLITE_STATIC);
	sqlite3_bind_blob(s, 4, text.at, (int)text.len, SQLITE_STATIC);
	if (sqlite3_step(s) != SQLITE_DONE)
		give_up("cannot insert", path);
	sqlite3_reset(s);
}

int main(int argc, char **argv)
{
	size_t room = 0, size = 0;
	char *buffer = NULL, *path = NULL;
	sqlite3_stmt *s;
	sqlite3 *db;
	ssize_t len;

	if (argc != 2)
		give_up("usage: floor-import <database>, not", argc > 1 ? argv[1] : "");
	if (sqlite3_open(argv[1], &db) != SQLITE_OK)
		give_up("cannot open", argv[1]);
	sql(db, "CREATE TABLE artifact (path TEXT PRIMARY KEY, oid TEXT, title TEXT, body BLOB)");
	sql(db, "BEGIN");
	if (sqlite3_prepare_v2(db, "INSERT INTO artifact VALUES (?, ?, ?, ?)", -1, &s, NULL))
		give_up(sqlite3_errmsg(db), argv[1]);
	while ((len = getline(&path, &size, stdin)) > 0) {
		path[len - 1] = '\0';
		insert(s, path, read_all(path, &buffer, &room));
	}
	sqlite3_finalize(s);
	sql(db, "COMMIT");
	sqlite3_close(db);
	free(buffer);
	free(path);
	return 0;
}
