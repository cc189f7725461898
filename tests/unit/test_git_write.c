/* Writing into the index and onto branches. */
#include "../lib/git-fixture.h"

#include <sys/wait.h>

#define A STORIES "A-1-a.md"
#define B STORIES "B-2-b.md"
#define N STORIES "N-3-n.md"

static struct git_edit edit(const char *path, const char *text)
{
	return (struct git_edit){path, slice_str(text), text == NULL};
}

static void make_repo(void)
{
	sh("git init");
	put(A, "a\n");
	put(B, "b\n");
	put("README.md", "r\n");
	sh("chmod +x " A "; git add " A "; git commit -m one");
}

#define assert_out(wanted, ...) assert_string_equal(out_of(__VA_ARGS__), wanted)

/* index_put and index_stage must do the same. */
static void check_index(err_t (*write)(struct repo *, const struct git_edit *, size_t))
{
	struct git_edit edits[] = {edit(A, "a new\n"), edit(B, NULL), edit(N, "n\n"),
				   edit(STORIES "none.md", NULL)};
	struct repo *r;

	make_repo();
	r = open_repo();
	sh("printf 'a new\\n' >" A "; printf 'n\\n' >" N "; rm " B);
	ok(write(r, edits, 4));
	assert_out("a new", "git cat-file -p :" A);
	assert_out("100755", "git ls-files -s " A " | cut -c1-6");
	assert_out("100644", "git ls-files -s " N " | cut -c1-6");
	/* git sees: all staged, nothing else differs */
	assert_out("M  " A ",D  " B ",A  " N, "git status --porcelain | paste -sd,");
	assert_out("README.md", "git ls-files README.md");
	sh("git fsck --strict");
	ok(write(r, NULL, 0));
	repo_close(r);
}

static void test_index_put(void **state)
{
	struct git_edit edits[] = {edit(N, "n\n")};
	struct repo *r;

	check_index(git_index_put);
	sh("rm .git/index");	/* none yet, as in a new repository */
	r = open_repo();
	ok(git_index_put(r, edits, 1));
	assert_out(N, "git ls-files | paste -sd,");
	assert_int_equal(access(".git/index.lock", F_OK), -1);
	repo_close(r);
}

static void test_index_stage(void **state)
{
	check_index(git_index_stage);
}

static void test_index_unmerged(void **state)
{
	struct git_edit edits[] = {edit(N, "n\n"), edit(A, "mine\n")};
	struct repo *r;
	const char *before;

	make_repo();
	sh("git checkout -b x; echo x >" A "; git commit -am x; git checkout main; echo m >" A);
	sh("git commit -am m; ! git merge x");
	before = out_of("git ls-files -s | sha1sum");
	r = open_repo();
	fails(git_index_put(r, edits, 2), ERR_REFUSED, "'" A "' is unmerged");
	fails(git_index_stage(r, edits, 2), ERR_REFUSED, "'" A "' is unmerged");
	assert_string_equal(before, out_of("git ls-files -s | sha1sum"));
	ok(git_index_put(r, edits, 1));		/* and nothing of the refused edits is in it */
	assert_out("3", "git ls-files -u | wc -l");
	sh("touch .git/index.lock");
	fails(git_index_stage(r, edits, 1), ERR_FATAL, "index.lock");
	fails(git_index_put(r, edits, 1), ERR_BUSY, "index");
	repo_close(r);
}

/* A hook of `git commit -a` stages into the index that git made for it. */
static void test_index_of_a_hook(void **state)
{
	struct git_edit edits[] = {edit(N, "n\n")};
	struct repo *r;

	make_repo();
	sh("cp .git/index .git/index.tmp");
	setenv("GIT_INDEX_FILE", ".git/index.tmp", 1);
	r = open_repo();
	ok(git_index_stage(r, edits, 1));
	repo_close(r);
	assert_out(N, "git ls-files " N);
	unsetenv("GIT_INDEX_FILE");
	assert_out("", "git ls-files " N);
}

/* What sparse checkout said of a path stays said. */
static void test_index_sparse(void **state)
{
	struct git_edit edits[] = {edit(A, "a2\n"), edit(N, "n\n")};
	struct repo *r;

	make_repo();
	sh("git update-index --skip-worktree " A);
	r = open_repo();
	ok(git_index_put(r, edits, 2));
	repo_close(r);
	assert_out("S " A, "git ls-files -t " A);
	assert_out("H " N, "git ls-files -t " N);
	assert_out("a2", "git cat-file -p :" A);
}

/* An index that cannot be written is said to be none, and stays what it was. */
static void test_index_not_written(void **state)
{
	struct git_edit edits[] = {edit(N, "n\n")};
	struct repo *r;

	make_repo();
	sh("mkdir .git/index.lock.lock");	/* where libgit2 writes */
	r = open_repo();
	fails(git_index_put(r, edits, 1), ERR_FATAL, "index.lock.lock");
	repo_close(r);
	assert_out("", "git ls-files " N);
	assert_int_equal(access(".git/index.lock", F_OK), -1);
}

/* Who was killed while libgit2 wrote, and whose index.lock somebody removed, is in nobody's way. */
static void test_index_left_over(void **state)
{
	struct git_edit edits[] = {edit(N, "n\n")};
	struct repo *r;

	make_repo();
	sh("echo half >.git/index.lock.lock");
	r = open_repo();
	ok(git_index_put(r, edits, 1));
	repo_close(r);
	assert_out(N, "git ls-files " N);
	assert_int_equal(access(".git/index.lock.lock", F_OK), -1);
}

static void test_commit_on_bare(void **state)
{
	struct git_edit edits[] = {edit(A, "first\n"), edit(A, "a2\n"), edit(B, NULL),
				   edit(N, "n\n"), edit(".agent/adrs/X/X-1.md", "x\n")};
	struct repo *r;
	char id[OID_HEX + 1], old[OID_HEX + 1];

	make_repo();
	sh("git clone --bare . ../bare.git");
	assert_int_equal(chdir("../bare.git"), 0);
	sh("git config core.logAllRefUpdates true");
	strcpy(old, head_id());
	setenv("GIT_AUTHOR_DATE", "2001-02-03T04:05:06+0200", 1);
	sh("git config agent.identity 'Bot <bot@x.org>'");
	r = open_repo();
	ok(git_commit_on(id, r, "HEAD", "Export the plans\n\n\nBody", edits, 5));
	assert_string_equal(id, head_id());
	assert_out(old, "git rev-parse HEAD^");
	assert_out("Bot <bot@x.org> 2001-02-03 04:05:06 +0200 Ann",
		   "git log -1 --format='%%an <%%ae> %%ai %%cn'");
	assert_out("A .agent/adrs/X/X-1.md,M " A ",D " B ",A " N,
		   "git diff-tree -r --name-status HEAD^ HEAD | tr '\\t' ' ' | paste -sd,");
	assert_out("a2", "git cat-file -p HEAD:" A);
	assert_out("100755", "git ls-tree HEAD " A " | cut -c1-6");
	assert_out("commit: Export the plans", "git log -g -1 --format=%%gs main");
	ok(git_commit_on(id, r, "refs/heads/main", "again", edits, 5));
	assert_string_equal(id, "");		/* nothing differs */
	ok(git_commit_on(id, r, "refs/heads/new", "start", edits + 1, 3));
	assert_out("1", "git rev-list --count new");
	/* emptied directories vanish */
	ok(git_commit_on(id, r, "refs/heads/new", "empty it", (struct git_edit[]){edit(N, NULL)},
			 1));
	assert_out(A, "git ls-tree -r --name-only new");
	ok(git_commit_on(id, r, "refs/heads/new", "empty it", (struct git_edit[]){edit(A, NULL)},
			 1));
	assert_out("4b825dc642cb6eb9a060e54bf8d69288fbee4904", "git rev-parse new^{tree}");
	sh("git fsck --strict");
	fails(git_commit_on(id, r, "main", "m", edits, 1), ERR_MISUSE,
	      "'main' is not the full name");
	repo_close(r);
}

static void test_commit_on_refused(void **state)
{
	struct git_edit edits[] = {edit(A, "a2\n")};
	struct repo *r;
	char id[OID_HEX + 1];

	make_repo();
	sh("git branch side; git branch free; git worktree add ../linked side");
	r = open_repo();
	fails(git_commit_on(id, r, "HEAD", "m", edits, 1), ERR_REFUSED,
	      "'refs/heads/main' is checked out");
	fails(git_commit_on(id, r, "refs/heads/side", "m", edits, 1), ERR_REFUSED, "checked out");
	ok(git_commit_on(id, r, "refs/heads/free", "m", edits, 1));
	assert_string_equal(id, out_of("git rev-parse free"));
	sh("cd ../linked; echo z >" A "; git commit -am z; git branch back; git checkout -q back;"
	   "! git rebase free");
	fails(git_commit_on(id, r, "refs/heads/back", "m", edits, 1), ERR_REFUSED, "checked out");
	sh("touch .git/refs/heads/free.lock");
	fails(git_commit_on(id, r, "refs/heads/free", "m", (struct git_edit[]){edit(N, "n")}, 1),
	      ERR_BUSY, "free");
	repo_close(r);
	/* git's own words where nobody is known */
	sh("rm .git/refs/heads/free.lock; git config --global --unset user.email; "
	   "git config user.useConfigOnly true");
	unsetenv("GIT_COMMITTER_EMAIL");
	r = open_repo();
	fails(git_commit_on(id, r, "refs/heads/free", "m", edits, 1), ERR_FATAL,
	      "no email was given");
	repo_close(r);
}

/* A crash around the index write leaves the old index or the new one. */
static void test_index_crash(void **state)
{
	struct git_edit edits[] = {edit(N, "n\n")};

	make_repo();
	for (int n = 1; n <= 2; n++) {
		scoped_free char *number = mem_printf("%d", n);
		pid_t child = fork();
		int status;

		if (child == 0) {
			struct repo *r;

			setenv("GIT_AGENT_FAULT", number, 1);
			if (repo_open(&r) == NULL && git_index_put(r, edits, 1) == NULL)
				_exit(0);
			_exit(1);
		}
		waitpid(child, &status, 0);
		assert_false(WIFEXITED(status) && WEXITSTATUS(status) <= 1);
		assert_out(n == 1 ? "" : N, "git ls-files " N);
		assert_int_equal(access(".git/index.lock", F_OK), -1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		git_test(test_index_crash),	/* first: a process looks at GIT_AGENT_FAULT once */
		git_test(test_index_left_over),
		git_test(test_index_put), git_test(test_index_stage), git_test(test_index_unmerged),
		git_test(test_index_sparse), git_test(test_index_not_written),
		git_test(test_index_of_a_hook), git_test(test_commit_on_bare),
		git_test(test_commit_on_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
