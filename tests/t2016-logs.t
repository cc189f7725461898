#!/bin/sh
test_description='a crash and a fatal error leave a report, without secrets, and not too many'
. "$(dirname "$0")/lib/test-lib.sh"
. "$test_root/tests/lib/small.sh"

if ! test_have_prereq LIBGIT2
then
	skip_all='libgit2 is missing'
	test_done
fi
nm "$GIT_AGENT_BUILD/git-agent" 2>/dev/null | grep -q __asan_init || test_set_prereq NO_ASAN

test_expect_success 'setup: no report, and none for what is no wonder' '
	small_repo r && cd r && git agent logs >../out && test_must_be_empty ../out &&
	test_expect_code 1 git agent logs last && test_expect_code 128 git agent show INFRA-999 &&
	test_expect_code 129 git agent list --wrong && test_expect_code 2 git agent state INFRA-002 DONE &&
	git agent logs >../out && test_must_be_empty ../out
'

# crash <signal> <command>...: ended by it while the editor runs.
crash() {
	crash_signal=$1 && shift &&
	{ GIT_EDITOR="kill -$crash_signal \$PPID; :" git-agent "$@" >../out 2>../err; crash_code=$?; } &&
	test "$crash_code" -gt 128
}

test_expect_success NO_ASAN 'each signal leaves one; it still ends the process' '
	cd "$TRASH/r" &&
	for signal in SEGV ABRT BUS FPE ILL
	do
		crash $signal edit INFRA-002 -m "why not" &&
		test_grep "^fatal: git-agent was ended by SIG$signal; .git agent logs last. shows the report$" ../err &&
		git agent logs last >../last && test "$(sed -n 1p ../last)" = "SIG$signal" &&
		test_grep "^command: git-agent edit INFRA-002 -m .why not.$" ../last && test_grep "^version: [0-9]" ../last &&
		test_grep "^ran: git var GIT_EDITOR$" ../last && test_grep "^stack:" ../last && test_grep "proc_run" ../last || return 1
	done &&
	git agent logs >../list && test "$(wc -l <../list)" = 5 && sed -n 1p ../list | grep "git-agent edit INFRA-002 -m .why not.: SIGILL$" &&
	test "$(stat -c %a .git/agent/logs/00.log)" = 600
'

test_expect_success 'a fatal error, with what was asked and without what is secret' '
	cd "$TRASH/r" && git agent logs clear && settle_workspace && cp .git/agent/agent.db ../db && echo broken >.git/agent/agent.db && rm -f .git/agent/agent.db-* &&
	test_expect_code 128 git agent set INFRA-002 -s Notes --text "a quiet text" &&
	git agent logs last >../last && test_grep "^error: .*is damaged" ../last && test_grep "^command: .*set INFRA-002 -s Notes --text" ../last &&
	! grep quiet ../last && cp ../db .git/agent/agent.db
'

test_expect_success 'twenty are kept, the newest ones' '
	cd "$TRASH/r" && echo broken >.git/agent/agent.db &&
	for i in $(seq 22); do test_expect_code 128 git agent show INFRA-0$i 2>/dev/null || return 1; done &&
	ls .git/agent/logs >../ls && test "$(wc -l <../ls)" = 20 &&
	git agent logs >../list && test "$(wc -l <../list)" = 20 && sed -n 1p ../list | grep "INFRA-022:" &&
	! grep "INFRA-0[12]:" ../list && git agent logs clear >../out && echo "20 reports removed" >../expect &&
	test_cmp ../expect ../out && git agent logs >../out && test_must_be_empty ../out && cp ../db .git/agent/agent.db
'

test_expect_success 'without a workspace nothing is written' '
	cd "$TRASH" && git init -q none && cd none && test_expect_code 129 git agent logs all &&
	test_expect_code 128 git agent export --index 2>/dev/null && ! test -e .git/agent
'

test_done
