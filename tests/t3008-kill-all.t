#!/bin/sh
# shellcheck disable=SC2015,SC2089,SC2090
test_description='kill -9 at every durable step of the commands that write much, and of setting up

	KILL_STEP=	every n-th point only (3)
	KILL_FILES=	how many stories a scenario is about (12)'
. "$(dirname "$0")/lib/test-lib.sh"

if ! test_have_prereq LIBGIT2 || ! command -v sqlite3 >/dev/null
then
	skip_all='libgit2 or sqlite3 is missing'
	test_done
fi
KILL_STEP=${KILL_STEP:-3}
. "$test_root/tests/lib/crash.sh"
files=${KILL_FILES:-12}

stories () {
	i=0
	while test $i -lt "$files"
	do
		echo $((i + 100)) && i=$((i + 1))
	done
}

# write_stories <title>: in the files of this clone.
write_stories () {
	for s in $(stories); do artifact "$s" "$1 $s" >"$STORIES/INFRA-$s-story.md" || return 1; done
}

# edit_stories <title>: by the command, all in one file of the workspace.
edit_stories () {
	write_stories "$1" && git agent import 2>/dev/null
}

init () {
	git agent sync init "file:$TRASH/w/remote.db"
}
install () {
	git agent install
}
# What was not ours stays, and what is ours is there once.
installed () {
	(
		cd "w/$1/.git" && { cat config info/attributes info/exclude 2>/dev/null || :; } && cd hooks &&
		find . -type f ! -name "*.sample" -perm -u+x -exec git hash-object --no-filters {} + -print | sort
	)
}
set_up () {
	dump "$1" && installed "$1"
}
uninstall () {
	git agent uninstall
}
rebuild () {
	git agent rebuild --force && rm -f .git/agent/agent.db.kept-* .git/agent/*.kept-*
}
# The copy of the old database is kept.
look () {
	git agent status >/dev/null && rm -f .git/agent/agent.db.before-v*
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
onto_branch () {
	git agent export --commit refs/heads/out --all
}
send () {
	git agent sync push
}
exchange () {
	git agent sync
}
commit_everything () {
	git rev-parse -q --verify HEAD:other >/dev/null && return
	echo other >other && git add other && git commit -qm edited
}
move () {
	git agent mv INFRA-001 --label INFRA-900 || git agent show INFRA-900 >/dev/null
}
take_ours () {
	git agent sync status --offline --porcelain | grep -q "^U" || return 0
	git agent sync resolve INFRA-001 --ours
}
take_text () {
	git agent sync status --offline --porcelain | grep -q "^U" || return 0
	artifact 001 "Both" | git agent sync resolve INFRA-001 --file -
}
back () {
	git agent list --all 2>/dev/null | grep -q INFRA-003 || git agent show INFRA-003 >/dev/null 2>&1 ||
		git agent restore INFRA-003
}
take_back () {
	git agent undo 1 && git agent sync push
}
again () {
	git agent undo 2 && git agent sync push
}
# The lock of new numbers is a file that stays.
# The world is copied for each point; this clone is no copy of itself, and keeps its numbers.
bulk () {
	sqlite3 .git/agent/agent.db "UPDATE meta SET value = '$(stat -c %i .git)' WHERE key = 'device_at'" &&
	git agent batch --key once ../lines && git agent sync push && rm -f .git/agent/new.lock
}
tick () {
	git agent check INFRA-001 1
}

test_expect_success 'a world' '
	build_world && snapshot edit
'

test_expect_success 'sync init, with a remote that has much' '
	(cd w/a && edit_stories Story && git agent sync push && git add -A && git commit -qm many && git push -q origin HEAD:main) >/dev/null 2>&1 &&
	git -C w/b pull -q && git -C w/b agent sync >/dev/null && snapshot many &&
	git clone -q w/origin.git w/c && snapshot init && see=set_up && kill_everywhere init c init
'

test_expect_success 'install, uninstall' '
	see=installed && reset_to init && kill_everywhere init c install &&
	git -C w/c agent install >/dev/null && snapshot installed && kill_everywhere installed c uninstall
'

test_expect_success 'migration of the database' '
	see=dump && reset_to many && for_migration w/a/.git/agent/agent.db &&
	snapshot migrate && kill_everywhere migrate a look &&
	test "$(sqlite3 w/a/.git/agent/agent.db "PRAGMA user_version")" -gt 1
'

test_expect_success 'rebuild' '
	kill_everywhere many a rebuild
'

test_expect_success 'edits by hand of many' '
	reset_to many && (cd w/a && write_stories "By hand") && snapshot hand && kill_everywhere hand a take_in
'

test_expect_success 'push of many' '
	(cd w/a && git agent import >/dev/null 2>&1) && snapshot push && kill_everywhere push a send
'

test_expect_success 'export of many: files, the index, a branch' '
	(cd w/a && git agent sync push) >/dev/null && git -C w/b agent sync pull >/dev/null && snapshot export &&
	kill_everywhere export b write_out && reset_to export && kill_everywhere export b into_index &&
	reset_to export && kill_everywhere export b onto_branch
'

test_expect_success 'a commit carries many' '
	reset_to export && git -C w/b config agent.commitExport all && snapshot commit && kill_everywhere commit b commit_everything
'

test_expect_success 'pull that exports at once' '
	reset_to push && git -C w/a agent sync push >/dev/null && git -C w/b config agent.pullExport true &&
	snapshot pull && kill_everywhere pull b exchange
'

test_expect_success 'both edited many: pull, merge, push' '
	for s in $(stories); do sed "s/None\./Ours./" "w/b/$STORIES/INFRA-$s-story.md" >text && cat text >"w/b/$STORIES/INFRA-$s-story.md" || return 1; done &&
	git -C w/b agent import >/dev/null 2>&1 && snapshot merge && kill_everywhere merge b exchange
'

test_expect_success 'one box, another id, a deleted one back' '
	kill_everywhere edit a tick && kill_everywhere edit a move &&
	reset_to edit && git -C w/a agent rm INFRA-003 >/dev/null && snapshot gone && kill_everywhere gone a back
'

# What was done, and what was undone, is told by the operations.
with_log () {
	dump "$1" && sqlite3 "w/$1/.git/agent/agent.db" "
		SELECT 'operation', o.id, o.command, o.undoes, a.path, s.after = a.head FROM operation o
		  JOIN operation_step s ON s.operation = o.id JOIN artifact a USING (uid) ORDER BY 2, 5"
}

test_expect_success 'an operation on many is undone, and done again' '
	reset_to edit && (cd w/a && for s in $(stories); do artifact "$s" "From elsewhere" >"../$s.md" || return 1; done &&
		git agent import-story ../1*.md && git agent sync push) >/dev/null 2>&1 &&
	snapshot done && see=with_log && kill_everywhere done a take_back &&
	! ls w/a/$STORIES/INFRA-100* && snapshot undone && kill_everywhere undone a again &&
	ls w/a/$STORIES/INFRA-100* && see=dump
'

test_expect_success 'a batch is there once, and all of it' '
	reset_to edit && git -C w/a agent new-story Seed --scope INFRA >/dev/null && rm w/a/.git/agent/new.lock &&
	git -C w/a config agent.autoPush never && cat >w/lines <<-\EOT &&
	set INFRA-001 -t "In a batch"
	state INFRA-001 OPEN
	check INFRA-001 2
	new-story Made --scope INFRA
	mv INFRA-002 --label INFRA-222
	rm INFRA-003
	EOT
	snapshot batch && see=with_log && kill_everywhere batch a bulk && see=dump
'

test_expect_success 'a conflict is resolved, by ours and by a text' '
	reset_to edit && artifact 001 "Theirs" | git -C w/a agent edit INFRA-001 --file - >/dev/null &&
	git -C w/a agent sync >/dev/null && artifact 001 "Ours" | git -C w/b agent edit INFRA-001 --file - >/dev/null &&
	test_expect_code 1 git -C w/b agent sync >/dev/null 2>&1 && snapshot resolve &&
	kill_everywhere resolve b take_ours && kill_everywhere resolve b take_text
'

test_expect_success 'points, by the step that was the last' '
	say_points && test $points -gt 50
'

test_done
