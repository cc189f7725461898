#!/bin/sh
test_description='lossless matrix: commit, add, rm, clean (the notation is in lib/matrix.sh)'
. "$(dirname "$0")/lib/test-lib.sh"
. "$test_root/tests/lib/matrix.sh"

if ! test_have_prereq LIBGIT2
then
	skip_all='libgit2 is missing'
	test_done
fi

# Something else to commit.
code() {
	echo more >>code && git add code
}

# The first hunk (the state), not the second (the box).
first_hunk() {
	printf 'y\nn\n' | "$@"
}

test_expect_success 'setup' 'matrix_world'

cat >"$TRASH/rows" <<\EOT
# commit: the hook stages what commands edited (a); edits by hand follow git's rules; a teammate's
# change is never part of my commit
code && git commit -q -m m
	e/e/e/e +cs | e/e/0/0 +c | e/e/e/e +cs | e/0/0/0 +c
# with nothing else staged git says that there is nothing, before it reads the index again
git commit -q -m m
	!e/e/e/0 | !e/e/0/0 | e/e/e/e +s | !e/0/0/0
git commit -q -m m || git commit -q -m m
	e/e/e/e +s | !e/e/0/0 | e/e/e/e +s | !e/0/0/0
git commit -q --allow-empty -m m
	e/e/e/e +s | e/e/0/0 +- | e/e/e/e +s | e/0/0/0 +-
code && git commit -q -a -m m
	e/e/e/e +cs | e/e/e/e +cs | e/e/e/e +cs | e/0/0/0 +c
git commit -q -a -m m
	e/e/e/e +s | e/e/e/e +s | e/e/e/e +s | !e/0/0/0
# -p: what was chosen is what is committed; a file with everything staged has no hunks
first_hunk git commit -q -p -m m
	e/e/y/y +s | e/e/y/y +s | e/e/e/e +s | !e/0/0/0
code && git commit -q -m m code
	e/e/0/0 +c | e/e/0/0 +c | e/e/e/0 +c | e/0/0/0 +c
git commit -q -m m $S
	e/e/e/e +s | e/e/e/e +s | e/e/e/e +s | !e/0/0/0
code && git commit -q -m m -o $S
	e/e/e/e +s | e/e/e/e +s | e/e/e/e +s | !e/0/0/0 | M  code | M  code
code && git commit -q -m m -i $S
	e/e/e/e +cs | e/e/e/e +cs | e/e/e/e +cs | e/0/0/0 +c
code && git commit -q --amend --no-edit
	e/e/e/e +cs | e/e/0/0 +c | e/e/e/e +cs | e/0/0/0 +c
git commit -q --amend --no-edit -a
	e/e/e/e +cs | e/e/e/e +cs | e/e/e/e +cs | e/0/0/0 +c
code && git commit -q --no-verify -m m
	e/e/0/0 +c | e/e/0/0 +c | e/e/e/e +cs | e/0/0/0 +c
git commit -q --no-verify -a -m m
	e/e/e/e +s | e/e/e/e +s | e/e/e/e +s | !e/0/0/0
# GUI clients run no hooks at all
code && git -c core.hooksPath=/dev/null commit -q -m m
	e/e/0/0 +c | e/e/0/0 +c | e/e/e/e +cs | e/0/0/0 +c
code && git -c agent.commitExport=none commit -q -m m
	e/e/0/0 +c | e/e/0/0 +c | e/e/e/e +cs | e/0/0/0 +c
# all: whatever the workspace has
code && git -c agent.commitExport=all commit -q -m m
	e/e/e/e +cs | e/e/e/e +cs | e/e/e/e +cs | e/e/e/e +cs
# what git took back from the file is not carried by the next commit, however it was made
git stash -q && code && git commit -q -m m
	e/0/0/0 +c | 0/0/0/0 +c | 0/0/0/0 +c | e/0/0/0 +c
git checkout -- $S && code && git commit -q -m m
	e/0/0/0 +c | 0/0/0/0 +c | e/e/e/e +cs | e/0/0/0 +c
git reset -q --hard && look && code && git commit -q -m m
	e/0/0/0 +c | 0/0/0/0 +c | 0/0/0/0 +c | e/0/0/0 +c
git restore -s start $S && code && git commit -q -m m
	p/p/0/0 +c | p/p/0/0 +c | ep/p/e/e +cs ~ p/p/e/e +cs | ep/p/0/0 +c
# a further edit by hand: the file holds more than what the command did, so git's rules
text ek && code && git commit -q -m m
	ek/ek/0/0 +c | ek/ek/0/0 +c | ek/ek/e/e +cs | ek/ek/0/0 +c
code && git commit -q --dry-run -m m
	e/e/0/0 | e/e/0/0 | e/e/e/0 | e/0/0/0 | M  code
# an edit that somebody commits, and the next commit takes it back
git commit -q -a -m m && test_tick && git revert --no-edit HEAD
	0/0/0/0 +s | 0/0/0/0 +s | 0/0/0/0 +s | !e/0/0/0

# add
git add $S
	e/e/e/0 | e/e/e/0 | e/e/e/0 | e/0/0/0
git add -A && git commit -q -m m
	e/e/e/e +s | e/e/e/e +s | e/e/e/e +s | !e/0/0/0
git add -N $S
	e/e/0/0 | e/e/0/0 | e/e/e/0 | e/0/0/0
first_hunk git add -p
	e/e/y/0 | e/e/y/0 | e/e/e/0 | e/0/0/0
# staged by hand stays as it was staged
first_hunk git add -p && git commit -q -m m
	e/e/y/y +s | e/e/y/y +s | e/e/e/e +s | !e/0/0/0
first_hunk git checkout -p -- $S
	x/x/0/0 | x/x/0/0 | e/e/e/0 | e/0/0/0

# a file that is missing is never a deletion; a commit without it is one, and meets the edit
rm $S
	e/./0/0 | 0/./0/0 ~ e/./0/0 | 0/./e/0 ~ e/./e/0 | e/./0/0
rm $S && code && git commit -q -m m
	e/./0/0 +c | 0/./0/0 +c ~ e/./0/0 +c | e/./e/e +cs | e/./0/0 +c
rm $S && git commit -q -a -m m
	e/././. +s U | ./././. +s ~ e/././. +s U | ./././. +s ~ e/././. +s U | e/././. +s U
rm $S && git checkout -- $S
	e/0/0/0 | 0/0/0/0 | e/e/e/0 | e/0/0/0
git rm -q $S
	!e/e/0/0 | !e/e/0/0 | !e/e/e/0 | e/././0
git rm -q -f $S
	e/././0 | 0/././0 ~ e/././0 | 0/././0 ~ e/././0 | e/././0
git rm -q -f $S && look && git reset -q --hard
	e/0/0/0 | 0/0/0/0 | 0/0/0/0 | e/0/0/0
git rm -q -f $S && git commit -q -m m
	e/././. +s U | ./././. +s ~ e/././. +s U | ./././. +s ~ e/././. +s U | e/././. +s U
git rm -q --cached $S
	e/e/./0 | e/e/./0 | e/e/./0 | e/0/./0

# clean, and what ignores us
git clean -q -fdx
	e/e/0/0 | e/e/0/0 | e/e/e/0 | e/0/0/0
git update-index --assume-unchanged $S && git update-index --no-assume-unchanged $S
	e/e/0/0 | e/e/0/0 | e/e/e/0 | e/0/0/0
git update-index --refresh
	!e/e/0/0 | !e/e/0/0 | e/e/e/0 | e/0/0/0
EOT
matrix_rows "$TRASH/rows"
matrix_done
