#include "store/db.h"

err_t store_approval_put(struct store *s, const char *uid, const struct approval *a)
{
	return db_run(NULL, s,
		      "INSERT OR REPLACE INTO approval (uid, state, normative, at, rev, chain,"
		      " approver) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
		      "ttttltt", uid, a->state, a->normative.hex, a->at, a->rev, a->chain.hex,
		      a->approver);
}

err_t store_approval_drop(struct store *s, const char *uid, const char *state)
{
	return db_run(NULL, s, "DELETE FROM approval WHERE uid = ?1 AND state = ?2", "tt", uid,
		      state);
}

static err_t read_approval(void *list, sqlite3_stmt *st)
{
	struct approval *a = DB_APPEND((struct approvals *)list);

	*a = (struct approval){.rev = db_long(st, 3)};
	a->state = db_text(st, 0);
	DB_HEX(a->normative, st, 1);
	a->at = db_text(st, 2);
	DB_HEX(a->chain, st, 4);
	a->approver = db_text(st, 5);
	DB_UID(a->uid, st, 6);
	return NULL;
}

err_t store_approval_list(struct approvals *out, struct store *s, const char *uid)
{
	scoped(approvals_release) struct approvals list = {0};

	TRY(db_rows(NULL, s, read_approval, &list,
		    "SELECT state, normative, at, rev, chain, approver, uid FROM approval"
		    " WHERE uid = ?1 ORDER BY rev", "t", uid));
	*out = list;
	list = (struct approvals){0};
	return NULL;
}

err_t store_approval_uids(struct strs *out, struct store *s)
{
	scoped(strs_release) struct strs list = {0};

	TRY(db_rows(NULL, s, db_read_strs, &list,
		    "SELECT DISTINCT uid FROM approval ORDER BY uid", ""));
	*out = list;
	list = (struct strs){0};
	return NULL;
}
