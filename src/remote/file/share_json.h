/*
 * Reading JSON with SQLite's own functions: exact for 64-bit numbers, and no
 * second parser. Whatever the document holds, reading it is no crash. Internal
 * to remote/file.
 */
#ifndef REMOTE_FILE_SHARE_JSON_H
#define REMOTE_FILE_SHARE_JSON_H

#include "remote/file/share_db.h"

enum share_field_type {
	FIELD_TEXT,  /* char *, owned */
	FIELD_INT,   /* int64_t */
	FIELD_BOOL,  /* bool */
	FIELD_ARRAY, /* char *, owned: the array as JSON */
};

struct share_field {
	const char *name;
	enum share_field_type type;
	size_t offset; /* into the record */
};

/* Fields of an object into a record; what is absent or null keeps its value. *wrong is the name of
 * the first field of another type or with ill-formed text, else NULL (the rest is then read). */
err_t share_json_fields(void *record, const char **wrong, const struct share *s, const char *json,
			const struct share_field *fields, size_t nr) MUST_CHECK;
/* Frees the texts of the record. */
void share_json_release(void *record, const struct share_field *fields, size_t nr);

/* The same for a whole request: ERR_REFUSED "bad request: ..." for anything but an object whose
 * fields have their types. */
err_t share_json_request(void *record, const struct share *s, const char *json,
			 const struct share_field *fields, size_t nr) MUST_CHECK;

/* The elements of an array, one a row of the statement; share_json_element is the text of the one
 * at hand, or the JSON of what is no text. Valid until the next row. */
err_t share_json_array(sqlite3_stmt **out, const struct share *s, const char *json) MUST_CHECK;
const char *share_json_element(bool *text, bool *object, sqlite3_stmt *st);

/* True when a string of the document holds the character U+0000. */
bool share_json_has_nul(const char *json);

#endif
