/* Finding the repository, HEAD, configuration, identity, trunk: no libgit2 here. */
#include "../lib/git-fixture.h"

static void expect_place(const char *gitdir, const char *commondir, const char *worktree,
			 const char *prefix)
{
	struct repo *r = open_repo();

	assert_string_equal(r->gitdir, gitdir);
	assert_string_equal(r->commondir, commondir);
	if (worktree)
		assert_string_equal(r->worktree, worktree);
	else
		assert_null(r->worktree);
	assert_string_equal(r->prefix, prefix);
	repo_close(r);
}

/* No git child may be needed: with an empty PATH none can start. */
static void expect_plain(const char *gitdir, const char *commondir, const char *worktree,
			 const char *prefix)
{
	scoped_free char *path = mem_strdup(getenv("PATH"));

	setenv("PATH", "/nonexistent", 1);
	expect_place(gitdir, commondir, worktree, prefix);
	setenv("PATH", path, 1);
}

static void go(const char *dir)
{
	assert_int_equal(chdir(dir), 0);
}

static void test_plain(void **state)
{
	scoped_free char *top = mem_printf("%s/work", fixture_top);
	scoped_free char *git = mem_printf("%s/.git", top);

	sh("git init; mkdir -p a/b");
	expect_plain(git, git, top, "");
	go("a/b");
	expect_plain(git, git, top, "a/b/");
	sh("mkdir .git");	/* not a repository: git walks on */
	expect_place(git, git, top, "a/b/");
}

static void test_linked_and_submodule(void **state)
{
	scoped_free char *main_git = mem_printf("%s/work/.git", fixture_top);
	scoped_free char *linked = mem_printf("%s/linked", fixture_top);
	scoped_free char *linked_git = mem_printf("%s/worktrees/linked", main_git);
	scoped_free char *sub = mem_printf("%s/work/sub", fixture_top);
	scoped_free char *sub_git = mem_printf("%s/modules/sub", main_git);

	sh("git init; git commit --allow-empty -m one; git worktree add ../linked; "
	   "mkdir ../linked/d");
	sh("git init ../other; git -C ../other commit --allow-empty -m x; "
	   "git submodule add ../other sub");
	go("../linked/d");
	expect_plain(linked_git, main_git, linked, "d/");
	go("../../work/sub");
	expect_plain(sub_git, sub_git, sub, "");	/* its core.worktree leads back here */
	go("..");
	/* worktreeConfig moves core.bare and core.worktree about: git is asked where it must be */
	sh("git config extensions.worktreeConfig true");
	expect_place(main_git, main_git, in_top("work"), "");
	go("../linked");
	expect_place(linked_git, main_git, linked, "");
}

static void test_bare_and_inside(void **state)
{
	scoped_free char *bare = mem_printf("%s/work/bare.git", fixture_top);
	scoped_free char *dot_git = mem_printf("%s/work/.git", fixture_top);

	sh("git init --bare bare.git; git init");
	go("bare.git");
	expect_place(bare, bare, NULL, "");
	go("../.git");
	expect_place(dot_git, dot_git, NULL, "");
}

static void test_environment(void **state)
{
	scoped_free char *top = mem_printf("%s/work/tree", fixture_top);
	scoped_free char *git = mem_printf("%s/work/store.git", fixture_top);

	sh("mkdir -p tree/sub elsewhere; git --git-dir=store.git --work-tree=tree init");
	setenv("GIT_DIR", git, 1);
	setenv("GIT_WORK_TREE", top, 1);
	go("tree/sub");
	expect_place(git, git, top, "sub/");
	go("../../elsewhere");
	expect_place(git, git, top, "");
	unsetenv("GIT_WORK_TREE");
	/* as in the hooks of a linked work tree; elsewhere it makes the directory a top */
	unsetenv("GIT_DIR");
	sh("git init ../../main; git -C ../../main commit --allow-empty -m x; "
	   "git -C ../../main worktree add ../linked; mkdir ../../linked/sub");
	setenv("GIT_DIR", in_top("main/.git/worktrees/linked"), 1);
	go("../../linked");
	expect_plain(in_top("main/.git/worktrees/linked"), in_top("main/.git"), in_top("linked"),
		     "");
	go("sub");
	expect_place(in_top("main/.git/worktrees/linked"), in_top("main/.git"),
		     in_top("linked/sub"), "");
	go("../../work/elsewhere");
	setenv("GIT_DIR", "/nonexistent", 1);
	fails(repo_open(&(struct repo *){0}), ERR_FATAL, "not a git repository: '/nonexistent'");
	unsetenv("GIT_DIR");
	sh("git init; mkdir -p deep/er");
	go("deep/er");
	setenv("GIT_CEILING_DIRECTORIES", out_of("dirname $PWD"), 1);
	fails(repo_open(&(struct repo *){0}), ERR_FATAL, "not a git repository");
}

static void test_refused(void **state)
{
	fails(repo_open(&(struct repo *){0}), ERR_FATAL, "not a git repository");
	sh("git init --object-format=sha256 new; git init odd; git init wrong");
	go("new");
	fails(repo_open(&(struct repo *){0}), ERR_FATAL,
	      "this repository uses sha256 object ids, which git-agent cannot read yet");
	go("../odd");
	sh("git config core.repositoryformatversion 1; git config extensions.refStorage reftable");
	{
		struct repo *r = NULL;
		err_t e = repo_open(&r);

		assert_non_null(e);
		assert_non_null(strstr(e->text, "this repository uses reftable refs"));
		err_free(e);
	}
	go("../wrong");
	setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1", 1);
	{
		struct repo *r = NULL;
		err_t e = repo_open(&r);

		assert_non_null(e);
		assert_non_null(strstr(e->text, "detected dubious ownership in repository at"));
		assert_non_null(strstr(e->hint, "safe.directory"));
		err_free(e);
	}
}

static void expect_head(const char *commit, const char *ref, const char *busy)
{
	struct repo *r = open_repo();
	struct repo_head head;

	ok(repo_head(&head, r));
	assert_string_equal(head.commit, commit);
	assert_string_equal(head.ref, ref);
	if (busy)
		assert_string_equal(head.busy, busy);
	else
		assert_null(head.busy);
	repo_close(r);
}

static void test_head(void **state)
{
	sh("git init");
	expect_head("", "refs/heads/main", NULL);
	put("f", "one");
	sh("git commit -m one; git tag -a -m t v1");
	expect_head(head_id(), "refs/heads/main", NULL);
	sh("git branch side; git pack-refs --all --prune");	/* with a peeled tag in it */
	assert_int_equal(access(".git/refs/heads/main", F_OK), -1);
	expect_head(head_id(), "refs/heads/main", NULL);
	sh("git commit --allow-empty -m two");			/* loose goes before packed */
	expect_head(head_id(), "refs/heads/main", NULL);
	sh("git symbolic-ref refs/heads/alias refs/heads/main; "
	   "git symbolic-ref HEAD refs/heads/alias");
	expect_head(head_id(), "refs/heads/main", NULL);
	sh("git symbolic-ref HEAD refs/heads/main; git checkout --detach side");
	expect_head(head_id(), "", NULL);
	sh("git worktree add ../linked main");
	go("../linked");
	expect_head(head_id(), "refs/heads/main", NULL);
}

static void test_busy(void **state)
{
	sh("git init");
	put("f", "one");
	sh("git commit -m one; git checkout -b side; echo s >f; git commit -am s; "
	   "git checkout main");
	sh("echo m >f; git commit -am m; ! git merge side");
	expect_head(head_id(), "refs/heads/main", "merge");
	sh("git merge --abort; ! git cherry-pick side");
	expect_head(head_id(), "refs/heads/main", "cherry-pick");
	sh("git cherry-pick --abort; ! git revert HEAD~1");
	expect_head(head_id(), "refs/heads/main", "revert");
	sh("git revert --abort; git checkout side; ! git rebase main");
	expect_head(head_id(), "", "rebase");
	sh("git rebase --abort; git format-patch -1 main; git checkout side; ! git am *.patch");
	expect_head(head_id(), "refs/heads/side", "am");
	sh("git am --abort; git bisect start");
	expect_head(head_id(), "refs/heads/side", "bisect");
	sh("git bisect reset; ! git cherry-pick main~1..main; echo x >f; git commit -am x");
	expect_head(head_id(), "refs/heads/side", NULL);
}

static void config_is(struct repo *r, const char *key, const char *wanted)
{
	const char *value;

	ok(repo_config(&value, r, key));
	if (wanted)
		assert_string_equal(value, wanted);
	else
		assert_null(value);
}

static err_t count(void *ctx, const char *key, const char *value)
{
	++*(int *)ctx;
	return NULL;
}

static void test_config(void **state)
{
	struct repo *r;
	bool on;
	int n = 0;

	sh("git init; git config agent.Trunk dev; git config Agent.kind.Memo.DIR .agent/memos");
	sh("git config --global agent.trunk other; "
	   "printf '[agent]\n\tbare\n\tempty =\n' >>.git/config");
	setenv("GIT_CONFIG_PARAMETERS", "'agent.x'='from c'", 1);
	r = open_repo();
	config_is(r, "agent.trunk", "dev");
	config_is(r, "agent.x", "from c");
	config_is(r, "agent.kind.Memo.dir", ".agent/memos");
	config_is(r, "agent.none", NULL);
	ok(repo_config_bool(&on, r, "agent.bare", false));
	assert_true(on);
	ok(repo_config_bool(&on, r, "agent.empty", true));
	assert_false(on);
	ok(repo_config_bool(&on, r, "agent.none", true));
	assert_true(on);
	fails(repo_config_bool(&on, r, "agent.trunk", true), ERR_FATAL, "'agent.trunk'");
	ok(repo_config_set(r, "agent.trunk", "two words\nand a line"));
	config_is(r, "agent.trunk", "two words\nand a line");
	ok(repo_config_set(r, "agent.trunk", NULL));
	ok(repo_config_set(r, "agent.trunk", NULL));
	config_is(r, "agent.trunk", "other");
	ok(repo_config_each(r, "agent.kind.", count, &n));
	assert_int_equal(n, 1);
	repo_close(r);
}

static void expect_identity(const char *wanted_who, const char *wanted_mail)
{
	struct repo *r = open_repo();
	scoped_free char *who = NULL, *mail = NULL;

	ok(repo_identity(&who, &mail, r));
	assert_string_equal(who, wanted_who);
	assert_string_equal(mail, wanted_mail);
	repo_close(r);
}

static void test_identity(void **state)
{
	sh("git init; git config --global user.name 'Bob B'; "
	   "git config --global user.email b@x.org");
	expect_identity("Ann <ann@example.org>", "ann@example.org");
	unsetenv("GIT_AUTHOR_NAME");
	unsetenv("GIT_AUTHOR_EMAIL");
	expect_identity("Bob B <b@x.org>", "b@x.org");
	sh("git config agent.identity 'Bot <bot@x.org>'");
	expect_identity("Bot <bot@x.org>", "bot@x.org");
	sh("git config agent.identity bot2@x.org");
	expect_identity("Bob B <bot2@x.org>", "bot2@x.org");
	sh("git config --unset agent.identity; rm ~/.gitconfig");
	expect_identity("unknown <unknown>", "unknown");
}

static void expect_trunk(const char *wanted_local, const char *wanted_upstream)
{
	struct repo *r = open_repo();
	char local[256], upstream[256];

	ok(git_trunk(local, upstream, r));
	assert_string_equal(local, wanted_local);
	assert_string_equal(upstream, wanted_upstream);
	repo_close(r);
}

static void test_trunk(void **state)
{
	sh("git init -b dev ../up; git -C ../up commit --allow-empty -m one; "
	   "git -C ../up branch rel");
	sh("git init; git commit --allow-empty -m mine");
	expect_trunk("", "");
	sh("git config agent.trunk main");
	expect_trunk("refs/heads/main", "");
	sh("git config --unset agent.trunk; git remote add origin ../up; git fetch origin");
	sh("git remote set-head origin -a");
	expect_trunk("", "refs/remotes/origin/dev");
	sh("git checkout dev");
	expect_trunk("refs/heads/dev", "refs/remotes/origin/dev");
	sh("git config agent.trunk origin/rel");
	expect_trunk("", "refs/remotes/origin/rel");
	sh("git config agent.trunk main; git branch -u origin/rel main; git pack-refs --all");
	expect_trunk("refs/heads/main", "refs/remotes/origin/rel");
	sh("git config agent.trunk nowhere");
	expect_trunk("", "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		git_test(test_plain),
		git_test(test_linked_and_submodule),
		git_test(test_bare_and_inside),
		git_test(test_environment),
		git_test(test_refused),
		git_test(test_head),
		git_test(test_busy),
		git_test(test_config),
		git_test(test_identity),
		git_test(test_trunk),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
