#include "git/odb_tree.h"
#include "git/repo_internal.h"

#include <string.h>

#define PARENTS_MAX 1000

static bool read_as(struct odb_object *out, struct odb *o, const char *id, enum odb_type type)
{
	if (!odb_read(out, o, id))
		return false;
	if (out->type == type)
		return true;
	odb_release(out);
	return false;
}

/* "tree <id>", then a line "parent <id>" for each. */
static bool take_commit(struct odb_commit *out, const char *at)
{
	if (strncmp(at, "tree ", 5) != 0 || !repo_take_id(out->tree, at + 5))
		return false;
	at += 5 + OID_HEX;
	for (; strncmp(at, "\nparent ", 8) == 0; at += 8 + OID_HEX)
		if (!repo_take_id(out->parent, at + 8) || ++out->parents > PARENTS_MAX)
			return false;
	return *at == '\n';
}

bool odb_read_commit(struct odb_commit *out, struct odb *o, const char *id)
{
	struct odb_object object;
	bool read = read_as(&object, o, id, ODB_COMMIT);

	*out = (struct odb_commit){.parents = 0};
	if (!read)
		return false;
	read = take_commit(out, object.bytes);
	odb_release(&object);
	return read;
}

bool odb_read_tree(struct odb_walk *out, struct odb_object *object, struct odb *o, const char *id)
{
	if (!read_as(object, o, id, ODB_TREE))
		return false;
	*out = (struct odb_walk){object->bytes, object->bytes + object->len, false};
	return true;
}

static bool take_mode(unsigned *out, const char **at, const char *end)
{
	int digits = 0;

	for (*out = 0; *at < end && **at >= '0' && **at <= '7' && digits < 6; digits++, ++*at)
		*out = *out << 3 | (unsigned)(**at - '0');
	return digits >= 5 && *at < end && *(*at)++ == ' ';
}

/* "<mode> SP <name> NUL <20 bytes>". */
bool odb_next(struct odb_entry *out, struct odb_walk *w)
{
	const char *at = w->at, *nul;

	if (at >= w->end)
		return false;
	w->bad = true;
	if (!take_mode(&out->mode, &at, w->end))
		return false;
	nul = memchr(at, '\0', (size_t)(w->end - at));
	if (!nul || nul == at || w->end - nul <= ODB_RAW_ID)
		return false;
	w->bad = false;
	out->name = at;
	out->id = (const unsigned char *)nul + 1;
	w->at = nul + 1 + ODB_RAW_ID;
	return true;
}
