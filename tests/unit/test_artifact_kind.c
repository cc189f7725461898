#include "artifact/kind.h"
#include "artifact/kind_edit.h"
#include "artifact/artifact.h"
#include "artifact/kind_rule.h"
#include "util/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

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

static void is_refused(err_t err, const char *part)
{
	assert_non_null(err);
	assert_int_equal(err->code, ERR_REFUSED);
	if (!strstr(err->text, part))
		fail_msg("'%s' does not say '%s'", err->text, part);
	err_free(err);
}

/* The table of the manual, written another time. */
static void built_in_table(void **state)
{
	static const char *const rows[] = {
		"plan DRAFT0i PROPOSED1 COMMITTED2* APPROVED3* DECOMPOSED4 DONE5",
		"story DRAFT0i OPEN1i COMMITTED2* APPROVED3* IN_PROGRESS4 REVIEW_NEEDED5 DONE6",
		"runbook DRAFT0i PROPOSED1 COMMITTED2* APPROVED3* ACCEPTED3* IMPLEMENTED4",
		"adr DRAFT0i PROPOSED1 ACCEPTED2* SUPERSEDED3 DEPRECATED3 RETIRED3",
		"journey DRAFT0i COMMITTED1* ACCEPTED2* DEPRECATED3",
	};
	static const char *const side[] = {"ICEBOX", "BLOCKED", "SUPERSEDED", "RETIRED"};

	assert_null(kinds_check(kinds));
	assert_int_equal(kinds->len, 5);
	for (size_t i = 0; i < 5; i++) {
		const struct kind *k = &kinds->at[i];
		struct mem_stream s;
		scoped_free char *row = NULL;

		mem_stream_open(&s);
		fputs(k->name, s.file);
		for (size_t n = 0; n < k->nr_states; n++)
			if (k->states[n].rank != KIND_UNRANKED)
				fprintf(s.file, " %s%d%s%s", k->states[n].name, k->states[n].rank,
					k->states[n].gate ? "*" : "",
					k->states[n].initial ? "i" : "");
		row = mem_stream_close(&s, NULL);
		assert_string_equal(row, rows[i]);
		for (size_t n = 0; n < 4; n++)
			assert_non_null(kind_state(k, slice_str(side[n])));
		assert_null(kind_state(k, slice_str("approved")));
	}
}

static void transitions(void **state)
{
	static const struct {
		const char *kind, *from, *to;
		bool reason, legal;
	} cases[] = {
		{"story", "DRAFT", "OPEN", false, true},
		{"story", "DRAFT", "COMMITTED", false, true},
		{"story", "DRAFT", "APPROVED", false, false},
		{"story", "OPEN", "APPROVED", false, false},
		{"story", "COMMITTED", "APPROVED", false, true},
		{"story", "COMMITTED", "IN_PROGRESS", false, false},
		{"story", "APPROVED", "DONE", false, true},
		{"story", "APPROVED", "APPROVED", false, true},
		{"story", "DONE", "DONE", false, false},
		{"story", "DONE", "DRAFT", false, false},
		{"story", "DONE", "DRAFT", true, true},
		{"story", "APPROVED", "OPEN", true, true},
		{"story", "APPROVED", "COMMITTED", true, true},
		{"story", "APPROVED", "COMMITTED", false, false},
		{"story", "DONE", "APPROVED", true, true},
		{"story", "DONE", "REVIEW_NEEDED", true, false},
		{"story", "IN_PROGRESS", "BLOCKED", false, true},
		{"story", "BLOCKED", "IN_PROGRESS", false, true},
		{"story", "DRAFT", "NOWHERE", true, false},
		{"story", "COMMITTED-003", "DRAFT", false, true},
		{"story", "", "COMMITTED", false, true},
		{"runbook", "COMMITTED", "ACCEPTED", false, true},
		{"runbook", "COMMITTED", "IMPLEMENTED", false, false},
		{"runbook", "APPROVED", "ACCEPTED", false, false},
		{"runbook", "ACCEPTED", "IMPLEMENTED", false, true},
		{"adr", "ACCEPTED", "DEPRECATED", false, true},
		{"adr", "DRAFT", "DEPRECATED", false, false},
		{"adr", "DRAFT", "SUPERSEDED", false, true},
		{"adr", "PROPOSED", "DRAFT", true, true},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct kind *k = kinds_find(kinds, cases[i].kind);
		const char *why = NULL;
		bool legal = kind_transition(k, slice_str(cases[i].from), slice_str(cases[i].to),
					     cases[i].reason, &why);

		if (legal != cases[i].legal || legal == (why != NULL))
			fail_msg("%s: %s -> %s: %s", cases[i].kind, cases[i].from, cases[i].to,
				 why);
	}
}

static void done_and_aside(void **state)
{
	static const struct {
		const char *kind, *state;
		bool done, aside;
	} cases[] = {
		{"story", "DONE", true, false},		 {"story", "REVIEW_NEEDED", false, false},
		{"story", "SUPERSEDED", false, true},	 {"story", "ICEBOX", false, true},
		{"story", "BLOCKED", false, false},	 {"story", "done", false, false},
		{"plan", "DONE", true, false},		 {"plan", "APPROVED", false, false},
		{"runbook", "IMPLEMENTED", true, false}, {"runbook", "ACCEPTED", false, false},
		{"adr", "ACCEPTED", true, false},	 {"adr", "PROPOSED", false, false},
		{"adr", "SUPERSEDED", true, true},	 {"journey", "ACCEPTED", true, false},
		{"plan", "", false, false},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct kind *kind = kinds_find(kinds, cases[i].kind);
		struct slice name = slice_str(cases[i].state);

		if (kind_done(kind, name) != cases[i].done || kind_aside(name) != cases[i].aside)
			fail_msg("%s %s", cases[i].kind, cases[i].state);
	}
}

/* What the server asks of a legal step: from a state that it does not know, too. */
static void rules_of_transitions(void **state)
{
	static const struct {
		const char *kind, *from, *to, *role;
		bool four_eyes, parent, reason;
	} cases[] = {
		{"story", "DRAFT", "OPEN", "author", false, false, false},
		{"story", "DRAFT", "COMMITTED", "author", false, true, false},
		{"story", "COMMITTED", "APPROVED", "approver", true, true, false},
		{"story", "APPROVED", "IN_PROGRESS", "author", false, true, false},
		{"story", "APPROVED", "OPEN", "approver", false, false, true},
		{"story", "COMMITTED", "DRAFT", "author", false, false, true},
		{"story", "DONE", "BLOCKED", "author", false, false, false},
		{"plan", "COMMITTED", "APPROVED", "approver", true, false, false},
		{"plan", "", "APPROVED", "approver", true, false, false},
		{"runbook", "COMMITTED", "ACCEPTED", "approver", true, true, false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct kind *k = kinds_find(kinds, cases[i].kind);
		const struct kind_state *from = kind_state(k, slice_str(cases[i].from));
		struct kind_rule rule;

		if (!kind_rule(&rule, k, from, kind_state(k, slice_str(cases[i].to))))
			fail_msg("%s: %s -> %s: illegal", cases[i].kind, cases[i].from,
				 cases[i].to);
		if (strcmp(rule.role, cases[i].role) != 0 ||
		    rule.four_eyes != cases[i].four_eyes || rule.needs_parent != cases[i].parent ||
		    rule.needs_reason != cases[i].reason)
			fail_msg("%s: %s -> %s: role %s, four_eyes %d, parent %d, reason %d",
				 cases[i].kind, cases[i].from, cases[i].to, rule.role,
				 rule.four_eyes, rule.needs_parent, rule.needs_reason);
	}
}

static void paths_and_kinds(void **state)
{
	static const char *const none[] = {
		".agent/cache/stories/README.md",
		".agent/cache/stories/X/readme.md",
		".agent/cache/stories/X/.hidden.md",
		".agent/cache/stories/.x/A-001.md",
		".agent/cache/stories/X/A-001.txt",
		".agent/cache/stories/templates/story.md",
		".agent/adrs/template.md",
		".agent/adrs/adr-template.md",
		".agent/adrs",
		".agent/adrs/",
		".agent/adrsx/ADR-001.md",
		"x/.agent/adrs/ADR-001.md",
		"README.md",
		".agent/cache/journeys/X/JRN-001.md",
		"",
	};

	assert_string_equal(kinds_of_path(kinds, ".agent/adrs/ADR-001-x.md")->name, "adr");
	assert_string_equal(kinds_of_path(kinds, ".agent/adrs/EXC-001-x.md")->name, "adr");
	assert_string_equal(kinds_of_path(kinds, ".agent/cache/stories/X/128-x.md")->name, "story");
	assert_string_equal(kinds_of_path(kinds, ".agent/cache/journeys/X/JRN-001.yaml")->name,
			    "journey");
	for (size_t i = 0; i < sizeof(none) / sizeof(*none); i++)
		assert_null(kinds_of_path(kinds, none[i]));
}

static void bad_paths_are_refused(void **state)
{
	static const char *const bad[][2] = {
		{"", "empty"},
		{"/.agent/adrs/ADR-001.md", "absolute"},
		{".agent/adrs/../../x.md", ".."},
		{".agent/./adrs/ADR-001.md", "'.'"},
		{".agent//adrs/ADR-001.md", "empty component"},
		{".agent/adrs/", "empty component"},
		{".agent/adrs/.GIT/ADR-001.md", ".git"},
		{".agent/adrs/.git. /ADR-001.md", ".git"},
		{".agent/adrs/a\\b.md", "backslash"},
		{".agent/adrs/a\nb.md", "control"},
		{"src/adrs/ADR-001.md", "not below"},
		{".agent", "not below"},
		{".agent/adrs/README.md", "not the path of an artifact"},
		{".agent/config", "not the path of an artifact"},
	};
	char longer[600] = ".agent/adrs/";

	assert_null(kinds_check_path(kinds, ".agent/adrs/ADR-001 \xC3\xA4.md"));
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		is_refused(kinds_check_path(kinds, bad[i][0]), bad[i][1]);
	memset(longer + 12, 'a', 256);
	is_refused(kinds_check_path(kinds, longer), "255");
}

/* The rule itself, one byte after the other. */
static bool is_wrong(const char *path)
{
	scoped_free char *copy = mem_strdup(path);
	char *rest = copy, *name;

	for (const char *c = path; *c; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f || *c == '\\')
			return true;
	if (strncmp(path, ".agent/", 7) != 0 || strlen(path) > 4096)
		return true;
	while ((name = strsep(&rest, "/"))) {
		size_t len = strlen(name);

		if (!len || len > 255 || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
			return true;
		while (len && (name[len - 1] == '.' || name[len - 1] == ' '))
			name[--len] = '\0';
		if (strcasecmp(name, ".git") == 0 || strcasecmp(name, "git~1") == 0)
			return true;
	}
	return false;
}

static void any_path_is_judged_by_the_rule(void **state)
{
	static const char *const parts[] = {
		"/", "/", "/", ".", "..", "a", "story", ".git", ".GIT", "git~1", "Git~1", " ", "g",
		"gitk", "\x7f", "\x1f", "\x80", "\xff", "\\", "[", "]", " .md", "~", "0123456789",
	};
	const char *given = getenv("GIT_AGENT_SEED");
	unsigned long seed = given ? strtoul(given, NULL, 10) : (unsigned long)time(NULL);
	unsigned long wrong = 0;

	printf("# GIT_AGENT_SEED=%lu\n", seed);
	srandom((unsigned)seed);
	for (int i = 0; i < 200000; i++) {
		char path[1024] = "";
		int nr = (int)(random() % (i % 100 ? 9 : 60));

		strcpy(path, random() % 8 ? ".agent/" : "");
		for (int k = 0; k < nr; k++)
			strcat(path, parts[(size_t)random() % (sizeof(parts) / sizeof(*parts))]);
		if ((kind_path_wrong(slice_str(path)) != NULL) != is_wrong(path))
			fail_msg("'%s': %s", path, kind_path_wrong(slice_str(path)));
		wrong += is_wrong(path);
	}
	assert_in_range(wrong, 20000, 180000);
}

static void settings_change_the_table(void **state)
{
	struct kinds *k = kinds_new();
	const struct kind_state *s;
	const char *why;

	assert_null(kinds_set(k, "user.name", "x"));
	assert_null(kinds_set(k, "kind.story.colour", "red"));
	assert_null(kinds_set(k, "kind.story.state", "READY 1 gate"));
	s = kind_state(kinds_find(k, "story"), slice_str("READY"));
	assert_true(s && s->rank == 1 && s->gate && !s->initial);
	assert_false(kind_transition(kinds_find(k, "story"), slice_str("DRAFT"),
				     slice_str("COMMITTED"), true, &why));
	assert_null(kinds_set(k, "kind.spike.dir", ".agent/spikes/"));
	is_refused(kinds_check(k), "no initial state");
	assert_null(kinds_set(k, "kind.spike.state", "DRAFT 0 initial"));
	assert_null(kinds_set(k, "kind.spike.state", "PARKED -"));
	assert_null(kinds_set(k, "kind.spike.parentstate", "APPROVED"));
	assert_null(kinds_set(k, "kind.spike.parent", "plan"));
	assert_null(kinds_check(k));
	assert_string_equal(kinds_of_path(k, ".agent/spikes/X/X-001.md")->plural, "spikes");
	assert_null(kinds_set(k, "kind.plan.parent", "spike"));
	is_refused(kinds_check(k), "own ancestor");
	assert_null(kinds_set(k, "kind.plan.parent", ""));
	assert_null(kinds_set(k, "kind.plan.dir", ".agent/adrs"));
	is_refused(kinds_check(k), "share the directory");
	is_refused(kinds_set(k, "kind.story.state", "READY x"), "kind.story.state");
	is_refused(kinds_set(k, "kind.story.state", "ready 1"), "kind.story.state");
	is_refused(kinds_set(k, "kind.story.state", "READY 1 gat"), "gat");
	is_refused(kinds_set(k, "kind.story.state", "READY - gate"), "needs a rank");
	is_refused(kinds_set(k, "kind.story.dir", "../x"), "..");
	is_refused(kinds_set(k, "kind.story.dir", "src"), ".agent/");
	is_refused(kinds_set(k, "kind.story.suffix", "md"), "suffix");
	is_refused(kinds_set(k, "kind.St.dir", ".agent/x"), "'St'");
	kinds_free(k);
}

/* A template is an artifact in its initial state, and has the boxes and sections it promises. */
static void templates_parse(void **state)
{
	for (size_t i = 0; i < kinds->len; i++) {
		const struct kind *k = &kinds->at[i];
		struct artifact *a;

		if (!k->template_text)
			continue;
		a = artifact_parse(slice_str(k->template_text), k, NULL);
		assert_true(slice_is(artifact_slice(a, a->title), "${LABEL}: ${TITLE}"));
		assert_true(a->nr_sections > 5);
		assert_non_null(strstr(k->template_text, "\n\n${STATE}\n\n"));
		artifact_free(a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(built_in_table),
		cmocka_unit_test(transitions),
		cmocka_unit_test(done_and_aside),
		cmocka_unit_test(rules_of_transitions),
		cmocka_unit_test(paths_and_kinds),
		cmocka_unit_test(bad_paths_are_refused),
		cmocka_unit_test(any_path_is_judged_by_the_rule),
		cmocka_unit_test(settings_change_the_table),
		cmocka_unit_test(templates_parse),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("artifact kind", tests, setup, teardown);
}
