#include "store/db.h"

#include <stdlib.h>

void seen_release(struct seen *s)
{
	free(s->path);
	*s = (struct seen){0};
}

void seens_release(struct seens *s)
{
	for (size_t i = 0; i < s->len; i++)
		seen_release(&s->at[i]);
	free(s->at);
	*s = (struct seens){0};
}

static struct file_stat read_stat(sqlite3_stmt *st, int col)
{
	return (struct file_stat){
		.size = (uint64_t)sqlite3_column_int64(st, col),
		.mtime_ns = sqlite3_column_int64(st, col + 1),
		.ctime_ns = sqlite3_column_int64(st, col + 2),
		.ino = (uint64_t)sqlite3_column_int64(st, col + 3),
	};
}

static err_t read_seen(void *out, sqlite3_stmt *st)
{
	struct seen seen = {.path = db_text(st, 0), .left = db_bool(st, 5)};

	DB_HEX(seen.file, st, 1);
	DB_HEX(seen.head, st, 2);
	DB_HEX(seen.hand_from, st, 3);
	DB_HEX(seen.hand_rev, st, 4);
	seen.stat = read_stat(st, 6);
	*(struct seen *)out = seen;
	return NULL;
}

void seen_stats_release(struct seen_stats *s)
{
	free(s->at);
	free(s->paths);
	*s = (struct seen_stats){0};
}

static err_t read_into_stats(void *list, sqlite3_stmt *st)
{
	struct seen_stats *s = list;
	size_t path = db_pack(&s->paths, &s->used, &s->room, st, 0);

	*DB_APPEND(s) = (struct seen_stat){path, read_stat(st, 1)};
	return NULL;
}

err_t store_seen_stats(struct seen_stats *out, struct store *s, const char *worktree)
{
	scoped(seen_stats_release) struct seen_stats list = {0};

	TRY(db_rows(NULL, s, read_into_stats, &list,
		    "SELECT path, size, mtime, ctime, ino FROM seen WHERE worktree ="
		    " (SELECT id FROM worktree WHERE path = ?1) ORDER BY path",
		    "t", worktree));
	*out = list;
	list = (struct seen_stats){0};
	return NULL;
}

static err_t read_into_list(void *list, sqlite3_stmt *st)
{
	return read_seen(DB_APPEND((struct seens *)list), st);
}

err_t store_seen_list(struct seens *out, struct store *s, const char *worktree)
{
	scoped(seens_release) struct seens list = {0};

	TRY(db_rows(NULL, s, read_into_list, &list,
		    "SELECT path, file, head, hand_from, hand_rev, alone, size, mtime, ctime, ino "
		    "FROM seen"
		    " WHERE worktree = (SELECT id FROM worktree WHERE path = ?1) ORDER BY path",
		    "t", worktree));
	*out = list;
	list = (struct seens){0};
	return NULL;
}

err_t store_seen_get(struct seen *out, struct store *s, const char *worktree, const char *path)
{
	size_t n = 0;

	TRY(db_rows(&n, s, read_seen, out,
		    "SELECT path, file, head, hand_from, hand_rev, alone, size, mtime, ctime, ino "
		    "FROM seen"
		    " WHERE worktree = (SELECT id FROM worktree WHERE path = ?1) AND path = ?2",
		    "tt", worktree, path));
	return n ? NULL : err_new(ERR_NOTFOUND, "'%s' has not been seen in this work tree", path);
}

err_t store_seen_put(struct store *s, const char *worktree, const struct seen *seen)
{
	TRY(db_worktree(s, worktree));
	return db_run(NULL, s,
		      "INSERT OR REPLACE INTO seen (worktree, path, file, head, hand_from, "
		      "hand_rev, alone,"
		      " size, mtime, ctime, ino)"
		      " SELECT id, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11 FROM worktree WHERE "
		      "path = ?1",
		      "ttoooodqqqq", worktree, seen->path, seen->file.hex, seen->head.hex,
		      seen->hand_from.hex, seen->hand_rev.hex, (int)seen->left,
		      (int64_t)seen->stat.size, seen->stat.mtime_ns, seen->stat.ctime_ns,
		      (int64_t)seen->stat.ino);
}

err_t store_seen_drop(struct store *s, const char *worktree, const char *path)
{
	return db_run(NULL, s,
		      "DELETE FROM seen WHERE path = ?2"
		      " AND worktree = (SELECT id FROM worktree WHERE path = ?1)",
		      "tt", worktree, path);
}
