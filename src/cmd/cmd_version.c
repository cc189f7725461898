#include "cli/json.h"
#include "cli/options.h"
#include "cli/text.h"
#include "cmd/cmd.h"
#include "cmd/version.h"
#include "git/module.h"
#include "remote/supabase/supabase.h"
#include "store/store.h"
#include "util/mem.h"

#include <cmark.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/* --- what it runs with ---------------------------------------------------------------------- */

static err_t sqlite3(const char **out)
{
	*out = store_library();
	return NULL;
}

static err_t cmark(const char **out)
{
	*out = cmark_version_string();
	return NULL;
}

static err_t zlib(const char **out)
{
	*out = odb_library();
	return NULL;
}

static err_t libgit2(const char **out)
{
	const struct lg2_ops *ops;

	TRY(lg2_module(&ops));
	*out = ops->library();
	return NULL;
}

/* The Makefile asks pkg-config what it is built with. */
const struct version_option version_build_options[] = {
	{"cpu", CPU, NULL},
	{"compiler", COMPILER, NULL},
	{"sizeof-long", TO_TEXT(__SIZEOF_LONG__), NULL},
	{"sqlite3", GIT_AGENT_WITH_SQLITE3, sqlite3},
	{"cmark", GIT_AGENT_WITH_CMARK, cmark},
	{"zlib", GIT_AGENT_WITH_ZLIB, zlib},
	{"libgit2", GIT_AGENT_WITH_LIBGIT2, libgit2},
	{"libcurl", GIT_AGENT_WITH_LIBCURL, supabase_library},
	{"cjson", GIT_AGENT_WITH_CJSON, supabase_cjson},
	{NULL, NULL, NULL},
};

char *version_option_text(const struct version_option *option)
{
	const char *linked = option->built;
	err_t err = option->linked ? option->linked(&linked) : NULL;
	char *text;

	if (err)
		text = mem_printf("%s, but %s", option->built, err->text);
	else if (strcmp(linked, option->built) != 0)
		text = mem_printf("%s, but runs with %s", option->built, linked);
	else
		text = mem_strdup(linked);
	err_free(err);
	return text;
}

/* --- the command ---------------------------------------------------------------------------- */

static void print_text(bool with_options)
{
	puts("git agent version " GIT_AGENT_VERSION);
	for (const struct version_option *o = version_build_options; with_options && o->name; o++) {
		scoped_free char *text = version_option_text(o);

		printf("%s: ", o->name);
		text_safe_fputs(text, stdout);
		putchar('\n');
	}
}

static void print_linked(struct json *j)
{
	json_key(j, "linked");
	json_object_begin(j);
	for (const struct version_option *o = version_build_options; o->name; o++) {
		const char *linked = NULL;

		if (!o->linked)
			continue;
		err_free(o->linked(&linked));
		json_key_string(j, o->name, linked);
	}
	json_object_end(j);
}

static void print_json(bool with_options)
{
	struct json j;

	json_begin(&j, stdout);
	json_object_begin(&j);
	json_key_string(&j, "version", GIT_AGENT_VERSION);
	for (const struct version_option *o = version_build_options; with_options && o->name; o++)
		json_key_string(&j, o->name, o->built);
	if (with_options)
		print_linked(&j);
	json_object_end(&j);
	json_end(&j);
}

err_t cmd_version(int argc, char **argv)
{
	bool with_options = false, as_json = false, help;
	const struct opt opts[] = {
		OPT_FLAG(0, "build-options", &with_options,
			 "also the compiler, and the libraries: those that\n"
			 "it was built with, and others that it runs with"),
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
