/* The engine's view: commits, trees, index, blobs, and the files of the work tree. */
#include "../lib/git-fixture.h"
#include "artifact/artifact.h"
#include "git/index_file.h"

#include <inttypes.h>
#include <time.h>

struct view {
	struct repo *repo;
	struct kinds *kinds;
	struct git_port port;
};

static struct view view_open(void)
{
	struct view v = {open_repo(), kinds_new(), {0}};

	ok(git_port_open(&v.port, v.repo, v.kinds));
	return v;
}

static void view_close(struct view *v)
{
	git_port_close(&v->port);
	kinds_free(v->kinds);
	repo_close(v->repo);
}

#define call(v, f, ...) ((v)->port.f((v)->port.ctx, __VA_ARGS__))

/* "path:stage path:stage" */
static char *entries_text(struct git_entries *e)
{
	struct mem_stream s;

	mem_stream_open(&s);
	for (size_t i = 0; i < e->len; i++)
		fprintf(s.file, "%s%s:%d", i ? " " : "", strrchr(e->at[i].path, '/') + 1,
			e->at[i].stage);
	git_entries_release(e);
	return mem_stream_close(&s, NULL);
}

static char *strs_text(struct strs *s)
{
	struct mem_stream out;

	mem_stream_open(&out);
	for (size_t i = 0; i < s->len; i++)
		fprintf(out.file, "%s%.4s", i ? " " : "", s->at[i]);
	strs_release(s);
	return mem_stream_close(&out, NULL);
}

#define assert_text(got, wanted)                                   \
	do {                                                       \
		scoped_free char *text_ = (got);                   \
		assert_string_equal(text_, wanted);                \
	} while (0)

/* Compares a list of ids with what a git command prints. */
static void PRINTF(2, 3) assert_ids(struct strs *got, const char *fmt, ...)
{
	va_list args;
	scoped_free char *command = NULL, *mine = strs_text(got);

	va_start(args, fmt);
	command = mem_vprintf(fmt, args);
	va_end(args);
	assert_string_equal(mine, out_of("%s | cut -c1-4 | paste -sd' '", command));
}

/* A base, two branches that both change things, and a merge that changes something of its own. */
static void make_history(void)
{
	sh("git init");
	put(STORIES "A-1-a.md", "a\n");
	put(STORIES "B-2-b.md", "b\n");
	put("README.md", "no artifact\n");
	sh("git commit -m base; git checkout -b side");
	put(STORIES "A-1-a.md", "a side\n");
	sh("git rm " STORIES "B-2-b.md; git commit -m 'side change' --author 'Col <col@x.org>'");
	sh("git checkout main");
	put(STORIES "C-3-c.md", "c\n");
	put("other.txt", "x");
	sh("git commit -m main; git merge --no-commit side");
	put(PLANS "P-1-p.md", "of the merge\n");
	sh("git commit -m merge");
}

static const struct git_change *change_at(const struct git_changes *c, const char *name)
{
	for (size_t i = 0; i < c->len; i++)
		if (strstr(c->at[i].path, name))
			return &c->at[i];
	fail_msg("no change of %s", name);
	return NULL;
}

static void test_commits(void **state)
{
	struct view v;
	struct strs list = {0}, hide = {0};
	char base[OID_HEX + 1];
	bool is;

	make_history();
	v = view_open();
	ok(call(&v, commits, &list, head_id(), &hide));
	assert_int_equal(list.len, 4);
	assert_string_equal(list.at[0], out_of("git rev-parse main~2"));
	assert_string_equal(list.at[3], head_id());
	strs_release(&list);
	strs_add(&hide, "1234567890123456789012345678901234567890");
	strs_add(&hide, out_of("git rev-parse side"));
	ok(call(&v, commits, &list, head_id(), &hide));
	assert_ids(&list, "git rev-list --topo-order --reverse main --not side");
	strs_release(&hide);
	fails(call(&v, commits, &list, "1234567890123456789012345678901234567890", &hide),
	      ERR_NOTFOUND, "cannot walk");
	ok(call(&v, merge_base, base, out_of("git rev-parse main~1"),
		out_of("git rev-parse side")));
	assert_string_equal(base, out_of("git merge-base main~1 side"));
	sh("git checkout --orphan lone; git commit -m lone; git checkout main");
	ok(call(&v, merge_base, base, head_id(), out_of("git rev-parse lone")));
	assert_string_equal(base, "");
	ok(call(&v, in_head, &is, out_of("git rev-parse side")));
	assert_true(is);
	ok(call(&v, in_head, &is, out_of("git rev-parse lone")));
	assert_false(is);
	ok(call(&v, in_head, &is, "1234567890123456789012345678901234567890"));
	assert_false(is);
	view_close(&v);
}

static void test_commit(void **state)
{
	struct view v;
	struct git_commit c = {0};

	make_history();
	put(".mailmap", "Ann <ann@example.org> <old@example.org>\n");
	sh("GIT_COMMITTER_EMAIL=OLD@example.org git commit -m 'as my old self'");
	sh("GIT_COMMITTER_EMAIL=col@x.org git commit --allow-empty -m theirs; "
	   "git branch trunk side");
	sh("git config agent.trunk trunk");
	v = view_open();
	ok(call(&v, commit, &c, out_of("git rev-parse side")));
	assert_string_equal(c.author, "Col <col@x.org>");
	assert_string_equal(c.subject, "side change");
	assert_int_equal(c.author_time, atoll(out_of("git log -1 --format=%%at side")));
	assert_true(c.mine);
	assert_true(c.trunk);
	assert_int_equal(c.parents.len, 1);
	git_commit_release(&c);
	ok(call(&v, commit, &c, head_id()));
	assert_false(c.mine);
	assert_false(c.trunk);
	git_commit_release(&c);
	ok(call(&v, commit, &c, out_of("git rev-parse HEAD~1")));
	assert_true(c.mine);
	git_commit_release(&c);
	ok(call(&v, commit, &c, out_of("git rev-parse HEAD~2")));
	assert_int_equal(c.parents.len, 2);
	git_commit_release(&c);
	/* Beyond the first few questions the answers come from the walk: they stay the same. */
	for (int i = 0; i < 30; i++) {
		static const char *const names[] = {"side", "side~1", "main", "main~1", "main~2"};

		ok(call(&v, commit, &c, out_of("git rev-parse %s", names[i % 5])));
		assert_int_equal(c.trunk, i % 5 < 2);
		git_commit_release(&c);
	}
	fails(call(&v, commit, &c, "1234567890123456789012345678901234567890"), ERR_NOTFOUND,
	      "commit");
	view_close(&v);
}

static void test_changes(void **state)
{
	struct view v;
	struct git_changes c = {0};
	const struct git_change *one;

	make_history();
	v = view_open();
	ok(call(&v, changes, &c, out_of("git rev-parse main~2")));	/* a root */
	assert_int_equal(c.len, 2);
	assert_int_equal(c.at[0].nr_parents, 1);
	assert_true(oid_none(&c.at[0].before[0]));
	assert_string_equal(c.at[0].after.hex, out_of("git rev-parse main~2:" STORIES "A-1-a.md"));
	git_changes_release(&c);
	ok(call(&v, changes, &c, out_of("git rev-parse side")));
	assert_int_equal(c.len, 2);
	assert_true(oid_none(&change_at(&c, "B-2")->after));
	assert_string_equal(change_at(&c, "B-2")->before[0].hex,
			    out_of("git rev-parse side~1:" STORIES "B-2-b.md"));
	git_changes_release(&c);
	/* The merge: what differs from at least one parent, with the text of every parent. */
	ok(call(&v, changes, &c, head_id()));
	assert_int_equal(c.len, 4);
	assert_int_equal(c.at[0].nr_parents, 2);
	one = change_at(&c, "A-1");
	assert_string_equal(one->before[0].hex, out_of("git rev-parse main~1:" STORIES "A-1-a.md"));
	assert_string_equal(one->before[1].hex, one->after.hex);
	one = change_at(&c, "B-2");
	assert_true(oid_none(&one->after) && !oid_none(&one->before[0]) &&
		    oid_none(&one->before[1]));
	one = change_at(&c, "P-1");
	assert_true(!oid_none(&one->after) && oid_none(&one->before[0]) &&
		    oid_none(&one->before[1]));
	for (size_t i = 1; i < c.len; i++)
		assert_true(strcmp(c.at[i - 1].path, c.at[i].path) < 0);
	git_changes_release(&c);
	/* A mode is no text; a file that becomes a symbolic link is gone. */
	sh("git update-index --chmod=+x " STORIES "A-1-a.md; git commit -m x; git reset --hard");
	ok(call(&v, changes, &c, head_id()));
	assert_int_equal(c.len, 0);
	git_changes_release(&c);
	sh("cd " STORIES "; ln -sf C-3-c.md A-1-a.md; git add -f A-1-a.md; git commit -m link");
	ok(call(&v, changes, &c, head_id()));
	assert_int_equal(c.len, 1);
	assert_true(oid_none(&c.at[0].after));
	git_changes_release(&c);
	view_close(&v);
}

static void test_trees(void **state)
{
	struct view v;
	struct git_entries e = {0};
	struct oid oid;
	char id[OID_HEX + 1], *bytes;
	size_t len;

	make_history();
	sh("git tag -a -m t v1");
	v = view_open();
	ok(call(&v, tree, &e, head_id()));
	assert_text(entries_text(&e), "P-1-p.md:0 A-1-a.md:0 C-3-c.md:0");
	ok(call(&v, tree, &e, ""));
	assert_int_equal(e.len, 0);
	ok(git_list_at(&e, v.repo, v.kinds, "v1^2"));
	assert_text(entries_text(&e), "A-1-a.md:0");
	ok(git_list_at(&e, v.repo, v.kinds, ":"));
	assert_text(entries_text(&e), "P-1-p.md:0 A-1-a.md:0 C-3-c.md:0");
	ok(call(&v, tree_oid, &oid, head_id(), STORIES "C-3-c.md"));
	assert_string_equal(oid.hex, hash_blob(slice_str("c\n")).hex);
	ok(call(&v, tree_oid, &oid, head_id(), STORIES "none.md"));
	assert_true(oid_none(&oid));
	ok(call(&v, tree_oid, &oid, head_id(), ".agent/cache/stories"));
	assert_true(oid_none(&oid));
	ok(git_resolve(id, v.repo, "v1~1"));
	assert_string_equal(id, out_of("git rev-parse v1~1"));
	fails(git_resolve(id, v.repo, "nonsense"), ERR_NOTFOUND, "unknown revision 'nonsense'");
	fails(git_resolve(id, v.repo, "HEAD^{tree}"), ERR_NOTFOUND, "not a commit");
	ok(call(&v, blob, &bytes, &len, hash_blob(slice_str("c\n")).hex));
	assert_text(bytes, "c\n");
	fails(call(&v, blob, &bytes, &len, "1234567890123456789012345678901234567890"),
	      ERR_NOTFOUND, "blob");
	fails(call(&v, blob, &bytes, &len, head_id()), ERR_NOTFOUND, "not a blob");
	view_close(&v);
}

static void test_index(void **state)
{
	struct view v;
	struct git_entries e = {0};

	make_history();
	put(PLANS "P-9-new.md", "new");
	sh("git update-index --skip-worktree " STORIES "C-3-c.md");
	v = view_open();
	ok(call(&v, index, &e));
	assert_int_equal(e.len, 4);
	assert_true(e.at[3].skip_worktree && !e.at[0].skip_worktree);
	git_entries_release(&e);
	for (int version = 4; version >= 2; version--) {
		sh("git update-index --index-version %d", version);
		ok(call(&v, index, &e));
		assert_string_equal(e.at[2].oid.hex, out_of("git rev-parse :" STORIES "A-1-a.md"));
		assert_true(e.at[3].skip_worktree && !e.at[0].skip_worktree);
		assert_text(entries_text(&e), "P-1-p.md:0 P-9-new.md:0 A-1-a.md:0 C-3-c.md:0");
	}
	assert_null(v.repo->objects);	/* none of this needed libgit2 */
	/* Another process stages: seen at the next look. */
	sh("printf i >" PLANS "Q.md; git add -f -N " PLANS "Q.md");
	ok(call(&v, index, &e));
	assert_int_equal(e.len, 5);
	assert_true(e.at[2].intent_to_add);
	git_entries_release(&e);
	view_close(&v);
	/* The index that git names to a hook. */
	sh("GIT_INDEX_FILE=.git/other git read-tree side");
	setenv("GIT_INDEX_FILE", ".git/other", 1);
	sh("mkdir -p sub");
	assert_int_equal(chdir("sub"), 0);
	v = view_open();
	ok(call(&v, index, &e));
	assert_text(entries_text(&e), "A-1-a.md:0");
	view_close(&v);
}

/* Whatever is in the file, it is read as git wrote it, or not at all. */
static void test_damaged_index(void **state)
{
	const char *given = getenv("GIT_AGENT_SEED");
	unsigned seed = given ? (unsigned)strtoul(given, NULL, 10) : (unsigned)time(NULL);
	scoped_free char *bytes = NULL;
	struct git_entries e = {0};
	struct view v;
	struct git_scope scope;
	size_t len = 0, refused = 0;
	bool there;

	printf("# index: GIT_AGENT_SEED=%u\n", seed);
	srandom(seed);
	make_history();
	sh("git update-index --index-version %d --skip-worktree " STORIES "C-3-c.md",
	   seed % 2 ? 4 : 2);
	v = view_open();
	git_scope_init(&scope, v.kinds);
	assert_true(index_file_read(&bytes, &len, &there, v.repo) && there);
	for (size_t i = 0; i < 600; i++) {
		scoped_free char *copy = mem_dup(bytes, len);
		size_t cut = i % 2 ? len : (size_t)random() % len;
		FILE *f = fopen(".git/index", "w");

		assert_non_null(f);
		if (i % 2)
			for (int n = 0; n < 3; n++)
				copy[(size_t)random() % len] = (char)random();
		assert_int_equal(fwrite(copy, 1, cut, f), cut);
		assert_int_equal(fclose(f), 0);
		if (index_file_entries(&e, v.repo, &scope))
			git_entries_release(&e);
		else
			refused++;
	}
	printf("# %zu of 600 refused\n", refused);
	assert_true(refused > 100);
	git_scope_release(&scope);
	view_close(&v);
}

static void test_unmerged_and_split(void **state)
{
	struct view v;
	struct git_entries e = {0};

	make_history();
	sh("git checkout -b x side~1; echo x >" STORIES
	   "A-1-a.md; git commit -am x; ! git merge main");
	v = view_open();
	ok(call(&v, index, &e));
	assert_text(entries_text(&e), "P-1-p.md:0 A-1-a.md:1 A-1-a.md:2 A-1-a.md:3 C-3-c.md:0");
	view_close(&v);
	sh("git merge --abort; git update-index --split-index");
	v = view_open();
	fails(call(&v, index, &e), ERR_FATAL,
	      "this repository uses a split index, which git-agent");
	view_close(&v);
}

static void test_head_log(void **state)
{
	struct view v;
	struct git_head before, after;
	struct strs log = {0};
	const char *first, *second, *third;

	sh("git init; git commit --allow-empty -m 1");
	first = head_id();
	v = view_open();
	ok(call(&v, head, &before));
	ok(call(&v, head_log, &log, before.log));
	assert_ids(&log, "git rev-parse HEAD");
	sh("git commit --allow-empty -m 2; git commit --allow-empty -m 3");
	second = out_of("git rev-parse HEAD~1");
	third = head_id();
	sh("git reset --hard HEAD~2");
	ok(call(&v, head, &after));
	assert_string_not_equal(before.log, after.log);
	ok(call(&v, head_log, &log, before.log));
	assert_ids(&log, "printf '%%s\\n' %s %s %s", first, third, second);
	ok(call(&v, head_log, &log, after.log));
	assert_ids(&log, "echo %s", first);
	sh("git reflog expire --expire=now --all; git commit --allow-empty -m 4");
	ok(call(&v, head_log, &log, after.log));	/* the file shrank: all there is */
	assert_ids(&log, "printf '%%s\\n' %s", head_id());
	sh("rm .git/logs/HEAD");
	ok(call(&v, head_log, &log, ""));
	assert_ids(&log, "git rev-parse HEAD");
	view_close(&v);
}

static char *stepped(struct view *v, const char *from, const char *log)
{
	scoped(strs_release) struct strs paths = {0};
	struct mem_stream s;
	bool records, is = call(v, stepped, &paths, &records, from, head_id(), log);

	mem_stream_open(&s);
	fputs(is ? "" : "?", s.file);
	if (is && records)
		fputs("records ", s.file);
	for (size_t i = 0; is && i < paths.len; i++)
		fprintf(s.file, "%s ", strrchr(paths.at[i], '/') + 1);
	return mem_stream_close(&s, NULL);
}

static void test_stepped(void **state)
{
	struct git_head before;
	const char *first;
	struct view v;

	sh("git init");
	put(STORIES "A-1-a.md", "a\n");
	put(STORIES "B-2-b.md", "b\n");
	sh("git commit -m base");
	first = head_id();
	v = view_open();
	ok(call(&v, head, &before));
	assert_text(stepped(&v, first, before.log), "");
	put(STORIES "B-2-b.md", "two\n");
	put("q", "no artifact\n");
	sh("git commit -m two");
	assert_text(stepped(&v, first, before.log), "B-2-b.md ");
	put(".agent/approvals/story/A-1", "a record\n");
	sh("git add .; git commit -m record; git mv " STORIES "A-1-a.md " STORIES "C-1-a.md; "
	   "git commit -m mv");
	assert_text(stepped(&v, first, before.log), "records A-1-a.md B-2-b.md C-1-a.md ");
	assert_text(stepped(&v, first, ""), "?");
	/* HEAD was elsewhere meanwhile, and the files with it */
	sh("git switch -c side HEAD~1; git commit --allow-empty -m s; git switch main");
	assert_text(stepped(&v, first, before.log), "?");
	first = head_id();
	ok(call(&v, head, &before));
	/* back and forth between the steps: nothing that they did not change */
	put(STORIES "B-2-b.md", "three\n");
	sh("git commit -m three; git reset --hard HEAD~1; git reset --hard ORIG_HEAD");
	assert_text(stepped(&v, first, before.log), "B-2-b.md ");
	sh("git merge -m m side");
	assert_text(stepped(&v, first, before.log), "?");
	sh("rm .git/logs/HEAD; git reset --hard HEAD~1");
	assert_text(stepped(&v, first, before.log), "?");
	view_close(&v);
}

static void test_shallow(void **state)
{
	struct view v;
	struct git_commit c = {0};
	struct git_changes changes = {0};
	struct strs list = {0}, hide = {0};
	char base[OID_HEX + 1];
	bool is;

	make_history();
	sh("git clone --depth 2 file://$PWD ../shallow");
	assert_int_equal(chdir("../shallow"), 0);
	v = view_open();
	ok(call(&v, commits, &list, head_id(), &hide));
	assert_ids(&list, "git rev-list --topo-order --reverse HEAD");
	ok(call(&v, commit, &c, out_of("git rev-parse HEAD^2")));
	assert_int_equal(c.parents.len, 0);
	assert_true(c.trunk);
	git_commit_release(&c);
	ok(call(&v, changes, &changes, out_of("git rev-parse HEAD^1")));
	assert_int_equal(changes.len, 3);
	git_changes_release(&changes);
	ok(call(&v, merge_base, base, head_id(), out_of("git rev-parse HEAD^2")));
	assert_string_equal(base, out_of("git rev-parse HEAD^2"));
	ok(call(&v, merge_base, base, out_of("git rev-parse HEAD^1"),
		out_of("git rev-parse HEAD^2")));
	assert_string_equal(base, "");
	ok(call(&v, in_head, &is, out_of("git rev-parse HEAD^2")));
	assert_true(is);
	view_close(&v);
}

static void test_partial_clone(void **state)
{
	struct view v;
	char *bytes;
	size_t len;
	const char *old;

	make_history();
	old = out_of("git rev-parse HEAD~2:" STORIES "A-1-a.md");
	sh("git config uploadpack.allowFilter true; git config uploadpack.allowAnySHA1InWant true");
	sh("git clone --filter=blob:none file://$PWD ../partial");
	assert_int_equal(chdir("../partial"), 0);
	v = view_open();
	ok(call(&v, blob, &bytes, &len, old));
	assert_text(bytes, "a\n");
	view_close(&v);
}

/* --- the work tree ------------------------------------------------------------ */

static err_t add_path(void *ctx, const char *path, const struct file_stat *stat)
{
	strs_add(ctx, strrchr(path, '/') + 1);
	return NULL;
}

static char *read_text(struct view *v, const char *path)
{
	char *bytes;
	size_t len;

	ok(call(v, read, &bytes, &len, NULL, path));
	return bytes;
}

static void write_text(struct view *v, const char *path, const char *text)
{
	struct file_stat st;
	char *tmp;

	ok(call(v, stage, &tmp, path, slice_str(text)));
	ok(call(v, publish, &st, tmp, path));
	assert_true(st.regular);
	ok(call(v, discard, tmp));
}

static void test_files(void **state)
{
	scoped_free char *path = mem_strdup(getenv("PATH"));
	struct view v;
	struct strs list = {0};
	struct file_stat st;
	char *bytes;
	size_t len;

	make_history();
	sh("echo n >" STORIES "note.txt");
	v = view_open();
	ok(call(&v, files, add_path, &list));
	assert_int_equal(list.len, 3);
	assert_string_equal(list.at[0], "P-1-p.md");
	assert_string_equal(list.at[2], "C-3-c.md");
	strs_release(&list);
	ok(call(&v, read, &bytes, &len, &st, STORIES "C-3-c.md"));
	assert_int_equal(st.size, 2);
	assert_text(bytes, "c\n");
	fails(call(&v, read, &bytes, &len, &st, STORIES "none.md"), ERR_NOTFOUND, "none.md");
	sh("head -c %d /dev/zero >" STORIES "big.md", ARTIFACT_MAX_BYTES + 1);
	fails(call(&v, read, &bytes, &len, &st, STORIES "big.md"), ERR_REFUSED, "big.md");
	setenv("PATH", "/nonexistent", 1);	/* no git child can start */
	write_text(&v, STORIES "D/E/new.md", "new\r\n");
	assert_text(read_text(&v, STORIES "D/E/new.md"), "new\r\n");
	setenv("PATH", path, 1);
	ok(call(&v, remove, STORIES "D/E/new.md"));
	ok(call(&v, stat, &st, STORIES "D/E/new.md"));
	assert_false(st.exists);
	ok(call(&v, discard, NULL));
	/* None of this needed libgit2. */
	assert_null(v.repo->objects);
	view_close(&v);
}

static void test_symlinks(void **state)
{
	struct view v;
	struct strs list = {0};
	struct file_stat st;
	char *bytes, *tmp;
	size_t len;

	make_history();
	sh("mkdir ../out; echo secret >../out/x.md; "
	   "ln -s ../../../../out .agent/cache/stories/EVIL");
	sh("ln -s ../../../../../out/x.md " STORIES "L-1.md; mkfifo " STORIES "fifo.md");
	v = view_open();
	fails(call(&v, read, &bytes, &len, &st, ".agent/cache/stories/EVIL/x.md"), ERR_REFUSED,
	      "symbolic");
	fails(call(&v, stage, &tmp, ".agent/cache/stories/EVIL/x.md", slice_str("y")), ERR_REFUSED,
	      "beyond the symbolic link '.agent/cache/stories/EVIL'");
	fails(call(&v, remove, ".agent/cache/stories/EVIL/x.md"), ERR_REFUSED, "symbolic");
	fails(call(&v, read, &bytes, &len, &st, STORIES "L-1.md"), ERR_REFUSED, "symbolic");
	fails(call(&v, stage, &tmp, STORIES "L-1.md", slice_str("y")), ERR_REFUSED, "symbolic");
	fails(call(&v, read, &bytes, &len, &st, STORIES "fifo.md"), ERR_REFUSED, "fifo.md");
	fails(call(&v, stage, &tmp, "README.md", slice_str("y")), ERR_REFUSED, "README.md");
	fails(call(&v, stage, &tmp, ".agent/cache/stories/../../../x.md", slice_str("y")),
	      ERR_REFUSED, "..");
	ok(call(&v, stat, &st, ".agent/cache/stories/EVIL/x.md"));
	assert_false(st.exists);
	/* A directory that turns into a link between the two halves. */
	ok(call(&v, stage, &tmp, STORIES "A-1-a.md", slice_str("y")));
	sh("mv .agent/cache/stories/INFRA real; ln -s ../../../real .agent/cache/stories/INFRA");
	fails(call(&v, publish, &st, tmp, STORIES "A-1-a.md"), ERR_REFUSED, "symbolic");
	ok(call(&v, discard, tmp));
	sh("rm -r .agent/cache/stories; ln -s ../../real .agent/cache/stories");
	ok(call(&v, files, add_path, &list));
	assert_int_equal(list.len, 1);	/* the plan */
	strs_release(&list);
	view_close(&v);
	assert_string_equal(out_of("cat ../out/x.md; ls ../out"), "secret");
}

static void test_conversion(void **state)
{
	struct view v;

	make_history();
	/* eol by attribute, anywhere on the way */
	sh("echo '*.md text eol=crlf' >.agent/cache/.gitattributes");
	v = view_open();
	write_text(&v, STORIES "E-1.md", "one\ntwo\n");
	assert_string_equal(out_of("od -An -c " STORIES "E-1.md | tr -d ' '"),
			    "one\\r\\ntwo\\r\\n");
	assert_text(read_text(&v, STORIES "E-1.md"), "one\ntwo\n");
	view_close(&v);
	/* core.autocrlf, from the command line only: libgit2 does not see that by itself */
	sh("rm .agent/cache/.gitattributes");
	setenv("GIT_CONFIG_PARAMETERS", "'core.autocrlf'='true'", 1);
	v = view_open();
	write_text(&v, STORIES "E-2.md", "one\n");
	assert_string_equal(out_of("od -An -c " STORIES "E-2.md | tr -d ' '"), "one\\r\\n");
	assert_text(read_text(&v, STORIES "E-2.md"), "one\n");
	view_close(&v);
	unsetenv("GIT_CONFIG_PARAMETERS");
	v = view_open();
	assert_text(read_text(&v, STORIES "E-2.md"), "one\r\n");
	view_close(&v);
	/* a filter is a program: git runs it */
	sh("echo '*.md filter=up' >.gitattributes; git config filter.up.clean 'tr a-z A-Z'");
	sh("git config filter.up.smudge 'tr A-Z a-z'");
	v = view_open();
	write_text(&v, STORIES "F-1.md", "SHOUT\n");
	assert_string_equal(out_of("cat " STORIES "F-1.md"), "shout");
	assert_text(read_text(&v, STORIES "F-1.md"), "SHOUT\n");
	view_close(&v);
}

static void test_worktrees_apart(void **state)
{
	struct view v;
	struct git_entries e = {0};
	struct git_head head;

	make_history();
	sh("git worktree add ../linked side");
	assert_int_equal(chdir("../linked"), 0);
	v = view_open();
	assert_string_equal(v.port.worktree, in_top("linked"));
	ok(call(&v, head, &head));
	assert_string_equal(head.ref, "refs/heads/side");
	ok(call(&v, index, &e));
	assert_text(entries_text(&e), "A-1-a.md:0");
	write_text(&v, STORIES "A-1-a.md", "here only\n");
	assert_string_equal(out_of("cat ../linked/" STORIES "A-1-a.md"), "here only");
	view_close(&v);
	sh("git -C ../work config extensions.worktreeConfig true");
	v = view_open();
	ok(call(&v, tree, &e, head.commit));
	assert_text(entries_text(&e), "A-1-a.md:0");
	view_close(&v);
	/* no work tree, no files */
	sh("git clone --bare ../work ../bare.git");
	assert_int_equal(chdir("../bare.git"), 0);
	v = view_open();
	ok(git_list_at(&e, v.repo, v.kinds, "HEAD"));
	assert_int_equal(e.len, 3);
	git_entries_release(&e);
	fails(call(&v, remove, STORIES "A-1-a.md"), ERR_FATAL, "must be run in a work tree");
	view_close(&v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		git_test(test_commits), git_test(test_commit), git_test(test_changes),
		git_test(test_trees), git_test(test_index), git_test(test_damaged_index),
		git_test(test_unmerged_and_split),
		git_test(test_head_log), git_test(test_stepped), git_test(test_shallow),
		git_test(test_partial_clone),
		git_test(test_files), git_test(test_symlinks), git_test(test_conversion),
		git_test(test_worktrees_apart),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
