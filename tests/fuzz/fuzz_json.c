/*
 * Any bytes as JSON: the three readers that meet a reply agree on what is JSON, on the members of
 * an object and on the text of a string; and a text that is written is read back.
 */
#include "remote/supabase/sb.h"
#include "store/store.h"
#include "util/json.h"
#include "util/json_read.h"
#include "util/mem.h"
#include "util/utf8.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool ok)
{
	if (!ok)
		abort();
}

static bool is_inside(struct slice inner, struct slice outer)
{
	return inner.at >= outer.at && inner.at + inner.len <= outer.at + outer.len;
}

static void check_text(struct slice value)
{
	scoped_free char *a = json_text(value), *b = sb_json_text(value);
	struct sb_flaws flaws;

	sb_json_valid(value, &flaws);
	require((a != NULL) == (*value.at == '"'));
	if (a && !flaws.text)
		require(b && strcmp(a, b) == 0);
}

static void walk(struct slice value)
{
	struct slice rest = value, key, member;

	check_text(value);
	if (*value.at == '{') {
		while (sb_json_member(&key, &member, &rest)) {
			scoped_free char *name = mem_strndup(key.at, key.len);
			struct slice found = json_member(value, name), first;

			require(is_inside(member, value));
			require(memchr(name, '\\', key.len) || strlen(name) != key.len ||
				(found.at && is_inside(found, value)));
			require(sb_json_get(&first, value, name) == (strlen(name) == key.len));
			walk(member);
		}
	} else if (*value.at == '[') {
		struct slice elements = json_elements(value), element;

		while (sb_json_next(&member, &rest)) {
			require(json_next(&elements, &element) && slice_eq(element, member));
			walk(member);
		}
		require(!json_next(&elements, &element));
	}
}

static void check_reading(struct slice text)
{
	struct sb_flaws flaws;
	struct slice value;
	bool ours = json_read(&value, text), theirs = sb_json_valid(text, &flaws);

	if (theirs && flaws.depth <= JSON_DEPTH)
		require(ours);
	if (ours) {
		require(theirs && is_inside(value, text));
		walk(value);
	}
}

static void check_writing(struct slice text)
{
	struct mem_stream out;
	struct json j;
	struct slice value;
	scoped_free char *json = NULL, *again = NULL;
	size_t len;

	mem_stream_open(&out);
	json_init(&j, out.file);
	json_slice(&j, text);
	json = mem_stream_close(&out, &len);
	require(json_read(&value, slice_of(json, len)) && utf8_valid(value));
	again = json_text(value);
	if (utf8_valid(text) && !memchr(text.at, 0, text.len))
		require(again && slice_is(text, again));
}

/* SQLite takes JSON5 as well, so that only what it refuses can be compared. */
static void check_store(struct slice text)
{
	static struct store *store;
	scoped_free char *copy = mem_strndup(text.at, text.len), *value = NULL;
	struct sb_flaws flaws;
	err_t err;

	if (!store) {
		err = store_open(&store, ":memory:", STORE_CREATE);
		require(!err);
	}
	err = store_json_get(&value, store, copy, "$.a");
	if (sb_json_valid(slice_str(copy), &flaws) && !flaws.text && utf8_valid(slice_str(copy)))
		require(!err || flaws.depth > 900);
	err_free(err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = size ? slice_of((const char *)data, size) : slice_str("");

	check_reading(text);
	check_writing(text);
	check_store(text);
	return 0;
}
