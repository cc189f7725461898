/* What a model needs of what a command prints: names rather than hashes, a page rather than all. */
#include "cmd/mcp_tool.h"
#include "util/mem.h"
#include "util/utf8.h"

#include <stdlib.h>
#include <string.h>

#define LIST_LIMIT 30
#define SEARCH_LIMIT 10
#define BOX_LIMIT 100
#define LOG_LIMIT 20
#define TEXT_LIMIT 16000	/* bytes */
#define NAMES_LIMIT 10
#define REVISION_DIGITS 12

/* --- values --------------------------------------------------------------------------------- */

static void copy(struct json *j, const char *key, struct slice value)
{
	json_key(j, key);
	if (value.at)
		mcp_print_line(j, value);
	else
		json_null(j);
}

/* Left out where it is null, "" or false. */
static void copy_some(struct json *j, const char *key, struct slice object, const char *from)
{
	struct slice value = json_member(object, from);

	if (value.at && !slice_is(value, "null") && !slice_is(value, "\"\"") &&
	    !slice_is(value, "false"))
		copy(j, key, value);
}

static void copy_all(struct json *j, struct slice object, const char *const *keys)
{
	for (; *keys; keys++)
		copy_some(j, *keys, object, *keys);
}

static bool is_null(struct slice value)
{
	return !value.at || slice_is(value, "null");
}

/* The label, else the path. */
static void put_id(struct json *j, struct slice art)
{
	struct slice id = json_member(art, "id");

	copy(j, "id", is_null(id) ? json_member(art, "path") : id);
}

static void put_revision(struct json *j, struct slice object)
{
	scoped_free char *text = json_text(json_member(object, "revision"));

	if (text)
		json_key_slice(j, "revision",
			       slice_of(text, strnlen(text, REVISION_DIGITS)));
}

static void put_art(struct json *j, struct slice art)
{
	static const char *const keys[] = {"kind", "title", "state", "approval", "conflict",
					   "deleted", "path", NULL};

	put_id(j, art);
	copy_all(j, art, keys);
	put_revision(j, art);
}

static bool text_is(struct slice value, const char *text)
{
	scoped_free char *mine = json_text(value);

	return mine && strcmp(mine, text) == 0;
}

/* --- pages ---------------------------------------------------------------------------------- */

/* A cursor is "<index>:<name of the element before>": it holds where others came or went. */
struct page {
	struct slice array;
	const char *key, *names;	/* of the array in the answer; of an element's name */
	int64_t limit;
	const char *cursor;
};

static size_t element_after(const struct page *p, const char *name, size_t otherwise)
{
	struct slice rest = json_elements(p->array), element;
	size_t i = 0;

	for (; json_next(&rest, &element); i++)
		if (text_is(json_member(element, p->names), name))
			return i + 1;
	return otherwise < i ? otherwise : i;
}

static err_t first_of(size_t *out, const struct page *p)
{
	char *colon = NULL;
	unsigned long index = p->cursor ? strtoul(p->cursor, &colon, 10) : 0;

	if (p->cursor && (colon == p->cursor || *colon != ':'))
		return err_hint(err_new(ERR_MISUSE, "'%s' is no cursor of such an answer",
					p->cursor), "begin without a cursor");
	*out = p->cursor ? element_after(p, colon + 1, index) : 0;
	return NULL;
}

static err_t put_page(struct json *j, const struct page *p,
		      void (*put)(struct json *j, struct slice element))
{
	struct slice rest = json_elements(p->array), element;
	scoped_free char *last = NULL;
	size_t first, i = 0, end;

	TRY(first_of(&first, p));
	end = first + (size_t)p->limit;
	json_key(j, p->key);
	json_array_begin(j);
	for (; json_next(&rest, &element); i++) {
		if (i < first || i >= end)
			continue;
		json_object_begin(j);
		put(j, element);
		json_object_end(j);
		if (i + 1 == end)
			last = json_text(json_member(element, p->names));
	}
	json_array_end(j);
	json_key_int(j, "total", (int64_t)i);
	if (i > end) {
		scoped_free char *cursor = mem_printf("%zu:%s", end, last ? last : "");

		json_key_string(j, "next_cursor", cursor);
	}
	return NULL;
}

/* --- each tool ------------------------------------------------------------------------------ */

/* ["story:INFRA-042", ...]: what `list --blocked` found that others wait for. */
static void put_waits(struct json *j, struct slice waits)
{
	struct slice rest = json_elements(waits), element;

	json_key(j, "waits_for");
	json_array_begin(j);
	while (json_next(&rest, &element)) {
		scoped_free char *kind = json_text(json_member(element, "kind"));
		scoped_free char *id = json_text(json_member(element, "id"));
		scoped_free char *name = mem_printf("%s%s%s", kind ? kind : "", kind ? ":" : "",
						    id ? id : "");

		json_string(j, name);
	}
	json_array_end(j);
}

static void put_listed(struct json *j, struct slice art)
{
	static const char *const keys[] = {"kind", "state", "title", "conflict", "deleted", NULL};
	struct slice waits = json_member(art, "waits_for");

	put_id(j, art);
	copy_all(j, art, keys);
	if (json_elements(waits).len)
		put_waits(j, waits);
}

err_t mcp_shape_list(struct json *j, struct slice data, const struct mcp_part *part)
{
	json_object_begin(j);
	TRY(put_page(j, &(struct page){.array = data, .key = "artifacts", .names = "uid",
				       .limit = part->limit ? part->limit : LIST_LIMIT,
				       .cursor = part->cursor}, put_listed));
	json_object_end(j);
	return NULL;
}

static void put_found(struct json *j, struct slice art)
{
	put_listed(j, art);
	copy(j, "lines", json_member(art, "lines"));
}

err_t mcp_shape_search(struct json *j, struct slice data, const struct mcp_part *part)
{
	json_object_begin(j);
	TRY(put_page(j, &(struct page){.array = data, .key = "artifacts", .names = "uid",
				       .limit = part->limit ? part->limit : SEARCH_LIMIT,
				       .cursor = part->cursor}, put_found));
	json_object_end(j);
	return NULL;
}

/* A page ends behind a line, where there is one, and never within a character. */
static size_t cut(struct slice text, size_t limit)
{
	const char *end;

	if (text.len <= limit)
		return text.len;
	end = memrchr(text.at, '\n', limit);
	if (end)
		return (size_t)(end - text.at) + 1;
	while (limit > 1 && ((unsigned char)text.at[limit] & 0xC0) == 0x80)
		limit--;
	return limit;
}

/* "<offset>:<oid>": of another text it would be another place. */
static err_t text_offset(size_t *out, const char *cursor, struct slice art, size_t len)
{
	scoped_free char *oid = json_text(json_member(art, "oid"));
	char *colon = NULL;
	unsigned long offset = cursor ? strtoul(cursor, &colon, 10) : 0;

	if (cursor && (*colon != ':' || !oid || strcmp(colon + 1, oid) != 0 || offset > len))
		return err_hint(err_new(ERR_MISUSE, "the text has changed since that cursor"),
				"begin without a cursor");
	*out = offset;
	return NULL;
}

/* One page of text under key, and the cursor of the next. */
static err_t put_text(struct json *j, const char *key, struct slice art, const char *text,
		      const struct mcp_part *part)
{
	size_t limit = part->limit ? (size_t)part->limit : TEXT_LIMIT, from = 0, n;
	scoped_free char *cursor = NULL, *oid = json_text(json_member(art, "oid"));

	TRY(text_offset(&from, part->cursor, art, strlen(text)));
	n = cut(slice_str(text + from), limit);
	json_key_slice(j, key, slice_of(text + from, n));
	if (!text[from + n])
		return NULL;
	cursor = mem_printf("%zu:%s", from + n, oid ? oid : "");
	json_key_int(j, "total_bytes", (int64_t)strlen(text));
	json_key_string(j, "next_cursor", cursor);
	return NULL;
}

err_t mcp_shape_show(struct json *j, struct slice data, const struct mcp_part *part)
{
	struct slice rest = json_elements(data), art = {0};
	scoped_free char *text = NULL;

	json_next(&rest, &art);
	text = json_text(json_member(art, "body"));
	if (!text)
		return err_new(ERR_FATAL, "show printed no text");
	json_object_begin(j);
	put_art(j, art);
	if (!slice_is(json_member(art, "problems"), "[]"))
		copy_some(j, "problems", art, "problems");
	TRY(put_text(j, "text", art, text, part));
	json_object_end(j);
	return NULL;
}

err_t mcp_shape_resolve(struct json *j, struct slice data, const struct mcp_part *part)
{
	scoped_free char *merged = json_text(json_member(data, "merged"));

	if (!merged)
		return mcp_shape_change(j, data, part);
	json_object_begin(j);
	put_art(j, data);
	copy(j, "explanation", json_member(data, "explanation"));
	TRY(put_text(j, "merged", data, merged, part));
	json_object_end(j);
	return NULL;
}

err_t mcp_shape_change(struct json *j, struct slice data, const struct mcp_part *part)
{
	static const char *const keys[] = {"changed", "next", NULL};

	json_object_begin(j);
	put_art(j, data);
	for (const char *const *key = keys; *key; key++)
		if (json_member(data, *key).at)
			copy(j, *key, json_member(data, *key));
	json_object_end(j);
	return NULL;
}

static void put_box(struct json *j, struct slice box)
{
	copy(j, "number", json_member(box, "number"));
	copy(j, "checked", json_member(box, "checked"));
	copy(j, "text", json_member(box, "text"));
	copy_some(j, "section", box, "section");
}

err_t mcp_shape_check(struct json *j, struct slice data, const struct mcp_part *part)
{
	struct slice boxes = json_member(data, "boxes");

	if (!boxes.at)
		return mcp_shape_change(j, data, part);
	json_object_begin(j);
	put_id(j, data);
	put_revision(j, data);
	TRY(put_page(j, &(struct page){.array = boxes, .key = "boxes", .names = "number",
				       .limit = part->limit ? part->limit : BOX_LIMIT,
				       .cursor = part->cursor}, put_box));
	json_object_end(j);
	return NULL;
}

static void put_logged(struct json *j, struct slice revision)
{
	static const char *const keys[] = {"time", "author", "how", "message", "mark", "deleted",
					   NULL};

	put_revision(j, revision);
	copy_all(j, revision, keys);
}

err_t mcp_shape_log(struct json *j, struct slice data, const struct mcp_part *part)
{
	json_object_begin(j);
	TRY(put_page(j, &(struct page){.array = data, .key = "revisions", .names = "revision",
				       .limit = part->limit ? part->limit : LOG_LIMIT,
				       .cursor = part->cursor}, put_logged));
	json_object_end(j);
	return NULL;
}

static size_t count(struct slice array)
{
	struct slice rest = json_elements(array), element;
	size_t n = 0;

	while (json_next(&rest, &element))
		n++;
	return n;
}

/* {"count":12,"first":["INFRA-042",...]} */
static void put_names(struct json *j, const char *key, struct slice array)
{
	struct slice rest = json_elements(array), element;
	size_t n = 0;

	json_key(j, key);
	json_object_begin(j);
	json_key_int(j, "count", (int64_t)count(array));
	json_key(j, "first");
	json_array_begin(j);
	while (json_next(&rest, &element) && n++ < NAMES_LIMIT) {
		struct slice id = json_member(element, "id");
		scoped_free char *name =
			json_text(is_null(id) ? json_member(element, "path") : id);

		json_string(j, name);
	}
	json_array_end(j);
	json_object_end(j);
}

err_t mcp_shape_status(struct json *j, struct slice data, const struct mcp_part *part)
{
	static const char *const keys[] = {"busy", "artifacts", "for_next_commit", "remote",
					   "synced", NULL};
	static const char *const files[] = {"older", "kept", "missing", "left", NULL};
	scoped_free char *ref = json_text(json_member(data, "ref"));

	json_object_begin(j);
	json_key_string(j, "branch", !ref ? NULL : strncmp(ref, "refs/heads/", 11) == 0 ? ref + 11
											: ref);
	copy_all(j, data, keys);
	put_names(j, "to_push", json_member(data, "to_push"));
	put_names(j, "conflicts", json_member(data, "conflicts"));
	put_names(j, "claims", json_member(data, "claims"));
	json_key(j, "files");
	json_object_begin(j);
	for (const char *const *key = files; *key; key++)
		json_key_int(j, *key, (int64_t)count(json_member(data, *key)));
	json_object_end(j);
	json_object_end(j);
	return NULL;
}

static void put_undone(struct json *j, struct slice art)
{
	static const char *const keys[] = {"kind", "state", "title", "deleted", NULL};

	put_id(j, art);
	copy_all(j, art, keys);
	copy(j, "changed", json_member(art, "changed"));
	copy_some(j, "did", art, "did");
}

static void put_operation(struct json *j, struct slice operation)
{
	static const char *const keys[] = {"operation", "command", "author", "time", "undoes",
					   "undone", NULL};
	struct slice rest = json_elements(json_member(operation, "artifacts")), element;

	copy_all(j, operation, keys);
	json_key(j, "artifacts");
	json_array_begin(j);
	for (size_t n = 0; n < NAMES_LIMIT && json_next(&rest, &element); n++) {
		scoped_free char *name = json_text(json_member(element, "name"));

		json_string(j, name);
	}
	json_array_end(j);
}

err_t mcp_shape_undo(struct json *j, struct slice data, const struct mcp_part *part)
{
	static const char *const keys[] = {"undid", "operation", "dry_run", "already", NULL};
	bool list = data.len && *data.at == '[';
	struct page page = {.array = list ? data : json_member(data, "artifacts"),
			    .key = list ? "operations" : "artifacts",
			    .names = list ? "operation" : "uid",
			    .limit = part->limit ? part->limit : LOG_LIMIT,
			    .cursor = part->cursor};

	json_object_begin(j);
	if (!list)
		copy_all(j, data, keys);
	TRY(put_page(j, &page, list ? put_operation : put_undone));
	json_object_end(j);
	return NULL;
}

err_t mcp_shape_sync(struct json *j, struct slice data, const struct mcp_part *part)
{
	struct slice half = json_member(data, "pull"), rest, key, value;

	if (is_null(half))
		half = json_member(data, "push");
	json_object_begin(j);
	rest = json_members(half);
	while (json_next_member(&rest, &key, &value)) {
		scoped_free char *name = mem_strndup(key.at, key.len);

		copy(j, name, value);
	}
	json_object_end(j);
	return NULL;
}
