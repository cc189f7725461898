/*
 * Merges with a known answer: a document of sections with lists, tables and prose, and two scripts
 * of edits of different units, of which some touch. The expected text comes from both scripts
 * applied to the model, never from a merge. GIT_AGENT_MERGES=<count> runs more than the usual few.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "test_merge_gen.h"

#define ENTRIES 8
#define SECTIONS 5

enum form { FORM_LIST, FORM_TASKS, FORM_TABLE, FORMS };
enum what { KEPT, DELETED, EDITED, TICKED };

/* Each side may change an entry and put a new one behind it. */
struct entry {
	int id;
	enum what what[2];
	int added[2];	/* id of the new one; 0: none */
};

struct section {
	int id;
	enum form form;
	bool prose[2];	/* reworded by a side; never by both */
	int len;
	struct entry at[ENTRIES];
};

struct model {
	int len;
	struct section at[SECTIONS];
};

/* --- the model ----------------------------------------------------------------------------- */

/* Words that no two entries share. */
static void put_words(FILE *out, int id)
{
	fprintf(out, "w%da w%db w%dc", id, id, id);
}

static void put_entry(FILE *out, enum form form, int id, bool edited, bool ticked)
{
	if (form == FORM_TABLE)
		fprintf(out, "| k%04d | ", id);
	else
		fprintf(out, "- %s", form == FORM_LIST ? "" : ticked ? "[x] " : "[ ] ");
	put_words(out, id);
	fprintf(out, "%s%s\n", edited ? " changed" : "", form == FORM_TABLE ? " |" : "");
}

/* sides: bit 0 ours, bit 1 theirs. */
static void put_one(FILE *out, const struct section *s, const struct entry *e, int sides)
{
	bool deleted = false, edited = false, ticked = false;

	for (int side = 0; side < 2; side++) {
		if (!(sides & 1 << side))
			continue;
		deleted |= e->what[side] == DELETED;
		edited |= e->what[side] == EDITED;
		ticked |= e->what[side] == TICKED;
	}
	if (!deleted)
		put_entry(out, s->form, e->id, edited, ticked);
	for (int side = 0; side < 2; side++)
		if (sides & 1 << side && e->added[side])
			put_entry(out, s->form, e->added[side], false, false);
}

static char *text_of(const struct model *m, int sides)
{
	struct mem_stream s;

	mem_stream_open(&s);
	fprintf(s.file, "# Document of words\n");
	for (int i = 0; i < m->len; i++) {
		const struct section *sec = &m->at[i];
		bool reworded = (sides & 1 && sec->prose[0]) || (sides & 2 && sec->prose[1]);

		fprintf(s.file, "\n## Section h%d\n\n", sec->id);
		put_words(s.file, sec->id);
		fprintf(s.file, "%s.\n\n", reworded ? " said anew" : "");
		if (sec->form == FORM_TABLE)
			fprintf(s.file, "| key | words |\n|-----|-------|\n");
		for (int e = 0; e < sec->len; e++)
			put_one(s.file, sec, &sec->at[e], sides);
	}
	return mem_stream_close(&s, NULL);
}

/* --- scripts ------------------------------------------------------------------------------- */

/* Sorted, so that where both add behind one entry there is one right order. */
static void generate(struct model *m, struct gen *g)
{
	int id = 10;

	*m = (struct model){.len = 1 + (int)gen_below(g, SECTIONS)};
	for (int i = 0; i < m->len; i++) {
		struct section *s = &m->at[i];

		s->id = id++;
		s->form = (enum form)gen_below(g, FORMS);
		s->len = 3 + (int)gen_below(g, ENTRIES - 2);
		for (int e = 0; e < s->len; e++, id += 10)
			s->at[e].id = id;
	}
}

static bool free_for(const struct section *s, int e, int side)
{
	return s->at[e].what[0] == KEPT && s->at[e].what[1] == KEPT && !s->at[e].added[1 - side];
}

static int kept(const struct section *s)
{
	int n = 0;

	for (int e = 0; e < s->len; e++)
		n += s->at[e].what[0] != DELETED && s->at[e].what[1] != DELETED;
	return n;
}

/* A deletion keeps away from what the other side adds: that is for people to judge. */
static bool may_delete(const struct section *s, int e, int side)
{
	for (int n = e - 1; n <= e + 1; n++)
		if (n >= 0 && n < s->len && (s->at[n].added[0] || s->at[n].added[1]))
			return false;
	return free_for(s, e, side) && kept(s) > 1;
}

static bool may_add(const struct section *s, int e)
{
	for (int n = e - 1; n <= e + 1; n++)
		if (n >= 0 && n < s->len &&
		    (s->at[n].what[0] == DELETED || s->at[n].what[1] == DELETED))
			return false;
	return true;
}

static void edit(struct model *m, struct gen *g, int side, unsigned times[4])
{
	struct section *s = &m->at[gen_below(g, (unsigned)m->len)];
	int e = (int)gen_below(g, (unsigned)s->len);
	unsigned kind = gen_below(g, 5);

	if (kind == 0 && may_add(s, e) && !s->at[e].added[side])
		s->at[e].added[side] = s->at[e].id + 2 + 3 * side;
	else if (kind == 1 && may_delete(s, e, side))
		s->at[e].what[side] = DELETED;
	else if (kind == 2 && s->at[e].what[0] == KEPT && s->at[e].what[1] == KEPT)
		s->at[e].what[side] = EDITED;
	else if (kind == 3 && s->form == FORM_TASKS && s->at[e].what[0] == KEPT &&
		 s->at[e].what[1] == KEPT)
		s->at[e].what[side] = TICKED;
	else if (kind == 4 && !s->prose[1 - side])
		s->prose[side] = true;
	else
		return;
	times[kind % 4]++;
}

/* --- the test ------------------------------------------------------------------------------ */

static void fail_with(const char *base, const char *ours, const char *theirs, const char *want,
		      const struct merge_result *m)
{
	fprintf(stderr, "BASE\n%sOURS\n%sTHEIRS\n%sWANT\n%sGOT\n%s", base, ours, theirs, want,
		m->bytes);
	fail();
}

static bool check(const struct model *model)
{
	char *base = text_of(model, 0), *ours = text_of(model, 1), *theirs = text_of(model, 2);
	char *want = text_of(model, 3);
	struct merge_result m = merge3(slice_str(base), slice_str(ours), slice_str(theirs), NULL);
	struct merge_result swapped = merge3(slice_str(base), slice_str(theirs), slice_str(ours),
					     NULL);
	bool clean = m.clean;

	if (m.clean != swapped.clean || (m.clean && strcmp(m.bytes, swapped.bytes) != 0))
		fail_with(base, ours, theirs, swapped.bytes, &m);
	if (m.clean && strcmp(m.bytes, want) != 0)
		fail_with(base, ours, theirs, want, &m);
	merge_result_release(&m);
	merge_result_release(&swapped);
	free(base);
	free(ours);
	free(theirs);
	free(want);
	return clean;
}

static void test_scripts(void **state)
{
	const char *given = getenv("GIT_AGENT_MERGES");
	long all = given ? strtol(given, NULL, 10) : 4000, clean = 0;
	struct gen g = gen_new("edit scripts");
	unsigned times[4] = {0};

	for (long i = 0; i < all; i++) {
		unsigned edits = 1 + gen_below(&g, 6);
		struct model m;

		generate(&m, &g);
		for (unsigned k = 0; k < edits; k++)
			edit(&m, &g, (int)(k % 2), times);
		clean += check(&m);
	}
	printf("# %ld merges, %ld clean and as both scripts say\n", all, clean);
	assert_true(clean > all * 8 / 10);
	for (int i = 0; i < 4; i++)
		assert_true(times[i] > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_scripts)};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
