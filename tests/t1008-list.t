#!/bin/sh
test_description='list: order, format, dates, what is ready and what waits'
. "$(dirname "$0")/lib/test-lib.sh"
. "$test_root/tests/lib/small.sh"

if ! test_have_prereq LIBGIT2
then
	skip_all='libgit2 is missing'
	test_done
fi

# lists <what in a line> <list argument>...: the names, in that order.
lists() {
	want=$1
	shift
	git agent list --format='%(name)' "$@" >"$TRASH/listed" || return 1
	got=$(tr '\n' ' ' <"$TRASH/listed" | sed 's/ $//')
	test "$got" = "$want" && return 0
	echo "listed '$got' instead of '$want'" >&2
	return 1
}

test_expect_success 'a repository' '
	small_repo "$TRASH/r" && cd "$TRASH/r" &&
	test_write "$small_stories/INFRA-010-later.md" <<-\EOT &&
	# INFRA-010: a later one (100%)

	## State

	ICEBOX
	EOT
	git agent import >/dev/null &&
	GIT_AGENT_NOW=4000000000 git agent set INFRA-003 --title "With a	tab" >/dev/null
'

test_expect_success 'sort: by one key, and the other way round' '
	lists "INFRA-001 INFRA-002 runbook:INFRA-002 INFRA-003 INFRA-010" --sort=kind --sort=id &&
	lists "INFRA-001 INFRA-002 INFRA-003 INFRA-010 runbook:INFRA-002" --sort=kind &&
	lists "runbook:INFRA-002 INFRA-002 INFRA-003 INFRA-010 INFRA-001" --sort=-kind &&
	lists "INFRA-010 INFRA-001 INFRA-002 runbook:INFRA-002 INFRA-003" --sort title &&
	lists "INFRA-003 runbook:INFRA-002 INFRA-002 INFRA-001 INFRA-010" --sort -title &&
	lists "runbook:INFRA-002 INFRA-002 INFRA-003 INFRA-001 INFRA-010" --sort state &&
	test "$(git agent list --sort updated --format="%(id)" | tail -n 1)" = INFRA-003 &&
	test "$(git agent list --sort -updated --format="%(id)" | head -n 1)" = INFRA-003 &&
	test "$(git agent list --sort path -z | tr "\0" "\n" | head -n 1 | cut -f5)" = \
		"$small_plans/INFRA-001-caching.md"
'

test_expect_success 'sort: the last key counts most, and what is equal stays' '
	lists "runbook:INFRA-002 INFRA-010 INFRA-003 INFRA-002 INFRA-001" --sort=-id --sort=-kind &&
	git agent list --kind story --sort kind >actual && git agent list --kind story >expect &&
	test_cmp expect actual && rm actual expect
'

test_expect_success 'only the first ones, after they were sorted' '
	lists "INFRA-010 INFRA-001" --sort title -n 2 &&
	lists "" -n 0 &&
	lists "" -n 0 --state open &&
	lists "INFRA-003" --max-count=1 --sort=-title
'

test_expect_success 'sort: no such key' '
	test_says 129 "error: '\''titel'\'' is no key to sort by" git agent list --sort -titel &&
	test_grep "^hint: did you mean .title.?" "$TRASH/says.err" &&
	test_says 129 "error: '\''zzzzzzzz'\'' is no key to sort by" git agent list --sort zzzzzzzz &&
	test_grep "^hint: it is one of id, title, state" "$TRASH/says.err"
'

test_expect_success 'format: fields, percent signs, bytes' '
	git agent list --kind plan --format="%(kind) %(id) %(state) %(title) %(path) %(scope) %% 5% %41%zz" >../actual &&
	echo "plan INFRA-001 APPROVED Caching $small_plans/INFRA-001-caching.md INFRA % 5% A%zz" >../expect &&
	test_cmp ../expect ../actual &&
	git agent list --kind story --state open --format="%(updated)|%(updated:short)|%(updated:unix)|%(author)" >../actual &&
	echo "2096-10-02T07:06:40Z|2096-10-02|4000000000|A U Thor <author@example.com>" >../expect &&
	test_cmp ../expect ../actual &&
	git agent list --kind story --state draft --format="%(uid) %(oid) %(revision) %(flag)" >../actual &&
	test_grep "^[0-9a-f-]\{36\} $(git hash-object "$small_stories/INFRA-002-rate-limit.md") [0-9a-f]\{64\} M$" ../actual &&
	git agent list --kind plan --format= >../actual && echo >../expect && test_cmp ../expect ../actual
'

test_expect_success 'format: what an artifact does not have is empty' '
	git agent list --kind plan --at HEAD --format="[%(uid)][%(updated)][%(author)][%(id)]" >../actual &&
	echo "[][][][INFRA-001]" >../expect && test_cmp ../expect ../actual
'

test_expect_success 'format: -z ends each by NUL' '
	git agent list --kind story -z --format="%(id)%0a%(title)" | tr "\n\0" "|\n" >../actual &&
	printf "%s\n" "INFRA-002|Rate limit" "INFRA-003|With a	tab" "INFRA-010|a later one (100%)" >../expect &&
	test_cmp ../expect ../actual
'

test_expect_success 'format: misuse' '
	test_says 129 "error: there is no field '\''%(titel)'\''" git agent list --format="%(titel)" &&
	test_grep "^hint: did you mean .%(title).?" "$TRASH/says.err" &&
	test_says 129 "error: there is no field '\''%(zzzzzzzz)'\''" git agent list --format="%(id) %(zzzzzzzz)" &&
	test_grep "^hint: the fields are id, name, " "$TRASH/says.err" &&
	test_says 129 "error: '\''%(id'\'' has no '\'')'\''" git agent list --format="x %(id" &&
	test_says 129 "error: --format excludes --json and --porcelain" git agent list --format=x --json
'

test_expect_success SCRIPT 'format: an escape in a title does not reach the terminal' '
	printf "# INFRA-011: \033[31mred\n\n## State\n\nOPEN\n" >"$small_stories/INFRA-011-evil.md" &&
	test_tty "git -c core.pager=cat agent list --format=\"%(title)\"" >../actual &&
	test_grep -F "^[[31mred" ../actual &&
	git agent list --format="%(title)" | grep -aqF "$(printf "\033[31mred")" &&
	git agent rm INFRA-011 >/dev/null
'

test_expect_success 'since: as git reads dates' '
	lists "INFRA-003" --since=2096-01-01 &&
	lists "INFRA-003" --since="2096-10-02 07:06:40 +0000" &&
	lists "" --since="2096-10-02 07:06:41 +0000" &&
	lists "INFRA-001 runbook:INFRA-002 INFRA-002 INFRA-003 INFRA-010" --since="20 years ago" &&
	lists "INFRA-003" --since=3999999999 --kind story &&
	test_says 129 "error: --since needs a date" git agent list --since= &&
	test_says 129 "error: --at knows no --dirty, --deleted, --author and --since" \
		git agent list --at HEAD --since=yesterday
'

test_expect_success 'ready and blocked: parents, needs, states' '
	small_repo "$TRASH/w" && cd "$TRASH/w" &&
	story() {
		test_write "$small_stories/INFRA-$1-x.md" <<-EOT
		# INFRA-$1: Story $1

		## State

		$2

		$3
		EOT
	} &&
	story 020 OPEN "Depends on: INFRA-021" &&
	story 021 IN_PROGRESS "" &&
	story 022 DONE "Depends on: INFRA-021" &&
	story 023 BLOCKED "" &&
	story 024 ICEBOX "" &&
	story 025 OPEN "- **Blocked by**: INFRA-999" &&
	story 026 OPEN "Speaks of INFRA-021, and of INFRA-999." &&
	git agent import >/dev/null &&
	lists "INFRA-001 INFRA-002 INFRA-003 INFRA-021 INFRA-026" --ready &&
	lists "runbook:INFRA-002 INFRA-020 INFRA-023 INFRA-025" --blocked &&
	cat >../expect <<-\EOT &&
	  runbook:INFRA-002  runbook  DRAFT    Rate limit, step by step (waits for story INFRA-002: DRAFT)
	  INFRA-020          story    OPEN     Story 020 (waits for story INFRA-021: IN_PROGRESS)
	  INFRA-023          story    BLOCKED  Story 023
	  INFRA-025          story    OPEN     Story 025 (waits for INFRA-999: not there)
	EOT
	git agent list --blocked >../actual && test_cmp ../expect ../actual
'

test_expect_success 'ready and blocked: with filters, as JSON, after a change' '
	lists "INFRA-020 INFRA-023 INFRA-025" --blocked --kind story &&
	git agent list --blocked --json --state open >../actual &&
	test_grep "\"id\":\"INFRA-020\".*\"waits_for\":\[{\"type\":\"needs\",\"id\":\"INFRA-021\",\"uid\":\"[0-9a-f-]*\",\"kind\":\"story\",\"state\":\"IN_PROGRESS\"}\]" ../actual &&
	test_grep "\"waits_for\":\[{\"type\":\"needs\",\"id\":\"INFRA-999\",\"uid\":null,\"kind\":null,\"state\":null}\]" ../actual &&
	sed "s/^APPROVED/DRAFT/" "$small_plans/INFRA-001-caching.md" >../new &&
	cp ../new "$small_plans/INFRA-001-caching.md" &&
	sed "s/^IN_PROGRESS/DONE/" "$small_stories/INFRA-021-x.md" >../new &&
	cp ../new "$small_stories/INFRA-021-x.md" &&
	lists "INFRA-001 INFRA-003 INFRA-020 INFRA-026" --ready &&
	git agent list --blocked --kind story --scope INFRA >../actual &&
	test_grep "INFRA-002 .*Rate limit (waits for plan INFRA-001: DRAFT)" ../actual
'

test_expect_success 'ready and blocked: misuse' '
	test_says 129 "error: --ready and --blocked exclude each other" git agent list --ready --blocked &&
	test_says 129 "error: --at knows no --ready and --blocked" git agent list --ready --at HEAD
'

# Its time is not kept, since it may change again within the same tick.
test_expect_success 'a file that was just written is compared by its text, and not imported again' '
	small_repo "$TRASH/j" && cd "$TRASH/j" && git agent list >/dev/null &&
	git agent set INFRA-001 --title "Alpha" && before=$(stat -c %y "$small_plans/INFRA-001-caching.md") &&
	GIT_AGENT_TRACE_SQL=$TRASH/sql git-agent list >../actual && test_grep Alpha ../actual &&
	! grep -q "sql: workspace: BEGIN" "$TRASH/sql" &&
	git agent set INFRA-001 --title "Gamma" &&
	sed "s/: Gamma/: Delta/" "$small_plans/INFRA-001-caching.md" >../new &&
	cat ../new >"$small_plans/INFRA-001-caching.md" &&
	touch -d "$before" "$small_plans/INFRA-001-caching.md" &&
	git agent list >../actual && test_grep Delta ../actual
'

test_done
