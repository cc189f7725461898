/*
 * The last look at a merged text, without the merge before it: whatever the merge may get wrong,
 * these results are refused, and those that are right pass.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "merge/gates.h"

#include <string.h>

#define HEAD "# Notes\n\n## Things\n\n"

/* rule: which gate refuses it, NULL: none does. */
static void check(const char *base, const char *ours, const char *theirs, const char *result,
		  enum gates_of which, const char *rule)
{
	const struct slice text[3] = {slice_str(base), slice_str(ours), slice_str(theirs)};
	const struct slice swapped[3] = {text[0], text[2], text[1]};
	const struct strs leaves = {0};
	struct gate g = gates_check(text, slice_str(result), &leaves, which);
	struct gate s = gates_check(swapped, slice_str(result), &leaves, which);

	if (rule ? !g.rule || strcmp(g.rule, rule) != 0 : g.rule != NULL)
		fail_msg("%s instead of %s:\n%s", g.rule ? g.rule : "passed",
			 rule ? rule : "passed", result);
	assert_true(!g.rule == !s.rule);
	gate_release(&g);
	gate_release(&s);
}

static void a_line_is_lost(void **state)
{
	const char *base = HEAD "- lamp\n", *ours = HEAD "- lamp\n- chair\n";
	const char *theirs = HEAD "- lamp\n- table\n";

	check(base, ours, theirs, HEAD "- lamp\n- chair\n- table\n", GATES_ALL, NULL);
	check(base, ours, theirs, HEAD "- lamp\n- chair\n", GATES_ALL, "gate.lost");
	check(base, ours, theirs, HEAD "- lamp\n- chair\n", GATES_LOST, "gate.lost");
	check(base, ours, theirs, HEAD "- chair\n- table\n", GATES_ALL, "gate.lost");
	/* what one side took away may be gone */
	check(HEAD "- lamp\n- sofa\n", HEAD "- lamp\n", HEAD "- lamp\n- sofa\n- table\n",
	      HEAD "- lamp\n- table\n", GATES_ALL, NULL);
	/* both added one of the same, and one is not enough where one side added two */
	check(base, HEAD "- lamp\nsame\n\nsame\n", HEAD "- lamp\nsame\n", HEAD "- lamp\nsame\n",
	      GATES_ALL, "gate.lost");
}

static void a_line_is_back(void **state)
{
	const char *base = HEAD "- lamp\n- sofa\n";

	check(base, HEAD "- lamp\n", HEAD "- lamp\n- sofa\n- table\n",
	      HEAD "- lamp\n- sofa\n- table\n", GATES_ALL, "gate.resurrect");
	check(HEAD, HEAD "- lamp\n", HEAD "- lamp\n", HEAD "- lamp\n- lamp\n", GATES_ALL,
	      "gate.resurrect");
	check(HEAD, HEAD "- lamp\n", HEAD "- lamp\n", HEAD "- lamp\n", GATES_ALL, NULL);
}

static void a_line_is_read_otherwise(void **state)
{
	const char *base = HEAD "text\n";

	check(base, HEAD "text\n\n```\ncode\n```\n", HEAD "text\n\nmore\n",
	      HEAD "text\n\n```\ncode\n```\n\nmore\n", GATES_ALL, NULL);
	/* the text of theirs would be code */
	check(base, HEAD "text\n\n```\ncode\n```\n", HEAD "text\n\nmore\n",
	      HEAD "text\n\n```\ncode\n\nmore\n```\n", GATES_ALL, "gate.parse");
	/* code that both closed is open */
	check(base, HEAD "text\n\n```\ncode\n```\n", HEAD "text\n\n```\ncode\n```\n",
	      HEAD "text\n\n```\ncode\n```\n\n```\n", GATES_ALL, "gate.parse");
}

static void a_heading_is_there_twice(void **state)
{
	const char *base = "# Notes\n\nText.\n";
	const char *side = "# Notes\n\n## New\n\nText.\n", *other = "# Notes\n\nText.\n\n## New\n";

	check(base, side, other, "# Notes\n\n## New\n\nText.\n\n## New\n", GATES_TEXT,
	      "gate.double");
	check(base, side, side, side, GATES_TEXT, NULL);
	/* one side had it twice: nothing that the merge did */
	check(base, "# Notes\n\n## New\n\nText.\n\n## New\n", base,
	      "# Notes\n\n## New\n\nText.\n\n## New\n", GATES_TEXT, NULL);
}

static void a_line_comes_under_another_heading(void **state)
{
	const char *base = "# Notes\n\n## One\n\nFirst.\n\n## Two\n\nSecond.\n";
	const char *ours = "# Notes\n\n## One\n\nFirst.\n- mine\n\n## Two\n\nSecond.\n";

	check(base, ours, base, ours, GATES_TEXT, NULL);
	check(base, ours, base, "# Notes\n\n## One\n\nFirst.\n\n## Two\n\nSecond.\n- mine\n",
	      GATES_TEXT, "gate.heading");
	/* its heading is gone: then it has to go somewhere */
	check(base, ours, "# Notes\n\nFirst.\n\n## Two\n\nSecond.\n",
	      "# Notes\n\nFirst.\n- mine\n\n## Two\n\nSecond.\n", GATES_TEXT, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_is_lost),
		cmocka_unit_test(a_line_is_back),
		cmocka_unit_test(a_line_is_read_otherwise),
		cmocka_unit_test(a_heading_is_there_twice),
		cmocka_unit_test(a_line_comes_under_another_heading),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("merge gates", tests, NULL, NULL);
}
