/*
 * Reading JSON in place: a value is a slice of the text that it stands in. For small answers that
 * are read once. Pure.
 */
#ifndef UTIL_JSON_READ_H
#define UTIL_JSON_READ_H

#include "util/slice.h"

/* *value: the text without the space around it. False when it is not exactly one JSON value, or
 * nested more than JSON_DEPTH deep. The functions below take what is part of such a value. */
#define JSON_DEPTH 64
bool json_read(struct slice *value, struct slice text);

/* The value of a key of an object, the first where there are several; at NULL: no such key, or no
 * object. Keys are compared as they are written, without their escapes. */
struct slice json_member(struct slice object, const char *key);
/* What is in an array, for json_next; empty for everything else. */
struct slice json_elements(struct slice array);
/* Takes the next element off *rest; false at the end. */
bool json_next(struct slice *rest, struct slice *element);

/* What is in an object, for json_next_member; empty for everything else. */
struct slice json_members(struct slice object);
/* Takes the next member off *rest; key as it is written, without the quotes. */
bool json_next_member(struct slice *rest, struct slice *key, struct slice *value);

/* The bytes of a string, escapes resolved, up to the first NUL; NULL for everything else. Caller
 * frees. Half a surrogate pair becomes U+FFFD. */
char *json_text(struct slice value);
bool json_is_true(struct slice value);

#endif
