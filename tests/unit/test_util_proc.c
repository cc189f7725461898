#include "util/mem.h"
#include "util/proc.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct proc_result run(const struct proc *p)
{
	struct proc_result r;
	err_t err = proc_run(&r, p);

	if (err)
		fail_msg("%s", err->text);
	return r;
}

static struct proc_result shell(const char *script, const char *const *env, const char *dir)
{
	const char *const argv[] = {"sh", "-c", script, NULL};

	return run(&(struct proc){.argv = argv, .env = env, .dir = dir, .quiet = true});
}

static void captures_output_and_status(void **state)
{
	struct proc_result r = shell("cat; echo out; echo talk >&2; exit 3", NULL, NULL);

	assert_int_equal(r.status, 3);
	assert_string_equal(r.out, "out\n");
	assert_int_equal(r.out_len, 4);
	assert_string_equal(r.err, "talk\n");
	proc_result_release(&r);
}

static void changes_environment_and_directory(void **state)
{
	const char *const env[] = {"AGENT_A=1=2", "AGENT_B", NULL};
	struct proc_result r;

	setenv("AGENT_A", "old", 1);
	setenv("AGENT_B", "old", 1);
	setenv("AGENT_AB", "kept", 1);
	r = shell("echo $AGENT_A ${AGENT_B-unset} $AGENT_AB; pwd", env, "/usr");
	assert_string_equal(r.out, "1=2 unset kept\n/usr\n");
	proc_result_release(&r);
}

static void tells_how_it_ended(void **state)
{
	const char *const missing[] = {"no-such-program-here", NULL};
	struct proc_result r = shell("kill -9 $$", NULL, NULL);

	assert_int_equal(r.status, 137);
	proc_result_release(&r);
	r = run(&(struct proc){.argv = missing, .quiet = true});
	assert_int_equal(r.status, 127);
	assert_non_null(strstr(r.err, "'no-such-program-here'"));
	proc_result_release(&r);
	r = shell("true", NULL, "/no/such/dir");
	assert_int_equal(r.status, 127);
	proc_result_release(&r);
}

/* More than a pipe holds, both ways at once. */
static void moves_large_input_through(void **state)
{
	const char *const argv[] = {"cat", NULL};
	size_t len = 3000000;
	char *big = mem_alloc(len);
	struct proc_result r;

	for (size_t i = 0; i < len; i++)
		big[i] = (char)(i * 7 + i / 251);
	r = run(&(struct proc){.argv = argv, .input = slice_of(big, len)});
	assert_int_equal(r.status, 0);
	assert_int_equal(r.out_len, len);
	assert_memory_equal(r.out, big, len);
	proc_result_release(&r);
	free(big);
}

static void outlives_a_child_that_does_not_read(void **state)
{
	const char *const argv[] = {"true", NULL};
	char *big = mem_alloc(1000000);
	struct proc_result r;

	signal(SIGPIPE, SIG_DFL);
	r = run(&(struct proc){.argv = argv, .input = slice_of(big, 1000000)});
	assert_int_equal(r.status, 0);
	assert_true(signal(SIGPIPE, SIG_DFL) == SIG_DFL);
	proc_result_release(&r);
	r = shell("trap - PIPE; kill -PIPE $$; echo ignored", NULL, NULL);
	assert_int_equal(r.status, 128 + SIGPIPE);
	proc_result_release(&r);
	free(big);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(captures_output_and_status),
		cmocka_unit_test(changes_environment_and_directory),
		cmocka_unit_test(tells_how_it_ended),
		cmocka_unit_test(moves_large_input_through),
		cmocka_unit_test(outlives_a_child_that_does_not_read),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
