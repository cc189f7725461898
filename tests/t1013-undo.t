#!/bin/sh
# shellcheck disable=SC2015
test_description='undo: what the last command changed is taken back by new edits, and nothing is lost'
. "$(dirname "$0")/lib/test-lib.sh"
. "$test_root/tests/lib/small.sh"

if ! test_have_prereq LIBGIT2
then
	skip_all='libgit2 is not there'
	test_done
fi

story=$small_stories/INFRA-002-rate-limit.md

# texts: what the workspace and the files have.
texts() {
	git agent list
	for f in "$small_plans"/* "$small_stories"/* "$small_runbooks"/*
	do
		test ! -f "$f" || { echo "$f" && cat "$f"; } || return 1
	done
}

# there_and_back <command>...: undone and done again, all is as before and as after.
there_and_back() {
	texts >../before && git agent "$@" >/dev/null && texts >../after &&
	! cmp -s ../before ../after &&
	git agent undo >../out && texts >../actual && test_cmp ../before ../actual &&
	git agent undo >>../out && texts >../actual && test_cmp ../after ../actual
}

# last: the number of the last operation.
last() {
	git agent undo --list --max-count 1 | sed "s/^ *//; s/ .*//"
}

test_expect_success 'where nothing was done, nothing is undone' '
	small_repo "$TRASH/r" && cd "$TRASH/r" &&
	test_says 128 "fatal: there is no operation to undo: no command of this clone has changed anything yet" \
		git agent undo &&
	git agent undo --list >../out && test_must_be_empty ../out
'

test_expect_success 'each command that changes something, undone and done again' '
	there_and_back set INFRA-002 -t "Another title" && test_grep "^INFRA-002: the text as it was$" ../out &&
	there_and_back state INFRA-002 OPEN &&
	test_grep "^INFRA-002: OPEN -> DRAFT$" ../out && test_grep "^INFRA-002: DRAFT -> OPEN$" ../out &&
	there_and_back check INFRA-002 1 2 &&
	there_and_back mv INFRA-003 --label INFRA-033 && test_grep "^INFRA-003: moved to " ../out &&
	there_and_back rm INFRA-033 runbook:INFRA-002 && test_grep "^runbook:INFRA-002: brought back$" ../out &&
	there_and_back restore INFRA-033 &&
	there_and_back new-story "Something new" --scope INFRA -s OPEN &&
	printf "# INFRA-050: From a pipe\n\n## State\n\nDRAFT\n" >../text && there_and_back import-story ../text &&
	git agent list --json >/dev/null && git agent log INFRA-002 >../actual && test_grep "undo of operation" ../actual
'

test_expect_success 'the list says what was done, and what was undone' '
	git agent undo --list >../actual && test_grep "^ *1 .* edit *INFRA-002$" ../actual &&
	test_grep "^ *2 .* undo of 1 *undone *INFRA-002$" ../actual &&
	git agent undo --list --json --max-count 1 >../actual && small_lines 1 ../actual &&
	test_grep "\"command\":\"undo\",.*\"undone\":false" ../actual
'

test_expect_success 'a second time by name is nothing to do; what is not there is refused' '
	git agent undo 1 2>../err >../out; test_grep "^undid operation 1 (edit)$" ../out && texts >../before &&
	n=$(last) && git agent undo 1 2>../err && test_grep "operation 1 is undone already, by operation $n" ../err &&
	git agent undo --json 1 >../out 2>../err && test_grep "\"already\":$n" ../out &&
	texts >../actual && test_cmp ../before ../actual && test "$(last)" = "$n" &&
	test_says 128 "fatal: there is no operation 999" git agent undo 999 &&
	test_expect_code 129 git agent undo x 2>../err && test_expect_code 129 git agent undo 1 2 2>../err
'

test_expect_success '--dry-run says it, and does nothing' '
	git agent set INFRA-002 -t "Once more" >/dev/null && texts >../before && n=$(last) &&
	git agent undo -n >../out && test_grep "^would undo operation $n (edit)$" ../out &&
	git agent undo -n --json >../out && test_grep "\"dry_run\":true" ../out &&
	texts >../actual && test_cmp ../before ../actual && test "$(last)" = "$n"
'

test_expect_success 'what was changed elsewhere in the text since stays, by command and by hand' '
	git agent set INFRA-002 -s Notes --text "By the command." >/dev/null && n=$(last) &&
	git agent check INFRA-002 1 >/dev/null && sed "s/ second$/ by hand/" "$story" >../new && cat ../new >"$story" &&
	git agent undo "$n" >../out && test_grep "what was changed since stays" ../out &&
	test_grep "^Some notes.$" "$story" && test_grep "by hand$" "$story" && ! grep "By the command" "$story" &&
	git agent undo >/dev/null && test_grep "^By the command.$" "$story" && test_grep "by hand$" "$story"
'

test_expect_success 'what was changed in the same place since is not overwritten, and nothing else is done' '
	git agent set INFRA-002 -s Notes --text "First." >/dev/null && n=$(last) &&
	git agent set INFRA-002 -s Notes --text "Second." >/dev/null && texts >../before && m=$(last) &&
	test_expect_code 1 git agent undo "$n" 2>../err &&
	test_grep "INFRA-002.* was changed in the same place since operation $n, by " ../err &&
	test_grep "^hint: .git agent log -p INFRA-002. shows it" ../err &&
	texts >../actual && test_cmp ../before ../actual && test "$(last)" = "$m"
'

test_expect_success 'all of an operation, or nothing of it' '
	git agent rm INFRA-050 INFRA-033 >/dev/null && n=$(last) &&
	git agent import-story ../text >/dev/null && git agent mv INFRA-050 --label INFRA-051 >/dev/null &&
	cp "$story" $small_stories/INFRA-050-from-a-pipe.md && git agent list >/dev/null 2>&1 &&
	test_expect_code 2 git agent undo "$n" 2>../err && git agent list --deleted >../actual && test_grep "^D INFRA-033" ../actual
'

test_expect_success 'a new artifact that was edited since is not taken away' '
	git agent new-story "Made here" --scope INFRA >../out && n=$(last) && id=$(sed "s/ .*//" ../out) &&
	git agent set "$id" -s Notes --add --text Mine >/dev/null &&
	test_expect_code 2 git agent undo "$n" 2>../err && test_grep "was edited since operation $n" ../err &&
	git agent show "$id" | grep "^Mine$"
'

test_expect_success 'no undo leads where the rules do not lead' '
	git agent state INFRA-002 COMMITTED >/dev/null && git agent state INFRA-002 APPROVED >/dev/null &&
	git agent state INFRA-002 IN_PROGRESS >/dev/null && git add -A && test_commit_all "in progress" &&
	git agent state INFRA-002 DONE >/dev/null && git agent undo >../out &&
	test_grep "^INFRA-002: DONE -> IN_PROGRESS$" ../out && git agent state INFRA-002 DONE >/dev/null &&
	test_commit_all "done" && test_expect_code 2 git agent undo 2>../err &&
	test_grep "cannot go from DONE to IN_PROGRESS" ../err &&
	git agent state -m "start again" INFRA-002 DRAFT >/dev/null && git agent state INFRA-002 COMMITTED >/dev/null &&
	git agent undo >../out && test_grep "^INFRA-002: COMMITTED -> DRAFT$" ../out &&
	git agent undo >../out && test_grep "^INFRA-002: DRAFT -> COMMITTED (approval requested)$" ../out
'

test_expect_success 'a file that shows something else is not written over' '
	git agent set INFRA-002 -t "To be undone" >/dev/null && git rev-parse HEAD >.git/MERGE_HEAD &&
	echo "by hand" >>"$story" && git agent undo >/dev/null 2>../err && test_grep "was not touched" ../err &&
	test_grep "by hand" "$story" && rm .git/MERGE_HEAD
'

test_expect_success 'from two terminals at once: one undoes, the other finds it undone' '
	git checkout -q . && git agent export --all >/dev/null 2>&1; git agent list >/dev/null 2>&1 &&
	git agent set INFRA-001 -t "At once" >/dev/null && n=$(last) &&
	for i in 1 2 3 4; do git agent undo "$n" >"../out.$i" 2>"../err.$i" & done; wait &&
	test "$(cat ../out.? | grep -c "^undid operation $n ")" = 1 &&
	test "$(cat ../err.? | grep -c "undone already")" = 3 &&
	git agent show INFRA-001 >../actual && test_grep "^# INFRA-001: Caching$" ../actual
'

# --- with a team ---------------------------------------------------------------------------------

test_expect_success 'what the team has gets one more revision, and the team gets it' '
	cd "$TRASH" && git init -q --bare origin.git && small_repo "$TRASH/a" && cd a &&
	git remote add origin ../origin.git && git push -q -u origin HEAD && cd .. &&
	git -C a agent sync init --no-hooks "file:$TRASH/team.db" >/dev/null && git -C a agent sync >/dev/null &&
	git clone -q origin.git b && git -C b agent sync init --no-hooks "file:$TRASH/team.db" >/dev/null && cd a &&
	git agent state INFRA-002 OPEN >/dev/null && git agent set INFRA-002 -s Notes --text Pushed. >/dev/null &&
	git agent sync >/dev/null && git -C ../b agent sync >/dev/null && git -C ../b agent show INFRA-002 | grep "^Pushed.$" &&
	git agent undo >/dev/null && git agent undo 1 >../out && test_grep "OPEN -> DRAFT" ../out &&
	git agent sync >/dev/null && git -C ../b agent sync >/dev/null && git -C ../b agent show INFRA-002 >../actual &&
	test_grep "^Some notes.$" ../actual && test_grep "^DRAFT$" ../actual &&
	git -C ../b agent log INFRA-002 >../actual && test_grep "undo of operation 1 (state)" ../actual
'

test_expect_success 'what a colleague changed elsewhere stays; what was pulled is no operation' '
	git agent set INFRA-002 -s Notes --text "Of a." >/dev/null && git agent sync >/dev/null && n=$(last) &&
	git -C ../b agent sync >/dev/null && git -C ../b agent check INFRA-002 1 >/dev/null && git -C ../b agent sync >/dev/null &&
	git agent sync >/dev/null && test "$(last)" = "$n" && git agent undo >/dev/null &&
	git agent show INFRA-002 >../actual && test_grep "^Some notes.$" ../actual && test_grep "^- \[x\] \*\*One" ../actual &&
	git agent sync >/dev/null && git -C ../b agent sync >/dev/null && git -C ../b agent show INFRA-002 >../other &&
	test_cmp ../actual ../other
'

test_expect_success 'an approval that is on record is not undone, but revoked' '
	git agent state INFRA-002 COMMITTED >/dev/null && git agent sync >/dev/null && n=$(last) &&
	test_expect_code 2 git agent undo 2>../err && test_grep "is COMMITTED, and that is on record" ../err &&
	test_grep "^hint: .git agent state INFRA-002. shows where it may go" ../err && test "$(last)" = "$n"
'

test_done
