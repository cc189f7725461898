/*
 * SHA-1 (FIPS 180-4, for git blob ids) and SHA-256. Pure.
 * Ids are lower-case hex strings; "" stands for "no text" (a deletion, an absent file).
 */
#ifndef UTIL_HASH_H
#define UTIL_HASH_H

#include "util/slice.h"

#include <stdint.h>

#define OID_HEX 40	/* a git SHA-1 object id */
#define SHA256_HEX 64

struct oid {
	char hex[OID_HEX + 1];
};

struct sha256 {
	char hex[SHA256_HEX + 1];
};

static inline bool oid_eq(const struct oid *a, const struct oid *b)
{
	return strcmp(a->hex, b->hex) == 0;
}

static inline bool oid_none(const struct oid *a)
{
	return a->hex[0] == '\0';
}

/* The id git gives to a blob with this content. */
struct oid hash_blob(struct slice content);
/* The same for an object of any type ("tree", "commit" ...). */
struct oid hash_object(const char *type, struct slice content);
/* SHA-1 of the bytes themselves. */
struct oid hash_sha1(struct slice bytes);
struct sha256 hash_sha256(struct slice bytes);
/* True for exactly len lower-case hex digits. */
bool hash_is_hex(const char *s, size_t len);

#endif
