/*
 * Command lines, one argument a line, against a table with every type of option: each argument is
 * an operand, in its order, or belongs to an option; errors are those of misuse.
 */
#include "cli/options.h"
#include "cli/text.h"
#include "util/mem.h"
#include "util/slice.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define ARGS_MAX 64

static void require(bool ok)
{
	if (!ok)
		abort();
}

static int split(char **argv, struct slice text)
{
	struct slice line;
	int argc = 1;

	argv[0] = mem_strdup("name");
	while (argc < ARGS_MAX && slice_line(&text, &line)) {
		if (line.len && line.at[line.len - 1] == '\n')
			line.len--;
		argv[argc++] = mem_strndup(line.at, line.len);
	}
	argv[argc] = NULL;
	return argc;
}

static bool is_one_of(const char *text, char *const *argv)
{
	for (; *argv; argv++)
		if (text >= *argv && text <= *argv + strlen(*argv))
			return true;
	return false;
}

/* What is left stands in the given order, and is what was given. */
static void check_operands(char *const *given, int argc, char *const *argv)
{
	require(!argv[argc]);
	for (int i = 0; i < argc; i++) {
		while (*given && *given != argv[i])
			given++;
		require(*given++ != NULL);
	}
}

static void parse(int argc, char **argv, char *const *given)
{
	bool flag = false, no_thing = false, help = false;
	const char *text = NULL, *scope = NULL;
	int number = 0;
	scoped(strs_release) struct strs list = {0};
	const struct opt opts[] = {
		OPT_FLAG('n', "dry-run", &flag, "a flag"),
		OPT_FLAG(0, "no-thing", &no_thing, "a flag that says no"),
		OPT_STRING('t', "text", &text, "text", "a text"),
		OPT_STRING(0, "scope", &scope, "scope", "another"),
		OPT_INT('c', "count", &number, "n", "a number"),
		OPT_LIST('l', "label", &list, "label", "a list"),
		OPT_END,
	};
	static const char *const synopsis[] = {"[<options>] [<id>...]", NULL};
	const struct usage usage = {"fuzz", synopsis, "Nothing", opts};
	int before = argc;
	err_t err = opts_parse(&argc, &argv, &usage, &help);

	require(!err || (err->code == ERR_MISUSE && err->text[0]));
	require(!text || is_one_of(text, given));
	require(!scope || is_one_of(scope, given));
	if (!err && !help) {
		require(argc >= 0 && argc < before);
		check_operands(given, argc, argv);
	}
	err_free(err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *given[ARGS_MAX + 1], *argv[ARGS_MAX + 1];
	int argc = split(given, slice_of((const char *)data, size));

	memcpy(argv, given, sizeof(argv));
	parse(argc, argv, given);
	for (int i = 0; i < argc; i++)
		free(given[i]);
	return 0;
}
