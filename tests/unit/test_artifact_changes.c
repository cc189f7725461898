/* What changed between two texts, in words. */
#include "artifact/changes.h"
#include "util/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#define STORY(title, state, lead, boxes, rest)                                                     \
	"# INFRA-042: " title "\n\n## State\n\n" state "\n\n## Problem Statement\n\n" lead         \
	"\n\n## Acceptance Criteria\n\n" boxes "\n" rest

static const char base[] =
	STORY("Limit", "OPEN", "Too many.", "- [ ] one\n- [x] two\n- [ ] three\n",
	      "## Notes\n\nNone.\n");

struct change_case {
	const char *after;
	const char *says; /* one line each */
};

static const struct change_case cases[] = {
	{base, ""},
	{STORY("Limit", "REVIEW", "Too many.", "- [ ] one\n- [x] two\n- [ ] three\n",
	       "## Notes\n\nNone.\n"),
	 "state OPEN -> REVIEW\n"},
	{STORY("Limits", "OPEN", "Too many.", "- [ ] one\n- [x] two\n- [ ] three\n",
	       "## Notes\n\nNone.\n"),
	 "title Limits\n"},
	{STORY("Limit", "OPEN", "Too many.", "- [x] one\n- [x] two\n- [x] three\n",
	       "## Notes\n\nNone.\n"),
	 "checked 3 of 3\n"},
	{STORY("Limit", "OPEN", "Far too many.", "- [ ] one\n- [x] two\n- [ ] three\n",
	       "## Notes\n\nSome.\n"),
	 "edited Problem Statement\nedited Notes\n"},
	/* a box that moved its tick is an edit of no text that counts */
	{STORY("Limit", "OPEN", "Too many.", "- [x] one\n- [ ] two\n- [ ] three\n",
	       "## Notes\n\nNone.\n"),
	 "other\n"},
	{STORY("Limit", "OPEN", "Too many.", "- [ ] one\n- [x] two\n- [x] four\n",
	       "## Notes\n\nNone.\n"),
	 "checked 2 of 3\nedited Acceptance Criteria\n"},
	{STORY("Limit", "OPEN", "Too many.", "- [ ] one\n- [x] two\n- [ ] three\n",
	       "## Steps\n\n1. Go.\n"),
	 "added Steps\nremoved Notes\n"},
	{STORY("Limit", "OPEN", "Too many.", "- [ ] one\n- [x] two\n- [ ] three\n",
	       "## Notes\n\nNone.\n\n## Notes\n\nMore.\n"),
	 "added Notes\n"},
	{STORY("Limit", "OPEN", "\n\nToo many.", "- [ ] one\n- [x] two\n- [ ] three\n",
	       "## Notes\n\nNone.\n"),
	 "other\n"},
	{"", "state OPEN -> \ntitle \nremoved Problem Statement\nremoved Acceptance Criteria\n"
	     "removed Notes\n"},
};

static void say(FILE *out, const struct text_change *c)
{
	static const char *const words[] = {
		[TEXT_CHANGE_STATE] = "state ", [TEXT_CHANGE_TITLE] = "title ",
		[TEXT_CHANGE_CHECKED] = "checked ", [TEXT_CHANGE_EDITED] = "edited ",
		[TEXT_CHANGE_ADDED] = "added ", [TEXT_CHANGE_REMOVED] = "removed ",
		[TEXT_CHANGE_OTHER] = "other",
	};

	fputs(words[c->what], out);
	fwrite(c->from.at, 1, c->from.at ? c->from.len : 0, out);
	if (c->what == TEXT_CHANGE_STATE)
		fputs(" -> ", out);
	if (c->what == TEXT_CHANGE_CHECKED)
		fprintf(out, "%zu of %zu", c->done, c->total);
	fwrite(c->to.at, 1, c->to.at ? c->to.len : 0, out);
	fputc('\n', out);
}

static char *changes(const struct kinds *kinds, const char *before, const char *after)
{
	const struct kind *kind = kinds_find(kinds, "story");
	struct artifact *a = artifact_parse(slice_str(before), kind, NULL);
	struct artifact *b = artifact_parse(slice_str(after), kind, NULL);
	struct text_changes c;
	struct mem_stream out;

	text_changes_find(&c, a, b);
	mem_stream_open(&out);
	for (size_t i = 0; i < c.len; i++)
		say(out.file, &c.at[i]);
	text_changes_release(&c);
	artifact_free(a);
	artifact_free(b);
	return mem_stream_close(&out, NULL);
}

static void each_case(void **state)
{
	struct kinds *kinds = kinds_new();

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		scoped_free char *says = changes(kinds, base, cases[i].after);

		assert_string_equal(says, cases[i].says);
	}
	kinds_free(kinds);
}

/* Headings without end are no reason to count without end. */
static void many_headings(void **state)
{
	struct kinds *kinds = kinds_new();
	struct mem_stream text;
	scoped_free char *much = NULL, *says = NULL;

	mem_stream_open(&text);
	for (int i = 0; i < 200000; i++)
		fputs("# a\n", text.file);
	much = mem_stream_close(&text, NULL);
	says = changes(kinds, "# a\n", much);
	assert_string_equal(says, "other\n");
	kinds_free(kinds);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_case),
		cmocka_unit_test(many_headings),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("artifact changes", tests, NULL, NULL);
}
