#!/bin/sh
test_description='hooks that were there before ours: kept, run, and back to the byte'
. "$(dirname "$0")/lib/test-lib.sh"
. "$test_root/tests/lib/team.sh"

if ! test_have_prereq LIBGIT2
then
	skip_all='libgit2 is missing'
	test_done
fi

# fresh <name>: a clone with a workspace and no hooks.
fresh() {
	cd "$TRASH" && rm -rf "$1" && git clone -q origin.git "$1" && cd "$1" &&
	git config user.email committer@example.com && rm -f .git/hooks/*.sample &&
	git agent sync init --no-hooks >/dev/null
}

# foreign <event> <mode>: a hook from standard input.
foreign() {
	cat >".git/hooks/$1" && chmod "$2" ".git/hooks/$1"
}

# keep, then back: .git/hooks is as it was, modes and links included.
keep() {
	rm -rf ../hooks.before && cp -a .git/hooks ../hooks.before && cp .git/config ../config.before
}
back() {
	for dir in ../hooks.before .git/hooks
	do
		(cd "$dir" && find . ! -type d -exec stat -c "%A %n %N" {} + | sort) >"../$(basename "$dir").list" || return 1
	done &&
	diff -r --no-dereference ../hooks.before .git/hooks &&
	test_cmp ../hooks.before.list ../hooks.list && cmp ../config.before .git/config
}

# worked: a commit made now is refused by our hook.
worked() {
	printf "<<<<<<< a\nx\n=======\ny\n>>>>>>> b\n" >>$STORY && git add $STORY &&
	test_expect_code 1 git commit -q -m markers 2>../err &&
	test_grep "conflict markers" ../err && git reset -q --hard
}

test_expect_success 'setup' 'team_origin'

for shell in '/bin/sh' '/bin/sh -e' '/bin/bash' '/usr/bin/env bash' '/usr/bin/env -S bash -eu'
do
	test_expect_success "a script with #!$shell is kept, and both run, whatever it ends with" '
		fresh a &&
		foreign pre-commit 755 <<-EOT &&
		#!$shell
		# theirs
		echo "theirs: \$# \$0" >>theirs.log
		exec true
		exit 0
		EOT
		foreign post-commit 700 <<-EOT &&
		#!$shell
		echo "after" >>theirs.log
		exit 0
		EOT
		keep && git agent install && back_fails=$(back >/dev/null 2>&1 || echo yes) &&
		test "$back_fails" = yes &&
		rm -rf ../once && cp -a .git ../once && git agent install && diff -r ../once .git &&
		worked &&
		git commit -q --allow-empty -m fine && test_grep "^theirs: 0 .git/hooks/pre-commit" theirs.log &&
		test_grep after theirs.log &&
		git agent uninstall && back
	'
done

test_expect_success 'a foreign hook still says no, and is not asked when ours does' '
	fresh a &&
	printf "#!/bin/sh\necho theirs >>theirs.log\nexit 3\n" | foreign pre-commit 755 &&
	keep && git agent install &&
	worked && ! test -e theirs.log &&
	test_expect_code 1 git commit -q --allow-empty -m no && test_grep theirs theirs.log &&
	git agent uninstall && back
'

test_expect_success 'what is pushed reaches both hooks; nothing pushed, too' '
	fresh a &&
	foreign pre-push 755 <<-\EOT &&
	#!/bin/sh
	while read -r ref oid remote old; do echo "$1 $ref $remote" >>theirs.log; done
	echo end >>theirs.log
	EOT
	keep && git agent install &&
	git commit -q --allow-empty -m one && git push -q origin HEAD:refs/heads/pushed HEAD:refs/heads/second &&
	printf "origin HEAD refs/heads/%s\n" pushed second >../expect && echo end >>../expect &&
	test_cmp ../expect theirs.log &&
	git push -q origin HEAD:refs/heads/pushed && echo end >>../expect &&
	test_cmp ../expect theirs.log &&
	git agent uninstall && back
'

test_expect_success 'without the program theirs runs, and one line says what is missing' '
	fresh a &&
	printf "#!/bin/sh\necho theirs >&2\n" | foreign pre-commit 755 && git agent install &&
	mkdir -p ../bin && for tool in git sh env cat; do ln -sf "$(command -v $tool)" ../bin/; done &&
	PATH="$TRASH/bin" git commit -q --allow-empty -m without 2>../err &&
	printf "warning: no git-agent in PATH: .agent/ was not looked at by pre-commit\ntheirs\n" >../expect &&
	test_cmp ../expect ../err
'

# refused <pattern of the warning>: nothing was written.
refused() {
	rm -rf ../once && cp -a .git ../once &&
	test_expect_code 1 git agent install 2>../err && test_grep "$1" ../err &&
	test_grep "^error: hooks and merge driver were not installed" ../err &&
	diff -r --no-dereference ../once .git
}

test_expect_success 'python, no #!, CR LF, not executable, a directory: explained, and nothing is written' '
	fresh a &&
	printf "#!/usr/bin/env python3\nprint(1)\n" | foreign post-merge 755 &&
	refused "post-merge. is no shell script: let it call .git agent hook post-merge." &&
	printf "echo 1\n" | foreign post-merge 755 && refused "has no .#!. line" &&
	printf "#!/bin/sh\r\necho 1\r\n" | foreign post-merge 755 && refused "ends its .#!. line with CR LF" &&
	printf "#!/bin/sh\necho 1\n" | foreign post-merge 644 && refused "is not executable" &&
	rm .git/hooks/post-merge && mkdir .git/hooks/post-merge && refused "is not a regular file"
'

command -v python3 >/dev/null && test_set_prereq PYTHON
test_expect_success PYTHON 'python that calls us is content' '
	fresh a &&
	printf "#!/usr/bin/env python3\nimport subprocess, sys\nsys.exit(subprocess.call([\"git\", \"agent\", \"hook\", \"pre-commit\"] + sys.argv[1:]))\n" |
	foreign pre-commit 755 && git agent install && worked &&
	test_expect_code 1 git agent uninstall 2>../err &&
	test_grep "^left: .*pre-commit. calls git agent" ../err && test -x .git/hooks/pre-commit &&
	! test -e .git/hooks/post-merge
'

test_expect_success 'a symbolic link is not followed; --force keeps it beside, uninstall puts it back' '
	fresh a &&
	printf "#!/bin/sh\necho theirs\n" >../shared-hook && chmod +x ../shared-hook &&
	cp ../shared-hook ../shared-hook.before &&
	ln -s ../../../shared-hook .git/hooks/pre-commit &&
	printf "#!/usr/bin/python3\n" | foreign commit-msg 644 &&
	refused "pre-commit. is not a regular file" && keep &&
	git agent install --force && cmp ../shared-hook.before ../shared-hook &&
	test -L .git/hooks/pre-commit.before-git-agent && worked &&
	git agent install --force >../out && test_grep "nothing to do" ../out &&
	git agent uninstall && back
'

test_expect_success 'a hooks directory that is a link, tracked or global is not written into' '
	fresh a && mv .git/hooks ../hooks-elsewhere && ln -s ../../hooks-elsewhere .git/hooks &&
	refused "is behind a symbolic link" && rm .git/hooks && rm -rf ../hooks-elsewhere &&
	mkdir team-hooks && echo x >team-hooks/README && git add team-hooks && git commit -q -m hooks &&
	git config core.hooksPath team-hooks && refused "that the team shares" &&
	git config --unset core.hooksPath &&
	git config --global core.hooksPath "~/hooks" && refused "not this repository.s alone" &&
	! test -e "$HOME/hooks" &&
	git agent install --force && test -x "$HOME/hooks/pre-commit" && worked &&
	test_expect_code 1 git agent uninstall 2>../err && test_grep "^left: .*--force takes it out" ../err &&
	test -x "$HOME/hooks/pre-commit" &&
	git agent uninstall --force && ! test -e "$HOME/hooks/pre-commit" &&
	git config --global --unset core.hooksPath && rmdir "$HOME/hooks"
'

test_expect_success 'our hooks, older, in a directory that the team shares: content, and left alone' '
	fresh a && mkdir team-hooks &&
	for event in pre-commit pre-merge-commit commit-msg post-checkout post-merge post-rewrite post-commit pre-push
	do
		sed "s/exec git-agent/exec git agent/" "$test_root/hooks/$event" >team-hooks/$event && chmod +x team-hooks/$event || return 1
	done &&
	git add team-hooks && git commit -q -m hooks && git config core.hooksPath team-hooks &&
	git agent install && test_clean && worked && git agent doctor >../out && ! grep "hooks:" ../out &&
	test_expect_code 1 git agent uninstall && git diff --exit-code
'

test_expect_success 'a hooks path inside .git, or ignored, is ours to write' '
	fresh a && git config core.hooksPath .git/other && git agent install &&
	test -x .git/other/pre-commit && ! test -e .git/hooks/pre-commit && worked &&
	git agent uninstall && test -z "$(ls .git/other)"
'

# As husky 9 makes it, in the parts that matter here.
test_expect_success 'husky 9 and 8: what to write into which file; after that, all is well' '
	fresh a && mkdir -p .husky/_ && echo "*" >.husky/_/.gitignore &&
	cat >.husky/_/h <<-\EOT &&
	#!/usr/bin/env sh
	n=$(basename "$0")
	s=$(dirname "$(dirname "$0")")/$n
	[ ! -f "$s" ] && exit 0
	sh -e "$s" "$@"
	exit $?
	EOT
	for event in pre-commit commit-msg
	do
		printf "#!/usr/bin/env sh\n. \"\$(dirname \"\$0\")/h\"\n" >.husky/_/$event && chmod +x .husky/_/$event || return 1
	done &&
	echo "npm test" >.husky/pre-commit.off &&
	git config core.hooksPath .husky/_ &&
	refused "belongs to husky" && test_grep "into .husky/pre-commit:" ../err &&
	sed -n "s/^hint: into \(.husky.*\):/\1/p; s/^hint:   //p" ../err >../lines &&
	while read -r file && read -r line; do echo "$line" >>"$file" || return 1; done <../lines &&
	git agent install && git config merge.agent.driver >/dev/null && worked &&
	test_expect_code 1 git agent uninstall 2>../err && test_grep "calls git agent" ../err &&
	git config core.hooksPath .husky && rm .husky/p* .husky/commit-msg &&
	refused "belongs to husky"
'

test_expect_success 'lefthook and pre-commit write their files again: they are told in their own words' '
	fresh a &&
	printf "#!/bin/sh\ncall_lefthook() { :; }\ncall_lefthook run \"pre-commit\" \"\$@\"\n" | foreign pre-commit 755 &&
	refused "belongs to lefthook" && test_grep "run: git agent hook pre-commit {0}" ../err &&
	{ echo "pre-commit:"; sed -n "s/^hint:   //p" ../err | sed 1d; } >lefthook.yml &&
	git agent install && test -x .git/hooks/post-merge && git agent uninstall &&
	fresh b &&
	printf "#!/usr/bin/env bash\n# File generated by pre-commit: https://pre-commit.com\nexec true\n" | foreign pre-commit 755 &&
	keep && git agent install && cmp ../hooks.before/pre-commit .git/hooks/pre-commit &&
	cmp "$test_root/hooks/pre-commit" .git/hooks/pre-commit.legacy &&
	cmp "$test_root/hooks/post-merge" .git/hooks/post-merge && git agent uninstall && back &&
	echo "echo old" | foreign pre-commit.legacy 755 && keep && test_expect_code 1 git agent install && back
'

test_expect_success 'where a hook is in the way, the drivers alone: all of them, and no hook is touched' '
	fresh a && printf "#!/usr/bin/env python3\nprint(1)\n" | foreign pre-commit 755 && keep &&
	refused "put this line\|let it call" && test_grep "git agent install --drivers. is all but the hooks" ../err &&
	git agent install --drivers --dry-run >../out && test_grep "would write merge driver" ../out &&
	! grep "hook " ../out && cmp ../config.before .git/config &&
	git agent install --drivers && git config merge.agent.driver >/dev/null &&
	test "$(git check-attr merge -- $STORY)" = "$STORY: merge: agent" &&
	diff -r ../hooks.before .git/hooks && git agent install --drivers >../out && test_grep "nothing to do" ../out &&
	git agent uninstall >/dev/null 2>&1 && back
'

test_done
