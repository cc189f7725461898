/*
 * Temporary repositories for the unit tests of git/: made by the real git, in a HOME of
 * their own. Everything here is static, for a test is one program.
 */
#ifndef TESTS_GIT_FIXTURE_H
#define TESTS_GIT_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "git/objects.h"
#include "util/mem.h"

#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STORIES ".agent/cache/stories/INFRA/"
#define PLANS ".agent/cache/plans/INFRA/"

/* libgit2 1.5 forgets the match data of every regular expression that does not match. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libpcre2\n";
}

static char fixture_top[PATH_MAX];	/* of this test; the current directory at its start */

/* Runs a shell script in the current directory, which must succeed. */
static inline void PRINTF(1, 2) sh(const char *fmt, ...)
{
	va_list args;
	scoped_free char *script = NULL, *whole = NULL;

	va_start(args, fmt);
	script = mem_vprintf(fmt, args);
	va_end(args);
	whole = mem_printf("set -e; exec >/dev/null 2>>\"$HOME/log\"; %s", script);
	if (system(whole) != 0)
		fail_msg("failed: %s", script);
}

/* The first line that a command prints; valid until the eighth call after this one. */
static inline const char *PRINTF(1, 2) out_of(const char *fmt, ...)
{
	static char lines[8][4096];
	static int turn;
	char *line = lines[turn++ % 8];
	va_list args;
	scoped_free char *script = NULL;
	FILE *pipe;

	va_start(args, fmt);
	script = mem_vprintf(fmt, args);
	va_end(args);
	pipe = popen(script, "r");
	assert_non_null(pipe);
	if (!fgets(line, sizeof(lines[0]), pipe))
		line[0] = '\0';
	pclose(pipe);
	line[strcspn(line, "\n")] = '\0';
	return line;
}

#define ok(expr)                                                                          \
	do {                                                                              \
		err_t ok_ = (expr);                                                       \
		if (ok_)                                                                  \
			fail_msg("%s:%d: %s", __FILE__, __LINE__, ok_->text);             \
	} while (0)

/* The expression must fail with this code and these words in its text. */
#define fails(expr, wanted, words)                                                        \
	do {                                                                              \
		err_t fails_ = (expr);                                                    \
		assert_non_null(fails_);                                                  \
		if (fails_->code != (wanted) || !strstr(fails_->text, words))             \
			fail_msg("%s:%d: code %d: %s", __FILE__, __LINE__, fails_->code,  \
				 fails_->text);                                           \
		err_free(fails_);                                                         \
	} while (0)

static void clean_environment(void)
{
	static const char *const names[] = {
		"GIT_DIR",
		"GIT_WORK_TREE",
		"GIT_COMMON_DIR",
		"GIT_INDEX_FILE",
		"GIT_CEILING_DIRECTORIES",
		"GIT_CONFIG_PARAMETERS",
		"GIT_CONFIG_COUNT",
		"GIT_CONFIG_GLOBAL",
		"XDG_CONFIG_HOME",
		"GIT_PREFIX",
		"GIT_OBJECT_DIRECTORY",
		"GIT_TEST_ASSUME_DIFFERENT_OWNER",
		"EMAIL",
		"GIT_COMMITTER_DATE",
		"GIT_AUTHOR_DATE",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		unsetenv(names[i]);
	setenv("GIT_CONFIG_NOSYSTEM", "1", 1);
	setenv("LC_ALL", "C", 1);
	setenv("GIT_AUTHOR_NAME", "Ann", 1);
	setenv("GIT_AUTHOR_EMAIL", "ann@example.org", 1);
	setenv("GIT_COMMITTER_NAME", "Ann", 1);
	setenv("GIT_COMMITTER_EMAIL", "ann@example.org", 1);
}

/* A new directory with a HOME in it; the test stands in "<top>/work", which is empty. */
static int fixture_setup(void **state)
{
	char exe[PATH_MAX] = "", tmp[] = "/tmp/git-agent-test-XXXXXX";
	scoped_free char *home = NULL, *libexec = NULL;

	assert_true(readlink("/proc/self/exe", exe, sizeof(exe) - 1) > 0);
	libexec = mem_printf("%s/../../libexec/git-agent", dirname(exe));
	setenv("GIT_AGENT_LIBEXEC", libexec, 0);
	assert_non_null(mkdtemp(tmp));
	assert_non_null(realpath(tmp, fixture_top));
	clean_environment();
	home = mem_printf("%s/home", fixture_top);
	setenv("HOME", home, 1);
	assert_int_equal(chdir(fixture_top), 0);
	assert_int_equal(system("mkdir home work && git config --global init.defaultBranch main && "
				"git config --global protocol.file.allow always && "
				"git config --global user.email ann@example.org"), 0);
	assert_int_equal(chdir("work"), 0);
	return 0;
}

static int fixture_teardown(void **state)
{
	scoped_free char *remove = mem_printf("rm -rf '%s'", fixture_top);

	assert_int_equal(chdir("/"), 0);
	return system(remove);
}

/* Writes a file, directories included, and stages it. */
static inline void put(const char *path, const char *text)
{
	sh("mkdir -p \"$(dirname '%s')\"; printf '%s' >'%s'; git add -f '%s'", path, text, path,
	   path);
}

static inline const char *head_id(void)
{
	return out_of("git rev-parse HEAD");
}

static inline struct repo *open_repo(void)
{
	struct repo *r = NULL;

	ok(repo_open(&r));
	return r;
}

static inline const char *in_top(const char *rest)
{
	return out_of("echo '%s/%s'", fixture_top, rest);
}

#define git_test(f) cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)

#endif
