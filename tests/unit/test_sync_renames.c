/* Renames in a commit: what they are, one after the other, and in less than quadratic time. */
#include "sync/renames.h"
#include "artifact/label.h"
#include "util/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static struct kinds *kinds;

/* Gone here and there in the same commit, with the same label or the same text. */
static bool is_rename(const struct git_change *gone, const struct git_change *came)
{
	struct label a, b;

	if (gone->nr_parents != 1 || !oid_none(&gone->after) || !oid_none(&came->before[0]) ||
	    oid_none(&came->after) || oid_none(&gone->before[0]) ||
	    kinds_of_path(kinds, gone->path) != kinds_of_path(kinds, came->path))
		return false;
	if (oid_eq(&gone->before[0], &came->after))
		return true;
	return label_of_path(&a, gone->path) && label_of_path(&b, came->path) &&
	       strcmp(a.text, b.text) == 0;
}

static struct oid some_text(int n)
{
	struct oid oid = {""};

	if (n)
		snprintf(oid.hex, sizeof(oid.hex), "%040d", n);
	return oid;
}

static void put(struct git_changes *c, const char *dir, int label, int name, int before, int after)
{
	struct git_change *g = &c->at[c->len++];

	*g = (struct git_change){.nr_parents = 1, .after = some_text(after)};
	g->before[0] = some_text(before);
	g->path = label ? mem_printf("%s/INFRA-%03d-%d.md", dir, label, name)
			: mem_printf("%s/no-label-%d.md", dir, name);
}

static void expect_pairs(const struct git_changes *c)
{
	scoped_free size_t *to = renames_find(c, kinds);
	scoped_free bool *done = mem_alloc(c->len + 1);

	for (size_t i = 0; i < c->len; i++) {
		size_t found = SIZE_MAX;

		for (size_t k = 0; k < c->len && found == SIZE_MAX; k++)
			if (!done[k] && is_rename(&c->at[i], &c->at[k]))
				found = k;
		if (found != SIZE_MAX)
			done[found] = true;
		assert_int_equal(to[i], found);
	}
}

static void random_commits(void **state)
{
	static const char *const dirs[] = {".agent/cache/stories/INFRA", ".agent/cache/plans/INFRA",
					   ".agent/adrs"};
	const char *given = getenv("GIT_AGENT_SEED");
	unsigned seed = given ? (unsigned)strtoul(given, NULL, 10) : (unsigned)time(NULL);

	printf("# GIT_AGENT_SEED=%u\n", seed);
	srandom(seed);
	for (int round = 0; round < 3000; round++) {
		int n = (int)(random() % 30);
		struct git_changes c = {mem_alloc(31 * sizeof(*c.at)), 0};

		for (int i = 0; i < n; i++)
			put(&c, dirs[random() % 3], (int)(random() % 5), i, (int)(random() % 4),
			    (int)(random() % 4));
		expect_pairs(&c);
		git_changes_release(&c);
	}
}

/* 40,000 files from one directory into another: by pairs that would be 1,600 million questions. */
static void a_directory_is_renamed(void **state)
{
	enum { FILES = 40000 };
	struct git_changes c = {mem_alloc(2 * FILES * sizeof(*c.at)), 0};
	scoped_free size_t *to = NULL;

	for (int i = 0; i < FILES; i++)
		put(&c, ".agent/cache/stories/NEW", 0, i, 0, i + 1);
	for (int i = 0; i < FILES; i++)
		put(&c, ".agent/cache/stories/OLD", 0, i, i + 1, 0);
	to = renames_find(&c, kinds);
	for (size_t i = 0; i < FILES; i++)
		assert_int_equal(to[FILES + i], i);
	git_changes_release(&c);
}

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_commits),
		cmocka_unit_test(a_directory_is_renamed),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("sync renames", tests, setup, teardown);
}
