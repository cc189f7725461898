#include "util/file.h"
#include "util/mem.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static char home[] = "/tmp/test_util_file-XXXXXX";

static void ok(err_t err)
{
	if (err)
		fail_msg("%s", err->text);
}

static void fails(err_t err, enum err_code code)
{
	assert_non_null(err);
	assert_int_equal(err->code, code);
	err_free(err);
}

static int enter(void **state)
{
	return mkdtemp(home) && chdir(home) == 0 ? 0 : -1;
}

static int leave(void **state)
{
	char *command = mem_printf("rm -rf '%s'", home);
	int status = system(command);

	free(command);
	return status;
}

static char *content(const char *path)
{
	char *bytes;
	size_t len;

	ok(file_read(&bytes, &len, NULL, path, 0));
	assert_int_equal(strlen(bytes), len);
	return bytes;
}

static void is_content(const char *path, const char *expected)
{
	char *bytes = content(path);

	assert_string_equal(bytes, expected);
	free(bytes);
}

static err_t join(void *ctx, const char *path, const struct file_stat *stat)
{
	fprintf(ctx, "%s%s\n", path, stat->symlink ? "@" : "");
	return NULL;
}

/* All files below "." but for those in .git, one a line. */
static char *walked(const char *dir)
{
	struct mem_stream s;

	mem_stream_open(&s);
	ok(file_walk(".", dir, join, s.file));
	return mem_stream_close(&s, NULL);
}

static void writes_and_keeps_the_mode(void **state)
{
	struct file_stat st;

	ok(file_mkdirs_for("w/x/y.md"));
	ok(file_mkdirs_for("w/x/y.md"));
	umask(022);
	ok(file_write("w/x/y.md", slice_str("one\n"), 0));
	ok(file_stat(&st, "w/x/y.md"));
	assert_int_equal(st.mode & 07777, 0644);
	assert_int_equal(chmod("w/x/y.md", 0750), 0);
	ok(file_write("w/x/y.md", slice_str("two\n"), 0));
	ok(file_stat(&st, "w/x/y.md"));
	assert_int_equal(st.mode & 07777, 0750);
	assert_int_equal(st.size, 4);
	is_content("w/x/y.md", "two\n");
	ok(file_write("w/hook", slice_str("#!/bin/sh\n"), 0755));
	ok(file_stat(&st, "w/hook"));
	assert_int_equal(st.mode & 07777, 0755);
	fails(file_mkdirs_for("w/hook/below/it"), ERR_FATAL);
}

static void publish_tells_the_stat_of_the_file(void **state)
{
	struct file_stat before, after;
	char *tmp;

	ok(file_stage(&tmp, "p.md", slice_str("text"), 0));
	assert_memory_equal(tmp, ".p.md.agent-tmp-", 16);
	assert_false(file_exists("p.md"));
	ok(file_publish(&before, tmp, "p.md"));
	assert_false(file_exists(tmp));
	file_discard(tmp);
	ok(file_stat(&after, "p.md"));
	assert_memory_equal(&before, &after, sizeof(before));
	ok(file_stage(&tmp, "p.md", slice_str("other"), 0));
	file_discard(tmp);
	is_content("p.md", "text");
	file_discard(NULL);
	ok(file_remove("p.md"));
	ok(file_remove("p.md"));
	ok(file_stat(&after, "p.md"));
	assert_false(after.exists);
}

static void reads_only_what_is_a_file(void **state)
{
	char *bytes = NULL;
	size_t len = 7;

	fails(file_read(&bytes, &len, NULL, "none", 0), ERR_NOTFOUND);
	ok(file_write("target", slice_str("12345"), 0));
	assert_int_equal(symlink("target", "link"), 0);
	fails(file_read(&bytes, &len, NULL, "link", 0), ERR_REFUSED);
	assert_int_equal(mkfifo("pipe", 0600), 0);
	fails(file_read(&bytes, &len, NULL, "pipe", 0), ERR_REFUSED);
	fails(file_read(&bytes, &len, NULL, ".", 0), ERR_REFUSED);
	fails(file_read(&bytes, &len, NULL, "target", 4), ERR_REFUSED);
	assert_null(bytes);
	assert_int_equal(len, 7);
	ok(file_read(&bytes, &len, NULL, "target", 5));
	assert_int_equal(len, 5);
	free(bytes);
}

/* A full disk, which RLIMIT_FSIZE plays: the old file stays and nothing is left over. */
static void a_failed_write_leaves_nothing(void **state)
{
	char *big = mem_alloc(100000), *list;
	struct rlimit limit = {5000, RLIM_INFINITY};
	struct rlimit none = {RLIM_INFINITY, RLIM_INFINITY};

	ok(file_mkdirs_for("full/a.md"));
	ok(file_write("full/a.md", slice_str("old"), 0));
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	fails(file_write("full/a.md", slice_of(big, 100000), 0), ERR_FATAL);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
	is_content("full/a.md", "old");
	list = walked("full");
	assert_string_equal(list, "full/a.md\n");
	free(list);
	free(big);
}

/* Killed at each fault point of a write over an old file: old bytes or new ones, never less. */
static void limit_files(rlim_t bytes)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = bytes;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* The disk is full for a while: what was not written then is missing, whatever comes after. */
static err_t print_with_a_gap(void *ctx, FILE *out)
{
	limit_files(4096);
	for (int i = 0; i < 100000; i++)
		fputc('x', out);
	limit_files(RLIM_INFINITY);
	for (int i = 0; i < 100000; i++)
		fputc('y', out);
	return NULL;
}

static void a_failed_print_leaves_nothing(void **state)
{
	struct strs later = {0}, names = {0};
	char *tmp = NULL;

	signal(SIGXFSZ, SIG_IGN);
	fails(file_stage_printed(&tmp, "printed", "page", print_with_a_gap, NULL, &later),
	      ERR_FATAL);
	assert_null(tmp);
	assert_int_equal(later.len, 0);
	ok(file_names(&names, "printed"));
	for (size_t i = 0; i < names.len; i++)
		assert_int_equal(names.at[i][0], '.');
	strs_release(&names);
	signal(SIGXFSZ, SIG_DFL);
}

static void survives_a_kill_at_every_step(void **state)
{
	char *list;
	int step = 0, status;

	ok(file_mkdirs_for("kill/a.md"));
	do {
		step++;
		ok(file_write("kill/a.md", slice_str("old"), 0));
		if (fork() == 0) {
			char number[12];

			snprintf(number, sizeof(number), "%d", step);
			execl("/proc/self/exe", "test_util_file", "--write", number, NULL);
			_exit(9);
		}
		assert_true(wait(&status) > 0);
		is_content("kill/a.md", status && step < 6 ? "old" : "new");
		assert_true(step < 20);
	} while (status);
	assert_int_equal(step, 9);
	list = walked("kill");
	assert_string_equal(list, "kill/a.md\n");
	free(list);
}

static int write_and_die(const char *step)
{
	err_t err;

	setenv("GIT_AGENT_FAULT", step, 1);
	err = file_write("kill/a.md", slice_str("new"), 0);
	err_free(err);
	return err != NULL;
}

static void walks_in_the_order_of_git(void **state)
{
	static const char *const paths[] = {
		"t/b/c.md", "t/b.md", "t/b0", "t/.hidden/x", "t/.git/config", "t/a.md",
		"t/b/.git/HEAD", "t/z/u"};
	char *list;

	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
		ok(file_mkdirs_for(paths[i]));
		ok(file_write(paths[i], slice_str("x"), 0));
	}
	assert_int_equal(symlink("b", "t/dirlink"), 0);
	ok(file_write("t/.a.md.agent-tmp-abcDEF", slice_str("young"), 0));
	list = walked("t");
	assert_string_equal(list, "t/.hidden/x\nt/a.md\nt/b.md\nt/b/c.md\nt/b0\nt/dirlink@\n"
				  "t/z/u\n");
	free(list);
	assert_true(file_exists("t/.a.md.agent-tmp-abcDEF"));
	list = walked("missing");
	assert_string_equal(list, "");
	free(list);
}

static void walk_removes_stale_temporary_files(void **state)
{
	struct timeval old[2] = {{1000000000, 0}, {1000000000, 0}};
	char *list;

	ok(file_mkdirs_for("s/a"));
	ok(file_write("s/.a.agent-tmp-abcDEF", slice_str("left over"), 0));
	ok(file_write("s/.a.agent-tmp-123-abcDEF", slice_str("left over"), 0));
	ok(file_write("s/.a.agent-tmp-abcDE", slice_str("somebody else's"), 0));
	ok(file_write("s/.agent-tmp-abcDEF", slice_str("of nothing"), 0));
	assert_int_equal(utimes("s/.a.agent-tmp-abcDEF", old), 0);
	assert_int_equal(utimes("s/.a.agent-tmp-123-abcDEF", old), 0);
	list = walked("s");
	assert_string_equal(list, "s/.a.agent-tmp-abcDE\ns/.agent-tmp-abcDEF\n");
	assert_false(file_exists("s/.a.agent-tmp-abcDEF"));
	assert_false(file_exists("s/.a.agent-tmp-123-abcDEF"));
	free(list);
}

/* Of a process that was killed, for the same file; others may be at work. */
static void a_write_removes_what_was_left(void **state)
{
	scoped_free char *mine = NULL, *living = NULL;
	pid_t pid = fork();

	if (!pid)
		_exit(0);
	assert_true(pid > 0 && waitpid(pid, NULL, 0) == pid);
	mine = mem_printf("w/.a.agent-tmp-%ld-abcDEF", (long)pid);
	living = mem_printf("w/.a.agent-tmp-%ld-abcDEF", (long)getppid());
	ok(file_mkdirs_for(mine));
	ok(file_write(mine, slice_str("left over"), 0));
	ok(file_write(living, slice_str("of somebody at work"), 0));
	ok(file_write("w/b", slice_str("another file"), 0));
	assert_true(file_exists(mine));
	ok(file_write("w/a", slice_str("the file"), 0));
	assert_false(file_exists(mine));
	assert_true(file_exists(living));
}

static void a_lock_is_exclusive(void **state)
{
	int first, second = -7;

	ok(file_lock(&first, "lock", 0));
	fails(file_lock(&second, "lock", 20), ERR_BUSY);
	assert_int_equal(second, -7);
	file_unlock(first);
	ok(file_lock(&second, "lock", 0));
	file_unlock(second);
	file_unlock(-1);
}

static void knows_local_filesystems(void **state)
{
	const char *name = "untouched";

	assert_false(file_on_network("/proc/self/none/such", &name));
#ifdef __linux__
	assert_string_equal(file_network_type(0x6969), "nfs");
	assert_string_equal(file_network_type(0xFF534D42L), "cifs");
	assert_string_equal(file_network_type((long)(int)0xFF534D42), "cifs");
	assert_string_equal(file_network_type((long)(int)0xFE534D42), "smb2");
	assert_string_equal(file_network_type(0x01021997), "9p");
	assert_null(file_network_type(0xEF53));	/* ext */
	assert_null(file_network_type(0x01021994));	/* tmpfs */
#endif
	assert_string_equal(name, "untouched");
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_and_keeps_the_mode),
		cmocka_unit_test(publish_tells_the_stat_of_the_file),
		cmocka_unit_test(reads_only_what_is_a_file),
		cmocka_unit_test(a_failed_write_leaves_nothing),
		cmocka_unit_test(a_failed_print_leaves_nothing),
		cmocka_unit_test(survives_a_kill_at_every_step),
		cmocka_unit_test(walks_in_the_order_of_git),
		cmocka_unit_test(walk_removes_stale_temporary_files),
		cmocka_unit_test(a_write_removes_what_was_left),
		cmocka_unit_test(a_lock_is_exclusive),
		cmocka_unit_test(knows_local_filesystems),
	};

	if (argc == 3 && strcmp(argv[1], "--write") == 0)
		return write_and_die(argv[2]);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, enter, leave);
}
