#!/bin/sh
test_description='sync stats: what transfers took and brought, as text, JSON and OpenMetrics'
. "$(dirname "$0")/lib/test-lib.sh"
. "$test_root/tests/lib/team.sh"

if ! test_have_prereq LIBGIT2
then
	skip_all='libgit2 is missing'
	test_done
fi
command -v python3 >/dev/null && test_set_prereq PYTHON

# stat <json path>
stat_of() {
	git agent sync stats --json >../json && sqlite3 :memory: "select json_extract(readfile('$TRASH/json'), '\$.data.$1')"
}

test_expect_success 'setup: what sync init brought' '
	team_origin && team_clone a "file:$TRASH/team.db" && team_clone b "file:$TRASH/team.db" && cd a &&
	test "$(stat_of totals.pull.runs)" = 1 && test "$(stat_of totals.push.runs)" = 1 && test "$(stat_of totals.sent)" = 3 &&
	test "$(stat_of remote)" = "file:$TRASH/team.db"
'

test_expect_success 'what came, went, and waits' '
	cd "$TRASH/b" && git agent set INFRA-042 -t "Theirs" >/dev/null && git agent sync >/dev/null &&
	cd ../a && git agent set INFRA-043 -t "Ours" >/dev/null && test "$(stat_of queued)" = 1 &&
	git agent sync >/dev/null && test "$(stat_of queued)" = 0 && test "$(stat_of totals.received)" = 1 &&
	test "$(stat_of totals.sent)" = 4 && test "$(stat_of "last[0].what")" = push && test "$(stat_of "last[0].sent")" = 1 &&
	test "$(stat_of "last[1].what")" = pull && test "$(stat_of "last[1].received")" = 1 && test "$(stat_of "last[1].ms")" -ge 0 &&
	git agent sync -n >/dev/null && test "$(stat_of totals.pull.runs)" = 2 &&
	git agent sync stats >../out && test_grep "^pull: 2 of them, 0 failed; of the last 2 the median took [0-9]* ms" ../out &&
	test_grep "^received 1, merged 0, conflicts 0, sent 4, refused 0$" ../out && test_grep "^    story DRAFT: 2$" ../out
'

test_expect_success 'conflicts and refusals' '
	cd "$TRASH/b" && git agent set INFRA-042 -t "Again" >/dev/null && git agent sync >/dev/null &&
	cd ../a && git agent set INFRA-042 -t "Not so" >/dev/null && test_expect_code 1 git agent sync >/dev/null 2>&1 &&
	test "$(stat_of totals.conflicts)" = 1 && test "$(stat_of conflicts)" = 1 &&
	git agent sync resolve INFRA-042 --ours >/dev/null && git agent sync >/dev/null && test "$(stat_of conflicts)" = 0 &&
	test "$(stat_of totals.conflicts)" = 1 &&
	team_edit "s/^DRAFT/DONE/" .agent/cache/stories/INFRA/INFRA-043-audit.md && test_expect_code 2 git agent sync >/dev/null 2>&1 &&
	test "$(stat_of refused)" = 1 && test "$(stat_of totals.refused)" = 1
'

test_expect_success 'out of reach is told apart, and the last success stays' '
	cd "$TRASH/a" && synced=$(git agent env | sed -n "s/^    synced: //p") && mv ../team.db ../away &&
	test_expect_code 3 git agent sync >/dev/null 2>&1 && mv ../away ../team.db &&
	test "$(stat_of totals.open.failed)" = 1 && test "$(stat_of "last[0].what")" = open && test "$(stat_of "last[0].ok")" = 0 &&
	test "$(git agent env | sed -n "s/^    synced: //p")" = "$synced"
'

test_expect_success 'fifty are kept, and the sums go on' '
	cd "$TRASH/b" && before=$(stat_of totals.pull.runs) && for i in $(seq 30); do git agent sync >/dev/null || return 1; done &&
	test "$(stat_of totals.pull.runs)" = $((before + 30)) &&
	git agent sync stats --json >../json && test "$(sqlite3 :memory: "select json_array_length(readfile('"'$TRASH/json'"'), '"'\$.data.last'"')")" = 50
'

test_expect_success PYTHON 'OpenMetrics, as the specification has it' '
	cd "$TRASH/a" && git agent sync stats --metrics >../metrics && python3 "$test_root/tests/lib/openmetrics.py" <../metrics >../samples &&
	test_grep "^git_agent_syncs_total{what=\"open\",result=\"failed\"} 1$" ../samples && test_grep "^git_agent_sent_total [0-9]" ../samples &&
	test_grep "^git_agent_artifacts{kind=\"story\",state=\"DONE\"} 1$" ../samples &&
	test_grep "^git_agent_sync_duration_seconds_sum{what=\"pull\"} [0-9]*\.[0-9]\{3\}$" ../samples &&
	test_grep "^git_agent_last_sync_timestamp_seconds [0-9]*$" ../samples && test_grep "^git_agent_queued 1$" ../samples
'

test_expect_success PYTHON 'the reader of OpenMetrics refuses what is wrong' '
	cd "$TRASH" &&
	for wrong in "\$d" "s/^# TYPE git_agent_queued gauge/# TYPE git_agent_queued counter/" "s/^git_agent_queued 1/git_agent_queued one/" \
		"/^# HELP git_agent_texts/d" "s/^\(git_agent_queued .*\)/\1\n\1/" "s/ok\"}/ok}/"
	do
		sed "$wrong" metrics >wrong && ! cmp -s wrong metrics &&
		test_expect_code 1 python3 "$test_root/tests/lib/openmetrics.py" <wrong >/dev/null 2>&1 || return 1
	done
'

test_expect_success 'without a remote, and in a new workspace' '
	test_repo "$TRASH/alone" && cd "$TRASH/alone" && git agent sync init >/dev/null && git agent sync stats >../out &&
	test_grep "^remote: none$" ../out && test_grep "^pull: 0 of them, 0 failed$" ../out && test_expect_code 129 git agent sync stats --json --metrics
'

test_done
