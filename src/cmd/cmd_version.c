#include "cli/json.h"
#include "cli/options.h"
#include "cmd/cmd.h"
#include "cmd/version.h"

#include <stdio.h>

#define TO_TEXT_(x) #x
#define TO_TEXT(x) TO_TEXT_(x)

#if defined(__clang__)
#define COMPILER "clang " __clang_version__
#elif defined(__GNUC__)
#define COMPILER "gcc " __VERSION__
#else
#define COMPILER "unknown"
#endif

#if defined(__x86_64__)
#define CPU "x86_64"
#elif defined(__aarch64__)
#define CPU "aarch64"
#else
#define CPU "other"
#endif

/* The Makefile asks pkg-config: no header of a library is needed here. */
const char *const version_build_options[][2] = {
	{"cpu", CPU},
	{"compiler", COMPILER},
	{"sizeof-long", TO_TEXT(__SIZEOF_LONG__)},
	{"sqlite3", GIT_AGENT_WITH_SQLITE3},
	{"cmark", GIT_AGENT_WITH_CMARK},
	{"cjson", GIT_AGENT_WITH_CJSON},
	{"libgit2", GIT_AGENT_WITH_LIBGIT2},
	{"libcurl", GIT_AGENT_WITH_LIBCURL},
	{NULL, NULL},
};

static void print_text(bool with_options)
{
	puts("git agent version " GIT_AGENT_VERSION);
	for (size_t i = 0; with_options && version_build_options[i][0]; i++)
		printf("%s: %s\n", version_build_options[i][0], version_build_options[i][1]);
}

static void print_json(bool with_options)
{
	struct json j;

	json_begin(&j, stdout);
	json_object_begin(&j);
	json_key_string(&j, "version", GIT_AGENT_VERSION);
	for (size_t i = 0; with_options && version_build_options[i][0]; i++)
		json_key_string(&j, version_build_options[i][0], version_build_options[i][1]);
	json_object_end(&j);
	json_end(&j);
}

err_t cmd_version(int argc, char **argv)
{
	bool with_options = false, as_json = false, help;
	const struct opt opts[] = {
		OPT_FLAG(0, "build-options", &with_options, "also the compiler and the libraries"),
		OPT_FLAG(0, "json", &as_json, "print JSON"),
		OPT_END,
	};
	static const char *const synopsis[] = {"[--build-options] [--json]", NULL};
	const struct usage usage = {"version", synopsis, NULL, opts};

	TRY(opts_parse(&argc, &argv, &usage, &help));
	if (help)
		return NULL;
	if (argc > 0)
		return opts_misuse(&usage, "unexpected argument '%s'", argv[0]);
	if (as_json)
		print_json(with_options);
	else
		print_text(with_options);
	return NULL;
}
