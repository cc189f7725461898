#!/bin/sh
# shellcheck disable=SC2015
test_description='restore: an earlier text is the newest one again, and the rules of states hold'
. "$(dirname "$0")/lib/test-lib.sh"
. "$test_root/tests/lib/small.sh"

if ! test_have_prereq LIBGIT2
then
	skip_all='libgit2 is not there'
	test_done
fi

story=$small_stories/INFRA-002-rate-limit.md

# revision <n> <id>: the n-th newest one.
revision() {
	git agent log --oneline "$2" | sed -n "$1p" | cut -d" " -f1
}

# revisions <id>: how many there are.
revisions() {
	git agent log --oneline "$1" | wc -l
}

test_expect_success 'an earlier text, byte for byte, as a new revision; nothing goes from the history' '
	small_repo "$TRASH/r" && cd "$TRASH/r" &&
	printf "# INFRA-002: Odd\r\n\r\n## State\n\nDRAFT\n\nno last line end" | git agent edit INFRA-002 --file - &&
	git agent show --raw INFRA-002 >../odd && odd=$(revision 1 INFRA-002) &&
	git agent set INFRA-002 -t Even && n=$(revisions INFRA-002) &&
	git agent restore INFRA-002 "$odd" >../out && test_grep "^INFRA-002: restored $odd$" ../out &&
	git agent show --raw INFRA-002 >../actual && test_cmp ../odd ../actual && test_cmp ../odd "$story" &&
	test "$(revisions INFRA-002)" = $((n + 1)) &&
	git agent log INFRA-002 >../actual && test_grep "^How:    restore$" ../actual &&
	git agent log --oneline INFRA-002 >../actual && test_grep "^$odd " ../actual &&
	git agent list --json >../actual && test_grep "dirty\":true" ../actual
'

test_expect_success 'the same text once more is nothing to do' '
	n=$(revisions INFRA-002) && git agent restore INFRA-002 "$(revision 1 INFRA-002)" >../out &&
	test_grep "^INFRA-002: nothing to change$" ../out && test "$(revisions INFRA-002)" = "$n"
'

test_expect_success '--json: the artifact, and whether anything changed; --dry-run changes nothing' '
	git agent restore --json INFRA-002 "$(revision 1 INFRA-002)" >../out &&
	test_grep "\"schema_version\":1" ../out && test_grep "\"changed\":false" ../out &&
	git agent restore --json -m "was better" INFRA-002 "$(revision 2 INFRA-002)" >../out &&
	test_grep "\"title\":\"Even\"" ../out && test_grep "\"changed\":true" ../out &&
	git agent log INFRA-002 >../actual && test_grep "^    was better$" ../actual &&
	git agent restore -n INFRA-002 "$odd" >../out && test_grep "^+# INFRA-002: Odd" ../out &&
	test_grep "Even" "$story"
'

test_expect_success 'what there is no revision of is refused, and how to see them is said' '
	test_says 128 "fatal: there is no revision '\''0123456'\''" git agent restore INFRA-002 0123456 &&
	git agent restore INFRA-002 0123456 2>&1 | grep "^hint: .git agent log INFRA-002. shows them$" &&
	git agent restore INFRA-003 "$odd" 2>&1 | grep "there is no revision" &&
	test_expect_code 129 git agent restore INFRA-002 2>../err &&
	test_expect_code 129 git agent restore INFRA-002 "$odd" "$odd" 2>../err
'

test_expect_success 'a text that says a gate does not bring the gate back' '
	git agent state INFRA-002 COMMITTED >/dev/null && committed=$(revision 1 INFRA-002) &&
	git agent state -m "not yet" INFRA-002 OPEN >/dev/null && git agent set INFRA-002 -t "As open" >/dev/null &&
	n=$(revisions INFRA-002) &&
	test_says 2 "error: '\''INFRA-002'\'' was COMMITTED in that text and is OPEN now" \
		git agent restore INFRA-002 "$committed" &&
	test "$(revisions INFRA-002)" = "$n" && test_grep "As open" "$story" &&
	git agent restore --keep-state INFRA-002 "$committed" >/dev/null &&
	git agent list >../actual && test_grep "INFRA-002 *story *OPEN *Even$" ../actual
'

test_expect_success 'a state that one may go to comes back with the text, another does not' '
	git agent restore INFRA-002 "$odd" >/dev/null && test_cmp ../odd "$story" &&
	git agent set INFRA-003 -t "Second" >/dev/null && second=$(revision 1 INFRA-003) &&
	git agent state INFRA-003 COMMITTED >/dev/null && git agent state INFRA-003 APPROVED >/dev/null &&
	git agent state INFRA-003 IN_PROGRESS >/dev/null && progress=$(revision 1 INFRA-003) &&
	git agent restore INFRA-003 "$second" >/dev/null &&
	git agent list >../actual && test_grep "INFRA-003 *story *OPEN *Second$" ../actual &&
	test_expect_code 2 git agent restore INFRA-003 "$progress" 2>../err &&
	test_grep "cannot go from OPEN to IN_PROGRESS" ../err && test_grep "^hint: --keep-state" ../err
'

test_expect_success 'a text from before another id names itself by the present one' '
	before=$(revision 1 INFRA-003) && git agent mv INFRA-003 --label INFRA-077 >/dev/null &&
	git agent set INFRA-077 -t "Third" >/dev/null &&
	git agent restore INFRA-077 "$before" >/dev/null &&
	git agent show INFRA-077 >../actual && test_grep "^# INFRA-077: Second$" ../actual
'

test_expect_success 'what was deleted comes back, with its last text or an earlier one' '
	git agent show --raw INFRA-077 >../expect && path=$(echo $small_stories/INFRA-077*) && test -f "$path" &&
	git agent rm INFRA-077 >/dev/null && ! test -e "$path" &&
	git agent restore INFRA-077 >/dev/null && test_cmp ../expect "$path" &&
	git agent rm INFRA-077 >/dev/null &&
	test_says 128 "fatal: revision '\''$(revision 1 INFRA-077)'\'' is a deletion" \
		git agent restore INFRA-077 "$(revision 1 INFRA-077)" &&
	git agent restore INFRA-077 "$(revision 4 INFRA-077)" >/dev/null && test -f "$path"
'

test_expect_success 'a file with an edit that nobody has seen is not written over' '
	before=$(revision 2 INFRA-002) && echo "by hand" >>"$story" && git rev-parse HEAD >.git/MERGE_HEAD &&
	git agent restore --keep-state INFRA-002 "$before" 2>../err && test_grep "was not touched" ../err &&
	test_grep "by hand" "$story" && rm .git/MERGE_HEAD &&
	{ git agent list >/dev/null 2>&1 || :; } && test_grep "by hand" "$story"
'

test_done
