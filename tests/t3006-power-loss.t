#!/bin/sh
# shellcheck disable=SC2015
test_description='the power fails: what was said to be done is on the disk, and nothing is half there

A program preloaded into git-agent writes down every change of a file and every fsync. Then a disk
is made for each prefix of that: without anything that was not synced, and with what chance leaves
of it. A missing fsync is found and not assumed.

	POWER_SEED=    of the chance (printed)
	POWER_STEP=    every n-th prefix only (9)'
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

power=$GIT_AGENT_BUILD/tests/power
seed=${POWER_SEED:-$(date +%s)}
say "# POWER_SEED=$seed"
disks=0

# The disk as it was left, and what a user does then: the same again.
resumed () {
	# The recorder without a log only spares the disk.
	(
		LD_PRELOAD=$power/record.so && export LD_PRELOAD &&
		cd "w/$clone" && git agent status >/dev/null && $run
	) >out 2>&1 || {
		echo "$name: the next command fails"
		cat out
		return 1
	}
	test "$(sqlite3 "w/$clone/.git/agent/agent.db" 'PRAGMA integrity_check')" = ok &&
	test "$(sqlite3 w/remote.db 'PRAGMA integrity_check')" = ok &&
	dump "$clone" >actual && test_cmp expect actual && no_leavings
}

# Nobody's text is torn, whatever the time was.
whole () {
	(
		cd "w/$clone" && find .agent -type f ! -name 'agent.db*' ! -name '*.agent-tmp-*' \
			! -path .agent/approvals/\* -exec git hash-object --no-filters {} +
	) | sort -u >have &&
	comm -23 have texts >torn && test_must_be_empty torn
}

# power_fails <name> <clone> <shell function>
power_fails () {
	name=$1 clone=$2 run=$3
	reset_to "$name" && rm -f log texts &&
	(cd "w/$clone" && find .agent -type f -exec git hash-object --no-filters {} +) >texts &&
	(
		RECORD_ROOT=$TRASH/w RECORD_LOG=$TRASH/log LD_PRELOAD=$power/record.so
		export RECORD_ROOT RECORD_LOG LD_PRELOAD
		cd "w/$clone" && $run
	) >out 2>&1 || {
		cat out
		return 1
	}
	(cd "w/$clone" && find .agent -type f -exec git hash-object --no-filters {} +) >>texts &&
	sort -u texts -o texts && dump "$clone" >expect || return 1
	last=$("$power/replay" --count log) && test "$last" -gt 10 || return 1

	# After the last record the command has said that it is done. Only that no file is half written
	# any more need not be on the disk: the next command finds that out by itself.
	for how in none "$seed"
	do
		reset_to "$name" && "$power/replay" log w "$last" "$how" &&
		dump "$clone" >actual && sed -i '/^pending|/d' actual && test_cmp expect actual || {
			echo "$name: done, and not on the disk ($how)"
			return 1
		}
	done
	n=1
	while test $n -le "$last"
	do
		for how in none $((seed + n)) $((seed - n))
		do
			disks=$((disks + 1))
			reset_to "$name" && "$power/replay" log w $n "$how" && whole && resumed || {
				echo "$name: the power fails after record $n ($how):"
				"$power/replay" --names log | sed -n "${n}p"
				return 1
			}
		done
		n=$((n + ${POWER_STEP:-9}))
	done
	say "# $name: $last records"
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
settle () {
	if git agent sync status --offline --porcelain | grep -q "^[CU]"
	then
		git agent sync resolve INFRA-001 --theirs
	fi
}
make_again () {
	git agent rebuild && git agent sync
}
remove () {
	test -z "$(git agent list | grep INFRA-003)" || git agent rm INFRA-003
}

test_expect_success 'a world' '
	build_world && snapshot edit
'

test_expect_success 'the recorder sees the journal and the file' '
	reset_to edit && rm -f log &&
	(
		RECORD_ROOT=$TRASH/w RECORD_LOG=$TRASH/log LD_PRELOAD=$power/record.so &&
		export RECORD_ROOT RECORD_LOG LD_PRELOAD && cd w/a && git-agent check INFRA-001 1
	) &&
	"$power/replay" --names log >names && grep "rename .*$ONE" names && grep "syncdir a/$STORIES" names &&
	grep "write" names && cp w/a/$ONE ticked &&
	reset_to edit && "$power/replay" log w 9999 all && test_cmp ticked w/a/$ONE &&
	reset_to edit && cp w/a/$ONE before && "$power/replay" log w 12 none && test_cmp before w/a/$ONE
'

test_expect_success 'a missing fsync is found' '
	reset_to edit && rm -f log &&
	(
		RECORD_ROOT=$TRASH/w RECORD_LOG=$TRASH/log LD_PRELOAD=$power/record.so RECORD_NO_SYNC=1 &&
		export RECORD_ROOT RECORD_LOG LD_PRELOAD RECORD_NO_SYNC && cd w/a && git-agent check INFRA-001 1
	) &&
	dump a >expect &&
	reset_to edit && "$power/replay" log w 9999 none &&
	dump a >actual && ! test_cmp expect actual
'

test_expect_success 'an edit, written through' '
	power_fails edit a edit_one
'

test_expect_success 'a removal' '
	power_fails edit a remove
'

test_expect_success 'an edit by hand is imported' '
	reset_to edit &&
	artifact 001 "First, by hand" >w/a/$ONE &&
	snapshot hand &&
	power_fails hand a take_in
'

test_expect_success 'push of several' '
	reset_to edit &&
	for i in 001 002 003
	do
		artifact $i "Edited $i" | git -C w/a agent edit INFRA-$i --file - || return 1
	done &&
	snapshot push &&
	power_fails push a exchange
'

test_expect_success 'pull, and export of what came' '
	git -C w/a agent sync push >/dev/null &&
	snapshot pull &&
	power_fails pull b exchange &&
	reset_to pull && git -C w/b agent sync pull >/dev/null && snapshot export &&
	power_fails export b write_out
'

test_expect_success 'both edited: pull, merge, push' '
	reset_to pull &&
	git -C w/b agent check INFRA-001 2 >/dev/null &&
	snapshot merge &&
	power_fails merge b exchange
'

test_expect_success 'a conflict is resolved' '
	reset_to pull &&
	artifact 001 "Edited otherwise" | git -C w/b agent edit INFRA-001 --file - &&
	test_expect_code 1 git -C w/b agent sync &&
	snapshot resolve &&
	power_fails resolve b settle
'

test_expect_success 'the workspace is made again' '
	reset_to merge && git -C w/b agent sync &&
	snapshot rebuild &&
	power_fails rebuild b make_again
'

# More files than are synced one by one. POWER_STEP of its own: most of the records are alike.
test_expect_success 'export of many files at once' '
	reset_to edit &&
	for i in $(seq 101 124)
	do
		artifact $i "Number $i" >w/a/$STORIES/INFRA-$i-more.md || return 1
	done &&
	git -C w/a agent import >/dev/null && git -C w/a agent sync push >/dev/null &&
	git -C w/b agent sync pull >/dev/null &&
	snapshot many &&
	POWER_STEP=${POWER_STEP:-60} && power_fails many b write_out
'

test_expect_success 'disks were made' '
	say "# $disks disks in all" &&
	test $disks -gt 50
'

test_done
