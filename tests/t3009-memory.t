#!/bin/sh
# shellcheck disable=SC2015
test_description='no memory: a clear error, nothing lost, and the next command works

One allocation of a git-agent fails, SQLite'\''s and the libraries'\'' own among them: the n-th, for
n all over the run; then the n-th and all that follow.

	MEMORY_TRIES=	how many n of each scenario and way (6); 0: every one
	MEMORY_SEED=	where in its part of the run each n lies (1)'
. "$(dirname "$0")/lib/test-lib.sh"

if ! test_have_prereq LIBGIT2 || ! command -v sqlite3 >/dev/null
then
	skip_all='libgit2 or sqlite3 is missing'
	test_done
fi
. "$test_root/tests/lib/memory.sh"
. "$test_root/tests/lib/crash.sh"

faults=0 silent=0 only=

# No file has a text that nobody wrote.
whole () {
	(cd "w/$clone" && find .agent -type f ! -name 'agent.db*' ! -name '*.agent-tmp-*' \
		! -path .agent/approvals/\* -exec git hash-object --no-filters {} +) | sort -u >have &&
	comm -23 have texts >torn && test_must_be_empty torn
}

sound () {
	test ! -f "$1" || test "$(sqlite3 "$1" "PRAGMA integrity_check")" = ok
}

failing () {
	echo "$name: allocation $n fails${1:+, and all that follow}, exit code $code: $2"
	cat out
	return 1
}

# try_memory <on>: 2 when there is no n-th allocation
try_memory () {
	reset_to "$name" && rm -f hit
	(
		MEMORY_ONLY=$only && export MEMORY_ONLY && memory_fails_at "$n" "$1"
		cd "w/$clone" && "$run"
	) >out 2>&1
	code=$?
	test -e hit || return 2
	faults=$((faults + 1))
	clear_error out || failing "$1" "no clear error" || return 1
	whole || failing "$1" "a file is torn" || return 1
	sound "w/$clone/.git/agent/agent.db" && sound w/remote.db || failing "$1" "corrupt" || return 1
	if ! grep -E '^(fatal|error|warning): .' out >/dev/null
	then
		silent=$((silent + 1))
		dump "$clone" >actual && test_cmp expect actual || failing "$1" "and nobody says so" || return 1
	fi
	(cd "w/$clone" && git agent list >/dev/null 2>&1; spared "$run") >out 2>&1 &&
	dump "$clone" >actual && test_cmp expect actual && no_leavings || failing "$1" "differs when run again"
}

texts_of () {
	(cd "w/$clone" && find .agent -type f -exec git hash-object --no-filters {} +)
}

# memory_fails <name> <clone> <shell function>
memory_fails () {
	name=$1 clone=$2 run=$3
	reset_to "$name" && rm -f counts && texts_of >texts &&
	(
		MEMORY_ONLY=$only && export MEMORY_ONLY && memory_counts
		cd "w/$clone" && "$run"
	) >out 2>&1 || { cat out; return 1; }
	texts_of >>texts && sort -u texts -o texts && dump "$clone" >expect || return 1
	memory_places
	for way in "" on
	do
		n=$((1 + seed * 7919 % every))
		while test $n -le "$last"
		do
			try_memory $way
			test $? != 1 || return 1
			n=$((n + every))
		done
	done
	say "# $name, $run: of $last allocations each ${every}th"
}

edit_one () {
	artifact 001 'First, edited' | git agent edit INFRA-001 --file -
}
take_in () {
	git agent import
}
write_out () {
	git agent export --all
}
into_index () {
	git agent export --index --all
}
exchange () {
	git agent sync
}
commit_everything () {
	git rev-parse -q --verify HEAD:other >/dev/null && return
	echo other >other && git add other && git commit -qm edited
}
remove () {
	git agent list >../../list || return
	! grep -q INFRA-003 ../../list || git agent rm INFRA-003
}
settle () {
	git agent sync status --offline --porcelain >../../list
	test $? -le 1 || return
	! grep -q "^[CU]" ../../list || git agent sync resolve INFRA-001 --theirs
}
set_up () {
	git agent sync init "file:$TRASH/w/remote.db"
}
look () {
	git agent list >../../list && rm -f .git/agent/agent.db.before-v*
}
make_again () {
	git agent rebuild && git agent sync
}

test_expect_success 'a world' '
	say "# MEMORY_SEED=$seed" && build_world && snapshot edit
'

test_expect_success 'an edit, written through; a removal' '
	memory_fails edit a edit_one && memory_fails edit a remove
'

test_expect_success 'an edit by hand is imported' '
	reset_to edit && artifact 001 "First, by hand" >w/a/$ONE && snapshot hand &&
	memory_fails hand a take_in
'

test_expect_success 'a commit, in its hooks' '
	reset_to edit && git -C w/a check-ignore -q .agent/cache/agent.db &&
	artifact 001 "Edited" | git -C w/a agent edit INFRA-001 --file - && snapshot commit &&
	for only in pre-commit commit-msg post-commit
	do
		memory_fails commit a commit_everything || return 1
	done &&
	only=
'

test_expect_success 'push of several' '
	reset_to edit &&
	for i in 001 002 003
	do
		artifact $i "Edited $i" | git -C w/a agent edit INFRA-$i --file - || return 1
	done &&
	snapshot push && memory_fails push a exchange
'

test_expect_success 'pull, and export of what came' '
	git -C w/a agent sync push >/dev/null && snapshot pull && memory_fails pull b exchange &&
	reset_to pull && git -C w/b agent sync pull >/dev/null && snapshot export &&
	memory_fails export b write_out && tries=$((tries * 4)) && memory_fails export b into_index &&
	tries=$((tries / 4))
'

test_expect_success 'both edited: pull, merge, push' '
	reset_to pull && git -C w/b agent check INFRA-001 2 >/dev/null && snapshot merge &&
	memory_fails merge b exchange
'

test_expect_success 'a conflict is resolved' '
	reset_to pull &&
	artifact 001 "Edited otherwise" | git -C w/b agent edit INFRA-001 --file - &&
	test_expect_code 1 git -C w/b agent sync && snapshot resolve &&
	memory_fails resolve b settle
'

test_expect_success 'sync init; rebuild' '
	reset_to merge && git -C w/b agent sync && git clone -q w/origin.git w/c && snapshot init &&
	memory_fails init c set_up &&
	rm w/b/.git/agent/agent.db* && snapshot rebuild && memory_fails rebuild b make_again
'

test_expect_success 'migration of the database' '
	reset_to push && for_migration w/a/.git/agent/agent.db && snapshot migrate &&
	memory_fails migrate a look
'

test_expect_success 'allocations failed' '
	say "# $faults allocations failed, $silent without an effect" && test $faults -gt 50
'

test_done
