#!/bin/sh
test_description='export: files, index, a branch, a pipe'
. "$(dirname "$0")/lib/test-lib.sh"
. "$test_root/tests/lib/small.sh"

if ! test_have_prereq LIBGIT2
then
	skip_all='libgit2 is not there'
	test_done
fi

plan=$small_plans/INFRA-001-caching.md

# behind: the workspace goes on while the file cannot follow.
behind() {
	git rev-parse HEAD >.git/MERGE_HEAD &&
	git agent set "$@" 2>/dev/null &&
	rm .git/MERGE_HEAD
}

test_expect_success 'with nothing to write nothing is touched' '
	small_repo "$TRASH/r" && cd "$TRASH/r" &&
	touch -d "2020-01-01" "$plan" && git agent list >/dev/null &&
	git agent export --all >../actual && test_must_be_empty ../actual &&
	test "$(stat -c %y "$plan" | cut -c1-10)" = 2020-01-01
'

test_expect_success 'files: dry run, then written, then nothing' '
	behind INFRA-001 --title "Caching again" &&
	echo "would write $plan" >../expect &&
	git agent export -n >../actual && test_cmp ../expect ../actual &&
	test_clean &&
	git agent status --porcelain >../actual && test_grep "^O	$plan$" ../actual &&
	echo "wrote $plan" >../expect &&
	git agent export >../actual && test_cmp ../expect ../actual &&
	test_grep "^# INFRA-001: Caching again$" "$plan" &&
	git agent export >../actual && test_must_be_empty ../actual
'

test_expect_success 'files: never over what was staged by hand, and that is exit code 1 by name' '
	git checkout -q . && test_commit_all "as it is" && git agent list >/dev/null &&
	behind INFRA-001 --title "Newer" &&
	echo "by hand" >../blob && oid=$(git hash-object -w ../blob) &&
	git update-index --cacheinfo "100644,$oid,$plan" &&
	test_expect_code 1 git agent export INFRA-001 2>../err &&
	test_grep "^kept $plan: " ../err &&
	git reset -q && git agent export INFRA-001 >/dev/null &&
	test_grep Newer "$plan"
'

test_expect_success 'index: only the index' '
	test_commit_all "one more" && git agent list >/dev/null &&
	behind INFRA-001 --title "For the index" &&
	cp "$plan" ../before &&
	git agent export --index -n >../actual &&
	echo "would write $plan" >../expect && test_cmp ../expect ../actual &&
	git diff --cached --exit-code &&
	git agent export --index >../actual &&
	test_cmp ../before "$plan" &&
	git diff --cached >../actual && test_grep "^+# INFRA-001: For the index$" ../actual &&
	git fsck && git agent export --index >../actual && test_must_be_empty ../actual &&
	git commit -q -m "from the index" && git agent export >/dev/null && test_clean
'

test_expect_success 'index: a move takes the old place out' '
	git agent mv INFRA-003 --label INFRA-033 >/dev/null &&
	git agent rm INFRA-001 >/dev/null &&
	git agent export --index >../actual &&
	test_grep "^removed $plan$" ../actual &&
	test_grep "^removed .*INFRA-003-with a blank.md$" ../actual &&
	test_grep "^wrote .*INFRA-033-with a blank.md$" ../actual &&
	git commit -q -m moved && test_clean &&
	git agent list >../actual && ! grep INFRA-001 ../actual
'

test_expect_success 'commit: onto a branch that is checked out nowhere' '
	head=$(git rev-parse HEAD) &&
	git agent new-plan "On a branch" >/dev/null &&
	git agent export --commit side -m "By git-agent" >../actual &&
	test_grep "^[0-9a-f]\{40\} refs/heads/side$" ../actual &&
	test "$(git log -1 --format="%an %s" side)" = "A U Thor By git-agent" &&
	test "$(git ls-tree -r side | wc -l)" = 4 &&
	test "$(git rev-parse HEAD)" = "$head" &&
	git fsck &&
	git agent export --commit side >../actual && test_must_be_empty ../actual &&
	test_says 2 "error: '\''refs/heads/main'\'' is checked out in a work tree" \
		git agent export --commit main
'

test_expect_success 'commit: in a bare repository' '
	git clone -q --bare . ../bare.git && mkdir ../bare.git/agent &&
	cp .git/agent/agent.db* ../bare.git/agent/ &&
	git -C ../bare.git agent set runbook:INFRA-002 --title "Bare" &&
	test_says 128 "fatal: this operation must be run in a work tree" \
		git -C ../bare.git agent export &&
	git -C ../bare.git agent export --commit HEAD -n >../actual 2>&1 &&
	test_grep "^would write $small_runbooks" ../actual &&
	git -C ../bare.git agent export --commit published runbook:INFRA-002 >/dev/null &&
	git -C ../bare.git show "published:$small_runbooks/INFRA-002-rate-limit.md" >../actual &&
	test_grep "^# INFRA-002: Bare$" ../actual &&
	git -C ../bare.git fsck
'

test_expect_success 'commit and index: never over a text that is unknown' '
	git branch -q theirs && git worktree add -q ../wt theirs &&
	(cd ../wt && echo "somebody else" >>"$small_runbooks/INFRA-002-rate-limit.md" &&
		GIT_COMMITTER_EMAIL=o@example.com test_commit_all theirs) &&
	git worktree remove ../wt &&
	git agent set runbook:INFRA-002 --title "Mine" >/dev/null &&
	test_expect_code 1 git agent export --commit theirs runbook:INFRA-002 2>../err &&
	test_grep "^kept $small_runbooks.*unknown to the workspace$" ../err &&
	git show "theirs:$small_runbooks/INFRA-002-rate-limit.md" >../actual &&
	test_grep "^somebody else$" ../actual
'

test_expect_success 'stdout: exact bytes of one, a JSON document a line of several' '
	git agent export --stdout INFRA-002 >../actual &&
	test_cmp "$small_stories/INFRA-002-rate-limit.md" ../actual &&
	git agent export --stdout --json --all >../actual && small_lines 4 ../actual &&
	test_grep "^{\"schema_version\":1,\"data\":{\"id\":\"INFRA-002\".*\"body\":\"# INFRA-002" \
		../actual &&
	test_says 129 "error: several artifacts go to standard output with --json" \
		git agent export --stdout --all &&
	test_says 129 "error: one of --index, --commit and --stdout" \
		git agent export --index --stdout INFRA-002 &&
	test_says 128 "fatal: there is no artifact '\''INFRA-777'\''" git agent export INFRA-777
'

test_expect_success 'a file that was deleted by hand comes back by name' '
	rm "$small_stories/INFRA-002-rate-limit.md" &&
	git agent list >../actual && test_grep INFRA-002 ../actual &&
	git agent export INFRA-002 >../actual &&
	test -f "$small_stories/INFRA-002-rate-limit.md"
'

test_done
