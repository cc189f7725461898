#!/bin/sh
test_description='lossless matrix: checkout, switch, restore, reset, stash (see lib/matrix.sh)'
. "$(dirname "$0")/lib/test-lib.sh"
. "$test_root/tests/lib/matrix.sh"

if ! test_have_prereq LIBGIT2
then
	skip_all='libgit2 is missing'
	test_done
fi

test_expect_success 'setup' 'matrix_world'

cat >"$TRASH/rows" <<\EOT
# checkout, switch: git carries an edit along, or refuses; my own branch's commit is taken
git checkout -q other
	e/e/0/0 | e/e/0/0 | e/e/e/0 | e/0/0/0
git checkout -q topic
	!e/e/0/0 | !e/e/0/0 | !e/e/e/0 | ek/k/k/k
git checkout -q -m topic
	ek/ek/k/k | ek/ek/k/k | !e/e/e/0 | ek/k/k/k
git checkout -q -f topic
	ek/k/k/k | k/k/k/k | k/k/k/k | ek/k/k/k
git checkout -q topic && git checkout -q -
	!e/e/0/0 | !e/e/0/0 | !e/e/e/0 | ek/0/0/0
git switch -q other && look && git switch -q -
	e/e/0/0 | e/e/0/0 | e/e/e/0 | e/0/0/0
git switch -q -c new
	e/e/0/0 | e/e/0/0 | e/e/e/0 | e/0/0/0
git switch -q --orphan new
	!e/e/0/0 | !e/e/0/0 | !e/e/e/0 | e/././.
# an older view of the story
git checkout -q --detach HEAD~1
	e/e/0/0 | e/e/0/0 | e/e/e/0 | e/0/0/0
git checkout -q --detach start
	!e/e/0/0 | !e/e/0/0 | !e/e/e/0 | e/p/p/p
git checkout -q -f --detach start
	e/p/p/p | 0/p/p/p | 0/p/p/p | e/p/p/p
git checkout -q -m --detach start
	e/ep/p/p | e/ep/p/p | !e/e/e/0 | e/p/p/p
# a colleague's branch is looked at, not taken; nor is what was edited there
git checkout -q -f origin/theirs
	e/r/r/r L | 0/r/r/r L | 0/r/r/r L | e/r/r/r L
git checkout -q -m origin/theirs
	e/er/r/r L | 0/er/r/r L ~ e/er/r/r L | !e/e/e/0 | e/r/r/r L

# restore a path: from the index, from HEAD, from elsewhere (then it is an edit like any other)
git checkout -q -- $S
	e/0/0/0 | 0/0/0/0 | e/e/e/0 | e/0/0/0
git checkout -q HEAD -- $S
	e/0/0/0 | 0/0/0/0 | 0/0/0/0 | e/0/0/0
git checkout -q start -- $S
	p/p/p/0 | p/p/p/0 | p/p/p/0 | ep/p/p/0
git checkout -q topic -- $S
	k/k/k/0 | k/k/k/0 | k/k/k/0 | ek/k/k/0
git restore $S
	e/0/0/0 | 0/0/0/0 | e/e/e/0 | e/0/0/0
git restore --staged $S
	e/e/0/0 | e/e/0/0 | e/e/0/0 | e/0/0/0
git restore -S -W $S
	e/0/0/0 | 0/0/0/0 | 0/0/0/0 | e/0/0/0
git restore -s start $S
	p/p/0/0 | p/p/0/0 | p/p/e/0 | ep/p/0/0
git checkout-index -q -f -a
	e/0/0/0 | 0/0/0/0 | e/e/e/0 | e/0/0/0
# what was restored from elsewhere and put away again was never there
git restore -s start $S && look && git restore -S -W $S
	0/0/0/0 | 0/0/0/0 | 0/0/0/0 | e/0/0/0

# reset
git reset -q --soft start
	e/e/0/p | e/e/0/p | e/e/e/p | e/0/0/p | M  code
git reset -q --soft topic
	ek/e/0/k | ek/e/0/k | ek/e/e/k | ek/0/0/k
git reset -q --mixed start
	e/e/p/p | e/e/p/p | e/e/p/p | e/0/p/p | .M code
# an edit that nobody saw before HEAD moved counts from HEAD, so that it takes back topic's
git reset -q --mixed topic
	ek/e/k/k | e/e/k/k ~ ek/e/k/k | e/e/k/k ~ ek/e/k/k | ek/0/k/k
git reset -q -- $S
	e/e/0/0 | e/e/0/0 | e/e/0/0 | e/0/0/0
git reset -q start -- $S
	e/e/p/0 | e/e/p/0 | e/e/p/0 | e/0/p/0
git reset -q --hard
	e/0/0/0 | 0/0/0/0 | 0/0/0/0 | e/0/0/0
git reset -q --hard start
	e/p/p/p | 0/p/p/p | 0/p/p/p | e/p/p/p
git reset -q --hard topic
	ek/k/k/k | k/k/k/k | k/k/k/k | ek/k/k/k
git reset -q --hard start && look && git reset -q --hard origin/main
	e/0/0/0 | 0/0/0/0 | 0/0/0/0 | e/0/0/0
git reset -q --merge HEAD~1
	e/e/0/0 | e/e/0/0 | 0/0/0/0 | e/0/0/0
git reset -q --keep HEAD~1
	e/e/0/0 | e/e/0/0 | e/e/0/0 | e/0/0/0
git reset -q --keep start
	!e/e/0/0 | !e/e/0/0 | !e/e/e/0 | e/p/p/p

# stash: an edit by hand leaves the workspace with it and comes back with it
git stash push -q
	e/0/0/0 | 0/0/0/0 | 0/0/0/0 | e/0/0/0
git stash push -q && git stash pop -q
	e/e/0/0 | e/e/0/0 | e/e/0/0 | !e/0/0/0
git stash push -q && look && git stash pop -q
	e/e/0/0 | e/e/0/0 | e/e/0/0 | !e/0/0/0
git stash push -q && look && git stash pop -q --index
	e/e/0/0 | e/e/0/0 | e/e/e/0 | !e/0/0/0
git stash push -q && look && git stash apply -q && git stash drop -q
	e/e/0/0 | e/e/0/0 | e/e/0/0 | !e/0/0/0
git stash push -q && look && git stash drop -q
	e/0/0/0 | 0/0/0/0 | 0/0/0/0 | !e/0/0/0
git stash push -q --keep-index
	e/0/0/0 | 0/0/0/0 | e/e/e/0 | e/0/0/0
git stash push -q --staged
	!e/e/0/0 | !e/e/0/0 | 0/0/0/0 | e/0/0/0
git stash push -q -- $S
	e/0/0/0 | 0/0/0/0 | 0/0/0/0 | e/0/0/0
echo new >new && git stash push -q -u && look && git stash pop -q
	e/e/0/0 | e/e/0/0 | e/e/0/0 | e/0/0/0 | ?? new
echo new >new && git stash push -q -a && look && git stash pop -q
	e/e/0/0 | e/e/0/0 | e/e/0/0 | e/0/0/0 | ?? new
git stash push -q -a
	e/0/0/0 | 0/0/0/0 | 0/0/0/0 | e/0/0/0
git stash push -q && git switch -q other && look && git stash pop -q
	e/e/0/0 | e/e/0/0 | e/e/0/0 | !e/0/0/0
git stash push -q && git switch -q topic && look && git stash pop -q
	ek/ek/k/k | ek/ek/k/k | ek/ek/k/k | !ek/k/k/k
git stash push -q && git stash branch aside
	e/e/0/0 | e/e/0/0 | e/e/e/0 | !e/0/0/0
EOT
matrix_rows "$TRASH/rows"
matrix_done
