#!/bin/sh
test_description='links: trees both ways, what is not there, cycles, graphs'
. "$(dirname "$0")/lib/test-lib.sh"
. "$test_root/tests/lib/small.sh"

if ! test_have_prereq LIBGIT2
then
	skip_all='libgit2 is missing'
	test_done
fi
command -v dot >/dev/null && test_set_prereq GRAPHVIZ

# story <number> <state> [<line>...]
story() {
	{
		printf "# INFRA-%s: Story %s\n\n## State\n\n%s\n" "$1" "$1" "$2" && shift 2 &&
		printf "\n%s\n" "$@"
	} | test_write "$small_stories/INFRA-$number-x.md"
}

# stories: lines of "<number> <state> <text>" on standard input
stories() {
	while read -r number state text
	do
		story "$number" "$state" "$text" || return 1
	done
}

test_expect_success 'the usage, outside a repository' '
	mkdir nowhere && cd nowhere &&
	git agent links -h >out && test_grep "^usage: git agent links" out
'

test_expect_success 'a repository' '
	small_repo "$TRASH/r" && cd "$TRASH/r" &&
	stories <<-\EOT &&
	020 OPEN Depends on: INFRA-021, INFRA-999
	021 DONE Speaks of INFRA-020, SHA-256 and INFRA-998.
	EOT
	test_write .agent/adrs/ADR-001-tree.md <<-\EOT &&
	# ADR-001: Trees

	## Status

	ACCEPTED

	## Related Stories

	- INFRA-021
	- INFRA-3
	EOT
	printf "\n## Child Stories\n\n- INFRA-002\n- INFRA-777\n" >>"$small_plans/INFRA-001-caching.md" &&
	git agent import >/dev/null
'

test_expect_success 'all of them: children below parents, and what is wrong' '
	cat >../expect <<-EOT &&
	ADR-001  adr  ACCEPTED  Trees
	INFRA-001  plan  APPROVED  Caching
	\`-- INFRA-002  story  DRAFT  Rate limit
	    \`-- runbook:INFRA-002  runbook  DRAFT  Rate limit, step by step (waits for story INFRA-002: DRAFT)
	INFRA-003  story  OPEN  With a blank
	INFRA-020  story  OPEN  Story 020 (waits for INFRA-999: not there)
	INFRA-021  story  DONE  Story 021

	References to what is not there:
	.agent/adrs/ADR-001-tree.md:10: there is no INFRA-3
	$small_plans/INFRA-001-caching.md:14: there is no INFRA-777
	$small_stories/INFRA-020-x.md:7: there is no INFRA-999
	EOT
	git agent links | sed "s/^	//" >../actual && test_cmp ../expect ../actual
'

test_expect_success 'one of them, both ways' '
	cat >../expect <<-\EOT &&
	INFRA-021  story  DONE  Story 021
	|-- linked by: ADR-001  adr  ACCEPTED  Trees
	`-- needed by: INFRA-020  story  OPEN  Story 020
	EOT
	git agent links INFRA-021 >../actual && test_cmp ../expect ../actual &&
	cat >../expect <<-\EOT &&
	INFRA-021  story  DONE  Story 021
	|-- mention: INFRA-020  story  OPEN  Story 020
	|   |-- needs: INFRA-021  story  DONE  Story 021  (see above)
	|   `-- needs: INFRA-999: not there
	|-- mention: INFRA-998: not there
	|-- linked by: ADR-001  adr  ACCEPTED  Trees
	`-- needed by: INFRA-020  story  OPEN  Story 020
	    `-- mentioned by: INFRA-021  story  DONE  Story 021  (see above)
	EOT
	git agent links -a INFRA-021 >../actual && test_cmp ../expect ../actual
'

test_expect_success 'several, and not deeper than asked' '
	cat >../expect <<-\EOT &&
	INFRA-001  plan  APPROVED  Caching
	|-- link: INFRA-777: not there
	`-- child: INFRA-002  story  DRAFT  Rate limit

	runbook:INFRA-002  runbook  DRAFT  Rate limit, step by step (waits for story INFRA-002: DRAFT)
	`-- parent: INFRA-002  story  DRAFT  Rate limit
	EOT
	git agent links --depth 1 INFRA-001 runbook:INFRA-002 >../actual && test_cmp ../expect ../actual &&
	git agent links --depth 2 INFRA-001 >../actual &&
	test_grep "^    .-- child: runbook:INFRA-002" ../actual &&
	git agent links --depth 0 INFRA-001 >../actual && small_lines 1 ../actual
'

test_expect_success 'what is not there: lines that a script can read, and exit code 1' '
	test_says 1 "error: 3 dangling references" git agent links --dangling >../actual &&
	test_grep "^$small_plans/INFRA-001-caching.md:14: there is no INFRA-777$" ../actual &&
	small_lines 3 ../actual &&
	test_says 1 "error: 1 dangling reference" git agent links --dangling INFRA-020 >../actual &&
	small_lines 1 ../actual &&
	git agent links --dangling INFRA-003 >../actual && test_must_be_empty ../actual &&
	test_expect_code 1 git agent links --all --dangling INFRA-021 >../actual &&
	test_grep "there is no INFRA-998" ../actual
'

test_expect_success 'an old label is no dangling reference' '
	git agent mv INFRA-021 --label INFRA-030 >/dev/null 2>&1 || git agent mv INFRA-021 INFRA-030 >/dev/null &&
	git agent links INFRA-020 >../actual &&
	test_grep "needs: INFRA-030  story  DONE" ../actual
'

test_expect_success 'cycles: of what waits, not of what is linked' '
	git agent links --cycles >../actual && test_must_be_empty ../actual &&
	stories <<-\EOT &&
	040 OPEN Depends on: INFRA-041
	041 OPEN Depends on: INFRA-042
	042 OPEN Blocked by: INFRA-040 and INFRA-041
	043 OPEN Depends on: INFRA-043
	EOT
	test_says 1 "error: 2 cycles" git agent links --cycles >../actual &&
	cat >../expect <<-\EOT &&
	INFRA-040 -> INFRA-041 -> INFRA-042 -> INFRA-040
	INFRA-041 -> INFRA-042 -> INFRA-041
	EOT
	test_cmp ../expect ../actual &&
	git agent links --cycles INFRA-001 &&
	test_expect_code 1 git agent links --cycles INFRA-040 >../actual && small_lines 1 ../actual &&
	git agent links >../actual && test_grep "^Cycles, in which each waits for the next:$" ../actual &&
	git agent links INFRA-040 >../actual && test_grep "needs: INFRA-040 .*(cycle)$" ../actual
'

test_expect_success 'a chain of thousands is no deep call, and a screen has an end' '
	test_repo "$TRASH/deep" && cd "$TRASH/deep" && mkdir -p $small_stories &&
	for n in $(seq 100 3000)
	do
		printf "# INFRA-%s: S\n\n## State\n\nOPEN\n\nDepends on: INFRA-%s\n" $n $((n + 1)) \
			>$small_stories/INFRA-$n.md || return 1
	done &&
	printf "# INFRA-3001: S\n\n## State\n\nOPEN\n\nDepends on: INFRA-100\n" >$small_stories/INFRA-3001.md &&
	test_commit_all deep && git agent sync init --no-hooks >/dev/null &&
	test_says 1 "error: 1 cycle" git agent links --cycles >../actual &&
	test "$(tr " " "\n" <../actual | grep -c INFRA)" = 2903 &&
	git agent links INFRA-100 >../actual && test_grep "[.][.][.]$" ../actual &&
	test "$(wc -l <../actual)" -lt 200 &&
	cd "$TRASH/r"
'

test_expect_success 'as a graph' '
	test_write "$small_stories/INFRA-050-quote.md" <<-\EOT &&
	# INFRA-050: say "x\n" ]; }

	## State

	OPEN

	Depends on: INFRA-001
	EOT
	git agent links --dot INFRA-050 >../actual &&
	test_grep "^digraph artifacts {$" ../actual &&
	test_grep -F "[label=\"INFRA-050\\nsay \\\"x\\\\n\\\" ]; }\\nOPEN\"" ../actual &&
	test "$(grep -c -- "->" ../actual)" = 4 &&
	git agent links --dot >../actual && test_grep "label=\"INFRA-777\", shape=plaintext" ../actual
'

test_expect_success GRAPHVIZ 'graphviz reads it' '
	git agent links --dot | dot -Tsvg >../svg && test_grep "INFRA-777" ../svg
'

test_expect_success 'as JSON' '
	git agent links --json INFRA-050 >../actual &&
	test_grep "^{\"schema_version\":1,\"data\":{\"artifacts\":\[{\"id\":\"INFRA-001\"" ../actual &&
	test_grep "{\"type\":\"link\",\"from\":\"[0-9a-f-]*\",\"to\":null,\"label\":\"INFRA-777\",\"line\":14}" ../actual &&
	test_grep "{\"type\":\"needs\",\"from\":\"[0-9a-f-]*\",\"to\":\"[0-9a-f-]*\",\"label\":\"INFRA-001\",\"line\":7}\],\"cycles\":\[\]}}$" ../actual &&
	git agent links --json >../actual &&
	test_grep "\"type\":\"parent\",\"from\":\"[0-9a-f-]*\",\"to\":\"[0-9a-f-]*\",\"label\":\"INFRA-002\"" ../actual &&
	test_grep "\"cycles\":\[\[\"[0-9a-f-]*\",\"[0-9a-f-]*\",\"[0-9a-f-]*\"\],\[" ../actual
'

test_expect_success 'misuse' '
	test_says 129 "error: --dangling, --cycles, --dot and --json exclude each other" \
		git agent links --dot --json &&
	test_says 129 "error: --depth cannot be negative" git agent links --depth -2 &&
	test_says 128 "fatal: there is no artifact '\''INFRA-888'\''" git agent links INFRA-888
'

test_expect_success SCRIPT 'an escape in a title does not reach the terminal' '
	printf "# INFRA-060: \033[31mred\n\n## State\n\nOPEN\n" >"$small_stories/INFRA-060-evil.md" &&
	test_tty "git -c core.pager=cat -c color.ui=never agent links INFRA-060" >../actual &&
	test_grep -F "^[[31mred" ../actual && ! grep "$(printf "\033")" ../actual
'

test_done
