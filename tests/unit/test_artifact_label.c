#include "artifact/label.h"
#include "artifact/revision.h"
#include "util/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

static void parses_labels(void **state)
{
	static const char *const bad[] = {
		"",
		"INFRA",
		"INFRA-",
		"-042",
		"infra-042",
		"1A-042",
		"INFRA-042x",
		"INFRA-1234567890",
		"INFRA-042 ",
		"INFRA_-",
		"INFRA-~k3f",
		"INFRA-~k3f99",
		"INFRA-~K3F9",
		"A23456789B23456789C23456789D23456-1",
		NULL,
	};
	struct label l;

	assert_true(label_parse(&l, slice_str("INFRA-042")));
	assert_string_equal(l.text, "INFRA-042");
	assert_string_equal(l.scope, "INFRA");
	assert_int_equal(l.num, 42);
	assert_true(label_parse(&l, slice_str("A_1-123456789")));
	assert_int_equal(l.num, 123456789);
	assert_true(label_parse(&l, slice_str("A23456789B23456789C23456789D2345-~k3f9")));
	assert_int_equal(l.num, -1);
	for (const char *const *b = bad; *b; b++)
		assert_false(label_parse(&l, slice_str(*b)));
	assert_int_equal(l.num, -1);
}

static void finds_labels_in_file_names(void **state)
{
	struct label l;

	assert_true(label_of_path(&l, ".agent/cache/stories/INFRA/INFRA-042-smart-router.md"));
	assert_string_equal(l.text, "INFRA-042");
	assert_true(label_of_path(&l, "INFRA-018.md"));
	assert_true(label_of_path(&l, "x/WEB-~ab12-y.md"));
	assert_string_equal(l.text, "WEB-~ab12");
	assert_false(label_of_path(&l, "INFRA-042/128-implement.md"));
	assert_false(label_of_path(&l, "INFRA-042x.md"));
	assert_false(label_of_path(&l, "README.md"));
}

static void makes_labels_and_paths(void **state)
{
	char text[LABEL_MAX + 1];
	struct kind kind = {
		.dir = (char *)".agent/cache/stories", .suffix = (char *)".md", .scoped = true};
	static const char *const titles[][2] = {
		{"Smart  Router: v2!", "smart-router-v2"},
		{"\xC3\x84rger \xE2\x80\x94 50%", "rger-50"},
		{"***", "untitled"},
		{"aaaaaaaaa bbbbbbbbb ccccccccc ddddddddd eeeeeeeee fffffffff ggggggggg",
		 "aaaaaaaaa-bbbbbbbbb-ccccccccc-ddddddddd-eeeeeeeee-fffffffff"},
		{"aaaaaaaaa bbbbbbbbb ccccccccc ddddddddd eeeeeeeee fffffff ggggggggg",
		 "aaaaaaaaa-bbbbbbbbb-ccccccccc-ddddddddd-eeeeeeeee-fffffff"},
	};
	struct label l;

	label_format(text, "INFRA", 7);
	assert_string_equal(text, "INFRA-007");
	label_format(text, "INFRA", 12345);
	assert_string_equal(text, "INFRA-12345");
	label_provisional(text, "INFRA", "k3f9");
	assert_string_equal(text, "INFRA-~k3f9");
	assert_true(label_parse(&l, slice_str("INFRA-007")));
	for (size_t i = 0; i < sizeof(titles) / sizeof(*titles); i++) {
		scoped_free char *path = label_path(&kind, &l, titles[i][0]);
		scoped_free char *expected =
			mem_printf(".agent/cache/stories/INFRA/INFRA-007-%s.md", titles[i][1]);

		assert_string_equal(path, expected);
	}
}

static struct revision sample(void)
{
	return (struct revision){
		.oid = hash_blob(slice_str("text")),
		.path = mem_strdup(".agent/adrs/ADR-001-x.md"),
		.author = mem_strdup("A <a@example.org>"),
		.time = 1764000000,
		.how = HOW_EDIT,
		.message = mem_strdup(""),
	};
}

static void seal_covers_every_field(void **state)
{
	static const char uid[] = "123e4567-e89b-42d3-a456-426614174000";
	struct revision r = sample(), c = revision_copy(&r);
	struct rev_id a = {"aa"}, b = {"bb"}, first;

	revision_seal(&r, uid);
	/* Other clones compute the same id: it can never change. */
	assert_string_equal(r.id.hex,
			    "f84e77997e43ca8b646a24d689c598275620f7f68f64c0b48b17d2a4fcba24d0");
	revision_seal(&c, uid);
	assert_true(rev_eq(&r.id, &c.id));
	first = r.id;
	r.parents[0] = b, r.parents[1] = a;
	c.parents[0] = a, c.parents[1] = b;
	revision_seal(&r, uid);
	revision_seal(&c, uid);
	assert_true(rev_eq(&r.id, &c.id) && rev_eq(&r.parents[0], &a));
	assert_false(rev_eq(&r.id, &first));
	c.parents[0].hex[0] = '\0'; /* an absent parent goes last */
	revision_seal(&c, uid);
	assert_true(rev_eq(&c.parents[0], &b) && revision_nr_parents(&c) == 1);
	revision_release(&c);
#define CHANGES(change)                             \
	do {                                        \
		c = revision_copy(&r);              \
		change;                             \
		revision_seal(&c, uid);             \
		assert_false(rev_eq(&c.id, &r.id)); \
		revision_release(&c);               \
	} while (0)
	CHANGES(c.how = HOW_HAND);
	CHANGES(c.time++);
	CHANGES(c.oid.hex[0] = '\0');
	CHANGES(c.path[0] = 'x');
	CHANGES(c.author[0] = 'x');
	CHANGES(free(c.message); c.message = mem_strdup("m"));
	c = revision_copy(&r);
	revision_seal(&c, "other");
	assert_false(rev_eq(&c.id, &r.id));
	revision_release(&c);
	revision_release(&r);
}

static void how_names_round_trip(void **state)
{
	enum revision_how how;

	for (int i = HOW_CREATE; i <= HOW_DELETE; i++) {
		assert_true(revision_how_parse(&how, revision_how_name((enum revision_how)i)));
		assert_int_equal(how, i);
	}
	assert_false(revision_how_parse(&how, "nothing"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses_labels),
		cmocka_unit_test(finds_labels_in_file_names),
		cmocka_unit_test(makes_labels_and_paths),
		cmocka_unit_test(seal_covers_every_field),
		cmocka_unit_test(how_names_round_trip),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("artifact label", tests, NULL, NULL);
}
