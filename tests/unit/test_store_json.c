/* JSON from the remote: exact, nested, and hostile. */
#include "test_store_help.h"

static struct store *s;

static void is(const char *json, const char *path, const char *want)
{
	char *value = NULL;

	OK(store_json_get(&value, s, json, path));
	if (want) {
		assert_non_null(value);
		assert_string_equal(value, want);
	} else {
		assert_null(value);
	}
	free(value);
}

static void is_corrupt(const char *json, const char *path)
{
	char *value = (char *)"untouched";
	struct strs list = {0};

	FAILS(store_json_get(&value, s, json, path), ERR_CORRUPT, "answer");
	assert_string_equal(value, "untouched");
	FAILS(store_json_array(&list, s, json, path), ERR_CORRUPT, "answer");
	assert_int_equal(list.len, 0);
}

static void test_values(void **state)
{
	const char *doc =
		"{\"head\": 9007199254740993, \"big\": 9223372036854775807,"
		" \"low\": -9223372036854775808, \"over\": 18446744073709551615, \"real\": 1.50,"
		" \"exp\": 1e3, \"zero\": 0, \"t\": true, \"f\": false, \"n\": null, \"s\": \"\","
		" \"op_id\": \"x\", \"a\": [1, [2, {\"b\": \"c\"}]], \"o\": {\"k\": {\"head\": 7}},"
		" \"q\": \"a\\\"b\\\\u0041\\n\", \"dup\": 1, \"dup\": 2,"
		" \"results\": [{\"status\": \"applied\"}, {\"status\": \"conflict\", \"rev\": "
		"12}]}";

	s = open_store(STORE_CREATE);
	for (int again = 0; again < 2; again++) {
		is(doc, "$.head", "9007199254740993");
		is(doc, "$.big", "9223372036854775807");
		is(doc, "$.low", "-9223372036854775808");
		is(doc, "$.over", "18446744073709551615");
		is(doc, "$.real", "1.50");
		is(doc, "$.exp", "1e3");
		is(doc, "$.zero", "0");
		is(doc, "$.t", "1");
		is(doc, "$.f", "0");
		is(doc, "$.n", NULL);
		is(doc, "$.none", NULL);
		is(doc, "$.none.deeper[3]", NULL);
		is(doc, "$.head.deeper", NULL);
		is(doc, "$.s", "");
		is(doc, "$.op_id", "x");
		is(doc, "$.\"op_id\"", "x");
		is(doc, "$.a", "[1,[2,{\"b\":\"c\"}]]");
		is(doc, "$.a[1][1].b", "c");
		is(doc, "$.a[9]", NULL);
		is(doc, "$.a[#-1][0]", "2");
		is(doc, "$.a.b", NULL);
		is(doc, "$.o[0]", NULL);
		is(doc, "$.o", "{\"k\":{\"head\":7}}");
		is(doc, "$.o.k.head", "7");
		is(doc, "$.q", "a\"b\\u0041\n");
		is(doc, "$.dup", "1");
		is(doc, "$.results[1].status", "conflict");
		is(doc, "$.results[1].rev", "12");
		is(doc, "$.results[0].rev", NULL);
	}
	is("3", "$", "3");
	is("\"x\"", "$", "x");
	is("[]", "$", "[]");
	store_close(s);
}

static void test_unicode(void **state)
{
	char *value = NULL;
	struct strs list = {0};

	s = open_store(STORE_CREATE);
	is("{\"s\":\"caf\\u00e9 \\ud83d\\ude00 \xc3\xa9\"}", "$.s",
	   "caf\xc3\xa9 \xf0\x9f\x98\x80 \xc3\xa9");
	is("{\"\xc3\xa9\":\"x\"}", "$.\xc3\xa9", "x");
	FAILS(store_json_get(&value, s, "{\"s\":\"a\\u0000b\"}", "$.s"), ERR_REFUSED, "NUL");
	FAILS(store_json_array(&list, s, "[\"a\\u0000b\"]", "$"), ERR_CORRUPT, "NUL");
	is("{\"s\":\"a\\\\u0000b\"}", "$.s", "a\\u0000b");
	is("{\"s\":\"a\\u0000b\",\"t\":\"c\"}", "$.t", "c");
	store_close(s);
}

static void test_arrays(void **state)
{
	struct strs list = {0};

	s = open_store(STORE_CREATE);
	OK(store_json_array(&list, s,
			    "{\"rows\":[{\"a\": 1},\"x\\ny\",9007199254740993,null,true,[2]]}",
			    "$.rows"));
	assert_int_equal(list.len, 6);
	assert_string_equal(list.at[0], "{\"a\":1}");
	assert_string_equal(list.at[1], "x\ny");
	assert_string_equal(list.at[2], "9007199254740993");
	assert_string_equal(list.at[3], "");
	assert_string_equal(list.at[4], "1");
	assert_string_equal(list.at[5], "[2]");
	strs_release(&list);
	OK(store_json_array(&list, s, "{\"rows\":{\"a\":1}}", "$.rows"));
	assert_int_equal(list.len, 0);
	OK(store_json_array(&list, s, "{}", "$.rows"));
	assert_int_equal(list.len, 0);
	OK(store_json_array(&list, s, "[\"a\",\"b\"]", "$"));
	assert_int_equal(list.len, 2);
	strs_release(&list);
	store_close(s);
}

static void test_hostile(void **state)
{
	static const char *const bad[] = {"",		" ",	    "{",	  "[1,]",
					  "{\"a\":1}x", "<html>",   "nul",	  "{'a':1}",
					  "[1 2]",	"\"\x01\"", "{\"a\":01}", "\xff\xfe"};
	scoped_free char *deep = mem_alloc(200001);
	scoped_free char *value = NULL;

	s = open_store(STORE_CREATE);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		is_corrupt(bad[i], "$.a");
	memset(deep, '[', 200000);
	is_corrupt(deep, "$.a");
	FAILS(store_inbox_stage(s, deep), ERR_CORRUPT, "JSON");
	/* what looks like SQL or a path in a key or a value is a value */
	is("{\"a'); DROP TABLE meta; --\":1,\"x\":\"$.y\"}", "$.x", "$.y");
	FAILS(store_json_get(&value, s, "{}", "no path"), ERR_FATAL, "path");
	OK(store_verify(s));
	store_close(s);
}

/* Random bytes changed in a valid document: an error or a value, never a crash. */
static void test_mangled(void **state)
{
	static const char doc[] =
		"{\"rows\":[{\"rev\":12,\"uid\":\"a\\u00e9\",\"lineage\":[{\"id\":\"x\",\"time\":5}"
		"],"
		"\"deleted\":false}],\"next\":12,\"epoch\":\"e\",\"next_hash\":\"h\"}";
	unsigned seed = (unsigned)getpid();
	int good = 0;

	print_message("# seed %u\n", seed);
	s = open_store(STORE_CREATE);
	for (int i = 0; i < 3000; i++) {
		char copy[sizeof(doc)];
		char *value = NULL;
		err_t err;

		memcpy(copy, doc, sizeof(doc));
		for (int k = rand_r(&seed) % 3; k >= 0; k--)
			copy[(size_t)rand_r(&seed) % (sizeof(doc) - 1)] =
				(char)(1 + rand_r(&seed) % 255);
		err = store_json_get(&value, s, copy, "$.rows[0].lineage[0].id");
		good += !err;
		err_free(err);
		free(value);
	}
	assert_true(good > 300 && good < 2900);
	store_close(s);
}

static void list_inbox(struct strs *rows)
{
	int64_t rev = INT64_MIN;
	char *row = NULL;
	long count;

	*rows = (struct strs){0};
	for (;;) {
		OK(store_inbox_next(&row, &rev, s));
		if (!row)
			break;
		strs_take(rows, row);
	}
	OK(store_inbox_count(&count, s));
	assert_int_equal(count, rows->len);
}

static void test_inbox(void **state)
{
	struct strs rows = {0};
	char *value;

	s = open_store(STORE_CREATE);
	OK(store_inbox_stage(
		s,
		"{\"rows\":[{\"rev\":10,\"uid\":\"b\"},{\"rev\":9007199254740993,\"uid\":\"c\"}],"
		"\"next\":9007199254740993,\"epoch\":\"e\",\"next_hash\":\"h2\"}"));
	OK(store_inbox_stage(s, "{\"rows\":[{\"rev\": 9,\"uid\":\"a\"},{\"rev\":10,\"uid\":\"B\"}],"
				"\"next\":10,\"epoch\":\"e\",\"next_hash\":\"h\"}"));
	list_inbox(&rows);
	assert_int_equal(rows.len, 3);
	assert_string_equal(rows.at[0], "{\"rev\":9,\"uid\":\"a\"}");
	assert_string_equal(rows.at[1], "{\"rev\":10,\"uid\":\"B\"}");
	is(rows.at[2], "$.rev", "9007199254740993");
	strs_release(&rows);
	OK(store_meta_get(&value, s, "cursor"));
	assert_string_equal(value, "10");
	free(value);
	OK(store_meta_get(&value, s, "cursor_hash"));
	assert_string_equal(value, "h");
	free(value);
	/* a page with a fault in it changes neither rows nor cursor */
	FAILS(store_inbox_stage(s, "{\"rows\":[{\"rev\":11},{\"rev\":\"12\"}],\"next\":12}"),
	      ERR_CORRUPT, "row");
	FAILS(store_inbox_stage(s, "{\"rows\":[{\"rev\":11}],\"next\":\"x\",\"epoch\":\"e\"}"),
	      ERR_CORRUPT, "next");
	FAILS(store_inbox_stage(s, "{\"reset\":\"epoch\",\"epoch\":\"e\",\"head\":4}"), ERR_CORRUPT,
	      "next");
	FAILS(store_inbox_stage(s, "{\"rows\":[7],\"next\":12,\"epoch\":\"e\"}"), ERR_CORRUPT,
	      "row");
	FAILS(store_inbox_stage(s, "{\"rows\":[\"x\"],\"next\":12,\"epoch\":\"e\"}"), ERR_CORRUPT,
	      "row");
	FAILS(store_inbox_stage(s, "{\"rows\":[{\"rev\":true}],\"next\":12,\"epoch\":\"e\"}"),
	      ERR_CORRUPT, "row");
	FAILS(store_inbox_stage(s, "{\"rows\":{\"a\":{\"rev\":1}},\"next\":12,\"epoch\":\"e\"}"),
	      ERR_CORRUPT, "row");
	FAILS(store_inbox_stage(
		      s, "{\"rows\":[{\"rev\":18446744073709551615}],\"next\":1,\"epoch\":\"e\"}"),
	      ERR_CORRUPT, "row");
	list_inbox(&rows);
	assert_int_equal(rows.len, 3);
	strs_release(&rows);
	OK(store_begin(s));
	OK(store_inbox_drop(s, 10));
	list_inbox(&rows);
	assert_int_equal(rows.len, 1);
	is(rows.at[0], "$.rev", "9007199254740993");
	strs_release(&rows);
	OK(store_inbox_clear(s));
	OK(store_commit(s));
	list_inbox(&rows);
	assert_int_equal(rows.len, 0);
	store_close(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_values), TEST(test_unicode), TEST(test_arrays), TEST(test_hostile),
		TEST(test_mangled), TEST(test_inbox),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
