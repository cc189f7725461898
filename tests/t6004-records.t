#!/bin/sh
test_description='records of approvals: they follow a new label, and artifacts of one label have lines of their own'
. "$(dirname "$0")/lib/test-lib.sh"
. "$test_root/tests/lib/team.sh"

if ! test_have_prereq LIBGIT2
then
	skip_all='libgit2 is missing'
	test_done
fi

RECORD=.agent/approvals/story/INFRA-042
NEW=.agent/approvals/story/INFRA-052

# hook <0|1> <commit argument>...: what the pre-commit hook makes of it.
hook () {
	code=$1
	shift
	test_tick && test_expect_code "$code" git commit -q "$@" 2>"$TRASH/hook.err"
}

# nothing_of <pattern> <file>
nothing_of () {
	! grep "$1" "$2"
}

# approval <word> <id>: what the workspace says.
approval () {
	git agent show --json "$2" >"$TRASH/show.out" && test_grep "\"approval\":\"$1\"" "$TRASH/show.out"
}

A=.agent/cache/stories/INFRA/INFRA-040-a.md
B=.agent/cache/stories/INFRA/INFRA-040-b.md

test_expect_success 'setup: an approved story, with its record' '
	team_origin && team_clone one "file:$TRASH/team.db" && cd one &&
	git agent state INFRA-042 COMMITTED && git commit -q -a -m "commit to it" &&
	git agent state INFRA-042 APPROVED && git commit -q -a -m "approve" &&
	approval acknowledged INFRA-042 && test_grep "^APPROVED" $RECORD && git push -q origin main &&
	cd .. && git clone -q origin.git plain && cd plain && git config user.email plain@example.com &&
	git agent sync init >/dev/null && approval recorded INFRA-042 &&
	cd .. && team_clone two "file:$TRASH/team.db" && cd two && git agent sync && approval acknowledged INFRA-042
'

# The label in the title is part of the text: what is approved under another label is stale.
test_expect_success 'another label: the record goes along, with the next commit; nothing stays behind' '
	cd "$TRASH/one" && git agent mv INFRA-042 --label INFRA-052 >../out &&
	! test -e $RECORD && test_grep "^APPROVED " $NEW && echo 2 >code && git add code &&
	hook 1 -m "renumber" && test_grep "INFRA-052-rate-limit.md:5: APPROVED is stale" ../hook.err &&
	git agent state INFRA-052 APPROVED && hook 0 -m "renumber" -m "It was taken." && test_clean &&
	git show --format= --name-status --no-renames HEAD >../actual &&
	test_grep "^D.*$RECORD" ../actual && test_grep "^A.*$NEW" ../actual &&
	git agent verify --online HEAD^! >../out 2>&1 && nothing_of "approval" ../out &&
	git agent doctor >../out && git agent sync && approval acknowledged INFRA-052
'

test_expect_success 'the same in a clone that knows no remote' '
	cd "$TRASH/plain" && cp $RECORD ../before && git agent mv INFRA-042 --label INFRA-052 >../out &&
	! test -e $RECORD && git add -A && hook 1 -m "renumber" &&
	test_grep "INFRA-052-rate-limit.md:5: APPROVED is stale" ../hook.err &&
	cut -d" " -f1-6,8- $NEW | sed 1d >../actual && cut -d" " -f1-6,8- ../before | sed 1d >../expect &&
	test_cmp ../expect ../actual
'

test_expect_success 'a teammate who exports the artifact under its new label moves the record, too' '
	cd "$TRASH/two" && git agent sync && git agent export >../out &&
	! test -e $RECORD && sort $NEW >../actual && sort ../one/$NEW >../expect && test_cmp ../expect ../actual &&
	approval acknowledged INFRA-052 && git add -A && git agent verify --staged >../out 2>&1 &&
	nothing_of "approval:" ../out
'

test_expect_success 'two artifacts of one label: lines of their own, verdicts of their own' '
	cd "$TRASH" && git init -q --bare doubles.git && git clone -q doubles.git doubles 2>/dev/null && cd doubles &&
	team_story $A "A" && team_story $B "B" && test_commit_all "doubles" && git push -q origin main &&
	git agent sync init "file:$TRASH/doubles.db" >/dev/null &&
	git agent sync >../out &&
	R=.agent/approvals/story/INFRA-040 &&
	git agent state $A COMMITTED && git add -A && hook 0 -m "commit to a" &&
	git agent state $A APPROVED && git add -A && hook 0 -m "approve a" &&
	test "$(grep -c "^APPROVED" $R)" = 1 && git push -q origin main &&
	git agent state $B COMMITTED && git add -A && hook 0 -m "commit to b" &&
	test "$(grep -c "^COMMITTED" $R)" = 2 && nothing_of "claimed" ../hook.err &&
	git agent state -m "not yet" $B DRAFT && git add -A && hook 0 -m "back" -m "not yet" &&
	test "$(grep -c "^APPROVED" $R)" = 1 && test "$(grep -c "^COMMITTED" $R)" = 1 &&
	git agent state $B COMMITTED && git add -A && hook 0 -m "commit to b again" &&
	git agent rm -m "double" $A && git add -A && hook 0 -m "rm a" -m "double" &&
	test "$(grep -c "^COMMITTED" $R)" = 1 && nothing_of "^APPROVED" $R &&
	git agent verify --online origin/main..HEAD >../out 2>&1
'

test_expect_success 'by git alone: what is approved of one is no approval of the other, nor makes it stale' '
	cd "$TRASH" && git clone -q doubles.git looker && cd looker &&
	sed "s/^DRAFT/COMMITTED/" $B >../x && cat ../x >$B && test_commit_all "claim b" &&
	git agent verify --porcelain HEAD^! >../out 2>&1 &&
	test_grep "$B:5: warning: approval: COMMITTED is claimed, unproven" ../out &&
	sed "s/None yet/Some/" $A >../x && cat ../x >$A && test_commit_all "change a" &&
	test_expect_code 2 git agent verify --porcelain HEAD^! >../out 2>&1 &&
	test_grep "$A:5: violation: approval: APPROVED is stale" ../out
'

test_done
