/*
 * What the remote is known to have, as one number: the XOR of sha256("uid|version|oid") over what
 * is not deleted. meta "digest" has it and follows each change of base; without it, it is counted.
 */
#include "store/db.h"

#include "store/digest.h"

#include <stdlib.h>

#define KEY "digest"
#define NOTHING "0000000000000000000000000000000000000000000000000000000000000000"

static int digit(char c)
{
	return c <= '9' ? c - '0' : c - 'a' + 10;
}

static void mix(struct sha256 *digest, const char *uid, long version, const char *oid)
{
	scoped_free char *text = mem_printf("%s|%ld|%s", uid, version, oid);
	struct sha256 hash = hash_sha256(slice_str(text));

	for (int i = 0; i < SHA256_HEX; i++)
		digest->hex[i] = "0123456789abcdef"[digit(digest->hex[i]) ^ digit(hash.hex[i])];
}

static err_t mix_row(void *digest, sqlite3_stmt *st)
{
	scoped_free char *uid = db_text(st, 0), *oid = db_text(st, 2);

	mix(digest, uid, db_long(st, 1), oid);
	return NULL;
}

static err_t known(struct sha256 *out, bool *found, struct store *s)
{
	scoped_free char *text = NULL;

	TRY(store_meta_get(&text, s, KEY));
	*found = text && hash_is_hex(text, SHA256_HEX);
	if (*found)
		memcpy(out->hex, text, sizeof(out->hex));
	return NULL;
}

err_t store_digest(struct sha256 *out, struct store *s)
{
	struct sha256 digest = {NOTHING};
	bool found;

	TRY(known(&digest, &found, s));
	if (!found) {
		TRY(db_rows(NULL, s, mix_row, &digest,
			    "SELECT uid, version, oid FROM base WHERE NOT deleted AND version > 0",
			    ""));
		TRY(store_meta_set(s, KEY, digest.hex));
	}
	*out = digest;
	return NULL;
}

err_t digest_forget(struct store *s)
{
	return store_meta_set(s, KEY, NULL);
}

err_t digest_replace(struct store *s, const char *uid, const struct base *b)
{
	struct sha256 digest;
	bool found;

	TRY(known(&digest, &found, s));
	if (!found)
		return NULL;
	TRY(db_rows(NULL, s, mix_row, &digest,
		    "SELECT uid, version, oid FROM base"
		    " WHERE uid = ?1 AND NOT deleted AND version > 0", "t", uid));
	if (!b->deleted && b->version > 0)
		mix(&digest, uid, b->version, b->oid.hex);
	return store_meta_set(s, KEY, digest.hex);
}

err_t store_base_differs(struct strs *uids, struct strs *missing, struct store *s,
			 const char *manifest)
{
	TRY(db_rows(NULL, s, db_read_strs, uids,
		    "SELECT m.value ->> 'uid' FROM json_each(?1, '$.rows') m"
		    " LEFT JOIN base b ON b.uid = m.value ->> 'uid'"
		    " WHERE CASE WHEN b.uid IS NULL THEN NOT (m.value ->> 'deleted')"
		    "   ELSE b.version <> m.value ->> 'version'"
		    "     OR b.deleted <> m.value ->> 'deleted'"
		    "     OR coalesce(b.oid, '') <> m.value ->> 'oid' END", "t", manifest));
	return db_rows(NULL, s, db_read_strs, missing,
		       "SELECT uid FROM base WHERE NOT deleted AND version > 0 AND uid NOT IN"
		       " (SELECT value ->> 'uid' FROM json_each(?1, '$.rows'))", "t", manifest);
}
