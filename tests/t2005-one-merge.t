#!/bin/sh
test_description='one merge: the same three texts give the same bytes, whichever way they meet'
. "$(dirname "$0")/lib/test-lib.sh"
. "$test_root/tests/lib/team.sh"

if ! test_have_prereq LIBGIT2
then
	skip_all='libgit2 is missing'
	test_done
fi

# Eight pairs: a name, then what each side does to the story below.
pairs() {
	cat <<-\EOT
	lines@s/Too many/Far too many/@s/None yet/Later/
	list@/Scenario 2/a - [ ] **Scenario 3**: a log@/Scenario 2/a - [ ] **Scenario 4**: an alarm
	state@s/^DRAFT/OPEN/@s/^DRAFT/COMMITTED/
	item@s/- \[ \] \(.*\) a limit/- [x] \1 a limit/@s/a limit$/a limit of ten/
	table@/^| T2/a | T3 | three |\n| T5 | five |@/^| T2/a | T4 | four |
	section@$a \\n## Costs\n\nNone.@$a \\n## Risks\n\nSome.
	wording@s/Too many/Few/@s/Too many/Some/
	gate@s/^DRAFT/COMMITTED/@s/Too many/Other/
	EOT
}

# versions <n>: O, A and B of the n-th pair; $pair is its name.
versions() {
	line=$(pairs | sed -n "$1p") && pair=${line%%@*} && rest=${line#*@} &&
	left=${rest%%@*} && right=${rest#*@} &&
	team_story "$TRASH/O" && (
		cd "$TRASH" && sed -i "s/^# [^:]*:/# INFRA-042:/" O &&
		printf '\n## Tests\n\n| id | what |\n|---|---|\n| T1 | one |\n| T2 | two |\n' >>O &&
		sed "$left" O >A && sed "$right" O >B && ! cmp -s O A && ! cmp -s O B
	)
}

without_labels() {
	sed 's/^\(<<<<<<<\|>>>>>>>\) .*/\1/' "$@"
}

# The pure function, and with the sides swapped.
expectations() {
	(
		cd "$TRASH" && code=0 &&
		{ git agent merge -p --path $STORY O A B >expect 2>/dev/null || code=$?; } &&
		{ git agent merge -p --path $STORY O B A >swapped 2>/dev/null || test $? = "$code"; } &&
		echo "$code" >code && if test "$code" = 0; then test_cmp expect swapped; fi
	)
}

# gave <exit code> <file>: as expected, and nothing else.
gave() {
	want=$(cat "$TRASH/code") && test "$1" = "$want" && without_labels "$2" >"$TRASH/got" &&
	without_labels "$TRASH/${3-expect}" >"$TRASH/want" && test_cmp "$TRASH/want" "$TRASH/got"
}

as() {
	cat "$TRASH/$1" >$STORY && git add $STORY && git commit -q -m "$1"
}

# Histories in which O, A and B meet.
fork() {
	git merge --abort 2>/dev/null
	git reset -q --hard && git switch -q --orphan "base$1" && mkdir -p "$(dirname $STORY)" && as O &&
	git switch -q -C theirs && as B && git switch -q -C ours HEAD^ && as A
}

by_git() {
	cd "$TRASH/git" &&
	fork "$1" && code=0 && { git merge -q theirs >/dev/null 2>&1 || code=$?; } && gave "$code" $STORY || return 1
	fork "$1r" && code=0 && { git rebase -q theirs >/dev/null 2>&1 || code=$?; } && gave "$code" $STORY swapped || return 1
	git rebase --abort 2>/dev/null
	fork "$1c" && code=0 && { git cherry-pick theirs >/dev/null 2>&1 || code=$?; } && gave "$code" $STORY || return 1
	git cherry-pick --abort 2>/dev/null
	git switch -q --orphan "back$1" && mkdir -p "$(dirname $STORY)" && as B && as O && as A && code=0 &&
	{ git revert --no-edit HEAD^ >/dev/null 2>&1 || code=$?; } && gave "$code" $STORY || return 1
	git revert --abort 2>/dev/null
	git switch -q --orphan "stash$1" && mkdir -p "$(dirname $STORY)" && as O && cat ../B >$STORY &&
	git stash -q && as A && code=0 && { git stash pop -q >/dev/null 2>&1 || code=$?; } && gave "$code" $STORY || return 1
	git reset -q --hard && git stash clear
	fork "$1t" && code=0 && { git merge-tree --write-tree ours theirs >../tree 2>/dev/null || code=$?; } &&
	git show "$(head -n 1 ../tree):$STORY" >../merged && gave "$code" ../merged
}

test_expect_success 'setup: a repository with the driver and without the hooks' '
	test_repo git && (
		cd git && team_story $STORY && test_commit_all first && git agent install 2>/dev/null
	) && GIT_AGENT_SKIP=1 && export GIT_AGENT_SKIP
'

for n in 1 2 3 4 5 6 7 8
do
	versions $n
	test_expect_success "$pair: merge, rebase, cherry-pick, revert, stash pop, merge-tree" '
		expectations && by_git $n
	'
done

unset GIT_AGENT_SKIP

# What the workspace of clone $1 has: the merge, or the conflict that an editor would get.
workspace_gave() {
	code=0
	git -C "$1" agent sync status --offline --porcelain >"$TRASH/status" && if grep -q "^U" "$TRASH/status"; then code=1; fi
	if test $code = 0
	then
		git -C "$1" agent show INFRA-042 >"$TRASH/merged"
	else
		GIT_EDITOR="sh \"$TRASH/copy\"" git -C "$1" agent sync resolve INFRA-042 --edit >/dev/null 2>&1
	fi
	gave "$code" "$TRASH/merged" "$2"
}

test_expect_success 'setup: an editor that looks' '
	cd "$TRASH" && printf "cp \"\$1\" \"%s/merged\"\n" "$TRASH" >copy
'

# Three clones with O in step; a has B, b and c have A.
team() {
	(
		cd "$TRASH" && rm -rf origin.git seed a b c team.db && team_origin && (
			cd seed && cat ../O >$STORY && git commit -q -a -m O && git push -q origin main
		) &&
		team_clone a file:../team.db && team_clone b file:../team.db && team_clone c file:../team.db &&
		git -C a agent sync && git -C b agent sync && git -C c agent sync
	) >/dev/null 2>&1
}

by_sync() {
	cd "$TRASH" && team &&
	git -C a agent edit INFRA-042 --file - <B && git -C a agent sync >/dev/null &&
	git -C b agent edit INFRA-042 --file - <A && { git -C b agent sync pull >/dev/null 2>&1 || :; } &&
	workspace_gave b expect || return 1
	# c: the workspace has B by sync, the file still shows O, and becomes A
	git -C c agent sync pull >/dev/null && cat A >c/$STORY &&
	{ git -C c agent import >/dev/null 2>&1 || :; } && workspace_gave c swapped
}

by_commit() {
	cd "$TRASH" && team &&
	(cd seed && cat ../A >$STORY && git commit -q -a -m A && git push -q origin main) &&
	git -C a agent edit INFRA-042 --file - <B && git -C a agent sync >/dev/null &&
	git -C c agent sync pull >/dev/null && { git -C c pull -q >/dev/null 2>&1 || :; } && workspace_gave c swapped
}

for n in 1 2 3 4 5 6 7 8
do
	versions $n
	test_expect_success "$pair: sync pull, import of a file, import of a commit" '
		expectations && by_sync && by_commit
	'
done

test_done
