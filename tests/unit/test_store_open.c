/* Opening, transactions, other processes, and files that are not what they should be. */
#include "test_store_help.h"
#include "util/clock.h"

static struct store *nothing;

/* In a child, so that it ends without any cleaning up: a crash. */
static int in_child(void (*fn)(void))
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		fn();
		_exit(0);
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void overwrite(off_t at, const char *bytes, size_t len)
{
	int fd = open(file, O_WRONLY | O_CREAT, 0666);

	assert_int_equal(pwrite(fd, bytes, len, at), (ssize_t)len);
	close(fd);
}

static void make_filled(void)
{
	struct store *s = open_store(STORE_CREATE);
	struct oid oid;

	OK(store_begin(s));
	for (int i = 0; i < 200; i++) {
		scoped_free char *text = mem_printf("text %d %0900d", i, i);

		OK(store_text_put(&oid, s, slice_str(text)));
	}
	OK(store_meta_set(s, "k", "v"));
	OK(store_commit(s));
	store_close(s);
}

static void test_create_and_reopen(void **state)
{
	struct store *s;
	char *value;

	FAILS(store_open(&nothing, file, STORE_READ), ERR_NOTFOUND, file);
	FAILS(store_open(&nothing, file, STORE_WRITE), ERR_NOTFOUND, file);
	assert_int_not_equal(access(file, F_OK), 0);
	s = open_store(STORE_CREATE);
	is_sql("PRAGMA journal_mode", "delete");	/* until the first import is over */
	OK(store_begin(s));
	OK(store_meta_set(s, "k", "v"));
	OK(store_commit(s));
	store_close(s);
	is_sql("PRAGMA journal_mode", "wal");
	is_sql("PRAGMA user_version", "4");
	is_sql("PRAGMA application_id", "1734436724");

	s = open_store(STORE_READ);
	OK(store_meta_get(&value, s, "k"));
	assert_string_equal(value, "v");
	free(value);
	FAILS(store_begin(s), ERR_FATAL, "reading");
	store_close(s);
	s = open_store(STORE_WRITE);
	OK(store_verify(s));
	store_close(s);
	store_close(NULL);
	OK(store_open(&s, ":memory:", STORE_CREATE));
	OK(store_verify(s));
	store_close(s);
}

static void test_nested_and_rollback(void **state)
{
	struct store *s = open_store(STORE_CREATE);
	char *value;

	store_rollback(s);
	OK(store_begin(s));
	OK(store_begin(s));
	OK(store_meta_set(s, "a", "1"));
	OK(store_commit(s));
	is_sql("SELECT count(*) FROM meta", "0");
	OK(store_commit(s));
	is_sql("SELECT count(*) FROM meta", "1");

	OK(store_begin(s));
	OK(store_begin(s));
	OK(store_meta_set(s, "a", "2"));
	store_rollback(s);	/* of all of it: the outer one cannot be committed any more */
	FAILS(store_commit(s), ERR_FATAL, "rolled back");
	store_rollback(s);
	OK(store_meta_get(&value, s, "a"));
	assert_string_equal(value, "1");
	free(value);
	OK(store_begin(s));
	OK(store_meta_set(s, "a", "3"));
	store_close(s);
	is_sql("SELECT value FROM meta WHERE key = 'a'", "1");
}

static void crash_inside(void)
{
	struct store *s = open_store(STORE_WRITE);

	OK(store_begin(s));
	OK(store_meta_set(s, "k", "lost"));
	_exit(7);
}

static void crash_after(void)
{
	struct store *s = open_store(STORE_WRITE);

	OK(store_begin(s));
	OK(store_meta_set(s, "k", "kept"));
	OK(store_commit(s));
	_exit(7);
}

static int create_main(const char *path)
{
	err_free(store_open(&nothing, path, STORE_CREATE));
	return 0;
}

static void test_crashes(void **state)
{
	struct store *s;

	assert_int_equal(run_with_fault(1, "create", file), 137);
	FAILS(store_open(&nothing, file, STORE_WRITE), ERR_NOTFOUND, file);
	make_filled();
	assert_int_equal(in_child(crash_inside), 7);
	is_sql("SELECT value FROM meta", "v");
	assert_int_equal(in_child(crash_after), 7);
	s = open_store(STORE_WRITE);
	OK(store_verify(s));
	store_close(s);
	is_sql("SELECT value FROM meta", "kept");
}

static int hold_main(const char *path)
{
	scoped_free char *held = mem_printf("%s.held", path);
	struct store *s = NULL;

	OK(store_open(&s, path, STORE_WRITE));
	OK(store_begin(s));
	OK(store_meta_set(s, "k", "first"));
	close(open(held, O_CREAT | O_WRONLY, 0666));
	usleep(300000);
	OK(store_commit(s));
	store_close(s);
	return 0;
}

static void test_second_writer_waits(void **state)
{
	struct store *s;
	char *value;
	scoped_free char *held = NULL;
	int64_t start;
	pid_t pid;

	make_filled();
	s = open_store(STORE_WRITE);
	held = mem_printf("%s.held", file);
	pid = start_again(0, "hold", file);
	while (access(held, F_OK) != 0)
		usleep(1000);
	OK(store_meta_get(&value, s, "k"));	/* readers do not wait */
	assert_string_equal(value, "v");
	free(value);
	start = clock_monotonic_ns();
	OK(store_begin(s));
	assert_true(clock_monotonic_ns() - start > 100000000);
	OK(store_meta_get(&value, s, "k"));
	assert_string_equal(value, "first");
	free(value);
	store_rollback(s);
	assert_int_equal(wait_for(pid), 0);
	store_close(s);
}

static void test_busy(void **state)
{
	struct store *a, *b;

	make_filled();
	a = open_store(STORE_WRITE);
	b = open_store(STORE_WRITE);
	OK(store_begin(a));
	sqlite3_busy_timeout(b->db, 20);
	FAILS(store_begin(b), ERR_BUSY, "another git-agent process");
	store_rollback(a);
	OK(store_begin(b));
	store_rollback(b);
	store_close(a);
	store_close(b);
}

static void test_replaced_file(void **state)
{
	struct store *s;

	make_filled();
	s = open_store(STORE_WRITE);
	unlink(file);
	FAILS(store_begin(s), ERR_BUSY, "made anew");
	store_close(s);
}

static void test_newer_and_foreign(void **state)
{
	err_t err;

	make_filled();
	free(sql_value(file, "PRAGMA user_version = 9"));
	err = store_open(&nothing, file, STORE_CREATE);
	assert_non_null(err);
	assert_string_equal(err->hint, "upgrade git-agent");
	FAILS(err, ERR_REFUSED, "schema 9, this program knows 4");
	free(sql_value(file, "PRAGMA user_version = 4"));
	free(sql_value(file, "PRAGMA application_id = 5"));
	FAILS(store_open(&nothing, file, STORE_WRITE), ERR_CORRUPT, "another program");
	free(sql_value(file, "PRAGMA user_version = 0"));
	FAILS(store_open(&nothing, file, STORE_CREATE), ERR_CORRUPT, "another program");
}

static void test_not_a_database(void **state)
{
	static const char text[] =
		"This is a text file, and not a short one: it has more than a header.";
	enum store_open how[] = {STORE_READ, STORE_WRITE, STORE_CREATE};
	err_t err;

	for (off_t at = 0; at < 2000; at += (off_t)sizeof(text))
		overwrite(at, text, sizeof(text));
	for (int i = 0; i < 3; i++) {
		err = store_open(&nothing, file, how[i]);
		assert_non_null(err);
		assert_non_null(strstr(err->hint, "git agent rebuild"));
		FAILS(err, ERR_CORRUPT, file);
	}
}

static void test_truncated(void **state)
{
	struct store *s = NULL;
	struct stat st;
	err_t err;

	make_filled();
	assert_int_equal(stat(file, &st), 0);
	for (off_t len = st.st_size - 4096; len > 0; len -= 8192) {
		assert_int_equal(truncate(file, len), 0);
		err = store_open(&s, file, STORE_READ);
		if (!err) {
			err = store_verify(s);
			store_close(s);
		}
		FAILS(err, ERR_CORRUPT, "damaged");
	}
	assert_int_equal(truncate(file, 50), 0);
	FAILS(store_open(&s, file, STORE_WRITE), ERR_CORRUPT, file);
	assert_int_equal(truncate(file, 0), 0);	/* nothing in it: as if it were not there */
	FAILS(store_open(&s, file, STORE_WRITE), ERR_NOTFOUND, file);
	OK(store_open(&s, file, STORE_CREATE));
	store_close(s);
}

/* A flipped bit never crashes us, and in a text it is noticed (the rest is unused space mostly). */
static void test_bit_flips(void **state)
{
	unsigned seed = (unsigned)getpid();
	int noticed = 0, flips = 300;
	scoped_free char *bytes = NULL;
	struct stat st;

	print_message("# seed %u\n", seed);
	make_filled();
	assert_int_equal(stat(file, &st), 0);
	bytes = mem_alloc((size_t)st.st_size);
	{
		int fd = open(file, O_RDONLY);

		assert_int_equal(read(fd, bytes, (size_t)st.st_size), st.st_size);
		close(fd);
	}
	for (int i = 0; i < flips; i++) {
		size_t at = (size_t)rand_r(&seed) % (size_t)st.st_size;
		char flipped = (char)(bytes[at] ^ (1 << rand_r(&seed) % 8));
		struct store *s = NULL;
		err_t err;

		overwrite((off_t)at, &flipped, 1);
		err = store_open(&s, file, STORE_READ);
		if (!err)
			err = store_verify(s);
		noticed += err != NULL;
		err_free(err);
		store_close(s);
		overwrite(0, bytes, (size_t)st.st_size);
	}
	print_message("# %d of %d noticed\n", noticed, flips);
	assert_true(noticed > flips / 4);
}

static void test_damaged_text(void **state)
{
	struct store *s;

	make_filled();
	free(sql_value(file, "UPDATE blob SET bytes = CAST('x' AS BLOB) WHERE rowid = 3"));
	s = open_store(STORE_READ);
	FAILS(store_verify(s), ERR_CORRUPT, "is now");
	store_close(s);
	free(sql_value(file, "DELETE FROM blob WHERE rowid = 3"));
	free(sql_value(
		file,
		"INSERT INTO artifact VALUES ('u','k','','',0,'p','','','head','',0,0,'',0,'','',"
		"NULL)"));
	s = open_store(STORE_READ);
	FAILS(store_verify(s), ERR_CORRUPT, "artifact 'p'");
	store_close(s);
}

static void as_another_user(void)
{
	struct store *s = NULL;
	char *value = NULL;
	err_t err;

	if (setresuid(65534, 65534, 65534) != 0)
		_exit(0);
	OK(store_open(&s, file, STORE_READ));
	OK(store_meta_get(&value, s, "k"));
	if (!value || strcmp(value, "v") != 0)
		_exit(2);
	free(value);
	store_close(s);
	err = store_open(&s, file, STORE_WRITE);
	if (!err)
		err = store_begin(s);
	_exit(err && strstr(err->text, file) && err->code == ERR_FATAL ? 0 : 3);
}

static void test_read_only_directory(void **state)
{
	make_filled();
	assert_int_equal(chmod(file, 0444), 0);
	assert_int_equal(chmod(dir, 0555), 0);
	assert_int_equal(in_child(as_another_user), 0);
	assert_int_equal(chmod(dir, 0755), 0);
}

static void test_odd_paths(void **state)
{
	struct store *s;
	char odd[160];

	snprintf(odd, sizeof(odd), "%s/missing/agent.db", dir);
	FAILS(store_open(&s, odd, STORE_CREATE), ERR_FATAL, odd);
	FAILS(store_open(&s, dir, STORE_WRITE), ERR_FATAL, dir);
	snprintf(odd, sizeof(odd), "%s/a?b#c%%20 d.db", dir);
	OK(store_open(&s, odd, STORE_CREATE));
	store_close(s);
	assert_int_equal(access(odd, F_OK), 0);
}

static void test_disk_full(void **state)
{
	struct store *s = open_store(STORE_CREATE);
	static char big[200000];
	struct oid oid;

	OK(db_exec(s, "PRAGMA max_page_count = 60"));
	OK(store_begin(s));
	OK(store_meta_set(s, "k", "v"));
	memset(big, 'x', sizeof(big));
	FAILS(store_text_put(&oid, s, slice_of(big, sizeof(big))), ERR_FATAL, "no space left");
	store_rollback(s);
	OK(store_begin(s));
	OK(store_meta_set(s, "k", "v"));
	OK(store_commit(s));
	OK(store_verify(s));
	store_close(s);
}

/* libm is not there before somebody asks for it. */
static void test_mathematics(void **state)
{
	struct store *s = open_store(STORE_CREATE);
	int64_t n;

	if (sqlite3_compileoption_used("ENABLE_MATH_FUNCTIONS")) {
		OK(db_pragma(&n, s, "SELECT cast(pow(2, 10) + sqrt(16) + cos(0) AS INTEGER)"));
		assert_int_equal(n, 1029);
		OK(db_pragma(&n, s, "SELECT sqrt(-1) IS NULL"));
		assert_int_equal(n, 1);
	}
	store_close(s);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TEST(test_create_and_reopen), TEST(test_nested_and_rollback), TEST(test_crashes),
		TEST(test_second_writer_waits), TEST(test_busy), TEST(test_replaced_file),
		TEST(test_newer_and_foreign), TEST(test_not_a_database), TEST(test_truncated),
		TEST(test_bit_flips), TEST(test_damaged_text), TEST(test_read_only_directory),
		TEST(test_odd_paths), TEST(test_disk_full),
		TEST(test_mathematics),
	};

	if (argc == 3)
		return strcmp(argv[1], "hold") == 0 ? hold_main(argv[2]) : create_main(argv[2]);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
