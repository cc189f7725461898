#!/bin/sh
test_description='verify where pushes arrive: a bare repository, its hook, what is in quarantine'
. "$(dirname "$0")/lib/test-lib.sh"
. "$test_root/tests/lib/team.sh"

if ! test_have_prereq LIBGIT2
then
	skip_all='libgit2 is missing'
	test_done
fi

# state <state> <message> [<body>]: the story of team_origin goes there by hand, as a commit.
state () {
	team_edit "5s/.*/$1/" && git add -A && test_tick && git commit -q -m "$2" ${3+-m "$3"}
}

objects () {
	(cd "$TRASH/origin.git" && find objects -type f | sort)
}

# refused <pattern> <push argument>...: the push fails, tells why, and leaves nothing behind.
refused () {
	pattern=$1
	shift
	objects >"$TRASH/before" &&
	git -C "$TRASH/origin.git" for-each-ref >"$TRASH/refs.before" &&
	test_must_fail git push origin "$@" 2>"$TRASH/err" &&
	test_grep "$pattern" "$TRASH/err" &&
	test_grep "pre-receive hook declined" "$TRASH/err" &&
	objects >"$TRASH/after" &&
	git -C "$TRASH/origin.git" for-each-ref >"$TRASH/refs.after" &&
	test_cmp "$TRASH/refs.before" "$TRASH/refs.after" &&
	test_cmp "$TRASH/before" "$TRASH/after"
}

test_expect_success 'setup: the sample as the hook of a bare repository' '
	team_origin &&
	cp "$test_root/hooks/server/pre-receive" origin.git/hooks/ &&
	chmod +x origin.git/hooks/pre-receive &&
	git clone -q origin.git a
'

test_expect_success 'what has nothing to do with artifacts passes, silently but for the count' '
	cd "$TRASH/a" && echo code >code && test_commit_all "code" &&
	git push -q origin main 2>../err &&
	test_grep "1 commit: no violation, 0 warnings" ../err
'

test_expect_success 'a legal step passes; a claim is told' '
	cd "$TRASH/a" && state COMMITTED "commit to it" &&
	git push -q origin main 2>../err &&
	test_grep "warning: approval: COMMITTED is claimed, unproven" ../err
'

test_expect_success 'an illegal one is refused, and nothing of it stays' '
	cd "$TRASH/a" && state DRAFT "back, no reason" &&
	refused "violation: transition: COMMITTED -> DRAFT: going back needs a reason" main &&
	git reset -q --hard HEAD~1 && state DRAFT "back" "The limit was wrong." &&
	git push -q origin main
'

test_expect_success 'markers hidden behind a later commit are found' '
	cd "$TRASH/a" && cp $STORY ../good &&
	printf "<<<<<<< a\nx\n=======\ny\n>>>>>>> b\n" >>$STORY && test_commit_all "markers" &&
	cat ../good >$STORY && test_commit_all "cleaned" &&
	refused "violation: markers: " main &&
	git reset -q --hard origin/main
'

test_expect_success 'a new branch is judged from where it left the trunk' '
	cd "$TRASH/a" && git switch -q -c topic &&
	state DONE "jump" &&
	refused "^remote: .*$STORY:5: violation: transition: DRAFT -> DONE" topic &&
	git reset -q --hard HEAD~1 && state OPEN "open" &&
	git push -q origin topic 2>../err &&
	test_grep "1 commit: no violation" ../err
'

test_expect_success 'several refs at once: one bad one refuses all; each commit is told once' '
	cd "$TRASH/a" && git switch -q -c bad && state DONE "jump" && git branch also &&
	refused "1 violation of the rules in 2 commits" topic bad also main &&
	git switch -q topic && git branch -q -D bad also
'

test_expect_success 'deleting a branch, tags, and tags of no commit' '
	cd "$TRASH/a" &&
	git tag light && git tag -m "a tag" heavy && git tag blob "$(git rev-parse HEAD:$STORY)" &&
	git push -q origin light heavy blob 2>../err &&
	git push -q origin --delete topic 2>../err &&
	git push -q origin topic
'

test_expect_success 'a branch that forces its way is judged from its old place on' '
	cd "$TRASH/a" && git reset -q --hard HEAD~1 &&
	state APPROVED "jump" &&
	refused "violation: transition: DRAFT -> APPROVED" -f topic &&
	git reset -q --hard origin/topic
'

test_expect_success 'policy of the server: its own configuration, or the trunk' '
	cd "$TRASH/a" && git switch -q main &&
	git -C ../origin.git config agent.requireProof true &&
	state COMMITTED "claim" &&
	refused "violation: approval: COMMITTED is claimed, unproven" main &&
	git -C ../origin.git config --unset agent.requireProof &&
	git reset -q --hard origin/main &&
	git config -f .agent/config agent.requireProof true && test_commit_all "policy" &&
	git push -q origin main 2>../err &&
	state COMMITTED "claim" &&
	refused "violation: approval: " main &&
	git config -f .agent/config agent.requireProof false && test_commit_all "no policy" &&
	refused "violation: approval: " main
'

test_expect_success 'pre-push lines, and lines that are none' '
	cd "$TRASH/a" && zero=$(git rev-parse HEAD | tr 0-9a-f 0) &&
	echo "refs/heads/main $(git rev-parse HEAD) refs/heads/main $(git rev-parse origin/main)" >../lines &&
	test_expect_code 2 git agent verify --stdin <../lines >../out 2>../err &&
	test_grep "approval" ../out &&
	echo "(delete) $zero refs/heads/x $(git rev-parse HEAD)" >../lines &&
	git agent verify --stdin <../lines >../out 2>../err &&
	echo "refs/heads/main" >../lines &&
	test_expect_code 129 git agent verify --stdin <../lines 2>../err &&
	git agent verify --stdin </dev/null
'

test_expect_success 'without the program nothing is taken' '
	cd "$TRASH/a" && git reset -q --hard origin/main && echo more >>code && test_commit_all "code" &&
	mkdir -p ../bin && for tool in git sh env git-receive-pack git-upload-pack cat
	do
		ln -sf "$(command -v $tool)" ../bin/ || return 1
	done &&
	PATH="$TRASH/bin" test_must_fail git push origin main 2>../err &&
	test_grep "no git-agent in PATH" ../err
'

test_expect_success 'the first push of all' '
	cd "$TRASH" && git init -q --bare empty.git &&
	cp "$test_root/hooks/server/pre-receive" empty.git/hooks/ && chmod +x empty.git/hooks/pre-receive &&
	test_must_fail git -C seed push -q ../empty.git main 2>err &&
	test_grep "violation: parent: needs story .INFRA-042. to be COMMITTED or later; it is DRAFT" err &&
	sed "s/PROPOSED/DRAFT/" seed/$RUNBOOK >x && mv x seed/$RUNBOOK &&
	git -C seed commit -q -a --amend -m "artifacts" &&
	git -C seed push -q ../empty.git main 2>err &&
	test_grep "1 commit: no violation" err &&
	git -C empty.git agent verify main 2>err &&
	test_grep "1 commit: no violation" err
'

test_done
