/* The document that values are asked of one after the other is read once. */
#include "store/db.h"
#include "util/json_read.h"

#include <stdlib.h>
#include <string.h>

#define DOC_MAX (4 * 1024 * 1024)	/* what is kept is a copy */
#define PART_MAX 32

void json_doc_release(struct json_doc *d)
{
	free(d->text);
	free(d->members);
	*d = (struct json_doc){0};
}

static void index_members(struct json_doc *d, struct slice object)
{
	struct slice rest = json_members(object);
	struct json_doc_member m, *members = NULL;
	size_t nr = 0, cap = 0;

	while (json_next_member(&rest, &m.key, &m.value)) {
		MEM_GROW(members, nr, cap);
		members[nr++] = m;
	}
	d->members = members;
	d->nr = nr;
}

/* False: SQLite may know better whether it is JSON. */
static bool load(struct json_doc *d, const char *json, size_t len)
{
	struct slice object;

	if (d->text && d->len == len && memcmp(d->text, json, len) == 0)
		return d->valid;
	json_doc_release(d);
	d->text = mem_dup(json, len);
	d->len = len;
	d->valid = json_read(&object, slice_of(d->text, len));
	if (d->valid)
		index_members(d, object);
	return d->valid;
}

static struct slice top_member(const struct json_doc *d, const char *key)
{
	for (size_t i = 0; i < d->nr; i++)
		if (slice_is(d->members[i].key, key))
			return d->members[i].value;
	return (struct slice){0};
}

/* Takes ".name" off *path; false where it is written in another way. */
static bool take_part(char part[PART_MAX + 1], const char **path)
{
	size_t len = **path == '.' ? strspn(*path + 1, "abcdefghijklmnopqrstuvwxyz_") : 0;

	if (!len || len > PART_MAX)
		return false;
	memcpy(part, *path + 1, len);
	part[len] = '\0';
	*path += len + 1;
	return true;
}

static bool find(struct slice *value, const struct json_doc *d, const char *path)
{
	char part[PART_MAX + 1];

	if (*path++ != '$' || !take_part(part, &path))
		return false;
	*value = top_member(d, part);
	while (*path) {
		if (!take_part(part, &path))
			return false;
		*value = json_member(*value, part);
	}
	return true;
}

/* Without the escapes that are a number. */
static char *plain_text(struct slice string)
{
	static const char written[] = "bfnrt", meant[] = "\b\f\n\r\t";
	char *text = mem_alloc(string.len), *end = text;

	for (size_t i = 1; i + 1 < string.len; i++) {
		const char *name;

		if (string.at[i] != '\\') {
			*end++ = string.at[i];
			continue;
		}
		i++;
		name = strchr(written, string.at[i]);
		*end++ = name ? meant[name - written] : string.at[i];
	}
	return text;
}

static bool has_number_escape(struct slice string)
{
	const char *at = string.at, *end = string.at + string.len;

	while ((at = memchr(at, '\\', (size_t)(end - at)))) {
		if (at[1] == 'u')
			return true;
		at += 2;
	}
	return false;
}

bool json_doc_get(char **value, struct json_doc *d, const char *json, const char *path)
{
	size_t len = strlen(json);
	struct slice found;

	if (len > DOC_MAX || !load(d, json, len) || !find(&found, d, path))
		return false;
	*value = NULL;
	if (!found.at || slice_is(found, "null"))
		return true;
	if (found.at[0] == '{' || found.at[0] == '[' ||
	    (found.at[0] == '"' && has_number_escape(found)))
		return false;
	if (found.at[0] == '"')
		*value = plain_text(found);
	else if (found.at[0] == 't' || found.at[0] == 'f')
		*value = mem_strdup(found.at[0] == 't' ? "1" : "0");
	else
		*value = mem_strndup(found.at, found.len);
	return true;
}
