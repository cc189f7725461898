/*
 * Single commits and trees without libgit2, whose start costs more than a hook may: loose objects
 * and those of packs. What is read must have the id that it was asked by. Everything that is not
 * plain (an alternate, a damaged or foreign file, something large) is "not here", and the caller
 * asks libgit2 or git. Internal to git/.
 */
#ifndef GIT_ODB_H
#define GIT_ODB_H

#include "util/hash.h"
#include "util/slice.h"

#include <stdbool.h>
#include <stdint.h>

#define ODB_MAX (4 << 20)	/* nothing larger is read */
#define ODB_RAW_ID (OID_HEX / 2)

enum odb_type { ODB_NONE, ODB_COMMIT, ODB_TREE, ODB_BLOB, ODB_TAG };

struct odb_object {
	enum odb_type type;
	char *bytes;		/* owned, NUL-terminated */
	size_t len;
};
void odb_release(struct odb_object *o);

/* objects: the directory of that name, copied. Packs are opened once, when they are needed. */
struct odb;
struct odb *odb_open(const char *objects);
void odb_close(struct odb *o);	/* NULL is fine */
bool odb_read(struct odb_object *out, struct odb *o, const char *hex);

/* The packs of a directory. Internal to odb*.c, as all that follows. */
struct odb_packs;
void odb_packs_free(struct odb_packs *p);	/* NULL is fine */
/* An object of them, id as 20 bytes; not compared with its id yet. *packs may be NULL. */
bool odb_read_packed(struct odb_object *out, struct odb_packs **packs, const char *objects,
		     const unsigned char *id);
/* The zlib stream that in starts with, when it is len bytes long; else NULL. NUL-terminated, the
 * caller frees. */
char *odb_inflate(struct slice in, size_t len);

void odb_hex(char out[OID_HEX + 1], const unsigned char *id);

#endif
