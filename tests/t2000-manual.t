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

# "$ cat <file>" gives a file its text; any other command is run, and prints what follows.
test_expect_success 'git-agent-merge(7) shows what happens' '
	mkdir shown && cd shown && awk "
		/^\\.Bd -literal/ { on = 1; next }
		/^\\.Ed/ { on = 0 }
		on
	" "$test_root/src/git-agent-merge.7" >examples && nr=0 &&
	while IFS= read -r line
	do
		case $line in
		"$ cat "*) out=${line#??cat } && : >"$out" ;;
		"$ "*) nr=$((nr + 1)) && out=want.$nr && : >"$out" && { sh -c "${line#??}" >"got.$nr" 2>/dev/null || :; } ;;
		*) test -z "${out-}" || printf "%s\n" "$line" >>"$out" ;;
		esac || return 1
	done <examples &&
	test $nr -ge 8 &&
	for i in $(seq $nr); do test_cmp want.$i got.$i || return 1; done
'

test_done
