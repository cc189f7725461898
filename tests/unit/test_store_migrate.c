/* An older schema: backup, steps on a copy, check, swap; and a crash at every point of it. */
#include "test_store_help.h"
#include "store/migrate.h"

/* Version 5 of a later program: this schema and one step more. */
static const struct migrate_step steps[] = {
	{1, "CREATE TABLE newborn (a)"},
	{2, "CREATE TABLE middle (a)"},
	{3, "CREATE TABLE third (a)"},
	{4, "CREATE TABLE fourth (a)"},
	{5, "ALTER TABLE artifact ADD COLUMN colour TEXT NOT NULL DEFAULT 'red';"
	    "CREATE TABLE added (a TEXT) STRICT;"},
};
static const struct schema later = {.version = 5, .sql = "", .steps = steps, .nr_steps = 5};

static const struct migrate_step losing[] = {{5, "DELETE FROM meta"}};
static const struct schema bad_rows = {.version = 5, .sql = "", .steps = losing, .nr_steps = 1};
static const struct migrate_step breaking[] = {{5, "CREATE TABLE half (a); SELECT 1 FROM nowhere"}};
static const struct schema bad_sql = {.version = 5, .sql = "", .steps = breaking, .nr_steps = 1};
static const struct migrate_step unlinking[] = {
	{5, "DELETE FROM blob; INSERT INTO blob VALUES ('other', x'00')"}};
static const struct schema bad_keys = {.version = 5, .sql = "", .steps = unlinking, .nr_steps = 1};
static const struct schema no_way = {.version = 6, .sql = "", .steps = steps, .nr_steps = 5};

static void make_old(void)
{
	struct store *s = open_store(STORE_CREATE);
	struct revision r;
	struct art a;

	OK(store_begin(s));
	OK(store_meta_set(s, "k", "v"));
	r = make_rev(s, UID_A, "text", NULL, NULL);
	OK(store_rev_put(s, UID_A, &r));
	a = make_art(UID_A, "A-001", &r);
	OK(store_art_put(s, &a));
	OK(store_commit(s));
	revision_release(&r);
	store_close(s);
}

static void is_migrated(void)
{
	struct store *s = NULL;
	struct art a = {.num = 0};
	scoped_free char *tmp = mem_printf("%s.migrate", file);
	scoped_free char *kept = mem_printf("%s.before-v5", file);
	scoped_free char *old = sql_value(kept, "SELECT value FROM meta, pragma_user_version"
						" WHERE user_version = 4");

	assert_string_equal(old, "v");
	OK(migrate_open(&s, file, STORE_WRITE, &later));
	OK(store_art_get(&a, s, UID_A));
	assert_string_equal(a.title, "Title");
	art_release(&a);
	OK(store_verify(s));
	store_close(s);
	is_sql("SELECT colour FROM artifact", "red");
	is_sql("PRAGMA user_version", "5");
	is_sql("PRAGMA journal_mode", "wal");
	assert_int_not_equal(access(tmp, F_OK), 0);
}

static void test_step(void **state)
{
	struct store *s = NULL;
	struct stat before, after;

	make_old();
	assert_int_equal(chmod(file, 0640), 0);
	assert_int_equal(stat(file, &before), 0);
	OK(migrate_open(&s, file, STORE_READ, &later));
	store_close(s);
	assert_int_equal(stat(file, &after), 0);
	assert_int_equal(before.st_mode, after.st_mode);
	is_migrated();
	FAILS(store_open(&s, file, STORE_READ), ERR_REFUSED, "newer git-agent (schema 5");
}

#define INDEXES "SELECT group_concat(name, ' ') FROM (SELECT name FROM sqlite_schema" \
		" WHERE type = 'index' ORDER BY name)"

static char *columns_of(const char *table)
{
	scoped_free char *sql = mem_printf("SELECT group_concat(name || type || \"notnull\" || pk)"
					   " FROM pragma_table_info('%s')", table);

	return sql_value(file, sql);
}

/* What the program's own steps make of version 1 is what it makes anew, indexes included. */
static void test_own_steps(void **state)
{
	static const char *const tables[] = {"operation_step", "operation", "approval"};
	char *anew[3], *migrated;
	scoped_free char *indexes = NULL;
	struct store *s = NULL;

	make_old();
	indexes = sql_value(file, INDEXES);
	for (int i = 0; i < 3; i++) {
		scoped_free char *drop = mem_printf("DROP TABLE %s", tables[i]);

		anew[i] = columns_of(tables[i]);
		free(sql_value(file, drop));
	}
	free(sql_value(file, "DROP INDEX artifact_dirty"));
	free(sql_value(file, "PRAGMA user_version = 1"));
	s = open_store(STORE_WRITE);
	OK(store_verify(s));
	store_close(s);
	for (int i = 0; i < 3; i++) {
		migrated = columns_of(tables[i]);
		assert_true(strlen(anew[i]) > 0);
		assert_string_equal(anew[i], migrated);
		free(migrated);
		free(anew[i]);
	}
	is_sql(INDEXES, indexes);
	is_sql("SELECT value FROM meta", "v");
}

/* A version 0 with a table or two of its own, through both steps. */
static void test_from_zero(void **state)
{
	struct store *s = NULL;

	free(sql_value(file, "PRAGMA journal_mode = WAL"));
	free(sql_value(file, "CREATE TABLE artifact (uid TEXT)"));
	free(sql_value(file, "INSERT INTO artifact VALUES ('a'), ('b')"));
	free(sql_value(file, "PRAGMA application_id = 1734436724"));
	OK(migrate_open(&s, file, STORE_WRITE, &later));
	store_close(s);
	is_sql("SELECT count(colour) FROM artifact, newborn RIGHT JOIN (SELECT 1)", "0");
	is_sql("SELECT count(colour) FROM artifact", "2");
}

static void test_refused_steps(void **state)
{
	struct store *s = NULL;

	make_old();
	FAILS(migrate_open(&s, file, STORE_WRITE, &bad_rows), ERR_CORRUPT,
	      "meta; nothing was changed");
	FAILS(migrate_open(&s, file, STORE_WRITE, &bad_sql), ERR_FATAL, "nowhere");
	FAILS(migrate_open(&s, file, STORE_WRITE, &bad_keys), ERR_CORRUPT, "foreign keys");
	FAILS(migrate_open(&s, file, STORE_WRITE, &no_way), ERR_REFUSED, "cannot bring");
	s = open_store(STORE_WRITE);	/* the old program still works with it */
	OK(store_verify(s));
	store_close(s);
	is_sql("SELECT value FROM meta", "v");
	is_sql("SELECT count(*) FROM sqlite_schema WHERE name = 'half'", "0");
}

static int migrate_main(const char *path)
{
	struct store *s = NULL;
	err_t err = migrate_open(&s, path, STORE_WRITE, &later);

	if (err) {
		fprintf(stderr, "# %s\n", err->text);
		return 1;
	}
	store_close(s);
	return 0;
}

static void test_crash_at_every_point(void **state)
{
	int points = 0, status;

	do {
		struct store *s = NULL;
		char *value;
		err_t err;

		drop_dir(state);
		make_dir(state);
		make_old();
		status = run_with_fault(++points, "migrate", file);
		/* the old program or the new one opens it, with everything in it */
		err = store_open(&s, file, STORE_READ);
		if (err)
			err = (FAILS(err, ERR_REFUSED, "newer"),
			       migrate_open(&s, file, STORE_READ, &later));
		OK(err);
		OK(store_meta_get(&value, s, "k"));
		assert_string_equal(value, "v");
		free(value);
		OK(store_verify(s));
		store_close(s);
		assert_int_equal(run_with_fault(0, "migrate", file), 0);
		is_migrated();
	} while (status == 137);
	assert_int_equal(status, 0);
	print_message("# %d crash points\n", points - 1);
	assert_true(points > 6);
}

/* In use: it waits, and nothing that was written meanwhile is lost. */
static void test_another_has_it_open(void **state)
{
	struct store *s;
	pid_t pid;

	make_old();
	s = open_store(STORE_WRITE);
	OK(store_begin(s));
	pid = start_again(0, "migrate", file);
	usleep(200000);
	OK(store_meta_set(s, "k", "newer"));
	OK(store_commit(s));
	store_close(s);
	assert_int_equal(wait_for(pid), 0);
	is_sql("SELECT value FROM meta, pragma_user_version WHERE user_version = 5", "newer");
}

static void test_several_at_once(void **state)
{
	pid_t pids[4];

	make_old();
	for (int i = 0; i < 4; i++)
		pids[i] = start_again(0, "migrate", file);
	for (int i = 0; i < 4; i++)
		assert_int_equal(wait_for(pids[i]), 0);
	is_migrated();
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TEST(test_step),
		TEST(test_own_steps),
		TEST(test_from_zero),
		TEST(test_refused_steps),
		TEST(test_crash_at_every_point),
		TEST(test_another_has_it_open),
		TEST(test_several_at_once),
	};

	if (argc == 3)
		return migrate_main(argv[2]);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
