#!/bin/sh
test_description='repositories of every shape: it works, or one clear line and nothing is changed'
. "$(dirname "$0")/lib/test-lib.sh"
. "$test_root/tests/lib/team.sh"

if ! test_have_prereq LIBGIT2
then
	skip_all='libgit2 is missing'
	test_done
fi

# works: an edit by a command is in the next commit, one by hand in the workspace, and doctor is
# content. In the current directory, the top of a work tree that is set up.
works() {
	git config user.email committer@example.com &&
	git agent check INFRA-042 1 && echo x >>code && git add code && git commit -q -m tick 2>../err &&
	git show HEAD:$STORY >../actual && test_grep "\[x\] \*\*Scenario 1" ../actual &&
	team_edit "s/None yet/Later/" && git commit -q -a -m hand && git agent show INFRA-042 >../actual &&
	test_grep Later ../actual && test_clean &&
	git agent doctor >../out && ! grep "^problem" ../out
}

# refused <line>: every command that needs a repository and every hook say it, and nothing changes.
# shellcheck disable=SC2086
refused() {
	rm -rf ../kept && cp -R . ../kept && printf "# A story\n\n## Status\n\nDRAFT\n" >../story.md &&
	for command in "sync init" sync "sync push" "sync pull" "sync status" "sync watch" install \
		"install --dry-run" uninstall doctor "doctor --fix" rebuild status list "show A-1" "log A-1" \
		"diff A-1" "new-plan P" "new-story S" "new-runbook R" "edit A-1 -F ../story.md" \
		"set A-1 --title T" "state A-1 APPROVED" "check A-1 1" "mv A-1 A-2" "rm A-1" "restore A-1" import \
		"import-story ../story.md" export "export --index" verify "verify --staged" "sync resolve A-1 --ours" "claim A-1" \
		"release A-1" login logout "member list"
	do
		test_expect_code 128 git agent $command </dev/null >../out 2>../err ||
			{ echo "git agent $command:"; cat ../err; return 1; }
		test "$(sed q ../err)" = "fatal: $1" || { echo "git agent $command:"; cat ../err; return 1; }
	done &&
	for hook in pre-commit pre-merge-commit "pre-push origin ../origin.git"
	do
		test_says 128 "fatal: $1" git agent hook $hook </dev/null || return 1
	done &&
	for hook in "commit-msg ../story.md" "post-checkout a b 1" "post-merge 0" post-commit "post-rewrite amend"
	do
		git agent hook $hook </dev/null 2>../err && test_grep "$1" ../err || return 1
	done &&
	diff -r ../kept .
}

test_expect_success 'setup' 'team_origin'

test_expect_success 'linked worktrees: hooks and drivers once, both work' '
	team_clone a && cd a && git worktree add -q ../a-linked -b side &&
	cd ../a-linked && git agent install >../out && test_grep "nothing to do" ../out &&
	git agent sync init >/dev/null && works && cd ../a && git agent show INFRA-042 >../out &&
	test_grep Later ../out && git merge -q side && test_clean &&
	test_expect_code 1 git -C ../a-linked agent uninstall 2>../err &&
	test_grep "^left: the rule that ignores" ../err && test_clean && test_clean -C ../a-linked &&
	! test -e .git/hooks/pre-commit
'

test_expect_success 'worktrees of a bare main' '
	cd "$TRASH" && git clone -q --bare origin.git bare.git && git -C bare.git worktree add -q ../of-bare main &&
	cd of-bare && git agent sync init >../out && test_grep "workspace: 3 artifacts" ../out && works &&
	test -f ../bare.git/agent/agent.db &&
	test_says 128 "fatal: this operation must be run in a work tree" git -C ../bare.git agent install &&
	test_says 128 "fatal: this operation must be run in a work tree" git -C ../bare.git agent doctor
'

test_expect_success 'a submodule has a workspace of its own; the outer one has none' '
	cd "$TRASH" && test_repo outer && cd outer && git submodule --quiet add ../origin.git sub &&
	git commit -q -m sub && cd sub && git agent sync init >/dev/null && works &&
	test -f ../.git/modules/sub/agent/agent.db && ! test -e ../.git/agent && ! test -e ../.git/hooks/pre-commit &&
	cd .. && git add sub && git commit -q -m "sub moved" 2>../err && test_must_be_empty ../err
'

test_expect_success 'sparse-checkout: artifacts that are not there are no deletions' '
	cd "$TRASH" && team_clone sparse && cd sparse && git config user.email committer@example.com &&
	echo x >code && git add code && git commit -q -m code &&
	git sparse-checkout set --no-cone "/*" "!/.agent/cache/runbooks/" && ! test -e $RUNBOOK &&
	works && git agent show runbook:INFRA-042 >../out && test_grep PROPOSED ../out &&
	git ls-tree -r HEAD >../tree && test_grep runbook ../tree &&
	git sparse-checkout disable && test -e $RUNBOOK && test_clean
'

test_expect_success 'a shallow and a partial clone' '
	cd "$TRASH" && git -C seed commit -q --allow-empty -m more && git -C seed push -q origin main &&
	git clone -q --depth 1 "file://$TRASH/origin.git" shallow && cd shallow &&
	git agent sync init >/dev/null && works &&
	cd "$TRASH" && git -C origin.git config uploadpack.allowFilter true &&
	git clone -q --filter=blob:none "file://$TRASH/origin.git" partial && cd partial &&
	git agent sync init >/dev/null && works
'

# libgit2 reads neither: the way out is what the hint says.
test_expect_success 'a split and a sparse index: one line, nothing committed, nothing lost' '
	cd "$TRASH" && team_clone split && cd split && git config core.splitIndex true &&
	git update-index --split-index && ls .git/sharedindex.* >/dev/null &&
	git agent check INFRA-042 1 && echo x >code && git add code && cp $STORY ../story &&
	test_expect_code 1 git commit -q -m tick 2>../err && cmp ../story $STORY &&
	test_grep "^fatal: this repository uses a split index, which git-agent cannot read yet" ../err &&
	test_grep "^hint: .git config core.splitIndex false. and .git update-index --no-split-index. make it a plain one" ../err &&
	git config core.splitIndex false && git update-index --no-split-index &&
	git agent check INFRA-042 --off 1 && git rm -q --cached code && works &&
	mkdir -p deep/er && echo x >deep/er/f && git add deep && git commit -q -m deep &&
	git sparse-checkout set --cone --sparse-index .agent && ! test -e deep && git agent check INFRA-042 --off 1 &&
	echo y >code && git add code &&
	test_expect_code 1 git commit -q -m sparse 2>../err &&
	test_grep "^hint: .git sparse-checkout reapply --no-sparse-index. makes" ../err &&
	git sparse-checkout reapply --no-sparse-index && git commit -q -m sparse
'

test_expect_success 'sha256 and reftable are refused' '
	cd "$TRASH" && test_repo sha256 --object-format=sha256 && cd sha256 &&
	refused "this repository uses sha256 object ids, which git-agent cannot read yet" &&
	cd "$TRASH" && test_repo reftable && cd reftable && git config core.repositoryFormatVersion 1 &&
	git config extensions.refStorage reftable && rm -rf ../kept && cp -R . ../kept &&
	for command in "sync init" install uninstall doctor "hook pre-commit"
	do
		test_expect_code 128 git-agent $command 2>../err && test_grep -i "refstorage\|reftable refs" ../err || return 1
	done && diff -r ../kept .
'

test_expect_success 'GIT_DIR and GIT_WORK_TREE: the repository that they name' '
	cd "$TRASH" && mkdir away && git clone -q --bare origin.git away/repo && mkdir away/tree && cd away/tree &&
	git -C ../repo config core.bare false &&
	(
		GIT_DIR=$TRASH/away/repo GIT_WORK_TREE=$TRASH/away/tree && export GIT_DIR GIT_WORK_TREE &&
		git checkout -q main -- . && git agent sync init >../out && works
	) &&
	test -x ../repo/hooks/pre-commit && test -f ../repo/agent/agent.db
'

test_expect_success 'a repository of somebody else is not opened' '
	cd "$TRASH" && git clone -q origin.git theirs && cd theirs &&
	rm -rf ../kept && cp -R . ../kept &&
	for command in "sync init" install doctor "hook pre-commit"
	do
		test_expect_code 128 env GIT_TEST_ASSUME_DIFFERENT_OWNER=1 git-agent $command 2>../err &&
		test_grep "^fatal: detected dubious ownership" ../err || return 1
	done && diff -r ../kept .
'

test_expect_success 'outside of a repository, and inside .git' '
	cd "$TRASH" && mkdir nowhere && cd nowhere &&
	for command in install uninstall doctor
	do
		test_says 128 "fatal: not a git repository (or any of the parent directories): .git" git-agent $command || return 1
	done && cd ../sparse/.git && test_says 128 "fatal: this operation must be run in a work tree" git-agent install
'

test_expect_success 'no write access to .git: one line, and nothing half done' '
	cd "$TRASH" && git clone -q origin.git locked && cd locked && rm -rf .git/hooks && echo "not a directory" >.git/hooks &&
	rm -rf ../kept && cp -R . ../kept &&
	test_expect_code 128 git agent install 2>../err && test_grep "^fatal: " ../err && diff -r ../kept .
'

test_done
