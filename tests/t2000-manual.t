#!/bin/sh
test_description='the manual, -h and README say the same'
. "$(dirname "$0")/lib/test-lib.sh"

test_expect_success 'every command and option of -h is in the manual, and the reverse' '
	"$test_root/scripts/check-help" "$GIT_AGENT_BUILD"
'

test_expect_success 'README names every command, and none that is not there' '
	git agent help -a | sed -n "s/^   \([a-z][a-z-]*\)  *[^ ].*/\1/p" | sort >expect &&
	sed -n "s/^| \`\([a-z\`, -]*\)\` |.*/\1/p" "$test_root/README.md" |
		tr -d "\`," | tr " " "\n" | sort >actual &&
	grep -v "^sync-" actual >actual.commands &&
	test_cmp expect actual.commands
'

test_done
