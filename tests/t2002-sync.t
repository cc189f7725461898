#!/bin/sh
test_description='sync: two clones edit, conflict, settle; offline work is queued'
. "$(dirname "$0")/lib/test-lib.sh"
. "$test_root/tests/lib/team.sh"

if ! test_have_prereq LIBGIT2
then
	skip_all='libgit2 is missing'
	test_done
fi
for command in new-story check state rm export show
do
	git agent help -a | grep "^   $command " >/dev/null || missing=$command
done
test -n "${missing-}" || test_set_prereq COMMANDS

test_expect_success 'a team' '
	team_origin &&
	mkdir shared &&
	team_clone a file:../shared/team.db &&
	team_clone b file:../shared/team.db
'

test_expect_success 'edits of both sides meet in one text' '
	(cd a && team_edit "s/Too many/Far too many/") &&
	(cd b && team_edit "s/None yet/Ask operations/") &&
	git -C a agent sync >out &&
	test_grep "^pushed: 1 sent$" out &&
	git -C b agent sync >out &&
	test_grep "^pulled: 1 merged$" out &&
	test_grep "1 file is older than the workspace" out &&
	git -C a agent sync >out &&
	test_grep "^pulled: 1 received$" out
'

test_expect_success COMMANDS 'and export shows it' '
	git -C a agent export &&
	git -C b agent export &&
	test_cmp a/$STORY b/$STORY &&
	test_grep "Far too many" a/$STORY &&
	test_grep "Ask operations" a/$STORY
'

test_expect_success 'agent.pullExport lets unmodified files follow' '
	git clone -q origin.git c &&
	git -C c config agent.pullExport true &&
	git -C c agent sync init file:../shared/team.db >out &&
	test_grep "^updated 1 file$" out &&
	test_grep "Far too many" c/$STORY &&
	git -C c diff --cached --exit-code
'

test_expect_success 'sync status: local changes, what is to be pulled, and as of when' '
	(cd c && team_edit "s/Audit/Audit log/" .agent/cache/stories/INFRA/INFRA-043-audit.md) &&
	git -C c agent sync status --porcelain >out &&
	printf "M\tstory\tINFRA-043\t.agent/cache/stories/INFRA/INFRA-043-audit.md\n" >expect &&
	grep -v "^#" out >actual &&
	test_cmp expect actual &&
	test_grep "^# behind 0$" out &&
	git -C c agent sync push >out &&
	test_grep "^pushed: 1 sent$" out &&
	git -C a agent sync status >out &&
	test_grep "^1 version to pull (as of 2" out &&
	git -C a agent sync status --offline >out &&
	test_grep "^Last heard of: 2" out &&
	git -C a agent sync status --json >out &&
	test_grep "^{\"schema_version\":1,\"data\":{\"remote\":\"file:.*\"behind\":1,\"changes\":\[\],\"claims\":\[\]}}$" out &&
	git -C a agent sync && git -C b agent sync
'

test_expect_success 'push alone refuses when something is to be pulled first' '
	git -C a agent sync pull && (cd a && team_edit "1s/$/ for all/") && git -C a agent sync &&
	(cd b && team_edit "1s/$/ for guests/") &&
	test_expect_code 1 git -C b agent sync push >out 2>err &&
	test_grep "^ ! INFRA-042: changed on the remote$" err &&
	test_grep "^hint: .git agent sync pull. merges" err
'

test_expect_success 'a true conflict is recorded, and nothing is half applied' '
	cp b/$STORY before &&
	test_expect_code 1 git -C b agent sync pull >out 2>err &&
	test_grep "^pulled: 1 conflict$" out &&
	test_grep "^ ! INFRA-042: conflict$" err &&
	test_cmp before b/$STORY &&
	git -C b agent sync status --porcelain >out &&
	test_grep "^U" out
'

test_expect_success 'push refuses and names it; other work goes through' '
	(cd b && team_edit "s/^INFRA-042$/INFRA-042 (limits)/" $RUNBOOK) &&
	test_expect_code 1 git -C b agent sync push >out 2>err &&
	test_grep "^pushed: 1 sent, 1 not sent$" out &&
	test_grep "^ ! INFRA-042: conflict$" err &&
	test_expect_code 1 git -C b agent sync
'

test_expect_success 'a commit of it is refused, another one is not' '
	test_expect_code 1 git -C b commit -q -m no $STORY 2>err &&
	test_grep "is in conflict: .git agent sync resolve INFRA-042 --edit" err &&
	git -C b commit -q -m yes $RUNBOOK
'

test_expect_success 'resolve --edit: with markers left nothing changes and the text is kept' '
	GIT_EDITOR="echo >>" test_expect_code 1 git -C b agent sync resolve INFRA-042 --edit 2>err &&
	test_grep "still has conflict markers" err &&
	test_grep "^<<<<<<<" b/.git/agent/EDIT-*.md &&
	test_cmp before b/$STORY &&
	git -C b agent sync status --offline --porcelain >out &&
	test_grep "^U" out
'

test_expect_success 'resolve --edit: a text that cannot be taken is kept and named; --file says the same' '
	GIT_EDITOR="printf \"a\\000b\" >" test_expect_code 2 git -C b agent sync resolve INFRA-042 --edit 2>err &&
	test_grep "contains NUL bytes" err && test_grep "the text is kept in .*EDIT-" err &&
	test_must_fail env GIT_EDITOR="echo typed >>\"\$1\"; exit 7; :" git -C b agent sync resolve INFRA-042 --edit 2>err &&
	test_grep "what was typed is in " err &&
	git -C b cat-file blob HEAD:$STORY >text &&
	printf "<<<<<<< ours\na\n=======\nb\n>>>>>>> theirs\n" >>text &&
	test_expect_code 1 git -C b agent sync resolve INFRA-042 --file ../text 2>err &&
	test_grep "still has conflict markers" err &&
	rm b/.git/agent/EDIT-* && test_cmp before b/$STORY &&
	git -C b agent sync status --offline --porcelain >out && test_grep "^U" out
'

test_expect_success 'resolve --explain: the decisions and the hunks; nothing changes' '
	git -C b agent sync resolve INFRA-042 --explain >out &&
	cat >expect <<-\EOT &&
	conflict	text	line 1	both sides changed this

	@@ line 1 @@
	<<<<<<< ours
	# INFRA-042: Rate limit for guests
	=======
	# INFRA-042: Rate limit for all
	>>>>>>> theirs: A U Thor <author@example.com>
	EOT
	test_cmp expect out && test_cmp before b/$STORY &&
	git -C b agent sync status --offline --porcelain >out && test_grep "^U" out
'

test_expect_success 'resolve wants one way, and a conflict' '
	test_expect_code 129 git -C b agent sync resolve INFRA-042 &&
	test_expect_code 129 git -C b agent sync resolve INFRA-042 --ours --theirs &&
	test_expect_code 128 git -C b agent sync resolve INFRA-043 --ours
'

test_expect_success 'resolve --edit settles; a text that waits does not come again' '
	cat >editor <<-\EOT &&
	sed -i "/^<<<<<<< /d; /^=======/d; /^>>>>>>> /d; /guests/d" "$1"
	EOT
	GIT_EDITOR="sh \"$TRASH/editor\"" git -C b agent sync resolve INFRA-042 --edit >out &&
	test_grep "^INFRA-042: resolved with the edited text$" out &&
	test_grep "Rate limit for all" b/$STORY &&
	git -C b agent sync >out &&
	test_grep "^pushed: 1 sent$" out &&
	git -C a agent sync >out &&
	git -C a agent sync status --porcelain >out &&
	test_grep "^# behind 0$" out
'

test_expect_success 'resolve --ours, --theirs, --file' '
	git config --global agent.pullExport true &&
	for way in --ours --theirs "--file -"
	do
		git -C b agent sync && git -C a agent sync &&
		(cd a && team_edit "s/^# INFRA-043:.*/# INFRA-043: by a $way/" .agent/cache/stories/INFRA/INFRA-043-audit.md) &&
		(cd b && team_edit "s/^# INFRA-043:.*/# INFRA-043: by b $way/" .agent/cache/stories/INFRA/INFRA-043-audit.md) &&
		git -C a agent sync &&
		test_expect_code 1 git -C b agent sync &&
		sed "1s/:.*/: by stdin/" b/.agent/cache/stories/INFRA/INFRA-043-audit.md |
			git -C b agent sync resolve INFRA-043 $way &&
		head -n 1 b/.agent/cache/stories/INFRA/INFRA-043-audit.md >>titles || return 1
	done &&
	cat >expect <<-\EOT &&
	# INFRA-043: by b --ours
	# INFRA-043: by a --theirs
	# INFRA-043: by stdin
	EOT
	test_cmp expect titles
'

test_expect_success 'out of reach: exit 3, the work is queued, and goes out later' '
	git -C b agent sync && git -C a agent sync &&
	mv shared away &&
	(cd a && team_edit "s/a message/a clear message/") &&
	test_expect_code 3 git -C a agent sync 2>err &&
	test_grep "^error: remote .* is out of reach" err &&
	test_grep "^hint: 1 change is queued" err &&
	test_expect_code 3 git -C a agent sync status >out 2>err &&
	test_grep "changed  *INFRA-042" out &&
	git -C a agent sync status --offline &&
	mv away shared &&
	git -C a agent sync >out &&
	test_grep "^pushed: 1 sent$" out
'

test_expect_success COMMANDS 'a story made offline is queued, then sent under a number' '
	git -C b agent sync &&
	mv shared away &&
	(cd a && git agent new-story "Made on a train" --scope INFRA) &&
	(cd b && git agent new-story "Made on a ship" --scope INFRA) &&
	test_expect_code 3 git -C a agent sync &&
	mv away shared &&
	git -C a agent sync && git -C b agent sync && git -C a agent sync &&
	git -C a agent list >la && git -C b agent list >lb && test_cmp la lb &&
	test_grep "INFRA-[0-9]* .*Made on a train" la &&
	test_grep "INFRA-[0-9]* .*Made on a ship" la
'

test_expect_success COMMANDS 'box, state, section and deletion, all at once' '
	git -C a agent sync && git -C b agent sync &&
	git -C a agent export && git -C b agent export &&
	git -C a agent check INFRA-042 1 &&
	git -C a agent state INFRA-042 OPEN &&
	(cd b && team_edit "s/Ask operations/Ask the auditors/") &&
	git -C b agent rm $RUNBOOK &&
	git -C a agent sync && git -C b agent sync && git -C a agent sync &&
	git -C a agent show INFRA-042 >a.md && git -C b agent show INFRA-042 >b.md &&
	test_cmp a.md b.md &&
	test_grep "^OPEN" a.md &&
	test_grep "\[x\] \*\*Scenario 1" a.md &&
	test_grep "Ask the auditors" a.md &&
	test_expect_code 128 git -C a agent show $RUNBOOK
'

test_expect_success 'without a remote it says so' '
	git clone -q origin.git lone && git -C lone agent sync init &&
	test_expect_code 129 git -C lone agent sync &&
	git -C lone agent sync status >out &&
	test_grep "^No remote" out
'

test_done
