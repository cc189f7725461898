#!/bin/sh
test_description='traces as git has them, without secrets'
. "$(dirname "$0")/lib/test-lib.sh"
. "$test_root/tests/lib/team.sh"

if ! test_have_prereq LIBGIT2
then
	skip_all='libgit2 is missing'
	test_done
fi

# field <json path> <file>: one line for each event that has it.
field() {
	sqlite3 :memory: "select value from (select json_extract(value, '$1') as value from json_each('[' || rtrim(replace(readfile('$2'), char(10), ','), ',') || ']')) where value is not null"
}

test_expect_success 'setup' '
	team_origin && team_clone a "file:$TRASH/team.db" && team_clone b "file:$TRASH/team.db" && unset GIT_TRACE
'

test_expect_success 'GIT_TRACE shows the start and each child, in lines like those of git' '
	cd "$TRASH/a" &&
	GIT_TRACE=1 git-agent status >../out 2>../err &&
	test_grep "^[0-9:]*\.[0-9]\{6\} git-agent  *trace: start: git-agent status$" ../err &&
	GIT_TRACE=2 git-agent doctor >../out 2>../err &&
	test_grep "^[0-9:]*\.[0-9]\{6\} git-agent  *trace: run_command: git check-attr -z merge -- " ../err &&
	GIT_TRACE=$TRASH/lines git-agent doctor >../out 2>../err && test_must_be_empty ../err &&
	test_grep "trace: run_command: git check-attr" ../lines
'

test_expect_success 'off, and what is no value' '
	for value in 0 false ""
	do
		GIT_TRACE=$value GIT_TRACE2_EVENT=$value GIT_AGENT_TRACE_SQL=$value git-agent list >../out 2>../err &&
		test_must_be_empty ../err || return 1
	done &&
	GIT_TRACE=here git-agent list >../out 2>../err &&
	test_grep "^warning: GIT_TRACE is neither 1, a file descriptor nor an absolute path: .here" ../err &&
	! test -e here
'

test_expect_success 'GIT_TRACE2_EVENT: a tree of events that git can be in' '
	cd "$TRASH/b" && team_edit "s/None yet/Some/" && git agent import >/dev/null && git agent sync >/dev/null &&
	cd ../a && mkdir ../events && GIT_TRACE2_EVENT=$TRASH/events git agent sync >../out 2>../err &&
	ours=$(grep -l "\"exe\":\"git-agent" ../events/*) && theirs=$(grep -l "_run_dashed_\"" ../events/* | grep -v "$ours") &&
	field "\$.event" "$ours" >../names && test "$(sed -n "1,3p" ../names | tr "\n" " ")" = "version start cmd_name " &&
	test "$(tail -n 2 ../names | tr "\n" " ")" = "exit atexit " &&
	test "$(field "\$.sid" "$ours" | sort -u | sed "s,/.*,,")" = "$(basename "$theirs")" &&
	echo "_run_dashed_/agent-sync" >../expect && field "\$.hierarchy" "$ours" >../actual && test_cmp ../expect ../actual &&
	field "\$.label" "$ours" >../labels && test_grep "^pull$" ../labels && test_grep "^push$" ../labels &&
	test "$(grep -c region_enter ../names)" = "$(grep -c region_leave ../names)" &&
	test "$(grep -c child_start ../names)" = "$(grep -c child_exit ../names)" &&
	grep "\"key\":\"received\",\"value\":\"1\"" "$ours" && field "\$.code" "$ours" >../codes && test "$(tail -n 1 ../codes)" = 0
'

test_expect_success 'children of ours are below us, and an error is in it' '
	cd "$TRASH/a" && rm -rf ../events && mkdir ../events && GIT_TRACE2_EVENT=$TRASH/events git-agent doctor >../out &&
	grep -l "\"name\":\"check-attr\"" ../events/* | grep -q "/events/" && cat ../events/* | grep "\"name\":\"check-attr\"" | grep "\"hierarchy\":\"agent-doctor/check-attr\"" &&
	test_expect_code 128 env GIT_TRACE2_EVENT=1 git-agent show INFRA-999 2>../err &&
	grep "\"event\":\"error\".*\"msg\":\".*INFRA-999" ../err && grep "\"event\":\"exit\".*\"code\":128" ../err
'

test_expect_success 'statements, without what is bound to them' '
	cd "$TRASH/a" && GIT_AGENT_TRACE_SQL=1 git-agent set INFRA-042 -s Notes --text "Something quiet" 2>../err &&
	test_grep "^sql: workspace: INSERT INTO" ../err && ! grep quiet ../err &&
	GIT_AGENT_TRACE_SQL=$TRASH/sql git-agent sync >../out 2>../err && test_must_be_empty ../err &&
	test_grep "^sql: remote: " ../sql && test_grep "^sql: workspace: " ../sql && ! grep quiet ../sql
'

test_expect_success 'nothing secret is in any of them' '
	cd "$TRASH/a" && GIT_TRACE=$TRASH/all GIT_TRACE2_EVENT=$TRASH/all && export GIT_TRACE GIT_TRACE2_EVENT &&
	git-agent set INFRA-042 -s Notes --text "a quiet text" &&
	git-agent set INFRA-042 -s Notes --text="another quiet text" &&
	test_expect_code 129 git-agent sync init --key sb_publishable_quiet1 "https://ada:quiet2@example.invalid/" &&
	test_expect_code 129 git-agent sync init --key=quiet3 "https://quiet4:x@example.invalid/" &&
	test_expect_code 129 git-agent list eyJquiet5.abc.def "Authorization: Bearer quiet6" "http.extraHeader=X: quiet7" \
		password=quiet8 "x?access_token=quiet9&y=1" &&
	unset GIT_TRACE GIT_TRACE2_EVENT &&
	! grep quiet ../all && test_grep "<redacted>@example.invalid" ../all && test_grep "y=1" ../all &&
	git -c http.extraHeader="Authorization: Basic quiet" agent status >/dev/null
'

test_done
