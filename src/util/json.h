/*
 * A streaming JSON writer. Pure: it writes to the stream it is given, which is a mem_stream
 * in most callers, and keeps no error of its own: ferror() of the stream tells.
 *
 * Commas are set by the writer; the caller opens, closes and names things in the right order.
 * Text that is not UTF-8 comes out with U+FFFD in place of each ill-formed sequence.
 */
#ifndef UTIL_JSON_H
#define UTIL_JSON_H

#include "util/slice.h"

#include <stdint.h>
#include <stdio.h>

struct json {
	FILE *out;	/* the caller's; never closed here */
	int depth;	/* objects and arrays that are open */
	bool comma;	/* the next key or value is not the first of its container */
};

void json_init(struct json *j, FILE *out);

void json_object_begin(struct json *j);
void json_object_end(struct json *j);
void json_array_begin(struct json *j);
void json_array_end(struct json *j);

/* Only inside an object; one value follows. */
void json_key(struct json *j, const char *name);

void json_string(struct json *j, const char *text);	/* NULL writes null */
void json_slice(struct json *j, struct slice text);	/* at NULL writes null */
void json_int(struct json *j, int64_t value);		/* as digits, exact */
void json_bool(struct json *j, bool value);
void json_null(struct json *j);
/* One complete JSON value, copied as it is. */
void json_raw(struct json *j, const char *json_text);

/* json_key and the value in one call. */
void json_key_string(struct json *j, const char *name, const char *text);
void json_key_slice(struct json *j, const char *name, struct slice text);
void json_key_int(struct json *j, const char *name, int64_t value);
void json_key_bool(struct json *j, const char *name, bool value);

#endif
