/* Where links lead to, and how a path is written in one. */
#include "artifact/destinations.h"
#include "util/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void finds(void **state)
{
	static const char *const cases[][2] = {
		{"[a](b.md) and ![c](d/e.png \"title\")\n", "b.md d/e.png "},
		{"- [a](../x.md#top) [b](y.md?raw)\n", "../x.md y.md "},
		{"[a](<b c.md>) [a](b(1).md) [a]( b.md )\n", "b c.md b(1).md b.md "},
		{"[a]: ../b.md \"title\"\n[c]: <d e.md>\n", "../b.md d e.md "},
		{"# [a](b.md)\r\n", "b.md "},
		{"[a](https://x/y) [b](mailto:x) [c](#top) [d](//host/x) [e]()\n", ""},
		{"`[a](b.md)` ``[a](`b.md)`` [c](d.md) ` [e](f.md)\n", "d.md f.md "},
		{"```\n[a](b.md)\n```\n    [a](b.md)\n<!-- [a](b.md) -->\n", ""},
		{"\\[a\\](b.md) [a](b\\ c.md) [a](<b\n", ""},
		{"---\nlink: [a](b.md)\n---\n[a](c.md)", "c.md "},
		{"[a](b.md", "b.md "},
		{"[](/.agent/x.md)", "/.agent/x.md "},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *text = cases[i][0];
		struct destinations d;
		struct mem_stream out;
		char *got;

		destinations_find(&d, slice_str(text));
		mem_stream_open(&out);
		for (size_t k = 0; k < d.len; k++)
			if (d.at[k].path)
				fprintf(out.file, "%.*s ", (int)(d.at[k].at.to - d.at[k].at.from),
					text + d.at[k].at.from);
		got = mem_stream_close(&out, NULL);
		if (strcmp(got, cases[i][1]) != 0)
			fail_msg("%s: %s instead of %s", text, got, cases[i][1]);
		free(got);
		destinations_release(&d);
	}
}

static void paths(void **state)
{
	static const struct {
		const char *dir, *written, *path, *again;	/* again NULL: as written */
	} cases[] = {
		{"a/b", "c.md", "a/b/c.md", NULL},
		{"a/b", "./c.md", "a/b/c.md", "c.md"},
		{"a/b", "../c.md", "a/c.md", NULL},
		{"a/b", "../../c.md", "c.md", NULL},
		{"a/b", "../bc/d.md", "a/bc/d.md", NULL},
		{"a/bc", "../b/d.md", "a/b/d.md", NULL},
		{"a/b", "c/d%20e.md", "a/b/c/d e.md", NULL},
		{"", "a/b.md", "a/b.md", NULL},
		{"", "a.md", "a.md", NULL},
		{"a/b", "/a/b/c.md", "a/b/c.md", "c.md"},
		{"a/b", "../../../c.md", NULL, NULL},
		{"a", "x/../../b.md", "b.md", "../b.md"},
		{"a", "100%.md", "a/100%.md", "100%25.md"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char *path = destination_resolve(cases[i].dir, slice_str(cases[i].written));
		char *again = path ? destination_relative(cases[i].dir, path) : NULL;
		const char *want = cases[i].again ? cases[i].again : cases[i].written;

		if (!cases[i].path) {
			assert_null(path);
			continue;
		}
		assert_string_equal(path, cases[i].path);
		assert_string_equal(again, want);
		free(path);
		free(again);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(finds), cmocka_unit_test(paths)};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
