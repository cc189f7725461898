/*
 * Real merges, where they are present: what people made of them, and what we do. Prints the score;
 * fails only on a lost line, a result that depends on who is ours, a conflict without markers, or
 * other bytes than the merge of lines where that is clean and no gate is named. Of the default mode
 * it reports by cause, rule and repository, too.
 * What each merge came to is compared with tests/merge/outcomes.tsv, so that a change of a rule
 * shows all that it changes: GIT_AGENT_OUTCOMES=write takes the new ones.
 * GIT_AGENT_LIST=<outcome> lists cases ("differ", "conflict", "exact list"), with the rules used;
 * GIT_AGENT_MODE=strict measures that mode only, GIT_AGENT_OFF=list,table without some rules.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "merge/merge.h"
#include "../lib/merge-report.h"
#include "util/hash.h"
#include "util/mem.h"
#include "util/strs.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum outcome { EXACT, ORDER, SPACE, DIFFER, CONFLICT, OUTCOMES };
static const char *const names[] = {"exact", "order", "space", "differ", "conflict"};

struct score {
	int cases, of[OUTCOMES], lost, broken, asymmetric, regressed;
	int rule[RULE_COUNT][OUTCOMES];
	struct merge_report *report;	/* NULL: none is wanted */
};

/* What the merges came to: one line per case, in the order of the index. */
#define OUTCOMES_FILE "tests/merge/outcomes.tsv"
static struct strs came_to;
static size_t next_case;

struct replay {
	struct slice base, ours, theirs, result;
};

static struct slice read_text(const char *dir, const char *name, const char *file)
{
	char *path = mem_printf("%s/%s%s%s", dir, name, *name ? "/" : "", file);
	FILE *f = fopen(path, "rb");
	struct mem_stream s;
	struct slice text;
	char block[65536];
	size_t n;

	free(path);
	if (!f)
		return slice_of(NULL, 0);
	mem_stream_open(&s);
	while ((n = fread(block, 1, sizeof(block), f)) > 0)
		fwrite(block, 1, n, s.file);
	fclose(f);
	text.at = mem_stream_close(&s, &text.len);
	return text;
}

/* --- comparing ----------------------------------------------------------------------------- */

/* The lines that are not blank, without white space at their ends, sorted. */
struct bag {
	struct slice *at;
	size_t len;
};

static int compare(const void *a, const void *b)
{
	const struct slice *x = a, *y = b;
	int order = memcmp(x->at, y->at, x->len < y->len ? x->len : y->len);

	return order ? order : x->len < y->len ? -1 : x->len > y->len;
}

static struct bag bag_of(struct slice text)
{
	struct bag b = {mem_alloc((text.len + 1) * sizeof(*b.at)), 0};
	struct slice line;

	while (slice_line(&text, &line)) {
		while (line.len && strchr(" \t\r\n\f\v", line.at[line.len - 1]))
			line.len--;
		if (line.len)
			b.at[b.len++] = line;
	}
	qsort(b.at, b.len, sizeof(*b.at), compare);
	return b;
}

static bool has(const struct bag *b, struct slice line)
{
	return bsearch(&line, b->at, b->len, sizeof(*b->at), compare) != NULL;
}

static bool same_lines(struct slice a, struct slice b)
{
	struct bag x = bag_of(a), y = bag_of(b);
	bool same = x.len == y.len;

	for (size_t i = 0; same && i < x.len; i++)
		same = slice_eq(x.at[i], y.at[i]);
	free(x.at);
	free(y.at);
	return same;
}

static char *squeezed(struct slice s)
{
	char *out = mem_alloc(s.len + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.len; i++) {
		if (!strchr(" \t\r\n\f\v", s.at[i]))
			out[n++] = s.at[i];
		else if (n && out[n - 1] != ' ')
			out[n++] = ' ';
	}
	while (n && out[n - 1] == ' ')
		n--;
	out[n] = '\0';
	return out;
}

static bool same_words(struct slice a, struct slice b)
{
	char *x = squeezed(a), *y = squeezed(b);
	bool same = strcmp(x, y) == 0;

	free(x);
	free(y);
	return same;
}

/* A line that exactly one side added is not there. */
static bool loses(const struct replay *c, struct slice merged)
{
	struct bag b = bag_of(c->base), o = bag_of(c->ours), t = bag_of(c->theirs);
	struct bag m = bag_of(merged);
	bool lost = false;

	for (size_t i = 0; i < o.len; i++)
		lost |= !has(&b, o.at[i]) && !has(&t, o.at[i]) && !has(&m, o.at[i]);
	for (size_t i = 0; i < t.len; i++)
		lost |= !has(&b, t.at[i]) && !has(&o, t.at[i]) && !has(&m, t.at[i]);
	free(b.at);
	free(o.at);
	free(t.at);
	free(m.at);
	return lost;
}

static enum outcome outcome_of(const struct replay *c, const struct merge_result *m)
{
	struct slice merged = slice_of(m->bytes, m->len);

	if (!m->clean)
		return CONFLICT;
	if (slice_eq(merged, c->result))
		return EXACT;
	if (same_lines(merged, c->result))
		return ORDER;
	return same_words(merged, c->result) ? SPACE : DIFFER;
}

/* --- one case ------------------------------------------------------------------------------ */

static void list(const char *name, enum outcome outcome, const struct merge_result *m, bool lost)
{
	const char *want = getenv("GIT_AGENT_LIST");
	struct mem_stream s;
	char *line;

	if (!want)
		return;
	mem_stream_open(&s);
	fprintf(s.file, "%s%s", names[outcome], lost ? " lost" : "");
	for (size_t i = 0; i < m->nr_decisions; i++)
		fprintf(s.file, " %s%s%s%s", m->decisions[i].conflict ? "!" : "",
			m->decisions[i].rule, m->decisions[i].conflict ? ":" : "",
			m->decisions[i].conflict ? m->decisions[i].reason : "");
	line = mem_stream_close(&s, NULL);
	if (strstr(line, want))
		printf("# %s %s\n", name, line);
	free(line);
}

static bool gate_named(const struct merge_result *m)
{
	for (size_t i = 0; i < m->nr_decisions; i++)
		if (strncmp(m->decisions[i].rule, "gate.", 5) == 0)
			return true;
	return false;
}

static void note_outcome(const char *name, enum outcome outcome, const struct merge_result *m)
{
	struct oid oid = hash_sha1(slice_of(m->bytes, m->len));
	char *line = next_case < came_to.len
			     ? mem_printf("%s\t%s %.8s", came_to.at[next_case], names[outcome],
					  oid.hex)
			     : mem_printf("%s\t%s %.8s", name, names[outcome], oid.hex);

	if (next_case == came_to.len)
		strs_add(&came_to, "");
	free(came_to.at[next_case]);
	came_to.at[next_case++] = line;
}

static void judge(struct score *s, const char *name, const char *path, const struct replay *c,
		  bool clean, const struct merge_options *options)
{
	const struct merge_options lines = {.text_only = true};
	struct merge_result m = merge3(c->base, c->ours, c->theirs, options);
	struct merge_result swapped = merge3(c->base, c->theirs, c->ours, options);
	struct merge_result text = merge3(c->base, c->ours, c->theirs, &lines);
	enum outcome outcome = outcome_of(c, &m);
	bool lost = m.clean && loses(c, slice_of(m.bytes, m.len));

	s->cases++;
	s->of[outcome]++;
	s->lost += lost;
	s->broken += !m.clean && !strstr(m.bytes, "<<<<<<<");
	if (m.clean != swapped.clean || (m.clean && strcmp(m.bytes, swapped.bytes) != 0)) {
		s->asymmetric++;
		printf("# %s: depends on who is ours\n", name);
	}
	if (clean && text.clean && strcmp(m.bytes, text.bytes) != 0) {
		if (!gate_named(&m))
			s->regressed++;
		printf("# %s: not as the merge of lines (%s)\n", name, names[outcome]);
	}
	for (size_t i = 0; i < m.nr_decisions; i++)
		for (int rule = 0; rule < RULE_COUNT; rule++)
			if (!strcmp(m.decisions[i].rule, merge_rule_name((enum merge_rule)rule)))
				s->rule[rule][outcome]++;
	if (s->report)
		report_add(s->report, name, path, &m, &text,
			   outcome != DIFFER && outcome != CONFLICT, !loses(c, c->result));
	list(name, outcome, &m, lost);
	note_outcome(name, outcome, &m);
	merge_result_release(&m);
	merge_result_release(&swapped);
	merge_result_release(&text);
}

/* --- all ----------------------------------------------------------------------------------- */

static void print(const struct score *s, const char *what)
{
	int right = s->of[EXACT] + s->of[ORDER] + s->of[SPACE], clean = right + s->of[DIFFER];

	printf("# textually %s: %d cases;", what, s->cases);
	for (int i = 0; i < OUTCOMES; i++)
		printf(" %s %d (%.1f %%)", names[i], s->of[i], 100.0 * s->of[i] / s->cases);
	printf("; agreement %.1f %% at %.1f %%; lost %d, broken %d, asymmetric %d\n",
	       100.0 * right / (clean ? clean : 1), 100.0 * right / s->cases, s->lost, s->broken,
	       s->asymmetric);
	if (getenv("GIT_AGENT_LIST"))
		for (int r = 0; r < RULE_COUNT; r++)
			printf("#   %-10s agree %d exact %d differ %d conflict %d\n",
			       merge_rule_name((enum merge_rule)r),
			       s->rule[r][EXACT] + s->rule[r][ORDER] + s->rule[r][SPACE],
			       s->rule[r][EXACT], s->rule[r][DIFFER], s->rule[r][CONFLICT]);
}

static struct merge_options options_of_environment(enum merge_mode mode)
{
	struct merge_options o = {.mode = mode};
	char *off = mem_strdup(getenv("GIT_AGENT_OFF") ? getenv("GIT_AGENT_OFF") : "");

	for (char *name = strtok(off, ","); name; name = strtok(NULL, ","))
		o.off |= merge_rule_bit(name);
	free(off);
	return o;
}

static void replay_line(struct score *score, const char *dir, struct slice line,
			const struct merge_options *options)
{
	const char *at = memmem(line.at, line.len, "\"case\": \"", 9);
	bool clean = memmem(line.at, line.len, "\"textual\": \"clean\"", 18) != NULL;
	const char *file = memmem(line.at, line.len, "\"path\": \"", 9);
	struct replay c;
	char *name, *path;

	assert_non_null(at);
	assert_non_null(file);
	path = mem_strndup(file + 9, strcspn(file + 9, "\""));
	name = mem_strndup(at + 9, strcspn(at + 9, "\""));
	c.base = read_text(dir, name, "base.md");
	c.ours = read_text(dir, name, "ours.md");
	c.theirs = read_text(dir, name, "theirs.md");
	c.result = read_text(dir, name, "result.md");
	judge(&score[clean], name, path, &c, clean, options);
	free((char *)c.base.at);
	free((char *)c.ours.at);
	free((char *)c.theirs.at);
	free((char *)c.result.at);
	free(name);
	free(path);
}

static void replay_all(const char *dir, struct slice index, enum merge_mode mode)
{
	struct merge_options options = options_of_environment(mode);
	struct merge_report report = {0};
	struct score score[2] = {{0}};
	struct slice line;

	score[0].report = mode == MERGE_DEFAULT ? &report : NULL;
	while (slice_line(&index, &line))
		replay_line(score, dir, line, &options);
	print(&score[0], "conflict");
	print(&score[1], "clean");
	if (score[0].report)
		report_end(&report);
	for (int i = 0; i < 2; i++)
		assert_int_equal(score[i].lost + score[i].broken + score[i].asymmetric, 0);
	assert_int_equal(score[1].regressed, 0);
}

static void write_outcomes(void)
{
	FILE *f = fopen(OUTCOMES_FILE, "w");

	assert_non_null(f);
	for (size_t i = 0; i < came_to.len; i++)
		fprintf(f, "%s\n", came_to.at[i]);
	assert_int_equal(fclose(f), 0);
}

static void compare_outcomes(void)
{
	struct slice all = read_text("tests/merge", "", "outcomes.tsv"), rest = all, line;
	int changed = 0;

	for (size_t i = 0; i < came_to.len; i++) {
		bool more = slice_line(&rest, &line);

		line = more ? slice_trim(line) : slice_of("(none)", 6);
		if (slice_eq(line, slice_str(came_to.at[i])))
			continue;
		if (changed++ < 20)
			printf("# was %.*s\n# now %s\n", (int)line.len, line.at, came_to.at[i]);
	}
	free((char *)all.at);
	if (changed)
		fail_msg("%d merges came out otherwise than in " OUTCOMES_FILE, changed);
}

static void test_replay(void **state)
{
	static const char *const modes[] = {
		[MERGE_DEFAULT] = "default", [MERGE_STRICT] = "strict", [MERGE_FULL] = "full",
	};
	const char *shared = getenv("GIT_AGENT_SHARED"), *mode = getenv("GIT_AGENT_MODE");
	char *dir = mem_printf("%s/merges", shared ? shared : "../shared");
	struct slice index = read_text(dir, "", "index.jsonl");

	if (!index.len) {
		printf("# %s: not there\n", dir);
		free(dir);
		skip();
		return;
	}
	for (int i = MERGE_DEFAULT; i <= MERGE_FULL; i++) {
		if (mode && strcmp(mode, modes[i]) != 0)
			continue;
		printf("# mode %s\n", modes[i]);
		next_case = 0;
		replay_all(dir, index, (enum merge_mode)i);
	}
	free(dir);
	free((char *)index.at);
	if (getenv("GIT_AGENT_OUTCOMES"))
		write_outcomes();
	else if (!mode && !getenv("GIT_AGENT_OFF"))
		compare_outcomes();
	strs_release(&came_to);
}

/* --- fixtures with reasons: C.. merge to expected.md, R.. are refused ----------------------- */

static void replay_fixture(const char *dir, const char *name)
{
	struct replay c = {read_text(dir, name, "base.md"), read_text(dir, name, "ours.md"),
			   read_text(dir, name, "theirs.md"), read_text(dir, name, "expected.md")};
	struct merge_result m = merge3(c.base, c.ours, c.theirs, NULL);
	struct merge_result swapped = merge3(c.base, c.theirs, c.ours, NULL);

	if (m.clean != (name[0] == 'C') || swapped.clean != m.clean)
		fail_msg("%s: clean is %d", name, m.clean);
	if (m.clean && (!slice_eq(slice_of(m.bytes, m.len), c.result) ||
			!slice_eq(slice_of(swapped.bytes, swapped.len), c.result)))
		fail_msg("%s: got\n%s", name, m.bytes);
	merge_result_release(&m);
	merge_result_release(&swapped);
	free((char *)c.base.at);
	free((char *)c.ours.at);
	free((char *)c.theirs.at);
	free((char *)c.result.at);
}

static void test_fixtures(void **state)
{
	const char *shared = getenv("GIT_AGENT_SHARED");
	char *path = mem_printf("%s/merge-cases", shared ? shared : "../shared");
	DIR *dir = opendir(path);
	const struct dirent *entry;
	int n = 0;

	if (!dir) {
		printf("# %s: not there\n", path);
		free(path);
		skip();
		return;
	}
	while ((entry = readdir(dir)))
		if (entry->d_name[0] == 'C' || entry->d_name[0] == 'R') {
			replay_fixture(path, entry->d_name);
			n++;
		}
	closedir(dir);
	free(path);
	printf("# %d fixtures\n", n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_replay),
		cmocka_unit_test(test_fixtures),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
