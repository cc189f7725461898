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

/* "COMMITTED:body;APPROVED:body": a record that has approved these. */
static char *record_of(const char *spec)
{
	struct mem_stream s;
	char *rest, *one, *copy = mem_strdup(spec ? spec : "");

	mem_stream_open(&s);
	for (rest = copy; (one = strsep(&rest, ";"));) {
		scoped_free char *text = *one ? text_of(one) : NULL;

		if (text)
			fprintf(s.file, "%.*s %s 2026-11-25T16:00:00Z 7 %064d Ann <ann@x.org>\n",
				(int)strcspn(one, ":"), one, normative_of(text).hex, 0);
	}
	free(copy);
	return mem_stream_close(&s, NULL);
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
	{"DRAFT:a", NULL, "APPROVED:a", "", "APPROVED:a", 0, "!:transition"},
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
	{"DRAFT:a", "OPEN:a", "APPROVED:a", "", "APPROVED:a", 0, "!:transition"},
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

static char *put_record(const char *old, const char *state, struct approval *a, size_t nr)
{
	size_t len;
	struct approvals list = {a, nr};
	char *text = approval_record(&len, slice_str(old), kinds_find(kinds, "story"), "INFRA-042",
				     slice_str(state), &list);

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
	return a;
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
	struct approvals read;
	int bad;

	assert_string_equal(two, same);
	assert_string_equal(two, aside);
	assert_string_equal(gone, "");
	assert_non_null(strstr(renewed, " 9 "));
	assert_null(strstr(renewed, " 4 "));
	approval_read(&read, &bad, slice_str(back));
	assert_int_equal(bad, 0);
	assert_int_equal(read.len, 1);
	assert_string_equal(read.at[0].state, "COMMITTED");
	assert_string_equal(read.at[0].approver, "Ann B <ann@x.org>");
	assert_int_equal(read.at[0].rev, 3);
	approvals_release(&read);
	approval_read(&read, &bad, slice_str("# comment\n\nAPPROVED yes\n"));
	assert_int_equal(bad, 3);
	assert_int_equal(read.len, 0);
	approvals_release(&read);
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
		cmocka_unit_test(parents),  cmocka_unit_test(record_paths),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, setup, teardown);
}
