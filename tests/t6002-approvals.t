#!/bin/sh
test_description='approvals: hook, verify and workspace say the same, whether git or git-agent moved them'
. "$(dirname "$0")/lib/test-lib.sh"
. "$test_root/tests/lib/team.sh"

if ! test_have_prereq LIBGIT2
then
	skip_all='libgit2 is missing'
	test_done
fi

RECORD=.agent/approvals/story/INFRA-042

# What verify says of the step and the approval in a commit, by its exit code as well.
of_commit () {
	git agent verify --porcelain "$1^!" >"$TRASH/verify.out" 2>&1
	code=$?
	case $code:$(grep -E ": (approval|transition): " "$TRASH/verify.out") in
	2:*": transition: "*) echo illegal ;;
	0:*claimed*) echo claimed ;;
	[02]:*"warning: "*stale* | 2:*"violation: "*stale*) echo stale ;;
	0:) echo proven ;;
	*) echo "exit code $code" ;;
	esac
}

# What the workspace says, in verify's words.
of_workspace () {
	git agent show --json INFRA-042 >"$TRASH/show.out" &&
	case $(sed 's/.*"approval":\("[a-z]*"\|null\).*/\1/' "$TRASH/show.out") in
	'"acknowledged"'|'"recorded"') echo proven ;;
	'"stale"') echo stale ;;
	null) echo proven ;;	# no gate: nothing to prove
	*) echo claimed ;;	# requested, imported
	esac
}

# verdict <proven|claimed|stale> <state>: of HEAD, in this clone and in git.
verdict () {
	state=$(git agent state INFRA-042 | sed q) &&
	there=$(of_workspace) && commit=$(of_commit HEAD) || return 1
	test "$state $there $commit" = "$2 $1 $1" && return 0
	echo "state: $state, workspace: $there, verify: $commit; expected: $2, $1"
	cat "$TRASH/verify.out"
	return 1
}

# hook <0|1> <commit argument>...: what the pre-commit hook makes of it.
hook () {
	code=$1
	shift
	test_tick && test_expect_code "$code" git commit -q "$@" 2>"$TRASH/hook.err"
}

by_hand () {
	team_edit "5s/.*/$1/" && git add $STORY
}

test_expect_success 'setup' '
	team_origin &&
	team_clone agent "file:$TRASH/team.db" &&
	git clone -q origin.git plain && cp -r plain plain2 &&
	git -C agent config agent.trunk origin/main
'

# --- by git-agent alone ---
test_expect_success 'git-agent: commit to it, approve it' '
	cd "$TRASH/agent" &&
	git agent state INFRA-042 COMMITTED && git commit -q -a -m "commit to it" &&
	verdict proven COMMITTED &&
	git agent state INFRA-042 APPROVED && hook 0 -a -m "approve" &&
	verdict proven APPROVED &&
	git show --format= --name-only HEAD >../actual &&
	printf "%s\n" $RECORD $STORY >../expect && test_cmp ../expect ../actual &&
	test_clean
'

test_expect_success 'the record: one line a gate, with the hash that the remote acknowledged' '
	cd "$TRASH/agent" &&
	grep -v "^#" $RECORD | cut -d" " -f1,2,4 >../actual &&
	sqlite3 ../team.db "SELECT \"COMMITTED\", normative, (SELECT rev FROM revision WHERE state_to = \"COMMITTED\")
		FROM artifact WHERE label = \"INFRA-042\" AND kind = \"story\"
		UNION ALL SELECT approval_state, approval_normative, approved_rev
		FROM artifact WHERE label = \"INFRA-042\" AND kind = \"story\"" | tr "|" " " >../expect &&
	test_cmp ../expect ../actual &&
	sqlite3 ../team.db "SELECT hash FROM revision WHERE state_to = \"APPROVED\"" >../expect &&
	sed -n "s/^APPROVED //p" $RECORD | cut -d" " -f4 >../actual && test_cmp ../expect ../actual &&
	test_grep "^APPROVED .* A U Thor <author@example.com>$" $RECORD
'

test_expect_success 'git-agent: ticking a box leaves it approved' '
	cd "$TRASH/agent" &&
	git agent check INFRA-042 1 && hook 0 -a -m "tick" &&
	verdict proven APPROVED
'

test_expect_success 'git-agent: a changed criterion makes it stale; the hook refuses' '
	cd "$TRASH/agent" && head=$(git rev-parse HEAD) &&
	git agent set INFRA-042 --section "Notes" --text "Another limit." &&
	test "$(of_workspace)" = stale &&
	hook 1 -a -m "changed" &&
	test_grep "$STORY:5: APPROVED is stale: the text changed after it was approved" ../hook.err &&
	test "$(git rev-parse HEAD)" = "$head" &&
	hook 0 --no-verify -a -m "changed all the same" &&
	verdict stale APPROVED &&
	test_expect_code 2 git agent verify HEAD^! >/dev/null 2>&1
'

test_expect_success 'git-agent: approved again' '
	cd "$TRASH/agent" &&
	git agent state INFRA-042 APPROVED && hook 0 -a -m "approve again" &&
	verdict proven APPROVED &&
	test "$(grep -c "^APPROVED" $RECORD)" = 1
'

test_expect_success 'git-agent: one gate back, with a reason; the remote and the record go along' '
	cd "$TRASH/agent" &&
	test_expect_code 2 git agent state INFRA-042 COMMITTED 2>../err && test_grep "needs a reason" ../err &&
	git agent state -m "too early" INFRA-042 COMMITTED &&
	hook 0 -a -m "not yet" -m "Too early." && verdict proven COMMITTED &&
	! grep "^APPROVED" $RECORD && test "$(grep -c "^COMMITTED" $RECORD)" = 1 &&
	test "$(sqlite3 ../team.db "SELECT state, approval_state FROM artifact WHERE label = \"INFRA-042\"
		AND kind = \"story\"")" = "COMMITTED|COMMITTED" &&
	git agent state INFRA-042 APPROVED && hook 0 -a -m "now" && verdict proven APPROVED
'

test_expect_success 'git, with the remote: a revert of the approval takes it back there, too' '
	cd "$TRASH/agent" && git revert --no-edit HEAD >/dev/null &&
	test "$(of_commit HEAD)" = proven && git agent sync >../out && git agent status >../status &&
	! grep -i refused ../status &&
	test "$(sqlite3 ../team.db "SELECT state, approval_state FROM artifact WHERE label = \"INFRA-042\"
		AND kind = \"story\"")" = "COMMITTED|COMMITTED" &&
	test "$(of_workspace)" = proven &&
	echo more >>code && git add code && hook 0 -m "code" && verdict proven COMMITTED &&
	git agent state INFRA-042 APPROVED && git add -A && hook 0 -m "approve after all" &&
	verdict proven APPROVED
'

test_expect_success 'git-agent: back to draft takes the approvals off the record, and over again' '
	cd "$TRASH/agent" &&
	git agent state -m "the limit is wrong" INFRA-042 DRAFT &&
	hook 0 -a -m "back" -m "The limit is wrong." &&
	verdict proven DRAFT && ! test -e $RECORD &&
	test_must_fail git cat-file -e HEAD:$RECORD &&
	git agent verify HEAD^! &&
	git agent state INFRA-042 COMMITTED && git agent state INFRA-042 APPROVED &&
	git add -A && hook 0 -m "two gates at once, which the remote took one by one" &&
	verdict proven APPROVED && git agent verify HEAD^! &&
	git agent state -m "one by one" INFRA-042 DRAFT &&
	hook 0 -a -m "back" -m "One by one." && git agent state INFRA-042 COMMITTED &&
	git add -A && hook 0 -m "commit to it again" && verdict proven COMMITTED &&
	git agent state INFRA-042 APPROVED && git add -A && hook 0 -m "approve again" &&
	verdict proven APPROVED && test_clean &&
	git push -q origin main
'

test_expect_success 'offline it is requested: claimed until the remote has said yes, then on record' '
	cd "$TRASH/agent" && mv ../team.db ../away &&
	git agent state -m "again" INFRA-042 DRAFT && hook 0 -a -m "back" -m "again" &&
	git agent state INFRA-042 COMMITTED && hook 0 -a -m "offline" &&
	test_grep "warning: .*COMMITTED is claimed, unproven" ../hook.err &&
	verdict claimed COMMITTED &&
	mv ../away ../team.db && git agent sync &&
	git agent status >../status && echo code >code && git add code &&
	hook 0 -m "code" && test_grep "staged $RECORD" ../hook.err &&
	verdict proven COMMITTED &&
	git agent list >/dev/null && git agent status >../status && ! grep "for the next commit" ../status &&
	git agent state INFRA-042 APPROVED && hook 0 -a -m "approve" && verdict proven APPROVED &&
	git push -q origin main
'

# --- by git alone, in a clone without a remote; its workspace looks on ---
test_expect_success 'git: the commits bring the approvals along' '
	cd "$TRASH/plain2" && git agent sync init >/dev/null &&
	git -C ../plain2 config user.email plain@example.com &&
	git pull -q --ff-only && verdict proven APPROVED
'

test_expect_success 'git: reverting the approval, and the revert' '
	cd "$TRASH/plain2" &&
	git revert --no-edit HEAD >/dev/null && verdict proven COMMITTED &&
	git revert --no-edit HEAD >/dev/null && verdict proven APPROVED
'

test_expect_success 'git: a gate taken back by hand: with a reason, as a revert has it' '
	cd "$TRASH/plain2" &&
	by_hand COMMITTED && hook 0 -m "one gate back" &&
	test_grep "warning: .*APPROVED -> COMMITTED: going back needs a reason" ../hook.err &&
	test "$(of_commit HEAD)" = illegal && git reset -q --hard HEAD^ &&
	by_hand COMMITTED && hook 0 -m "one gate back" -m "By hand." && verdict proven COMMITTED &&
	git revert --no-edit HEAD >/dev/null && verdict proven APPROVED
'

test_expect_success 'neither goes from gate to gate without the rule, nor back to what is no gate' '
	cd "$TRASH/plain2" &&
	git agent state INFRA-042 DONE && hook 0 -a -m "done" && verdict proven DONE &&
	test_expect_code 2 git agent state -m "not yet" INFRA-042 REVIEW_NEEDED 2>../err &&
	test_grep "first states and to gates only" ../err &&
	by_hand REVIEW_NEEDED && hook 1 -m "not yet" -m "By hand." &&
	test_grep "DONE -> REVIEW_NEEDED: .*first states and to gates only" ../hook.err &&
	hook 0 --no-verify -m "not yet" -m "By hand." && test "$(of_commit HEAD)" = illegal &&
	git revert --no-edit HEAD >/dev/null && verdict proven DONE &&
	git revert --no-edit HEAD~2 >/dev/null && verdict proven APPROVED
'

test_expect_success 'git: the same steps by hand are claims, in hook, verify and workspace' '
	cd "$TRASH/plain2" &&
	by_hand DRAFT && git rm -q $RECORD && hook 0 -m "back" -m "By hand." && verdict proven DRAFT &&
	by_hand COMMITTED && hook 0 -m "commit to it" &&
	test_grep "COMMITTED is claimed, unproven" ../hook.err && verdict claimed COMMITTED &&
	by_hand APPROVED && hook 0 -m "approve" &&
	test_grep "APPROVED is claimed, unproven" ../hook.err && verdict claimed APPROVED &&
	team_edit "s/Another limit/No limit/" && git add $STORY && hook 0 -m "change" &&
	test_grep "warning: .*APPROVED is stale" ../hook.err && verdict stale APPROVED &&
	by_hand DRAFT && hook 0 -m "back" -m "By hand." &&
	by_hand APPROVED && hook 1 -m "jump" && test_grep "DRAFT -> APPROVED" ../hook.err
'

test_expect_success 'git: a stale text is refused there, too' '
	cd "$TRASH/plain2" && git reset -q --hard origin/main && git agent list >/dev/null &&
	git checkout -q -b again && git reset -q --hard origin/main &&
	team_edit "s/Another limit/No limit/" && git add $STORY &&
	hook 1 -m "change" && test_grep "APPROVED is stale" ../hook.err &&
	hook 0 --no-verify -m "change" && test "$(of_commit HEAD)" = stale &&
	git revert --no-edit HEAD >/dev/null && test "$(of_commit HEAD)" = proven
'

test_expect_success 'a teammate exports the approval with the artifact' '
	cd "$TRASH/plain" && git config user.email b@example.com &&
	git reset -q --hard "$(git rev-list --max-parents=0 HEAD)" &&
	git agent sync init "file:$TRASH/team.db" >/dev/null && git agent sync &&
	git agent export INFRA-042 >../out && cat $RECORD >../actual &&
	git -C ../agent show HEAD:$RECORD | grep "^APPROVED" >../expect &&
	grep "^APPROVED" ../actual >../approved && test_cmp ../expect ../approved &&
	git add -A && git agent verify --porcelain --staged >../out 2>&1;
	! grep "approval" ../out
'

test_expect_success 'onto a branch, too, the approval goes with the text' '
	cd "$TRASH/plain" && git agent export --commit refs/heads/exported --all >/dev/null &&
	git show exported:$RECORD >../actual && git show exported:$STORY >../story &&
	test_grep "^APPROVED " ../actual && test_grep "^APPROVED$" ../story &&
	test "$(of_commit exported)" = proven &&
	tip=$(git rev-parse exported) && git agent export --commit refs/heads/exported --all >/dev/null &&
	test "$tip" = "$(git rev-parse exported)"
'

test_expect_success 'a clone without a remote calls it recorded, verify says by what, --online needs a remote' '
	cd "$TRASH/plain2" && git checkout -q -f main && git reset -q --hard origin/main &&
	git agent show --json INFRA-042 >../out && test_grep "\"approval\":\"recorded\"" ../out &&
	step=$(git log -1 --format=%H -S"APPROVED " -- $RECORD) &&
	git agent verify $step^! 2>../err && test_grep "^1 approval holds by the record alone" ../err &&
	test_expect_code 129 git agent verify --online $step^! 2>../err && test_grep "no remote" ../err &&
	cd ../agent && git agent verify $step^! 2>../err && ! grep "record alone" ../err &&
	test_expect_code 2 git agent verify --online --json origin/main >../out &&
	test_grep "\"approvals_on_record\":0" ../out
'

# forge <sed script>: a line of the record, with a seal that fits, as who knows the format makes it.
forge () {
	sed "$1" $RECORD | while read -r word normative at rev chain uid seal approver
	do
		test "$word" = "#" || seal=$(printf "approval\nstory\n${LABEL-INFRA-042}\n%s\n%s\n%s\n%s\n%s\n%s\n%s\n" \
			"$uid" "$word" "$normative" "$at" "$rev" "$chain" "$approver" |
			sha256sum | cut -c1-64)
		test "$word" = "#" || printf "%s\n" "$word $normative $at $rev $chain $uid $seal $approver"
	done >../forged && cat ../forged >$RECORD && git add $RECORD
}

# found <reason>: by hook, verify and doctor; then as it was.
found () {
	hook 1 -m forge && test_grep "APPROVED is not what was approved: $1" ../hook.err &&
	test_expect_code 2 git agent verify --porcelain --staged >../out 2>&1 &&
	test_grep "$RECORD:[0-9]*: violation: approval: APPROVED is not what was approved: $1" ../out &&
	test_expect_code 1 git agent doctor >../out && test_grep "problem: approvals: .*$1" ../out &&
	git reset -q --hard
}

test_expect_success 'a word of a line that was changed is found without the remote' '
	cd "$TRASH/plain2" && for change in "s/A U Thor/E V E/" "s/20\(..-..-..T\)/19\1/" \
		"/^APPROVED/s/ \([0-9]*\) \([0-9a-f]\{64\}\) / 1\1 \2 /" "/^COMMITTED/d;s/^APPROVED/COMMITTED/"
	do
		sed "$change" $RECORD >../x && cat ../x >$RECORD && git add $RECORD &&
		test_expect_code 2 git agent verify --staged >../out 2>&1 &&
		test_grep "its line was changed" ../out &&
		git reset -q --hard || return 1
	done
'

test_expect_success 'a whole line that was made up: the workspace has the remote'\''s word against it' '
	cd "$TRASH/agent" && git reset -q --hard && git agent sync >../out && git agent doctor >../out;
	! grep "approvals" ../out &&
	forge "s/A U Thor/E V E/" && found "the remote knows another approver" &&
	forge "s/20\(..-..-..T\)/19\1/" && found "the remote acknowledged it at another time" &&
	forge "/^APPROVED/s/ \([0-9]*\) [0-9a-f]\{8\}\([0-9a-f]\{56\}\) / \1 00000000\2 /" &&
	found "the remote.s chain has another hash" &&
	forge "s/^APPROVED [0-9a-f]\{4\}/APPROVED 0000/" && found "the remote acknowledged another text"
'

test_expect_success 'where nobody has the remote'\''s word a made up line holds, and it is said by what' '
	cd "$TRASH/plain2" && forge "s/A U Thor/E V E/" &&
	git agent verify --staged >../out 2>../err && test_grep "2 approvals hold by the record alone" ../err &&
	git reset -q --hard
'

test_expect_success 'a line from before, with the text from before, is replayed; a made up one is what --online finds' '
	cd "$TRASH/agent" && git reset -q --hard && cp $RECORD ../old.record && cp $STORY ../old.story &&
	git agent state -m "once more" INFRA-042 DRAFT && hook 0 -a -m "back" -m "once more" &&
	git agent set INFRA-042 --section "Notes" --text "A new limit." && hook 0 -a -m "text" &&
	git agent state INFRA-042 COMMITTED && git add -A && hook 0 -m "commit to it" &&
	git agent state INFRA-042 APPROVED && git add -A && hook 0 -m "approve" && verdict proven APPROVED &&
	git checkout -q -b replay HEAD~1 && cat ../old.story >$STORY && cat ../old.record >$RECORD && git add -A &&
	git commit -q --no-verify -m "replay" &&
	git agent verify --porcelain HEAD^! >../out 2>&1 && test_grep "warning: approval: APPROVED was approved once" ../out &&
	git agent verify --porcelain --online HEAD^! >../out 2>&1 && test_grep "warning: approval: APPROVED was approved once" ../out &&
	test "$(of_workspace)" != proven &&
	sed "s/^\(APPROVED .*\) \([0-9]*\) \([0-9a-f]\{64\} [-0-9a-f]\{36\} \)/\1 3 \3/" $RECORD >../x && cat ../x >$RECORD &&
	forge "" && git commit -q --no-verify -m "made up" &&
	test_expect_code 2 git agent verify --online HEAD^! >../out 2>&1 &&
	test_grep "the remote \(does not know of it\|acknowledged another\)" ../out &&
	git checkout -q -f main
'

test_expect_success 'copied to another artifact it proves nothing' '
	cd "$TRASH/agent" && OTHER=.agent/cache/stories/INFRA/INFRA-043-audit.md &&
	cp $RECORD .agent/approvals/story/INFRA-043 && cat $STORY >$OTHER && git add -A &&
	test_expect_code 2 git agent verify --staged >../out 2>&1 &&
	test_grep "$OTHER:5: violation: approval: .*is of another artifact" ../out &&
	(RECORD=.agent/approvals/story/INFRA-043 && LABEL=INFRA-043 && forge "") &&
	test_expect_code 2 git agent verify --staged >../out 2>&1 &&
	test_grep "$OTHER:5: violation: approval: .*it is the approval of another artifact" ../out &&
	sed "s/^DRAFT/APPROVED/" ../seed/$OTHER >$OTHER && git add -A &&
	test_expect_code 2 git agent verify --staged >../out 2>&1 &&
	test_grep "$OTHER:5: violation: approval: .*it is the approval of another artifact" ../out &&
	git reset -q --hard && git agent list >/dev/null
'

test_expect_success 'a record that was tampered with proves nothing' '
	cd "$TRASH/agent" && sed "s/^APPROVED [0-9a-f]\{4\}/APPROVED 0000/" $RECORD >../x && cat ../x >$RECORD &&
	git add $RECORD && hook 1 -m "forge" && test_grep "its line was changed" ../hook.err &&
	echo "APPROVED by me" >>$RECORD && git add $RECORD && hook 1 -m "forge" &&
	test_grep "$RECORD:[0-9]*: this line of the record is no approval" ../hook.err &&
	git checkout -q HEAD $RECORD
'

test_done
