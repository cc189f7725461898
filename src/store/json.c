#include "store/db.h"

#include <stdlib.h>
#include <string.h>

/* Asked only after a failure: it parses the document once more. */
static err_t explain(struct store *s, err_t err, const char *json)
{
	int64_t valid = 1;

	if (!err || err->code != ERR_FATAL)
		return err;
	err_free(db_rows(NULL, s, db_read_int, &valid, "SELECT json_valid(?1)", "t", json));
	if (valid)
		return err;
	err_free(err);
	return err_new(ERR_CORRUPT, "the answer is not valid JSON");
}

/* SQLite ends a string at \u0000; what follows must not be lost in silence. */
static bool has_nul(const char *raw)
{
	for (const char *at = raw; (at = strchr(at, '\\')) != NULL; at += 2)
		if (strncmp(at, "\\u0000", 6) == 0)
			return true;
	return false;
}

struct value {
	char *text;
	bool nul;
};

/* type, raw JSON, string value */
static err_t read_value(void *out, sqlite3_stmt *st)
{
	struct value *value = out;
	const char *type = (const char *)sqlite3_column_text(st, 0);
	const char *raw = (const char *)sqlite3_column_text(st, 1);

	if (!type || !raw || strcmp(type, "null") == 0)
		return NULL;
	if (strcmp(type, "true") == 0 || strcmp(type, "false") == 0) {
		value->text = mem_strdup(type[0] == 't' ? "1" : "0");
	} else if (strcmp(type, "text") == 0) {
		value->nul = has_nul(raw);
		value->text = db_text(st, 2);
	} else {
		value->text = mem_strdup(raw);	/* as written: exact for any number */
	}
	return NULL;
}

err_t store_json_get(char **value, struct store *s, const char *json, const char *path)
{
	struct value found = {0};

	if (json && json_doc_get(value, &s->doc, json, path))
		return NULL;
	TRY(explain(s, db_rows(NULL, s, read_value, &found,
			       "SELECT json_type(?1, ?2), ?1 -> ?2,"
			       " iif(json_type(?1, ?2) = 'text', ?1 ->> ?2, NULL)",
			       "tt", json, path), json));
	if (found.nul) {
		free(found.text);
		return err_new(ERR_REFUSED, "'%s' of the answer has a NUL character", path);
	}
	*value = found.text;
	return NULL;
}

static err_t read_element(void *list, sqlite3_stmt *st)
{
	struct value value = {0};

	TRY(read_value(&value, st));
	strs_take(list, value.text ? value.text : mem_strdup(""));
	if (value.nul)
		return err_new(ERR_CORRUPT, "an element of the answer has a NUL character");
	return NULL;
}

err_t store_json_array(struct strs *out, struct store *s, const char *json, const char *path)
{
	scoped(strs_release) struct strs list = {0};

	TRY(explain(s, db_rows(NULL, s, read_element, &list,
			       "SELECT e.type, CASE WHEN e.type IN ('object', 'array') THEN e.value"
			       " WHEN typeof(e.atom) = 'integer' THEN e.atom"
			       " WHEN e.type = 'text' AND NOT ?3 THEN '' ELSE ?1 -> e.fullkey END,"
			       " iif(e.type = 'text', e.atom, NULL)"
			       " FROM json_each(?1, ?2) AS e WHERE json_type(?1, ?2) = 'array'",
			       "ttd", json, path, (int)has_nul(json)), json));
	*out = list;
	list = (struct strs){0};
	return NULL;
}

/* The number is asked for twice: an integer too large for 64 bits would come out as a float. */
static err_t check_page(struct store *s, const char *page)
{
	int64_t bad = 0;

	TRY(db_rows(NULL, s, db_read_int, &bad,
		    "SELECT coalesce(json_type(?1, '$.rows'), 'array') <> 'array'"
		    " OR EXISTS (SELECT 1 FROM json_each(?1, '$.rows') AS e"
		    " WHERE CASE e.type WHEN 'object' THEN coalesce(json_type(e.value, '$.rev'), "
		    "'') <> 'integer'"
		    " OR typeof(e.value ->> '$.rev') <> 'integer' ELSE 1 END)",
		    "t", page));
	if (bad)
		return err_new(ERR_CORRUPT, "a row of the answer has no revision number");
	TRY(db_rows(NULL, s, db_read_int, &bad,
		    "SELECT coalesce(json_type(?1, '$.next'), '') <> 'integer'"
		    " OR coalesce(json_type(?1, '$.epoch'), '') <> 'text'",
		    "t", page));
	return bad ? err_new(ERR_CORRUPT, "the answer has no epoch or no next revision") : NULL;
}

static err_t stage(struct store *s, const char *page)
{
	static const char *const names[][2] = {
		{"epoch", "$.epoch"}, {"cursor", "$.next"}, {"cursor_hash", "$.next_hash"}};

	TRY(db_run(NULL, s,
		   "INSERT OR REPLACE INTO inbox (rev, body)"
		   " SELECT e.value ->> '$.rev', e.value FROM json_each(?1, '$.rows') AS e",
		   "t", page));
	for (size_t i = 0; i < 3; i++) {
		scoped_free char *value = NULL;

		TRY(store_json_get(&value, s, page, names[i][1]));
		TRY(store_meta_set(s, names[i][0], value));
	}
	return NULL;
}

err_t store_inbox_stage(struct store *s, const char *page_json)
{
	err_t err;

	TRY(explain(s, check_page(s, page_json), page_json));
	TRY(store_begin(s));
	err = stage(s, page_json);
	if (!err)
		err = store_commit(s);
	if (err)
		store_rollback(s);
	return err;
}

err_t store_inbox_count(long *count, struct store *s)
{
	int64_t n = 0;

	TRY(db_rows(NULL, s, db_read_int, &n, "SELECT count(*) FROM inbox", ""));
	*count = (long)n;
	return NULL;
}

struct inbox_row {
	char *json;
	int64_t rev;
};

static err_t read_inbox_row(void *out, sqlite3_stmt *st)
{
	struct inbox_row *row = out;

	row->rev = sqlite3_column_int64(st, 0);
	row->json = db_text(st, 1);
	return NULL;
}

err_t store_inbox_next(char **json, int64_t *rev, struct store *s)
{
	struct inbox_row row = {NULL, *rev};

	TRY(db_rows(NULL, s, read_inbox_row, &row,
		    "SELECT rev, body FROM inbox WHERE rev > ?1 ORDER BY rev LIMIT 1", "q", *rev));
	*json = row.json;
	*rev = row.rev;
	return NULL;
}

err_t store_inbox_drop(struct store *s, int64_t rev)
{
	return db_run(NULL, s, "DELETE FROM inbox WHERE rev <= ?1", "q", rev);
}

err_t store_inbox_clear(struct store *s)
{
	return db_run(NULL, s, "DELETE FROM inbox", "");
}
