#!/bin/sh
# shellcheck disable=SC2015
test_description='no memory while talking to the server: a clear error, and the same command again

One allocation of a git-agent fails, libcurl'\''s and cJSON'\''s among them: the n-th, for n all over
the run; then the n-th and all that follow.

	MEMORY_TRIES=	how many n of each command and way (6); 0: every one
	MEMORY_SEED=	where in its part of the run each n lies (1)'
. "$(dirname "$0")/lib/test-lib.sh"
. "$test_root/tests/lib/team.sh"
. "$test_root/tests/lib/backend.sh"
. "$test_root/tests/lib/members.sh"
. "$test_root/tests/lib/memory.sh"

members_server memory
faults=0 turn=0

# try_memory <name> <on>: ready_<name> <turn> makes it ready, run_<name> is the command,
# holds_<name> <turn> what has to hold when it was run again.
try_memory () {
	turn=$((turn + 1))
	ready_"$1" "$turn" >out 2>&1 && rm -f hit || { cat out; return 1; }
	(memory_fails_at "$n" "$2" && run_"$1") >out 2>&1
	code=$?
	test ! -e hit || faults=$((faults + 1))
	clear_error out && run_"$1" >again 2>&1 && holds_"$1" "$turn" >>again 2>&1 || {
		echo "$1: allocation $n fails${2:+, and all that follow}, exit code $code:"
		cat out
		echo "and again:"
		cat again
		return 1
	}
}

# memory_fails <name>
memory_fails () {
	turn=$((turn + 1))
	ready_"$1" "$turn" && rm -f counts && (memory_counts && run_"$1") && holds_"$1" "$turn" || return 1
	memory_places
	for way in "" on
	do
		n=$((1 + seed * 7919 % every))
		while test $n -le "$last"
		do
			try_memory "$1" $way || return 1
			n=$((n + every))
		done
	done
	say "# $1: of $last allocations each ${every}th"
}

test_expect_success SERVER 'two members of a project' 'say "# MEMORY_SEED=$seed" && two_members'

ready_push() { edit bob "Push $1."; }
run_push() { as bob git agent sync push; }
holds_push() { same && as ada git agent show INFRA-042 | grep "^Push $1\.$"; }
test_expect_success SERVER 'push' 'memory_fails push'

ready_pull() { edit ada "Pull $1." && as ada git agent sync push; }
run_pull() { as bob git agent sync pull; }
holds_pull() { as bob git agent show INFRA-042 | grep "^Pull $1\.$" && same; }
test_expect_success SERVER 'pull' 'memory_fails pull'

ready_merge() {
	edit ada "Merge $1." && as ada git agent sync push &&
	as bob git agent set INFRA-042 --section "Problem Statement" --text "Problem $1."
}
run_merge() { as bob git agent sync; }
holds_merge() {
	same && as ada git agent show INFRA-042 >text && grep "^Merge $1\.$" text &&
	grep "^Problem $1\.$" text
}
test_expect_success SERVER 'both edited: pull, merge, push' 'memory_fails merge'

ready_refresh() {
	sed -i "s/git-agent-1%3a[0-9]*/git-agent-1%3a1/" home-bob/.git-credentials && edit bob "Refresh $1."
}
run_refresh() { as bob git agent sync; }
holds_refresh() {
	same && as ada git agent show INFRA-042 | grep "^Refresh $1\.$" &&
	test "$(grep -c git-agent-1 home-bob/.git-credentials)" = 1
}
test_expect_success SERVER 'a token that has expired is refreshed in the middle of a push' '
	memory_fails refresh
'

ready_login() { rm -f home-bob/.git-credentials; }
run_login() { login bob; }
holds_login() {
	test "$(grep -c git-agent-1 home-bob/.git-credentials)" = 1 && as bob git agent sync
}
test_expect_success SERVER 'login' 'memory_fails login'

ready_init() { rm -rf carl && git clone -q origin.git carl; }
run_init() {
	(
		cd carl && HOME=$TRASH/home-bob GIT_CONFIG_GLOBAL=$TRASH/home-bob/.gitconfig &&
		export HOME GIT_CONFIG_GLOBAL && git agent sync init "$URL" --key "$KEY" --project team
	)
}
holds_init() {
	at_rest carl && sqlite3 carl/.git/agent/agent.db "SELECT label || '|' || path || '|' || oid
		FROM artifact WHERE deleted = 0" | sort >carl.all && test_cmp server.all carl.all && git -C carl diff --quiet
}
test_expect_success SERVER 'sync init in a clone that is new' 'same && memory_fails init'

test_expect_success SERVER 'allocations failed' '
	say "# $faults allocations failed" && test $faults -gt 40
'

test_done
