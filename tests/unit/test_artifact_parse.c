/* Every way in which people write title, state, items and links; exact ranges. */
#include "artifact/artifact.h"
#include "test_artifact_sane.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct kinds *kinds;

static int setup(void **state)
{
	kinds = kinds_new();
	return 0;
}

static int teardown(void **state)
{
	kinds_free(kinds);
	return 0;
}

static struct artifact *parse(const char *text)
{
	return artifact_parse(slice_str(text), kinds_find(kinds, "story"), "x/INFRA-042-x.md");
}

static const struct {
	const char *text, *label, *title, *state, *field;
	int line;
} forms[] = {
	/* titles */
	{"# INFRA-042: Smart: Router\n", "INFRA-042", "Smart: Router", "", "", 0},
	{"# INFRA-042 Smart Router ##\n", "INFRA-042", "Smart Router", "", "", 0},
	{"# INFRA-042 \xE2\x80\x94 Router\n", "INFRA-042", "Router", "", "", 0},
	{"# STORY-ID: INFRA-042: Router\n", "INFRA-042", "Router", "", "", 0},
	{"# STORY-ID: Router\n", "", "Router", "", "", 0},
	{"# Runbook: File-Based (INFRA-042)\n", "", "File-Based (INFRA-042)", "", "", 0},
	{"# Plan: INFRA-999\n", "INFRA-999", "", "", "", 0},
	{"# WEB-002-runbook.md\n", "", "WEB-002-runbook.md", "", "", 0},
	{"## INFRA-042: Two\n\n# One\n", "INFRA-042", "Two", "", "", 0},
	{"### Three\n\n# One\n", "", "", "", "", 0},
	{"no title\n", "", "", "", "", 0},
	{"```\n# fenced\n```\n    # code\n<!--\n# comment\n-->\n# INFRA-~k3f9: T", "INFRA-~k3f9",
	 "T", "", "", 0},
	{"#hash\n####### seven\n#\tTab\n", "", "Tab", "", "", 0},
	/* states */
	{"# T\n\n## State\n\nDRAFT\n", "", "T", "DRAFT", "## State\n\nDRAFT\n", 5},
	{"# T\n## Status\nIN_PROGRESS\n", "", "T", "IN_PROGRESS", "## Status\nIN_PROGRESS\n", 3},
	{"# T\n## state:\n \n**DRAFT**", "", "T", "DRAFT", "## state:\n \n**DRAFT**", 4},
	{"# T\n\n## Status: DONE\n", "", "T", "DONE", "## Status: DONE\n", 3},
	{"# T\n\nStatus: ACCEPTED\n", "", "T", "ACCEPTED", "Status: ACCEPTED\n", 3},
	{"# T\nstate: draft\n", "", "T", "draft", "state: draft\n", 2},
	{"# T\n**Status**: DONE \n", "", "T", "DONE", "**Status**: DONE \n", 2},
	{"# T\n**Status:** DONE\n", "", "T", "DONE", "**Status:** DONE\n", 2},
	{"# T\n**Status: TODO**\n", "", "T", "", "", 0},
	{"# State: DRAFT\n# T\n", "", "T", "DRAFT", "# State: DRAFT\n", 1},
	{"## State\nDRAFT\n## Problem\n", "", "", "DRAFT", "## State\nDRAFT\n", 2},
	{"# T\n## State\nCOMMITTED (Pending Re-validation)\n", "", "T", "COMMITTED",
	 "## State\nCOMMITTED (Pending Re-validation)\n", 3},
	{"# T\n## State\nSUPERSEDED (see plan: X)\n", "", "T", "SUPERSEDED",
	 "## State\nSUPERSEDED (see plan: X)\n", 3},
	{"# T\n## State\nCOMMITTED-003-00\n", "", "T", "COMMITTED-003-00",
	 "## State\nCOMMITTED-003-00\n", 3},
	{"# T\n\n## State\n\n## Next\n", "", "T", "", "## State\n", 3},
	{"# T\n\n## State", "", "T", "", "## State", 3},
	{"# T\n\n## State\n\n## Next\n\n## State\nDONE\n", "", "T", "DONE", "## State\nDONE\n", 8},
	/* what is no state */
	{"# T\n```\n## State\nDRAFT\n```\n", "", "T", "", "", 0},
	{"# T\n~~~\n```\n~~~\n````\n```\nState: A\n````\nState: B\n", "", "T", "B", "State: B\n",
	 9},
	{"# T\n<!-- State: A\nState: B\n-->\n\tState: C\n- State: D\n", "", "T", "", "", 0},
	{"# T\n1. a\n   ```\n   State: A\n   ```\n", "", "T", "", "", 0},
	{"# T\n## Log\nStatus: fine\nStatus: DONE\n", "", "T", "DONE", "Status: DONE\n", 4},
	{"# T\n## A\n### B\n#### State\nDRAFT\n", "", "T", "", "", 0},
	{"# T\nStatement: A\nState of: B\nState:: C\nState: 5\n", "", "T", "", "", 0},
	/* front matter, line ends, marks */
	{"---\ntitle: \"F\"\nstate: DRAFT # x\n---\ntext\n", "", "F", "DRAFT", "state: DRAFT # x\n",
	 3},
	{"---\ntitle: F\nstate: DRAFT\n---\n# T\n", "", "T", "DRAFT", "state: DRAFT\n", 3},
	{"---\n\nstate: A\n---\n", "", "", "A", "state: A\n", 3},
	{"\xEF\xBB\xBF# T\r\n\r\n## State\r\n\r\nDRAFT\r\n", "", "T", "DRAFT",
	 "## State\r\n\r\nDRAFT\r\n", 5},
	{"\xEF\xBB\xBF---\nstate: A\n---\n", "", "", "A", "state: A\n", 2},
	{"", "", "", "", "", 0},
};

static void is(const struct artifact *a, struct range r, const char *expected)
{
	struct slice got = artifact_slice(a, r);

	if (!slice_is(got, expected))
		fail_msg("'%.*s' is not '%s' in '%s'", (int)got.len, got.at, expected, a->text.at);
}

static void titles_and_states(void **state)
{
	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		struct artifact *a = parse(forms[i].text);
		const char *bad;

		is(a, a->title_label, forms[i].label);
		is(a, a->title, forms[i].title);
		is(a, a->state, forms[i].state);
		is(a, a->state_field, forms[i].field);
		if (a->state_line != forms[i].line)
			fail_msg("state in line %d of '%s'", a->state_line, forms[i].text);
		artifact_free(a);
		bad = sane_artifact(slice_str(forms[i].text), kinds_find(kinds, "story"), NULL);
		if (bad)
			fail_msg("'%s': %s", forms[i].text, bad);
	}
}

static void yaml(void **state)
{
	static const char text[] = "# State: OLD\nid: JRN-001\ntitle: 'A: b'  \nstate: DRAFT\n"
				   "steps:\n- state: x\nlinked_stories:\n- INFRA-1\n"
				   "other:\n- UTF-8 and INFRA-002\n";
	struct artifact *a = artifact_parse(slice_str(text), kinds_find(kinds, "journey"), NULL);

	is(a, a->title, "A: b");
	is(a, a->title_label, "JRN-001");
	is(a, a->state, "OLD");
	assert_int_equal(a->nr_links, 2);
	assert_true(a->links[0].in_link_section && !a->links[1].in_link_section);
	assert_int_equal(a->links[1].line, 10);
	assert_int_equal(a->nr_problems, 2);
	assert_int_equal(a->problems[0].code, PROBLEM_UNKNOWN_STATE);
	assert_int_equal(a->problems[1].code, PROBLEM_SECOND_STATE);
	artifact_free(a);
	a = artifact_parse(slice_str("# Title: T\n# State: A\n\nsteps: []\n"), NULL, "a/x.yaml");
	is(a, a->title, "T");
	is(a, a->state, "A");
	artifact_free(a);
}

static void sections(void **state)
{
	static const char text[] = "pre\n# T #\na\n## B\n### C\nc\n```\n## no\n```\n## D\n# E";
	static const struct section expected[] = {
		{0, {0, 0}, {0, 0}, {0, 4}, {0, 4}, 0, 1},
		{1, {4, 10}, {6, 7}, {10, 12}, {4, 44}, 1, 2},
		{2, {12, 17}, {15, 16}, {17, 17}, {12, 39}, 1, 4},
		{3, {17, 23}, {21, 22}, {23, 39}, {17, 39}, 2, 5},
		{2, {39, 44}, {42, 43}, {44, 44}, {39, 44}, 1, 10},
		{1, {44, 47}, {46, 47}, {47, 47}, {44, 47}, 5, 11},
	};
	struct artifact *a = parse(text);

	assert_int_equal(a->nr_sections, 6);
	for (size_t i = 0; i < 6; i++)
		assert_memory_equal(&a->sections[i], &expected[i], sizeof(*expected));
	artifact_free(a);
}

struct want {
	const char *whole, *text;
	int indent;
	char tick; /* '\0': none */
};

static void items(void **state)
{
	static const char text[] = "# T\n"
				   "- [ ] one\n"
				   "  more\n"
				   "lazy\n"
				   "  * [X] two \n"
				   "\n"
				   "    text\n"
				   "\n"
				   "1. [x]\n"
				   "10) [x]no\n"
				   "---\n"
				   "+ - inner\n"
				   "para\n"
				   "\n"
				   "para\n"
				   "2. not one\n"
				   "    - code\n"
				   "\n"
				   "```\n- [ ] fenced\n```\n"
				   "-\n"
				   "- ```\n  - code\n  ```\n"
				   "-end";
	static const struct want wants[] = {
		{"- [ ] one\n  more\nlazy\n  * [X] two \n\n    text\n", "one", 0, ' '},
		{"  * [X] two \n\n    text\n", "two", 2, 'X'},
		{"1. [x]\n", "", 0, 'x'},
		{"10) [x]no\n", "[x]no", 0, '\0'},
		{"+ - inner\npara\n", "- inner", 0, '\0'},
		{"- inner\npara\n", "inner", 2, '\0'},
		{"-\n", "", 0, '\0'},
		{"- ```\n  - code\n  ```\n", "```", 0, '\0'},
	};
	size_t n = sizeof(wants) / sizeof(*wants);
	struct artifact *a = parse(text);

	assert_int_equal(a->nr_items, n);
	for (size_t i = 0; i < n; i++) {
		const struct item *t = &a->items[i];

		is(a, t->whole, wants[i].whole);
		is(a, t->text, wants[i].text);
		assert_int_equal(t->indent, wants[i].indent);
		assert_int_equal(t->tick.to ? text[t->tick.from] : '\0', wants[i].tick);
		assert_int_equal(t->checked, wants[i].tick == 'x' || wants[i].tick == 'X');
		assert_int_equal(t->section, 1);
	}
	artifact_free(a);
}

static void links(void **state)
{
	static const char text[] =
		"# INFRA-042: like ADR-001\n\nUTF-8, CVE-2024-1234, INFRA-181-S1, xADR-001, "
		"ADR-002-lazy.md, (INFRA-~k3f9) INFRA-0042.\n```\nADR-009\n```\n"
		"## Linked ADRs\n- ADR-3: x\n### Deep\nADR-004\n## Child Stories "
		"(order)\nWEB-001\n";
	static const struct {
		const char *label;
		bool in;
		size_t section;
	} wants[] = {{"ADR-001", false, 1},    {"ADR-002", false, 1}, {"INFRA-~k3f9", false, 1},
		     {"INFRA-0042", false, 1}, {"ADR-3", true, 2},    {"ADR-004", true, 3},
		     {"WEB-001", false, 4}};
	size_t n = sizeof(wants) / sizeof(*wants);
	struct artifact *a = parse(text);

	assert_int_equal(a->nr_links, n);
	for (size_t i = 0; i < n; i++) {
		assert_string_equal(a->links[i].label, wants[i].label);
		assert_int_equal(a->links[i].in_link_section, wants[i].in);
		assert_int_equal(a->links[i].section, wants[i].section);
	}
	artifact_free(a);
}

static void links_that_are_needs(void **state)
{
	static const char text[] =
		"# INFRA-042: needs\n\nDepends on: INFRA-001 and INFRA-002\n- **Blocked by** "
		"INFRA-003\nThis depends on INFRA-004\n## depends on\n- INFRA-005\n### More\n"
		"INFRA-006\n## Depends on luck\nINFRA-007\n## Prerequisites\n1. INFRA-008\n"
		"## Linked ADRs\n- ADR-001\n- Blocked by ADR-002\n# Top\nINFRA-009";
	static const bool needs[] = {true, true, true,	false, true,  true,
				     false, true, false, true,	false};
	struct artifact *a = parse(text);

	assert_int_equal(a->nr_links, sizeof(needs) / sizeof(*needs));
	for (size_t i = 0; i < a->nr_links; i++)
		if (artifact_link_is_need(a, &a->links[i]) != needs[i])
			fail_msg("%s", a->links[i].label);
	artifact_free(a);
}

static void conflict_markers(void **state)
{
	static const struct {
		const char *text;
		bool markers;
	} cases[] = {
		{"<<<<<<< ours\na\n=======\nb\n>>>>>>> theirs\n", true},
		{"x\r\n<<<<<<<\r\n|||||||\r\n=======\r\n>>>>>>>", true},
		{"```\n<<<<<<< a\n=======\n>>>>>>> b\n```\n", true},
		{"\xEF\xBB\xBF<<<<<<< ours\na\n=======\nb\n>>>>>>> theirs\n", true},
		{"a\xEF\xBB\xBF<<<<<<< ours\na\n=======\nb\n>>>>>>> theirs\n", false},
		{"<<<SEARCH\na\n===\nb\n>>>\n", false},
		{"T\n=======\n", false},
		{"<<<<<<<< a\n========\n>>>>>>>> b\n", false},
		{" <<<<<<< a\n=======\n>>>>>>> b\n", false},
		{"=======\n<<<<<<< a\n>>>>>>> b\n", false},
		{">>>>>>> b\n=======\n<<<<<<< a\n", false},
		{"<<<<<<< a\n=======\n<<<<<<< a\n>>>>>>> b\n", false},
		{"<<<<<<<a\n=======\n>>>>>>> b\n", false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		if (artifact_has_markers(slice_str(cases[i].text)) != cases[i].markers)
			fail_msg("%s", cases[i].text);
	assert_false(artifact_has_markers((struct slice){0}));
}

static void problems(void **state)
{
	static const char text[] = "# WEB-001: T\n## State\nCOMMITED\nState: DONE\n\xFF\n"
				   "<<<<<<< a\n=======\n>>>>>>> b\n~~~\nx\n";
	static const char *const says[] = {
		"line 1: the title says 'WEB-001', the file's name another label; the name counts",
		("line 3: state 'COMMITED' is not one of DRAFT, OPEN, COMMITTED, APPROVED, "
		 "IN_PROGRESS, REVIEW_NEEDED, DONE, ICEBOX, BLOCKED, SUPERSEDED, RETIRED"),
		"line 4: a second state; the one of line 3 counts",
		"the text is not valid UTF-8",
		"the text has conflict markers",
		"line 9: a code fence is opened here and never closed",
	};
	struct artifact *a = parse(text);

	assert_int_equal(a->nr_problems, 6);
	for (size_t i = 0; i < 6; i++) {
		scoped_free char *say = artifact_problem_text(a, &a->problems[i]);

		assert_string_equal(say, says[i]);
	}
	artifact_free(a);
	a = artifact_parse(slice_of("a\0b", 3), NULL, NULL);
	assert_true(a->has_nul && a->utf8);
	assert_int_equal(a->nr_problems, 2);
	artifact_free(a);
	a = artifact_parse((struct slice){0}, NULL, NULL);
	assert_int_equal(a->nr_sections, 1);
	artifact_free(a);
}

static char *normative(const char *text)
{
	struct artifact *a = parse(text);
	struct sha256 sum = artifact_normative(a);

	artifact_free(a);
	return mem_strdup(sum.hex);
}

static void normative_text(void **state)
{
	static const char base[] = "# T\n\n## State\n\nDRAFT\n\n## Criteria\n\n- [ ] a\n\n"
				   "## Linked ADRs\n\n- ADR-001\n\n## Notes\n\nb\n";
	static const char *const same[] = {
		"# T\n\n## State\nAPPROVED (by x)\n\n\n## Criteria\n\n- [x] a\n\n## Notes\n\nb\n",
		"# T\n\n## Criteria\n\n- [ ] a\n\n## Notes\n\nb\n\n## Execution Log\n\nran\n",
		"# T\n## Criteria\n\n- [X] a\n\n## Parent Plan\n\nX-001\n### Y\nz\n\n## Notes\n\nb",
	};
	static const char *const other[] = {
		"# U\n\n## State\n\nDRAFT\n\n## Criteria\n\n- [ ] a\n\n## Notes\n\nb\n",
		"# T\n\n## State\n\nDRAFT\n\n## Criteria\n\n- [ ] c\n\n## Notes\n\nb\n",
		"# T\n\n## State\n\nDRAFT\n\nor so\n\n## Criteria\n\n- [ ] a\n\n## Notes\n\nb\n",
		"# T\n\n## State\n\nDRAFT\n\n## Criteria\n\n- a\n\n## Notes\n\nb\n",
	};
	scoped_free char *sum = normative(base);

	for (size_t i = 0; i < sizeof(same) / sizeof(*same); i++) {
		scoped_free char *s = normative(same[i]);

		assert_string_equal(s, sum);
	}
	for (size_t i = 0; i < sizeof(other) / sizeof(*other); i++) {
		scoped_free char *s = normative(other[i]);

		assert_string_not_equal(s, sum);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(titles_and_states),
		cmocka_unit_test(yaml),
		cmocka_unit_test(sections),
		cmocka_unit_test(items),
		cmocka_unit_test(links),
		cmocka_unit_test(links_that_are_needs),
		cmocka_unit_test(conflict_markers),
		cmocka_unit_test(problems),
		cmocka_unit_test(normative_text),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("artifact parse", tests, setup, teardown);
}
