/*
 * Configuration read without git says what git says, byte for byte, or leaves it to git. Files and
 * `git -c` are made of the pieces that mean something. GIT_AGENT_SEED=<n> repeats a run,
 * GIT_AGENT_ROUNDS=<n> makes it longer.
 */
#include "../lib/git-fixture.h"

#include "git/config_file.h"

#include <time.h>

static const char *const pieces[] = {
	"\n",
	"\n",
	"\n",
	"\n",
	" ",
	" ",
	"\t",
	"\\\n",
	"\\n",
	"\\t",
	"\\b",
	"\\\\",
	"\\\"",
	"\\x",
	"\"",
	"\"",
	"#",
	";",
	"=",
	" = ",
	" = ",
	" = ",
	"a",
	"Bc",
	"d-e",
	"9",
	"[",
	"]",
	".",
	"[user]\n",
	"[Agent]\n",
	"[agent \"kind.Memo\"]\n",
	"[a \"q\\\"\\\\x\"] k = v\n",
	"[x.y]\n",
	"name = A B\n",
	"Email=a@b.c\n",
	"flag\n",
	"flag # no\n",
	"empty =\n",
	"  k = \"a  b \" c ; d\n",
	"k = a\tb\n",
	"k = a\t\n",
	"k = a \\\n  b\n",
	"\xc3\xa9",
	"\xef\xbb\xbf",
	"\r",
	"\r\n",
	"[include]\npath = x\n",
	"[includeIf \"gitdir:x\"]\npath = x\n",
	"\v",
	"\f",
	"%s",
};

static uint64_t state_of_chance;

static size_t below(size_t n)
{
	state_of_chance ^= state_of_chance << 13;
	state_of_chance ^= state_of_chance >> 7;
	state_of_chance ^= state_of_chance << 17;
	return (size_t)(state_of_chance >> 11) % n;
}

static void write_text(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

static const char *const lines[] = {
	"name = A B\n",
	"Email=a@b.c\n",
	"flag\n",
	"empty =\n",
	"# c\n",
	"\n",
	"k = \"a;b\" # d\n",
	"[user]\n",
	"[agent \"kind.Memo\"]\n",
	"path = C:\\\\x\n",
	"\tk = a\\\n   b\n",
	" [b] x = 1\n",
};

static void write_random(const char *path)
{
	struct mem_stream s;
	scoped_free char *text = NULL;
	bool whole = below(2); /* lines that git takes, and at most one that it may not */

	mem_stream_open(&s);
	fputs("[z]\n", s.file);
	for (size_t n = below(30); n; n--)
		fputs(whole ? lines[below(sizeof(lines) / sizeof(*lines))]
			    : pieces[below(sizeof(pieces) / sizeof(*pieces))],
		      s.file);
	if (below(3) == 0)
		fputs(pieces[below(sizeof(pieces) / sizeof(*pieces))], s.file);
	text = mem_stream_close(&s, NULL);
	write_text(path, text);
}

/* What git says; NULL when it complains. */
static char *by_git(size_t *len)
{
	FILE *pipe = popen("git config -z --list --show-scope 2>/dev/null", "r");
	scoped_free char *text = NULL;
	struct mem_stream s;
	int c;

	assert_non_null(pipe);
	mem_stream_open(&s);
	while ((c = getc(pipe)) != EOF)
		putc(c, s.file);
	text = mem_stream_close(&s, len);
	return pclose(pipe) == 0 ? steal(text) : NULL;
}

/* True when it was not left to git. */
static bool compare(struct repo *r)
{
	size_t len = 0, wanted = 0;
	scoped_free char *ours = NULL, *git = NULL;

	if (!config_files_list(&ours, &len, r))
		return false;
	git = by_git(&wanted);
	if (!git)
		fail_msg("git refuses what was read");
	if (len != wanted || memcmp(ours, git, len) != 0) {
		fwrite(ours, 1, len, stderr);
		fprintf(stderr, "\n--- git:\n");
		fwrite(git, 1, wanted, stderr);
		fail_msg("git says something else");
	}
	return true;
}

static void test_random_files(void **state)
{
	const char *given = getenv("GIT_AGENT_SEED"), *more = getenv("GIT_AGENT_ROUNDS");
	uint64_t seed = given ? strtoull(given, NULL, 10) : (uint64_t)time(NULL);
	size_t rounds = more ? strtoull(more, NULL, 10) : 400, plain = 0;
	scoped_free char *global = NULL;
	struct repo *r;

	printf("# configuration: GIT_AGENT_SEED=%llu\n", (unsigned long long)seed);
	state_of_chance = seed * 0x9e3779b97f4a7c15u + 1;
	sh("git init; mkdir -p ~/.config/git");
	global = mem_printf("%s/.gitconfig", getenv("HOME"));
	r = open_repo();
	for (size_t i = 0; i < rounds; i++) {
		write_random(below(2) ? global : ".git/config");
		plain += compare(r);
	}
	printf("# %zu of %zu read without git\n", plain, rounds);
	assert_true(plain > rounds / 10);
	repo_close(r);
}

static void expect_plain(struct repo *r)
{
	if (!compare(r))
		fail_msg("left to git");
}

static void expect_git(struct repo *r)
{
	size_t len;
	char *list = NULL;

	assert_false(config_files_list(&list, &len, r));
}

static void test_places(void **state)
{
	struct repo *r;

	sh("git init; git config user.name A; git commit --allow-empty -m x;"
	   "git config --global user.name B; mkdir -p ~/.config/git ~/xdg/git;"
	   "printf '[user]\n\tname = X\n' >~/.config/git/config;"
	   "printf '[user]\n\tname = Y\n' >~/xdg/git/config; printf '[a]\n\tb = c\n' >~/sys");
	r = open_repo();
	expect_plain(r);
	setenv("XDG_CONFIG_HOME", in_top("home/xdg"), 1);
	expect_plain(r);
	setenv("GIT_CONFIG_GLOBAL", in_top("home/sys"), 1);
	expect_plain(r);
	setenv("GIT_CONFIG_GLOBAL", "", 1);
	expect_plain(r);
	setenv("GIT_CONFIG_GLOBAL", in_top("home/none"), 1);
	expect_plain(r);
	unsetenv("GIT_CONFIG_GLOBAL");
	unsetenv("GIT_CONFIG_NOSYSTEM");
	setenv("GIT_CONFIG_SYSTEM", in_top("home/sys"), 1);
	expect_plain(r);
	setenv("GIT_CONFIG_NOSYSTEM", "0", 1);
	expect_git(r);
	setenv("GIT_CONFIG_NOSYSTEM", "1", 1);
	expect_plain(r);
	unsetenv("GIT_CONFIG_SYSTEM");
	repo_close(r);

	sh("git config extensions.worktreeConfig true; git worktree add ../linked; cd ../linked;"
	   "git config --worktree agent.trunk dev");
	assert_int_equal(chdir("../linked"), 0);
	r = open_repo();
	expect_plain(r);
	repo_close(r);
}

static void test_command_line(void **state)
{
	static const char *const plain[] = {
		"'a.b'='c'",
		"'A.Sub.X.bC'='v w'  'd.e'=''",
		"'user.name'='\xc3\xa9 \"x\" \\ ; #'",
		"",
	};
	static const char *const odd[] = {
		"'a.b=c'",   "'a.b'='it'\\''s'",   "'a.b'=",	     "a.b=c",	 "'nodot'='x'",
		"'a.9'='x'", "'include.path'='x'", "'a.b'='c' junk", "'.b'='c'", "'a.'='c'",
	};
	struct repo *r;

	sh("git init");
	r = open_repo();
	for (size_t i = 0; i < sizeof(plain) / sizeof(*plain); i++) {
		setenv("GIT_CONFIG_PARAMETERS", plain[i], 1);
		expect_plain(r);
	}
	for (size_t i = 0; i < sizeof(odd) / sizeof(*odd); i++) {
		setenv("GIT_CONFIG_PARAMETERS", odd[i], 1);
		expect_git(r);
	}
	unsetenv("GIT_CONFIG_PARAMETERS");
	setenv("GIT_CONFIG_COUNT", "0", 1);
	expect_git(r);
	unsetenv("GIT_CONFIG_COUNT");
	sh("printf '[include]\n\tpath = x\n' >>.git/config");
	expect_git(r);
	repo_close(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		git_test(test_random_files),
		git_test(test_places),
		git_test(test_command_line),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
