#include "store/db.h"

#include <stdlib.h>

static err_t read_value(void *out, sqlite3_stmt *st)
{
	*(char **)out = db_text(st, 0);
	return NULL;
}

err_t store_meta_get(char **value, struct store *s, const char *key)
{
	scoped_free char *found = NULL;

	TRY(db_rows(NULL, s, read_value, &found, "SELECT value FROM meta WHERE key = ?1", "t",
		    key));
	*value = steal(found);
	return NULL;
}

err_t store_meta_set(struct store *s, const char *key, const char *value)
{
	if (!value)
		return db_run(NULL, s, "DELETE FROM meta WHERE key = ?1", "t", key);
	return db_run(NULL, s,
		      "INSERT INTO meta (key, value) VALUES (?1, ?2)"
		      " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
		      "tt", key, value);
}

err_t store_meta_clear(struct store *s, const char *prefix)
{
	return db_run(NULL, s, "DELETE FROM meta WHERE substr(key, 1, length(?1)) = ?1", "t",
		      prefix);
}
