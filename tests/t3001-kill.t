#!/bin/sh
# shellcheck disable=SC2015,SC2089,SC2090
test_description='kill -9 at every durable step: nothing lost, nothing doubled, nothing left behind'
. "$(dirname "$0")/lib/test-lib.sh"

if ! test_have_prereq LIBGIT2
then
	skip_all='libgit2 is missing'
	test_done
fi
. "$test_root/tests/lib/crash.sh"

edit_one () {
	artifact 001 'First, edited' | git agent edit INFRA-001 --file -
}
take_in () {
	git agent import
}
write_out () {
	git agent export
}
send () {
	git agent sync push
}
fetch () {
	git agent sync pull
}
exchange () {
	git agent sync
}
settle () {
	git agent sync status --offline >/dev/null || :
	if git agent sync status --offline --porcelain | grep -q "^[CU]"
	then
		git agent sync resolve INFRA-001 --theirs
	fi
}
remove () {
	test -z "$(git agent list | grep INFRA-003)" || git agent rm INFRA-003
}
commit_all () {
	git rev-parse -q --verify HEAD:other >/dev/null && return
	echo other >other && git add other && git commit -qm edited
}
approve () {
	{
		git agent state INFRA-001 COMMITTED || git agent show INFRA-001 | grep -q COMMITTED
	} && git agent sync
}

test_expect_success 'a world' '
	build_world && snapshot edit
'

test_expect_success 'an edit, written through' '
	kill_everywhere edit a edit_one
'

test_expect_success 'a change of state, pushed at once' '
	kill_everywhere edit a approve
'

test_expect_success 'a removal' '
	kill_everywhere edit a remove
'

test_expect_success 'an edit by hand is imported' '
	reset_to edit &&
	artifact 001 "First, by hand" >w/a/$ONE &&
	snapshot hand &&
	kill_everywhere hand a take_in
'

test_expect_success 'commits are imported' '
	reset_to edit &&
	(
		cd w/b &&
		artifact 001 "First, committed" >$ONE &&
		artifact 004 Fourth >$STORIES/INFRA-004-fourth.md &&
		git rm -q $STORIES/INFRA-003-third.md &&
		git add -A && git commit -q -n -m edited && git push -q origin HEAD:main
	) &&
	git -C w/a -c core.hooksPath=/nowhere pull -q &&
	snapshot commits &&
	kill_everywhere commits a take_in
'

test_expect_success 'push of several' '
	reset_to edit &&
	for i in 001 002 003
	do
		artifact $i "Edited $i" | git -C w/a agent edit INFRA-$i --file - || return 1
	done &&
	snapshot push &&
	kill_everywhere push a send
'

test_expect_success 'pull, and export of what came' '
	git -C w/a agent sync push >/dev/null &&
	snapshot pull &&
	kill_everywhere pull b fetch &&
	reset_to pull && git -C w/b agent sync pull >/dev/null && snapshot export &&
	kill_everywhere export b write_out
'

test_expect_success 'both edited: pull, merge, push' '
	reset_to pull &&
	git -C w/b agent check INFRA-001 2 >/dev/null &&
	snapshot merge &&
	kill_everywhere merge b exchange
'

test_expect_success 'a conflict is resolved' '
	reset_to pull &&
	artifact 001 "Edited otherwise" | git -C w/b agent edit INFRA-001 --file - &&
	test_expect_code 1 git -C w/b agent sync &&
	snapshot resolve &&
	kill_everywhere resolve b settle
'

test_expect_success 'a commit carries edits (the hook exports and stages)' '
	reset_to edit &&
	artifact 001 "First, for a commit" | git -C w/a agent edit INFRA-001 --file - &&
	snapshot commit &&
	kill_everywhere commit a commit_all
'

test_expect_success 'pull of more than three pages' '
	reset_to edit &&
	(
		cd w/a && i=100 &&
		while test $i -lt 750
		do
			artifact $i "Story $i" >$STORIES/INFRA-$i-story.md && i=$((i + 1)) || exit 1
		done &&
		git agent import 2>/dev/null && git agent sync push >/dev/null
	) &&
	snapshot pages &&
	kill_everywhere pages b fetch
'

# Whoever named the provisional label names the number, whatever the number is: a lease that was cut off leaves a gap.
relabelled () {
	(
		cd w/a && git agent list >../../list && ! grep "~" ../../list &&
		! grep -r "[^X]INFRA-~" .agent &&
		label=$(sed -n "s/.*\(INFRA-[0-9]*\) .*Offline$/\1/p" ../../list) && test -n "$label" &&
		git agent show INFRA-001 | grep "^See $label, not XINFRA-~0000\.$" &&
		git agent show INFRA-002 | grep "^See $label, not XINFRA-~0000\.$" &&
		grep "^See $label" "$ONE" &&
		git agent show "$(cat ../../provisional)" | grep "Offline" &&
		test "$(sqlite3 .git/agent/agent.db "SELECT count(*) FROM pending")" = 0
	) >out 2>&1 && no_leavings
}

test_expect_success 'a provisional label gets its number, and who names it follows' '
	reset_to edit &&
	(
		cd w/a && mv ../remote.db ../away.db &&
		for i in 1 2 3 4 5 6 7 8 9
		do
			git agent new-story "Offline" --scope INFRA >../../new 2>/dev/null || exit 1
			case $(cat ../../new) in INFRA-~*) break ;; esac
		done &&
		provisional=$(sed "s/ .*//" ../../new) && echo "$provisional" >../../provisional &&
		for i in 001 002
		do
			git agent set INFRA-$i --section Notes --text "See $provisional, not XINFRA-~0000." || exit 1
		done &&
		mv ../away.db ../remote.db && rm .git/agent/new.lock
	) &&
	snapshot relabel &&
	rm -f log && (cd w/a && GIT_AGENT_FAULT_LOG=$TRASH/log git agent sync) && relabelled &&
	last=$(sed -n "\$s/ .*//p" log) && n=1 &&
	while test $n -le $last
	do
		reset_to relabel &&
		(cd w/a && GIT_AGENT_FAULT=$n git agent sync)
		(cd w/a && git agent sync) && relabelled || {
			echo "killed at point $n: $(sed -n "s/^$n //p" log)"
			cat out
			return 1
		}
		n=$((n + 1))
	done &&
	cut -d" " -f2- log >>killed && points=$((points + last)) && say "# relabel: $last points"
'

test_expect_success 'every point was hit' '
	say_points && test $points -gt 100
'

test_done
