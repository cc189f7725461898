/* Edits, byte for byte; each made twice is as good as once. */
#include "artifact/artifact.h"
#include "util/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

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

enum op { STATE, TITLE, CHECK, UNCHECK, SECTION, ADD, LINK };

struct edit_case {
	enum op op;
	const char *before;
	const char *arg, *arg2;
	const char *after; /* NULL: an error of code */
	enum err_code code;
	const char *kind; /* NULL: story */
};

static err_t run(char **out, size_t *len, const struct artifact *a, const struct edit_case *c)
{
	switch (c->op) {
	case STATE:
		return artifact_set_state(out, len, a, c->arg);
	case TITLE:
		return artifact_set_title(out, len, a, c->arg);
	case CHECK:
	case UNCHECK:
		return artifact_check(out, len, a, (size_t)atoi(c->arg), c->op == CHECK);
	case SECTION:
		return artifact_set_section(out, len, a, c->arg, slice_str(c->arg2));
	case ADD:
		return artifact_add_section(out, len, a, c->arg, slice_str(c->arg2));
	default:
		return artifact_add_link(out, len, a, c->arg, c->arg2);
	}
}

static void one_case(const struct edit_case *c, const char *before, const char *after)
{
	const struct kind *kind = kinds_find(kinds, c->kind ? c->kind : "story");
	struct artifact *a = artifact_parse(slice_str(before), kind, NULL);
	scoped_free char *out = NULL;
	size_t len;
	err_t err = run(&out, &len, a, c);

	artifact_free(a);
	if (err && after)
		fail_msg("'%s': %s", before, err->text);
	if (!after) {
		if (!err || err->code != c->code || out)
			fail_msg("'%s' with '%s': %s", before, c->arg, err ? err->text : out);
		err_free(err);
		return;
	}
	if (!slice_eq(slice_of(out, len), slice_str(after)))
		fail_msg("'%s' with '%s' is '%s', not '%s'", before, c->arg, out, after);
}

static void cases(const struct edit_case *c, size_t n)
{
	for (; n--; c++) {
		one_case(c, c->before, c->after);
		if (c->after && c->op != ADD)
			one_case(c, c->after, c->after);
	}
}
#define CASES(...)                                                    \
	do {                                                          \
		static const struct edit_case all_[] = {__VA_ARGS__}; \
		cases(all_, sizeof(all_) / sizeof(*all_));            \
	} while (0)

static void states(void **state)
{
	CASES({STATE, "# T\n\n## State\n\nDRAFT (why)\n\nx", "DONE", 0,
	       "# T\n\n## State\n\nDONE (why)\n\nx", 0, 0},
	      {STATE, "# T\r\nStatus: A\r\n", "OPEN", 0, "# T\r\nStatus: OPEN\r\n", 0, 0},
	      {STATE, "# T\n\nbody\n", "OPEN", 0, "# T\n\n## State\n\nOPEN\n\nbody\n", 0, 0},
	      {STATE, "# T\nbody", "OPEN", 0, "# T\n\n## State\n\nOPEN\n\nbody", 0, 0},
	      {STATE, "# T", "OPEN", 0, "# T\n\n## State\n\nOPEN\n", 0, 0},
	      {STATE, "\xEF\xBB\xBF# T\r\n\r\nb\r\n", "OPEN", 0,
	       "\xEF\xBB\xBF# T\r\n\r\n## State\r\n\r\nOPEN\r\n\r\nb\r\n", 0, 0},
	      {STATE, "\xEF\xBB\xBF", "OPEN", 0, "\xEF\xBB\xBF## State\n\nOPEN\n", 0, 0},
	      {STATE, "", "OPEN", 0, "## State\n\nOPEN\n", 0, 0},
	      {STATE, "body\n", "OPEN", 0, "## State\n\nOPEN\n\nbody\n", 0, 0},
	      {STATE, "# T\n```\n## State\nA\n```\n", "OPEN", 0,
	       "# T\n\n## State\n\nOPEN\n\n```\n## State\nA\n```\n", 0, 0},
	      {STATE, "# T\n", "ACCEPTED", 0, "# T\n\n## Status\n\nACCEPTED\n", 0, "adr"},
	      {STATE, "# T\n\n## State\n\n## N\n", "OPEN", 0, "# T\n\n## State\n\nOPEN\n\n## N\n",
	       0, 0},
	      {STATE, "# T\n\n## State\n## N\n", "OPEN", 0, "# T\n\n## State\n\nOPEN\n\n## N\n", 0,
	       0},
	      {STATE, "# T\n\n## State", "OPEN", 0, "# T\n\n## State\n\nOPEN\n", 0, 0},
	      {STATE, "---\ntitle: T\nstate:  # none\n---\nx\n", "OPEN", 0,
	       "---\ntitle: T\nstate: OPEN  # none\n---\nx\n", 0, 0},
	      {STATE, "---\ntitle: T\n---\nx\n", "OPEN", 0, "---\ntitle: T\nstate: OPEN\n---\nx\n",
	       0, 0},
	      {STATE, "---\nk: v\n---\nx\n", "OPEN", 0, "---\nk: v\n---\n\n## State\n\nOPEN\n\nx\n",
	       0, 0},
	      {STATE, "# l\n\nid: JRN-001\ntitle: T\na: b\n", "DRAFT", 0,
	       "# l\n\nid: JRN-001\ntitle: T\nstate: DRAFT\na: b\n", 0, "journey"},
	      {STATE, "title: T\nstate: 'DRAFT'\n", "COMMITTED", 0,
	       "title: T\nstate: 'COMMITTED'\n", 0, "journey"},
	      {STATE, "# T\n", "two words", 0, NULL, ERR_MISUSE, 0},
	      {STATE, "# T\n", "", 0, NULL, ERR_MISUSE, 0},
	      {STATE, "# T\n", "A\nB", 0, NULL, ERR_MISUSE, 0});
}

static void titles(void **state)
{
	CASES({TITLE, "# INFRA-001: Old ##\r\nx", " New: one ", 0, "# INFRA-001: New: one ##\r\nx",
	       0, 0},
	      {TITLE, "# STORY-ID: INFRA-001 Old\n", "New", 0, "# STORY-ID: INFRA-001 New\n", 0, 0},
	      {TITLE, "# INFRA-001\n", "New", 0, "# INFRA-001: New\n", 0, 0},
	      {TITLE, "# INFRA-001:\n", "New", 0, "# INFRA-001: New\n", 0, 0},
	      {TITLE, "#\nx", "New", 0, "# New\nx", 0, 0},
	      {TITLE, "## Old", "New", 0, "## New", 0, 0},
	      {TITLE, "\xEF\xBB\xBFtext\r\n", "New", 0, "\xEF\xBB\xBF# New\r\n\r\ntext\r\n", 0, 0},
	      {TITLE, "### Deep\n", "New", 0, "# New\n\n### Deep\n", 0, 0},
	      {TITLE, "", "New", 0, "# New\n", 0, 0},
	      {TITLE, "---\na: b\n---\nx\n", "New", 0, "---\na: b\n---\n\n# New\n\nx\n", 0, 0},
	      {TITLE, "---\ntitle: a\n---\n", "b: c", 0, "---\ntitle: \"b: c\"\n---\n", 0, 0},
	      {TITLE, "title: \"a\" \n", "b", 0, "title: \"b\" \n", 0, "journey"},
	      {TITLE, "title: a\n  more\nid: x\n", "say \"b\": c", 0,
	       "title: 'say \"b\": c'\nid: x\n", 0, "journey"},
	      {TITLE, "id: JRN-001\nstate: A\n", "New", 0, "id: JRN-001\ntitle: New\nstate: A\n", 0,
	       "journey"},
	      {TITLE, "title: a\n", "it's \"b\"", 0, "title: it's \"b\"\n", 0, "journey"},
	      {TITLE, "title: a\n", "- it's \"b\"", 0, NULL, ERR_MISUSE, "journey"},
	      {TITLE, "# T\n", "a\nb", 0, NULL, ERR_MISUSE, 0},
	      {TITLE, "# T\n", "  ", 0, NULL, ERR_MISUSE, 0},
	      {TITLE, "# T\n", "closed ##", 0, NULL, ERR_MISUSE, 0},
	      {TITLE, "# T\n", "INFRA-001: x", 0, NULL, ERR_MISUSE, 0},
	      {TITLE, "# T\n", "State: DONE", 0, NULL, ERR_MISUSE, 0});
}

static void checks(void **state)
{
	static const char text[] = "- [ ] a\r\n- b\r\n```\r\n- [ ] no\r\n```\r\n  * [X] c";

	CASES({CHECK, text, "1", 0, "- [x] a\r\n- b\r\n```\r\n- [ ] no\r\n```\r\n  * [X] c", 0, 0},
	      {CHECK, text, "2", 0, text, 0, 0}, {UNCHECK, text, "1", 0, text, 0, 0},
	      {UNCHECK, text, "2", 0, "- [ ] a\r\n- b\r\n```\r\n- [ ] no\r\n```\r\n  * [ ] c", 0,
	       0},
	      {CHECK, text, "3", 0, NULL, ERR_NOTFOUND, 0},
	      {CHECK, text, "0", 0, NULL, ERR_NOTFOUND, 0},
	      {CHECK, "", "1", 0, NULL, ERR_NOTFOUND, 0});
}

static void section_bodies(void **state)
{
	static const char two[] = "# T\n## A\n### X\na\n\n## B\n### X\n\nb\n";

	CASES({SECTION, "# T\n\n## A\n\n\nold\nold\n\n\n## B\n", "a", "\nnew\n\n",
	       "# T\n\n## A\n\n\nnew\n\n\n## B\n", 0, 0},
	      {SECTION, "# T\r\n## A\r\nold\r\n## B\r\n", "A", "1\n2\r\n",
	       "# T\r\n## A\r\n1\r\n2\r\n## B\r\n", 0, 0},
	      {SECTION, "# T\n## A\nold", "A", "new\n", "# T\n## A\nnew", 0, 0},
	      {SECTION, "# T\n## A\n## B\n", "A", "new", "# T\n## A\n\nnew\n\n## B\n", 0, 0},
	      {SECTION, "# T\n## A\n\n## B\n", "A", "new", "# T\n## A\n\nnew\n\n## B\n", 0, 0},
	      {SECTION, "# T\n## A", "A", "new", "# T\n## A\n\nnew\n", 0, 0},
	      {SECTION, "# T\n## A\n  ", "A", "new", "# T\n## A\n  \nnew\n", 0, 0},
	      {SECTION, "# T\n## A\nold\n\n## B\n", "A", "", "# T\n## A\n\n\n## B\n", 0, 0},
	      {SECTION, two, "B/X", "new", "# T\n## A\n### X\na\n\n## B\n### X\n\nnew\n", 0, 0},
	      {SECTION, "# T\n## A/B\nx\n", "a/b", "new", "# T\n## A/B\nnew\n", 0, 0},
	      {SECTION, two, "X", "new", NULL, ERR_AMBIGUOUS, 0},
	      {SECTION, two, "C/X", "new", NULL, ERR_NOTFOUND, 0});
}

static void section_bodies_stay_in_bounds(void **state)
{
	static const char text[] = "# T\n## State\nDRAFT\n## A\nold\n## B\n";

	CASES({SECTION, text, "A", "## C\nx", NULL, ERR_REFUSED, 0},
	      {SECTION, text, "A", "### C\nx", NULL, ERR_REFUSED, 0},
	      {SECTION, text, "A", "```\nopen", NULL, ERR_REFUSED, 0},
	      {SECTION, text, "A", "<!--", NULL, ERR_REFUSED, 0},
	      {SECTION, text, "State", "APPROVED", NULL, ERR_REFUSED, 0},
	      {SECTION, "# T\n## A\n", "A", "Status: DONE", NULL, ERR_REFUSED, 0});
}

static void added_sections(void **state)
{
	CASES({ADD, "# T\n\nx\n", "Notes", "a\n", "# T\n\nx\n\n## Notes\n\na\n", 0, 0},
	      {ADD, "# T\r\nx", "Notes", "a\nb", "# T\r\nx\r\n\r\n## Notes\r\n\r\na\r\nb\r\n", 0,
	       0},
	      {ADD, "# T\n\n", "Notes", "", "# T\n\n## Notes\n", 0, 0},
	      {ADD, "# T\n- a\n\n  b\n", "N", "c", "# T\n- a\n\n  b\n\n## N\n\nc\n", 0, 0},
	      {ADD, "# T\n```\nx\n", "Notes", "a", NULL, ERR_REFUSED, 0},
	      {ADD, "# T\n", "State", "DONE", NULL, ERR_REFUSED, 0},
	      {ADD, "x\n", "Notes", "a", NULL, ERR_REFUSED, 0},
	      {ADD, "# T\n", "a\nb", "", NULL, ERR_MISUSE, 0},
	      {ADD, "title: T\n", "Notes", "a", NULL, ERR_REFUSED, "journey"});
}

static void links(void **state)
{
	CASES({LINK, "# T\n\nx\n", "Linked ADRs", "ADR-001",
	       "# T\n\nx\n\n## Linked ADRs\n\n- ADR-001\n", 0, 0},
	      {LINK, "# T\n\n## Linked ADRs\n\n- ADR-001: x\n\n## Z\n", "linked adrs", "ADR-002",
	       "# T\n\n## Linked ADRs\n\n- ADR-001: x\n- ADR-002\n\n## Z\n", 0, 0},
	      {LINK, "# T\n## Linked ADRs\n* ADR-001", "Linked ADRs", "ADR-002",
	       "# T\n## Linked ADRs\n* ADR-001\n* ADR-002", 0, 0},
	      {LINK, "# T\n## Linked ADRs\n\n- None\n", "Linked ADRs", "ADR-002",
	       "# T\n## Linked ADRs\n\n- ADR-002\n", 0, 0},
	      {LINK, "# T\n## Linked ADRs\n## Z\n", "Linked ADRs", "ADR-002",
	       "# T\n## Linked ADRs\n\n- ADR-002\n\n## Z\n", 0, 0},
	      {LINK, "# T\n## Child Stories\nA-001, A-002\n## Z\n", "Child Stories", "A-003",
	       "# T\n## Child Stories\nA-001, A-002\n\n- A-003\n## Z\n", 0, 0},
	      {LINK, "# T\n## Child Stories\nA-001, A-002\n## Z\n", "Child Stories", "A-002",
	       "# T\n## Child Stories\nA-001, A-002\n## Z\n", 0, 0},
	      {LINK, "# T\r\n## Linked ADRs\r\n- ADR-001\r\n  - why\r\n\r\n", "Linked ADRs",
	       "ADR-002", "# T\r\n## Linked ADRs\r\n- ADR-001\r\n  - why\r\n- ADR-002\r\n\r\n", 0,
	       0},
	      {LINK, "# T\n## L\n## L\n", "L", "ADR-002", NULL, ERR_AMBIGUOUS, 0},
	      {LINK, "# T\n", "Linked ADRs", "x", NULL, ERR_MISUSE, 0});
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(states),
		cmocka_unit_test(titles),
		cmocka_unit_test(checks),
		cmocka_unit_test(section_bodies),
		cmocka_unit_test(section_bodies_stay_in_bounds),
		cmocka_unit_test(added_sections),
		cmocka_unit_test(links),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("artifact edit", tests, setup, teardown);
}
