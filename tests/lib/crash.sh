# shellcheck shell=sh disable=SC2015
# A small world that crashes are tried on, and what is looked at afterwards. Sourced after
# test-lib.sh.

# Time stands still, so that an undisturbed and a resumed run make the same revisions.
GIT_AGENT_NOW=1700000000
GIT_AUTHOR_DATE='1700000000 +0000'
GIT_COMMITTER_DATE='1700000000 +0000'
export GIT_AGENT_NOW GIT_AUTHOR_DATE GIT_COMMITTER_DATE

STORIES=.agent/cache/stories/INFRA
ONE=$STORIES/INFRA-001-first.md

artifact () {
	printf '# INFRA-%s: %s\n\n## State\n\nDRAFT\n\n## Problem Statement\n\nAs it is.\n\n' "$1" "$2"
	printf '## Acceptance Criteria\n\n- [ ] one\n- [ ] two\n\n## Notes\n\nNone.\n'
}

# Two clones, a remote, everything in step. w/ is worked in, snap.<name> is what a scenario begins with.
build_world () {
	mkdir w &&
	git init -q --bare w/origin.git &&
	git init -q w/a &&
	(
		cd w/a &&
		mkdir -p $STORIES &&
		artifact 001 First >$ONE &&
		artifact 002 Second >$STORIES/INFRA-002-second.md &&
		artifact 003 Third >$STORIES/INFRA-003-third.md &&
		git add -A && git commit -qm first &&
		git remote add origin ../origin.git && git push -q -u origin HEAD:main
	) &&
	git clone -q w/origin.git w/b &&
	git -C w/a agent sync init "file:$TRASH/w/remote.db" >/dev/null &&
	git -C w/b agent sync init "file:$TRASH/w/remote.db" >/dev/null
}

snapshot () {
	rm -rf "snap.$1" && cp -a w "snap.$1"
}

reset_to () {
	rm -rf w && cp -a "snap.$1" w
}

# Everything that a user could see of clone $1 and of the remote; ids, which are drawn by chance where something
# is created, are replaced by paths.
dump () {
	sqlite3 "w/$1/.git/agent/agent.db" "
		SELECT 'artifact', label, path, state, oid, deleted, approval FROM artifact ORDER BY path;
		SELECT 'revision', a.path, r.oid, r.how, (SELECT count(*) FROM revision_parent p WHERE p.child = r.seq)
		  FROM revision r JOIN artifact a USING (uid) ORDER BY 2, 3, 4, 5;
		SELECT 'base', a.path, b.version, b.rev, b.oid, b.revision = a.head FROM base b JOIN artifact a USING (uid)
		  ORDER BY 2;
		SELECT 'conflict', a.path, c.theirs FROM conflict c JOIN artifact a USING (uid) ORDER BY 2;
		SELECT 'refusal', uid, status FROM refusal ORDER BY uid;
		SELECT 'pending', path FROM pending;
		SELECT 'outbox', uid FROM outbox;
		SELECT 'inbox', rev FROM inbox;
		SELECT 'alias', label, kind FROM alias;
		SELECT 'mine', a.path, m.rev = a.head FROM mine m JOIN artifact a USING (uid) ORDER BY 2;
		SELECT 'approval', a.path, p.state, p.normative, p.rev FROM approval p JOIN artifact a USING (uid)
		  ORDER BY 2, 3;" &&
	sqlite3 w/remote.db "
		SELECT 'remote', path, version, rev, oid, state, approval_state FROM artifact ORDER BY path;
		SELECT 'log', rev, version FROM revision ORDER BY rev;
		SELECT 'lineage', path, oid, how FROM lineage ORDER BY 2, 3, 4;" &&
	(cd "w/$1" && find .agent -path .agent/approvals -prune -o -type f -exec git hash-object --no-filters {} + -print | sort &&
	 test ! -d .agent/approvals || find .agent/approvals -type f -exec cut -d" " -f1,2,4 {} + -print | sort) &&
	git -C "w/$1" status --porcelain &&
	git -C "w/$1" log --format=%T -3
}

# As the first version left it.
for_migration () {
	sqlite3 "$1" "DROP INDEX artifact_dirty; DROP TABLE operation_step; DROP TABLE operation;
		DROP TABLE approval; PRAGMA user_version = 1" >/dev/null
}

no_leavings () {
	find w -name '*.agent-tmp-*' -o -name '*.lock' -o -name '*.before-v*' >leavings &&
	test_must_be_empty leavings
}

# --- killed at every durable step -----------------------------------------------------------

# Every KILL_STEP-th point only: for a quick run.
step=${KILL_STEP:-1}
points=0
power=$GIT_AGENT_BUILD/tests/power

# The recorder without a log only spares the disk, which a killed process does not need.
spared () {
	case $(ldd "$GIT_AGENT_BUILD/git-agent") in
	*libasan*) ;;
	*) test ! -f "$power/record.so" || { LD_PRELOAD=$power/record.so && export LD_PRELOAD; } ;;
	esac
	"$@"
}

# What has to come out alike, of clone $1: a function of the scenario's own, or all of the above.
see=dump

# As it was before, then a kill at point $n, then the same command again.
killed_at () {
	reset_to "$name" &&
	(GIT_AGENT_FAULT=$n && export GIT_AGENT_FAULT && cd "w/$clone" && spared "$run") >out 2>&1
	(cd "w/$clone" && spared "$run") >out 2>&1 || {
		echo "$name: killed at point $n, $(sed -n "s/^$n //p" log), then:"
		cat out
		return 1
	}
	$see "$clone" >actual && test_cmp expect actual && no_leavings || {
		echo "$name: differs after a kill at point $n: $(sed -n "s/^$n //p" log)"
		return 1
	}
	sed -n "s/^$n //p" log | tail -n 1 >>killed
}

# kill_everywhere <name> <clone> <shell function>: runs it undisturbed, then killed at each point and resumed
# by running it again; both must end alike.
kill_everywhere () {
	name=$1 clone=$2 run=$3
	reset_to "$name" && rm -f log &&
	(GIT_AGENT_FAULT_LOG=$TRASH/log && export GIT_AGENT_FAULT_LOG && cd "w/$clone" && spared "$run") >out 2>&1 || {
		cat out
		return 1
	}
	$see "$clone" >expect && no_leavings || return 1
	(cd "w/$clone" && spared "$run") >out 2>&1 || {
		cat out
		return 1
	}
	$see "$clone" >actual && test_cmp expect actual || return 1
	last=$(sed 's/ .*//' log | sort -n | tail -n 1)
	n=1 hit=0
	while test $n -le "${last:-0}"
	do
		killed_at || return 1
		n=$((n + step)) hit=$((hit + 1))
	done
	points=$((points + hit))
	say "# $name: $hit of ${last:-0} points"
}

# How often each named step was the last thing that happened.
say_points () {
	say "# $points points in all" &&
	sort killed | uniq -c | sort -rn | while read -r count what
	do
		say "#   $count $what"
	done
}
