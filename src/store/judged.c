#include "store/db.h"

#include <stdlib.h>

err_t store_judged_put(struct store *s, const char *commit, const char *patch, bool tip)
{
	/* marking a tip, or no longer marking one, must not lose the patch */
	return db_run(NULL, s,
		      "INSERT INTO judged (id, patch, tip) VALUES (?1, ?2, ?3)"
		      " ON CONFLICT (id) DO UPDATE SET patch = coalesce(excluded.patch, patch),"
		      " tip = excluded.tip",
		      "tod", commit, patch, (int)tip);
}

err_t store_judged_has(bool *has, struct store *s, const char *commit)
{
	size_t n = 0;

	TRY(db_rows(&n, s, NULL, NULL, "SELECT 1 FROM judged WHERE id = ?1", "t", commit));
	*has = n > 0;
	return NULL;
}

err_t store_judged_tips(struct strs *out, struct store *s)
{
	scoped(strs_release) struct strs list = {0};

	TRY(db_rows(NULL, s, db_read_strs, &list, "SELECT id FROM judged WHERE tip ORDER BY id",
		    ""));
	*out = list;
	list = (struct strs){0};
	return NULL;
}

err_t store_judged_with_patch(struct strs *commits, struct store *s, const char *patch)
{
	scoped(strs_release) struct strs list = {0};

	TRY(db_rows(NULL, s, db_read_strs, &list,
		    "SELECT id FROM judged WHERE patch = ?1 ORDER BY id", "o", patch));
	*commits = list;
	list = (struct strs){0};
	return NULL;
}

err_t store_commit_rev_put(struct store *s, const char *uid, const char *commit,
			   const struct rev_id *rev)
{
	return db_run(NULL, s,
		      "INSERT INTO commit_revision (uid, id, rev) VALUES (?1, ?2, ?3)"
		      " ON CONFLICT (uid, id) DO UPDATE SET rev = excluded.rev",
		      "ttt", uid, commit, rev->hex);
}

err_t store_commit_rev_list(struct strs *commits, struct store *s, const char *uid,
			    const struct rev_id *rev)
{
	scoped(strs_release) struct strs list = {0};

	TRY(db_rows(NULL, s, db_read_strs, &list,
		    "SELECT id FROM commit_revision WHERE uid = ?1 AND rev = ?2 ORDER BY id", "tt",
		    uid, rev->hex));
	*commits = list;
	list = (struct strs){0};
	return NULL;
}

void lefts_release(struct lefts *l)
{
	for (size_t i = 0; i < l->len; i++) {
		free(l->at[i].path);
		free(l->at[i].commit);
		free(l->at[i].whose);
	}
	free(l->at);
	*l = (struct lefts){0};
}

static err_t read_left(void *list, sqlite3_stmt *st)
{
	*DB_APPEND((struct lefts *)list) = (struct left){
		.path = db_text(st, 0), .commit = db_text(st, 1), .whose = db_text(st, 2)};
	return NULL;
}

err_t store_left_put(struct store *s, const char *worktree, const struct left *l)
{
	TRY(db_worktree(s, worktree));
	return db_run(NULL, s,
		      "INSERT OR REPLACE INTO left_alone (worktree, path, tip, whose)"
		      " SELECT id, ?2, ?3, ?4 FROM worktree WHERE path = ?1",
		      "tttt", worktree, l->path, l->commit, l->whose);
}

err_t store_left_clear(struct store *s, const char *worktree, const char *path)
{
	return db_run(NULL, s,
		      "DELETE FROM left_alone WHERE (?2 IS NULL OR path = ?2)"
		      " AND worktree = (SELECT id FROM worktree WHERE path = ?1)",
		      "tn", worktree, path);
}

err_t store_left_list(struct lefts *out, struct store *s, const char *worktree)
{
	scoped(lefts_release) struct lefts list = {0};

	TRY(db_rows(
		NULL, s, read_left, &list,
		"SELECT path, tip, whose FROM left_alone"
		" WHERE worktree = (SELECT id FROM worktree WHERE path = ?1) ORDER BY path, tip",
		"t", worktree));
	*out = list;
	list = (struct lefts){0};
	return NULL;
}
