#!/bin/sh
# shellcheck disable=SC2015,SC2089,SC2090
test_description='batch: several commands in one transaction, all of them or none'
. "$(dirname "$0")/lib/test-lib.sh"
. "$test_root/tests/lib/small.sh"

if ! test_have_prereq LIBGIT2
then
	skip_all='libgit2 is not there'
	test_done
fi

story=$small_stories/INFRA-002-rate-limit.md

# everything: what the workspace and the files have.
everything() {
	git agent list --all 2>/dev/null || git agent list
	git agent log --oneline INFRA-002 | sed "s/ .*//" && git agent undo --list && git status --short &&
	find .agent -type f -exec git hash-object --no-filters {} + -print | sort
}

# refused <code> <text>: the batch on stdin is, says so, and nothing is different then.
refused() {
	cat >"$TRASH/lines" && everything >"$TRASH/before" &&
	test_expect_code "$1" git agent batch "$TRASH/lines" >"$TRASH/out" 2>"$TRASH/err" &&
	test_must_be_empty "$TRASH/out" && test_grep "^[a-z]*: nothing was changed: $2" "$TRASH/err" &&
	everything >"$TRASH/actual" && test_cmp "$TRASH/before" "$TRASH/actual"
}

test_expect_success 'each line finds what those before it did, and the files follow once' '
	small_repo "$TRASH/r" && cd "$TRASH/r" &&
	cat >../lines <<-\EOT &&
	# what one does on a monday

	set INFRA-002 --title "A \"new\" title" -m "it is new"
	state INFRA-002 OPEN
	check INFRA-002 1 2
	["set","INFRA-002","--section","Notes","--text","One\nTwo"]
	new-story '\''Made '\''"here" --scope INFRA -s OPEN
	set @7 --section Notes --add --text Of\ 7
	mv INFRA-003 --label INFRA-033
	rm runbook:INFRA-002
	set INFRA-033 -t Moved
	EOT
	git agent batch <../lines >../out && cat >../expect <<-\EOT && test_cmp ../expect ../out &&
	INFRA-002: title set
	INFRA-002: DRAFT -> OPEN
	INFRA-002: ticked
	INFRA-002: section '\''Notes'\'' set
	INFRA-004 .agent/cache/stories/INFRA/INFRA-004-made-here.md
	INFRA-004: section '\''Notes'\'' set
	INFRA-033: moved to .agent/cache/stories/INFRA/INFRA-033-with a blank.md
	runbook:INFRA-002: deleted
	INFRA-033: title set
	EOT
	test_grep "^# INFRA-002: A \"new\" title$" "$story" && test_grep "^OPEN$" "$story" &&
	test_grep "^- \[x\] \*\*Two" "$story" && test "$(tail -n 2 "$story" | tr "\n" " ")" = "One Two " &&
	test_grep "^Of 7$" $small_stories/INFRA-004-made-here.md &&
	test_grep "^# INFRA-033: Moved$" "$small_stories/INFRA-033-with a blank.md" &&
	! test -e "$small_stories/INFRA-003-with a blank.md" && ! test -e $small_runbooks/INFRA-002-rate-limit.md &&
	git agent log INFRA-002 >../actual && test_grep "^How:    state$" ../actual && test_grep "^    it is new$" ../actual
'

test_expect_success 'a line that cannot be done leaves nothing done' '
	printf "set INFRA-002 -t Other\nset INFRA-999 -t X\n" | refused 128 "line 2: there is no artifact .INFRA-999" &&
	printf "new-story Another --scope INFRA\nstate INFRA-002 DONE\n" | refused 2 "line 2: .INFRA-002. cannot go from OPEN to DONE" &&
	printf "set INFRA-002 -t Other\n\nset INFRA-002 -t \"x\n" | refused 129 "line 3: a quote" &&
	printf "set INFRA-002 -t Other\n[1,2]\n" | refused 129 "line 2: no JSON array of strings" &&
	printf "set INFRA-002 -t Other\nshow INFRA-002\n" | refused 129 "line 2: .show. is no command for a batch" &&
	printf "set INFRA-002 -t Other -n\n" | refused 129 "line 1: --dry-run" &&
	printf "check INFRA-002 1\ncheck INFRA-002\n" | refused 129 "line 2: which box" &&
	printf "set INFRA-002 -s Notes -F -\n" | refused 129 "line 1: standard input is the batch" &&
	printf "edit INFRA-002\n" | refused 129 "line 1: --file is needed" &&
	printf "rm INFRA-002 INFRA-999\n" | refused 128 "line 1:" &&
	printf "set INFRA-002 --titel X\n" | refused 129 "line 1: unknown option"
'

test_expect_success '--dry-run says all of it, and does nothing' '
	everything >../before && printf "set INFRA-002 -t Dry\nnew-story Dry --scope INFRA\nset @2 -t Wet\n" |
	git agent batch --dry-run >../out && test_grep "^INFRA-002: title set$" ../out && small_lines 3 ../out &&
	everything >../actual && test_cmp ../before ../actual && git agent batch </dev/null >../out && test_must_be_empty ../out
'

test_expect_success 'a key is good for once' '
	printf "set INFRA-002 -t Keyed\n" | git agent batch --key k1 >/dev/null && git agent set INFRA-002 -t Since >/dev/null &&
	everything >../before && printf "set INFRA-002 -t Keyed\n" | git agent batch --key k1 --json >../out 2>../err &&
	test_grep "k1.* was carried out already, as operation" ../err && test_grep "\"already\":true" ../out &&
	everything >../actual && test_cmp ../before ../actual &&
	printf "set INFRA-002 -t Keyed\n" | git agent batch --key k2 --json >../out && test_grep "\"already\":false" ../out &&
	test_grep "\"line\":1,\"command\":\"set\",\"id\":\"INFRA-002\".*\"changed\":true,\"done\":\"title set\"" ../out &&
	test_expect_code 129 git agent batch --key "" </dev/null 2>../err
'

test_expect_success 'undo takes back all of a batch' '
	git agent list >../before && git agent batch <<-\EOT >/dev/null && git agent undo >../out && git agent list >../actual &&
	set INFRA-002 -t "To go"
	state INFRA-002 COMMITTED
	new-story "Goes, too" --scope INFRA
	rm INFRA-033
	EOT
	test_cmp ../before ../actual && small_lines 4 ../out && test_grep "COMMITTED -> OPEN" ../out
'

test_expect_success 'a file with an edit that nobody took is not written over, and the rest is' '
	git rev-parse HEAD >.git/MERGE_HEAD && echo "by hand" >>"$story" &&
	printf "set INFRA-002 -t Batched\nset INFRA-033 -t Batched\n" | git agent batch >../out 2>../err &&
	test_grep "INFRA-002.* was not touched" ../err && test_grep "^by hand$" "$story" && small_lines 2 ../out &&
	rm .git/MERGE_HEAD
'

test_expect_success 'batches from several terminals at once: each is whole' '
	git agent list >/dev/null 2>&1; git agent sync resolve INFRA-002 --ours >/dev/null 2>&1;
	for i in 1 2 3 4 5 6; do
		printf "set INFRA-001 -t \"From $i\"\nset INFRA-033 -t \"From $i\"\nnew-story \"By $i\" --scope INFRA\n" |
		git agent batch >"../out.$i" 2>&1 &
	done; wait &&
	git agent list >../actual && one=$(sed -n "s/.*INFRA-001 .*From //p" ../actual) &&
	test_grep "INFRA-033 .*From $one$" ../actual && test "$(grep -c "By [1-6]$" ../actual)" = 6 &&
	test "$(sed "s/^[! ]*//; s/ .*//" ../actual | sort | uniq -d | wc -l)" -eq 0
'

test_expect_success 'with a team: one push for what is new, which brings its number' '
	cd "$TRASH" && git init -q --bare origin.git && small_repo "$TRASH/a" && cd a &&
	git agent sync init --no-hooks "file:$TRASH/team.db" >/dev/null && git agent sync >/dev/null &&
	for i in 1 2 3 4 5 6 7 8 9 10 11 12; do echo "new-story \"Number $i\" --scope INFRA"; done | git agent batch >../out &&
	small_lines 12 ../out && ! grep "~" ../out &&
	git agent list --json >../actual && test_grep "Number 12" ../actual && ! grep "\"dirty\":true" ../actual
'

test_done
