#!/bin/sh
test_description='what commits and files tell the workspace, row by row (notation: lib/matrix.sh)'
. "$(dirname "$0")/lib/test-lib.sh"
. "$test_root/tests/lib/matrix.sh"

small_count() {
	test "$(grep -c . "$2")" = "$1"
}

if ! test_have_prereq LIBGIT2
then
	skip_all='libgit2 is missing'
	test_done
fi

# A colleague in the clone beside, who uses git only.
peer() {
	(cd ../peer && GIT_AGENT_SKIP=1 && export GIT_AGENT_SKIP && matrix_colleague "$@")
}

# peer_push <text> [<file>]: on top of origin's main, where the story has u.
peer_push() {
	peer git checkout -q -f main && peer git pull -q && peer text "$@" && test_tick &&
	peer git commit -q -a -m "peer $1" && peer git push -q origin main
}

# commit_all <message>
commit_all() {
	test_tick && git commit -q -a -m "$1"
}

test_expect_success 'setup' 'matrix_world'

test_expect_success 'the words of the tables are the bytes of the workspace' '
	begin a e/e/0/0 && git agent show --raw INFRA-042 >../out && test_cmp "$TRASH/texts/e" ../out &&
	begin b e/e/0/0 && git agent show --raw INFRA-042 >../out && test_cmp "$TRASH/texts/e" ../out
'

# --- table A: what new commits say ---------------------------------------------------------------

test_expect_success 'a commit of exactly this step is no news; its revert is' '
	begin a e/e/0/0 &&
	commit_all edit && is e/e/e/e &&
	test_tick && git revert --no-edit HEAD && is 0/0/0/0 &&
	test_tick && git revert --no-edit HEAD && is e/e/e/e
'

test_expect_success 'a text of the past on a branch changes nothing; import by name takes it' '
	begin d e/0/0/0 &&
	git switch -q other && is e/0/0/0 &&
	git switch -q --detach start && is e/p/p/p &&
	git agent import INFRA-042 >../out && is p/p/p/p
'

test_expect_success 'a new text on a known one is merged; a pull after a push' '
	begin d e/0/0/0 &&
	peer_push ku && git pull -q && is eku/ku/ku/ku &&
	git agent export >../out && is eku/eku/ku/ku &&
	commit_all export && git push -q && is eku/eku/eku/eku &&
	peer_push eknu && git pull -q && is eknu/eknu/eknu/eknu
'

test_expect_success 'what came by sync and was taken back here does not come again by git' '
	begin d e/0/0/0 &&
	git agent check --off INFRA-042 1 && is y/0/0/0 &&
	peer_push eu && git pull -q && is yu/eu/eu/eu
'

test_expect_success 'the step that was made here comes back by git: known, no news' '
	begin d e/0/0/0 &&
	peer_push eu && git pull -q && is eu/eu/eu/eu
'

test_expect_success 'a colleague is named and left; taken by name, or once the trunk has it' '
	begin 0 &&
	git switch -q --detach origin/theirs && is "0/r/r/r L" &&
	git agent status >../out && test_grep "INFRA-042.*Colleague" ../out &&
	git switch -q main && is 0/0/0/0 &&
	git switch -q --detach origin/theirs && git agent import INFRA-042 >../out && is r/r/r/r &&
	begin 0 &&
	git switch -q --detach origin/theirs && git switch -q main && is 0/0/0/0 &&
	peer git pull -q && peer git merge -q -m m origin/theirs && peer git push -q origin main &&
	git pull -q && is ru/ru/ru/ru
'

test_expect_success 'my work on top of a colleague waits, and comes with the merge' '
	begin 0 &&
	git switch -q -c review origin/theirs && text er && is "0/er/r/r L" &&
	commit_all "on theirs" && is "0/er/er/er L" &&
	git switch -q main && is 0/0/0/0 &&
	git merge -q review && git push -q -f origin main && look && is er/er/er/er
'

test_expect_success 'amend, in both directions' '
	begin 0 &&
	text e && commit_all one && is e/e/e/e &&
	text ek && git commit -q -a --amend --no-edit && is ek/ek/ek/ek &&
	text k && git commit -q -a --amend --no-edit && is k/k/k/k &&
	git commit -q --amend -m "other words" && is k/k/k/k
'

test_expect_success 'a rebase of a judged commit, whose edit was taken back since, brings nothing' '
	begin 0 &&
	git switch -q -c work && text k && commit_all one && is k/k/k/k &&
	git switch -q main && is k/0/0/0 &&
	git agent edit INFRA-042 --file "$TRASH/texts/0" >../out && is 0/0/0/0 &&
	git switch -q work && is 0/k/k/k &&
	echo 3 >docs && commit_all docs && git rebase -q --onto main HEAD~2 && is 0/k/k/k &&
	git switch -q main && git merge -q work && is 0/k/k/k
'

test_expect_success 'a rebase with a conflict: nothing in between, then what was resolved' '
	begin 0 &&
	git switch -q -c work && text P && commit_all one && is P/P/P/P &&
	git switch -q main && peer_push pu && git pull -q && is "Pu/pu/pu/pu U" &&
	git switch -q work && is "Pu/P/P/P U" &&
	test_expect_code 1 git rebase -q main && is "Pu/?/U/pu U" &&
	text kPu && git add $S && is "Pu/kPu/kPu/pu U" &&
	GIT_EDITOR=: git rebase --continue && is kPu/kPu/kPu/kPu
'

test_expect_success 'a conflict is settled by name, and a commit of it is refused until then' '
	begin 0 &&
	text P && commit_all mine && git agent sync >../out && is P/P/P/P &&
	git reset -q --hard HEAD~1 && is P/0/0/0 &&
	peer_push pu && git pull -q && is "Pu/pu/pu/pu U" &&
	text epu && test_expect_code 1 git commit -q -a -m no 2>../err &&
	test_grep "is in conflict" ../err && is "Pu/epu/pu/pu U" &&
	git agent sync resolve INFRA-042 --theirs && is epu/epu/pu/pu &&
	commit_all yes && is epu/epu/epu/epu
'

test_expect_success 'git mv, then commit: the path of that artifact' '
	begin a e/e/0/0 &&
	git mv $S $S2 && is "e/e/0/. L" "RM $S -> $S2" $S2 &&
	git agent list >../out && test_grep INFRA-042 ../out && small_count 2 ../out &&
	commit_all moved && is e/e/e/e "" $S2 &&
	git agent list >../out && small_count 2 ../out
'

test_expect_success 'git mv of what a teammate has edited: the path moves, the edit stays' '
	begin d e/0/0/0 &&
	git mv $S $S2 && commit_all moved && is e/0/0/0 "" $S2 &&
	git agent export >../out && is e/e/0/0 "" $S2
'

test_expect_success 'a removal by commit: a tombstone, or a conflict with an edit' '
	begin 0 &&
	git rm -q $S && is 0/././0 && commit_all gone && is ./././. &&
	test_tick && git revert --no-edit HEAD && is 0/0/0/0 &&
	begin d e/0/0/0 &&
	git rm -q $S && commit_all gone && is "e/././. U"
'

test_expect_success 'more than half of all artifacts at once: asked first' '
	begin 0 &&
	for i in 51 52 53 54 55
	do
		sed "1s/042/0$i/" $S >.agent/cache/stories/INFRA/INFRA-0$i-more.md || return 1
	done &&
	git add -A && commit_all more && is 0/0/0/0 &&
	git rm -q -r .agent/cache/stories && GIT_AGENT_SKIP=1 git commit -q -m "all gone" &&
	test_expect_code 2 git agent list 2>../err && test_grep "allow-mass-delete" ../err &&
	git revert --no-edit HEAD && is 0/0/0/0
'

# --- table B: what the file says -----------------------------------------------------------------

test_expect_success 'a discarded edit is not published, and can be shown again' '
	begin B e/e/0/0 &&
	git restore $S && is 0/0/0/0 &&
	git agent sync >../out && ! grep "sent" ../out &&
	git agent log INFRA-042 >../out && cat ../out
'

test_expect_success 'what was pushed stays when git takes it back; only the later edit goes' '
	begin a e/e/0/0 &&
	git agent sync >../out && text ek && is ek/ek/0/0 &&
	git restore $S && is e/0/0/0 &&
	git agent sync >../out && is e/0/0/0 && git agent export >../out && is e/e/0/0
'

test_expect_success 'stash, pull, push, pop' '
	begin B e/e/0/0 &&
	git stash -q && git pull -q && is u/u/u/u &&
	git agent sync >../out && git stash pop -q && is eu/eu/u/u
'

test_expect_success 'a missing file is no deletion, and is named' '
	begin d e/0/0/0 &&
	rm $S && is e/./0/0 && git agent status >../out && test_grep "missing" ../out &&
	git agent export INFRA-042 && is e/e/0/0
'

test_expect_success 'conflict markers wait until they are gone' '
	begin 0 &&
	{ cat "$TRASH/texts/e" && printf "<<<<<<< a\n=======\n>>>>>>> b\n"; } >$S && is 0/?/0/0 &&
	text e && is e/e/0/0
'

# --- worktrees, clones ----------------------------------------------------------------------------

test_expect_success 'two worktrees: one workspace, two views' '
	begin 0 &&
	git worktree add -q ../wt other && cd ../wt && is 0/0/0/0 &&
	git agent check INFRA-042 1 && git agent state INFRA-042 OPEN && is e/e/0/0 &&
	cd ../me && is e/0/0/0 && echo 3 >code && commit_all code && is e/0/0/0 &&
	text k && is ek/k/0/0 &&
	cd ../wt && is ek/e/0/0 && echo 3 >docs && git add docs && git commit -q -m docs &&
	is ek/e/e/e && git agent export >../out && is ek/ek/e/e &&
	git restore $S && is ek/e/e/e &&
	cd ../me && git worktree remove ../wt && is ek/k/0/0 &&
	git restore $S && is e/0/0/0
'

test_expect_success 'an edit by hand in a worktree that nobody looked at yet' '
	begin 0 &&
	GIT_AGENT_SKIP=1 git worktree add -q ../wt other && cd ../wt && text e && is e/e/0/0 &&
	git commit -q -a -m edit && is e/e/e/e && cd ../me && is e/0/0/0
'

test_expect_success 'a fresh clone has what the team has; its files are the branch' '
	begin d e/0/0/0 &&
	git clone -q ../origin.git ../new && cd ../new && git agent sync init file:../team.db >../out &&
	is eu/u/u/u && git agent export >../out && is eu/eu/u/u
'

test_expect_success 'a shallow clone as well, where its text is known to the team' '
	begin d e/0/0/0 &&
	git clone -q --depth=1 -b news "file://$TRASH/w/origin.git" ../new && cd ../new &&
	git agent sync init file:../team.db >../out &&
	is e/0/0/0 && text k && is ek/k/0/0 && commit_all edit && is ek/k/k/k
'

test_expect_success 'without the history that tells the base there is a conflict, and nothing lost' '
	begin d e/0/0/0 &&
	git clone -q --depth=1 "file://$TRASH/w/origin.git" ../new && cd ../new &&
	test_expect_code 1 git agent sync init file:../team.db >../out &&
	is "u/u/u/u U" && git agent sync resolve INFRA-042 --theirs >../out && is e/e/u/u
'

test_expect_success 'a pull of the remote, then a switch, then an export' '
	begin d e/0/0/0 &&
	git switch -q other && is e/0/0/0 && git switch -q topic && is ek/k/k/k &&
	git agent export >../out && is ek/ek/k/k && git restore $S && is ek/k/k/k
'

test_expect_success 'a commit on a detached HEAD is mine, and stays when HEAD goes' '
	begin 0 &&
	git switch -q --detach && text e && commit_all edit && is e/e/e/e &&
	git switch -q main && is e/0/0/0
'

test_expect_success 'an old branch: a command edits what the team has, not what the branch shows' '
	begin 0 &&
	git switch -q --detach start && is 0/p/p/p &&
	git agent check INFRA-042 1 && is x/p/p/p &&
	text yp && is e/yp/p/p
'

# --- what a commit carries -------------------------------------------------------------------------

test_expect_success 'what a teammate did to it since is no part of my commit' '
	begin a e/e/0/0 &&
	(cd ../peer && git agent sync >/dev/null) && git agent sync >../out &&
	(cd ../peer && git agent sync >/dev/null && git agent export >/dev/null && text ek && git agent sync >/dev/null) &&
	git agent sync >../out && is ek/e/0/0 &&
	echo 3 >code && git add code && git commit -q -m code && is ek/e/e/e
'

test_expect_success 'an edit that could not be written at once is carried by the next commit' '
	begin d e/0/0/0 &&
	git agent edit INFRA-042 --file "$TRASH/texts/ek" >../out && is ek/0/0/0 &&
	echo 3 >code && git add code && git commit -q -m code && is ek/ek/ek/ek
'

# ... and from then on it is part of what the command wrote, and stays
test_expect_success 'an edit by hand in the same file is left to its owner' '
	begin B e/e/0/0 &&
	git agent edit INFRA-042 --file "$TRASH/texts/ek" >../out && is ek/ek/0/0 &&
	echo 3 >code && git add code && git commit -q -m code 2>../err && is ek/ek/0/0 &&
	test_grep "left $S: the file holds other changes" ../err &&
	git restore $S && is ek/0/0/0
'

test_done
