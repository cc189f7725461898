/* The rules of verify, each as a row: texts of the parents, the text now, records, what is said. */
#include "artifact/verify.h"
#include "util/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#define PATH ".agent/cache/stories/INFRA/INFRA-042-rate.md"

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

/* "COMMITTED:body"; NULL: no artifact; the state "" has no marker. */
static char *text_of(const char *spec)
{
	const char *colon = spec ? strchr(spec, ':') : NULL;

	if (!spec)
		return NULL;
	if (colon == spec)
		return mem_printf("# INFRA-042: Rate\n\n## Notes\n\n%s\n", colon + 1);
	return mem_printf("# INFRA-042: Rate\n\n## State\n\n%.*s\n\n## Notes\n\n%s\n",
			  (int)(colon - spec), spec, colon + 1);
}

static struct sha256 normative_of(const char *text)
{
	struct artifact *a = artifact_parse(slice_str(text), kinds_find(kinds, "story"), PATH);
	struct sha256 sum = artifact_normative(a);

	artifact_free(a);
	return sum;
}

#define UID "11111111-1111-4111-8111-111111111111"
#define OTHER "22222222-2222-4222-8222-222222222222"

static struct approval_name name_now(void)
{
	return (struct approval_name){kinds_find(kinds, "story"), "INFRA-042"};
}

static char *put_record(const char *old, const char *state, struct approval *a, size_t nr)
{
	size_t len;
	struct approval_known known = {.list = {a, nr}};
	struct approval_of of = {
		.name = name_now(), .uid = UID, .state = slice_str(state), .known = &known};
	char *text = approval_record(&len, slice_str(old), &of);

	assert_int_equal(strlen(text) >= len, 1);
	text[len] = '\0';
	return text;
}

static struct approval approval_of(const char *state, long rev)
{
	struct approval a = {.state = (char *)state, .at = (char *)"2026-11-25T16:00:00Z",
			     .rev = rev, .approver = (char *)"Ann B <ann@x.org>"};

	memset(a.normative.hex, 'a', SHA256_HEX);
	memset(a.chain.hex, '0', SHA256_HEX);
	memcpy(a.uid, UID, sizeof(a.uid));
	return a;
}

/* "COMMITTED:body;APPROVED:body": a record that has approved these. */
static char *record_of(const char *spec)
{
	char *rest, *one, *record = mem_strdup("");
	scoped_free char *copy = mem_strdup(spec ? spec : "");

	for (rest = copy; (one = strsep(&rest, ";"));) {
		scoped_free char *text = *one ? text_of(one) : NULL, *old = record;
		scoped_free char *state = mem_strndup(one, strcspn(one, ":"));
		struct approval a = approval_of(state, 7);

		if (text)
			a.normative = normative_of(text);
		record = put_record(old, "DONE", &a, text ? 1 : 0);
	}
	return record;
}

static struct verify_version version_of(char *text, char *record)
{
	struct verify_version v = {.oid = {""}};

	if (!text)
		return v;
	v.text = slice_str(text);
	v.oid = hash_blob(v.text);
	v.record = slice_str(record);
	return v;
}

static char *tell(const struct findings *f)
{
	struct mem_stream s;

	mem_stream_open(&s);
	for (size_t i = 0; i < f->len; i++)
		fprintf(s.file, "%s%s:%s", i ? " " : "",
			f->at[i].severity == VERIFY_VIOLATION ? "!" : "?", f->at[i].rule);
	return mem_stream_close(&s, NULL);
}

struct row {
	const char *before, *other; /* parents; other NULL: one parent; "-": not there */
	const char *after;
	const char *record_before, *record;
	char flags; /* r: a reason, o: no message yet, p: proof required */
	const char *says;
};

static const struct row rows[] = {
	/* transitions */
	{"DRAFT:a", NULL, "OPEN:a", "", "", 0, ""},
	/* several steps at once, where the remote took them one by one */
	{"DRAFT:a", NULL, "APPROVED:a", "", "APPROVED:a", 0, ""},
	{"DRAFT:a", NULL, "IN_PROGRESS:a", "", "COMMITTED:a;APPROVED:a", 0, ""},
	{"DRAFT:a", NULL, "IN_PROGRESS:a", "", "COMMITTED:a", 0, "!:transition"},
	{"DRAFT:a", NULL, "APPROVED:b", "", "APPROVED:a", 0, "!:transition !:approval"},
	{"DRAFT:a", NULL, "APPROVED:a", "", "", 0, "!:transition ?:approval"},
	{"IN_PROGRESS:a", NULL, "DRAFT:a", "", "", 0, "!:transition"},
	{"IN_PROGRESS:a", NULL, "DRAFT:a", "", "", 'r', ""},
	{"IN_PROGRESS:a", NULL, "DRAFT:a", "", "", 'o', "?:transition"},
	{"DONE:a", NULL, "REVIEW_NEEDED:a", "", "", 'r', "!:transition"},
	{"DRAFT:a", NULL, ":a", "", "", 'r', "!:transition"},
	{"DRAFT:a", NULL, "DRAFT:b", "", "", 0, ""},
	{"DRAFT:a", NULL, "ICEBOX:a", "", "", 0, ""},
	{"-", NULL, "DONE:a", "", "", 0, ""},
	{"-", NULL, ":a", "", "", 0, "?:state"},
	/* a state that is none: a file may come with it, but not go there */
	{"DRAFT:a", NULL, "FROBBED:a", "", "", 0, "!:state"},
	{"-", NULL, "FROBBED:a", "", "", 0, "?:state"},
	{"FROBBED:a", NULL, "FROBBED:b", "", "", 0, ""},
	{"FROBBED:a", NULL, "DONE:b", "", "", 0, ""},
	/* merges */
	{"DRAFT:a", "APPROVED:a", "APPROVED:a", "APPROVED:a", "APPROVED:a", 0, ""},
	{"DRAFT:a", "COMMITTED:a", "APPROVED:a", "", "APPROVED:a", 0, ""},
	{"DRAFT:a", "OPEN:a", "APPROVED:a", "", "APPROVED:a", 0, ""},
	{"DRAFT:a", "OPEN:a", "APPROVED:a", "", "", 0, "!:transition ?:approval"},
	{"APPROVED:a", "DRAFT:a", "DRAFT:a", "", "", 0, ""},
	{"APPROVED:a", "APPROVED:b", "APPROVED:b", "", "", 0, ""},
	{"APPROVED:a", "DRAFT:b", "APPROVED:b", "APPROVED:a", "APPROVED:a", 0, "!:approval"},
	/* approvals */
	{"COMMITTED:a", NULL, "APPROVED:a", "COMMITTED:a", "COMMITTED:a;APPROVED:a", 'p', ""},
	{"COMMITTED:a", NULL, "APPROVED:a", "", "", 0, "?:approval"},
	{"COMMITTED:a", NULL, "APPROVED:a", "", "", 'p', "!:approval"},
	{"COMMITTED:a", NULL, "APPROVED:a", "", "COMMITTED:a", 0, "?:approval"},
	{"COMMITTED:a", NULL, "APPROVED:b", "", "APPROVED:a", 0, "!:approval"},
	{"APPROVED:a", NULL, "APPROVED:b", "APPROVED:a", "APPROVED:a", 0, "!:approval"},
	{"APPROVED:a", NULL, "APPROVED:b", "APPROVED:a", "APPROVED:b", 'p', ""},
	{"APPROVED:a", NULL, "APPROVED:b", "", "", 0, "?:approval"},
	{"APPROVED:a", NULL, "APPROVED:a", "APPROVED:a", "", 0, "?:approval"},
	{"APPROVED:a", NULL, "APPROVED:a", "", "APPROVED:a", 'p', ""},
	{"APPROVED:b", NULL, "APPROVED:c", "APPROVED:a", "APPROVED:a", 0, "!:approval"},
	{"APPROVED:- [ ] x", NULL, "APPROVED:- [x] x", "APPROVED:- [ ] x", "APPROVED:- [ ] x", 0,
	 ""},
	{"APPROVED:- [ ] x", NULL, "APPROVED:- [x] x", "", "", 'p', ""},
	{"APPROVED:a", NULL, "IN_PROGRESS:b", "", "", 'p', ""},
	/* deletions */
	{"DRAFT:a", NULL, "-", "", "", 0, "!:deletion"},
	{"DRAFT:a", NULL, "-", "", "", 'r', ""},
	{"DRAFT:a", NULL, "-", "", "", 'o', "?:deletion"},
	{"DRAFT:a", "-", "-", "", "", 0, ""},
	/* the text */
	{"DRAFT:a", NULL, "DRAFT:<<<<<<< x\na\n=======\nb\n>>>>>>> y", "", "", 0, "!:markers"},
	{"DRAFT:<<<<<<< x\na\n=======\nb\n>>>>>>> y", NULL,
	 "DRAFT:<<<<<<< x\na\n=======\nb\n>>>>>>> y\nc", "", "", 0, "!:markers"},
	{"DRAFT:a", NULL, "DRAFT:<<<SEARCH\na\n===\nb\n>>>", "", "", 0, ""},
	{"DRAFT:a", NULL, "DRAFT:\xff", "", "", 0, "?:text"},
	{"DRAFT:a", NULL, "DRAFT:a\n\nStatus: OPEN", "", "", 0, "?:state"},
};

static char *owned_text(const char *spec)
{
	return spec && strcmp(spec, "-") != 0 ? text_of(spec) : NULL;
}

static void judge_row(const struct row *r)
{
	scoped_free char *before = owned_text(r->before), *other = owned_text(r->other);
	scoped_free char *after = owned_text(r->after), *record = record_of(r->record);
	scoped_free char *record_before = record_of(r->record_before), *said = NULL;
	struct verify_policy policy = {.require_proof = r->flags == 'p'};
	struct verify_change c = {
		.path = PATH,
		.kind = kinds_find(kinds, "story"),
		.after = version_of(after, record),
		.before = {version_of(before, record_before), version_of(other, record_before)},
		.nr_parents = r->other ? 2 : 1,
		.has_reason = r->flags == 'r',
		.reason_open = r->flags == 'o',
	};
	struct findings found = {0};

	verify_change(&found, &c, &policy);
	said = tell(&found);
	if (strcmp(said, r->says) != 0)
		fail_msg("row %d (%s -> %s): '%s' instead of '%s'", (int)(r - rows), r->before,
			 r->after, said, r->says);
	findings_release(&found);
}

static void changes(void **state)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		judge_row(&rows[i]);
}

static void too_large_or_binary(void **state)
{
	static const char nul[] = "# INFRA-042: Rate\n\n## State\n\nDRAFT\n\0\n";
	scoped_free char *text = mem_alloc(ARTIFACT_MAX_BYTES + 2);
	struct verify_change c = {.path = PATH, .kind = kinds_find(kinds, "story"),
				  .nr_parents = 1};
	struct verify_policy policy = {0};
	struct findings found = {0};
	scoped_free char *said = NULL;

	memset(text, 'x', ARTIFACT_MAX_BYTES + 1);
	c.after = version_of(text, NULL);
	verify_change(&found, &c, &policy);
	c.after.text = slice_of(nul, sizeof(nul) - 1);
	verify_change(&found, &c, &policy);
	said = tell(&found);
	assert_string_equal(said, "!:unreadable !:unreadable");
	findings_release(&found);
}

static void reasons(void **state)
{
	static const struct {
		const char *message;
		bool has;
	} cases[] = {
		{"Back to draft", false},
		{"Back to draft\n", false},
		{"A subject\nof two lines\n", false},
		{"Back to draft\n\nThe limit was wrong.\n", true},
		{"Back to draft\n\nSigned-off-by: Ann <ann@x.org>\n", false},
		{"Back to draft\n\nSigned-off-by: Ann <ann@x.org>\nReason: the limit was wrong\n",
		 true},
		{"Back to draft\n\nReason:\n", false},
		{"Revert \"x\"\n\nThis reverts commit 0123456.\n", true},
		{"", false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		if (verify_has_reason(slice_str(cases[i].message)) != cases[i].has)
			fail_msg("'%s'", cases[i].message);
}

static void records(void **state)
{
	struct approval list[] = {approval_of("COMMITTED", 3), approval_of("APPROVED", 4)};
	struct approval again = approval_of("APPROVED", 9);
	scoped_free char *two = put_record("", "APPROVED", list, 2);
	scoped_free char *same = put_record(two, "APPROVED", list, 2);
	scoped_free char *renewed = put_record(two, "APPROVED", &again, 1);
	scoped_free char *aside = put_record(two, "ICEBOX", NULL, 0);
	scoped_free char *back = put_record(two, "COMMITTED", NULL, 0);
	scoped_free char *gone = put_record(two, "DRAFT", NULL, 0);
	struct approval_name name = name_now();
	struct approvals read;
	int bad;

	assert_string_equal(two, same);
	assert_string_equal(two, aside);
	assert_string_equal(gone, "");
	assert_non_null(strstr(renewed, " 9 "));
	assert_null(strstr(renewed, " 4 "));
	approval_read(&read, &bad, slice_str(back), &name);
	assert_int_equal(bad, 0);
	assert_int_equal(read.len, 1);
	assert_string_equal(read.at[0].state, "COMMITTED");
	assert_string_equal(read.at[0].approver, "Ann B <ann@x.org>");
	assert_int_equal(read.at[0].rev, 3);
	approvals_release(&read);
	approval_read(&read, &bad, slice_str("# comment\n\nAPPROVED yes\n"), &name);
	assert_int_equal(bad, 3);
	assert_int_equal(read.len, 0);
	approvals_release(&read);
}

/* --- what a line proves --------------------------------------------------------------------- */

static struct approval_known known_now;

static const struct approval_known *ask(void *ctx, const char *uid)
{
	(void)ctx;
	return strcmp(uid, UID) == 0 ? &known_now : NULL;
}

static enum approval_verdict judged(const char *record, const char *state, bool with_remote)
{
	struct approval_witness witness = {ask, NULL};
	struct approval a = approval_of(state, 1);
	struct approval_name name = name_now();
	const char *why;

	return approval_judge(&why, &name, slice_str(state), a.normative.hex,
			      slice_str(record), with_remote ? &witness : NULL);
}

/* The record with one occurrence of a word replaced by another of the same length. */
static char *with(const char *record, const char *word, const char *by)
{
	char *text = mem_strdup(record), *at = strstr(text, word);

	assert_non_null(at);
	memcpy(at, by, strlen(by));
	return text;
}

static void forgeries(void **state)
{
	struct approval true_one = approval_of("APPROVED", 4), made_up = approval_of("APPROVED", 4);
	struct approval later = approval_of("APPROVED", 7), elsewhere = approval_of("APPROVED", 4);
	scoped_free char *record = put_record("", "APPROVED", &true_one, 1);
	scoped_free char *who = with(record, "Ann B", "Eve B"), *time = with(record, "T16", "T17");
	scoped_free char *rev = with(record, " 4 ", " 5 "), *chain = with(record, " 0000", " 0001");
	scoped_free char *own = with(record, UID, OTHER);
	scoped_free char *step = with(record, "APPROVED ", "ACCEPTED ");
	const char *const edited[] = {who, time, rev, chain, own};
	scoped_free char *forged = NULL, *old = NULL, *copied = NULL;
	struct approval_name name = name_now();
	struct approvals read;
	int bad;

	(void)state;
	/* one word of the line: found without asking anybody */
	for (size_t i = 0; i < sizeof(edited) / sizeof(*edited); i++)
		assert_int_equal(judged(edited[i], "APPROVED", false), APPROVAL_FORGED);
	assert_int_equal(judged(step, "ACCEPTED", false), APPROVAL_NONE);
	assert_int_equal(judged(record, "APPROVED", false), APPROVAL_RECORDED);
	/* with what the remote said */
	known_now = (struct approval_known){.list = {&true_one, 1}, .asked = 8};
	assert_int_equal(judged(record, "APPROVED", true), APPROVAL_PROVEN);
	/* a whole line made up, seal and all */
	made_up.approver = (char *)"Eve <eve@x.org>";
	forged = put_record("", "APPROVED", &made_up, 1);
	assert_int_equal(judged(forged, "APPROVED", false), APPROVAL_RECORDED);
	assert_int_equal(judged(forged, "APPROVED", true), APPROVAL_FORGED);
	made_up.rev = 6;	/* of which the remote would have told */
	free(forged);
	forged = put_record("", "APPROVED", &made_up, 1);
	assert_int_equal(judged(forged, "APPROVED", true), APPROVAL_FORGED);
	made_up.rev = 9;	/* of which it cannot have told yet */
	free(forged);
	forged = put_record("", "APPROVED", &made_up, 1);
	assert_int_equal(judged(forged, "APPROVED", true), APPROVAL_RECORDED);
	known_now.asked = 9;
	known_now.complete = true;
	assert_int_equal(judged(forged, "APPROVED", true), APPROVAL_FORGED);
	/* replayed: it was true before, and only the whole history knows that */
	known_now = (struct approval_known){.list = {&later, 1}, .asked = 8};
	old = put_record("", "APPROVED", &true_one, 1);
	assert_int_equal(judged(old, "APPROVED", true), APPROVAL_REPLAYED);
	known_now.complete = true;
	assert_int_equal(judged(old, "APPROVED", true), APPROVAL_FORGED);
	/* copied from an artifact of another text */
	memset(elsewhere.normative.hex, 'b', SHA256_HEX);
	copied = put_record("", "APPROVED", &elsewhere, 1);
	assert_int_equal(judged(copied, "APPROVED", false), APPROVAL_STALE);
	/* from one that has the very text, with and without a new seal */
	known_now = (struct approval_known){.list = {&true_one, 1}, .asked = 8};
	strs_add(&known_now.labels, "INFRA-043");
	assert_int_equal(judged(record, "APPROVED", true), APPROVAL_FORGED);
	strs_add(&known_now.labels, "INFRA-042");
	assert_int_equal(judged(record, "APPROVED", true), APPROVAL_PROVEN);
	strs_release(&known_now.labels);
	name.label = "INFRA-043";
	approval_read(&read, &bad, slice_str(record), &name);
	assert_true(read.at[0].broken);
	approvals_release(&read);
}

/* Two artifacts of one label: each has its lines, and its past. */
static void shared_label(void **state)
{
	struct approval one = approval_of("APPROVED", 4), two = approval_of("COMMITTED", 5);
	struct approval_known known_one = {.list = {&one, 1}}, known_two = {.list = {&two, 1}};
	scoped(strs_release) struct strs not_one = {0}, not_two = {0};
	struct approval_of of_one = {.name = name_now(), .uid = UID, .others = &not_one,
				     .state = slice_str("APPROVED"), .known = &known_one};
	struct approval_of of_two = of_one;
	scoped_free char *a = NULL, *b = NULL, *c = NULL, *rest = NULL;
	size_t len;

	(void)state;
	memcpy(two.uid, OTHER, sizeof(two.uid));
	memset(two.normative.hex, 'b', SHA256_HEX);
	strs_add(&not_one, OTHER);
	strs_add(&not_two, UID);
	of_two.uid = OTHER;
	of_two.others = &not_two;
	of_two.state = slice_str("COMMITTED");
	of_two.known = &known_two;
	a = approval_record(&len, slice_str(""), &of_one);
	b = approval_record(&len, slice_str(a), &of_two);
	assert_non_null(strstr(b, "APPROVED "));	/* COMMITTED withdraws only its own */
	assert_non_null(strstr(b, "COMMITTED "));
	of_two.gone = true;
	c = approval_record(&len, slice_str(b), &of_two);
	assert_string_equal(c, a);
	rest = approval_without(&len, slice_str(b), &of_one.name, one.normative.hex);
	assert_null(strstr(rest, "APPROVED "));
	assert_non_null(strstr(rest, "COMMITTED "));
}

static void record_paths(void **state)
{
	static const struct {
		const char *path;
		bool is;
	} cases[] = {
		{".agent/approvals/story/INFRA-042", true},
		{".agent/approvals/story/INFRA-042/x", false},
		{".agent/approvals/story/../INFRA-042", false},
		{".agent/approvals/story/", false},
		{".agent/approvals/nothing/INFRA-042", false},
		{".agent/approvals/INFRA-042", false},
		{".agent/config", false},
	};
	scoped_free char *path = approval_path("story", "INFRA-042");

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		if (approval_is_path(kinds, cases[i].path) != cases[i].is)
			fail_msg("'%s'", cases[i].path);
	assert_true(approval_is_path(kinds, path));
	assert_null(approval_path("story", "INFRA-~k3f9"));
	assert_null(approval_path("story", ""));
}

static void parents(void **state)
{
	static const struct {
		const char *label, *state;
		bool require, refused;
	} cases[] = {
		{"INFRA-001", "APPROVED", false, false}, {"INFRA-001", "DONE", false, false},
		{"INFRA-001", "COMMITTED", false, true}, {"INFRA-001", "", false, true},
		{"INFRA-001", "ICEBOX", false, true},	 {NULL, "", false, false},
		{NULL, "", true, true},
	};
	struct verify_change c = {.path = PATH, .kind = kinds_find(kinds, "story")};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct verify_policy policy = {.require_parent = cases[i].require};
		struct findings found = {0};

		verify_parent(&found, &c, &policy, kinds_find(kinds, "plan"), cases[i].label,
			      slice_str(cases[i].state));
		if ((found.len > 0) != cases[i].refused)
			fail_msg("case %zu", i);
		findings_release(&found);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(changes),  cmocka_unit_test(too_large_or_binary),
		cmocka_unit_test(reasons),  cmocka_unit_test(records),
		cmocka_unit_test(forgeries),
		cmocka_unit_test(shared_label),
		cmocka_unit_test(parents),  cmocka_unit_test(record_paths),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, setup, teardown);
}
