#!/bin/sh
test_description='real programs that own hooks (scripts/bootstrap --managers): they run ours, and ours runs'
. "$(dirname "$0")/lib/test-lib.sh"
. "$test_root/tests/lib/team.sh"

if ! test_have_prereq LIBGIT2
then
	skip_all='libgit2 is missing'
	test_done
fi

managers=$test_root/build/managers/node_modules
command -v node >/dev/null && test -d "$managers/husky" && test_set_prereq HUSKY
# The binary itself: the script around it looks for node.
LEFTHOOK=$(find "$managers" -path '*lefthook-linux*/bin/lefthook' -type f 2>/dev/null | sed q)
test -n "$LEFTHOOK" && test_set_prereq LEFTHOOK
command -v pre-commit >/dev/null && pre-commit --version >/dev/null 2>&1 && test_set_prereq PRE_COMMIT

# Where it has something to fetch, it fails and does not hang.
no_proxy="" http_proxy=http://127.0.0.1:9 https_proxy=http://127.0.0.1:9
PRE_COMMIT_HOME=$TRASH/pre-commit LEFTHOOK_QUIET=meta,summary
export no_proxy http_proxy https_proxy PRE_COMMIT_HOME LEFTHOOK_QUIET

db () {
	sqlite3 .git/agent/agent.db "$1"
}

# fresh <name>: a clone with a workspace and no hooks of ours.
fresh () {
	cd "$TRASH" && rm -rf "$1" && git clone -q origin.git "$1" && cd "$1" &&
	git config user.email committer@example.com && rm -f .git/hooks/*.sample &&
	git agent sync init --no-hooks >/dev/null
}

# told: install refuses, and says what to put where; into $TRASH/snippet.
told () {
	test_expect_code 1 git agent install 2>../err &&
	test_grep "belongs to $1" ../err && sed -n "s/^hint: //p" ../err >../snippet
}

# both_run: a commit, a merge and a checkout; the manager's own job ran, and ours: what a command
# changed is in the commit, markers are refused, a checkout is known at once.
both_run () {
	: >"$TRASH/ran" && git add -A && git commit -q -m "config of the manager" >../out 2>&1 &&
	git agent check INFRA-042 1 && echo 1 >code && git add code && git commit -q -m work >../out 2>&1 &&
	git show --format= --name-only HEAD >../actual && test_grep "^$STORY" ../actual &&
	test_grep "theirs" "$TRASH/ran" && test_clean &&
	git switch -q -c side >../out 2>&1 && echo >>$STORY && git commit -q -a -m side >../out 2>&1 &&
	git switch -q - >../out 2>&1 &&
	test "$(db "select head from worktree")" = "$(git rev-parse HEAD)" &&
	git merge -q --no-ff -m merge side >../out 2>&1 &&
	test "$(db "select head from worktree")" = "$(git rev-parse HEAD)" &&
	printf "<<<<<<< a\nx\n=======\ny\n>>>>>>> b\n" >>$STORY && git add $STORY &&
	test_expect_code 1 git commit -q -m markers >../out 2>&1 && test_grep "conflict markers" ../out &&
	git reset -q --hard
}

test_expect_success 'setup' 'team_origin'

test_expect_success HUSKY 'husky 9' '
	fresh husky && mkdir node_modules && cp -R "$managers/husky" node_modules/ && echo node_modules >.gitignore &&
	echo "{}" >package.json && node node_modules/husky/bin.js init >/dev/null &&
	test "$(git config core.hooksPath)" = .husky/_ && echo "echo theirs >>\"$TRASH/ran\"" >.husky/pre-commit &&
	told husky &&
	sed -n "s/^into \(.husky.*\):/\1/p; s/^  //p" ../snippet >../lines &&
	while read -r file && read -r line; do echo "$line" >>"$file" || return 1; done <../lines &&
	git agent install >../out && git config merge.agent.driver >/dev/null && both_run
'

test_expect_success LEFTHOOK 'lefthook' '
	fresh lefthook && cat >lefthook.yml <<-EOT &&
	pre-commit:
	  commands:
	    theirs:
	      run: echo theirs >>"$TRASH/ran"
	EOT
	"$LEFTHOOK" install >/dev/null && told lefthook &&
	sed -n "/^  /p" ../snippet | sed "s/^  //" >../lines && sed -i "/^pre-commit:/,\$d" lefthook.yml &&
	sed "s|^  commands:|&\n    theirs:\n      run: echo theirs >>\"$TRASH/ran\"|" ../lines >>lefthook.yml &&
	"$LEFTHOOK" install >/dev/null && git agent install >../out && git config merge.agent.driver >/dev/null && both_run
'

test_expect_success PRE_COMMIT 'pre-commit' '
	fresh precommit && STAGE=pre-commit &&
	case $(pre-commit --version) in
	*\ [012].*|*\ 3.[01].*) STAGE=commit ;;
	esac && cat >.pre-commit-config.yaml <<-EOT &&
	repos:
	  - repo: local
	    hooks:
	      - id: theirs
	        name: theirs
	        language: system
	        entry: sh -c "echo theirs >>\"$TRASH/ran\""
	        stages: [$STAGE]
	        always_run: true
	        pass_filenames: false
	EOT
	pre-commit install >/dev/null && cp -R .git/hooks ../hooks.before &&
	git agent install >../out && git config merge.agent.driver >/dev/null &&
	cmp ../hooks.before/pre-commit .git/hooks/pre-commit && both_run &&
	git agent install >../out && test_grep "nothing to do" ../out &&
	{ git agent doctor >../out || :; } && ! grep "hooks:" ../out &&
	git agent uninstall >/dev/null 2>&1 && diff -r ../hooks.before .git/hooks
'

test_expect_success PRE_COMMIT 'pre-commit, with the hook that our repository defines' '
	fresh defined && cp "$test_root/.pre-commit-hooks.yaml" ../manifest.yaml &&
	pre-commit validate-manifest ../manifest.yaml &&
	{
		echo "repos: [{repo: local, hooks: [" &&
		sed -e "/^#/d" -e "s/^- /{/;s/^  //;s/\(.*\)/\1,/;\$s/,\$/}/" ../manifest.yaml && echo "]}]"
	} >.pre-commit-config.yaml && pre-commit install >../out && git add .pre-commit-config.yaml &&
	test_tick && git commit -q -m "config" && team_edit "5s/.*/APPROVED/" && git add -A &&
	test_must_fail git commit -q -m "over a gate" 2>../err >../out && cat ../out ../err >../both &&
	test_grep "DRAFT -> APPROVED" ../both && team_edit "5s/.*/OPEN/" && git add -A &&
	test_tick && git commit -q -m "open"
'

test_expect_success PRE_COMMIT 'pre-commit that comes after us takes us along' '
	fresh after && git agent install >../out && cp ../precommit/.pre-commit-config.yaml . &&
	pre-commit install >../out && both_run && git agent install >../out && test_grep "nothing to do" ../out
'

# From there it runs after unstaged edits are put aside: it judges, and carries nothing.
test_expect_success PRE_COMMIT 'pre-commit, with the lines that a shared core.hooksPath is given' '
	fresh lines && cp ../precommit/.pre-commit-config.yaml . && pre-commit install >/dev/null &&
	git config core.hooksPath "$TRASH/shared" && mv .git/hooks "$TRASH/shared" && told pre-commit &&
	sed -n "/^  /p" ../snippet >>.pre-commit-config.yaml && pre-commit validate-config &&
	git add -A && git commit -q -m config >../out 2>&1 &&
	printf "<<<<<<< a\nx\n=======\ny\n>>>>>>> b\n" >>$STORY && git add $STORY &&
	test_expect_code 1 git commit -q -m markers >../out 2>&1 && test_grep "conflict markers" ../out
'

test_done
