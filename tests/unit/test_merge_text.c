/* What holds for every merge, on random documents and on edits of the corpus. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "merge/diff.h"
#include "test_merge_gen.h"

static const struct merge_options plain = {.ours_label = "ours", .theirs_label = "theirs"};
static const struct merge_options swapped = {.ours_label = "theirs", .theirs_label = "ours"};

static char *merged(const char *base, const char *ours, const char *theirs, bool *clean)
{
	struct merge_result r = merge3(slice_str(base), slice_str(ours), slice_str(theirs), &plain);
	char *bytes = steal(r.bytes);

	*clean = r.clean;
	assert_true(r.nr_decisions > 0);
	assert_int_equal(r.len, strlen(bytes));
	assert_true(r.clean == !r.conflicts);
	merge_result_release(&r);
	return bytes;
}

static void expect(const char *base, const char *ours, const char *theirs, const char *want)
{
	bool clean;
	char *got = merged(base, ours, theirs, &clean);

	assert_string_equal(got, want);
	assert_int_equal(clean, !strstr(want, "<<<<<<<"));
	free(got);
}

/* --- properties ---------------------------------------------------------------------------- */

static void check_trivial(const struct gen_case *c)
{
	expect(c->base, c->ours, c->base, c->ours);
	expect(c->base, c->base, c->theirs, c->theirs);
	expect(c->base, c->ours, c->ours, c->ours);
}

/* The text with the two sides of each conflict exchanged. */
static char *exchange(const char *text)
{
	struct strs lines = gen_split(slice_str(text)), sides[2] = {{0}, {0}};
	struct mem_stream out;
	int side = -1;

	mem_stream_open(&out);
	for (size_t i = 0; i < lines.len; i++) {
		const char *l = lines.at[i];

		if (!strcmp(l, "<<<<<<< ours\n") || !strcmp(l, "<<<<<<< theirs\n")) {
			fputs("<<<<<<< ours\n", out.file);
			side = 0;
		} else if (side == 0 && !strcmp(l, "=======\n")) {
			side = 1;
		} else if (side == 1 && !strncmp(l, ">>>>>>> ", 8)) {
			for (size_t k = 0; k < sides[1].len; k++)
				fputs(sides[1].at[k], out.file);
			fputs("=======\n", out.file);
			for (size_t k = 0; k < sides[0].len; k++)
				fputs(sides[0].at[k], out.file);
			fputs(">>>>>>> theirs\n", out.file);
			strs_release(&sides[0]);
			strs_release(&sides[1]);
			sides[0] = sides[1] = (struct strs){0};
			side = -1;
		} else if (side >= 0) {
			strs_add(&sides[side], l);
		} else {
			fputs(l, out.file);
		}
	}
	strs_release(&lines);
	return mem_stream_close(&out, NULL);
}

static void check_symmetric(const struct gen_case *c, const char *result, bool clean)
{
	struct merge_result r = merge3(slice_str(c->base), slice_str(c->theirs), slice_str(c->ours),
				       &swapped);
	char *back = exchange(r.bytes);

	assert_int_equal(r.clean, clean);
	assert_string_equal(clean ? r.bytes : back, result);
	free(back);
	merge_result_release(&r);
}

static size_t times(const struct strs *lines, const char *line)
{
	size_t n = 0;

	for (size_t i = 0; i < lines->len; i++)
		n += strcmp(lines->at[i], line) == 0;
	return n;
}

/* Whether the change from base to side puts the line anywhere: it may have moved. */
static bool touched(const char *base, const char *side, const char *line)
{
	struct lines a = lines_split(slice_str(base)), b = lines_split(slice_str(side));
	struct hunks hunks = diff_lines(&a, &b);
	bool found = false;

	for (size_t k = 0; k < hunks.len; k++)
		for (size_t i = hunks.at[k].b_from; i < hunks.at[k].b_to; i++)
			found |= slice_is(b.at[i].text, line);
	hunks_release(&hunks);
	lines_release(&a);
	lines_release(&b);
	return found;
}

/* A line that only one side has is in the result; one that a side deleted and the other left
 * alone is not. Blank lines only part others. */
static void check_conserved(const struct gen_case *c, const char *result)
{
	struct strs base = gen_split(slice_str(c->base)), ours = gen_split(slice_str(c->ours));
	struct strs theirs = gen_split(slice_str(c->theirs)), all = gen_split(slice_str(result));
	const struct strs *sides[] = {&ours, &theirs};
	const char *texts[] = {c->ours, c->theirs};

	for (int k = 0; k < 2; k++) {
		const struct strs *one = sides[k], *other = sides[1 - k];

		for (size_t i = 0; i < one->len; i++)
			if (!times(&base, one->at[i]) && !times(other, one->at[i]))
				assert_int_equal(times(&all, one->at[i]), times(one, one->at[i]));
		for (size_t i = 0; i < base.len; i++)
			if (strcmp(base.at[i], "\n") != 0 && !times(one, base.at[i]) &&
			    times(other, base.at[i]) &&
			    !touched(c->base, texts[1 - k], base.at[i]))
				assert_int_equal(times(&all, base.at[i]), 0);
	}
	strs_release(&base);
	strs_release(&ours);
	strs_release(&theirs);
	strs_release(&all);
}

/* A conflict shows all that either side wrote: a line that only one of them has, as often. */
static void check_shown(const struct gen_case *c, const char *result)
{
	struct strs base = gen_split(slice_str(c->base)), ours = gen_split(slice_str(c->ours));
	struct strs theirs = gen_split(slice_str(c->theirs)), all = gen_split(slice_str(result));
	const struct strs *sides[] = {&ours, &theirs};

	for (int k = 0; k < 2; k++)
		for (size_t i = 0; i < sides[k]->len; i++) {
			const char *line = sides[k]->at[i];

			if (!times(&base, line) && !times(sides[1 - k], line))
				assert_true(times(&all, line) >= times(sides[k], line));
		}
	strs_release(&base);
	strs_release(&ours);
	strs_release(&theirs);
	strs_release(&all);
}

static bool check(const struct gen_case *c)
{
	bool clean, again;
	char *result = merged(c->base, c->ours, c->theirs, &clean), *more;

	check_trivial(c);
	check_symmetric(c, result, clean);
	if (clean) {
		check_conserved(c, result);
		more = merged(c->ours, result, result, &again);
		assert_true(again);
		assert_string_equal(more, result);
		free(more);
	} else {
		check_shown(c, result);
	}
	free(result);
	return clean;
}

static void test_random(void **state)
{
	struct gen g = gen_new("random documents");
	int clean = 0, all = 3000;

	for (int i = 0; i < all; i++) {
		struct strs base = gen_document(&g);
		struct gen_case c = gen_case_from(&g, &base);

		clean += check(&c);
		gen_case_release(&c);
		strs_release(&base);
	}
	printf("# %d merges, %d clean\n", all, clean);
	assert_true(clean > all / 10 && clean < all * 9 / 10);
}

static void test_corpus(void **state)
{
	struct gen g = gen_new("corpus");
	struct strs corpus = gen_corpus();
	int clean = 0;

	if (!corpus.len)
		skip();
	for (size_t i = 0; i < corpus.len; i++) {
		struct strs base = gen_split(slice_str(corpus.at[i]));
		struct gen_case c = gen_case_from(&g, &base);

		/* An inner line without end would run into the next. */
		if (!strlen(c.base) || c.base[strlen(c.base) - 1] == '\n')
			clean += check(&c);
		gen_case_release(&c);
		strs_release(&base);
	}
	printf("# %zu merges, %d clean\n", corpus.len, clean);
	strs_release(&corpus);
}

/* --- conflicts ----------------------------------------------------------------------------- */

static void test_conflict(void **state)
{
	expect("a\nb\nc\n", "a\nx\nc\n", "a\ny\nc\n",
	       "a\n<<<<<<< ours\nx\n=======\ny\n>>>>>>> theirs\nc\n");
	/* Common lines at the ends leave the conflict. */
	expect("", "one\nx\nend\n", "one\ny\nend\n",
	       "one\n<<<<<<< ours\nx\n=======\ny\n>>>>>>> theirs\nend\n");
	/* Changes that touch are a conflict, changes with a line between are not. */
	expect("a\nb\nc\n", "x\nb\nc\n", "a\nb\ny\n", "x\nb\ny\n");
	expect("a\nb\n", "x\nb\n", "a\ny\n",
	       "<<<<<<< ours\nx\nb\n=======\na\ny\n>>>>>>> theirs\n");
	/* Without a final newline in the text, the marker still stands on a line of its own. */
	expect("a", "b", "c", "<<<<<<< ours\nb\n=======\nc\n>>>>>>> theirs\n");
}

static void test_styles(void **state)
{
	struct merge_options o = plain;
	const char *base = "a\nb\nc\n", *ours = "a\nk\nx\nc\n", *theirs = "a\nk\ny\nc\n";
	struct merge_result r;

	o.style = MERGE_STYLE_DIFF3;
	o.base_label = "old";
	r = merge3(slice_str(base), slice_str(ours), slice_str(theirs), &o);
	assert_string_equal(r.bytes, "a\n<<<<<<< ours\nk\nx\n||||||| old\nb\n=======\nk\ny\n"
				     ">>>>>>> theirs\nc\n");
	merge_result_release(&r);
	o.style = MERGE_STYLE_ZDIFF3;
	o.marker_size = 9;
	r = merge3(slice_str(base), slice_str(ours), slice_str(theirs), &o);
	assert_string_equal(r.bytes, "a\nk\n<<<<<<<<< ours\nx\n||||||||| old\nb\n=========\ny\n"
				     ">>>>>>>>> theirs\nc\n");
	assert_int_equal(r.conflicts, 1);
	merge_result_release(&r);
}

static void test_binary(void **state)
{
	struct merge_result r = merge3(slice_of("a\0", 2), slice_of("b\0", 2),
				       slice_of("c\0", 2), NULL);

	assert_false(r.clean);
	assert_int_equal(r.len, 2);
	assert_memory_equal(r.bytes, "b\0", 2);
	merge_result_release(&r);
}

/* --- line ends, mark, final newline -------------------------------------------------------- */

static void test_line_ends(void **state)
{
	/* One side turns the text into CRLF, the other edits it. */
	expect("a\nb\nc\nd\n", "a\r\nb\r\nc\r\nd\r\n", "a\nx\nc\nd\ne\n",
	       "a\r\nx\r\nc\r\nd\r\ne\r\n");
	expect("a\r\nb\r\nc\r\n", "a\nb\nc\n", "a\r\nx\r\nc\r\n", "a\nx\nc\n");
	/* Line ends that nobody changed stay, mixed as they are. */
	expect("a\nb\r\nc\nd\ne\n", "a\nb\r\nc\nd\nX\n", "Y\nb\r\nc\nd\ne\n", "Y\nb\r\nc\nd\nX\n");
	/* Markers in a CRLF text end in CRLF. */
	expect("a\r\nb\r\n", "a\r\nx\r\n", "a\r\ny\r\n",
	       "a\r\n<<<<<<< ours\r\nx\r\n=======\r\ny\r\n>>>>>>> theirs\r\n");
}

static void test_mark_and_final_newline(void **state)
{
	expect("a\nb\n", "\xEF\xBB\xBF" "a\nb\n", "x\nb\n", "\xEF\xBB\xBFx\nb\n");
	expect("\xEF\xBB\xBF" "a\nb\n", "a\nb\n", "\xEF\xBB\xBFx\nb\n", "x\nb\n");
	/* Nothing stands before a conflict marker: in a conflict each side has the mark. */
	expect("a\nb\nc\n", "\xEF\xBB\xBFx\r\nb\r\nc\r\n", "y\nb\nz\n",
	       "<<<<<<< ours\r\n\xEF\xBB\xBFx\r\n=======\r\n\xEF\xBB\xBFy\r\n"
	       ">>>>>>> theirs\r\nb\r\nz\r\n");
	expect("a\nb\nc\n", "\xEF\xBB\xBF" "b\r\nc\r\n", "y\nb\nz\n",
	       "<<<<<<< ours\r\n=======\r\n\xEF\xBB\xBFy\r\n"
	       ">>>>>>> theirs\r\nb\r\nz\r\n");
	expect("a\nb", "a\nb\n", "a\nx", "a\nx\n");
	expect("a\nb\n", "a\nb", "a\nx\n", "a\nx");
}

/* --- worst cases --------------------------------------------------------------------------- */

/* Few distinct lines and no order: what no heuristic likes. Only has to end, and be a merge. */
static void test_hard(void **state)
{
	struct gen g = gen_new("hard");
	char *texts[3];
	bool clean;
	char *result;

	for (int k = 0; k < 3; k++) {
		struct mem_stream m;

		mem_stream_open(&m);
		for (int i = 0; i < 60000; i++)
			fprintf(m.file, "%u\n", gen_below(&g, k == 2 ? 5000 : 50));
		texts[k] = mem_stream_close(&m, NULL);
	}
	result = merged(texts[0], texts[1], texts[2], &clean);
	assert_false(clean);
	free(result);
	for (int k = 0; k < 3; k++)
		free(texts[k]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random),	    cmocka_unit_test(test_corpus),
		cmocka_unit_test(test_conflict),    cmocka_unit_test(test_styles),
		cmocka_unit_test(test_binary),	    cmocka_unit_test(test_line_ends),
		cmocka_unit_test(test_mark_and_final_newline), cmocka_unit_test(test_hard),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
