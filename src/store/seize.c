#include "store/seize.h"
#include "store/db.h"
#include "util/mem.h"

#include <string.h>

#define WAIT_MS 10000

/* This process has seized a directory: it would wait for itself. */
static bool seized;

static err_t lock_dir_of(int *lock, const char *path, bool alone)
{
	const char *slash = strrchr(path, '/');
	scoped_free char *dir = slash ? mem_strndup(path, (size_t)(slash - path)) : mem_strdup(".");
	err_t err = file_lock_dir(lock, dir[0] ? dir : "/", alone, WAIT_MS);

	if (!err || err->code != ERR_BUSY)
		return err;
	err_free(err);
	return err_hint(err_new(ERR_BUSY, "another git-agent process is using the workspace '%s'",
				path),
			"run the command again when it has ended");
}

/* Without a directory there is no workspace, and some filesystems know no locks. */
err_t store_share(int *lock, const char *path)
{
	err_t err;

	*lock = -1;
	if (seized || strcmp(path, ":memory:") == 0)
		return NULL;
	err = lock_dir_of(lock, path, false);
	if (!err || err->code == ERR_BUSY)
		return err;
	err_free(err);
	return NULL;
}

err_t store_seize(int *lock, const char *path)
{
	BUG_ON(seized);
	TRY(lock_dir_of(lock, path, true));
	seized = true;
	return NULL;
}

void store_unseize(int lock)
{
	if (lock < 0)
		return;
	seized = false;
	file_unlock(lock);
}

static void close_ptr(sqlite3 **db)
{
	sqlite3_close(*db);
}

/* Leaving WAL mode fails where anybody else has the database open, a shell for example. */
err_t store_settle(const char *path)
{
	scoped(close_ptr) sqlite3 *db = NULL;
	int rc = sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_exec(db, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL);
	if ((rc & 0xff) == SQLITE_BUSY)
		return err_hint(err_new(ERR_BUSY, "another program has the workspace '%s' open",
					path),
				"close it, then run the command again");
	return db_error_at(db, path, rc);
}
