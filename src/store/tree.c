#include "store/db.h"

#include <stdlib.h>

void tree_mark_release(struct tree_mark *m)
{
	free(m->ref);
	free(m->log);
	*m = (struct tree_mark){0};
}

static err_t read_mark(void *out, sqlite3_stmt *st)
{
	struct tree_mark *m = out;

	db_copy(m->head, sizeof(m->head), st, 0);
	m->ref = db_text(st, 1);
	m->log = db_text(st, 2);
	return NULL;
}

err_t store_tree_get(struct tree_mark *out, struct store *s, const char *worktree)
{
	struct tree_mark m = {0};
	size_t n = 0;

	TRY(db_rows(&n, s, read_mark, &m, "SELECT head, ref, log FROM worktree WHERE path = ?1",
		    "t", worktree));
	if (n == 0) {
		m.ref = mem_strdup("");
		m.log = mem_strdup("");
	}
	*out = m;
	return NULL;
}

err_t store_tree_set(struct store *s, const char *worktree, const struct tree_mark *m)
{
	return db_run(NULL, s,
		      "INSERT INTO worktree (path, head, ref, log) VALUES (?1, ?2, ?3, ?4)"
		      " ON CONFLICT (path) DO UPDATE SET head = excluded.head, ref = excluded.ref,"
		      " log = excluded.log",
		      "tttt", worktree, m->head, m->ref, m->log);
}

void pendings_release(struct pendings *p)
{
	for (size_t i = 0; i < p->len; i++)
		free(p->at[i].path);
	free(p->at);
	*p = (struct pendings){0};
}

static err_t read_pending(void *list, sqlite3_stmt *st)
{
	struct pending p = {.path = db_text(st, 0)};

	DB_UID(p.uid, st, 1);
	DB_HEX(p.from, st, 2);
	DB_HEX(p.to, st, 3);
	*DB_APPEND((struct pendings *)list) = p;
	return NULL;
}

err_t store_pending_put(struct store *s, const char *worktree, const struct pending *p)
{
	TRY(db_worktree(s, worktree));
	return db_run(NULL, s,
		      "INSERT OR REPLACE INTO pending (worktree, path, uid, from_oid, to_oid)"
		      " SELECT id, ?2, ?3, ?4, ?5 FROM worktree WHERE path = ?1",
		      "tttoo", worktree, p->path, p->uid, p->from.hex, p->to.hex);
}

err_t store_pending_drop(struct store *s, const char *worktree, const char *path)
{
	return db_run(NULL, s,
		      "DELETE FROM pending WHERE path = ?2"
		      " AND worktree = (SELECT id FROM worktree WHERE path = ?1)",
		      "tt", worktree, path);
}

err_t store_pending_list(struct pendings *out, struct store *s, const char *worktree)
{
	scoped(pendings_release) struct pendings list = {0};

	TRY(db_rows(NULL, s, read_pending, &list,
		    "SELECT path, uid, from_oid, to_oid FROM pending"
		    " WHERE worktree = (SELECT id FROM worktree WHERE path = ?1) ORDER BY path",
		    "t", worktree));
	*out = list;
	list = (struct pendings){0};
	return NULL;
}

err_t store_mine_put(struct store *s, const char *worktree, const char *uid,
		     const struct rev_id *rev)
{
	TRY(db_worktree(s, worktree));
	return db_run(NULL, s,
		      "INSERT OR REPLACE INTO mine (worktree, uid, rev)"
		      " SELECT id, ?2, ?3 FROM worktree WHERE path = ?1",
		      "ttt", worktree, uid, rev->hex);
}

err_t store_mine_drop(struct store *s, const char *worktree, const char *uid)
{
	return db_run(NULL, s,
		      "DELETE FROM mine WHERE uid = ?2"
		      " AND worktree = (SELECT id FROM worktree WHERE path = ?1)",
		      "tt", worktree, uid);
}

void mines_release(struct mines *m)
{
	free(m->at);
	*m = (struct mines){0};
}

static err_t read_mine(void *list, sqlite3_stmt *st)
{
	struct mine *m = DB_APPEND((struct mines *)list);

	DB_UID(m->uid, st, 0);
	DB_HEX(m->rev, st, 1);
	return NULL;
}

err_t store_mine_list(struct mines *out, struct store *s, const char *worktree)
{
	scoped(mines_release) struct mines list = {0};

	TRY(db_rows(NULL, s, read_mine, &list,
		    "SELECT uid, rev FROM mine"
		    " WHERE worktree = (SELECT id FROM worktree WHERE path = ?1) ORDER BY uid",
		    "t", worktree));
	*out = list;
	list = (struct mines){0};
	return NULL;
}
