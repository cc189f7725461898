#!/bin/sh
# shellcheck disable=SC2015,SC2089,SC2090
test_description='edit, set, check, state, mv, rm, restore'
. "$(dirname "$0")/lib/test-lib.sh"
. "$test_root/tests/lib/small.sh"

if ! test_have_prereq LIBGIT2
then
	skip_all='libgit2 is not there'
	test_done
fi

story=$small_stories/INFRA-002-rate-limit.md

# editor <sed script>: what the editor does to the text.
editor() {
	printf '#!/bin/sh\nsed "%s" "$1" >"$1.new" && mv "$1.new" "$1"\n' "$1" >"$TRASH/editor" &&
	chmod +x "$TRASH/editor" &&
	GIT_EDITOR='"$TRASH/editor"' && export GIT_EDITOR
}

# no_leftovers: no text of an edit lies around.
no_leftovers() {
	test "$(echo .git/agent/EDIT-*)" = ".git/agent/EDIT-*"
}

test_expect_success 'edit: git'\''s editor, and the file follows' '
	small_repo "$TRASH/r" && cd "$TRASH/r" &&
	sed "s/Some notes/My notes/" "$story" >../expect &&
	editor "s/Some notes/My notes/" &&
	git agent edit INFRA-002 >../out &&
	test_grep "^INFRA-002: edited$" ../out &&
	test_cmp ../expect "$story" &&
	no_leftovers
'

test_expect_success 'edit: nothing changed, or nothing left, is nothing done' '
	editor "" && git agent edit INFRA-002 2>../err &&
	test_grep "the text is the same" ../err &&
	editor d && git agent edit INFRA-002 2>../err &&
	test_grep "the text is empty" ../err &&
	test_cmp ../expect "$story" &&
	no_leftovers
'

test_expect_success 'edit: an editor that fails changes nothing' '
	GIT_EDITOR=false test_says 128 "fatal: the editor '\''false'\'' failed" \
		git agent edit INFRA-002 &&
	no_leftovers &&
	test_cmp ../expect "$story"
'

test_expect_success 'edit: what somebody else changed meanwhile is merged' '
	printf "%s\n" "#!/bin/sh" \
		"git agent set INFRA-002 --title \"Rate limits\" >/dev/null &&" \
		"sed \"s/My notes/Our notes/\" \"\$1\" >x && mv x \"\$1\"" >../editor &&
	git agent edit INFRA-002 &&
	test_grep "^# INFRA-002: Rate limits$" "$story" &&
	test_grep "^Our notes" "$story"
'

test_expect_success 'edit: where it cannot be merged, the text is kept and named' '
	printf "%s\n" "#!/bin/sh" \
		"git agent set INFRA-002 --section Notes --text theirs >/dev/null &&" \
		"sed \"s/Our notes/mine/\" \"\$1\" >x && mv x \"\$1\"" >../editor &&
	test_expect_code 1 git agent edit INFRA-002 2>../err &&
	test_grep "changed in the same place meanwhile" ../err &&
	file=$(sed -n "s/.*the text is kept in .\(.*\).; when.*/\1/p" ../err) &&
	test_grep "^mine" "$file" &&
	test_grep "^theirs$" "$story" &&
	rm "$file"
'

test_expect_success 'edit: from a file and standard input; --base merges' '
	base=$(git agent show --json INFRA-002 |
		sed "s/.*\"revision\":\"\([0-9a-f]*\).*/\1/") &&
	sed "s/theirs/from a file/" "$story" >../new &&
	git agent set INFRA-002 --title "Rate limit" >/dev/null &&
	git agent edit INFRA-002 --base "$base" --file - <../new &&
	test_grep "^# INFRA-002: Rate limit$" "$story" &&
	test_grep "^from a file$" "$story" &&
	test_says 2 "error: the new text for '\''INFRA-002'\'' is empty" \
		git agent edit INFRA-002 --file /dev/null &&
	test_says 128 "fatal: cannot open '\''nowhere'\'': No such file or directory" \
		git agent edit INFRA-002 --file nowhere &&
	printf "a\0b" >../nul &&
	test_says 2 "error: '\''../nul'\'' contains NUL bytes" \
		git agent edit INFRA-002 --file ../nul &&
	head -c 1048577 /dev/zero | tr "\0" x >../big &&
	test_says 2 "error: '\''../big'\'' is larger than 1 MiB" \
		git agent edit INFRA-002 --file ../big
'

test_expect_success 'edit: --dry-run shows and changes nothing' '
	cp "$story" ../before &&
	sed "s/from a file/otherwise/" "$story" |
		git agent edit -n INFRA-002 --file - >../actual &&
	test_grep "^+otherwise" ../actual &&
	test_cmp ../before "$story" &&
	git agent show INFRA-002 >../actual && test_cmp ../before ../actual
'

test_expect_success 'set: title and section, and no other byte' '
	sed -e "1s/Rate limit/Limits \$(x)/" -e "s/^from a file$/first\nsecond/" "$story" \
		>../expect &&
	printf "first\nsecond\n" | git agent set INFRA-002 -t "Limits \$(x)" -s notes -F - >../out &&
	test_grep "^INFRA-002: title and section .notes. set$" ../out &&
	test_cmp ../expect "$story" &&
	test "$(echo $small_stories/INFRA-002-*)" = "$story"
'

test_expect_success 'set: what it refuses' '
	test_expect_code 128 git agent set INFRA-002 -s Nope --text x 2>../err &&
	test_grep "^hint: --add puts a new section at the end$" ../err &&
	git agent set INFRA-002 -s Extra --add --text "now there" >/dev/null &&
	tail -n 1 "$story" >../actual && test_grep "^now there$" ../actual &&
	test_says 129 "error: --title or --section is needed" git agent set INFRA-002 &&
	test_says 129 "error: a section needs one of --text and --file" \
		git agent set INFRA-002 -s Notes &&
	test_expect_code 129 git agent set INFRA-002 --title "" &&
	test_expect_code 129 git agent set INFRA-002 --title "two
lines" &&
	test_expect_code 2 git agent set INFRA-002 -s Notes --text "## Another"
'

test_expect_success 'check: lists, ticks, clears' '
	printf "  1 [ ] **One**: first\n  2 [ ] **Two**: second\n  3 [x] **Three**: third\n" \
		>../expect &&
	git agent check INFRA-002 >../actual && test_cmp ../expect ../actual &&
	git agent check INFRA-002 1 2 >../out &&
	test_grep "^INFRA-002: ticked$" ../out &&
	test_grep "^- \[x\] \*\*Two" "$story" &&
	git agent check --off INFRA-002 3 &&
	test_grep "^- \[ \] \*\*Three" "$story" &&
	git agent check INFRA-002 1 >../out &&
	test_grep "nothing to change" ../out &&
	test_expect_code 128 git agent check INFRA-002 4 &&
	test_says 129 "error: '\''0'\'' is not the number of a box" git agent check INFRA-002 0
'

test_expect_success 'state: by the rules of the kind, exit code 2 with what is legal' '
	git agent state INFRA-002 >../actual &&
	printf "DRAFT\nnext: OPEN, COMMITTED, ICEBOX, BLOCKED, SUPERSEDED, RETIRED\n" >../expect &&
	test_cmp ../expect ../actual &&
	test_expect_code 2 git agent state INFRA-002 DONE 2>../err &&
	test_grep "cannot go from DRAFT to DONE: it would jump over a gate" ../err &&
	test_grep "^hint: from here it may go to: OPEN, COMMITTED" ../err &&
	test_expect_code 2 git agent state INFRA-002 NONSENSE 2>../err &&
	test_grep "the kind has no such state" ../err &&
	git agent state INFRA-002 committed >../out &&
	test_grep "^INFRA-002: DRAFT -> COMMITTED (approval requested)$" ../out &&
	test_grep "^COMMITTED$" "$story" &&
	git agent show --json INFRA-002 >../actual &&
	test_grep "\"approval\":\"requested\"" ../actual &&
	test_expect_code 2 git agent state INFRA-002 DRAFT 2>../err &&
	test_grep "going back needs a reason" ../err &&
	git agent state INFRA-002 DRAFT --reason "not yet" &&
	git agent log INFRA-002 -n1 >../actual &&
	test_grep "^How:    state$" ../actual && test_grep "^    not yet$" ../actual
'

test_expect_success 'state: a parent has to be there first' '
	git agent state INFRA-001 DRAFT -m "again" &&
	test_expect_code 2 git agent state INFRA-002 COMMITTED 2>../err &&
	test_grep "^error: .INFRA-002. needs plan .INFRA-001. to be APPROVED or later; it is DRAFT" \
		../err &&
	test_expect_code 2 git agent state runbook:INFRA-002 COMMITTED 2>../err &&
	test_grep "needs story .INFRA-002. to be COMMITTED or later; it is DRAFT" ../err &&
	git agent state INFRA-002 ICEBOX &&
	git agent state INFRA-002 DRAFT
'

test_expect_success 'mv: another id, in name and title; the old one still finds it' '
	git agent mv INFRA-003 --label INFRA-030 >../out &&
	new="$small_stories/INFRA-030-with a blank.md" &&
	test_grep "^INFRA-003: moved to $new$" ../out &&
	test_grep "^# INFRA-030: With a blank$" "$new" &&
	! test -e "$small_stories/INFRA-003-with a blank.md" &&
	git agent show INFRA-003 >../actual && test_cmp "$new" ../actual &&
	test_says 2 "error: '\''INFRA-002'\'' is taken by '\''$story'\''" \
		git agent mv INFRA-030 --label INFRA-002 &&
	test_says 129 "error: '\''infra'\'' is not an id like INFRA-042" \
		git agent mv INFRA-030 --label infra
'

test_expect_success 'mv: to a path, only where artifacts of the kind are' '
	mv=$small_stories/INFRA-030-short.md &&
	(cd .agent && git agent mv INFRA-030 "../$mv") &&
	test -f "$mv" &&
	test_expect_code 2 git agent mv INFRA-030 elsewhere.md &&
	test_expect_code 2 git agent mv INFRA-030 ../../x.md &&
	test_expect_code 2 git agent mv INFRA-030 "$small_plans/INFRA-030.md" &&
	test_expect_code 2 git agent mv INFRA-030 "$story" &&
	test_expect_code 129 git agent mv INFRA-030
'

test_expect_success 'rm and restore' '
	cp "$story" ../expect &&
	test_expect_code 128 git agent rm INFRA-002 INFRA-777 &&
	test -f "$story" &&
	git agent rm -m "no more" INFRA-002 >../out &&
	test_grep "^INFRA-002: deleted$" ../out &&
	! test -e "$story" &&
	test_expect_code 128 git agent rm INFRA-002 2>../err &&
	test_grep "^hint: it was deleted: .git agent restore INFRA-002. brings it back$" ../err &&
	git agent show runbook:INFRA-002 >/dev/null &&
	git agent list --deleted >../actual && test_grep "^D INFRA-002" ../actual &&
	git agent restore INFRA-002 &&
	test_cmp ../expect "$story" &&
	first=$(git agent log --oneline INFRA-002 | tail -n 1 | cut -d" " -f1) &&
	git agent restore INFRA-002 "$first" &&
	git show "HEAD:$story" >../actual && test_cmp ../actual "$story" &&
	test_expect_code 129 git agent restore INFRA-002 &&
	test_expect_code 128 git agent restore INFRA-002 0123456
'

test_expect_success 'a file that shows something else is not written over, and that is said' '
	printf "%s\n" "#!/bin/sh" "echo more >>$story" \
		"sed \"s/Some notes/By command/\" \"\$1\" >x && mv x \"\$1\"" >../editor &&
	git agent edit INFRA-002 2>../err &&
	test_grep "was not touched" ../err &&
	test_grep "^more$" "$story" &&
	git agent show INFRA-002 >../actual &&
	test_grep "By command" ../actual
'

test_expect_success 'in the middle of a merge edits wait in the workspace' '
	git checkout -q . && git agent list --conflicts >../actual && test_must_be_empty ../actual &&
	git agent export --all >/dev/null; git add -A && test_commit_all "all" && git agent list >/dev/null &&
	git rev-parse HEAD >.git/MERGE_HEAD &&
	git agent set INFRA-002 -t "During a merge" 2>../err &&
	test_grep "was not touched" ../err &&
	! grep During "$story" &&
	rm .git/MERGE_HEAD &&
	git agent export &&
	test_grep During "$story"
'

test_expect_success 'a conflict is seen everywhere, and no state is changed over it' '
	git agent list >/dev/null && git rev-parse HEAD >.git/MERGE_HEAD &&
	git agent set INFRA-002 -t "In the workspace" 2>/dev/null && rm .git/MERGE_HEAD &&
	sed "1s/:.*/: In the file/" "$story" >../new && cp ../new "$story" &&
	git agent list --conflicts >../actual 2>../err &&
	test_grep "edited in the same place" ../err &&
	test_grep "^! INFRA-002 .*In the workspace$" ../actual &&
	git agent show INFRA-002 2>../err >../actual &&
	test_grep "^# INFRA-002: In the workspace$" ../actual &&
	test_grep "^warning: INFRA-002 is in conflict" ../err &&
	git agent log -p INFRA-002 >../actual &&
	test_grep "^revision [0-9a-f]* (theirs)$" ../actual &&
	test_grep "^+# INFRA-002: In the file$" ../actual &&
	git agent status >../actual && test_grep "^In conflict:$" ../actual &&
	test_says 1 "error: '\''INFRA-002'\'' is in conflict" git agent state INFRA-002 COMMITTED &&
	git agent sync resolve INFRA-002 --theirs >/dev/null &&
	git agent list --conflicts >../actual && test_must_be_empty ../actual &&
	git agent log INFRA-002 >../actual && ! grep theirs ../actual
'

test_done
