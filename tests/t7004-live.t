#!/bin/sh
test_description='the server and what is live: claims, watch, the audit, purge'
. "$(dirname "$0")/lib/test-lib.sh"
. "$test_root/tests/lib/team.sh"
. "$test_root/tests/lib/backend.sh"

# Each test is skipped, and counted, where the server is not installed.
missing=$(backend_missing "$test_root")
place=$GIT_AGENT_BUILD/backend-live-$$
watcher=
leave() {
	leave_code=$?
	test -z "$watcher" || kill "$watcher" 2>/dev/null
	backend_stop "$test_root" "$place"
	return "$leave_code"
}
if test -z "$missing" && test -e "$GIT_AGENT_BUILD/libexec/git-agent/supabase.so"
then
	trap 'leave; die' EXIT
	backend_start "$test_root" "$place" || exit 1
	test_set_prereq SERVER
	export GIT_AGENT_URL="$GIT_AGENT_TEST_URL" GIT_AGENT_KEY="$GIT_AGENT_TEST_KEY"
else
	echo "# scripts/bootstrap --server:$missing"
fi

# as <who> <command>...: with his token, in his clone.
as() {
	(
		case $1 in
		ada) GIT_AGENT_TOKEN=$GIT_AGENT_TEST_ADA ;;
		bob) GIT_AGENT_TOKEN=$GIT_AGENT_TEST_BOB ;;
		esac
		export GIT_AGENT_TOKEN
		unset GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL
		cd "$1" && shift && "$@"
	)
}

# until_grep <pattern> <file>: a minute for a machine that does other things, too.
until_grep() {
	for until_try in $(seq 600)
	do
		grep "$1" "$2" && return 0
		sleep 0.1
	done
	echo "never came: $1" >&2
	cat "$2" >&2
	return 1
}

test_expect_success SERVER 'a team of two' '
	team_origin &&
	for who in ada bob
	do
		git clone -q origin.git $who &&
		git -C $who config user.name $who &&
		git -C $who config user.email $who@example.org || return 1
	done &&
	as ada git agent sync init "$GIT_AGENT_URL" --project live --create &&
	as ada git agent member add bob@example.org &&
	as bob git agent sync init "$GIT_AGENT_URL" --project live
'

test_expect_success SERVER 'a claim is seen by the other one' '
	as ada git agent claim --minutes 30 INFRA-042 >out &&
	test_grep "^INFRA-042: claimed until" out &&
	as bob git agent claim >out &&
	test_grep "^INFRA-042  ada  until" out &&
	as bob git agent sync status >out &&
	test_grep "INFRA-042  ada  until" out &&
	as bob git agent set INFRA-042 --section Notes --text "By bob." 2>err &&
	test_grep "^warning: ada is editing INFRA-042" err &&
	as ada git agent release INFRA-042 &&
	as bob git agent claim >out &&
	test_must_be_empty out &&
	as bob git agent sync
'

test_expect_success SERVER 'watch prints the push of another clone' '
	: >out && : >err &&
	(cd bob && GIT_AGENT_TOKEN=$GIT_AGENT_TEST_BOB exec "$GIT_AGENT_BUILD/git-agent" sync watch \
		>>"$TRASH/out" 2>>"$TRASH/err") &
	watcher=$! &&
	until_grep "^watching $GIT_AGENT_URL" err &&
	as ada git agent sync &&
	as ada git agent check INFRA-042 1 &&
	as ada git agent sync &&
	until_grep "ada  INFRA-042  checked 1 of 2" out
'

test_expect_success SERVER '--once with a server out of reach: exit code 3' '
	(
		GIT_AGENT_URL=http://127.0.0.1:1 &&
		test_expect_code 3 as bob git -c agent.remote=http://127.0.0.1:1 agent sync watch --once 2>err
	) &&
	test_grep "^error: " err
'

test_expect_success SERVER 'the audit holds, and counts' '
	as bob git agent sync &&
	as bob git agent sync verify-audit >out &&
	test_grep "^[0-9]* revisions, 0 purged: the chain holds" out
'

test_expect_success SERVER 'purge erases a deleted artifact, for admins alone; the audit still holds' '
	test_says 2 "error: '\''INFRA-043'\'' is not deleted" as ada git agent sync purge INFRA-043 &&
	as ada git agent rm INFRA-043 && as ada git agent sync && as bob git agent sync &&
	test_expect_code 2 as bob git agent sync purge INFRA-043 &&
	as ada git agent sync purge --json INFRA-043 >out &&
	test_grep "{\"id\":\"INFRA-043\",\"uid\":\"[0-9a-f-]*\",\"texts\":1,\"revisions\":2}" out &&
	test_schema sync-purge "$PWD/out" &&
	as ada git agent sync purge INFRA-043 >out &&
	test_grep "^INFRA-043: purged at the server: 0 texts, " out &&
	as bob git agent sync verify-audit --json >out && test_schema sync-verify-audit out &&
	test_grep "\"ok\":true,\"revisions\":[0-9]*,\"purged\":2,\"hash\":\"[0-9a-f]*\",\"why\":null" out
'

test_expect_success SERVER 'another chain than the one that was pulled is named' '
	cursor=$(sqlite3 bob/.git/agent/agent.db "SELECT value FROM meta WHERE key = '\''cursor_hash'\''") &&
	other=$(echo "$cursor" | tr 0123 1230) &&
	sqlite3 bob/.git/agent/agent.db "UPDATE meta SET value = '\''$other'\'' WHERE key = '\''cursor_hash'\''" &&
	test_expect_code 2 as bob git agent sync verify-audit 2>err &&
	test_grep "not the one that this clone has pulled from (history_diverged)" err &&
	sqlite3 bob/.git/agent/agent.db "UPDATE meta SET value = '\''$cursor'\'' WHERE key = '\''cursor_hash'\''" &&
	as bob git agent sync verify-audit
'

test_expect_success SERVER 'a revision that was changed past the rules is found' '
	psql -XAtq -v ON_ERROR_STOP=1 "$GIT_AGENT_TEST_DATABASE" -c "
		alter table gitagent_private.revision disable trigger user;
		update gitagent_private.revision set state_to = '\''APPROVED'\'' where rev = 2;
		alter table gitagent_private.revision enable trigger user" &&
	test_expect_code 2 as bob git agent sync verify-audit >out 2>err &&
	test_grep "^error: the ledger of the server is broken at revision 2 (chain)" err &&
	test_expect_code 2 as bob git agent sync verify-audit --json >out &&
	test_grep "\"ok\":false" out
'

test_expect_success 'a remote that is a file has no audit, and says so' '
	test -e origin.git || team_origin &&
	mkdir shared &&
	team_clone file file:../shared/team.db &&
	test_expect_code 2 git -C file agent sync verify-audit 2>err &&
	test_grep "is a file, and has no audit" err &&
	test_expect_code 2 git -C file agent sync purge INFRA-042
'

test_done
