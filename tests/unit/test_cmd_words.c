/* Lines of a batch: what a shell would make of them, and JSON. */
#include "cmd/words.h"
#include "util/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct {
	const char *line, *words;	/* with | after each; NULL: an error */
} cases[] = {
	{"", ""}, {"  \t\r\n", ""}, {"# set x", ""}, {"  # set x", ""},
	{"set A-1", "set|A-1|"}, {"  set\tA-1 \r\n", "set|A-1|"}, {"a # b", "a|#|b|"},
	{"'a b' \"c d\"", "a b|c d|"}, {"a'b'\"c\"d", "abcd|"}, {"''", "|"}, {"a \"\" b", "a||b|"},
	{"'\\' \"\\\\\" \"\\\"\" \"\\n\"", "\\|\\|\"|\\n|"}, {"a\\ b \\' \\\\", "a b|'|\\|"},
	{"'\"' \"'\"", "\"|'|"}, {"$HOME `id` *", "$HOME|`id`|*|"},
	{"\xc3\xa4 \xff", "\xc3\xa4|\xff|"}, {"a\\u0000", "au0000|"},
	{"'a", NULL}, {"\"a\\\"", NULL}, {"a \\", NULL}, {"\"", NULL},
	{"[]", ""}, {"[\"a b\", \"c\\nd\"]", "a b|c\nd|"}, {" [\"\\u00e4\"]", "\xc3\xa4|"},
	{"[1]", NULL}, {"[\"a\"", NULL}, {"[\"a\"] x", NULL}, {"[\"a\", null]", NULL},
	{"[\"a\\u0000b\"]", NULL}, {"[\"\\\\u0000\"]", "\\u0000|"},
	{"{\"a\": 1}", "{a:|1}|"},
};

static void test_lines(void **state)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		scoped(strs_release) struct strs words = {0};
		struct mem_stream s;
		scoped_free char *got = NULL;
		err_t err = words_split(&words, slice_str(cases[i].line));

		mem_stream_open(&s);
		for (size_t w = 0; w < words.len; w++)
			fprintf(s.file, "%s|", words.at[w]);
		got = mem_stream_close(&s, NULL);
		if (!err != !!cases[i].words || strcmp(got, err ? "" : cases[i].words) != 0)
			fail_msg("<%s> gives <%s>", cases[i].line, got);
		if (err)
			assert_int_equal(err->code, ERR_MISUSE);
		err_free(err);
	}
}

static void test_nul(void **state)
{
	struct strs words = {0};
	err_t err = words_split(&words, slice_of("a\0b", 3));

	assert_non_null(err);
	assert_int_equal(err->code, ERR_MISUSE);
	err_free(err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_nul),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
