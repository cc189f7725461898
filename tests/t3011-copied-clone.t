#!/bin/sh
# shellcheck disable=SC2015
test_description='two machines with a copy of one .git, workspace and all: nothing lost, nothing doubled

The copy is made while an edit stands, while a push is under way, and with numbers kept for labels.'
. "$(dirname "$0")/lib/test-lib.sh"

if ! test_have_prereq LIBGIT2 || ! command -v sqlite3 >/dev/null
then
	skip_all='libgit2 or sqlite3 is missing'
	test_done
fi
. "$test_root/tests/lib/crash.sh"

db=.git/agent/agent.db

device () {
	sqlite3 "w/$1/$db" "SELECT value FROM meta WHERE key = 'device'"
}
remote () {
	sqlite3 w/remote.db "$1"
}
# copy <name>: another machine, on which b is called by that name.
copy () {
	rm -rf "w/$1" && cp -a w/a "w/$1"
}
rounds () {
	for round in 1 2 3
	do
		git -C w/a agent sync >/dev/null 2>&1
		git -C w/b agent sync >/dev/null 2>&1
	done
	git -C w/a agent sync >out 2>&1 && git -C w/b agent sync >>out 2>&1 || { cat out; return 1; }
}
# What one of them shows is what the other shows and what the remote has.
alike () {
	for clone in a b
	do
		sqlite3 "w/$clone/$db" "SELECT uid, label, path, oid, deleted FROM artifact ORDER BY uid" >"is.$clone" || return 1
		test "$(sqlite3 "w/$clone/$db" "SELECT count(*) FROM outbox")" = 0 || return 1
	done
	test_cmp is.a is.b &&
	remote "SELECT uid, label, path, oid, deleted FROM artifact ORDER BY uid" >is.there &&
	test_cmp is.a is.there &&
	test "$(remote "SELECT count(*) FROM (SELECT op_id FROM revision GROUP BY op_id HAVING count(*) > 1)")" = 0
}

test_expect_success 'a copy takes a name of its own, and says so once; the original keeps its name' '
	build_world && git -C w/a agent sync >/dev/null && was=$(device a) && copy b &&
	git -C w/b agent sync 2>err >out && test_grep "^this clone is a copy of another one" err &&
	git -C w/b agent sync 2>err >out && test_must_be_empty err &&
	git -C w/a agent sync 2>err >out && test_must_be_empty err &&
	test "$(device a)" = "$was" && test "$(device b)" != "$was" &&
	mv w/b w/moved && now=$(device moved) && git -C w/moved agent sync 2>err >out &&
	test_must_be_empty err && test "$(device moved)" = "$now"
'

test_expect_success 'a claim is that of the original' '
	git -C w/a agent claim INFRA-001 >/dev/null && copy b &&
	git -C w/b agent claim >out 2>/dev/null && ! grep "INFRA-001  you" out && test_grep INFRA-001 out &&
	git -C w/b agent release INFRA-001 && git -C w/a agent claim >out && test_grep "INFRA-001  you" out &&
	git -C w/a agent release INFRA-001
'

test_expect_success 'one edit stands at the copying, and both go on: each edit once, both alike' '
	git -C w/a agent set INFRA-001 --section Notes --text "Before the copy." >/dev/null && copy b &&
	before=$(remote "SELECT max(rev) FROM revision") &&
	git -C w/a agent set INFRA-002 --section Notes --text "By a." >/dev/null &&
	git -C w/b agent set INFRA-003 --section Notes --text "By b." >/dev/null &&
	git -C w/a agent check INFRA-001 1 >/dev/null && git -C w/b agent check INFRA-001 2 >/dev/null &&
	rounds && alike &&
	for clone in a b
	do
		git -C w/$clone agent show --raw INFRA-001 >text && test_grep "Before the copy" text &&
		test 2 = "$(grep -c "^- \[x\]" text)" &&
		git -C w/$clone agent show --raw INFRA-002 >text && test_grep "By a" text &&
		git -C w/$clone agent show --raw INFRA-003 >text && test_grep "By b" text || return 1
	done &&
	say "# $(($(remote "SELECT max(rev) FROM revision") - before)) revisions at the remote" &&
	test "$(remote "SELECT count(*) FROM lineage WHERE path LIKE \"%INFRA-002%\" AND oid IN
		(SELECT oid FROM lineage WHERE path LIKE \"%INFRA-002%\" GROUP BY oid HAVING count(*) > 1)")" = 0
'

test_expect_success 'a push is under way at the copying: what was sent arrives once, at each of its steps' '
	rm -rf snap.push && git -C w/a agent set INFRA-002 --section Notes --text "Under way." >/dev/null &&
	snapshot push && (cd w/a && GIT_AGENT_FAULT_LOG=$TRASH/log git agent sync push >/dev/null) &&
	last=$(sed "s/ .*//" log | sort -n | tail -n 1) && say "# a push, copied: $last points" && test "$last" -gt 3 &&
	n=1 && while test $n -le "$last"
	do
		reset_to push &&
		{ (cd w/a && GIT_AGENT_FAULT=$n git agent sync push >/dev/null 2>&1) || :; } && copy b &&
		git -C w/b agent set INFRA-001 --section Notes --text "By b at $n." >/dev/null &&
		rounds && alike &&
		test "$(remote "SELECT count(*) FROM revision r JOIN artifact a USING (uid)
			WHERE a.label = \"INFRA-002\" AND r.oid = a.oid")" = 1 || { echo "killed at $n"; return 1; }
		n=$((n + 1))
	done
'

test_expect_success 'numbers kept for labels are not used by both' '
	git -C w/a agent new-story "Before" --scope WEB >/dev/null && copy b &&
	mv w/remote.db away.db &&
	for i in 1 2
	do
		git -C w/a agent new-story "Of a, $i" --scope WEB >/dev/null 2>&1 &&
		git -C w/b agent new-story "Of b, $i" --scope WEB >/dev/null 2>&1 || return 1
	done &&
	mv away.db w/remote.db && rounds && alike &&
	git -C w/a agent list --scope WEB >out && test 5 = "$(grep -c WEB- out)" &&
	test 5 = "$(remote "SELECT count(DISTINCT label) FROM artifact WHERE label LIKE \"WEB-%\"")"
'

test_done
