#!/bin/sh
test_description='diff: words, layers, revisions, trees, and how much'
. "$(dirname "$0")/lib/test-lib.sh"
. "$test_root/tests/lib/small.sh"

story=$small_stories/INFRA-002-rate-limit.md

# The lines of a diff from the first @@ on.
hunks() {
	sed -n '/^@@/,$p' ../actual >../hunks
}

test_expect_success LIBGIT2 'words: what is gone and what is new, in the new text' '
	small_repo "$TRASH/r" && cd "$TRASH/r" &&
	sed "s/Some notes/Some better notes/; s/\*\*One\*\*: first/**One**: the very first/" \
		"$story" >../new && cp ../new "$story" &&
	git agent diff --word-diff -U0 INFRA-002 >../actual && hunks &&
	cat >../expect <<-\EOT &&
	@@ -13 +13 @@ ## Acceptance Criteria
	- [ ] **One**: {+the very+} first
	@@ -19 +19 @@ ## Notes
	Some {+better+} notes.
	EOT
	test_cmp ../expect ../hunks &&
	git agent diff --word-diff=porcelain -U0 INFRA-002 >../actual && hunks &&
	cat >../expect <<-\EOT &&
	@@ -13 +13 @@ ## Acceptance Criteria
	 - [ ] **One**: 
	+the very
	  first
	~
	@@ -19 +19 @@ ## Notes
	 Some 
	+better
	  notes.
	~
	EOT
	test_cmp ../expect ../hunks &&
	git agent diff --color-words -U0 INFRA-002 >../actual &&
	test_grep "Some .\[32mbetter.\[m notes" ../actual &&
	test_says 129 "error: --word-diff is plain, color, porcelain or none, not '\''odd'\''" \
		git agent diff --word-diff=odd INFRA-002
'

# git's own words and ours are the same where words stand between blanks. Where a line has nothing
# in common with what it replaces, git pairs the blanks by chance: such lines are not in here.
test_expect_success LIBGIT2 'words: as git diff --word-diff has them' '
	printf "one two three\nfour\n\nfive six\nkept\ngone\n" >../a &&
	printf "one 2 three\nfour and a half\n\nfive six\nkept\n" >../b &&
	mkdir -p .agent/cache/plans/INFRA && plan=.agent/cache/plans/INFRA/INFRA-009-words.md &&
	cp ../a $plan && git add $plan && git commit -q -m words && cp ../b $plan &&
	for mode in plain porcelain color
	do
		git diff --word-diff=$mode --color=never $plan >../actual && hunks &&
		cp ../hunks ../expect &&
		git agent diff --word-diff=$mode --color=never INFRA-009 >../actual && hunks &&
		test_cmp ../expect ../hunks || return 1
	done
'

test_expect_success LIBGIT2 'without a name: all that differ, as patch, numbers, names' '
	git agent diff --name-only >../actual &&
	printf "%s\n" $plan "$story" >../expect && test_cmp ../expect ../actual &&
	git agent diff --name-only -z | tr "\0" "\n" >../actual && test_cmp ../expect ../actual &&
	git agent diff --stat >../actual &&
	test_grep "^ $plan  *| 5 ++---$" ../actual &&
	test_grep "^ 2 artifacts changed, 4 insertions(+), 5 deletions(-)$" ../actual &&
	git agent diff >../actual && grep -c "^+++ b/" ../actual >../n && echo 2 >../expect &&
	test_cmp ../expect ../n &&
	test_says 1 "error: 2 artifacts differ" git agent diff --exit-code --stat &&
	git agent diff --json >../actual && test_grep "\"data\":\[{\"id\":\"INFRA-009\"" ../actual
'

test_expect_success LIBGIT2 'layers: HEAD, index, file, a commit, one with another' '
	git add "$story" && sed "s/better/best/" ../new >"$story" &&
	git agent diff --index INFRA-002 >../actual &&
	test_grep "^-Some better notes.$" ../actual && test_grep "^+Some best notes.$" ../actual &&
	git agent diff --head --index INFRA-002 >../actual &&
	test_grep "^-Some notes.$" ../actual && test_grep "^+Some better notes.$" ../actual &&
	git agent diff --index --file INFRA-002 >../actual &&
	test_grep "^-Some better notes.$" ../actual && test_grep "^+Some best notes.$" ../actual &&
	git agent diff --at HEAD~1 INFRA-009 >../actual &&
	test_grep "^--- /dev/null$" ../actual && test_grep "^+four and a half$" ../actual &&
	git agent diff --file --exit-code INFRA-002 &&
	git agent diff --remote INFRA-002 >../actual && test_grep "^--- /dev/null" ../actual &&
	test_says 129 "error: two of --at, --remote, --head, --index and --file" \
		git agent diff --head --index --file INFRA-002
'

test_expect_success LIBGIT2 'revisions: two of them, or a range' '
	git agent log --json INFRA-002 | tr "," "\n" |
		sed -n "s/.*\"revision\":\"\([0-9a-f]*\)\".*/\1/p" >../revs &&
	new=$(sed -n 1p ../revs) && old=$(tail -n1 ../revs) &&
	git agent diff INFRA-002 $old $new >../expect && test_grep "^+Some best" ../expect &&
	git agent diff INFRA-002 "$old..$new" >../actual && test_cmp ../expect ../actual &&
	git agent diff INFRA-002 "$old.." >../actual && test_cmp ../expect ../actual &&
	test_says 129 "error: '\''$old..'\'' has both revisions" \
		git agent diff INFRA-002 "$old.." $new
'

test_expect_success LIBGIT2 'trees: what differs, a move is one, named ones only; without a workspace' '
	git checkout -q -b topic &&
	git mv $plan .agent/cache/plans/INFRA/INFRA-009-terms.md && git commit -q -a -m move &&
	git agent diff HEAD~1..HEAD >../actual &&
	test_grep "^--- a/$plan$" ../actual && test_grep "^+++ b/.*INFRA-009-terms.md$" ../actual &&
	git agent diff --name-only HEAD~1... >../actual &&
	printf "%s\n" .agent/cache/plans/INFRA/INFRA-009-terms.md "$story" >../expect &&
	test_cmp ../expect ../actual &&
	git agent diff --name-only HEAD~1..HEAD INFRA-002 >../actual &&
	echo "$story" >../expect && test_cmp ../expect ../actual &&
	(cd .agent && git agent diff --name-only HEAD~1..HEAD "../$story") >../actual &&
	test_cmp ../expect ../actual &&
	git agent diff --exit-code HEAD..HEAD &&
	test_says 128 "fatal: there is no artifact '\''INFRA-077'\'' in '\''HEAD~1'\'' or '\''HEAD'\''" \
		git agent diff HEAD~1..HEAD INFRA-077 &&
	git clone -q --bare . ../bare.git && cd ../bare.git &&
	git agent diff --stat HEAD~1..HEAD >../actual &&
	test_grep "2 artifacts changed" ../actual
'

test_done
