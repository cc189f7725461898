#include "rest.h"

#include "util/mem.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

/* Each counts what must not be. */
static const struct {
	const char *what, *sql;
} promise[] = {
	{"an artifact is not what its newest entry says",
	 "SELECT count(*) FROM artifact a LEFT JOIN revision r ON r.rev = a.rev "
	 "WHERE r.uid IS NOT a.uid OR r.version <> a.version OR r.revision <> a.revision "
	 "OR r.oid <> a.oid OR a.rev <> (SELECT max(rev) FROM revision m WHERE m.uid = a.uid)"},
	{"versions of an artifact have a gap or a double",
	 "SELECT count(*) FROM artifact a WHERE a.version <> (SELECT count(*) FROM revision r "
	 "WHERE r.uid = a.uid)"},
	{"an entry is not on top of the one before",
	 "SELECT count(*) FROM revision WHERE version <> base_version + 1"},
	{"the chain of hashes has a gap",
	 "SELECT count(*) FROM revision r JOIN revision p ON p.rev = r.rev - 1 "
	 "WHERE r.prev_hash <> p.hash"},
	{"the chain does not end at the head",
	 "SELECT count(*) FROM project WHERE head <> (SELECT coalesce(max(rev), 0) FROM revision) "
	 "OR (head > 0 AND head_hash <> (SELECT hash FROM revision WHERE rev = head))"},
	{"an entry's revision is not in the graph",
	 "SELECT count(*) FROM revision r WHERE NOT EXISTS (SELECT 1 FROM lineage l "
	 "WHERE l.uid = r.uid AND l.id = r.revision)"},
	{"a text of the graph is missing",
	 "SELECT count(*) FROM lineage l WHERE l.oid <> '' AND NOT EXISTS (SELECT 1 FROM text t "
	 "WHERE t.oid = l.oid)"},
};

static sqlite3_stmt *ask(struct team *t, sqlite3 *db, const char *sql)
{
	sqlite3_stmt *q = NULL;

	if (sqlite3_prepare_v2(db, sql, -1, &q, NULL) != SQLITE_OK || sqlite3_step(q) != SQLITE_ROW)
		team_fail(t, "the remote cannot be read: %s", sqlite3_errmsg(db));
	return q;
}

static void check_digest(struct team *t, sqlite3 *db, int c)
{
	sqlite3_stmt *q = ask(t, db, "SELECT digest FROM project");

	team_check_digest(t, c, (const char *)sqlite3_column_text(q, 0));
	sqlite3_finalize(q);
}

int rest_check_remote(struct team *t, int c)
{
	scoped_free char *path = mem_printf("%s/remote.db", t->dir);
	sqlite3 *db = NULL;
	int asked = 0;

	if (t->remotes)
		return t->remotes->check(t, c);
	if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK)
		team_fail(t, "the remote cannot be opened");
	for (size_t i = 0; i < sizeof(promise) / sizeof(*promise) && !t->failure; i++) {
		sqlite3_stmt *q = ask(t, db, promise[i].sql);

		if (!t->failure && sqlite3_column_int(q, 0))
			team_fail(t, "remote: %s", promise[i].what);
		asked++;
		sqlite3_finalize(q);
	}
	if (!t->failure)
		check_digest(t, db, c);
	sqlite3_close(db);
	return asked + 1;
}

static bool in_history(struct team *t, struct store *s, const char *uid, int token)
{
	scoped(revs_release) struct revs revs = {0};
	bool found = false;

	team_ok(t, store_rev_list(&revs, s, uid), "revisions");
	for (size_t i = revs.len; i-- && !found;) {
		scoped_free char *text = NULL;
		size_t len;

		if (oid_none(&revs.at[i].oid))
			continue;
		team_ok(t, store_text_get(&text, &len, s, revs.at[i].oid.hex), "text");
		found = team_has(text, token);
	}
	return found;
}

bool rest_reachable(struct team *t, int c, int token)
{
	scoped(arts_release) struct arts all = {0};
	struct art_filter any = {.with_deleted = true};
	struct store *s = t->clone[c].store;
	bool found = false;

	team_ok(t, store_art_list(&all, s, &any), "artifacts");
	for (size_t i = 0; i < all.len && !found; i++)
		found = in_history(t, s, all.at[i].uid, token);
	return found;
}

int rest_count(const char *text, int token)
{
	scoped_free char *word = mem_printf("- t%d\n", token);
	int n = 0;

	for (; text && (text = strstr(text, word)); text += strlen(word))
		n++;
	return n;
}
