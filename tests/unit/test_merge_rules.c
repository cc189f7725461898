/*
 * Every rule by its name: documents of parts, in each of which two scripts of edits meet in the way
 * that one rule is about; the expected text comes from the scripts, never from a merge. Where two
 * entries are put at one place, a sorted list or the order of the words says which is first.
 * GIT_AGENT_MERGES=<count> runs more than the usual few; then each rule must come 1,000 times.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "artifact/kind.h"
#include "test_merge_gen.h"

#define PARTS 4

enum { BASE, OURS, THEIRS, WANT, TEXTS };

/* The four texts, written side by side; one and two: which text the first script writes. */
struct story {
	struct gen *g;
	struct mem_stream text[TEXTS];
	unsigned one, two;
	int id;
};

enum { IN_BASE = 1, IN_WANT = 8, ALL = 15 };

/* Into the texts of the mask. */
__attribute__((format(printf, 3, 4)))
static void put(struct story *s, unsigned mask, const char *format, ...)
{
	for (int i = 0; i < TEXTS; i++) {
		va_list ap;

		if (!(mask & 1u << i))
			continue;
		va_start(ap, format);
		vfprintf(s->text[i].file, format, ap);
		va_end(ap);
	}
}

/* A number that no other part has; entries with it share no words with others. */
static int fresh(struct story *s)
{
	s->id += 1 + (int)gen_below(s->g, 7);
	return s->id;
}

static void item(struct story *s, unsigned mask, int n, const char *end)
{
	put(s, mask, "- k%05d w%da w%db w%dc%s\n", n, n, n, n, end);
}

static void row(struct story *s, unsigned mask, int n, const char *end)
{
	put(s, mask, "| k%05d | w%da w%db | w%dc%s |\n", n, n, n, n, end);
}

/* --- one rule each ------------------------------------------------------------------------- */

static void adjacent(struct story *s)
{
	int a = fresh(s), b = fresh(s);

	item(s, ALL, fresh(s), "");
	item(s, IN_BASE | s->two, a, "");
	item(s, s->one | IN_WANT, a, " changed");
	item(s, IN_BASE | s->one, b, "");
	item(s, s->two | IN_WANT, b, " too");
	item(s, ALL, fresh(s), "");
}

static void beside(struct story *s)
{
	int n = fresh(s);

	put(s, IN_BASE | s->two, "### Part w%da w%db w%dc\n", n, n, n);
	put(s, s->one | IN_WANT, "### Part w%da w%db w%dc anew\n", n, n, n);
	put(s, IN_BASE | s->one, "Said w%dd w%de w%df.\n", n, n, n);
	put(s, s->two | IN_WANT, "Said w%dd w%de w%df again.\n", n, n, n);
}

static void mixed(struct story *s)
{
	int n = fresh(s), a = fresh(s);

	put(s, IN_BASE | s->two, "Said w%da w%db w%dc:\n", n, n, n);
	put(s, s->one | IN_WANT, "Said w%da w%db w%dc now:\n", n, n, n);
	item(s, IN_BASE | s->one, a, "");
	item(s, s->two | IN_WANT, a, " changed");
	item(s, ALL, fresh(s), "");
}

static void delete(struct story *s)
{
	int gone = fresh(s), new = fresh(s);

	item(s, ALL, fresh(s), "");
	item(s, IN_BASE | s->two, gone, "");
	item(s, s->two | IN_WANT, new, "");
	item(s, ALL, fresh(s), "");
}

/* A sorted list, so that there is one right place. */
static void list(struct story *s)
{
	for (int i = 0; i < 3; i++)
		item(s, ALL, fresh(s), "");
	item(s, s->one | IN_WANT, fresh(s), "");
	item(s, s->two | IN_WANT, fresh(s), "");
	item(s, ALL, fresh(s), "");
}

static void block(struct story *s)
{
	int few = 1 + (int)gen_below(s->g, 3), more = 2 + (int)gen_below(s->g, 2);

	for (int i = 0; i < 3; i++)
		item(s, ALL, fresh(s), "");
	for (int i = 0; i < few; i++)
		item(s, s->one | IN_WANT, fresh(s), "");
	for (int i = 0; i < more; i++)
		item(s, s->two | IN_WANT, fresh(s), "");
}

static void table(struct story *s)
{
	put(s, ALL, "| key | words | more |\n|---|---|---|\n");
	for (int i = 0; i < 3; i++)
		row(s, ALL, fresh(s), "");
	row(s, s->one | IN_WANT, fresh(s), "");
	row(s, s->two | IN_WANT, fresh(s), "");
}

static void link(struct story *s)
{
	int n = fresh(s);

	put(s, ALL, "[l%05d]: https://x%d.example\n", n, n);
	n = fresh(s);
	put(s, s->one | IN_WANT, "[l%05d]: https://x%d.example\n", n, n);
	n = fresh(s);
	put(s, s->two | IN_WANT, "[l%05d]: https://x%d.example\n", n, n);
}

static void section(struct story *s)
{
	int n = fresh(s);

	put(s, ALL, "Said w%da w%db.\n", n, n);
	n = fresh(s);
	put(s, s->one | IN_WANT, "\n### Part w%05d\n\nSaid w%da.\n", n, n);
	n = fresh(s);
	put(s, s->two | IN_WANT, "\n### Part w%05d\n\nSaid w%da.\n", n, n);
}

static void same(struct story *s)
{
	item(s, ALL, fresh(s), "");
	item(s, s->one | s->two | IN_WANT, fresh(s), "");
	item(s, s->one | IN_WANT, fresh(s), "");
	if (gen_below(s->g, 2))
		item(s, ALL, fresh(s), "");
}

static void ticked(struct story *s)
{
	int n = fresh(s);

	put(s, IN_BASE, "- [ ] w%da w%db w%dc\n", n, n, n);
	put(s, s->one, "- [x] w%da w%db w%dc\n", n, n, n);
	put(s, s->two, "- [ ] w%da w%db w%dc reworded\n", n, n, n);
	put(s, IN_WANT, "- [x] w%da w%db w%dc reworded\n", n, n, n);
}

static void cell(struct story *s)
{
	int n = fresh(s);

	put(s, ALL, "| id | words | more |\n|---|---|---|\n");
	put(s, IN_BASE, "| k%05d | w%da | w%db |\n", n, n, n);
	put(s, s->one, "| k%05d | w%da here | w%db |\n", n, n, n);
	put(s, s->two, "| k%05d | w%da | w%db there |\n", n, n, n);
	put(s, IN_WANT, "| k%05d | w%da here | w%db there |\n", n, n, n);
	row(s, ALL, fresh(s), "");
}

static void space(struct story *s)
{
	int n = fresh(s);

	put(s, IN_BASE, "- w%da w%db w%dc\n", n, n, n);
	put(s, s->one, "* w%da w%db w%dc\n", n, n, n);
	put(s, s->two, "- w%da w%db w%dc w%dd\n", n, n, n, n);
	put(s, IN_WANT, "* w%da w%db w%dc w%dd\n", n, n, n, n);
}

static void reflow(struct story *s)
{
	int n = fresh(s);

	put(s, IN_BASE, "Said w%da w%db w%dc w%dd.\n", n, n, n, n);
	put(s, s->one, "Said w%da\nw%db w%dc w%dd.\n", n, n, n, n);
	put(s, s->two, "Said w%da w%db w%dc w%de.\n", n, n, n, n);
	put(s, IN_WANT, "Said w%da\nw%db w%dc w%de.\n", n, n, n, n);
}

/* Edits that do not meet. */
static void plain(struct story *s)
{
	int a = fresh(s), b = fresh(s);

	item(s, IN_BASE | s->two, a, "");
	item(s, s->one | IN_WANT, a, " changed");
	for (int i = 0; i < 3; i++)
		item(s, ALL, fresh(s), "");
	item(s, IN_BASE | s->one, b, "");
	item(s, s->two | IN_WANT, b, " too");
}

/* --- rules of whole documents -------------------------------------------------------------- */

/* The sections a, b, c: one puts b last, two edits it. */
static void move(struct story *s)
{
	int a = fresh(s), b = fresh(s), c = fresh(s);
	const int order[TEXTS][3] = {{a, b, c}, {a, c, b}, {a, b, c}, {a, c, b}};

	for (int i = 0; i < 3; i++)
		for (int text = BASE; text < TEXTS; text++) {
			bool ours_moves = s->one == 1u << OURS;
			int as = text == BASE || text == WANT ? text
				 : (text == OURS) == ours_moves ? OURS : THEIRS;
			int n = order[as][i];
			unsigned mask = 1u << text;

			put(s, mask, "## Section w%d\n\n", n);
			for (int k = 0; k < 6; k++)
				item(s, mask, n * 10 + k,
				     n == b && k == 3 && as >= THEIRS ? " changed" : "");
			put(s, mask, "\n");
		}
}

static void state(struct story *s)
{
	put(s, ALL, "## State\n\n");
	put(s, IN_BASE, "DRAFT\n");
	put(s, s->one, "PROPOSED\n");
	put(s, s->two | IN_WANT, "DONE\n");
	put(s, ALL, "\n");
}

static void field(struct story *s)
{
	int n = fresh(s), m = fresh(s);

	if (gen_below(s->g, 2)) {
		put(s, IN_BASE, "updated: 2026-01-01\n");
		put(s, s->one, "updated: 2026-01-0%u\n", 2 + gen_below(s->g, 4));
		put(s, s->two | IN_WANT, "updated: 2026-02-1%u\n", gen_below(s->g, 9));
		return;
	}
	put(s, IN_BASE, "tags: [t%d]\n", n);
	put(s, s->one, "tags: [t%d, a%d]\n", n, m);
	put(s, s->two, "tags: [t%d, b%d]\n", n, m);
	put(s, IN_WANT, "tags: [t%d, a%d, b%d]\n", n, m, m);
}

/* --- documents ----------------------------------------------------------------------------- */

static void (*const parts[RULE_COUNT])(struct story *) = {
	[RULE_ADJACENT] = adjacent, [RULE_TEXT] = beside, [RULE_MIXED] = mixed,
	[RULE_DELETE] = delete, [RULE_LIST] = list, [RULE_BLOCK] = block,
	[RULE_TABLE] = table, [RULE_LINK] = link, [RULE_SECTION] = section,
	[RULE_SAME] = same, [RULE_ITEM] = ticked, [RULE_CELL] = cell,
	[RULE_SPACE] = space, [RULE_REFLOW] = reflow,
};

static void put_part(struct story *s, int rule)
{
	bool swap = gen_below(s->g, 2);

	s->one = 1u << (swap ? THEIRS : OURS);
	s->two = 1u << (swap ? OURS : THEIRS);
	put(s, ALL, "## Chapter w%d\n\n", fresh(s));
	if (parts[rule])
		parts[rule](s);
	else
		plain(s);
	put(s, ALL, "\n");
}

/* Sets the bits of the rules that must be used. */
static unsigned write_story(struct story *s)
{
	unsigned wanted = 0, front = gen_below(s->g, 4), whole = gen_below(s->g, 6);
	unsigned n = gen_below(s->g, PARTS + 1);

	s->one = 1u << (gen_below(s->g, 2) ? OURS : THEIRS);
	s->two = (1u << OURS | 1u << THEIRS) ^ s->one;
	if (!front) {
		put(s, ALL, "---\ntype: plan\n");
		field(s);
		put(s, ALL, "---\n\n");
		wanted |= 1u << RULE_FIELD;
	}
	put(s, ALL, "# INFRA-%u: Document of words\n\n", 1 + gen_below(s->g, 99));
	if (whole == 0) {
		state(s);
		wanted |= 1u << RULE_STATE;
	}
	if (whole == 1) {
		move(s);
		return wanted | 1u << RULE_MOVE;
	}
	for (unsigned i = 0; i < n + !wanted; i++) {
		int rule = (int)gen_below(s->g, RULE_COUNT);

		put_part(s, rule);
		wanted |= parts[rule] ? 1u << rule : 0;
	}
	return wanted;
}

/* --- the test ------------------------------------------------------------------------------ */

static void fail_with(char *const *text, const struct merge_result *m, const char *why)
{
	fprintf(stderr, "%s\nBASE\n%sOURS\n%sTHEIRS\n%sWANT\n%sGOT\n%s", why, text[BASE],
		text[OURS], text[THEIRS], text[WANT], m->bytes);
	for (size_t i = 0; i < m->nr_decisions; i++)
		fprintf(stderr, "# %s %s: %s\n", m->decisions[i].rule, m->decisions[i].where,
			m->decisions[i].reason);
	fail();
}

static unsigned used(const struct merge_result *m)
{
	unsigned bits = 0;

	for (size_t i = 0; i < m->nr_decisions; i++)
		bits |= m->decisions[i].conflict ? 0 : merge_rule_bit(m->decisions[i].rule);
	return bits;
}

static void check(char *const *text, unsigned wanted, const struct kind *kind, long *times)
{
	const struct merge_options options = {.kind = kind, .mode = MERGE_FULL};
	struct slice b = slice_str(text[BASE]), o = slice_str(text[OURS]);
	struct slice t = slice_str(text[THEIRS]), want = slice_str(text[WANT]);
	struct merge_result m = merge3(b, o, t, &options), s = merge3(b, t, o, &options);
	struct merge_result again = merge3(o, slice_of(m.bytes, m.len), want, &options);
	unsigned bits = used(&m);

	if (!m.clean || strcmp(m.bytes, text[WANT]) != 0)
		fail_with(text, &m, "not what the scripts say");
	if (!s.clean || strcmp(s.bytes, m.bytes) != 0)
		fail_with(text, &s, "depends on who is ours");
	if (!again.clean || strcmp(again.bytes, m.bytes) != 0)
		fail_with(text, &again, "not the same again");
	if (wanted & ~bits)
		fail_with(text, &m, "without the rule");
	for (int i = 0; i < RULE_COUNT; i++)
		times[i] += (bits & wanted) >> i & 1;
	merge_result_release(&m);
	merge_result_release(&s);
	merge_result_release(&again);
}

static void test_rules(void **unused)
{
	const char *given = getenv("GIT_AGENT_MERGES");
	long all = given ? strtol(given, NULL, 10) : 4000, least = given ? 1000 : 10;
	struct gen g = gen_new("rules");
	struct kinds *kinds = kinds_new();
	const struct kind *plan = kinds_find(kinds, "plan");
	long times[RULE_COUNT] = {0};

	assert_non_null(plan);
	for (long i = 0; i < all; i++) {
		struct story s = {.g = &g, .id = 100};
		char *text[TEXTS];
		unsigned wanted;

		for (int k = 0; k < TEXTS; k++)
			mem_stream_open(&s.text[k]);
		wanted = write_story(&s);
		for (int k = 0; k < TEXTS; k++)
			text[k] = mem_stream_close(&s.text[k], NULL);
		check(text, wanted, plan, times);
		for (int k = 0; k < TEXTS; k++)
			free(text[k]);
	}
	for (int i = 0; i < RULE_COUNT; i++) {
		printf("# %-8s %ld times\n", merge_rule_name((enum merge_rule)i), times[i]);
		assert_true(times[i] >= least || all < 4000);
	}
	kinds_free(kinds);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_rules)};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
