#include "store/db.h"

#include <stdlib.h>
#include <string.h>

err_t store_text_put(struct oid *oid, struct store *s, struct slice text)
{
	struct oid id = hash_blob(text);

	TRY(db_run(NULL, s,
		   "INSERT INTO blob (oid, bytes) VALUES (?1, ?2) ON CONFLICT (oid) DO NOTHING",
		   "tb", id.hex, text));
	*oid = id;
	return NULL;
}

struct bytes {
	char *at;
	size_t len;
};

static err_t read_bytes(void *out, sqlite3_stmt *st)
{
	struct bytes *bytes = out;
	const void *at = sqlite3_column_blob(st, 0);

	bytes->len = (size_t)sqlite3_column_bytes(st, 0);
	bytes->at = mem_dup(at, bytes->len);
	return NULL;
}

err_t store_text_get(char **bytes, size_t *len, struct store *s, const char *oid)
{
	struct bytes text = {0};

	if (!*oid)
		text.at = mem_strdup("");
	else
		TRY(db_rows(NULL, s, read_bytes, &text, "SELECT bytes FROM blob WHERE oid = ?1",
			    "t", oid));
	if (!text.at)
		return err_new(ERR_NOTFOUND, "text '%s' is not in the workspace", oid);
	if (*oid && strcmp(hash_blob(slice_of(text.at, text.len)).hex, oid) != 0) {
		scoped_free char *what = mem_printf("text '%s' is another one", oid);

		free(text.at);
		return db_corrupt(s->path, what);
	}
	*bytes = text.at;
	*len = text.len;
	return NULL;
}

err_t store_text_has(bool *has, struct store *s, const char *oid)
{
	size_t n = 0;

	TRY(db_rows(&n, s, NULL, NULL, "SELECT 1 FROM blob WHERE oid = ?1", "t", oid));
	*has = n > 0 || !*oid;
	return NULL;
}

err_t store_uids_with_text(struct strs *out, struct store *s, const char *oid)
{
	scoped(strs_release) struct strs uids = {0};

	TRY(db_rows(NULL, s, db_read_strs, &uids,
		    "SELECT DISTINCT uid FROM revision WHERE oid = ?1 ORDER BY uid", "o", oid));
	*out = uids;
	uids = (struct strs){0};
	return NULL;
}
