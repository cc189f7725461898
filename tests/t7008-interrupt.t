#!/bin/sh
test_description='a first push and a first clone of many artifacts, interrupted and run again

	INTERRUPT_ARTIFACTS=	how many artifacts (1500)'
. "$(dirname "$0")/lib/test-lib.sh"
. "$test_root/tests/lib/backend.sh"

# Each test is skipped, and counted, where the server is not installed.
missing=$(backend_missing "$test_root")
place=$GIT_AGENT_BUILD/backend-interrupt-$$
if test -z "$missing" && test -e "$GIT_AGENT_BUILD/libexec/git-agent/supabase.so"
then
	trap 'backend_code=$?; backend_stop "$test_root" "$place"; (exit $backend_code); die' EXIT
	backend_start "$test_root" "$place" || exit 1
	test_set_prereq SERVER
else
	echo "# scripts/bootstrap --server:$missing"
fi
URL=${GIT_AGENT_TEST_URL-} KEY=${GIT_AGENT_TEST_KEY-}
all=${INTERRUPT_ARTIFACTS:-1500}
GIT_AGENT_TOKEN=${GIT_AGENT_TEST_ADA-} GIT_AGENT_URL=$URL && export GIT_AGENT_TOKEN GIT_AGENT_URL

on_server() {
	psql -XAtq -v ON_ERROR_STOP=1 "$GIT_AGENT_TEST_DATABASE" -c "$1"
}

rows() {
	on_server "select count(*) from gitagent_private.artifact"
}

here() {
	sqlite3 -readonly "$1/.git/agent/agent.db" "SELECT
		(SELECT count(*) FROM artifact) + (SELECT count(*) FROM inbox)" 2>/dev/null || echo 0
}

# interrupted <when> <clone> <command>...: Ctrl-C once <when> answers a third of all or more. A command
# in the background would ignore it, so the one who waits is there, and stops with the command.
interrupted() {
	when=$1 clone=$2
	shift 2
	rm -f pid
	(
		while test ! -s pid || kill -0 "$(cat pid)" 2>/dev/null
		do
			if test -s pid && test "$(eval "$when")" -ge $((all / 3))
			then
				kill -INT "$(cat pid)"
				break
			fi
		done
	) &
	sh -c 'echo $$ >pid; cd "$1" && shift && exec "$@"' sh "$clone" "$@" >out 2>&1
	code=$?
	wait
	say "# $(eval "$when") of $all: exit code $code"
	test "$code" = 130
}

# shows <clone>: the server's list is that of the clone's files, and nothing waits.
shows() {
	git -C "$1" ls-files -s .agent/cache | sed "s/^[0-9]* \([0-9a-f]*\) 0	/\1 /" | sort >"$1.files" &&
	on_server "select oid || ' ' || path from gitagent_private.artifact where not deleted" |
		sort >server.files &&
	test_cmp "$1.files" server.files &&
	test "$(sqlite3 "$1/.git/agent/agent.db" "SELECT (SELECT count(*) FROM outbox) +
		(SELECT count(*) FROM inbox)")" = 0
}

test_expect_success SERVER 'a first push, interrupted' '
	git init -q a && LC_ALL=C awk -v n=$all -f "$test_root/tests/perf/tree.awk" |
		git -C a fast-import --quiet && git -C a reset -q --hard && git clone -q --bare a origin.git &&
	interrupted rows a git-agent sync init "$URL" --key "$KEY" --project big --create &&
	test "$(rows)" -lt $all
'

test_expect_success SERVER 'the same command sends what is left, each once, and says how far it is' '
	GIT_AGENT_PROGRESS=$TRASH/progress git -C a agent sync init "$URL" --key "$KEY" --project big &&
	git -C a agent sync && shows a && test "$(rows)" = $all &&
	test "$(on_server "select count(*) from gitagent_private.revision")" = $all &&
	grep "^Pushing [0-9]* [0-9]*$" progress
'

test_expect_success SERVER 'a first clone, interrupted' '
	git clone -q origin.git b && git -C b rm -rq .agent && git -C b commit -q -m none &&
	interrupted "here b" b git-agent sync init "$URL" --key "$KEY" --project big
'

test_expect_success SERVER 'the same command takes the rest' '
	git -C b agent sync init "$URL" --key "$KEY" --project big && git -C b agent sync &&
	test "$(here b)" = $all && git -C b agent export >written && git -C b add .agent && shows b
'

test_done
