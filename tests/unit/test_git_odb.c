/* Objects and the ids in the index as they are on disk, against what git says of them. */
#include "../lib/git-fixture.h"

#include "git/odb.h"
#include "git/ours.h"
#include "git/tree_list.h"

#include <stdio.h>

static unsigned long seed;

static unsigned long next(void)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return seed >> 33;
}

static void expect_ours(struct repo *r, const char *rev)
{
	const char *commit = out_of("git rev-parse '%s'", rev);
	const char *entry = out_of("git ls-tree '%s' .agent | sed 's/^0*//; s/ [a-z]* / /; "
				   "s/\t.*//'", rev);
	struct ours ours;

	if (!ours_in_commit(&ours, r, commit))
		fail_msg("%s: not read", rev);
	assert_string_equal(ours.entry, entry);
}

/* 60 commits with a large tree, so that packs have deltas of trees. */
static void make_history(void)
{
	sh("git init; i=0; while test $i -lt 300; do echo $i >file-number-$i; i=$((i+1)); done; "
	   "git add .; git commit -m base; mkdir -p " STORIES "; i=0; "
	   "while test $i -lt 60; do echo $i >file-number-$i.txt; "
	   "if test $((i %% 3)) = 1; then echo $i >" STORIES "INFRA-001-a.md; fi; "
	   "git add .; git commit -m $i; i=$((i+1)); done; git tag -m t v1");
}

static void expect_history(struct repo *r)
{
	for (int i = 0; i <= 60; i += 5) {
		scoped_free char *rev = mem_printf("HEAD~%d", i);

		expect_ours(r, rev);
	}
	assert_true(ours_same(r, out_of("git rev-parse HEAD"), out_of("git rev-parse HEAD~1")));
	assert_false(ours_same(r, out_of("git rev-parse HEAD~1"), out_of("git rev-parse HEAD~2")));
}

static void test_commits(void **state)
{
	struct repo *r;
	struct ours ours;

	make_history();
	r = open_repo();
	expect_history(r);	/* loose */
	assert_false(ours_in_commit(&ours, r, out_of("git rev-parse HEAD:")));
	assert_false(ours_in_commit(&ours, r, out_of("git rev-parse v1")));
	assert_false(ours_in_commit(&ours, r, "1234567890123456789012345678901234567890"));
	assert_false(ours_in_commit(&ours, r, "HEAD"));
	sh("git repack -adfq --depth=50");
	assert_string_not_equal(out_of("git verify-pack -v .git/objects/pack/*.idx | "
				       "grep -c 'tree .* [0-9a-f]\\{40\\}$'"), "0");
	expect_history(r);
	sh("git -c repack.useDeltaBaseOffset=false repack -adfq");
	expect_history(r);
	repo_close(r);
	sh("git -c pack.indexVersion=1 repack -adfq");	/* of before 2008: libgit2's */
	r = open_repo();
	assert_false(ours_in_commit(&ours, r, out_of("git rev-parse HEAD")));
	repo_close(r);
}

static void flip(const char *path, long at)
{
	FILE *file = fopen(path, "r+");
	int c;

	assert_non_null(file);
	fseek(file, at, SEEK_SET);
	c = getc(file);
	fseek(file, at, SEEK_SET);
	putc(c ^ (1 << next() % 8), file);
	fclose(file);
}

static long size_of(const char *path)
{
	FILE *file = fopen(path, "r");
	long size;

	assert_non_null(file);
	fseek(file, 0, SEEK_END);
	size = ftell(file);
	fclose(file);
	return size;
}

/* Damaged files tell nothing, or the truth. */
static void test_damage(void **state)
{
	const char *files[2], *commit, *tree;
	struct ours ours, truth;
	struct repo *r;

	make_history();
	sh("git repack -adfq --depth=50; chmod u+w .git/objects/pack/*; "
	   "cp -R .git/objects/pack keep");
	r = open_repo();
	commit = out_of("git rev-parse HEAD~20");
	tree = out_of("git rev-parse HEAD~20:");
	files[0] = out_of("ls .git/objects/pack/*.idx");
	files[1] = out_of("ls .git/objects/pack/*.pack");
	assert_true(ours_in_commit(&truth, r, commit));
	for (int i = 0; i < 300; i++) {
		const char *path = files[i % 2];
		scoped(odb_release) struct odb_object o = {0};
		struct odb *odb = odb_open(".git/objects");

		for (int k = 0; k < 40; k++)
			flip(path, (long)(next() % (unsigned long)size_of(path)));
		if (ours_in_commit(&ours, r, commit))
			assert_string_equal(ours.entry, truth.entry);
		if (odb_read(&o, odb, tree))
			assert_int_equal(o.type, ODB_TREE);
		odb_close(odb);
		if (i % 5 == 4)
			sh("cp keep/* .git/objects/pack/");
	}
	repo_close(r);
}

/* A pack that came after the others were opened. */
static void test_new_pack(void **state)
{
	struct repo *r;

	make_history();
	sh("git repack -adq");
	r = open_repo();
	expect_ours(r, "HEAD");
	sh("echo more >" STORIES "INFRA-002-b.md; git add .; git commit -m more; git repack -adq; "
	   "git prune-packed");
	expect_ours(r, "HEAD");
	repo_close(r);
}

/* --- trees ---------------------------------------------------------------------------------- */

/* Names that git sorts in another way than the paths look: "a", "a-b", "a.b", "a/". */
static void put_random(const char *dir)
{
	static const char *const parts[] = {"a", "a-b", "a.b", "a0", "README", ".x", "templates"};
	static const char *const ends[] = {".md", "", ".md", "/A-1-x.md", ".md/B-2.md",
					   "-template.md"};
	const char *part = parts[next() % 7], *end = ends[next() % 6];
	scoped_free char *path = mem_printf("%s%s%s", dir, part, end);

	sh("mkdir -p \"$(dirname '%s')\" && test ! -d '%s' && %s '%s' || :", path, path,
	   next() % 8 ? "date +%N >" : "ln -sf x", path);
}

static void expect_tree(struct repo *r, const struct kinds *kinds, const char *id)
{
	scoped(git_scope_release) struct git_scope scope;
	scoped(git_entries_release) struct git_entries got = {0};
	scoped_free char *command = mem_printf("git ls-tree -r '%s' .agent", id);
	FILE *git = popen(command, "r");
	char line[4096], mode[8], type[8], oid[OID_HEX + 1], path[4000];
	size_t n = 0;

	git_scope_init_judged(&scope, kinds);
	assert_true(tree_list(&got, r, id, &scope));
	while (fgets(line, sizeof(line), git)) {
		struct oid there;

		assert_int_equal(sscanf(line, "%7s %7s %40s\t%3999[^\n]", mode, type, oid, path),
				 4);
		assert_true(tree_list_oid(&there, r, id, path));
		if (mode[0] == '1' && mode[1] == '0')
			assert_string_equal(there.hex, oid);
		else
			assert_string_equal(there.hex, "");
		if (mode[1] != '0' || !git_scope_has(&scope, path))
			continue;
		assert_true(n < got.len);
		assert_string_equal(got.at[n].path, path);
		assert_string_equal(got.at[n++].oid.hex, oid);
	}
	assert_int_equal(pclose(git), 0);
	assert_int_equal(n, got.len);
}

static void test_trees(void **state)
{
	struct kinds *kinds = kinds_new();
	scoped(git_entries_release) struct git_entries none = {0};
	struct git_scope scope;
	struct repo *r;
	struct oid oid;

	sh("git init; echo 1 >q; git add .; git commit -m none");
	r = open_repo();
	expect_tree(r, kinds, out_of("git rev-parse HEAD"));
	for (int i = 0; i < 40; i++) {
		for (int k = 0; k < 4; k++)
			put_random(next() % 4 ? STORIES :
				   next() % 2 ? PLANS : ".agent/approvals/story/");
		sh("git add -A; git commit --allow-empty -m %d", i);
		if (i % 8 == 7)
			sh("git repack -adq");
		expect_tree(r, kinds, out_of("git rev-parse HEAD"));
		expect_tree(r, kinds, out_of("git rev-parse HEAD:"));
		expect_tree(r, kinds, out_of("git rev-parse HEAD~%d", i / 2));
	}
	assert_true(tree_list_oid(&oid, r, out_of("git rev-parse HEAD"), STORIES "no.md"));
	assert_string_equal(oid.hex, "");
	assert_true(tree_list_oid(&oid, r, out_of("git rev-parse HEAD"), "q/no.md"));
	assert_string_equal(oid.hex, "");
	assert_true(tree_list_oid(&oid, r, out_of("git rev-parse HEAD"), ".agent"));
	assert_string_equal(oid.hex, "");
	git_scope_init(&scope, kinds);
	assert_false(tree_list(&none, r, "HEAD", &scope));
	assert_false(tree_list(&none, r, out_of("git rev-parse HEAD:q"), &scope));
	/* names out of order: whatever git makes of them, we do not */
	sh("perl -e 'print map { \"100644 $_.md\\0\" . pack(\"H*\", shift) } qw(b a)' "
	   "$(git rev-parse HEAD:q HEAD:q) >t; t=$(git hash-object -t tree -w --literally t); "
	   "for d in stories cache .agent; do t=$(printf '040000 tree %%s\t%%s\n' $t $d | "
	   "git mktree); done; echo $t >tree");
	assert_false(tree_list(&none, r, out_of("cat tree"), &scope));
	git_scope_release(&scope);
	repo_close(r);
	kinds_free(kinds);
}

/* --- the index ------------------------------------------------------------------------------ */

static void expect_index(struct repo *r)
{
	scoped_free char *wanted = mem_printf("40000 %s", out_of("git rev-parse "
								  "$(git write-tree):.agent"));
	struct ours ours;

	assert_true(ours_in_index(&ours, r));
	assert_string_equal(ours.entry, wanted);
}

static void test_index(void **state)
{
	struct ours ours;
	struct repo *r;

	sh("git init; mkdir -p a/b " STORIES " " PLANS " z; "
	   "for f in a/b/c a/d " STORIES "x.md " PLANS "y.md z/1 q; do echo $f >$f; done; "
	   "git add .; git commit -m one");
	r = open_repo();
	for (int version = 2; version <= 4; version++) {
		sh("git update-index --index-version %d %s", version,
		   version == 3 ? "--skip-worktree q" : "");
		sh("echo %d >" STORIES "x.md; git add .", version);
		assert_false(ours_in_index(&ours, r));	/* git has not noted it yet */
		sh("git write-tree");
		expect_index(r);
		assert_false(ours_staged_nothing(r));
		sh("git commit -m %d", version);
		assert_true(ours_staged_nothing(r));
		sh("echo %d >a/d; git add a", version);
		assert_true(ours_staged_nothing(r));	/* still noted below .agent */
		sh("git commit -m more");
	}
	sh("echo new >" PLANS "new.md; git add -N " PLANS "new.md; git write-tree");
	assert_false(ours_in_index(&ours, r));
	sh("git rm -q --cached " PLANS "new.md; git update-index --split-index; git write-tree; "
	   "echo again >" STORIES "x.md; git add .; git write-tree");
	assert_false(ours_in_index(&ours, r));
	repo_close(r);
}

static void test_index_damage(void **state)
{
	struct ours ours;
	struct repo *r;

	sh("git init; mkdir -p " STORIES " " PLANS "; for i in 1 2 3 4 5 6 7 8 9; do "
	   "echo $i >" STORIES "$i.md; echo $i >" PLANS "$i.md; done; git add .; git commit -m x; "
	   "cp .git/index keep");
	r = open_repo();
	for (int i = 0; i < 600; i++) {
		unsigned long size;

		sh("cp keep .git/index");
		size = (unsigned long)size_of(".git/index");
		for (int k = i % 7; k >= 0; k--)
			flip(".git/index", (long)(next() % size));
		if (i % 4 == 0)
			assert_int_equal(truncate(".git/index", (long)(next() % size)), 0);
		(void)ours_in_index(&ours, r);	/* any answer, and no crash */
	}
	repo_close(r);
}

/* --- steps ---------------------------------------------------------------------------------- */

static void test_steps(void **state)
{
	struct repo *r;
	const char *first;

	sh("git init; mkdir -p " STORIES "; echo 1 >" STORIES "x.md; git add .; git commit -m one");
	r = open_repo();
	first = out_of("git rev-parse HEAD");
	assert_false(ours_unmoved(r));	/* from nothing */
	sh("git commit --allow-empty -m two; git commit --allow-empty -m three");
	assert_true(ours_unmoved(r));
	assert_true(ours_passed_by(r, first, out_of("git rev-parse HEAD")));
	assert_true(ours_passed_by(r, first, first));
	assert_false(ours_passed_by(r, out_of("git rev-parse HEAD"), first));
	sh("echo 2 >" STORIES "x.md; git commit -am four");
	assert_false(ours_unmoved(r));
	sh("git commit --amend -m again");
	assert_true(ours_unmoved(r));
	/* there and back again is no passing by */
	sh("echo 1 >" STORIES "x.md; git commit -am back");
	assert_true(ours_same(r, first, out_of("git rev-parse HEAD")));
	assert_false(ours_passed_by(r, first, out_of("git rev-parse HEAD")));
	sh("git switch -c side HEAD~1; git commit --allow-empty -m s; git merge -s ours -m m main");
	assert_false(ours_passed_by(r, out_of("git rev-parse HEAD^1"),
				    out_of("git rev-parse HEAD")));
	sh("rm .git/logs/HEAD");
	assert_false(ours_unmoved(r));
	repo_close(r);
}

static void expect_steps(struct repo *r, const char *from, const char *to, size_t wanted)
{
	scoped(strs_release) struct strs commits = {0};
	bool is = ours_steps(&commits, r, from, to);

	assert_int_equal(is ? commits.len : 0, wanted);
	if (is) {
		assert_string_equal(commits.at[0], to);
		assert_string_equal(commits.at[wanted - 1], from);
	}
}

static void test_chain(void **state)
{
	const char *first, *last;
	struct repo *r;

	sh("git init; for i in 1 2 3; do git commit --allow-empty -m $i; done");
	r = open_repo();
	first = out_of("git rev-parse HEAD~2");
	last = out_of("git rev-parse HEAD");
	expect_steps(r, first, last, 3);
	expect_steps(r, last, last, 1);
	expect_steps(r, last, first, 0);
	sh("git switch -c side HEAD~1; git commit --allow-empty -m s; git merge -m m main");
	expect_steps(r, first, out_of("git rev-parse HEAD"), 0);
	sh("git switch main; for i in $(seq 63); do git commit --allow-empty -m $i; done");
	expect_steps(r, last, out_of("git rev-parse HEAD"), 64);
	sh("for i in 1 2; do git commit --allow-empty -m $i; done");
	expect_steps(r, last, out_of("git rev-parse HEAD"), 0);
	repo_close(r);
}

int main(void)
{
	const char *given = getenv("GIT_AGENT_SEED");
	const struct CMUnitTest tests[] = {
		git_test(test_commits), git_test(test_damage), git_test(test_index),
		git_test(test_index_damage), git_test(test_steps), git_test(test_new_pack),
		git_test(test_trees), git_test(test_chain),
	};

	seed = given ? strtoul(given, NULL, 10) : (unsigned long)getpid();
	printf("# GIT_AGENT_SEED=%lu\n", seed);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
