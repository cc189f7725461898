/* JSON read in place. GIT_AGENT_SEED=<n> repeats the damage that is done to it. */
#include "util/json_read.h"
#include "util/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static const char *const good[] = {
	"null", " true ", "false\n", "0", "-0", "-1.5e+10", "1E2", "\"\"", "\"a\"",
	"[]", "[ ]", "{}", "[1,2]", "[[],{}]", "{\"a\":1}",
	" { \"a\" : [ 1 , \"x\" ] , \"b\" : null } ",
	"\"\\u00e9\\n\\\\\\\"\"", "\"\xc3\xa9\"",
};

static const char *const bad[] = {
	"", " ", "nul", "truex", "01", "-", "1.", ".5", "1e", "+1",
	"\"", "\"a", "\"\\\"", "\"\\x\"", "\"\\u12\"", "\"\\u12g4\"", "\"a\nb\"",
	"[", "]", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "{",
	"{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}", "{1:2}", "{\"a\":1",
	"1 2", "{} x", "[}", "'a'",
};

static void test_whole(void **state)
{
	struct slice value;
	char deep[2 * JSON_DEPTH + 8] = "";

	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		if (!json_read(&value, slice_str(good[i])))
			fail_msg("refused: %s", good[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		if (json_read(&value, slice_str(bad[i])))
			fail_msg("taken: %s", bad[i]);
	assert_false(json_read(&value, slice_of("\"a\\\0\"", 5)));
	for (int i = 0; i < JSON_DEPTH; i++)
		strcat(deep, "[");
	for (int i = 0; i < JSON_DEPTH; i++)
		strcat(deep, "]");
	assert_true(json_read(&value, slice_str(deep)));
	for (int i = 0; i < JSON_DEPTH + 3; i++)
		deep[i] = '[';
	assert_false(json_read(&value, slice_str(deep)));
}

static void is_text(struct slice value, const char *expected)
{
	char *text = json_text(value);

	assert_non_null(text);
	assert_string_equal(text, expected);
	free(text);
}

static void test_parts(void **state)
{
	struct slice value, list, e;

	assert_true(json_read(&value, slice_str(
		" {\"a\": \"x\", \"b\":[ {\"n\":1} , [] ,\"]\" ], "
		"\"c\\\"}\" : { \"a\" : \"deep\" } ,\"yes\":true,\"a\":\"later\", \"e\" : [] } ")));
	is_text(json_member(value, "a"), "x");
	assert_true(json_is_true(json_member(value, "yes")));
	assert_false(json_is_true(json_member(value, "a")));
	assert_null(json_member(value, "n").at);
	assert_null(json_member(json_member(value, "a"), "a").at);
	list = json_elements(json_member(value, "b"));
	assert_true(json_next(&list, &e) && slice_is(e, "{\"n\":1}"));
	assert_true(slice_is(json_member(e, "n"), "1"));
	assert_true(json_next(&list, &e) && slice_is(e, "[]"));
	assert_true(json_next(&list, &e));
	is_text(e, "]");
	assert_false(json_next(&list, &e));
	list = json_elements(json_member(value, "e"));
	assert_false(json_next(&list, &e));
	list = json_elements(json_member(value, "none"));
	assert_false(json_next(&list, &e));
	assert_null(json_text(json_member(value, "b")));
	assert_null(json_text((struct slice){0}));
}

static void test_strings(void **state)
{
	is_text(slice_str("\"\""), "");
	is_text(slice_str("\"a\\\"b\\\\c\\/d\\b\\f\\n\\r\\t\""), "a\"b\\c/d\b\f\n\r\t");
	is_text(slice_str("\"\\u0041\\u00e9\\u20AC\\ud83d\\uDE00\""),
		"A\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
	is_text(slice_str("\"\\ud83dx\\ude00\\ud83d\""), "\xef\xbf\xbdx\xef\xbf\xbd\xef\xbf\xbd");
	is_text(slice_str("\"\\ud83d\\u0041\""), "\xef\xbf\xbd" "A");
}

/* Any answer, as long as nothing outside of the text is read (the sanitizers see that). */
static void test_damage(void **state)
{
	const char *given = getenv("GIT_AGENT_SEED");
	unsigned long seed = given ? strtoul(given, NULL, 10) : (unsigned long)getpid();
	static const char text[] =
		"{\"a\":[1,-2.5e3,\"\\u00e9\\n\",{\"b\":null}],\"c\":{\"d\":[true,[]]}}";

	printf("# GIT_AGENT_SEED=%lu\n", seed);
	for (int i = 0; i < 20000; i++) {
		char *copy = mem_strdup(text);
		size_t len;
		struct slice value, list, e;

		for (int k = 0; k < 1 + i % 3; k++) {
			seed = seed * 6364136223846793005u + 1442695040888963407u;
			copy[(seed >> 33) % (sizeof(text) - 1)] = "\"\\{}[],:u0"[(seed >> 20) % 10];
		}
		len = (seed >> 40) % 2 ? sizeof(text) - 1 : (seed >> 41) % sizeof(text);
		copy = mem_realloc(copy, len ? len : 1);
		if (json_read(&value, slice_of(copy, len))) {
			list = json_elements(json_member(value, "a"));
			while (json_next(&list, &e))
				free(json_text(e));
		}
		free(copy);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole), cmocka_unit_test(test_parts),
		cmocka_unit_test(test_strings), cmocka_unit_test(test_damage),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
