/* The state rule: every kind, every base, ours and theirs, in every form of the field. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "artifact/kind.h"
#include "merge/merge.h"
#include "util/mem.h"

#include <stdio.h>
#include <stdlib.h>

static const char *const markdown[] = {
	"# INFRA-042: Router\n\n## State\n\n%s\n\n## Goal\n\n%s\n\nmiddle\n\n## Notes\n\n%s\n",
	"# INFRA-042: Router\n\n**Status**: %s\n\n## Goal\n\n%s\n\nmiddle\n\n## Notes\n\n%s\n",
	NULL,
};
static const char *const yaml[] = {
	"id: JRN-042\ntitle: Router\nstate: %s\ngoal:\n  - %s\nmiddle: 1\nmore: 2\n"
	"notes:\n  - %s\n",
	NULL,
};

/* A document in form with a state, and two lines of content. */
static char *document(const char *form, const char *state, const char *goal, const char *note)
{
	char *out = mem_strdup(""), *old;
	const char *with[] = {state, goal, note}, *hole;

	for (int i = 0; (hole = strstr(form, "%s")); i++, form = hole + 2) {
		old = out;
		out = mem_printf("%s%.*s%s", old, (int)(hole - form), form, with[i]);
		free(old);
	}
	old = out;
	out = mem_printf("%s%s", old, form);
	free(old);
	return out;
}

struct sides {
	const char *base, *ours, *theirs;
};

static struct merge_result merge_docs(const struct kind *kind, const char *form,
				      const struct sides *states, const struct sides *goals,
				      const struct sides *notes)
{
	struct merge_options o = {.kind = kind};
	char *base = document(form, states->base, goals->base, notes->base);
	char *ours = document(form, states->ours, goals->ours, notes->ours);
	char *theirs = document(form, states->theirs, goals->theirs, notes->theirs);
	struct merge_result r = merge3(slice_str(base), slice_str(ours), slice_str(theirs), &o);

	free(base);
	free(ours);
	free(theirs);
	return r;
}

static const struct sides same_goal = {"goal", "goal", "goal"};
static const struct sides same_note = {"note", "note", "note"};

static void expect_document(const struct merge_result *r, const char *form, const char *state,
			    const char *goal, const char *note)
{
	char *want = document(form, state, goal, note);

	assert_string_equal(r->bytes, want);
	assert_true(r->clean);
	free(want);
}

/* The state line in conflict, nothing else. */
static void expect_conflict(const struct merge_result *r, const char *form, const struct sides *s,
			    const char *goal, const char *note)
{
	const char *hole = strstr(form, "%s");
	char *lead, *state, *want;
	size_t prefix = 0;

	while (hole - prefix > form && hole[-(ptrdiff_t)prefix - 1] != '\n')
		prefix++;
	lead = mem_strndup(hole - prefix, prefix);
	/* The text before the state on its line stands on every line of the conflict. */
	state = mem_printf("<<<<<<< ours\n%s%s\n=======\n%s%s\n>>>>>>> theirs", lead, s->ours, lead,
			   s->theirs);
	want = document(form, state, goal, note);
	memmove(strstr(want, "<<<<<<<") - prefix, strstr(want, "<<<<<<<"),
		strlen(strstr(want, "<<<<<<<")) + 1);
	assert_string_equal(r->bytes, want);
	assert_false(r->clean);
	assert_int_equal(r->conflicts, 1);
	free(lead);
	free(state);
	free(want);
}

/* What the rule says, written apart from the rule. */
static const char *winner(const struct kind *kind, const struct sides *s)
{
	int b = kind_state(kind, slice_str(s->base))->rank;
	int o = kind_state(kind, slice_str(s->ours))->rank;
	int t = kind_state(kind, slice_str(s->theirs))->rank;

	if (!strcmp(s->ours, s->theirs) || !strcmp(s->theirs, s->base))
		return s->ours;
	if (!strcmp(s->ours, s->base))
		return s->theirs;
	if (b < 0 || o < 0 || t < 0 || o <= b || t <= b || o == t)
		return NULL;
	return o > t ? s->ours : s->theirs;
}

static bool enters_gate(const struct kind *kind, const char *base, const char *side)
{
	return strcmp(base, side) && kind_state(kind, slice_str(side))->gate;
}

/* Neither side touched the text. */
static void check_state_alone(const struct kind *kind, const char *form, const struct sides *s)
{
	struct merge_result r = merge_docs(kind, form, s, &same_goal, &same_note);
	const char *w = winner(kind, s);

	if (w)
		expect_document(&r, form, w, "goal", "note");
	else
		expect_conflict(&r, form, s, "goal", "note");
	merge_result_release(&r);
}

/* Ours changed the goal and theirs the notes: who enters a gate did not see the other's text. */
static void check_with_text(const struct kind *kind, const char *form, const struct sides *s)
{
	const struct sides goals = {"goal", "better goal", "goal"};
	const struct sides notes = {"note", "note", "other note"};
	struct merge_result r = merge_docs(kind, form, s, &goals, &notes);
	const char *w = winner(kind, s);

	if (enters_gate(kind, s->base, s->ours) || enters_gate(kind, s->base, s->theirs) || !w)
		expect_conflict(&r, form, s, "better goal", "other note");
	else
		expect_document(&r, form, w, "better goal", "other note");
	merge_result_release(&r);
}

/* Only theirs changed text, so an approval by theirs covers all of it. */
static void check_one_sided(const struct kind *kind, const char *form, const struct sides *s)
{
	const struct sides notes = {"note", "note", "other note"};
	struct merge_result r = merge_docs(kind, form, s, &same_goal, &notes);
	const char *w = winner(kind, s);

	if (!w || enters_gate(kind, s->base, s->ours))
		expect_conflict(&r, form, s, "goal", "other note");
	else
		expect_document(&r, form, w, "goal", "other note");
	merge_result_release(&r);
}

static int check_kind(const struct kind *kind)
{
	int n = 0;

	for (const char *const *form = kind->opaque ? yaml : markdown; *form; form++)
		for (size_t b = 0; b < kind->nr_states; b++)
			for (size_t o = 0; o < kind->nr_states; o++)
				for (size_t t = 0; t < kind->nr_states; t++, n++) {
					struct sides s = {.base = kind->states[b].name,
							  .ours = kind->states[o].name,
							  .theirs = kind->states[t].name};

					check_state_alone(kind, *form, &s);
					check_with_text(kind, *form, &s);
					check_one_sided(kind, *form, &s);
				}
	return n;
}

static void test_every_row(void **state)
{
	struct kinds *kinds = kinds_new();
	int n = 0;

	for (size_t i = 0; i < kinds->len; i++)
		n += check_kind(&kinds->at[i]);
	printf("# %zu kinds, %d rows\n", kinds->len, n);
	assert_true(n > 500);
	kinds_free(kinds);
}

static struct merge_result merge_plan(const char *base, const char *ours, const char *theirs)
{
	struct kinds *kinds = kinds_new();
	struct merge_options o = {.kind = kinds_find(kinds, "plan")};
	struct merge_result r = merge3(slice_str(base), slice_str(ours), slice_str(theirs), &o);

	kinds_free(kinds);
	return r;
}

static void test_unknown_state(void **state)
{
	struct merge_result r = merge_plan("# A-1: a\n\n## State\n\nDRAFT\n",
					   "# A-1: a\n\n## State\n\nDONE\n",
					   "# A-1: a\n\n## State\n\nFINISHED\n");

	assert_string_equal(r.bytes, "# A-1: a\n\n## State\n\n<<<<<<< ours\nDONE\n=======\n"
				     "FINISHED\n>>>>>>> theirs\n");
	merge_result_release(&r);
}

/* Both add a state, in different places, so that the lines alone would merge. */
static void test_no_base(void **state)
{
	struct merge_result r = merge_plan("# A-1: a\n\ntext\n\nmore\n\nend\n",
					   "# A-1: a\n\n## State\n\nDRAFT\n\ntext\n\nmore\n\nend\n",
					   "# A-1: a\n\ntext\n\nmore\n\nend\n\n## State\n\nDONE\n");

	assert_false(r.clean);
	assert_int_equal(r.conflicts, 1);
	assert_non_null(strstr(r.bytes, "<<<<<<< ours\nDRAFT\n=======\nDONE\n>>>>>>> theirs\n"));
	merge_result_release(&r);
}

/* The annotation belongs to the state; a line end that only the loser has is kept. */
static void test_annotation_and_last_line(void **state)
{
	struct merge_result r = merge_plan("# A-1: a\n\n## State\n\nDRAFT",
					   "# A-1: a\n\n## State\n\nDONE (at last)",
					   "# A-1: a\n\n## State\n\nPROPOSED\n\n## More\n");

	assert_string_equal(r.bytes, "# A-1: a\n\n## State\n\nDONE (at last)\n\n## More\n");
	assert_true(r.clean);
	merge_result_release(&r);
}

static void test_crlf(void **state)
{
	struct merge_result r = merge_plan("# A-1: a\n\n## State\n\nDRAFT\n\nx\n",
					   "# A-1: a\r\n\r\n## State\r\n\r\nPROPOSED\r\n\r\nx\r\n",
					   "# A-1: a\n\n## State\n\nDONE\n\ny\n");

	assert_string_equal(r.bytes, "# A-1: a\r\n\r\n## State\r\n\r\nDONE\r\n\r\ny\r\n");
	assert_true(r.clean);
	merge_result_release(&r);
}

/* Ticks, links and logs are not what an approval is about. */
static void test_gate_ignores_ticks(void **state)
{
	struct merge_result r = merge_plan("# A: a\n\n## State\n\nPROPOSED\n\n## L\n\n- [ ] one\n",
					   "# A: a\n\n## State\n\nAPPROVED\n\n## L\n\n- [ ] one\n",
					   "# A: a\n\n## State\n\nPROPOSED\n\n## L\n\n- [x] one\n");

	assert_string_equal(r.bytes, "# A: a\n\n## State\n\nAPPROVED\n\n## L\n\n- [x] one\n");
	assert_true(r.clean);
	merge_result_release(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_row),
		cmocka_unit_test(test_unknown_state),
		cmocka_unit_test(test_no_base),
		cmocka_unit_test(test_annotation_and_last_line),
		cmocka_unit_test(test_crlf),
		cmocka_unit_test(test_gate_ignores_ticks),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
