/* Opening and making the shared database. */
#include "remote/file/file.h"

#include "remote/file/share_calls.h"
#include "util/clock.h"
#include "util/file.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define BUSY_MS 10000

static const char schema[] =
#include "remote/file/schema.sql.inc"
	;

static void share_close(void *ctx)
{
	struct share *s = ctx;

	if (!s)
		return;
	sqlite3_close(s->db);
	free(s->who);
	free(s->path);
	free(s->url);
	free(s);
}

static void close_share(struct share **s)
{
	share_close(*s);
}

static err_t not_ours(const struct share *s)
{
	return err_new(ERR_REFUSED, "'%s' is not a git-agent remote", s->path);
}

/* What SQLite would only say as "unable to open database file". */
static err_t check_place(const struct share *s, bool create)
{
	scoped_free char *dir = mem_strdup(s->path);
	char *slash = strrchr(dir, '/');
	const char *network;
	struct file_stat st;

	if (file_on_network(s->path, &network))
		return err_new(ERR_REFUSED,
			       "'%s' is on a network filesystem (%s), where locks cannot be "
			       "trusted",
			       s->path, network);
	if (slash)
		slash[slash == dir] = '\0';
	if (access(slash ? dir : ".", W_OK | X_OK))
		return share_db_unreachable(s, strerror(errno));
	TRY(file_stat(&st, s->path));
	if (!st.exists && !create)
		return share_db_unreachable(s, "no such file");
	if (st.directory)
		return not_ours(s);
	if (st.exists && access(s->path, R_OK | W_OK))
		return share_db_unreachable(s, strerror(errno));
	return NULL;
}

static err_t open_database(struct share *s, bool create)
{
	int flags = SQLITE_OPEN_READWRITE | (create ? SQLITE_OPEN_CREATE : 0);
	int rc = sqlite3_open_v2(s->path, &s->db, flags, NULL);

	if (rc != SQLITE_OK)
		return s->db ? share_db_error(s) : share_db_unreachable(s, sqlite3_errstr(rc));
	share_db_trace(s);
	sqlite3_extended_result_codes(s->db, 1);
	sqlite3_busy_timeout(s->db, BUSY_MS);
	sqlite3_db_config(s->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(s->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	return NULL;
}

static err_t number(int64_t *out, const struct share *s, const char *sql)
{
	scoped_stmt st = NULL;
	bool row;

	TRY(share_db_query(&st, s, sql, ""));
	TRY(share_db_next(&row, s, st));
	*out = row ? sqlite3_column_int64(st, 0) : 0;
	return NULL;
}

/* *empty: nobody's yet, ours to fill. */
static err_t identify(bool *empty, const struct share *s)
{
	int64_t id, proto, tables;

	TRY(number(&tables, s, "SELECT count(*) FROM sqlite_schema"));
	TRY(number(&id, s, "PRAGMA application_id"));
	TRY(number(&proto, s, "PRAGMA user_version"));
	*empty = tables == 0 && id == 0;
	if (*empty)
		return NULL;
	if (id != SHARE_APPLICATION_ID)
		return not_ours(s);
	if (proto > SHARE_PROTO)
		return err_hint(err_new(ERR_REFUSED,
					"remote '%s' speaks a newer protocol (%lld, this is %d)",
					s->url, (long long)proto, SHARE_PROTO),
				"upgrade git-agent");
	return NULL;
}

/* A file that SQLite cannot read at all is somebody's text, not a damaged remote. */
static err_t identify_file(bool *empty, const struct share *s)
{
	err_t err = identify(empty, s);

	if (!err || (sqlite3_errcode(s->db) & 0xff) != SQLITE_NOTADB)
		return err;
	err_free(err);
	return not_ours(s);
}

/* The project is called like the file. */
static char *slug_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *base = slash ? slash + 1 : path;
	const char *dot = strrchr(base, '.');

	return mem_strndup(base, dot && dot != base ? (size_t)(dot - base) : strlen(base));
}

static err_t fill(const struct share *s)
{
	scoped_free char *slug = slug_of(s->path);
	char epoch[37];

	if (sqlite3_exec(s->db, schema, NULL, NULL, NULL) != SQLITE_OK)
		return share_db_error(s);
	clock_uuid(epoch);
	TRY(share_db_exec(s,
			  "INSERT INTO project (one, slug, epoch, head, head_hash, digest, min_rev)"
			  " VALUES (1, ?1, ?2, 0, ?3, ?3, 0)",
			  "ttt", slug, epoch, SHARE_ZERO_HASH));
	TRY(share_db_exec(s, "PRAGMA application_id = 1195468658", ""));
	return share_db_exec(s, "PRAGMA user_version = 1", "");
}

/* Two may create it at once: the second one finds it made when it gets the lock. */
static err_t make(struct share *s)
{
	scoped_tx tx = NULL;
	bool empty;

	TRY(share_db_write(s));
	tx = s;
	TRY(identify(&empty, s));
	if (!empty)
		return NULL;
	TRY(fill(s));
	return share_db_commit(s);
}

err_t remote_file_open(struct remote *out, const char *path, bool create, const char *who,
		       const struct kinds *kinds)
{
	scoped(close_share) struct share *s = mem_alloc(sizeof(*s));
	bool empty;

	s->kinds = kinds;
	s->who = mem_strdup(who);
	s->path = mem_strdup(path);
	s->url = mem_printf("file:%s", path);
	TRY(check_place(s, create));
	TRY(open_database(s, create));
	TRY(identify_file(&empty, s));
	/* FULL does not sync the directory after the journal is removed: a journal that comes back
	 * takes back what a client was told is done. */
	TRY(share_db_exec(s, "PRAGMA synchronous = EXTRA", ""));
	if (empty && !create)
		return share_db_unreachable(s, "the file is empty");
	if (empty)
		TRY(make(s));
	*out = (struct remote){
		.ctx = s,
		.url = s->url,
		.head = share_head,
		.pull = share_pull,
		.push = share_push,
		.lease = share_lease,
		.manifest = share_manifest,
		.bodies = share_bodies,
		.history = share_history,
		.claim = share_claim,
		.ack = share_ack,
		.close = share_close,
	};
	s = NULL;
	return NULL;
}
