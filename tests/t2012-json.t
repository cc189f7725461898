#!/bin/sh
test_description='--json of commands that change something'
. "$(dirname "$0")/lib/test-lib.sh"
. "$test_root/tests/lib/small.sh"

if ! test_have_prereq LIBGIT2
then
	skip_all='libgit2 is not there'
	test_done
fi

test_expect_success 'a changed artifact, and one that was so already' '
	small_repo "$TRASH/r" && cd "$TRASH/r" &&
	git agent set INFRA-002 -t "Limits" --json >../out &&
	test_grep "^{\"schema_version\":1,\"data\":{\"id\":\"INFRA-002\".*\"title\":\"Limits\".*\"changed\":true}}$" ../out &&
	git agent set INFRA-002 -t "Limits" --json >../out && test_grep "\"changed\":false}}$" ../out &&
	echo "# INFRA-002: From a file" | git agent edit INFRA-002 --file - --json >../out &&
	test_grep "\"title\":\"From a file\".*\"changed\":true" ../out &&
	git agent state INFRA-002 OPEN --json >../out &&
	test_grep "\"state\":\"OPEN\".*\"changed\":true" ../out &&
	git agent state INFRA-002 OPEN --json >../out 2>../err &&
	test_grep "\"changed\":false" ../out && test_grep "is OPEN already" ../err &&
	test_expect_code 129 git agent edit INFRA-002 --json
'

test_expect_success 'a dry run has the difference, and changes nothing' '
	git agent set -n INFRA-002 -t "Other" --json >../out &&
	test_grep "\"title\":\"From a file\".*\"changed\":false,\"diff\":\"--- a/.*+# INFRA-002: Other" ../out &&
	git agent show INFRA-002 | test_grep "^# INFRA-002: From a file" -
'

test_expect_success 'boxes' '
	git agent restore INFRA-002 "$(git agent log --json INFRA-002 |
		sed "s/.*\"revision\":\"\([0-9a-f]*\)\".*/\1/")" >/dev/null &&
	git agent check INFRA-002 2 --json >../out && test_grep "\"changed\":true" ../out &&
	git agent check INFRA-002 --json >../out &&
	test_grep "\"boxes\":\[{\"number\":1,\"checked\":false,\"text\":\"[*][*]One[*][*]: first\",\"section\":\"Acceptance Criteria\"},{\"number\":2,\"checked\":true," ../out
'

test_expect_success 'sync, push, pull: what was done, and nothing else on stdout' '
	git agent sync init --no-hooks file:../team.db >/dev/null &&
	git agent set INFRA-003 -t "Blank" >/dev/null &&
	git agent sync push --json >../out &&
	echo "{\"schema_version\":1,\"data\":{\"dry_run\":false,\"pull\":null,\"push\":{\"sent\":1,\"queued\":0,\"refused\":0,\"behind\":false},\"blocked\":[]}}" >../expect &&
	test_cmp ../expect ../out &&
	git clone -q . ../b && cd ../b && git agent sync init --no-hooks file:../team.db >/dev/null &&
	git agent set INFRA-003 -t "Theirs" >/dev/null && git agent sync >/dev/null && cd ../r &&
	git agent set INFRA-003 -t "Ours" >/dev/null &&
	test_expect_code 1 git agent sync push --json >../out 2>../err &&
	test_grep "\"behind\":true" ../out && test_grep "^hint: .git agent sync pull" ../err &&
	test_expect_code 1 git agent sync --json >../out 2>../err &&
	test_grep "\"pull\":{\"received\":[01],\"merged\":0,\"adopted\":0,\"conflicts\":1}" ../out &&
	test_grep "\"blocked\":\[\"INFRA-003: conflict\"\]" ../out && small_lines 1 ../out &&
	git agent sync resolve INFRA-003 --theirs >/dev/null &&
	git agent sync pull --json >../out && test_grep "\"push\":null" ../out
'

test_expect_success 'set --base: what somebody else wrote since it was read stays, or is a conflict' '
	small_repo "$TRASH/base" && cd "$TRASH/base" &&
	read=$(git agent show INFRA-002 --json | sed "s/.*\"revision\":\"\([0-9a-f]*\).*/\1/") &&
	git agent set INFRA-002 -t "By another" >/dev/null &&
	git agent set INFRA-002 -s Notes --text "By me." --base "$read" >/dev/null &&
	git agent show INFRA-002 >../out && test_grep "^# INFRA-002: By another$" ../out && test_grep "^By me" ../out &&
	cp ../out ../before &&
	test_expect_code 1 git agent set INFRA-002 -s Notes --text "Over it." --base "$read" 2>../err &&
	git agent show INFRA-002 >../out 2>/dev/null && test_cmp ../before ../out &&
	test_expect_code 128 git agent set INFRA-002 -s Notes --text "x" --base 123456
'

test_expect_success 'rm prints a document for each; mv -n tells the rename' '
	git agent list >/dev/null && git agent rm INFRA-001 INFRA-003 --json >../out && small_lines 2 ../out &&
	test_grep "\"id\":\"INFRA-001\".*\"deleted\":true,\"changed\":true" ../out &&
	git agent mv -n INFRA-002 --label INFRA-022 --json |
		test_grep "\"diff\":\"rename from .*rename to .*INFRA-022" -
'

test_done
