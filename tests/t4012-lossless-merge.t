#!/bin/sh
test_description='lossless matrix: merge, pull, rebase, cherry-pick, revert, am (see lib/matrix.sh)'
. "$(dirname "$0")/lib/test-lib.sh"
. "$test_root/tests/lib/matrix.sh"

if ! test_have_prereq LIBGIT2
then
	skip_all='libgit2 is missing'
	test_done
fi

# todo <sed script> <command>...: with the list of a rebase edited like that.
todo() {
	script=$1
	shift
	GIT_SEQUENCE_EDITOR="sed -i -e '$script'" "$@"
}

# merge_rival --ours|--theirs: one side of the conflict is taken as a whole.
merge_rival() {
	git merge -q rival || {
		look && git rev-parse -q --verify MERGE_HEAD >/dev/null &&
			git checkout -q "$1" $S && git add $S && git commit -q -m m
	}
}

test_expect_success 'setup' 'matrix_world'

cat >"$TRASH/rows" <<\EOT
# merge
git merge -q topic
	!e/e/0/0 | !e/e/0/0 | !e/e/e/0 | ek/k/k/k
git merge -q other
	e/e/0/0 | e/e/0/0 | e/e/e/0 | e/0/0/0
git merge -q --no-ff -m m topic
	!e/e/0/0 | !e/e/0/0 | !e/e/e/0 | ek/k/k/k +s
git merge -q --no-ff -m m other
	e/e/0/0 +l | e/e/0/0 +l | !e/e/e/0 | e/0/0/0 +l
git merge -q --no-commit --no-ff other && git commit -q -m m
	e/e/0/0 +l | e/e/0/0 +l | !e/e/e/0 | e/0/0/0 +l
git merge -q --squash topic
	!e/e/0/0 | !e/e/0/0 | !e/e/e/0 | ek/k/k/0
git merge -q --squash other
	e/e/0/0 | e/e/0/0 | e/e/e/0 | e/0/0/0 | M  lib
git merge -q --autostash topic
	ek/ek/k/k | ek/ek/k/k | ek/ek/k/k | ek/k/k/k
# nothing is imported in the middle of a merge
git merge -q clash || { look && git merge --abort; }
	e/e/0/0 | e/e/0/0 | !e/e/e/0 | e/0/0/0
git merge -q clash || { echo 5 >code && look && git add code && git commit -q -m m; }
	e/e/0/0 +c | e/e/0/0 +c | e/e/e/e +cs | e/0/0/0 +c
git merge -q --no-ff -m m side
	!e/e/0/0 | !e/e/0/0 | !e/e/e/0 | en/n/n/n +s
# a merge that settles what stood against main settles it in the workspace, too
merge_rival --ours
	!e/e/0/0 | !e/e/0/0 | !e/e/e/0 | e/0/0/0 +-
merge_rival --theirs
	!e/e/0/0 | !e/e/0/0 | !e/e/e/0 | enP/nP/nP/nP +s
# git tells no merge driver of -X
git merge -q -X ours -m m rival
	!e/e/0/0 | !e/e/0/0 | !e/e/e/0 | !e/?/U/0
git merge -q -X ours -m m rival || { look && git merge --abort; }
	!e/e/0/0 | !e/e/0/0 | !e/e/e/0 | e/0/0/0
git merge -q -s ours -m m topic
	e/e/0/0 +- | e/e/0/0 +- | !e/e/e/0 | e/0/0/0 +-
git merge -q -m m other another
	e/e/0/0 +d | e/e/0/0 +d | !e/e/e/0 | e/0/0/0 +d
git merge -q -m m other topic
	!e/e/0/0 | !e/e/0/0 | !e/e/e/0 | ek/k/k/k +s
git merge -q -m m origin/theirs
	!e/e/0/0 | !e/e/0/0 | !e/e/e/0 | er/r/r/r

# pull: what the trunk has is taken
git pull -q
	!e/e/0/0 | !e/e/0/0 | !e/e/e/0 | eu/u/u/u
git pull -q origin news
	e/e/0/0 | e/e/0/0 | e/e/e/0 | e/0/0/0
git pull -q --autostash
	eu/eu/u/u | eu/eu/u/u | eu/eu/u/u | eu/u/u/u
git pull -q --rebase
	!e/e/0/0 | !e/e/0/0 | !e/e/e/0 | eu/u/u/u
git pull -q --rebase --autostash
	eu/eu/u/u | eu/eu/u/u | eu/eu/u/u | eu/u/u/u
git stash -q && git pull -q && look && git stash pop -q
	eu/eu/u/u | eu/eu/u/u | eu/eu/u/u | !eu/u/u/u
git commit -q -a -m m && git pull -q --rebase
	eu/eu/eu/eu +s | eu/eu/eu/eu +s | eu/eu/eu/eu +s | !e/0/0/0
git commit -q -a -m m && git pull -q --no-rebase
	eu/eu/eu/eu +s | eu/eu/eu/eu +s | eu/eu/eu/eu +s | !e/0/0/0
git fetch -q
	e/e/0/0 | e/e/0/0 | e/e/e/0 | e/0/0/0

# rebase
git checkout -q fork && git rebase -q main
	!e/e/0/0 | !e/e/0/0 | !e/e/e/0 | e/0/0/0 +d
git checkout -q fork && git rebase -q --autostash main
	e/e/0/0 +d | e/e/0/0 +d | e/e/0/0 +d | e/0/0/0 +d
git checkout -q fork && git rebase -q --autostash topic
	ek/ek/k/k +d | ek/ek/k/k +d | ek/ek/k/k +d | ek/k/k/k +d
git checkout -q storyfork && git rebase -q main
	!e/e/0/0 | !e/e/0/0 | !e/e/e/0 | ek/k/k/k +s
git commit -q -a -m m && git rebase -q topic
	ek/ek/ek/ek +s | ek/ek/ek/ek +s | ek/ek/ek/ek +s | !e/0/0/0
git commit -q -a -m m && git rebase -q --onto topic HEAD~1
	ek/ek/ek/ek +s | ek/ek/ek/ek +s | ek/ek/ek/ek +s | !e/0/0/0
git checkout -q fork && todo 2s/pick/squash/ git rebase -q -i --autostash story
	e/e/0/0 +d | e/e/0/0 +d | e/e/0/0 +d | e/0/0/0 +d
git checkout -q fork && todo 1d git rebase -q -i --autostash story || { look && git rebase --abort; }
	e/e/0/0 | e/e/0/0 | e/e/0/0 | e/0/0/0
git commit -q -a -m m && todo 2d git rebase -q -i HEAD~2
	e/0/0/0 | e/0/0/0 | e/0/0/0 | !e/0/0/0
git checkout -q clash && git rebase -q --autostash main || { look && git rebase --abort; }
	e/e/0/0 | e/e/0/0 | e/e/0/0 | e/0/0/0
git checkout -q clash && git rebase -q --autostash main || { look && git rebase --skip; }
	e/e/0/0 | e/e/0/0 | e/e/0/0 | e/0/0/0

# cherry-pick, revert
git cherry-pick topic
	!e/e/0/0 | !e/e/0/0 | !e/e/e/0 | ek/k/k/k +s
git cherry-pick other
	e/e/0/0 +l | e/e/0/0 +l | !e/e/e/0 | e/0/0/0 +l
git cherry-pick -n topic
	!e/e/0/0 | !e/e/0/0 | ek/ek/ek/0 | ek/k/k/0
git cherry-pick -n other
	e/e/0/0 | e/e/0/0 | e/e/e/0 | e/0/0/0 | M  lib
git cherry-pick clash || { look && git cherry-pick --abort; }
	e/e/0/0 | e/e/0/0 | !e/e/e/0 | e/0/0/0
git cherry-pick origin/theirs
	!e/e/0/0 | !e/e/0/0 | !e/e/e/0 | er/r/r/r +s
git revert --no-edit HEAD
	e/e/0/0 +c | e/e/0/0 +c | !e/e/e/0 | e/0/0/0 +c
# the team's story goes back, and keeps what a teammate did to it since
git revert --no-edit HEAD~1
	!e/e/0/0 | !e/e/0/0 | !e/e/e/0 | ep/p/p/p +s
# revert -n leaves git in the middle of a revert: nothing is imported until it ends
git revert -n HEAD
	e/e/0/0 | 0/e/0/0 ~ e/e/0/0 | 0/e/e/0 ~ e/e/e/0 | e/0/0/0 | M  code
# nor does the hook carry anything then, as in a merge
git revert -n HEAD && look && git commit -q -m m
	e/e/0/0 +c | e/e/0/0 +c | e/e/e/e +cs | e/0/0/0 +c
git revert -n HEAD && look && git revert --abort
	e/e/0/0 | e/e/0/0 | 0/0/0/0 | e/0/0/0
git revert -n HEAD~1 && look && git commit -q -m m
	!e/e/0/0 | !e/e/0/0 | ep/ep/ep/ep +s | ep/p/p/p +s

# am, apply
# refused, am is under way all the same
git am -q ../other.patch
	e/e/0/0 +l | e/e/0/0 +l | !0/e/e/0 ~ !e/e/e/0 | e/0/0/0 +l
git am -q ../topic.patch || { look && git am --abort && false; }
	!e/e/0/0 | !e/e/0/0 | !e/e/e/0 | ek/k/k/k +s
git apply ../topic.patch
	ek/ek/0/0 | ek/ek/0/0 | ek/ek/e/0 | ek/k/0/0
git apply --index ../topic.patch
	!e/e/0/0 | !e/e/0/0 | ek/ek/ek/0 | ek/k/k/0
git apply --cached ../topic.patch
	e/e/k/0 | e/e/k/0 | e/e/ek/0 | e/0/k/0
git apply --3way ../topic.patch
	!e/e/0/0 | !e/e/0/0 | ek/ek/ek/0 | ek/k/k/0
git apply ../topic.patch && look && git apply -R ../topic.patch
	e/e/0/0 | e/e/0/0 | e/e/e/0 | e/0/0/0
EOT
matrix_rows "$TRASH/rows"
matrix_done
