#!/bin/sh
test_description='rebuild: a missing or damaged workspace comes back'
. "$(dirname "$0")/lib/test-lib.sh"
. "$test_root/tests/lib/small.sh"

if ! test_have_prereq LIBGIT2
then
	skip_all='libgit2 is not there'
	test_done
fi

db=.git/agent/agent.db

test_expect_success 'a sound one stays' '
	small_repo "$TRASH/r" && cd "$TRASH/r" &&
	git agent rebuild >../actual &&
	test_grep "^the workspace is sound: nothing to do$" ../actual &&
	git agent list >../before
'

test_expect_success 'a missing one: byte for byte from git' '
	rm "$db" && git agent rebuild -n >../actual && ! test -e "$db" &&
	git agent rebuild >../actual &&
	test_grep "^workspace: 4 artifacts from git$" ../actual &&
	git agent list >../after && test_cmp ../before ../after &&
	git agent export --all && git diff --exit-code && test_clean
'

test_expect_success 'a damaged one is kept aside, and every command says what to do' '
	printf "garbage in the header" | dd of="$db" conv=notrunc 2>/dev/null &&
	rm -f "$db-wal" "$db-shm" &&
	test_expect_code 128 git agent list 2>../err &&
	test_grep "is damaged: " ../err && test_grep "^hint: run .git agent rebuild." ../err &&
	git agent rebuild >../actual &&
	test_grep "is damaged: " ../actual &&
	test_grep "^kept .*/agent.db.broken-1$" ../actual &&
	test -f "$db.broken-1" &&
	git agent list >../after && test_cmp ../before ../after &&
	printf "garbage in the header" | dd of="$db" conv=notrunc 2>/dev/null &&
	git agent rebuild >../actual && test_grep "broken-2$" ../actual && test -f "$db.broken-1"
'

test_expect_success 'an edit that only the workspace had is named, and its text is there' '
	git rev-parse HEAD >.git/MERGE_HEAD &&
	git agent set INFRA-001 --title "Never written" 2>/dev/null && rm .git/MERGE_HEAD &&
	git agent rebuild --force >../actual 2>../err &&
	test_grep "^kept .*/agent.db.kept-1$" ../actual &&
	test_grep "^only in the old workspace: $small_plans/INFRA-001-caching.md$" ../err
'

test_expect_success 'what only the remote has comes back as well' '
	git agent sync init "file:$TRASH/team.db" >/dev/null &&
	git rev-parse HEAD >.git/MERGE_HEAD &&
	git agent set INFRA-001 --title "Pushed" 2>/dev/null && rm .git/MERGE_HEAD &&
	git agent sync >/dev/null && rm "$db" &&
	git agent rebuild >../actual 2>&1 &&
	git agent show INFRA-001 >../actual &&
	test_grep "^# INFRA-001: Pushed$" ../actual
'

test_expect_success 'a database of another tool at our place is kept aside' '
	rm .agent/cache/agent.db && echo "another tool" >.agent/cache/agent.db &&
	git agent rebuild >../actual &&
	test_grep "^kept .*/.agent/cache/agent.db.kept-1$" ../actual &&
	test_grep "another tool" .agent/cache/agent.db.kept-1 &&
	test -L .agent/cache/agent.db
'

# one <name> <command>...: in the background; its exit code and words in <name>.code, <name>.out
one() {
	name=$1
	shift
	(
		"$@" >"../$name.out" 2>&1
		echo $? >"../$name.code"
	) &
}

test_expect_success 'several at once, among commands that edit: one after the other, nothing lost' '
	git agent export >/dev/null && rm -f "$db".kept-* &&
	for i in 1 2 3
	do
		one "rebuild$i" git agent rebuild --force
		one "set$i" git agent set "INFRA-00$i" --section "Number $i" --text "Text $i" --add
		one "new$i" git agent new-story "Story $i" --scope WEB
		one "list$i" git agent list
	done &&
	wait &&
	for i in 1 2 3
	do
		for what in rebuild set new list
		do
			test "$(cat "../$what$i.code")" = 0 || {
				cat "../$what$i.out"
				return 1
			}
		done
		git agent show "INFRA-00$i" >../actual && test_grep "^Text $i$" ../actual || return 1
	done &&
	ls "$db".kept-? >../actual && small_lines 3 ../actual &&
	test "$(sqlite3 "$db" "PRAGMA integrity_check")" = ok &&
	git agent list --scope WEB >../actual && small_lines 3 ../actual &&
	grep -q "^Text 2$" "$small_stories/INFRA-002-rate-limit.md" &&
	! test -e .git/agent/tmp/rebuild.db
'

test_expect_success 'a shell that has the database open: refused, and nothing is changed' '
	git agent check INFRA-002 1 >/dev/null && git agent list >../before && ls .git/agent >../files &&
	mkfifo ../ask && { sqlite3 "$db" <../ask >../answer & } && exec 9>../ask &&
	echo "SELECT count(*) FROM artifact;" >&9 &&
	until test -s ../answer; do sleep 0.1; done &&
	test_says 128 "fatal: another program has the workspace '\''$PWD/$db'\'' open" \
		git agent rebuild --force &&
	exec 9>&- && wait &&
	git agent list >../after && test_cmp ../before ../after &&
	git agent rebuild --force >../actual && git agent list >../after && test_cmp ../before ../after
'

test_done
