#!/bin/sh
test_description='hooks: what a commit carries, what it refuses, what a checkout tells'
. "$(dirname "$0")/lib/test-lib.sh"
. "$test_root/tests/lib/team.sh"

if ! test_have_prereq LIBGIT2
then
	skip_all='libgit2 is missing'
	test_done
fi
for command in check export show
do
	git agent help -a | grep "^   $command " >/dev/null || missing=$command
done
test -n "${missing-}" || test_set_prereq COMMANDS

test_expect_success 'setup' '
	team_origin &&
	team_clone a &&
	git -C a config user.email committer@example.com
'

test_expect_success COMMANDS 'a commit carries the edits made by commands' '
	cd "$TRASH/a" &&
	git agent check INFRA-042 1 &&
	echo code >code && git add code &&
	git commit -q -m "one" 2>../err &&
	printf "git agent: staged %s\n" $STORY >../expect &&
	test_cmp ../expect ../err &&
	git show HEAD:$STORY >../actual &&
	test_grep "\[x\] \*\*Scenario 1" ../actual &&
	test_clean
'

test_expect_success COMMANDS 'a file that could not be written then is written with the commit' '
	cd "$TRASH/a" &&
	git rev-parse HEAD >.git/MERGE_HEAD &&
	git agent check INFRA-042 --off 1 2>../err &&
	test_grep "was not touched" ../err &&
	rm .git/MERGE_HEAD &&
	echo more >code && git add code &&
	git commit -q -m "again" 2>../err &&
	test_grep "staged $STORY" ../err &&
	git show HEAD:$STORY >../actual &&
	test_grep "\[ \] \*\*Scenario 1" ../actual &&
	git agent check INFRA-042 1 && git add . && git commit -q -m "and back" &&
	test_clean
'

test_expect_success COMMANDS 'where nothing else is staged git refuses first, and takes it the second time' '
	cd "$TRASH/a" &&
	git agent check INFRA-042 2 &&
	test_expect_code 1 git commit -q -m "two" 2>../err &&
	test_grep "commit again: it looked before this" ../err &&
	git commit -q -m "two" &&
	test_clean
'

test_expect_success COMMANDS 'with nothing to do it is silent, and a commit stays empty' '
	cd "$TRASH/a" &&
	test_expect_code 1 git commit -q -m "nothing" >../out 2>../err &&
	! grep "git agent" ../err
'

test_expect_success COMMANDS 'a partial commit takes only what it names' '
	cd "$TRASH/a" &&
	echo text >other && git add other &&
	git agent check INFRA-042 --off 2 &&
	git commit -q -m "other only" other 2>../err &&
	git show --name-only --format= HEAD >../actual &&
	echo other >../expect &&
	test_cmp ../expect ../actual &&
	git commit -q -a -m "the rest" &&
	test_clean
'

test_expect_success COMMANDS 'agent.commitExport=none leaves it to the user' '
	cd "$TRASH/a" &&
	git agent check INFRA-043 1 &&
	echo more >>code && git add code &&
	git -c agent.commitExport=none commit -q -m "none" &&
	test_expect_code 1 git diff --quiet &&
	test_expect_code 1 git -c agent.commitExport=some commit -q -a -m "some" 2>../err &&
	git commit -q -a -m "all" &&
	test_clean
'

test_expect_success COMMANDS 'agent.commitExport=all takes what came from teammates' '
	cd "$TRASH/a" &&
	git config agent.commitExport all &&
	git agent set INFRA-043 --title "Audits" &&
	echo more >>code && git add code &&
	git commit -q -m "all" &&
	git config --unset agent.commitExport &&
	test_clean
'

test_expect_success COMMANDS 'what was staged by hand stays as it was staged' '
	cd "$TRASH/a" &&
	team_edit "s/Too many/By hand/" && git add $STORY &&
	git show :$STORY >../staged &&
	git agent check INFRA-042 2 &&
	git commit -q -m "by hand" 2>../err &&
	test_grep "left $STORY: staged by hand" ../err &&
	git show HEAD:$STORY >../actual &&
	test_cmp ../staged ../actual &&
	git commit -q -a -m "rest" &&
	test_clean
'

test_expect_success COMMANDS 'a staged edit that contradicts the workspace is refused, and taken in' '
	cd "$TRASH/a" &&
	git worktree add -q ../two HEAD &&
	(cd ../two && git agent set INFRA-042 --title "Says the other work tree") &&
	sed -i "1s/.*/# INFRA-042: Says the file/" $STORY && git add $STORY &&
	test_expect_code 1 git commit -q -m "against" 2>../err &&
	test_grep "INFRA-042 is in conflict\|in conflict: .git agent sync resolve INFRA-042" ../err &&
	git agent sync resolve INFRA-042 --theirs &&
	git agent show INFRA-042 >../actual && test_grep "Says the file" ../actual &&
	git add $STORY && git commit -q -m "settled" &&
	git worktree remove --force ../two && test_clean
'

test_expect_success COMMANDS 'an edit by hand that is no part of a commit is news for the next command' '
	cd "$TRASH/a" &&
	echo "By hand." >>$STORY && echo code >>code && git add code &&
	git commit -q -m "code" 2>../err &&
	git agent show INFRA-042 >../actual && test_grep "By hand" ../actual &&
	git agent search "hand" >../actual && test_grep INFRA-042 ../actual &&
	git add . && git commit -q -m "by hand" && test_clean
'

# What another terminal sees while `git switch` is under way: the files first, HEAD last.
test_expect_success COMMANDS 'files that git is putting in place are no edits' '
	cd "$TRASH/a" &&
	cp $STORY ../before && git agent show --raw INFRA-042 >../workspace &&
	sed "s/^By hand\.$/Of another branch./" ../before >../theirs && test_must_fail cmp -s ../before ../theirs &&
	: >.git/index.lock && touch -d "1 hour ago" .git/index.lock && cp ../theirs $STORY &&
	git agent list >../out 2>../err && test_grep "another git command is at work here (index.lock)" ../err &&
	git agent set INFRA-043 --section Notes --text "Goes on." 2>/dev/null &&
	cp ../before $STORY && rm .git/index.lock &&
	git agent show --raw INFRA-042 >../actual && test_cmp ../workspace ../actual &&
	git agent log INFRA-042 >../log && ! grep "another branch" ../log &&
	cp ../theirs $STORY && git agent show --raw INFRA-042 >../actual && test_cmp ../theirs ../actual &&
	cp ../before $STORY && git agent show --raw INFRA-042 >../actual && test_cmp ../before ../actual &&
	git add . && git commit -q -m "as before" && test_clean
'

test_expect_success 'conflict markers in what is staged are refused; nothing is lost' '
	cd "$TRASH/a" &&
	cp $STORY ../good &&
	printf "<<<<<<< ours\na\n=======\nb\n>>>>>>> theirs\n" >>$STORY &&
	cp $STORY ../bad &&
	git add $STORY &&
	test_expect_code 1 git commit -q -m "markers" 2>../err &&
	test_grep "$STORY:[0-9]*: the text has conflict markers" ../err &&
	test_grep "^error: this commit is refused" ../err &&
	test_cmp ../bad $STORY &&
	cat ../good >$STORY && git add $STORY && git status >/dev/null
'

test_expect_success 'GIT_AGENT_SKIP passes by, and git calls us no second time from inside' '
	cd "$TRASH/a" &&
	cp ../bad $STORY && git add $STORY &&
	GIT_AGENT_HOOK=pre-commit git agent hook pre-commit &&
	GIT_AGENT_SKIP=1 git commit -q -m "skipped" &&
	git revert --no-edit HEAD >/dev/null &&
	test_clean
'

test_expect_success 'a checkout tells the workspace about my commits, and is silent' '
	cd "$TRASH/a" &&
	GIT_AGENT_SKIP=1 &&
	export GIT_AGENT_SKIP &&
	git switch -q -c topic &&
	team_edit "1s/\$/ trail/" .agent/cache/stories/INFRA/INFRA-043-audit.md &&
	git commit -q -a -m "topic" &&
	git switch -q main &&
	unset GIT_AGENT_SKIP &&
	git switch -q topic 2>../err &&
	test_must_be_empty ../err &&
	git switch -q main 2>../err &&
	test_must_be_empty ../err &&
	! grep trail .agent/cache/stories/INFRA/INFRA-043-audit.md
'

test_expect_success COMMANDS 'the workspace has it, on every branch' '
	cd "$TRASH/a" &&
	git agent show INFRA-043 >../out &&
	test_grep "^# INFRA-043: .* trail$" ../out
'

test_expect_success 'a hook that fails after the fact does not fail git' '
	cd "$TRASH/a" &&
	printf broken >.git/agent/agent.db.test &&
	settle_workspace && cp .git/agent/agent.db ../kept && printf "not a database" >.git/agent/agent.db &&
	rm -f .git/agent/agent.db-wal .git/agent/agent.db-shm &&
	git switch -q topic 2>../err &&
	test_grep "^warning: git agent: " ../err &&
	cp ../kept .git/agent/agent.db && git switch -q main
'

test_expect_success 'without the program: one clear line, and git goes on' '
	cd "$TRASH/a" &&
	mkdir -p ../bin && for tool in git sh env; do ln -sf "$(command -v $tool)" ../bin/; done &&
	echo more >>other && git add other &&
	PATH="$TRASH/bin" git commit -q -a -m "without" 2>../err &&
	cat >../expect <<-\EOT &&
	warning: no git-agent in PATH: .agent/ was not looked at by pre-commit
	EOT
	test_cmp ../expect ../err
'

test_expect_success 'without a workspace it is silent' '
	cd "$TRASH" && git clone -q origin.git none && cd none &&
	for event in pre-commit post-checkout post-merge
	do
		git agent hook $event >../out 2>&1 && test_must_be_empty ../out || return 1
	done &&
	! test -e .git/agent &&
	test_expect_code 129 git agent hook frobnicate
'

test_done
