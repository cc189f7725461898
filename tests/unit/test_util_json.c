#include "util/json.h"
#include "util/mem.h"
#include "util/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

static char *quoted(struct slice text)
{
	struct mem_stream s;
	struct json j;

	mem_stream_open(&s);
	json_init(&j, s.file);
	json_slice(&j, text);
	return mem_stream_close(&s, NULL);
}

static void is_quoted(const char *text, const char *expected)
{
	char *json = quoted(slice_str(text));

	assert_string_equal(json, expected);
	free(json);
}

static void sets_commas(void **state)
{
	struct mem_stream s;
	struct json j;
	char *text;

	mem_stream_open(&s);
	json_init(&j, s.file);
	json_object_begin(&j);
	json_key_string(&j, "a", "x");
	json_key(&j, "list");
	json_array_begin(&j);
	json_array_begin(&j);
	json_array_end(&j);
	json_int(&j, INT64_MIN);
	json_object_begin(&j);
	json_object_end(&j);
	json_string(&j, NULL);
	json_array_end(&j);
	json_key_bool(&j, "yes", true);
	json_key(&j, "raw");
	json_raw(&j, "{\"q\":1}");
	json_key_int(&j, "big", 9007199254740993);
	json_key_slice(&j, "none", slice_of(NULL, 0));
	json_object_end(&j);
	assert_int_equal(j.depth, 0);
	text = mem_stream_close(&s, NULL);
	assert_string_equal(text, "{\"a\":\"x\",\"list\":[[],-9223372036854775808,{},null],"
				  "\"yes\":true,\"raw\":{\"q\":1},\"big\":9007199254740993,"
				  "\"none\":null}");
	free(text);
}

static void escapes(void **state)
{
	char *nul = quoted(slice_of("a\0b", 3));

	assert_string_equal(nul, "\"a\\u0000b\"");
	free(nul);
	is_quoted("", "\"\"");
	is_quoted("\"\\\n\r\t\x1b[0m", "\"\\\"\\\\\\n\\r\\t\\u001b[0m\"");
	is_quoted("\x7f \xc2\x9b", "\"\\u007f \\u009b\"");
	is_quoted("\xc3\xa9 \xf0\x9f\x98\x80", "\"\xc3\xa9 \xf0\x9f\x98\x80\"");
}

#define BAD "\xef\xbf\xbd"

/* One replacement for each maximal part of an ill-formed sequence, as Unicode recommends. */
static void replaces_what_is_not_utf8(void **state)
{
	is_quoted("a\x80z", "\"a" BAD "z\"");
	is_quoted("\xc0\xaf", "\"" BAD BAD "\"");
	is_quoted("\xe2\x82z", "\"" BAD "z\"");
	is_quoted("\xed\xa0\x80", "\"" BAD BAD BAD "\"");
	is_quoted("\xf0\x9f\x98", "\"" BAD "\"");
	is_quoted("\xf5\xf4\x90", "\"" BAD BAD BAD "\"");
	assert_true(utf8_valid(slice_str("\xef\xbf\xbd\xf4\x8f\xbf\xbf")));
	assert_false(utf8_valid(slice_str("ok\xf4\x90\x80\x80")));
}

/* Against the definition: every code point encodes, decodes, and has no shorter form. */
static void decodes_every_code_point(void **state)
{
	for (uint32_t cp = 0; cp <= 0x10FFFF; cp++) {
		char bytes[4];
		size_t len = cp < 0x80 ? 1 : cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
		struct slice rest = slice_of(bytes, len);
		uint32_t got;

		if (len == 1)
			bytes[0] = (char)cp;
		for (size_t i = 0; len > 1 && i < len; i++)
			bytes[i] = (char)(i ? 0x80 | (cp >> 6 * (len - 1 - i) & 0x3F)
					    : (0xF00u >> len & 0xFF) | cp >> 6 * (len - 1));
		assert_true(utf8_next(&rest, &got, NULL));
		if (cp >= 0xD800 && cp <= 0xDFFF)
			assert_int_equal(got, UTF8_REPLACEMENT);
		else
			assert_true(got == cp && rest.len == 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sets_commas),
		cmocka_unit_test(escapes),
		cmocka_unit_test(replaces_what_is_not_utf8),
		cmocka_unit_test(decodes_every_code_point),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
