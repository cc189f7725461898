/* What the tests of store/ share: a directory for each test, and short ways to make rows. */
#ifndef TEST_STORE_HELP_H
#define TEST_STORE_HELP_H

#include "store/db.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define UID_A "aaaaaaaa-0000-4000-8000-000000000001"
#define UID_B "bbbbbbbb-0000-4000-8000-000000000002"

static char dir[64];
static char file[96];

static inline void ok_at(err_t err, int line)
{
	if (err)
		fail_msg("line %d: %s", line, err->text);
}
#define OK(expr) ok_at((expr), __LINE__)

static inline void fails_at(err_t err, enum err_code code, const char *with, int line)
{
	if (!err)
		fail_msg("line %d: no error", line);
	if (err->code != code || !strstr(err->text, with))
		fail_msg("line %d: code %d: %s", line, (int)err->code, err->text);
	err_free(err);
}
#define FAILS(expr, code, with) fails_at((expr), (code), (with), __LINE__)

static inline int make_dir(void **state)
{
	strcpy(dir, "/tmp/git-agent-store-XXXXXX");
	if (!mkdtemp(dir))
		return -1;
	snprintf(file, sizeof(file), "%s/agent.db", dir);
	*state = NULL;
	return 0;
}

static inline int drop_dir(void **state)
{
	char command[96];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf '%s'", dir);
	return system(command);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, make_dir, drop_dir)

static inline struct store *open_store(enum store_open how)
{
	struct store *s = NULL;

	OK(store_open(&s, file, how));
	return s;
}

/* One value of the database file, read as any user of sqlite3 would. */
static inline char *sql_value(const char *path, const char *sql)
{
	sqlite3 *db = NULL;
	sqlite3_stmt *st = NULL;
	char *value = NULL;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	if (sqlite3_prepare_v2(db, sql, -1, &st, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	if (sqlite3_step(st) == SQLITE_ROW)
		value = db_text(st, 0);
	sqlite3_finalize(st);
	sqlite3_close(db);
	return value ? value : mem_strdup("(none)");
}

static inline void is_sql(const char *sql, const char *want)
{
	scoped_free char *value = sql_value(file, sql);

	assert_string_equal(value, want);
}

/*
 * This program again, with two arguments, to end at the n-th fault point (0: not at all). A mere
 * fork will not do: SQLite forbids connections that live on in a child.
 */
static inline pid_t start_again(int n, const char *what, const char *path)
{
	scoped_free char *number = mem_printf("%d", n);
	pid_t pid = fork();

	if (pid == 0) {
		if (n)
			setenv("GIT_AGENT_FAULT", number, 1);
		execl("/proc/self/exe", "test", what, path, (char *)NULL);
		_exit(99);
	}
	return pid;
}

static inline int wait_for(pid_t pid)
{
	int status = 0;

	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static inline int run_with_fault(int n, const char *what, const char *path)
{
	return wait_for(start_again(n, what, path));
}

/* A sealed revision of uid with its text put. */
static inline struct revision make_rev(struct store *s, const char *uid, const char *text,
				       const struct revision *p1, const struct revision *p2)
{
	struct revision r = {.path = mem_strdup(".agent/stories/A-001.md"),
			     .author = mem_strdup("Ann <a@x>"),
			     .time = 1700000000,
			     .how = HOW_EDIT,
			     .message = mem_strdup("why")};

	if (text)
		OK(store_text_put(&r.oid, s, slice_str(text)));
	if (p1)
		r.parents[0] = p1->id;
	if (p2)
		r.parents[1] = p2->id;
	revision_seal(&r, uid);
	return r;
}

/* A view of constants: not to be released. */
static inline struct art make_art(const char *uid, const char *label, const struct revision *head)
{
	struct art a = {.kind = (char *)"story",
			.label = (char *)label,
			.scope = (char *)"A",
			.num = 1,
			.path = (char *)".agent/stories/A-001.md",
			.title = (char *)"Title",
			.state = (char *)"DRAFT",
			.generation = 1,
			.author = (char *)"Ann <a@x>",
			.time = 1700000000,
			.normative = (char *)"",
			.approval = (char *)""};

	strcpy(a.uid, uid);
	if (head) {
		a.head = head->id;
		a.oid = head->oid;
	}
	return a;
}

#endif
