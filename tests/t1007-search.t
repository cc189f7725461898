#!/bin/sh
test_description='search: words, ranks, filters, and an index that may be lost at any time'
. "$(dirname "$0")/lib/test-lib.sh"
. "$test_root/tests/lib/small.sh"

if ! test_have_prereq LIBGIT2
then
	skip_all='libgit2 is missing'
	test_done
fi
index=.git/agent/search.db
command -v sqlite3 >/dev/null && test_set_prereq SQLITE

# ids <search argument>...: the labels that a search finds, in its order, on a line.
ids() {
	git agent search -z --lines 0 "$@" | tr "\0" "\n" | cut -f1,2 | tr "\t" : | tr "\n" " " |
		sed "s/ $//"
}

# finds <ids in a line> <search argument>...
finds() {
	want=$1
	shift
	test "$(ids "$@")" = "$want" && return 0
	echo "found '$(ids "$@")' instead of '$want'" >&2
	return 1
}

test_expect_success 'the usage, outside a repository' '
	mkdir nowhere && cd nowhere &&
	git agent search -h >out && test_grep "^usage: git agent search" out
'

test_expect_success 'a repository' '
	small_repo "$TRASH/r" && cd "$TRASH/r" &&
	test_write "$small_stories/INFRA-010-cafe.md" <<-\EOT &&
	# INFRA-010: Le café fermé

	## State

	OPEN

	## Notes

	The rate of the espresso, not its limit.
	A rate-limit in one word, and a caching plan.
	EOT
	test_commit_all more
'

test_expect_success 'what a person sees' '
	cat >../expect <<-\EOT &&
	INFRA-010  story  OPEN  Le café fermé
	  9: The rate of the espresso, not its limit.
	  10: A rate-limit in one word, and a caching plan.
	EOT
	git agent search --kind story rate limit word >../actual &&
	test_cmp ../expect ../actual &&
	test -f $index &&
	git agent search --kind story --lines 1 rate limit word >../actual &&
	sed -n "1p;3p" ../expect >../expect1 && test_cmp ../expect1 ../actual
'

test_expect_success 'titles rank first, all words must be there, words may go on' '
	finds "runbook:INFRA-002 story:INFRA-002 story:INFRA-010" rate limit &&
	finds "plan:INFRA-001 story:INFRA-010" cach &&
	finds "" -w cach &&
	finds "plan:INFRA-001 story:INFRA-010" -w caching &&
	finds "" rate nonesuch &&
	finds "story:INFRA-010" espr &&
	test "$(ids INFRA-001 | cut -d" " -f1)" = plan:INFRA-001 &&
	finds "story:INFRA-002" INFRA-001 notes
'

test_expect_success 'case and accents make no difference' '
	finds "story:INFRA-010" CAFE FERME &&
	finds "story:INFRA-010" "Café fermé" &&
	finds "story:INFRA-010" "RATE-limit word"
'

test_expect_success 'filters' '
	finds "runbook:INFRA-002" --kind runbooks rate &&
	finds "story:INFRA-010" --state open rate &&
	finds "runbook:INFRA-002" -n 1 rate limit &&
	finds "" --scope WEB rate &&
	finds "plan:INFRA-001 story:INFRA-010" --author "a u thor" caching &&
	finds "" --author nobody caching &&
	finds "" --since 2096-01-01 caching &&
	finds "plan:INFRA-001 story:INFRA-010" --since "20 years ago" caching &&
	test_says 1 "error: nothing of what was asked for has '\''rate'\''" \
		git agent search --scope WEB rate &&
	test_says 129 "error: '\''tale'\'' is not one of the kinds: plan, story, runbook, adr, journey" \
		git agent search --kind tale rate &&
	test_says 129 "error: no kind has a state '\''nowhere'\'', and no artifact" \
		git agent search --state nowhere rate
'

test_expect_success 'nothing found: exit 1, nothing on standard output' '
	test_says 1 "error: nothing has '\''no such thing'\''" git agent search no such thing >out &&
	test_must_be_empty out &&
	test_expect_code 1 git agent search --json nonesuch >out 2>/dev/null &&
	echo "{\"schema_version\":1,\"data\":[]}" >expect && test_cmp expect out
'

test_expect_success 'misuse' '
	test_says 129 "error: which words?" git agent search &&
	test_says 129 "error: a search needs a letter or a digit" git agent search "" "* - \" ()" &&
	test_says 129 "error: --json and --porcelain exclude each other" \
		git agent search --json -z x &&
	test_says 129 "error: --lines goes from 0 to 16" git agent search --lines 17 x
'

test_expect_success 'no character has a meaning' '
	for query in "\"rate" "rate\"" "rate*" "(rate" "^rate" "-rate" "{rate}" "rate:" "+rate" "rate\\" "\"\"rate\"\""
	do
		finds "runbook:INFRA-002 story:INFRA-002 story:INFRA-010" -- "$query" || return 1
	done &&
	for query in "title:rate" "rate AND nonesuch" "rate NOT nonesuch" "rate OR nonesuch" "NEAR(rate limit)" "NULL" "%s%n" \
		"$(printf "\377\376qq")" "$(printf "\001\033[31m")"
	do
		test_expect_code 1 git agent search -- "$query" >out 2>err &&
		test_grep "^error: nothing has" err && ! grep "$(printf "\033")" err || return 1
	done
'

test_expect_success 'a query of thousands of words' '
	words=$(seq 3000 | sed "s/^/rate/") &&
	test_expect_code 1 git agent search $words 2>err &&
	finds "runbook:INFRA-002 story:INFRA-002 story:INFRA-010" $(yes rate | head -n 3000)
'

test_expect_success 'for scripts' '
	git agent search --porcelain --kind story one word >actual &&
	printf "story\tINFRA-010\tOPEN\tM\t%s\tLe café fermé\t10\tA rate-limit in one word, and a caching plan.\n" \
		"$small_stories/INFRA-010-cafe.md" >expect &&
	test_cmp expect actual &&
	git agent search -z --kind story one word | tr "\0" "\n" >actual &&
	test_cmp expect actual &&
	git agent search --porcelain blank >actual &&
	printf "story\tINFRA-003\tOPEN\tM\t%s\tWith a blank\t-\t\n" \
		"$small_stories/INFRA-003-with a blank.md" >expect &&
	test_cmp expect actual &&
	git agent search --json espresso >actual &&
	test_grep "^{\"schema_version\":1,\"data\":\[{\"id\":\"INFRA-010\",\"uid\":\"" actual &&
	test_grep "\"in_title\":false,\"lines\":\[{\"line\":9,\"text\":\"The rate of the espresso, not its limit.\"}\]}\]}$" actual
'

test_expect_success 'matches are highlighted, on request and on a terminal' '
	git agent search --color=always esp cafe >actual &&
	red=$(printf "\033[1;31m") off=$(printf "\033[m") &&
	test_grep -F "Le ${red}café${off} fermé" actual &&
	test_grep -F "The rate of the ${red}espresso${off}, not" actual &&
	git agent search espresso >actual && ! grep "$(printf "\033")" actual
'

test_expect_success SCRIPT 'on a terminal' '
	test_tty "TERM=xterm git -c core.pager=cat agent search espresso" >actual &&
	test_grep -F "$(printf "\033[1;31mespresso")" actual
'

test_expect_success 'a long line is cut around the word; an escape does not reach the terminal' '
	{
		printf "# INFRA-011: Long\n\n## State\n\nOPEN\n\n" &&
		printf "é%.0s" $(seq 300) && printf " needle \033[31m " && printf "ü%.0s" $(seq 300) && echo
	} >"$small_stories/INFRA-011-long.md" &&
	git agent search needle >actual && small_lines 2 actual &&
	test_grep "^  7: [.]\{3\} .* needle ^\[\[31m .* [.]\{3\}$" actual &&
	test "$(sed -n 2p actual | wc -c)" -lt 200 &&
	iconv -f UTF-8 -t UTF-8 actual >/dev/null
'

test_expect_success 'edits, new files and deletions are seen by the next search' '
	sed "s/espresso/ristretto/" "$small_stories/INFRA-010-cafe.md" >new &&
	cp new "$small_stories/INFRA-010-cafe.md" && rm new &&
	finds "story:INFRA-010" ristretto && finds "" espresso &&
	git agent set INFRA-010 --title "A bar" && finds "" cafe ferme && finds "story:INFRA-010" "a bar" &&
	git agent new-story "Zeppelin" --scope AIR >/dev/null && finds "story:AIR-001" zeppelin &&
	git agent rm AIR-001 && finds "" zeppelin &&
	git agent restore AIR-001 >/dev/null && finds "story:AIR-001" zeppelin
'

test_expect_success 'it may be lost, cut off, overwritten, or not be writable' '
	finds "story:INFRA-010" ristretto &&
	rm $index && finds "story:INFRA-010" ristretto &&
	: >$index && finds "story:INFRA-010" ristretto &&
	head -c 5000 $index >cut && cp cut $index && finds "story:INFRA-010" ristretto &&
	head -c 100000 /dev/urandom >$index && finds "story:INFRA-010" ristretto &&
	dd if=/dev/urandom of=$index bs=1000 seek=5 count=10 conv=notrunc 2>/dev/null &&
	finds "story:INFRA-010" ristretto &&
	test -f $index &&
	rm $index && mkdir $index && finds "story:INFRA-010" ristretto &&
	rmdir $index && finds "story:INFRA-010" ristretto && test -f $index &&
	rm cut
'

test_expect_success SQLITE 'the index is of this version, and follows only what changed' '
	sqlite3 $index "PRAGMA user_version = 99" && finds "story:INFRA-010" ristretto &&
	test "$(sqlite3 $index "PRAGMA user_version")" = 1 &&
	sqlite3 $index "SELECT id FROM doc ORDER BY id" >before &&
	git agent set INFRA-003 --title "With a gap" &&
	finds "story:INFRA-003" gap &&
	sqlite3 $index "SELECT id FROM doc ORDER BY id" >after &&
	test "$(diff before after | grep -c "^[<>]")" = 2 &&
	sqlite3 $index "SELECT seq - count(*) FROM doc, sqlite_sequence" >dead &&
	test "$(cat dead)" = 1
'

test_expect_success SQLITE 'rows of old texts do not pile up, and are never found' '
	sqlite3 $index "UPDATE sqlite_sequence SET seq = 5000" &&
	git agent set INFRA-003 --title "With a hole" &&
	finds "story:INFRA-003" hole && finds "" gap && finds "story:INFRA-010" ristretto &&
	test "$(sqlite3 $index "SELECT seq FROM sqlite_sequence")" -lt 20
'

test_expect_success 'killed at any step, the next search is right' '
	rm $index &&
	GIT_AGENT_FAULT_LOG=$TRASH/steps git agent search ristretto >/dev/null &&
	steps=$(($(wc -l <"$TRASH/steps"))) && test $steps -ge 2 &&
	for step in $(seq $steps)
	do
		rm -f $index &&
		{ GIT_AGENT_FAULT=$step git agent search ristretto >/dev/null 2>&1; test $? -gt 128; } &&
		finds "story:INFRA-010" ristretto || return 1
	done
'

test_expect_success 'several at once build one index' '
	rm $index &&
	for i in 1 2 3 4 5 6
	do
		git agent search -z --lines 0 ristretto >"out.$i" 2>"err.$i" &
	done && wait &&
	for i in 1 2 3 4 5 6
	do
		test_must_be_empty "err.$i" && cmp out.1 "out.$i" || return 1
	done &&
	test -s out.1
'

test_expect_success 'several at once mend one index' '
	for round in 1 2 3
	do
		head -c 60000 /dev/urandom >$index &&
		for i in 1 2 3 4 5 6
		do
			git agent search -z --lines 0 ristretto >"out.$i" 2>"err.$i" &
		done && wait &&
		for i in 1 2 3 4 5 6
		do
			test_must_be_empty "err.$i" && test -s "out.$i" && cmp out.1 "out.$i" || return 1
		done || return 1
	done
'

test_expect_success 'searching changes nothing else' '
	rm -f out* err* before after dead expect actual &&
	test_commit_all all && git agent search ristretto >/dev/null && test_clean
'

test_done
