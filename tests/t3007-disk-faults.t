#!/bin/sh
# shellcheck disable=SC2015
test_description='the disk is full, or fails: a clear error, nothing lost, and the next command works

Every call that would change a file fails once, one after the other (EIO; EINTR), and then it and
all that follow (ENOSPC; and once more with a write that is half done before). And no call fails, but
every write takes half of what it is given.

	DISK_STEP=    every n-th call only (7)'
. "$(dirname "$0")/lib/test-lib.sh"

if ! test_have_prereq LIBGIT2 || ! command -v sqlite3 >/dev/null
then
	skip_all='libgit2 or sqlite3 is missing'
	test_done
fi
case $(ldd "$GIT_AGENT_BUILD/git-agent") in
*libasan*)
	skip_all='the sanitizer does not stand a preloaded program'
	test_done ;;
esac
. "$test_root/tests/lib/crash.sh"

recorder=$GIT_AGENT_BUILD/tests/power/record.so
faults=0

# Says what failed, in words, and with a code of the table.
clear_error () {
	case $code in
	0) return 0 ;;
	1 | 2 | 3 | 128) grep -E '^(fatal|error): .' out >/dev/null ;;
	*) false ;;
	esac
}

whole () {
	(cd "w/$clone" && find .agent -type f ! -name 'agent.db*' ! -name '*.agent-tmp-*' \
		! -path .agent/approvals/\* -exec git hash-object --no-filters {} +) | sort -u >have &&
	comm -23 have texts >torn && test_must_be_empty torn
}

# try_fault <n> <errno> <empty, "on" or "short">: 2 when there is no n-th call.
try_fault () {
	reset_to "$name" && rm -f hit
	(
		RECORD_ROOT=$TRASH/w FAIL_AT=$1 FAIL_WITH=$2 FAIL_HIT=$TRASH/hit LD_PRELOAD=$recorder
		test -z "$3" || export FAIL_ON=1
		test "$3" != short || export FAIL_SHORT=1
		export RECORD_ROOT FAIL_AT FAIL_WITH FAIL_HIT LD_PRELOAD
		cd "w/$clone" && $run
	) >out 2>&1
	code=$?
	test -e hit || return 2
	faults=$((faults + 1))
	clear_error || {
		echo "$name: call $1 ($(cat hit)) fails with errno $2 $3: exit code $code"
		cat out
		return 1
	}
	whole || return 1
	test $code != 0 || {
		dump "$clone" >actual && test_cmp expect actual || {
			echo "$name: call $1 ($(cat hit)) fails with errno $2 $3, and nobody says so:"
			cat out
			return 1
		}
	}
	(
		LD_PRELOAD=$recorder && export LD_PRELOAD &&
		cd "w/$clone" && git agent status >/dev/null && $run
	) >out 2>&1 && dump "$clone" >actual && test_cmp expect actual && no_leavings || {
		echo "$name: after call $1 ($(cat hit)) failed with errno $2 $3:"
		cat out
		return 1
	}
}

# Nobody is to notice.
every_write_is_short () {
	reset_to "$name" &&
	(
		RECORD_ROOT=$TRASH/w SHORT_WRITES=1 LD_PRELOAD=$recorder
		export RECORD_ROOT SHORT_WRITES LD_PRELOAD
		cd "w/$clone" && $run
	) >out 2>&1 && dump "$clone" >actual && test_cmp expect actual && no_leavings || {
		echo "$name: where every write takes half:"
		cat out
		return 1
	}
}

# disk_fails <name> <clone> <shell function>
disk_fails () {
	name=$1 clone=$2 run=$3
	reset_to "$name" && rm -f texts &&
	(cd "w/$clone" && find .agent -type f -exec git hash-object --no-filters {} +) >texts &&
	(cd "w/$clone" && $run) >out 2>&1 &&
	(cd "w/$clone" && find .agent -type f -exec git hash-object --no-filters {} +) >>texts &&
	sort -u texts -o texts && dump "$clone" >expect || return 1
	every_write_is_short || return 1
	for fault in 5: 28:on 28:short 4:
	do
		n=1
		while :
		do
			try_fault $n ${fault%:*} ${fault#*:}
			case $? in
			0) n=$((n + ${DISK_STEP:-7})) ;;
			2) break ;;
			*) return 1 ;;
			esac
		done
		test $n -gt 10 || return 1
	done
	say "# $name: $n calls"
}

edit_one () {
	artifact 001 'First, edited' | git agent edit INFRA-001 --file -
}
take_in () {
	git agent import
}
write_out () {
	git agent export
}
exchange () {
	git agent sync
}
remove () {
	git agent list >../../list || return
	! grep -q INFRA-003 ../../list || git agent rm INFRA-003
}
settle () {
	git agent sync status --offline --porcelain >../../list
	test $? -le 1 || return
	! grep -q "^[CU]" ../../list || git agent sync resolve INFRA-001 --theirs
}
make_again () {
	git agent rebuild && git agent sync
}

test_expect_success 'a world' '
	build_world && snapshot edit
'

test_expect_success 'an edit, written through' '
	disk_fails edit a edit_one
'

test_expect_success 'a removal' '
	disk_fails edit a remove
'

test_expect_success 'an edit by hand is imported' '
	reset_to edit &&
	artifact 001 "First, by hand" >w/a/$ONE &&
	snapshot hand &&
	disk_fails hand a take_in
'

test_expect_success 'push of several' '
	reset_to edit &&
	for i in 001 002 003
	do
		artifact $i "Edited $i" | git -C w/a agent edit INFRA-$i --file - || return 1
	done &&
	snapshot push &&
	disk_fails push a exchange
'

test_expect_success 'pull, and export of what came' '
	git -C w/a agent sync push >/dev/null &&
	snapshot pull &&
	disk_fails pull b exchange &&
	reset_to pull && git -C w/b agent sync pull >/dev/null && snapshot export &&
	disk_fails export b write_out
'

test_expect_success 'both edited: pull, merge, push' '
	reset_to pull &&
	git -C w/b agent check INFRA-001 2 >/dev/null &&
	snapshot merge &&
	disk_fails merge b exchange
'

test_expect_success 'a conflict is resolved' '
	reset_to pull &&
	artifact 001 "Edited otherwise" | git -C w/b agent edit INFRA-001 --file - &&
	test_expect_code 1 git -C w/b agent sync &&
	snapshot resolve &&
	disk_fails resolve b settle
'

test_expect_success 'the workspace is made again' '
	reset_to merge && git -C w/b agent sync &&
	snapshot rebuild &&
	disk_fails rebuild b make_again
'

test_expect_success 'calls failed' '
	say "# $faults calls failed" &&
	test $faults -gt 50
'

test_done
