#!/bin/sh
test_description='sync init: one command from a fresh clone to working, safe to repeat'
. "$(dirname "$0")/lib/test-lib.sh"
. "$test_root/tests/lib/team.sh"

# What a second run must not change. The database is compared by what it says.
snapshot() {
	find .git -type f ! -path '.git/agent/*' ! -name index -exec cksum {} + | sort -k 3 &&
	stat -c "%A %s %n" .git/hooks/* && readlink .agent/cache/agent.db &&
	git agent sync status --offline --porcelain | grep -v "^# as-of"
}

test_expect_success LIBGIT2 'a repository with real artifacts: everything is there, git status is clean' '
	cd "$TRASH" && test_repo real &&
	cd "$TRASH/real" &&
	cp -R "$team_artifacts" .agent &&
	chmod -R u+w .agent &&
	test_commit_all "artifacts" &&
	git agent sync init >out &&
	count=$(git ls-files ".agent/*.md" ".agent/*.yaml" | wc -l) &&
	test_grep "^workspace: $((count)) artifacts$" out &&
	test_grep "^installed: hook pre-commit$" out &&
	mv out .. &&
	test_clean &&
	git diff --exit-code &&
	test "$(git config agent.trunk)" = main &&
	test "$(readlink .agent/cache/agent.db)" = ../../.git/agent/agent.db &&
	test -s .agent/cache/agent.db
'

test_expect_success LIBGIT2 'a second run changes nothing' '
	cd "$TRASH/real" &&
	snapshot >../before &&
	git agent sync init >../out &&
	! grep installed ../out &&
	snapshot >../after &&
	test_cmp ../before ../after &&
	test_clean
'

test_expect_success LIBGIT2 'two clones, nothing edited: no path changes, nothing is sent twice' '
	cd "$TRASH" &&
	team_origin &&
	team_clone a "file:$TRASH/team.db" &&
	test_grep "^created the remote file:$TRASH/team.db$" init.out &&
	test_grep "^pushed: 3 sent$" init.out &&
	team_clone b "file:../team.db" &&
	test_grep "^pulled: 3 found on both sides$" init.out &&
	test_grep "^pushed: nothing to send$" init.out &&
	for i in a b a
	do
		git -C $i agent sync >out &&
		printf "pulled: nothing new\npushed: nothing to send\n" >expect &&
		test_cmp expect out &&
		test_clean -C $i || return 1
	done
'

test_expect_success LIBGIT2 'a relative path is pinned as an absolute one' '
	test "$(git -C b config agent.remote)" = "file:$TRASH/team.db" &&
	mkdir b/sub && (cd b/sub && git agent sync init file:../../team.db) &&
	(cd b && git agent sync init "file:$TRASH/team.db")
'

test_expect_success LIBGIT2 'a second, different url is refused by a rule' '
	test_says 2 "error: this clone has the remote '\''file:$TRASH/team.db'\'' already" \
		git -C b agent sync init file:other.db &&
	! test -e other.db &&
	git -C b config --unset agent.remote &&
	test_says 2 "error: this clone has the remote '\''file:$TRASH/team.db'\'' already" \
		git -C b agent sync init file:other.db &&
	git -C b agent sync init &&
	test "$(git -C b config agent.remote)" = "file:$TRASH/team.db"
'

test_expect_success LIBGIT2 'a path that cannot be a remote leaves the clone as it was' '
	git clone -q origin.git c &&
	cksum c/.git/config >before &&
	test_expect_code 3 git -C c agent sync init file:nowhere/team.db &&
	test_expect_code 129 git -C c agent sync init team.db &&
	test_expect_code 129 git -C c agent sync init https://x.supabase.co &&
	cksum c/.git/config >after &&
	test_cmp before after &&
	! test -e c/.git/agent
'

test_expect_success LIBGIT2 '--dry-run says what it would do, and does not' '
	git -C c agent sync init --dry-run "file:$TRASH/new.db" >out &&
	test_grep "^hook pre-commit: " out &&
	test_grep "^remote: file:$TRASH/new.db (new)$" out &&
	cksum c/.git/config >after &&
	test_cmp before after &&
	! test -e c/.git/agent &&
	! test -e new.db
'

test_expect_success LIBGIT2 'a foreign hook is left alone: nothing of hooks is written, all else is' '
	git clone -q origin.git d &&
	printf "#!/usr/bin/python3\nexit(0)\n" >d/.git/hooks/post-merge &&
	cksum d/.git/hooks/post-merge >before &&
	test_expect_code 1 git -C d agent sync init >out 2>err &&
	test_grep "post-merge. is no shell script: .*git agent hook post-merge" err &&
	cksum d/.git/hooks/post-merge >after &&
	test_cmp before after &&
	! test -e d/.git/hooks/pre-commit &&
	! test -e d/.git/info/attributes &&
	test_expect_code 1 git -C d config merge.agent.driver &&
	git -C d agent sync status --offline &&
	git -C d agent sync init --no-hooks
'

test_expect_success LIBGIT2 'what it asks for makes it content' '
	printf "#!/bin/sh\ngit agent hook post-merge \"\$@\" || exit\n" >d/.git/hooks/post-merge &&
	git -C d agent sync init &&
	test -x d/.git/hooks/pre-commit &&
	test_grep merge-driver d/.git/config
'

test_expect_success LIBGIT2 'core.hooksPath and a foreign merge driver are in the way, too' '
	git clone -q origin.git e &&
	git -C e config core.hooksPath .ours &&
	test_expect_code 1 git -C e agent sync init 2>err &&
	test_grep "(core.hooksPath)" err &&
	! test -e e/.ours &&
	git -C e config --unset core.hooksPath &&
	git -C e config merge.agent.driver "mine %A" &&
	test_expect_code 1 git -C e agent sync init 2>err &&
	test_grep "merge.agent.driver is set to .mine %A." err &&
	! test -e e/.git/hooks/pre-commit
'

test_expect_success LIBGIT2 'a file of another tool is kept aside' '
	git clone -q origin.git f &&
	echo mine >f/.agent/cache/agent.db &&
	git -C f agent sync init --no-hooks >out &&
	test_grep "^kept .*/agent.db.kept-1" out &&
	test_grep "^mine$" f/.agent/cache/agent.db.kept-1 &&
	test -L f/.agent/cache/agent.db &&
	test_clean -C f
'

test_expect_success LIBGIT2 'other lines of exclude and attributes stay as they are' '
	git clone -q origin.git g &&
	mkdir -p g/.git/info &&
	printf "*.tmp" >g/.git/info/exclude &&
	printf "*.md text\n" >g/.git/info/attributes &&
	git -C g agent sync init &&
	head -n 1 g/.git/info/exclude >actual &&
	echo "*.tmp" >expect &&
	test_cmp expect actual &&
	test "$(head -n 1 g/.git/info/attributes)" = "*.md text" &&
	test "$(git -C g check-attr merge -- $STORY)" = "$STORY: merge: agent" &&
	test_clean -C g
'

test_expect_success LIBGIT2 'a linked worktree shares the workspace' '
	git -C g worktree add -q ../linked -b side &&
	git -C linked agent sync init >out &&
	test_grep "^workspace: 3 artifacts$" out &&
	test "$(readlink linked/.agent/cache/agent.db)" = ../../../g/.git/agent/agent.db &&
	test_clean -C linked
'

test_expect_success LIBGIT2 'before the first commit, too: what is committed then is not taken twice' '
	test_repo unborn &&
	git -C unborn agent sync init "file:$TRASH/unborn.db" &&
	(cd unborn && team_story $STORY) &&
	git -C unborn agent sync >out &&
	test_grep "^pushed: 1 sent$" out &&
	test_commit_all "first" -C unborn &&
	git -C unborn agent sync init >out &&
	test_grep "^workspace: 1 artifact$" out &&
	test_grep "^pushed: nothing to send$" out
'

test_expect_success 'it needs a work tree' '
	git init -q --bare bare.git &&
	test_says 128 "fatal: this operation must be run in a work tree" \
		git -C bare.git agent sync init
'

test_done
