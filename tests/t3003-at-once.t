#!/bin/sh
test_description='many processes at once, in one clone and in four linked worktrees

Eight writers edit and commit at the same time: each a story of its own, and all of them one story
that they share, each a section of it. No edit is lost, nobody is told of a lock of the database,
and the index and the objects of git are sound.'
. "$(dirname "$0")/lib/test-lib.sh"
. "$test_root/tests/lib/team.sh"

WRITERS=8
EDITS=${TEST_EDITS-100}
SHARED=.agent/cache/stories/INFRA/INFRA-200-shared.md

own() {
	echo ".agent/cache/stories/INFRA/INFRA-10$1-own.md"
}

crowd() {
	test_repo "$1" && (
		cd "$1" &&
		git config agent.autoPush never &&
		test_write $SHARED <<-\EOT &&
		# INFRA-200: Shared

		## State

		DRAFT
		EOT
		for w in $(seq $WRITERS)
		do
			printf '\n## Writer %d\n\nnothing\n' "$w" >>$SHARED &&
			team_story "$(own "$w")" "Own $w" || return 1
		done &&
		test_commit_all "stories" &&
		git agent sync init >/dev/null
	)
}

# git itself is not patient: somebody else's index.lock or moved HEAD is an error that says so.
commit() {
	tries=0
	until git commit -q -a --allow-empty -m "$1" 2>>"$log.git"
	do
		tries=$((tries + 1))
		test $tries -lt 300 || return 1
		sleep 0.02
	done
}

# step <number> <edit>: the story of one's own each time, the shared one now and then, and a commit
step() {
	git agent set "INFRA-10$1" --section Notes --text "edit $2 of $1." || return 1
	if test $(($2 % 4)) = 0
	then
		git agent set INFRA-200 --section "Writer $1" --text "edit $2 of $1." || return 1
	fi
	if test $(($2 % 10)) = 0
	then
		commit "edit $2 of $1" || return 1
	fi
}

# writer <number>, in the current work tree
writer() {
	log=$TRASH/writer-$1
	i=1
	while test $i -le "$EDITS"
	do
		if ! step "$1" $i
		then
			echo "writer $1 failed at $i"
			return 1
		fi
		i=$((i + 1))
	done
} >>"$TRASH/writers.out" 2>>"$TRASH/writers.err"

# crowd_at <work tree of writer 1> ...: all at once; a worktree serves as many as name it
crowd_at() {
	: >"$TRASH/writers.out"
	: >"$TRASH/writers.err"
	w=0 pids=
	for dir
	do
		w=$((w + 1))
		(cd "$dir" && writer $w) &
		pids="$pids $!"
	done
	status=0
	for pid in $pids
	do
		wait "$pid" || status=1
	done
	if cat "$TRASH/writers.err" "$TRASH"/writer-*.git | grep -i -e locked -e corrupt -e workspace |
		grep -v -e 'index.lock' -e 'cannot lock ref' >&2
	then
		status=1
	fi
	test $status = 0 || tail -n 20 "$TRASH/writers.out" "$TRASH/writers.err" >&2
	return $status
}

# Every edit of every writer is in the history, and the last ones in the text.
all_there() {
	last=$((EDITS / 4 * 4))
	git agent show --raw INFRA-200 >shared.txt || return 1
	for w in $(seq $WRITERS)
	do
		git agent show --raw "INFRA-10$w" >own.txt &&
		test_grep "^edit $EDITS of $w\\.$" own.txt &&
		test_grep "^edit $last of $w\\.$" shared.txt &&
		git agent log --json "INFRA-10$w" >log.json || return 1
		found=$(sqlite3 .agent/cache/agent.db "SELECT count(DISTINCT b.bytes)
			FROM revision r JOIN blob b ON b.oid = r.oid
			WHERE CAST(b.bytes AS TEXT) LIKE '%edit % of $w.%Own $w%'
			   OR CAST(b.bytes AS TEXT) LIKE '%Own $w%edit % of $w.%'")
		test "$found" = "$EDITS" || {
			echo "$found of $EDITS edits of writer $w are in the history" >&2
			return 1
		}
	done
	rm -f own.txt shared.txt log.json
	found=$(sqlite3 .agent/cache/agent.db "SELECT count(*) FROM conflict")
	test "$found" = 0 &&
	test "$(sqlite3 .agent/cache/agent.db "PRAGMA integrity_check")" = ok &&
	git fsck --strict >fsck.out 2>&1 && rm fsck.out &&
	git diff --cached --quiet
}

test_expect_success 'one clone: nothing is lost' '
	crowd one &&
	crowd_at one one one one one one one one &&
	(cd one && all_there)
'

test_expect_success 'and what is committed in the end is what the workspace has' '
	(
		cd one &&
		git agent export --all &&
		test_commit_all "the rest" &&
		for w in $(seq $WRITERS)
		do
			git show "HEAD:$(own $w)" >head.txt &&
			git agent show --raw "INFRA-10$w" >workspace.txt &&
			test_cmp workspace.txt head.txt || return 1
		done
	)
'

test_expect_success 'four linked worktrees: nothing is lost' '
	crowd main &&
	for n in 1 2 3 4
	do
		git -C main worktree add -q -b "b$n" "../tree$n" || return 1
	done &&
	crowd_at tree1 tree1 tree2 tree2 tree3 tree3 tree4 tree4 &&
	(cd main && all_there) &&
	for n in 1 2 3 4
	do
		git -C tree$n agent status >/dev/null &&
		git -C tree$n diff --cached --quiet || return 1
	done
'

test_done
