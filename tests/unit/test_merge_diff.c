#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "merge/diff.h"
#include "test_merge_gen.h"
#include "util/hash.h"

/* b, made from a and the hunks; every check that a hunk list must pass on the way. */
static char *applied(const struct lines *a, const struct lines *b, const struct hunks *hunks)
{
	struct mem_stream s;
	size_t i = 0, j = 0;

	mem_stream_open(&s);
	for (size_t k = 0; k < hunks->len; k++) {
		const struct hunk *h = &hunks->at[k];

		assert_true(k == 0 || h->a_from > i || h->b_from > j);
		assert_true(h->a_to > h->a_from || h->b_to > h->b_from);
		for (; i < h->a_from; i++, j++)
			fwrite(a->at[i].text.at, 1, a->at[i].text.len, s.file);
		assert_int_equal(j, h->b_from);
		for (; j < h->b_to; j++)
			fwrite(b->at[j].text.at, 1, b->at[j].text.len, s.file);
		i = h->a_to;
	}
	for (; i < a->len; i++)
		fwrite(a->at[i].text.at, 1, a->at[i].text.len, s.file);
	return mem_stream_close(&s, NULL);
}

static void test_hunks_apply(void **state)
{
	struct gen g = gen_new("hunks");

	for (int n = 0; n < 3000; n++) {
		struct strs doc = gen_document(&g);
		struct gen_case c = gen_case_from(&g, &doc);
		struct lines a = lines_split(slice_str(c.base)), b = lines_split(slice_str(c.ours));
		struct hunks hunks = diff_lines(&a, &b);
		char *got = applied(&a, &b, &hunks);

		assert_string_equal(got, c.ours);
		assert_int_equal(hunks.len == 0, strcmp(c.base, c.ours) == 0);
		free(got);
		hunks_release(&hunks);
		lines_release(&a);
		lines_release(&b);
		gen_case_release(&c);
		strs_release(&doc);
	}
}

static void expect_unified(const char *a, const char *b, const char *want)
{
	char *got = diff_unified(slice_str(a), slice_str(b), "a/x.md", "b/x.md", 3);

	assert_string_equal(got, want);
	free(got);
}

static void test_unified(void **state)
{
	expect_unified("same\n", "same\n", "");
	expect_unified("", "new\n", "--- a/x.md\n+++ b/x.md\n@@ -0,0 +1 @@\n+new\n");
	expect_unified("# T\n\n## One\n\n1\n2\n3\n4\n5\n6", "# T\n\n## One\n\n1\n2\n3\n4\nX\n6\n",
		       "--- a/x.md\n+++ b/x.md\n@@ -6,5 +6,5 @@ ## One\n 2\n 3\n 4\n-5\n-6\n"
		       "\\ No newline at end of file\n+X\n+6\n");
	/* A new entry goes with its own heading, not with the one before it. */
	expect_unified("## A\n\n- a\n\n## C\n\n- c\n",
		       "## A\n\n- a\n\n## B\n\n- b\n\n## C\n\n- c\n",
		       "--- a/x.md\n+++ b/x.md\n@@ -2,6 +2,10 @@ ## A\n \n - a\n \n"
		       "+## B\n+\n+- b\n+\n ## C\n \n - c\n");
}

static struct oid patch_id(const char *a, const char *b)
{
	struct oid id;

	diff_patch_id(&id, slice_str(a), slice_str(b));
	return id;
}

static void test_patch_id(void **state)
{
	struct oid one = patch_id("a\nb\nc\n", "a\nX\nc\n"), other, none;

	other = patch_id("0\n1\n2\na\nb\nc\nd\n", "0\n1\n2\na\nX\nc\nd\n");
	assert_true(oid_eq(&one, &other));
	other = patch_id("a\nX\nc\n", "a\nb\nc\n");
	assert_false(oid_eq(&one, &other));
	other = patch_id("a\nb", "a\nX");
	assert_false(oid_eq(&one, &other));
	none = patch_id("", "");
	other = patch_id("a\n", "a\n");
	assert_true(oid_eq(&none, &other));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hunks_apply),
		cmocka_unit_test(test_unified),
		cmocka_unit_test(test_patch_id),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
