#!/bin/sh
test_description='mv --update-references: whoever names an artifact goes on to name it'
. "$(dirname "$0")/lib/test-lib.sh"
. "$test_root/tests/lib/small.sh"

if ! test_have_prereq LIBGIT2
then
	skip_all='libgit2 is missing'
	test_done
fi

names=$small_stories/INFRA-004-names.md

test_expect_success 'setup' '
	small_repo "$TRASH/w" && cd "$TRASH/w" &&
	test_write "$names" <<-\EOT &&
	# INFRA-004: Names others

	## State

	OPEN

	## Problem Statement

	Like INFRA-002, see [the limit](INFRA-002-rate-limit.md#notes) and [its plan](../../plans/INFRA/INFRA-001-caching.md).
	Not INFRA-0021, not XINFRA-002, not [here](https://example.org/INFRA-002) or https://example.org/INFRA-002.
	In `INFRA-002`, in .agent/cache/stories/INFRA/INFRA-002-rate-limit.md, not ../INFRA-002-x.

	[step]: ../../runbooks/INFRA/INFRA-002-rate-limit.md "by step"

	## Related Runbooks

	- INFRA-002
	EOT
	printf "\nBound to INFRA-002.\n" >>"$small_plans/INFRA-001-caching.md" &&
	printf "\nSelf: INFRA-002, [me](INFRA-002-rate-limit.md), [plan](../../plans/INFRA/INFRA-001-caching.md).\r\n" >>"$small_stories/INFRA-002-rate-limit.md" &&
	git agent import >/dev/null && git add -A && git commit -q -m names && cp -R .agent ../before
'

test_expect_success 'a dry run shows all of it, and changes nothing' '
	test_expect_code 1 git agent mv INFRA-002 --label INFRA-050 -u --dry-run >../out 2>../err &&
	test_grep "^would move .*INFRA-002-rate-limit.md to .*INFRA-050-rate-limit.md" ../out &&
	test_grep "^-Like INFRA-002" ../out && test_grep "^+Like INFRA-050, see .the limit.(INFRA-050-rate-limit.md#notes)" ../out &&
	git diff --exit-code && git agent list >../out && ! grep INFRA-050 ../out
'

test_expect_success 'another id: names, links and the text itself; what is approved stays, and is told' '
	test_expect_code 1 git agent mv INFRA-002 --label INFRA-050 --update-references >../out 2>../err &&
	sort ../out >../actual && cat >../expect <<-EOT &&
	INFRA-002: moved to $small_stories/INFRA-050-rate-limit.md
	INFRA-004: references updated
	runbook:INFRA-002: reference updated
	EOT
	test_cmp ../expect ../actual && cat >../expect <<-\EOT &&
	left as it is: INFRA-001: it is approved, and its text would be another
	error: 1 artifact keeps the old name
	EOT
	test_cmp ../expect ../err &&
	sed "s/Like INFRA-002/Like INFRA-050/; s/limit](INFRA-002/limit](INFRA-050/; /^In/s/INFRA-002/INFRA-050/; /^In/s,INFRA/INFRA-002,INFRA/INFRA-050," "../before/${names#.agent/}" >../expect &&
	test_cmp ../expect "$names" &&
	sed "1s/002/050/; s/Self: INFRA-002/Self: INFRA-050/; s/me](INFRA-002/me](INFRA-050/" "../before/${small_stories#.agent/}/INFRA-002-rate-limit.md" >../expect &&
	test_cmp ../expect "$small_stories/INFRA-050-rate-limit.md" &&
	git diff --exit-code "$small_plans" &&
	git agent log INFRA-004 >../out && test_grep "INFRA-002 is INFRA-050 now" ../out &&
	test_grep "^- INFRA-050$" $small_runbooks/INFRA-002-rate-limit.md &&
	git agent show story:INFRA-002 | grep "^# INFRA-050: Rate limit"
'

test_expect_success 'undo takes all of it back at once' '
	git agent undo >/dev/null && git agent export >/dev/null &&
	test_cmp "../before/${names#.agent/}" "$names" &&
	test_cmp "../before/${small_stories#.agent/}/INFRA-002-rate-limit.md" "$small_stories/INFRA-002-rate-limit.md" &&
	! test -e "$small_stories/INFRA-050-rate-limit.md"
'

test_expect_success 'another directory: its own links and those of others lead where they led' '
	git agent mv INFRA-002 $small_stories/../OPS/OPS-007-limit.md -u --json >../out 2>../err; cat ../err &&
	head -n 1 ../out | test_grep "\"path\":\".agent/cache/stories/OPS/OPS-007-limit.md\"" /dev/stdin &&
	sed -n 2p ../out | test_grep "\"id\":\"INFRA-004\"" /dev/stdin &&
	while read -r line; do echo "$line" >../one && test_schema change ../one || exit 1; done <../out &&
	test_grep "limit.(../OPS/OPS-007-limit.md#notes)" "$names" &&
	test_grep "me.(OPS-007-limit.md), .plan.(../../plans/INFRA/INFRA-001-caching.md)" .agent/cache/stories/OPS/OPS-007-limit.md
'

test_expect_success 'a runbook that belongs to it by its id alone is told' '
	git agent undo >/dev/null &&
	sed "/Related Story/,\$d" $small_runbooks/INFRA-002-rate-limit.md >../new && cp ../new $small_runbooks/INFRA-002-rate-limit.md &&
	git agent import >/dev/null &&
	test_expect_code 1 git agent mv story:INFRA-002 --label INFRA-051 -u --dry-run >../out 2>../err &&
	test_grep "^left as it is: runbook INFRA-002: .*git agent mv runbook:INFRA-002 --label INFRA-051" ../err
'

test_expect_success 'in a batch, and with nothing that names it' '
	printf "mv INFRA-003 --label INFRA-060 -u\nset INFRA-060 -t Sixty\n" | git agent batch >../out &&
	test_grep "^INFRA-060: title set" ../out && test_grep "INFRA-060: Sixty" "$small_stories/INFRA-060-with a blank.md"
'

test_done
