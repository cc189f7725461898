/* The file: remote: what every remote does, and what only a shared file can have. */
#include "../remote/conformance.c"

#include "remote/file/file.h"
#include "util/file.h"
#include "util/proc.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char dir[] = "/tmp/test-remote-XXXXXX";
static char path[64];

static err_t fresh(void *ctx)
{
	static int nr;

	(void)ctx;
	snprintf(path, sizeof(path), "%s/p%d.db", dir, nr++);
	return NULL;
}

static err_t open_file(struct remote *out, void *ctx, const char *who, const struct kinds *kinds)
{
	(void)ctx;
	return remote_file_open(out, path, true, who, kinds);
}

static err_t open_at(struct remote *out, const char *where, bool create_it)
{
	return remote_file_open(out, where, create_it, "Ada <ada@example.org>", conf_kinds);
}

static sqlite3 *raw_open(void)
{
	sqlite3 *db = NULL;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	return db;
}

static char *raw_text(const char *sql)
{
	sqlite3 *db = raw_open();
	sqlite3_stmt *st = NULL;
	char *out = NULL;

	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &st, NULL), SQLITE_OK);
	if (sqlite3_step(st) == SQLITE_ROW && sqlite3_column_text(st, 0))
		out = mem_strdup((const char *)sqlite3_column_text(st, 0));
	sqlite3_finalize(st);
	sqlite3_close(db);
	return out;
}

static void put_file(const char *where, const char *text)
{
	OK(file_write(where, slice_str(text), 0));
}

static void what_is_no_remote(void **state)
{
	scoped_free char *missing = mem_printf("%s/none/p.db", dir);
	scoped_free char *absent = mem_printf("%s/absent.db", dir);
	scoped_free char *text = mem_printf("%s/text.db", dir);
	scoped_free char *empty = mem_printf("%s/empty.db", dir);
	sqlite3 *db = raw_open();
	struct remote r;

	(void)state;
	assert_code(open_at(&r, missing, true), ERR_OFFLINE);
	assert_code(open_at(&r, absent, false), ERR_OFFLINE);
	assert_false(file_exists(absent));
	assert_code(open_at(&r, dir, true), ERR_REFUSED);
	put_file(text,
		 "this is not a database, and it is longer than a header of one hundred bytes: "
		 "...........................................................................");
	assert_code(open_at(&r, text, true), ERR_REFUSED);
	put_file(empty, "");
	assert_code(open_at(&r, empty, false), ERR_OFFLINE);
	OK(open_at(&r, empty, true));
	r.close(r.ctx);
	/* Newer, and somebody else's. */
	sqlite3_exec(db, "PRAGMA user_version = 2", NULL, NULL, NULL);
	assert_code(open_at(&r, path, true), ERR_REFUSED);
	sqlite3_exec(db, "PRAGMA user_version = 1; PRAGMA application_id = 7", NULL, NULL, NULL);
	assert_code(open_at(&r, path, true), ERR_REFUSED);
	sqlite3_close(db);
}

static void damage_is_reported(void **state)
{
	char *reply = NULL;
	err_t err;
	struct doc d;
	int fd;

	(void)state;
	for (int i = 1; i <= 30; i++)
		create(&d, i);
	conf_teardown(NULL);
	fd = open(path, O_WRONLY);
	assert_true(fd >= 0);
	for (off_t at = 4096 * 2; at < 4096 * 60; at += 64)
		assert_int_equal(
			pwrite(fd, "\xff\xff\xff\xff\xff\xff\xff\xff garbage garbage", 24, at), 24);
	close(fd);
	err = open_at(&ada, path, false);
	if (!err)
		err = ada.pull(ada.ctx, &reply, "{\"since\":0}");
	assert_code(err, ERR_CORRUPT);
	assert_null(reply);
}

static void others_hold_the_lock(void **state)
{
	sqlite3 *db = raw_open();
	struct doc d;
	char *reply = NULL;

	(void)state;
	create(&d, 1);
	assert_int_equal(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	OK(ada.head(ada.ctx, &reply)); /* reading goes on */
	free(reply);
	reply = NULL;
	sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
	sqlite3_close(db);
	must(&ada, &d, &(struct ask){.text = story(&d, "DRAFT", "two")}, "applied");
}

/* A remote that was put back from a backup is noticed; so is one that went on differently since. */
static void a_restored_backup(void **state)
{
	scoped_free char *page = NULL, *epoch = NULL, *hash = NULL;
	struct doc d, kept;
	char *bytes;
	size_t len;

	(void)state;
	create(&d, 1);
	kept = d;
	OK(file_read(&bytes, &len, NULL, path, 0));
	must(&ada, &d, &(struct ask){.text = story(&d, "DRAFT", "lost")}, "applied");
	page = pull_all(&bob);
	epoch = json_at(page, "$.epoch");
	hash = json_at(page, "$.next_hash");
	conf_teardown(NULL);
	OK(file_write(path, slice_of(bytes, len), 0));
	free(bytes);
	OK(open_at(&ada, path, false));
	OK(open_at(&bob, path, false));
	{
		scoped_free char *behind = pull_from(&bob, epoch, 2, hash, 9, 999);

		assert_json(behind, "$.reset", "ahead_of_server");
	}
	must(&ada, &kept, &(struct ask){.text = story(&d, "DRAFT", "another way")}, "applied");
	{
		scoped_free char *other = pull_from(&bob, epoch, 2, hash, 9, 999);

		assert_json(other, "$.reset", "history_diverged");
	}
	{
		sqlite3 *db = raw_open();
		scoped_free char *old = NULL;

		sqlite3_exec(db, "UPDATE project SET min_rev = 2", NULL, NULL, NULL);
		sqlite3_close(db);
		old = pull_from(&bob, epoch, 1, hash, 9, 999);
		assert_json(old, "$.reset", "too_old");
	}
}

/* hash = sha256(prev_hash|rev|uid|version|op|state_from|state_to|oid|actor|op_id), without a gap.
 */
static void check_chain(int64_t wanted)
{
	sqlite3 *db = raw_open();
	sqlite3_stmt *st = NULL;
	char before[65] = ZERO_HASH;
	int64_t rev = 0;

	assert_int_equal(
		sqlite3_prepare_v2(
			db,
			"SELECT concat, prev_hash, hash, rev FROM (SELECT prev_hash || '|' ||"
			" rev || '|' || uid || '|' || version || '|' || op || '|' || "
			"coalesce(state_from, '') || '|' ||"
			" state_to || '|' || oid || '|' || actor || '|' || op_id AS concat, "
			"prev_hash, hash, rev"
			" FROM revision) ORDER BY rev",
			-1, &st, NULL),
		SQLITE_OK);
	while (sqlite3_step(st) == SQLITE_ROW) {
		const char *hash = (const char *)sqlite3_column_text(st, 2);

		assert_int_equal(sqlite3_column_int64(st, 3), ++rev);
		assert_string_equal((const char *)sqlite3_column_text(st, 1), before);
		assert_string_equal(
			hash_sha256(slice_str((const char *)sqlite3_column_text(st, 0))).hex, hash);
		snprintf(before, sizeof(before), "%s", hash);
	}
	sqlite3_finalize(st);
	sqlite3_close(db);
	assert_int_equal(rev, wanted);
}

static void history_cannot_be_rewritten(void **state)
{
	sqlite3 *db = raw_open();
	struct doc d;

	(void)state;
	create(&d, 1);
	must(&bob, &d, &(struct ask){.op = "delete"}, "applied");
	assert_int_not_equal(sqlite3_exec(db, "UPDATE revision SET actor = 'x'", NULL, NULL, NULL),
			     SQLITE_OK);
	assert_int_not_equal(sqlite3_exec(db, "DELETE FROM revision", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	check_chain(2);
}

#define WRITERS 16
#define OPS_EACH 6

/* In a process of its own: an assertion that fails there ends it. */
static void child_begin(void)
{
	conf_kinds = kinds_new();
	assert_int_equal(sqlite3_open(":memory:", &reader), SQLITE_OK);
}

/* Half the ops create, half edit what all fight for; a conflict is met by taking theirs as the
 * base. */
static int child_writer(int nr)
{
	struct doc shared = doc_new(1);
	struct remote r;

	child_begin();
	srand((unsigned)nr);
	snprintf(shared.uid, sizeof(shared.uid), "00000000-0000-4000-8000-000000000001");
	OK(open_file(&r, NULL, "Writer <w@example.org>", conf_kinds));
	for (int i = 0; i < OPS_EACH; i++) {
		struct doc own = doc_new(100 + nr * OPS_EACH + i), next;
		char body[32];

		snprintf(body, sizeof(body), "%d.%d", nr, i);
		must(&r, &own, &(struct ask){.text = story(&own, "DRAFT", body)}, "applied");
		usleep((unsigned)(rand() % 3000));
		for (bool done = false; !done;) {
			scoped_free char *row = row_of(&r, &shared);
			scoped_free char *revision = json_at(row, "$.revision");
			scoped_free char *op = NULL, *reply = NULL, *status = NULL;

			shared.version = json_int_at(row, "$.version");
			snprintf(shared.rev.hex, sizeof(shared.rev.hex), "%s", revision);
			op = op_make(&next, &shared,
				     &(struct ask){.text = story(&shared, "DRAFT", body)});
			reply = push_op(&r, op);
			status = json_at(reply, "$.results[0].status");
			done = strcmp(status, "applied") == 0;
			if (!done)
				assert_string_equal(status, "conflict");
		}
	}
	r.close(r.ctx);
	conf_end();
	return 0;
}

static void start(pid_t *pid, int nr)
{
	scoped_free char *arg = mem_printf("%d", nr);

	*pid = fork();
	assert_true(*pid >= 0);
	if (*pid == 0) {
		execl("/proc/self/exe", "test", "writer", path, arg, (char *)NULL);
		_exit(127);
	}
}

static void sixteen_writers(void **state)
{
	struct doc shared = doc_new(1);
	struct replica *p = mem_alloc(sizeof(*p));
	pid_t pids[WRITERS];
	int running = WRITERS, total = 1 + WRITERS * OPS_EACH * 2;

	(void)state;
	snprintf(shared.uid, sizeof(shared.uid), "00000000-0000-4000-8000-000000000001");
	must(&ada, &shared, &(struct ask){.text = story(&shared, "DRAFT", "start")}, "applied");
	conf_teardown(NULL);
	for (int i = 0; i < WRITERS; i++)
		start(&pids[i], i);
	OK(open_at(&ada, path, false));
	OK(open_at(&bob, path, false));
	while (running) {
		int status;

		if (!replica_page(p, &bob, 5))
			replica_check(p);
		while (running && waitpid(-1, &status, WNOHANG) > 0) {
			assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
			running--;
		}
	}
	while (replica_page(p, &bob, 5))
		;
	replica_check(p);
	assert_int_equal(p->since, total);
	assert_int_equal(p->revisions.len, total); /* every revision arrived */
	assert_int_equal(p->uids.len, 1 + WRITERS * OPS_EACH);
	check_chain(total);
	print_message("# %d pages pulled while %d writers made %d revisions\n", p->pages, WRITERS,
		      total);
	replica_release(p);
	free(p);
}

/* One push, in a process of its own that a fault point may end. */
static int child_push(void)
{
	struct doc d = doc_new(1);
	struct ask ask = {.text = story(&d, "DRAFT", "one"),
			  .op_id = "22222222-2222-4222-8222-222222222222"};
	struct remote r;

	child_begin();
	snprintf(d.uid, sizeof(d.uid), "00000000-0000-4000-8000-000000000002");
	OK(open_at(&r, path, true));
	must(&r, &d, &ask, "applied");
	r.close(r.ctx);
	conf_end();
	return 0;
}

static int run_child(const char *what, int fault)
{
	scoped_free char *env_text = mem_printf("GIT_AGENT_FAULT=%d", fault);
	const char *const env[] = {env_text, NULL};
	const char *const argv[] = {"/proc/self/exe", what, path, NULL};
	struct proc p = {.argv = argv, .env = fault ? env : NULL, .quiet = true};
	struct proc_result result = {0};
	int status;

	OK(proc_run(&result, &p));
	status = result.status;
	if (status && status != 137)
		print_error("%s%s\n", result.out, result.err);
	proc_result_release(&result);
	return status;
}

/* Ended before and after each COMMIT (making the database, pushing): run again, the same end. */
static void killed_at_every_commit(void **state)
{
	int points = 0;

	(void)state;
	for (int fault = 1;; fault++) {
		scoped_free char *check = NULL;
		int status;

		OK(fresh(NULL));
		status = run_child("push", fault);
		if (status == 0)
			break;
		assert_int_equal(status, 137);
		points++;
		assert_int_equal(run_child("push", 0), 0);
		check = raw_text("PRAGMA integrity_check");
		assert_string_equal(check, "ok");
		check_chain(1);
	}
	assert_int_equal(points, 4);
	print_message("# %d fault points\n", points);
}

static int child_full(void)
{
	struct doc d = doc_new(9);
	scoped_free char *op =
		op_make(NULL, &d, &(struct ask){.text = story(&d, "DRAFT", "no room")});
	scoped_free char *request = mem_printf("{\"device\":\"d\",\"since\":0,\"ops\":[%s]}", op);
	struct rlimit limit = {8192, 8192};
	char *reply = NULL;
	struct remote r;

	child_begin();
	signal(SIGXFSZ, SIG_IGN);
	OK(open_at(&r, path, false));
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	assert_code(r.push(r.ctx, &reply, request), ERR_OFFLINE);
	assert_null(reply);
	r.close(r.ctx);
	conf_end();
	return 0;
}

/* No room for the pages of a push: offline, and everything as it was. */
static void the_disk_is_full(void **state)
{
	struct doc d;

	(void)state;
	create(&d, 1);
	assert_int_equal(run_child("full", 0), 0);
	assert_int_equal(head_rev(&ada), 1);
	must(&ada, &d, &(struct ask){.text = story(&d, "DRAFT", "two")}, "applied");
}

static void remove_dir(void)
{
	const char *const argv[] = {"rm", "-r", "-f", dir, NULL};
	struct proc_result result = {0};
	err_t err = proc_run(&result, &(struct proc){.argv = argv});

	err_free(err);
	proc_result_release(&result);
}

static int child(int argc, char **argv)
{
	snprintf(path, sizeof(path), "%s", argv[2]);
	if (strcmp(argv[1], "writer") == 0 && argc == 4)
		return child_writer(atoi(argv[3]));
	return strcmp(argv[1], "push") == 0 ? child_push() : child_full();
}

int main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
		CONFORMANCE_TESTS,
		CONFORMANCE_TEST(what_is_no_remote),
		CONFORMANCE_TEST(damage_is_reported),
		CONFORMANCE_TEST(others_hold_the_lock),
		CONFORMANCE_TEST(a_restored_backup),
		CONFORMANCE_TEST(history_cannot_be_rewritten),
		CONFORMANCE_TEST(sixteen_writers),
		CONFORMANCE_TEST(killed_at_every_commit),
		CONFORMANCE_TEST(the_disk_is_full),
	};
	int failed;

	if (argc > 2)
		return child(argc, argv);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	if (!mkdtemp(dir))
		return 1;
	conf = (struct conformance){.fresh = fresh, .open = open_file};
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	conf_end();
	remove_dir();
	return failed;
}
