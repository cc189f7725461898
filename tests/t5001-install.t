#!/bin/sh
test_description='install and uninstall: all or nothing, twice the same, back to the byte'
. "$(dirname "$0")/lib/test-lib.sh"
. "$test_root/tests/lib/team.sh"

# fresh <name>: a repository with one commit, and a copy of its .git in <name>.before.
fresh() {
	cd "$TRASH" && rm -rf "$1" "$1.before" && test_repo "$1" &&
	(cd "$1" && team_story $STORY && test_commit_all "story") &&
	cp -R "$1/.git" "$1.before" && cd "$1" || return 1
}

# same <directory>: .git is as it was in the copy, modes included.
same() {
	diff -r "$1" .git &&
	(cd "$1" && find . -type f -exec stat -c "%A %n" {} + | sort) >../modes.expect &&
	(cd .git && find . -type f -exec stat -c "%A %n" {} + | sort) >../modes.actual &&
	test_cmp ../modes.expect ../modes.actual
}

EVENTS='pre-commit pre-merge-commit commit-msg post-checkout post-merge post-rewrite post-commit pre-push'

test_expect_success 'twice is once, and the way back leads to the same bytes' '
	fresh a &&
	git agent install 2>../err &&
	for event in $EVENTS
	do
		cmp "$test_root/hooks/$event" .git/hooks/$event && test -x .git/hooks/$event || return 1
	done &&
	git check-attr merge diff -- $STORY >../attr &&
	test_grep "merge: agent" ../attr && test_grep "diff: agent" ../attr &&
	test_clean &&
	rm -rf ../once && cp -R .git ../once &&
	git agent install >../out && echo "nothing to do" >../expect && test_cmp ../expect ../out &&
	same ../once &&
	git agent uninstall && same ../a.before &&
	git agent uninstall >../out && test_cmp ../expect ../out
'

test_expect_success '--dry-run and --manual write nothing' '
	fresh a &&
	git agent install --dry-run >../out &&
	test_grep "^would write hook pre-commit: .*/a/.git/hooks/pre-commit$" ../out &&
	git agent install --manual >../out &&
	test_grep "^exec git-agent hook pre-push" ../out &&
	same ../a.before &&
	sed -n "/^# configuration/,\$p" ../out >../manual.config &&
	git agent install &&
	for key in merge.agent.driver merge.agent.recursive diff.agent.xfuncname
	do
		test "$(git config -f ../manual.config $key)" = "$(git config $key)" || return 1
	done &&
	rm -rf ../once && cp -R .git ../once && git agent uninstall --dry-run && same ../once
'

test_expect_success 'a hunk stands under its heading' '
	fresh a && git agent install &&
	for i in 1 2 3 4 5 6 7 8; do echo "line $i"; done >>$STORY &&
	git commit -q -a -m lines && sed -i "s/line 8/line eight/" $STORY &&
	git diff >../diff && test_grep "^@@.*@@ ## Notes" ../diff
'

test_expect_success 'a later write that fails takes back what was written' '
	fresh a &&
	touch .git/config.lock && cp .git/config.lock ../a.before/ &&
	test_expect_code 128 git agent install 2>../err &&
	test_grep "^fatal: cannot lock .*config" ../err &&
	same ../a.before &&
	rm .git/config.lock && git agent install && cp -R .git ../once2 && touch .git/config.lock &&
	test_expect_code 128 git agent uninstall && rm .git/config.lock && same ../once2
'

test_expect_success 'a directory that was made for it goes, too, when it fails' '
	fresh a &&
	rm -rf .git/hooks .git/info && touch .git/config.lock &&
	test_expect_code 128 git agent install &&
	! test -e .git/hooks && ! test -e .git/info &&
	rm .git/config.lock && git agent install && test -x .git/hooks/pre-commit
'

test_expect_success 'other lines of attributes stay: CRLF, a missing newline, an empty file' '
	fresh a &&
	for text in "*.png binary\r\n*.md text\r\n" "*.png binary" "" "*.png binary\n\n"
	do
		printf "$text" >.git/info/attributes && cp .git/info/attributes ../attributes &&
		git agent install &&
		head -c "$(wc -c <../attributes)" .git/info/attributes >../head &&
		cmp ../attributes ../head &&
		git check-attr merge -- $STORY >../attr && test_grep "merge: agent" ../attr &&
		git agent install >../out && test_grep "nothing to do" ../out &&
		git agent uninstall && cmp ../attributes .git/info/attributes || return 1
	done &&
	printf "*.png binary\r\n" >.git/info/attributes && git agent install &&
	test "$(grep -c "$(printf "\r")\$" .git/info/attributes)" = "$(wc -l <.git/info/attributes)"
'

test_expect_success '--attributes=tracked: one file for all, and the clone has it once' '
	fresh a &&
	printf "*.png binary" >.gitattributes && git add .gitattributes && git commit -q -m attr &&
	git agent install && git agent install --attributes=tracked &&
	! test -e .git/info/attributes &&
	git status --porcelain >../out && echo " M .gitattributes" >../expect &&
	test_cmp ../expect ../out &&
	git commit -q -a -m ours && git clone -q . ../a2 && cd ../a2 &&
	git agent install && ! test -e .git/info/attributes && test_clean &&
	git agent uninstall && printf "*.png binary" >../expect && cmp ../expect .gitattributes
'

test_expect_success 'a .gitattributes that is a symbolic link is not followed' '
	fresh a &&
	echo "*.png binary" >../elsewhere && ln -s ../elsewhere .gitattributes &&
	test_expect_code 2 git agent install --attributes=tracked 2>../err &&
	test_grep "is a symbolic link" ../err &&
	echo "*.png binary" >../expect && cmp ../expect ../elsewhere &&
	same ../a.before && git agent install && git agent uninstall && same ../a.before
'

test_expect_success '--global and --worktree: the drivers are there, and uninstall says where' '
	fresh a && cp "$GIT_CONFIG_GLOBAL" ../global.before &&
	git agent install --global &&
	test_expect_code 1 git config --local merge.agent.driver &&
	git config --global merge.agent.driver >../out && test_grep git-agent ../out &&
	git agent install >../out && test_grep "nothing to do" ../out &&
	test_expect_code 1 git agent uninstall 2>../err &&
	test_grep "^left: merge.agent.driver in .*uninstall --global" ../err &&
	git agent uninstall --global && cmp ../global.before "$GIT_CONFIG_GLOBAL" &&
	same ../a.before &&
	test_says 2 "error: this repository has no configuration per work tree" \
		git agent install --worktree &&
	git config extensions.worktreeConfig true &&
	git agent install --worktree && test_grep driver .git/config.worktree &&
	! grep driver .git/config && git agent uninstall --worktree
'

test_expect_success 'somebody else'\''s merge driver is not ours to replace; his diff driver stays' '
	fresh a && git config merge.agent.driver "mine %A" && rm -rf ../once && cp -R .git ../once &&
	test_expect_code 1 git agent install 2>../err &&
	test_grep "merge.agent.driver is set to .mine %A." ../err && same ../once &&
	git config --unset merge.agent.driver && git config diff.agent.xfuncname "^mine" &&
	rm -rf ../once && cp -R .git ../once && git agent install &&
	test "$(git config diff.agent.xfuncname)" = "^mine" &&
	test_expect_code 1 git agent uninstall 2>../err &&
	test_grep "^left: diff.agent.xfuncname" ../err && same ../once
'

test_expect_success 'bodies of earlier versions are replaced, also with CR LF; lost bits come back' '
	fresh a &&
	for event in pre-commit post-checkout post-merge
	do
		sed "s/exec git-agent/exec git agent/" "$test_root/hooks/$event" >.git/hooks/$event &&
		chmod +x .git/hooks/$event || return 1
	done &&
	sed "s/\$/\r/" "$test_root/hooks/pre-push" >.git/hooks/pre-push &&
	git agent install &&
	for event in $EVENTS; do cmp "$test_root/hooks/$event" .git/hooks/$event || return 1; done &&
	chmod -x .git/hooks/pre-commit && git agent install && test -x .git/hooks/pre-commit &&
	git agent uninstall && same ../a.before
'

test_expect_success 'a git that has hooks in its configuration gets those, and no file' '
	fresh a && git agent install && mkdir -p ../fake &&
	git=$(command -v git) &&
	printf "#!/bin/sh\ntest \"\$1\" = version && { echo git version 2.54.1; exit 0; }\nexec %s \"\$@\"\n" "$git" >../fake/git &&
	chmod +x ../fake/git &&
	PATH="$TRASH/fake:$PATH" git-agent install &&
	! test -e .git/hooks/pre-commit &&
	test "$(git config hook.agent-pre-push.event)" = pre-push &&
	command=$(git config hook.agent-commit-msg.command) &&
	echo "INFRA-~k3f9" >../msg && mkdir -p .git/agent && touch .git/agent/agent.db &&
	sh -c "$command \"\$@\"" hook ../msg 2>../err && rm -r .git/agent &&
	PATH="$TRASH/fake:$PATH" git-agent install >../out && test_grep "nothing to do" ../out &&
	git agent uninstall && same ../a.before
'

test_expect_success LIBGIT2 'uninstall takes the link and what ignored it; the workspace stays' '
	fresh a && git agent sync init && git agent install >../out &&
	test_grep "nothing to do" ../out &&
	git agent uninstall 2>../err && test_grep "the workspace stays" ../err &&
	! test -L .agent/cache/agent.db && test_clean &&
	cmp ../a.before/info/exclude .git/info/exclude &&
	git agent show INFRA-042 >../out && git agent install && git agent sync init &&
	test -L .agent/cache/agent.db && test_clean
'

test_expect_success 'killed at any step, another run goes through, and uninstall brings back the bytes' '
	fresh a && rm -f ../log && (GIT_AGENT_FAULT_LOG=$TRASH/log && export GIT_AGENT_FAULT_LOG && git agent install >/dev/null) &&
	cp -R .git ../whole && test_grep "config lock" ../log &&
	for n in $(sed -n "s/ \(install\|config .*\)\$//p" ../log)
	do
		fresh a &&
		test_expect_code 137 env GIT_AGENT_FAULT=$n git agent install >/dev/null &&
		git agent install >/dev/null && diff -r -x index ../whole .git && ! test -e .git/config.lock &&
		git agent uninstall && same ../a.before || return 1
	done
'

test_expect_success 'a lock that was left: doctor names it, mends it; not one of somebody else' '
	fresh a && n=$(grep "config lock" ../log | cut -d" " -f1) &&
	test_expect_code 137 env GIT_AGENT_FAULT=$n git agent install >/dev/null && test -e .git/config.lock &&
	test_must_fail git config x.y z && test_expect_code 1 git agent doctor >../out &&
	test_grep "problem: drivers: .*config.lock. was left by an install that was cut off" ../out &&
	test -e .git/config.lock && { git agent doctor --fix >../out 2>&1 || :; } && ! test -e .git/config.lock &&
	touch .git/config.lock && { git agent doctor --fix >../out 2>&1 || :; } && test -e .git/config.lock &&
	test_grep "config.lock. is there: a git is at work, or was cut off" ../out && rm .git/config.lock &&
	git agent uninstall >/dev/null 2>&1
'

test_done
