#include "git/odb.h"
#include "git/module.h"
#include "git/repo_internal.h"
#include "util/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

void odb_release(struct odb_object *o)
{
	free(o->bytes);
	*o = (struct odb_object){0};
}

void odb_hex(char out[OID_HEX + 1], const unsigned char *id)
{
	static const char digits[] = "0123456789abcdef";

	for (int i = 0; i < ODB_RAW_ID; i++) {
		out[2 * i] = digits[id[i] >> 4];
		out[2 * i + 1] = digits[id[i] & 15];
	}
	out[OID_HEX] = '\0';
}

static void raw_id(unsigned char out[ODB_RAW_ID], const char *hex)
{
	for (int i = 0; i < ODB_RAW_ID; i++) {
		unsigned value;

		sscanf(hex + 2 * i, "%2x", &value);
		out[i] = (unsigned char)value;
	}
}

/* As much as fits into out; the length, or -1. *whole: the stream ends there. */
static long inflate_some(bool *whole, char *out, size_t size, struct slice in)
{
	z_stream z = {.next_in = (Bytef *)(uintptr_t)in.at, .avail_in = (uInt)in.len,
		      .next_out = (Bytef *)out, .avail_out = (uInt)size};
	int rc;

	if (in.len > UINT32_MAX)
		z.avail_in = UINT32_MAX;
	if (inflateInit(&z) != Z_OK)
		return -1;
	rc = inflate(&z, Z_FINISH);
	inflateEnd(&z);
	if (rc != Z_STREAM_END && rc != Z_OK && rc != Z_BUF_ERROR)
		return -1;
	*whole = rc == Z_STREAM_END;
	return (long)(size - z.avail_out);
}

char *odb_inflate(struct slice in, size_t len)
{
	scoped_free char *out = NULL;
	bool whole = false;

	if (len > ODB_MAX)
		return NULL;
	out = mem_alloc(len + 1);	/* one more: a longer stream would fill it */
	if (inflate_some(&whole, out, len + 1, in) != (long)len || !whole)
		return NULL;
	return steal(out);
}

/* --- loose ---------------------------------------------------------------------------------- */

static const char *const type_names[] = {"", "commit", "tree", "blob", "tag"};

static enum odb_type type_of(struct slice name)
{
	for (enum odb_type t = ODB_COMMIT; t <= ODB_TAG; t++)
		if (slice_is(name, type_names[t]))
			return t;
	return ODB_NONE;
}

/* "commit 123 NUL": the length of this, 0 when it is something else. */
static size_t read_header(struct odb_object *out, const char *bytes, size_t len)
{
	const char *nul = memchr(bytes, '\0', len);
	const char *space = nul ? memchr(bytes, ' ', (size_t)(nul - bytes)) : NULL;
	char *end;

	if (!space || space[1] < '0' || space[1] > '9')
		return 0;
	out->type = type_of(slice_of(bytes, (size_t)(space - bytes)));
	out->len = strtoul(space + 1, &end, 10);
	if (out->type == ODB_NONE || end != nul || out->len > ODB_MAX)
		return 0;
	return (size_t)(nul - bytes) + 1;
}

static bool read_loose(struct odb_object *out, const char *objects, const char *hex)
{
	scoped_free char *name = mem_printf("%.2s/%s", hex, hex + 2);
	scoped_free char *file = NULL, *all = NULL;
	struct odb_object o = {0};
	char start[64];
	size_t len, header = 0;
	bool whole;
	long n;

	file = repo_slurp_at(objects, name, &len);
	if (!file)
		return false;
	n = inflate_some(&whole, start, sizeof(start), slice_of(file, len));
	if (n > 0)
		header = read_header(&o, start, (size_t)n);
	all = header ? odb_inflate(slice_of(file, len), header + o.len) : NULL;
	if (!all)
		return false;
	o.bytes = mem_dup(all + header, o.len);
	*out = o;
	return true;
}

/* --- either --------------------------------------------------------------------------------- */

struct odb {
	char *objects;
	struct odb_packs *packs;
};

struct odb *odb_open(const char *objects)
{
	struct odb *o = mem_alloc(sizeof(*o));

	*o = (struct odb){.objects = mem_strdup(objects)};
	return o;
}

void odb_close(struct odb *o)
{
	if (!o)
		return;
	odb_packs_free(o->packs);
	free(o->objects);
	free(o);
}

static bool has_id(const struct odb_object *o, const char *hex)
{
	struct oid oid = hash_object(type_names[o->type], slice_of(o->bytes, o->len));

	return strcmp(oid.hex, hex) == 0;
}

bool odb_read(struct odb_object *out, struct odb *odb, const char *hex)
{
	scoped(odb_release) struct odb_object o = {0};
	unsigned char id[ODB_RAW_ID];

	if (!hash_is_hex(hex, OID_HEX) || getenv("GIT_OBJECT_DIRECTORY"))
		return false;
	raw_id(id, hex);
	if (!read_loose(&o, odb->objects, hex) &&
	    !odb_read_packed(&o, &odb->packs, odb->objects, id))
		return false;
	if (!has_id(&o, hex))
		return false;
	*out = o;
	o = (struct odb_object){0};
	return true;
}

const char *odb_library(void)
{
	return zlibVersion();
}
