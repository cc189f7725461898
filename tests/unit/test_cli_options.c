#include "cli/options.h"
#include "cli/suggest.h"
#include "util/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct {
	bool dry, verify, help;
	const char *scope, *color;
	int count;
	struct strs files;
} got;

static const char *const synopsis[] = {"[<options>] <id>...", "--list", NULL};
static const struct opt opts[] = {
	OPT_FLAG('n', "dry-run", &got.dry, "show what would be done"),
	OPT_FLAG(0, "no-verify", &got.verify, "skip the checks"),
	OPT_STRING('s', "scope", &got.scope, "scope", "first part of the id"),
	OPT_INT(0, "count", &got.count, "n",
		"at most <n>\nof them, and of those only as many as fit on a line"),
	OPT_OPTIONAL("color", &got.color, "when", "as git has it", "always"),
	OPT_LIST('f', "file-with-a-long-name", &got.files, "file", "may be repeated"),
	OPT_END,
};
static const struct usage usage = {"show", synopsis, "Show artifacts", opts};

/* The values point into the line that is parsed. */
static char color[16];

/* Parses line, split at blanks; returns the operands, joined by blanks. */
static err_t parse(char **operands, const char *line)
{
	scoped_free char *words = mem_printf("show %s", line);
	char *argv[16], **rest = argv;
	int argc = 0;
	struct mem_stream s;
	err_t err;

	strs_release(&got.files);
	memset(&got, 0, sizeof(got));
	for (char *w = strtok(words, " "); w; w = strtok(NULL, " "))
		argv[argc++] = w;
	argv[argc] = NULL;
	err = opts_parse(&argc, &rest, &usage, &got.help);
	got.scope = got.scope ? mem_strdup(got.scope) : NULL;
	got.color = got.color ? strcpy(color, got.color) : NULL;
	if (err)
		return err;
	assert_null(rest[argc]);
	mem_stream_open(&s);
	for (int i = 0; i < argc; i++)
		fprintf(s.file, "%s%s", i ? " " : "", rest[i]);
	*operands = mem_stream_close(&s, NULL);
	return NULL;
}

static void parses(const char *line, const char *expected)
{
	char *operands;
	err_t err;

	free((char *)got.scope);
	err = parse(&operands, line);
	if (err)
		fail_msg("%s: %s", line, err->text);
	assert_string_equal(operands, expected);
	free(operands);
}

static void is_misuse(const char *line, const char *text, const char *hint)
{
	char *operands;
	err_t err;

	free((char *)got.scope);
	err = parse(&operands, line);
	assert_non_null(err);
	assert_int_equal(err->code, ERR_MISUSE);
	assert_string_equal(err->text, text);
	if (hint)
		assert_string_equal(err->hint, hint);
	err_free(err);
}

static int forget(void **state)
{
	free((char *)got.scope);
	strs_release(&got.files);
	memset(&got, 0, sizeof(got));
	return 0;
}

static void mixes_options_and_operands(void **state)
{
	parses("a -n b --scope INFRA c", "a b c");
	assert_true(got.dry);
	assert_string_equal(got.scope, "INFRA");
	parses("-nsX -f 1 --file-with-a-long-name=2 -", "-");
	assert_true(got.dry);
	assert_string_equal(got.scope, "X");
	assert_int_equal(got.files.len, 2);
	assert_string_equal(got.files.at[1], "2");
	parses("--count -12 --sco Y", "");
	assert_int_equal(got.count, -12);
	assert_string_equal(got.scope, "Y");
}

static void mixes_them_even_when_posix_does_not(void **state)
{
	setenv("POSIXLY_CORRECT", "1", 1);
	parses("a -n b", "a b");
	assert_true(got.dry);
	unsetenv("POSIXLY_CORRECT");
}

static void negates_flags(void **state)
{
	parses("--dry-run --no-dry-run", "");
	assert_false(got.dry);
	parses("--no-verify", "");
	assert_true(got.verify);
	parses("--no-verify --verify", "");
	assert_false(got.verify);
}

static void takes_an_optional_value(void **state)
{
	parses("--color a", "a");
	assert_string_equal(got.color, "always");
	parses("--color=auto a", "a");
	assert_string_equal(got.color, "auto");
	parses("--color --no-color", "");
	assert_string_equal(got.color, "false");
}

static void stops_at_the_end_of_options(void **state)
{
	parses("a -- -n --scope", "a -n --scope");
	assert_false(got.dry);
	parses("-n --end-of-options --scope -h", "--scope -h");
	assert_true(got.dry);
	parses("a --end-of-options -- -n", "a -- -n");
	parses("-s -- --", "");
	assert_string_equal(got.scope, "--");
}

static void explains_misuse(void **state)
{
	static const char *const hint = "'git agent show -h' lists the options";

	is_misuse("--dyr-run", "unknown option '--dyr-run'", "did you mean '--dry-run'?");
	is_misuse("--scpoe=1", "unknown option '--scpoe'", "did you mean '--scope'?");
	is_misuse("--xyzzy", "unknown option '--xyzzy'", hint);
	is_misuse("-nx", "unknown option '-x'", hint);
	is_misuse("--scope", "option '--scope' requires a value", hint);
	is_misuse("-n -s", "option '-s' requires a value", hint);
	is_misuse("--dry-run=1", "option '--dry-run' takes no value", hint);
	is_misuse("--no-", "ambiguous option '--no-': '--no-dry-run' or '--no-verify'", hint);
	is_misuse("--count 1x", "option '--count' expects a number, not '1x'", NULL);
	is_misuse("--count 99999999999", "option '--count' expects a number, not '99999999999'",
		  NULL);
}

static void prints_the_usage_as_git_does(void **state)
{
	struct mem_stream s;
	char *text;

	mem_stream_open(&s);
	opts_usage(&usage, s.file);
	text = mem_stream_close(&s, NULL);
	assert_string_equal(text, "usage: git agent show [<options>] <id>...\n"
				  "   or: git agent show --list\n"
				  "\n"
				  "Show artifacts\n"
				  "\n"
				  "    -n, --dry-run         show what would be done\n"
				  "    --no-verify           skip the checks\n"
				  "    -s, --scope <scope>   first part of the id\n"
				  "    --count <n>           "
				  "at most <n> of them, and of those only as many as fit\n"
				  "                          on a line\n"
				  "    --color[=<when>]      as git has it\n"
				  "    -f, --file-with-a-long-name <file>\n"
				  "                          may be repeated\n"
				  "\n");
	free(text);
}

static void names_the_nearest_verb(void **state)
{
	static const char *const verbs[] = {"[<options>]", "push [<id>...]", "pull", NULL};
	const struct usage sync = {"sync", verbs, NULL, NULL};
	err_t err = opts_no_verb(&sync, "pul");

	assert_string_equal(err->text, "'pul' is not a verb of sync");
	assert_string_equal(err->hint, "did you mean 'git agent sync pull'?");
	err_free(err);
	err = opts_no_verb(&sync, "elsewhere");
	assert_string_equal(err->hint, "'git agent sync -h' lists the options");
	err_free(err);
}

static const char *nearest(const char *word)
{
	static const char *const names[] = {"show", "sync", "status", "state", "set", "search"};
	struct suggest s;

	suggest_start(&s, word);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		suggest_offer(&s, names[i]);
	return s.best ? s.best : "";
}

static void suggests_the_nearest(void **state)
{
	assert_string_equal(nearest("syncc"), "sync");
	assert_string_equal(nearest("snyc"), "sync");
	assert_string_equal(nearest("stae"), "state");
	assert_string_equal(nearest("statsu"), "status");
	assert_string_equal(nearest("sear"), "search");
	assert_string_equal(nearest("xyzzy"), "");
	assert_string_equal(nearest("x"), "");
	assert_string_equal(nearest(""), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(mixes_options_and_operands, forget),
		cmocka_unit_test_teardown(mixes_them_even_when_posix_does_not, forget),
		cmocka_unit_test_teardown(negates_flags, forget),
		cmocka_unit_test_teardown(takes_an_optional_value, forget),
		cmocka_unit_test_teardown(stops_at_the_end_of_options, forget),
		cmocka_unit_test_teardown(explains_misuse, forget),
		cmocka_unit_test(prints_the_usage_as_git_does),
		cmocka_unit_test(names_the_nearest_verb),
		cmocka_unit_test(suggests_the_nearest),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
