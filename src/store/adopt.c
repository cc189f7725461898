#include "store/db.h"

#include "store/digest.h"

#include <string.h>

static err_t read_pair(void *strs, sqlite3_stmt *st)
{
	strs_take(strs, db_text(st, 0));
	strs_take(strs, db_text(st, 1));
	return NULL;
}

static err_t replace_revision(struct store *s, const char *uid, const char *from, const char *to)
{
	TRY(db_run(NULL, s, "UPDATE seen SET hand_rev = ?2 WHERE hand_rev = ?1", "tt", from, to));
	TRY(db_run(NULL, s, "UPDATE mine SET rev = ?2 WHERE rev = ?1", "tt", from, to));
	TRY(db_run(NULL, s, "UPDATE operation_step SET before = ?3 WHERE uid = ?1 AND before = ?2",
		   "ttt", uid, from, to));
	TRY(db_run(NULL, s, "UPDATE operation_step SET after = ?3 WHERE uid = ?1 AND after = ?2",
		   "ttt", uid, from, to));
	return db_run(NULL, s, "UPDATE commit_revision SET rev = ?2 WHERE rev = ?1", "tt", from,
		      to);
}

/* A reference to a revision of the old uid becomes one to the same change under the new uid. */
static err_t move_references(struct store *s, const char *uid, const char *new_uid,
			     const char *head)
{
	scoped(strs_release) struct strs pairs = {0};

	TRY(db_rows(NULL, s, read_pair, &pairs,
		    "SELECT o.id, coalesce((SELECT n.id FROM revision AS n"
		    " WHERE n.uid = ?2 AND n.oid IS o.oid AND n.time = o.time AND n.how = o.how"
		    " AND n.author = o.author ORDER BY n.seq DESC LIMIT 1), ?3)"
		    " FROM revision AS o WHERE o.uid = ?1",
		    "ttt", uid, new_uid, head));
	for (size_t i = 0; i < pairs.len; i += 2)
		TRY(replace_revision(s, uid, pairs.at[i], pairs.at[i + 1]));
	return NULL;
}

static err_t drop_revisions(struct store *s, const char *uid)
{
	TRY(db_run(NULL, s, "DELETE FROM revision_parent WHERE child IN"
			    " (SELECT seq FROM revision WHERE uid = ?1)", "t", uid));
	return db_run(NULL, s, "DELETE FROM revision WHERE uid = ?1", "t", uid);
}

static err_t move_artifact(struct store *s, const char *uid, const char *new_uid, const char *head)
{
	TRY(db_run(NULL, s,
		   "DELETE FROM artifact WHERE uid = ?2"
		   " AND EXISTS (SELECT 1 FROM artifact WHERE uid = ?1)",
		   "tt", uid, new_uid));
	return db_run(NULL, s,
		      "UPDATE artifact SET uid = ?2, head = ?3, generation = generation + 1"
		      " WHERE uid = ?1",
		      "ttt", uid, new_uid, head);
}

/* What the remote has of new_uid stays: it is newer knowledge than ours of uid. */
static err_t move_base(struct store *s, const char *uid, const char *new_uid)
{
	TRY(digest_forget(s));
	TRY(db_run(NULL, s, "UPDATE OR IGNORE base SET uid = ?2 WHERE uid = ?1", "tt", uid,
		   new_uid));
	TRY(db_run(NULL, s, "DELETE FROM base WHERE uid = ?1", "t", uid));
	return db_run(NULL, s,
		      "UPDATE artifact SET pushed ="
		      " (SELECT revision FROM base WHERE uid = ?1 AND version > 0) WHERE uid = ?1",
		      "t", new_uid);
}

static err_t move_rows(struct store *s, const char *uid, const char *new_uid)
{
	TRY(db_run(NULL, s, "UPDATE pending SET uid = ?2 WHERE uid = ?1", "tt", uid, new_uid));
	TRY(db_run(NULL, s, "UPDATE OR REPLACE commit_revision SET uid = ?2 WHERE uid = ?1", "tt",
		   uid, new_uid));
	TRY(db_run(NULL, s, "UPDATE OR REPLACE mine SET uid = ?2 WHERE uid = ?1", "tt", uid,
		   new_uid));
	TRY(db_run(NULL, s, "UPDATE OR REPLACE conflict SET uid = ?2 WHERE uid = ?1", "tt", uid,
		   new_uid));
	TRY(db_run(NULL, s, "UPDATE OR REPLACE approval SET uid = ?2 WHERE uid = ?1", "tt", uid,
		   new_uid));
	TRY(db_run(NULL, s, "UPDATE alias SET uid = ?2 WHERE uid = ?1", "tt", uid, new_uid));
	TRY(db_run(NULL, s, "UPDATE OR REPLACE operation_step SET uid = ?2 WHERE uid = ?1", "tt",
		   uid, new_uid));
	TRY(move_base(s, uid, new_uid));
	TRY(db_run(NULL, s, "DELETE FROM refusal WHERE uid = ?1", "t", uid));
	return db_run(NULL, s, "DELETE FROM outbox WHERE uid = ?1", "t", uid);
}

err_t store_adopt(struct store *s, const char *uid, const char *new_uid, const struct revs *revs,
		  const struct rev_id *head)
{
	BUG_ON(strcmp(uid, new_uid) == 0);
	for (size_t i = 0; i < revs->len; i++)
		TRY(store_rev_put(s, new_uid, &revs->at[i]));
	TRY(move_references(s, uid, new_uid, head->hex));
	TRY(drop_revisions(s, uid));
	TRY(move_artifact(s, uid, new_uid, head->hex));
	return move_rows(s, uid, new_uid);
}
