#!/bin/sh
test_description='lossless matrix: worktrees, clones, bisect, plumbing (see lib/matrix.sh)'
. "$(dirname "$0")/lib/test-lib.sh"
. "$test_root/tests/lib/matrix.sh"

if ! test_have_prereq LIBGIT2
then
	skip_all='libgit2 is missing'
	test_done
fi

export_import() {
	git fast-export "$1" | sed 's/^code$/coda/' | git fast-import --quiet --force
}

test_expect_success 'setup' 'matrix_world'

cat >"$TRASH/rows" <<\EOT
# sparse: git keeps a file that is edited; where it is not checked out the index entry speaks
# an entry that was staged and never looked at as a file waits for the commit
git sparse-checkout set --no-cone /code
	e/e/0/0 | e/e/0/0 | 0/*/e/0 ~ e/*/e/0 | e/*/0/0
git sparse-checkout set --no-cone /code && git commit -q -m m || git commit -q -m m
	e/e/e/e +s | !e/e/0/0 | e/*/e/e +s | !e/*/0/0
git sparse-checkout set --no-cone /code && look && git sparse-checkout disable
	e/e/0/0 | e/e/0/0 | e/e/e/0 | e/0/0/0
git update-index --skip-worktree $S && look && git update-index --no-skip-worktree $S
	e/e/0/0 | e/e/0/0 | e/e/e/0 | e/0/0/0

# linked worktrees share the workspace; each has its own files
git worktree add -q ../wt other
	e/e/0/0 | e/e/0/0 | e/e/e/0 | e/0/0/0
git worktree add -q ../wt topic
	ek/e/0/0 | ek/e/0/0 | ek/e/e/0 | ek/0/0/0
git worktree add -q ../wt start && git worktree remove ../wt
	e/e/0/0 | e/e/0/0 | e/e/e/0 | e/0/0/0
# clones, and modules beside
git clone -q . ../copy
	e/e/0/0 | e/e/0/0 | e/e/e/0 | e/0/0/0
git clone -q --depth=1 "file://$PWD" ../copy
	e/e/0/0 | e/e/0/0 | e/e/e/0 | e/0/0/0
git clone -q --bare . ../copy
	e/e/0/0 | e/e/0/0 | e/e/e/0 | e/0/0/0
git submodule --quiet add ../origin.git sub
	e/e/0/0 | e/e/0/0 | e/e/e/0 | e/0/0/0 | A  .gitmodules, A  sub
git submodule --quiet add ../origin.git sub && git commit -q -m m
	e/e/e/e +s | e/e/0/0 +- | e/e/e/e +s | e/0/0/0 +-
git bundle create -q ../b main topic && git fetch -q ../b topic:refs/heads/again
	e/e/0/0 | e/e/0/0 | e/e/e/0 | e/0/0/0
git archive -o ../a.tar HEAD && tar -xf ../a.tar
	e/0/0/0 | 0/0/0/0 | 0/0/e/0 | e/0/0/0

# bisect
git bisect start HEAD start && look && git bisect reset
	e/e/0/0 | e/e/0/0 | e/e/e/0 | e/0/0/0
git bisect start HEAD start && git bisect bad && look && git bisect reset
	e/e/0/0 | e/e/0/0 | e/e/e/0 | e/0/0/0

# what moves refs, objects and the index, and nothing else
git update-ref refs/heads/main topic
	ek/e/0/k | ek/e/0/k | ek/e/e/k | ek/0/0/k
git update-ref refs/heads/main start
	e/e/0/p | e/e/0/p | e/e/e/p | e/0/0/p | M  code
git symbolic-ref HEAD refs/heads/topic
	ek/e/0/k | ek/e/0/k | ek/e/e/k | ek/0/0/k
git symbolic-ref HEAD refs/heads/new
	e/e/0/. | e/e/0/. | e/e/e/. | e/0/0/. | A  .agent/cache/stories/INFRA/INFRA-043-audit.md, A  code, A  docs, A  lib
git read-tree topic
	e/e/k/0 | e/e/k/0 | e/e/k/0 | e/0/k/0
git read-tree -m -u HEAD topic
	!e/e/0/0 | !e/e/0/0 | !e/e/e/0 | ek/k/k/0
git read-tree --reset -u topic
	k/k/k/0 | k/k/k/0 | k/k/k/0 | ek/k/k/0
git merge-tree --write-tree main topic
	e/e/0/0 | e/e/0/0 | e/e/e/0 | e/0/0/0
git notes add -m m && git pack-refs --all && git gc -q --prune=now
	e/e/0/0 | e/e/0/0 | e/e/e/0 | e/0/0/0
git reflog expire --expire=now --all && git gc -q --prune=now
	e/e/0/0 | e/e/0/0 | e/e/e/0 | e/0/0/0
git commit-tree -m m -p HEAD HEAD^{tree}
	e/e/0/0 | e/e/0/0 | e/e/e/0 | e/0/0/0
git replace HEAD topic && look && git replace -d HEAD
	e/e/0/0 | e/e/0/0 | e/e/e/0 | e/0/0/0
# history is rewritten: the same steps under other ids are no news
export_import main
	e/e/0/0 +c | e/e/0/0 +c | e/e/e/0 +c | e/0/0/0 +c
git filter-branch -f --msg-filter "sed s/code/coda/" main
	!e/e/0/0 | !e/e/0/0 | !e/e/e/0 | e/0/0/0 +c
EOT
matrix_rows "$TRASH/rows"
matrix_done
