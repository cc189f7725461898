#include "remote/file/share_json.h"

#include "util/utf8.h"

#include <stdlib.h>

#define REQUEST_MAX (64u * 1024 * 1024)

static const struct share_field *find(const struct share_field *fields, size_t nr, const char *name)
{
	for (size_t i = 0; name && i < nr; i++)
		if (strcmp(fields[i].name, name) == 0)
			return &fields[i];
	return NULL;
}

/* A key that comes twice is refused: which of the two is meant? */
static bool take_copy(char **to, const char *text)
{
	if (!text || *to)
		return false;
	*to = mem_strdup(text);
	return true;
}

/* Columns: key, type, value. A lone surrogate ("\ud800") is valid JSON, and not text; what an array
 * holds is for the reader of its elements to judge. */
static bool take(char *record, const struct share_field *field, sqlite3_stmt *st)
{
	const char *type = (const char *)sqlite3_column_text(st, 1);
	bool is_integer = sqlite3_column_type(st, 2) == SQLITE_INTEGER; /* 2^63 comes as a float */
	const char *value = (const char *)sqlite3_column_text(st, 2);
	void *to = record + field->offset;
	bool yes = strcmp(type, "true") == 0;

	switch (field->type) {
	case FIELD_TEXT:
		return strcmp(type, "text") == 0 && utf8_valid(slice_str(value)) &&
		       take_copy(to, value);
	case FIELD_ARRAY:
		return strcmp(type, "array") == 0 && take_copy(to, value);
	case FIELD_INT:
		if (strcmp(type, "integer") != 0 || !is_integer)
			return false;
		*(int64_t *)to = sqlite3_column_int64(st, 2);
		return true;
	case FIELD_BOOL:
		if (!yes && strcmp(type, "false") != 0)
			return false;
		*(bool *)to = yes;
		return true;
	}
	return false;
}

err_t share_json_fields(void *record, const char **wrong, const struct share *s, const char *json,
			const struct share_field *fields, size_t nr)
{
	scoped_stmt st = NULL;
	bool row;

	*wrong = NULL;
	TRY(share_db_query(&st, s, "SELECT key, type, value FROM json_each(?1)", "t", json));
	for (;;) {
		const struct share_field *field;

		TRY(share_db_next(&row, s, st));
		if (!row)
			return NULL;
		field = find(fields, nr, (const char *)sqlite3_column_text(st, 0));
		if (!field || strcmp((const char *)sqlite3_column_text(st, 1), "null") == 0)
			continue;
		if (!take(record, field, st) && !*wrong)
			*wrong = field->name;
	}
}

void share_json_release(void *record, const struct share_field *fields, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		char **text = (char **)(void *)((char *)record + fields[i].offset);

		if (fields[i].type != FIELD_TEXT && fields[i].type != FIELD_ARRAY)
			continue;
		free(*text);
		*text = NULL;
	}
}

static err_t check_request(const struct share *s, const char *json)
{
	scoped_stmt st = NULL;
	bool row;

	if (!json || strlen(json) > REQUEST_MAX)
		return err_new(ERR_REFUSED, "bad request: %s", json ? "too large" : "empty");
	TRY(share_db_query(&st, s,
			   "SELECT CASE WHEN json_valid(?1) "
			   "THEN json_type(?1) = 'object' ELSE 0 END",
			   "t", json));
	TRY(share_db_next(&row, s, st));
	if (!row || !sqlite3_column_int(st, 0))
		return err_new(ERR_REFUSED, "bad request: not a JSON object");
	return NULL;
}

err_t share_json_request(void *record, const struct share *s, const char *json,
			 const struct share_field *fields, size_t nr)
{
	const char *wrong;

	TRY(check_request(s, json));
	TRY(share_json_fields(record, &wrong, s, json, fields, nr));
	if (wrong)
		return err_new(ERR_REFUSED, "bad request: field '%s' is of the wrong type", wrong);
	return NULL;
}

err_t share_json_array(sqlite3_stmt **out, const struct share *s, const char *json)
{
	return share_db_query(out, s, "SELECT type, value FROM json_each(?1)", "t",
			      json ? json : "[]");
}

const char *share_json_element(bool *text, bool *object, sqlite3_stmt *st)
{
	const char *type = (const char *)sqlite3_column_text(st, 0);

	*text = strcmp(type, "text") == 0;
	*object = strcmp(type, "object") == 0;
	return (const char *)sqlite3_column_text(st, 1);
}

bool share_json_has_nul(const char *json)
{
	for (const char *at = json; (at = strchr(at, '\\')); at += 2) {
		if (strncmp(at, "\\u0000", 6) == 0)
			return true;
		if (!at[1])
			break;
	}
	return false;
}
