#!/bin/sh
test_description='import, import-plan, import-story, import-runbook'
. "$(dirname "$0")/lib/test-lib.sh"
. "$test_root/tests/lib/small.sh"

if ! test_have_prereq LIBGIT2
then
	skip_all='libgit2 is not there'
	test_done
fi

# text <label> <title> [<state>]: a small artifact on stdout.
text() {
	printf '# %s: %s\n\n## State\n\n%s\n' "$1" "$2" "${3-DRAFT}"
}

test_expect_success 'import makes a workspace where there is none, and git status stays clean' '
	test_repo "$TRASH/r" && cd "$TRASH/r" && small_artifacts && test_commit_all one &&
	git agent import >../actual &&
	test_grep "^imported: 4 new$" ../actual &&
	test_clean &&
	git agent import >../actual &&
	test_grep "^imported: nothing new$" ../actual &&
	test_clean
'

test_expect_success 'edits and new files; --dry-run takes nothing' '
	echo more >>"$small_plans/INFRA-001-caching.md" &&
	text INFRA-050 "By hand" >"$small_plans/INFRA-050-by-hand.md" &&
	git agent import -n >../actual &&
	test_grep "^would import: 1 new, 1 changed$" ../actual &&
	git agent import >../actual &&
	test_grep "^imported: 1 new, 1 changed$" ../actual &&
	git agent log --oneline INFRA-001 >../actual && small_lines 2 ../actual
'

test_expect_success 'a file that cannot be: one line, the rest goes on, exit code 1' '
	printf "# INFRA-051: a\0b\n" >"$small_plans/INFRA-051-nul.md" &&
	text INFRA-052 "Fine" >"$small_plans/INFRA-052-fine.md" &&
	test_expect_code 1 git agent import >../actual 2>../err &&
	test_grep "^imported: 1 new$" ../actual &&
	test_grep "^warning: .*INFRA-051-nul.md: contains NUL bytes, not imported$" ../err &&
	test_grep "^error: 1 file was not imported$" ../err &&
	rm "$small_plans/INFRA-051-nul.md"
'

test_expect_success 'a file with conflict markers waits until they are gone' '
	cp "$small_plans/INFRA-001-caching.md" ../good &&
	printf "%s\n" "<<<<<<< ours" a "=======" b ">>>>>>> theirs" >>"$small_plans/INFRA-001-caching.md" &&
	cp "$small_plans/INFRA-001-caching.md" ../marked &&
	git agent import >../actual &&
	test_grep "^imported: nothing new$" ../actual &&
	git agent show --raw INFRA-001 >../actual && test_cmp ../good ../actual &&
	test_cmp ../marked "$small_plans/INFRA-001-caching.md" &&
	cp ../good "$small_plans/INFRA-001-caching.md" && git agent import >/dev/null
'

test_expect_success 'most of it gone at once asks first' '
	test_commit_all two && git agent import >/dev/null &&
	git rm -q -r "$small_stories" "$small_plans" && test_commit_all gone &&
	test_expect_code 2 git agent import 2>../err &&
	test_grep "artifacts are gone in the new commits" ../err &&
	git agent import --allow-mass-delete >../actual &&
	test_grep "5 deleted" ../actual &&
	git revert --no-edit HEAD >/dev/null && git agent import >../actual &&
	test_grep "5 " ../actual &&
	git agent list >../actual && small_lines 6 ../actual
'

test_expect_success 'a colleague'\''s branch is left alone until it is taken by name' '
	git checkout -q -b theirs &&
	text INFRA-001 "Caching, but theirs" APPROVED >"$small_plans/INFRA-001-caching.md" &&
	GIT_COMMITTER_EMAIL=other@example.com GIT_AUTHOR_EMAIL=other@example.com \
		test_commit_all theirs &&
	git agent import >../actual &&
	git agent show INFRA-001 >../actual && ! grep theirs ../actual &&
	git agent status >../actual && test_grep "^Left alone" ../actual &&
	test_grep "INFRA-001-caching.md" ../actual &&
	git agent import -n INFRA-001 >../actual &&
	test_grep "^would take $small_plans/INFRA-001-caching.md$" ../actual &&
	git agent import INFRA-001 >../actual &&
	test_grep "^changed: $small_plans/INFRA-001-caching.md$" ../actual &&
	git agent show INFRA-001 >../actual && test_grep theirs ../actual &&
	git checkout -q main
'

test_expect_success 'in the middle of a merge nothing is imported, and that is said' '
	git rev-parse HEAD >.git/MERGE_HEAD &&
	test_says 2 "error: git is in the middle of a merge" git agent import &&
	rm .git/MERGE_HEAD
'

test_expect_success 'import-*: markdown from elsewhere becomes the artifact that its title names' '
	mkdir -p "$TRASH/else where" &&
	text WEB-001 "The web" >"$TRASH/else where/a plan.md" &&
	git agent import-plan "$TRASH/else where/a plan.md" >../actual &&
	test_grep "^created WEB-001 .agent/cache/plans/WEB/WEB-001-the-web.md$" ../actual &&
	test_cmp "$TRASH/else where/a plan.md" .agent/cache/plans/WEB/WEB-001-the-web.md &&
	git agent import-plan "$TRASH/else where/a plan.md" >../actual &&
	test_grep "^unchanged WEB-001" ../actual &&
	text WEB-001 "The whole web" | git agent import-plan - >../actual &&
	test_grep "^changed WEB-001 .agent/cache/plans/WEB/WEB-001-the-web.md$" ../actual &&
	test_grep "whole" .agent/cache/plans/WEB/WEB-001-the-web.md &&
	text WEB-001 "A story of that number" | git agent import-story - >../actual &&
	test_grep "^created WEB-001 .agent/cache/stories/WEB/" ../actual &&
	text WEB-001 "Its runbook" | git agent import-runbook - >../actual &&
	test_grep "^created WEB-001 .agent/cache/runbooks/WEB/" ../actual
'

test_expect_success 'import-*: in place, and whole directories' '
	text INFRA-060 "In place" >"$small_stories/INFRA-060-in-place.md" &&
	(cd .agent && git agent import-story cache/stories/INFRA/INFRA-060-in-place.md) >../actual &&
	test_grep "$small_stories/INFRA-060-in-place.md$" ../actual &&
	test_expect_code 1 git agent import-plan "$small_stories/INFRA-060-in-place.md" 2>../err &&
	test_grep "INFRA-060-in-place.md. is a story, not a plan" ../err &&
	mkdir -p ../many/deep && text MANY-001 "One" >../many/one.md &&
	text MANY-002 "Two" >../many/deep/two.md && echo readme >../many/README.md &&
	git agent import-story -n ../many >../actual &&
	test_grep "^would be created MANY-002" ../actual &&
	git agent list --scope MANY >../actual && test_must_be_empty ../actual &&
	git agent import-story ../many >../actual &&
	test_grep "^created MANY-001" ../actual && test_grep "^created MANY-002" ../actual
'

test_expect_success 'import-*: each fault is one line, the rest goes on, exit code 1' '
	mkdir ../bad && echo "# No id here" >../bad/a.md && printf "# BAD-001: a\0\n" >../bad/b.md &&
	{ text BAD-002 big && head -c 1048576 /dev/zero | tr "\0" x; } >../bad/c.md &&
	printf "%s\n" "# BAD-003: markers" "<<<<<<< a" x "=======" y ">>>>>>> b" >../bad/d.md &&
	text BAD-004 "Good" >../bad/e.md &&
	test_expect_code 1 git agent import-story ../bad ../nowhere.md >../actual 2>../err &&
	test_grep "^created BAD-004" ../actual &&
	test_grep "^error: .*a.md. names no valid id$" ../err &&
	test_grep "^error: .*b.md. contains NUL bytes$" ../err &&
	test_grep "^error: .*c.md. is larger than 1 MiB$" ../err &&
	test_grep "^error: .*d.md. has conflict markers$" ../err &&
	test_grep "^error: cannot open .../nowhere.md.: No such file or directory$" ../err &&
	tail -n 1 ../err >../last &&
	test_grep "^error: 5 of 6 files were not imported$" ../last &&
	test_says 129 "error: which file? - is standard input" git agent import-story
'

test_expect_success 'nothing is written outside .agent, whatever a title or a link says' '
	text ../../X-001 "evil" >../evil.md &&
	test_expect_code 1 git agent import-plan ../evil.md &&
	mkdir -p "$TRASH/outside" .agent/cache/plans &&
	ln -s "$TRASH/outside" .agent/cache/plans/LINK &&
	text LINK-001 "Through a link" >../link.md &&
	git agent import-plan ../link.md 2>../err &&
	test_grep "in the workspace only" ../err &&
	test "$(ls "$TRASH/outside")" = ""
'

test_expect_success 'a file in conflict that goes on until both agree settles it' '
	rm -rf "$TRASH/x" && mkdir "$TRASH/x" && cd "$TRASH/x" && git init -q a &&
	one=.agent/cache/stories/INFRA/INFRA-001-one.md && mkdir -p a/.agent/cache/stories/INFRA &&
	printf "# INFRA-001: One\n\n## State\n\nDRAFT\n\n## Problem Statement\n\nAs it is.\n\n## Notes\n\nNone.\n" >a/$one &&
	git -C a add -A && git -C a commit -q -m start && git clone -q a b &&
	git -C a agent sync init "file:$TRASH/x/team.db" >out && git -C b agent sync init "file:$TRASH/x/team.db" >out &&
	git -C b config agent.pullExport false &&
	(cd a && git agent set INFRA-001 --section "Problem Statement" --text "As Ann has it." && git agent sync push) >out &&
	git -C b agent sync pull >out && (cd b && sed "s/As it is/As Bob has it/" $one >../text && cat ../text >$one) &&
	git -C b agent status >out && test_grep "conflict" out &&
	(cd b && sed -i "s/As Bob has it/As Ann has it/; s/None/Two more/" $one && cp $one ../text) &&
	git -C b agent import >out && git -C b agent show INFRA-001 >actual && test_cmp text actual &&
	git -C b agent status >out && ! grep conflict out
'

test_done
