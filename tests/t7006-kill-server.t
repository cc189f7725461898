#!/bin/sh
# shellcheck disable=SC2015
test_description='kill -9 at every durable step of what talks to the server, and the same command again

	KILL_STEP=	every n-th point only (5)'
. "$(dirname "$0")/lib/test-lib.sh"
. "$test_root/tests/lib/team.sh"
. "$test_root/tests/lib/backend.sh"
. "$test_root/tests/lib/members.sh"

members_server kill
step=${KILL_STEP:-5}
points=0

# kill_everywhere <name>: killed at point n and run again, for each n, until a run is not killed.
# ready_<name> <n> makes it ready, run_<name> is the command, holds_<name> <n> what has to hold.
kill_everywhere() {
	name=$1 n=1 hit=0
	while :
	do
		ready_"$name" "$n" && rm -f last || return 1
		(
			GIT_AGENT_FAULT=$n GIT_AGENT_FAULT_LOG=$TRASH/last
			export GIT_AGENT_FAULT GIT_AGENT_FAULT_LOG
			run_"$name"
		) >out 2>&1
		code=$?
		run_"$name" >out 2>&1 && holds_"$name" "$n" >>out 2>&1 || {
			echo "$name: killed at point $n, $(sed -n "s/^$n //p" last), then:"
			cat out
			return 1
		}
		grep -q "^$n " last || break
		sed -n "s/^$n //p" last | tail -n 1 >>killed
		n=$((n + step)) hit=$((hit + 1))
	done &&
	points=$((points + hit)) &&
	say "# $name: $hit points" &&
	test "$hit" -gt 0 && test "$code" = 0
}

test_expect_success SERVER 'two members of a project' 'two_members'

ready_push() { edit bob "Push $1."; }
run_push() { as bob git agent sync push; }
holds_push() { same && as ada git agent show INFRA-042 | grep "^Push $1\.$"; }
test_expect_success SERVER 'push' '
	kill_everywhere push
'

ready_pull() { edit ada "Pull $1." && as ada git agent sync push; }
run_pull() { as bob git agent sync pull; }
holds_pull() { as bob git agent show INFRA-042 | grep "^Pull $1\.$" && same; }
test_expect_success SERVER 'pull' '
	kill_everywhere pull
'

ready_merge() {
	edit ada "Merge $1." && as ada git agent sync push &&
	as bob git agent set INFRA-042 --section "Problem Statement" --text "Problem $1."
}
run_merge() { as bob git agent sync; }
holds_merge() {
	same && as ada git agent show INFRA-042 >text && grep "^Merge $1\.$" text &&
	grep "^Problem $1\.$" text
}
test_expect_success SERVER 'both edited: pull, merge, push' '
	kill_everywhere merge
'

ready_resolve() {
	edit ada "Theirs $1." && as ada git agent sync push && edit bob "Ours $1." &&
	test_expect_code 1 as bob git agent sync
}
run_resolve() {
	if as bob git agent sync status --offline --porcelain | grep -q "^U"
	then
		as bob git agent sync resolve INFRA-042 --ours || return
	fi
	as bob git agent sync
}
holds_resolve() { same && as ada git agent show INFRA-042 | grep "^Ours $1\.$"; }
test_expect_success SERVER 'a conflict is resolved, and sent' '
	kill_everywhere resolve
'

# Whose command was cut off does not know the number: a story too many is the most that may happen.
ready_lease() {
	: >numbers && as bob git agent list >before
}
run_lease() { as bob git agent new-story "Leased $n" --scope INFRA; }
holds_lease() {
	same && as ada git agent list >after && test "$(grep -c "Leased $1\$" after)" -ge 1 &&
	test "$(grep -c "Leased $1\$" after)" -le 2 &&
	test "$(cut -d"|" -f1 server.list | sort | uniq -d | grep -vc "INFRA-042")" = 0
}
test_expect_success SERVER 'a new story, its number from the server' '
	as bob git config agent.autoPush always && kill_everywhere lease &&
	as bob git config agent.autoPush never
'

ready_refresh() {
	sed -i "s/git-agent-1%3a[0-9]*/git-agent-1%3a1/" home-bob/.git-credentials && edit bob "Refresh $1."
}
run_refresh() { as bob git agent sync; }
holds_refresh() {
	same && as ada git agent show INFRA-042 | grep "^Refresh $1\.$" &&
	test "$(grep -c git-agent-1 home-bob/.git-credentials)" = 1
}
test_expect_success SERVER 'a token that has expired is refreshed in the middle of a push' '
	kill_everywhere refresh
'

ready_login() { rm -f home-bob/.git-credentials; }
run_login() { login bob; }
holds_login() {
	test "$(grep -c git-agent-1 home-bob/.git-credentials)" = 1 && as bob git agent sync
}
test_expect_success SERVER 'login, and the helper that keeps it' '
	kill_everywhere login
'

ready_init() {
	rm -rf carl && git clone -q origin.git carl
}
run_init() {
	(cd carl && HOME=$TRASH/home-bob GIT_CONFIG_GLOBAL=$TRASH/home-bob/.gitconfig &&
		export HOME GIT_CONFIG_GLOBAL && git agent sync init "$URL" --key "$KEY" --project team)
}
holds_init() {
	at_rest carl && sqlite3 carl/.git/agent/agent.db "SELECT label || '|' || path || '|' || oid
		FROM artifact WHERE deleted = 0" | sort >carl.all && test_cmp server.all carl.all && git -C carl diff --quiet
}
test_expect_success SERVER 'sync init in a clone that is new' '
	same && kill_everywhere init
'

ready_rebuild() { edit bob "Rebuild $1." && as bob git agent sync; }
run_rebuild() {
	as bob git agent rebuild --force && rm -rf bob/.git/agent/*.kept-*
}
holds_rebuild() { same && as bob git agent show INFRA-042 | grep "^Rebuild $1\.$"; }
test_expect_success SERVER 'rebuild' '
	kill_everywhere rebuild
'

ready_pages() { rm -rf bob && cp -a bob-before bob; }
run_pages() { as bob git agent sync pull; }
holds_pages() {
	at_rest bob && test "$(sqlite3 bob/.git/agent/agent.db \
		"SELECT count(*) FROM artifact WHERE title LIKE 'Page %'")" = 650
}
test_expect_success SERVER 'pull of more than three pages' '
	as bob git agent export --all && same && cp -a bob bob-before &&
	for i in $(test_seq 2000 2649)
	do
		team_story "ada/.agent/cache/stories/INFRA/INFRA-$i-page.md" "Page $i" || return 1
	done &&
	as ada git agent import 2>/dev/null && as ada git agent sync push && kill_everywhere pages &&
	same
'

test_expect_success SERVER 'points, by the step that was the last' '
	say "# $points points in all" &&
	sort killed | uniq -c | sort -rn | while read -r count what
	do
		say "#   $count $what"
	done &&
	test $points -gt 60
'

test_done
