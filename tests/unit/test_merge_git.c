/* Against git itself: what "git merge" (ort) and "git diff --histogram" give for random texts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "merge/diff.h"
#include "test_merge_gen.h"

#include <unistd.h>

#define CASES 250

struct repo {
	char dir[64];
	struct gen_case cases[CASES];
};

static FILE *git(const struct repo *r, const char *arguments, const char *mode)
{
	char *command = mem_printf("GIT_CONFIG_NOSYSTEM=1 HOME='%s' git -C '%s' %s", r->dir, r->dir,
				   arguments);
	FILE *f = popen(command, mode);

	assert_non_null(f);
	free(command);
	return f;
}

static char *git_output(const struct repo *r, const char *arguments)
{
	FILE *f = git(r, arguments, "r");
	struct mem_stream s;
	int c;

	mem_stream_open(&s);
	while ((c = fgetc(f)) != EOF)
		fputc(c, s.file);
	pclose(f);
	return mem_stream_close(&s, NULL);
}

/* Branches base, ours and theirs, with one file per case. */
static void commit_side(FILE *import, const struct repo *r, const char *branch, int side)
{
	fprintf(import, "commit refs/heads/%s\ncommitter a <a@example.com> 1 +0000\ndata 1\nx\n",
		branch);
	if (side)
		fputs("from refs/heads/base\n", import);
	for (int i = 0; i < CASES; i++) {
		const struct gen_case *c = &r->cases[i];
		const char *text = side == 0 ? c->base : side == 1 ? c->ours : c->theirs;

		fprintf(import, "M 100644 inline f%d.md\ndata %zu\n%s\n", i, strlen(text), text);
	}
}

static int setup(void **state)
{
	struct repo *r = mem_alloc(sizeof(*r));
	struct gen g = gen_new("against git");
	struct strs corpus = gen_corpus();
	FILE *import;

	*state = r;
	strcpy(r->dir, "/tmp/git-agent-test-XXXXXX");
	if (!mkdtemp(r->dir))
		return -1;
	for (int i = 0; i < CASES; i++) {
		bool real = corpus.len && gen_below(&g, 2);
		size_t which = real ? gen_below(&g, (unsigned)corpus.len) : 0;
		struct strs base = real ? gen_split(slice_str(corpus.at[which]))
					: gen_document(&g);
		char *last = base.len ? base.at[base.len - 1] : NULL;

		/* Final newlines that differ are merged in another way than git's. */
		if (last && last[strlen(last) - 1] != '\n')
			gen_remove(&base, base.len - 1);
		r->cases[i] = gen_case_from(&g, &base);
		strs_release(&base);
	}
	strs_release(&corpus);
	pclose(git(r, "init -q .", "r"));
	import = git(r, "fast-import --quiet", "w");
	commit_side(import, r, "base", 0);
	commit_side(import, r, "ours", 1);
	commit_side(import, r, "theirs", 2);
	return pclose(import) ? -1 : 0;
}

static int teardown(void **state)
{
	struct repo *r = *state;
	char *command = mem_printf("rm -r '%s'", r->dir);

	for (int i = 0; i < CASES; i++)
		gen_case_release(&r->cases[i]);
	assert_int_equal(system(command), 0);
	free(command);
	free(r);
	return 0;
}

static void compare_style(struct repo *r, enum merge_style style, const char *name)
{
	char *command = mem_printf("-c merge.conflictStyle=%s -c merge.renames=false merge-tree "
				   "--write-tree --no-messages ours theirs | head -1", name);
	char *tree = git_output(r, command);
	int clean = 0, differ = 0;

	free(command);
	assert_int_equal(strcspn(tree, "\n"), 40);
	tree[40] = '\0';
	command = mem_printf("rev-parse --short $(git -C '%s' merge-base ours theirs)", r->dir);
	char *base = git_output(r, command);
	base[strcspn(base, "\n")] = '\0';
	for (int i = 0; i < CASES; i++) {
		const struct gen_case *c = &r->cases[i];
		struct merge_options o = {.style = style, .base_label = base, .text_only = true};
		struct merge_result m = merge3(slice_str(c->base), slice_str(c->ours),
					       slice_str(c->theirs), &o);
		char *show = mem_printf("cat-file blob %s:f%d.md", tree, i);
		char *want = git_output(r, show);

		/* Where ours against theirs and theirs against ours find other hunks, git's
		 * conflict depends on who is ours, and ours does not. */
		if (m.clean || !strstr(want, "\n>>>>>>> "))
			assert_string_equal(m.bytes, want);
		differ += strcmp(m.bytes, want) != 0;
		clean += m.clean;
		merge_result_release(&m);
		free(want);
		free(show);
	}
	printf("# %s: %d of %d merges equal git's; %d are clean, all equal\n", name, CASES - differ,
	       CASES, clean);
	assert_true(differ <= CASES / 50);
	free(command);
	free(base);
	free(tree);
}

static void test_merge(void **state)
{
	compare_style(*state, MERGE_STYLE_MERGE, "merge");
	compare_style(*state, MERGE_STYLE_DIFF3, "diff3");
	compare_style(*state, MERGE_STYLE_ZDIFF3, "zdiff3");
}

static const char *hunks_of(const char *diff)
{
	const char *hunks = strstr(diff, "@@");

	return hunks ? hunks : "";
}

/* git's heading stops at fences no more than ours: both take the nearest line with '#'. */
static void test_diff(void **state)
{
	struct repo *r = *state;
	char *attributes = mem_printf("%s/.git/info/attributes", r->dir);
	FILE *f = fopen(attributes, "w");

	fputs("*.md diff=heading\n", f);
	fclose(f);
	for (int i = 0; i < CASES; i++) {
		const struct gen_case *c = &r->cases[i];
		char *ours = diff_unified(slice_str(c->base), slice_str(c->ours), "a", "b", 3);
		char *command = mem_printf("-c diff.heading.funcname='^#.*' diff --histogram "
					   "base:f%d.md ours:f%d.md", i, i);
		char *want = git_output(r, command);

		assert_string_equal(hunks_of(ours), hunks_of(want));
		free(ours);
		free(want);
		free(command);
	}
	free(attributes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_merge),
		cmocka_unit_test(test_diff),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, setup, teardown);
}
