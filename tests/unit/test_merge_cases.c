/*
 * tests/merge/<case>/: base.md, ours.md, theirs.md and expect.md. The kind is what the name begins
 * with ("plan-..."); "text-..." has none. A clean case must come out the same with sides swapped.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "artifact/kind.h"
#include "merge/merge.h"
#include "util/mem.h"
#include "util/strs.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct slice read_file(const char *dir, const char *name)
{
	char *path = mem_printf("tests/merge/%s/%s", dir, name);
	FILE *f = fopen(path, "rb");
	struct mem_stream s;
	struct slice text;
	int c;

	if (!f)
		fail_msg("%s: cannot be read", path);
	mem_stream_open(&s);
	while ((c = fgetc(f)) != EOF)
		fputc(c, s.file);
	fclose(f);
	free(path);
	text.at = mem_stream_close(&s, &text.len);
	return text;
}

static void run_case(const char *dir, const struct kinds *kinds)
{
	struct slice base = read_file(dir, "base.md"), ours = read_file(dir, "ours.md");
	struct slice theirs = read_file(dir, "theirs.md"), want = read_file(dir, "expect.md");
	char *kind = mem_strndup(dir, strcspn(dir, "-"));
	struct merge_options o = {.kind = kinds_find(kinds, kind)};
	struct merge_result r = merge3(base, ours, theirs, &o);
	struct merge_result swapped = merge3(base, theirs, ours, &o);

	if (!slice_eq(slice_of(r.bytes, r.len), want))
		fail_msg("%s: got\n%s", dir, r.bytes);
	assert_int_equal(r.clean, !strstr(want.at, "<<<<<<< "));
	assert_int_equal(r.clean, swapped.clean);
	if (r.clean)
		assert_string_equal(r.bytes, swapped.bytes);
	assert_int_equal(r.conflicts, swapped.conflicts);
	merge_result_release(&r);
	merge_result_release(&swapped);
	free(kind);
	free((char *)base.at);
	free((char *)ours.at);
	free((char *)theirs.at);
	free((char *)want.at);
}

static void test_cases(void **state)
{
	struct kinds *kinds = kinds_new();
	DIR *dir = opendir("tests/merge");
	const struct dirent *entry;
	struct strs names = {0};

	assert_non_null(dir);
	while ((entry = readdir(dir)))
		if (entry->d_type == DT_DIR && entry->d_name[0] != '.' &&
		    strchr(entry->d_name, '-'))
			strs_add(&names, entry->d_name);
	closedir(dir);
	strs_sort(&names);
	for (size_t i = 0; i < names.len; i++)
		run_case(names.at[i], kinds);
	printf("# %zu cases\n", names.len);
	assert_true(names.len > 0);
	strs_release(&names);
	kinds_free(kinds);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_cases)};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
