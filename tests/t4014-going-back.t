#!/bin/sh
test_description='what a commit must not take back: texts that nobody chose to go back to'
. "$(dirname "$0")/lib/test-lib.sh"
. "$test_root/tests/lib/matrix.sh"

if ! test_have_prereq LIBGIT2
then
	skip_all='libgit2 is missing'
	test_done
fi

# refused <commit argument>...
refused () {
	test_expect_code 1 git commit -q -m back "$@" 2>../err &&
	test_grep "$S would go back to what it was before HEAD" ../err &&
	test_grep "git agent export" ../err
}

test_expect_success 'setup' 'matrix_world'

test_expect_success 'export --index, commit: the next commit -a does not take it back' '
	begin d e/0/0/0 && git agent export --index >../out && is e/0/e/0 &&
	git commit -q -m taken && is e/0/e/e &&
	refused -a && is e/0/e/e && refused $S && is e/0/e/e &&
	git agent export $S >../out && is e/e/e/e &&
	echo 4 >code && git commit -q -a -m code && is e/e/e/e
'

test_expect_success 'nor does what git add -A staged; the way out is the one that is told' '
	begin d e/0/0/0 && git agent export --index >../out && git commit -q -m taken &&
	git add -A && refused && is e/0/0/e &&
	git agent export $S >../out && git add $S && is e/e/e/e
'

test_expect_success 'a soft reset to what is newer does not either' '
	begin 0 && git reset -q --soft topic && refused && git reset -q --hard && is k/k/k/k
'

test_expect_success 'going back on purpose is a commit like any other' '
	begin 0 && git checkout -q story~1 -- $S && git commit -q -m "back by checkout" && is p/p/p/p &&
	begin 0 && git restore -q --source=start --staged $S && git commit -q -m "back in the index" && is p/0/p/p &&
	begin d e/0/0/0 && git agent export --index >../out && git commit -q -m taken &&
	git commit -q --no-verify -a -m "passed by" && is 0/0/0/0 &&
	begin 0 && text k && git commit -q -a -m on && text 0 && git commit -q -a -m back && is 0/0/0/0
'

test_expect_success 'a commit that was amended elsewhere is judged anew, though author and date are those of the first' '
	mkdir -p "$TRASH/theirs/.agent/cache/stories/INFRA" && cd "$TRASH/theirs" && git init -q &&
	one=.agent/cache/stories/INFRA/INFRA-001-one.md &&
	printf "# INFRA-001: One\n\n## State\n\nDRAFT\n\n## Problem Statement\n\nAs it is.\n\n## Notes\n\nNone.\n" >$one &&
	git add -A && git commit -q -m start && git clone -q . ../mine &&
	sed "s/As it is/As it was/" $one >../text && cat ../text >$one && git commit -q -a -m first &&
	cd ../mine && git agent import >../out && git pull -q && git agent import >../out &&
	cd ../theirs && sed "s/None/Two more words/" $one >../text && cat ../text >$one &&
	git commit -q -a --amend -m second && cd ../mine && git fetch -q &&
	git reset -q --soft origin/main && git agent import >../out &&
	git agent show INFRA-001 >../actual && test_cmp ../text ../actual
'

test_done
