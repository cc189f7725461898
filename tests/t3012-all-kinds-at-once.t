#!/bin/sh
# shellcheck disable=SC2015,SC2030,SC2031
test_description='every kind of process at once, in one clone, its second work tree and a teammate

Edits by commands and by hand, commits with hooks, pulls, pushes, a switch of branches, exports,
watchers and readers, each as fast as it can. What was acknowledged is there once, nobody waits for
ever, and nobody is told anything that he could not act on.

	CROWD_SECONDS=	how long (8)'
. "$(dirname "$0")/lib/test-lib.sh"
. "$test_root/tests/lib/team.sh"

if ! test_have_prereq LIBGIT2 || ! command -v sqlite3 >/dev/null
then
	skip_all='libgit2 or sqlite3 is missing'
	test_done
fi
seconds=${CROWD_SECONDS:-8}

story() {
	echo ".agent/cache/stories/INFRA/INFRA-$1-own.md"
}

# loop <kind> <directory> <command>...: until time is up. $i counts; what was done goes to <kind>.done.
loop() {
	kind=$1 dir=$2
	shift 2
	(
		cd "$dir" || exit 1
		i=0
		while test "$(date +%s)" -lt "$deadline"
		do
			i=$((i + 1))
			"$@" >>"$TRASH/$kind.out" 2>>"$TRASH/$kind.err"
			code=$?
			case $code in
			0) echo $i >>"$TRASH/$kind.done" ;;
			1 | 75) ;;	# a conflict, or somebody was faster: says so, and is tried again
			*) echo "$kind $i: exit code $code" >>"$TRASH/failed" ;;
			esac
		done
	) &
	pids="${pids-} $!"
}

# Sections of their own: what is edited at once never contradicts.
edit() {
	git agent set "INFRA-$1" --section Notes --text "edit $i of $1."
}
by_hand() {
	echo "- by hand, $i" >>"$(story 103)" && sleep 0.05
}
# git itself does not stand a switch and a commit at once in one work tree: the switch puts the
# commit's files back, and HEAD stays.
one_git() {
	flock "$TRASH/one-git.${PWD##*/}" git "$@"
}
commit() {
	if one_git commit -q -a -m "commit $i"
	then
		sleep 0.1
	else
		sleep 0.05
		return 1	# nothing to commit, or another git was at it
	fi
}
switch() {
	one_git switch -q "side$((i % 2))" || return 1	# the work tree has edits, or another git is at it
	sleep 0.2
}
create() {
	git agent new-story "Made $i" --scope WEB && sleep 0.3
}
watch_a_while() {
	timeout -s INT 2 "$GIT_AGENT_BUILD/git-agent" sync watch "$@"
	code=$?
	test $code = 124 || test $code = 130 || return $code
}
status() {
	git agent status
}
list() {
	git agent list && git agent search edit && git agent log INFRA-101
}
resolve_none() {
	git agent sync status
}

test_expect_success 'two clones and a second work tree' '
	git init -q --bare origin.git && git clone -q origin.git mix 2>/dev/null &&
	(
		cd mix &&
		for s in 101 102 103 104 105
		do
			team_story "$(story $s)" "Own $s" || return 1
		done &&
		test_commit_all stories && git push -q origin main &&
		git agent sync init "file:$TRASH/remote.db" && git config agent.autoPush never &&
		git branch side0 && git branch side1 &&
		git worktree add -q ../tree side0
	) &&
	git clone -q origin.git mate &&
	(
		cd mate && git agent sync init "file:$TRASH/remote.db" && git config agent.autoPush never
	) &&
	git -C mix agent sync && git -C mate agent sync
'

test_expect_success 'all at once' '
	deadline=$(($(date +%s) + seconds)) && : >failed &&
	loop edit-101 mix edit 101 && loop edit-102 mix edit 102 &&
	loop hand mix by_hand && loop edit-104 tree edit 104 &&
	loop edit-105 mate edit 105 && loop mate-sync mate git agent sync &&
	loop commit mix commit && loop commit-tree tree commit &&
	loop switch tree switch && loop create mix create &&
	loop pull mix git agent sync pull && loop push mix git agent sync push &&
	loop sync tree git agent sync &&
	loop export mix git agent export --all && loop import mix git agent import &&
	loop watch mix watch_a_while && loop watch-pull tree watch_a_while --pull &&
	loop status mix status && loop list tree list && loop sync-status mix resolve_none &&
	for pid in $pids
	do
		wait "$pid" || return 1
	done &&
	test_must_be_empty failed
'

# What every kind did: none was starved.
test_expect_success 'each kind had its turns' '
	for kind in edit-101 edit-102 hand edit-104 edit-105 mate-sync commit commit-tree switch create pull \
		push sync export import watch watch-pull status list sync-status
	do
		say "# $kind: $(wc -l <$kind.done)" && test "$(wc -l <$kind.done)" -ge 2 || {
			cat $kind.err
			return 1
		}
	done
'

# Messages about what somebody else was doing that moment, each with what to do, or done by itself.
test_expect_success 'nothing was said that nobody could act on' '
	cat ./*.err | grep -v -e "^hint: " -e "index\.lock" -e "cannot lock ref" -e "^Another git process" \
		-e "^an editor opened" -e "^are terminated then try" -e "^may have crashed" \
		-e "^remove the file manually" -e "^$" -e "git agent: staged " -e "commit again: it looked" |
		sort | sed "s/[0-9][0-9]*/N/g" | uniq -c | sort -rn >said &&
	cat said && grep -i -e "database is locked" -e corrupt -e "workspace" -e "cannot read" said >bad || : &&
	test_must_be_empty bad
'

texts() {
	sqlite3 "$1/.git/agent/agent.db" "SELECT count(DISTINCT r.oid) FROM revision r JOIN blob b ON b.oid = r.oid
		WHERE CAST(b.bytes AS TEXT) LIKE '%edit % of $2.%'"
}

test_expect_success 'all that was acknowledged is there, once, and the clones are one' '
	for round in 1 2 3
	do
		git -C mix agent sync && git -C mate agent sync || return 1
	done &&
	for who in 101:mix 102:mix 104:mix 105:mate
	do
		n=${who%:*} clone=${who#*:} && git -C $clone agent show --raw "INFRA-$n" >text &&
		last=$(tail -n 1 edit-$n.done) && grep "^edit $last of $n\.$" text &&
		test "$(texts $clone $n)" = "$(wc -l <edit-$n.done)" || {
			echo "$n: $(texts $clone $n) texts of $(wc -l <edit-$n.done) edits"
			return 1
		}
	done &&
	git -C mix agent show --raw INFRA-103 | grep "^- by hand" >hands &&
	sed "s/^/- by hand, /" hand.done >expect && test_cmp expect hands &&
	git -C mix agent list | grep -c "Made" >made && test "$(cat made)" = "$(wc -l <create.done)" &&
	for db in mix/.git/agent/agent.db mate/.git/agent/agent.db
	do
		sqlite3 $db "SELECT label, path, oid FROM artifact WHERE deleted = 0 ORDER BY 1, 2" >${db%%/*}.all &&
		test "$(sqlite3 $db "PRAGMA integrity_check")" = ok &&
		test "$(sqlite3 $db "SELECT (SELECT count(*) FROM conflict) + (SELECT count(*) FROM outbox)
			+ (SELECT count(*) FROM inbox) + (SELECT count(*) FROM pending)")" = 0 || return 1
	done &&
	test_cmp mix.all mate.all && git -C mix agent doctor && git -C mix fsck --strict &&
	find mix tree mate -name "*.agent-tmp-*" -o -name "*.lock" ! -name new.lock >leavings &&
	test_must_be_empty leavings
'

test_done
