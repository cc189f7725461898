#!/bin/sh
test_description='hook events: what each does, that it is silent otherwise, and never in the way'
. "$(dirname "$0")/lib/test-lib.sh"
. "$test_root/tests/lib/team.sh"

if ! test_have_prereq LIBGIT2
then
	skip_all='libgit2 is missing'
	test_done
fi

# db: asks the workspace itself, without a look at files first.
db() {
	sqlite3 -readonly .git/agent/agent.db "$1"
}

test_expect_success 'setup' '
	team_origin && team_clone a && cd a && git config user.email committer@example.com
'

test_expect_success 'post-commit: the workspace knows at once' '
	cd "$TRASH/a" &&
	team_edit "s/^DRAFT/OPEN/" && git commit -q -a -m open 2>../err && test_must_be_empty ../err &&
	test "$(db "select state from artifact where path = \"$STORY\"")" = OPEN &&
	test "$(db "select head from worktree")" = "$(git rev-parse HEAD)"
'

test_expect_success 'post-rewrite: an amended commit and a rebased one are no second edit' '
	cd "$TRASH/a" &&
	before=$(db "select count(*) from revision") &&
	git commit -q --amend -m amended 2>../err && test_must_be_empty ../err &&
	git switch -q -c side HEAD^ && echo code >code && git add code && git commit -q -m code &&
	git rebase -q main 2>../err && test_must_be_empty ../err &&
	git agent list >../out 2>&1 && test "$(db "select count(*) from revision")" = "$before" &&
	test "$(db "select head from worktree")" = "$(git rev-parse HEAD)" && git switch -q main
'

test_expect_success 'post-merge: a merge that is a commit of its own is there at once' '
	cd "$TRASH/a" && git switch -q -c merged main && echo >>$STORY && git commit -q -a -m merged &&
	git switch -q main && git merge -q --no-ff -m merge merged 2>../err && test_must_be_empty ../err &&
	test "$(db "select head from worktree")" = "$(git rev-parse HEAD)" && git branch -q -D merged
'

# The hook runs while git still has the marks of a rebase, which has nothing left to do by then.
test_expect_success 'post-rewrite: what a rebase brought is there at once, with both of its backends' '
	cd "$TRASH/a" && for how in --merge --apply
	do
		git switch -q -c up$how main && echo up >up && git add up && git commit -q -m up &&
		git switch -q -c local$how main && echo $how >code && git add code && git commit -q -m code &&
		git rebase -q $how up$how 2>../err && test_must_be_empty ../err &&
		test "$(db "select head from worktree")" = "$(git rev-parse HEAD)" || return 1
	done && git switch -q main
'

test_expect_success 'post-rewrite: not while git holds edits back, that it puts into the files again' '
	cd "$TRASH/a" && for how in --merge --apply
	do
		git switch -q -c stash$how main && echo stash >code && git add code && git commit -q -m code &&
		echo "$how" >>$STORY && git agent list >/dev/null && rows=$(db "select count(*) from revision") &&
		git rebase -q --autostash $how up$how 2>../err && grep -e "$how" $STORY &&
		git agent list >/dev/null && test "$(db "select count(*) from revision")" = "$rows" &&
		git restore $STORY && git switch -q main && git agent list >/dev/null || return 1
	done
'

test_expect_success 'pre-merge-commit refuses a merge that brings markers, and stages nothing' '
	cd "$TRASH/a" &&
	git switch -q -c bad && printf "\n<<<<<<< a\nx\n=======\ny\n>>>>>>> b\n" >>$STORY &&
	GIT_AGENT_SKIP=1 git commit -q -a -m bad && git switch -q main &&
	echo more >code2 && git add code2 && git commit -q -m code2 &&
	git agent check INFRA-043 1 &&
	test_expect_code 1 git merge -q bad 2>../err && test_grep "conflict markers" ../err &&
	git merge --abort && git agent check INFRA-043 --off 1 && test_clean
'

test_expect_success 'commit-msg warns of provisional labels, once each, and nothing else' '
	cd "$TRASH/a" &&
	git commit -q --allow-empty -m "Work on INFRA-~k3f9 (INFRA-~k3f9), INFRA-042 and x~1" 2>../err &&
	test "$(grep -c provisional ../err)" = 1 &&
	test_grep "^warning: git agent: the message names INFRA-~k3f9, a provisional label" ../err &&
	git commit -q --allow-empty -m "Work on INFRA-042, HEAD~3 and A-~b" 2>../err &&
	test_must_be_empty ../err
'

test_expect_success 'post hooks exit 0 with a broken workspace, and say why' '
	cd "$TRASH/a" && settle_workspace && cp .git/agent/agent.db ../kept.db && rm -f .git/agent/agent.db-* &&
	echo broken >.git/agent/agent.db &&
	echo "INFRA-~k3f9" >../label && mv .git/logs ../logs &&
	for event in post-checkout post-merge post-rewrite post-commit commit-msg
	do
		git agent hook $event ../label </dev/null 2>../err && test_grep "^warning: git agent: " ../err || return 1
	done &&
	mv ../logs .git/logs &&
	test_expect_code 128 git agent hook pre-commit && cp ../kept.db .git/agent/agent.db
'

test_expect_success 'a post-commit hook that commits ends, and all of its commits are known' '
	cd "$TRASH/a" &&
	cat >.git/hooks/post-commit <<-\EOT &&
	#!/bin/sh
	test -n "$THEIRS" && exit
	echo more >>"$(git ls-files ".agent/cache/stories/*" | head -n 1)"
	THEIRS=1 git commit -q -a -m "again"
	EOT
	git agent install && echo more >>$STORY && git commit -q -a -m first &&
	test "$(git log -1 --format=%s)" = again &&
	test "$(db "select head from worktree")" = "$(git rev-parse HEAD)" &&
	git agent uninstall && rm .git/hooks/post-commit && git agent install
'

test_expect_success 'a commit of nothing of ours is passed by, and the next command sees what there is' '
	cd "$TRASH/a" && settle_workspace && cp .git/agent/agent.db ../kept.db && rm -f .git/agent/agent.db-* &&
	echo broken >.git/agent/agent.db && git switch -q -c aside 2>../err && test_must_be_empty ../err &&
	git commit -q --no-verify --allow-empty -m empty 2>../err && test_must_be_empty ../err &&
	git commit -q --amend --no-verify --allow-empty -m amended 2>../err && test_must_be_empty ../err &&
	git switch -q main 2>../err && test_must_be_empty ../err &&
	git merge -q aside 2>../err && test_must_be_empty ../err &&
	cp ../kept.db .git/agent/agent.db && git branch -q -d aside &&
	cp $STORY ../kept.md && echo "by hand" >>$STORY && echo more >>code2 && git add code2 && git commit -q -m code &&
	git agent show INFRA-042 >../actual && test_grep "^by hand" ../actual &&
	git checkout -q -- $STORY && git agent show INFRA-042 >../actual && ! grep "^by hand" ../actual
'

test_expect_success 'GIT_AGENT_SKIP: nothing is done, and 0 means no' '
	cd "$TRASH/a" &&
	head=$(db "select head from worktree") &&
	GIT_AGENT_SKIP=1 git commit -q --allow-empty -m "INFRA-~k3f9" 2>../err && test_must_be_empty ../err &&
	test "$(db "select head from worktree")" = "$head" &&
	GIT_AGENT_SKIP=0 git commit -q --allow-empty -m "INFRA-~k3f9" 2>../err && test_grep provisional ../err
'

test_expect_success 'an index that cannot be written fails the commit' '
	cd "$TRASH/a" &&
	git agent check INFRA-043 1 && git add -N . && touch .git/index.lock &&
	test_expect_code 128 git agent hook pre-commit 2>../err && rm .git/index.lock &&
	git diff --cached --quiet && git commit -q -a -m ticked && test_clean
'

test_expect_success 'commit -a carries what commands did, once' '
	cd "$TRASH/a" &&
	echo more >>code2 && git agent check INFRA-042 1 &&
	git commit -q -a -m "all of it" 2>../err &&
	git show --name-only --format= HEAD | sort >../actual && printf "%s\n" $STORY code2 >../expect &&
	test_cmp ../expect ../actual && test_clean &&
	test_expect_code 1 git diff --quiet HEAD^
'

test_expect_success 'a partial commit leaves the tick of a command to the next' '
	cd "$TRASH/a" &&
	echo more >>code2 && git agent check INFRA-042 2 &&
	git commit -q -m partial code2 2>../err && test_must_be_empty ../err &&
	git show --name-only --format= HEAD >../actual && echo code2 >../expect && test_cmp ../expect ../actual &&
	git diff --cached --quiet && echo x >>code2 && git add code2 && git commit -q -m rest 2>../err &&
	test_grep "^git agent: staged $STORY" ../err && test_clean
'

# A verify whose verdict is the test'\''s: what counts here is what becomes of it.
with_verify() {
	mkdir -p ../verify && real=$(command -v git-agent) &&
	cat >../verify/git-agent <<-EOT &&
	#!/bin/sh
	test "\$1" = verify || exec "$real" "\$@"
	cat >"$TRASH/verify.in"
	echo "a finding"
	exit $1
	EOT
	chmod +x ../verify/git-agent
}

test_expect_success 'pre-push: verify is asked about what is pushed; its word is advice' '
	cd "$TRASH/a" && with_verify 1 &&
	PATH="$TRASH/verify:$PATH" git push -q origin main 2>../err &&
	test_grep "^a finding" ../err && test_grep "advice only" ../err &&
	test_grep "^refs/heads/main $(git rev-parse main) refs/heads/main [0-9a-f]*$" ../verify.in
'

test_expect_success 'agent.verifyOnPush=true: it refuses; a program without verify does not' '
	cd "$TRASH/a" && git config agent.verifyOnPush true &&
	git commit -q --allow-empty -m more && with_verify 1 &&
	test_must_fail env PATH="$TRASH/verify:$PATH" git push -q origin main 2>../err &&
	test_grep "^error: this push is refused" ../err &&
	test "$(git -C ../origin.git rev-parse main)" != "$(git rev-parse main)" &&
	with_verify 129 && PATH="$TRASH/verify:$PATH" git push -q origin main 2>../err &&
	test_must_be_empty ../err && git config --unset agent.verifyOnPush &&
	test "$(git -C ../origin.git rev-parse main)" = "$(git rev-parse main)"
'

test_expect_success 'with nothing to do no hook opens libgit2, and all are silent' '
	cd "$TRASH/a" && echo message >../msg &&
	for event in post-checkout post-merge post-rewrite post-commit commit-msg pre-push
	do
		GIT_AGENT_LIBEXEC=/nonexistent git agent hook $event ../msg </dev/null >../out 2>&1 &&
		test_must_be_empty ../out || return 1
	done
'

test_expect_success 'in another repository than the one that git names nothing happens' '
	cd "$TRASH" && git init -q other && cd other && echo x >f && git add f &&
	git commit -q -m x 2>../err && test_must_be_empty ../err && ! test -e .git/agent
'

test_done
