#!/bin/sh
test_description='settings of the merge: of the team, of a clone, of a kind, of a gate'
. "$(dirname "$0")/lib/test-lib.sh"
. "$test_root/tests/lib/team.sh"

if ! test_have_prereq LIBGIT2
then
	skip_all='libgit2 is missing'
	test_done
fi

GIT_AGENT_SKIP=1
export GIT_AGENT_SKIP

# Branches "ours" (checked out) and "theirs" that each add an item at one place.
both_add() {
	git merge --abort 2>/dev/null
	git reset -q --hard && git switch -q -C theirs main && team_edit "/Scenario 2/a - [ ] **Scenario 3**: a log" &&
	git commit -q -a -m theirs && git switch -q -C ours main &&
	team_edit "/Scenario 2/a - [ ] **Scenario 4**: an alarm" && git commit -q -a -m ours
}

test_expect_success 'setup: two clones' '
	team_origin && team_clone a file:../team.db && team_clone b file:../team.db && cd a &&
	git agent sync >/dev/null && git -C ../b agent sync >/dev/null && both_add && git merge -q theirs 2>../err &&
	test_grep "^auto-merged: .*(list)$" ../err
'

test_expect_success 'a rule that the team turned off on the trunk is off in the driver, whatever is checked out' '
	cd "$TRASH/a" && git switch -q main && git config -f .agent/config agent.merge.list false &&
	git config -f .agent/config agent.merge.of-a-later-version false &&
	test_commit_all "no lists" && git push -q origin main && git reset -q --hard HEAD^ &&
	both_add && ! test -e .agent/config &&
	test_expect_code 1 git merge -q theirs 2>../err && test_grep "^<<<<<<< " $STORY && ! grep warning ../err
'

test_expect_success 'and in sync' '
	cd "$TRASH/a" && git merge --abort && git show ours:$STORY | git agent edit INFRA-042 --file - &&
	git agent sync >/dev/null && git -C ../b pull -q &&
	git show theirs:$STORY | git -C ../b agent edit INFRA-042 --file - &&
	test_expect_code 1 git -C ../b agent sync 2>../err && test_grep "INFRA-042: conflict" ../err &&
	git -C ../b agent sync resolve INFRA-042 --explain >../out && test_grep "^conflict" ../out &&
	! grep "list$" ../out && git -C ../b config agent.merge.list true &&
	git -C ../b agent sync resolve INFRA-042 --explain >../out &&
	test_grep "^merged	list	line [0-9]*	" ../out && ! grep "<<<<<" ../out
'

test_expect_success 'a clone has the last word' '
	cd "$TRASH/a" && git reset -q --hard && both_add && git -c agent.merge.list=true merge -q theirs 2>../err &&
	test_grep "(list)$" ../err &&
	both_add && test_expect_code 1 git -c agent.merge.list=true -c agent.merge.mode=text merge -q theirs 2>../err &&
	test_grep "^<<<<<<< " $STORY
'

test_expect_success 'what nobody knows is said, and no reason not to merge' '
	cd "$TRASH/a" && both_add &&
	git -c agent.merge.list=true -c agent.merge.lists=true merge -q theirs 2>../err &&
	test_grep "^warning: agent.merge.lists: there is no such rule" ../err && test_clean &&
	both_add && git -c agent.merge.list=true -c agent.merge.mode=wild merge -q theirs 2>../err &&
	test_grep "^warning: agent.merge.mode is .wild." ../err
'

test_expect_success 'the project has kinds of its own: the driver and git agent merge know their states' '
	cd "$TRASH" && test_repo kinds && cd kinds && mkdir -p .agent/cases && cat >.agent/config <<-\EOT &&
	[agent "kind.case"]
		dir = .agent/cases
		plural = cases
		state = HEARD 1 initial
		state = WEIGHED 2
		state = RULED 3 gate
	EOT
	printf "# CASE-001: A case\n\n## State\n\nHEARD\n\n## Facts\n\nNone.\n" >.agent/cases/CASE-001-a.md &&
	test_commit_all base && git agent install 2>/dev/null && git switch -q -c theirs &&
	sed -i "s/^HEARD/RULED/" .agent/cases/CASE-001-a.md && test_commit_all theirs &&
	git switch -q -c ours HEAD^ && sed -i "s/^HEARD/WEIGHED/" .agent/cases/CASE-001-a.md && test_commit_all ours &&
	git merge -q theirs 2>../err && test_grep "^RULED$" .agent/cases/CASE-001-a.md &&
	for rev in main ours theirs; do git show $rev:.agent/cases/CASE-001-a.md >../$rev || return 1; done &&
	git show theirs^:.agent/cases/CASE-001-a.md >../main && git show HEAD^1:.agent/cases/CASE-001-a.md >../ours &&
	git agent merge -p --path .agent/cases/CASE-001-a.md ../main ../ours ../theirs >../out &&
	test_cmp ../out .agent/cases/CASE-001-a.md &&
	test_expect_code 1 git agent merge -p --path docs/a.md ../main ../ours ../theirs >../out
'

test_expect_success 'settings that cannot be read: built-in kinds, and a merge' '
	cd "$TRASH/kinds" && git reset -q --hard ours^ && git switch -q -c broken &&
	printf "[agent \"kind.case\"]\n\tdir = /etc\n" >.agent/config && mkdir -p "$(dirname $STORY)" &&
	team_story $STORY && test_commit_all story && git switch -q -c left && team_edit "s/None yet/Left/" &&
	git commit -q -n -a -m left && git switch -q -c right HEAD^ && team_edit "s/Too many/Far too many/" &&
	git commit -q -n -a -m right && git merge -q left 2>../err && test_grep "^warning: .*config" ../err &&
	test_grep "^Left" $STORY
'

# gate <state> <merge options>...: sections that both sides add, which only strict mode leaves alone.
gate() {
	team_story "$TRASH/O" && (
		cd "$TRASH" && sed -i "s/^# [^:]*:/# INFRA-042:/; s/^DRAFT/$1/" O && shift &&
		sed "\$a \\\\n## Costs\\n\\nNone." O >A && sed "\$a \\\\n## Risks\\n\\nSome." O >B &&
		git agent "$@" merge --explain --path $STORY O A B >out 2>err
	)
}

test_expect_success 'an artifact in a gate state is merged strictly by itself' '
	cd "$TRASH" && gate DRAFT && test_grep "^merged	section" out &&
	test_expect_code 1 gate COMMITTED && ! grep "^merged	section" out && test_grep "^conflict" out
'

test_done
