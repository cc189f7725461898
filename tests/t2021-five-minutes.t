#!/bin/sh
test_description='the five minutes of the README, line by line, as a stranger types them'
. "$(dirname "$0")/lib/test-lib.sh"

if ! test_have_prereq LIBGIT2
then
	skip_all='libgit2 is missing'
	test_done
fi

# Each block of the section is a file: block.1 and so on, without "$ " and what is printed.
awk '
	/^## / { here = $0 == "## Five minutes"; next }
	!here { next }
	/^    / { if (!shown) nr++; shown = 1; print substr($0, 5) >("block." nr); next }
	{ shown = 0 }' "$test_root/README.md"

# block <number>: what is typed there.
block() {
	sed -n 's/^\$ //p' "$TRASH/block.$1"
}

# typed <number>: in a shell that stops at the first failure.
typed() {
	{ echo "set -e" && block "$1"; } >"$TRASH/script" && sh "$TRASH/script"
}

EDITOR="sed -i s/todo/done/" && export EDITOR

test_expect_success 'there are four blocks' '
	test -s block.1 && test -s block.2 && test -s block.3 && test -s block.4 && ! test -e block.5
'

test_expect_success 'alone: a repository, a story, a state, a commit' '
	EDITOR="sed -i s/What.hurts.today/Keys.are.old/" && cd "$TRASH" && date +%s >started && typed 1 >out && cd shop &&
	test_grep "^INFRA-001 .agent/cache/stories/INFRA/INFRA-001-rotate-the-signing-keys.md$" ../out &&
	test_grep "^INFRA-001: DRAFT -> OPEN$" ../out && test_grep "^pushed: 1 sent$" ../out &&
	git show HEAD:.agent/cache/stories/INFRA/INFRA-001-rotate-the-signing-keys.md >../text &&
	test_grep "Keys.are.old" ../text && test_grep "^- .x. " ../text && test_grep "^OPEN$" ../text &&
	test_clean
'

test_expect_success 'a colleague in a second clone' '
	cd "$TRASH/shop" && typed 2 >../out && cd .. && test_grep "^INFRA-001: claimed" out && test_grep "^pushed: 1 sent$" out &&
	git -C shop agent sync >out && test_grep "^pulled: 1 received$" out && git -C shop agent show INFRA-001 >out && test_grep "Old keys leak" out
'

test_expect_success 'both change one line: what is printed is what the README says' '
	cd "$TRASH/shop" && git agent set INFRA-001 --title "In the shop" >/dev/null && git agent sync >/dev/null &&
	cd ../desk && git agent set INFRA-001 --title "At the desk" >/dev/null &&
	test_expect_code 1 eval "$(block 3 | sed -n 1p)" >../out 2>../err &&
	sed -n "2p" ../block.3 >../expect && grep "!" ../err >../actual && test_cmp ../expect ../actual &&
	sed -n "3p" ../block.3 >../expect && grep "^error" ../err >../actual && test_cmp ../expect ../actual &&
	printf "/^<<<<<<</d\n/^=====/,/^>>>>>>>/d\n" >../choose && GIT_EDITOR="sed -i -f ../choose" && export GIT_EDITOR && sh -ec "$(block 3 | sed 1d)" >../out &&
	git agent show INFRA-001 >../out && test_grep "At the desk" ../out &&
	cd ../shop && git agent sync >/dev/null && git agent show INFRA-001 >../out && test_grep "At the desk" ../out
'

echo "# the commands of the README took $(($(date +%s) - $(cat "$TRASH/started"))) s"
test_done
