#include "cli/color.h"
#include "cli/columns.h"
#include "cli/text.h"
#include "util/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

static void is_safe(const char *text, const char *expected)
{
	struct mem_stream s;
	char *printed;

	mem_stream_open(&s);
	text_safe_fputs(text, s.file);
	printed = mem_stream_close(&s, NULL);
	assert_string_equal(printed, expected);
	free(printed);
}

static void shows_what_a_terminal_would_obey(void **state)
{
	is_safe("plain\tand\r\nlines\n", "plain\tand\r\nlines\n");
	is_safe("\x1b]0;title\x07", "^[]0;title^G");
	is_safe("over\rwritten\x7f", "over^Mwritten^?");
	is_safe("\xc2\x9b" "31m \xe2\x80\xae" "desrever \xe2\x81\xa6",
		"<U+009B>31m <U+202E>desrever <U+2066>");
	is_safe("caf\xc3\xa9 \xe6\xbc\xa2", "caf\xc3\xa9 \xe6\xbc\xa2");
	is_safe("bad \x9b" "31m \xff", "bad \xef\xbf\xbd" "31m \xef\xbf\xbd");
}

static void width_is(const char *text, size_t width)
{
	assert_int_equal(text_width(slice_str(text)), width);
}

static void knows_widths(void **state)
{
	width_is("", 0);
	width_is("plain", 5);
	width_is("caf\xc3\xa9", 4);
	width_is("cafe\xcc\x81", 4);
	width_is("\xe6\xbc\xa2\xe5\xad\x97", 4);
	width_is("\xf0\x9f\x98\x80!", 3);
	width_is("\x1b[", 3);
	width_is("\xe2\x80\xae", 8);
	width_is("\xff", 1);
}

static void aligns_columns(void **state)
{
	struct columns c = {.count = 3, .right = {false, true}};
	struct mem_stream s;
	char *text;

	columns_add(&c, "caf\xc3\xa9");
	columns_add(&c, "7");
	columns_add(&c, "one\ntwo");
	columns_add_color(&c, color_of(true, COLOR_OLD), "\xe6\xbc\xa2");
	columns_add(&c, "1234");
	columns_add(&c, NULL);
	mem_stream_open(&s);
	columns_print(&c, s.file);
	text = mem_stream_close(&s, NULL);
	assert_string_equal(text, "caf\xc3\xa9     7  one two\n"
				  "\033[31m\xe6\xbc\xa2\033[m    1234  \n");
	free(text);
	columns_release(&c);
}

/* stdout of a test is not a terminal, so a pager "in use" stands for one. */
static void colours_by_the_rules_of_git(void **state)
{
	setenv("TERM", "xterm", 1);
	unsetenv("NO_COLOR");
	unsetenv("GIT_PAGER_IN_USE");
	assert_false(color_wanted(NULL, NULL, NULL, stdout));
	assert_true(color_wanted(NULL, NULL, "always", stdout));
	assert_false(color_wanted(NULL, "never", "always", stdout));
	assert_true(color_wanted("always", "never", NULL, stdout));
	setenv("GIT_PAGER_IN_USE", "true", 1);
	assert_true(color_wanted(NULL, NULL, NULL, stdout));
	assert_true(color_wanted(NULL, NULL, "true", stdout));
	assert_false(color_wanted(NULL, NULL, "false", stdout));
	setenv("NO_COLOR", "1", 1);
	assert_false(color_wanted("auto", NULL, NULL, stdout));
	assert_true(color_wanted("always", NULL, NULL, stdout));
	unsetenv("NO_COLOR");
	setenv("TERM", "dumb", 1);
	assert_false(color_wanted(NULL, NULL, NULL, stdout));
	unsetenv("GIT_PAGER_IN_USE");
	assert_string_equal(color_if(true, COLOR_RESET), COLOR_RESET);
	assert_string_equal(color_if(false, COLOR_RESET), "");
	for (int i = 0; i < COLOR_SLOTS; i++) {
		assert_non_null(color_of(true, (enum color_slot)i));
		assert_string_equal(color_of(false, (enum color_slot)i), "");
	}
	color_set("MATCH", "\033[7m");
	color_set("nothing", "\033[8m");
	assert_string_equal(color_of(true, COLOR_MATCH), "\033[7m");
	color_set("match", "");
	assert_string_equal(color_of(true, COLOR_MATCH), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shows_what_a_terminal_would_obey),
		cmocka_unit_test(knows_widths),
		cmocka_unit_test(aligns_columns),
		cmocka_unit_test(colours_by_the_rules_of_git),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
