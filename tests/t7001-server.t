#!/bin/sh
# The server: real PostgreSQL and PostgREST on loopback, with a substitute for Auth and the gateway
# (the versions are printed). Several TAP streams, one after the other.
#
#	SERVER_TESTS='lint security'   only these parts
#	GIT_AGENT_NATIVE=1             the Supabase CLI's own stack in its containers, too
#	WRITERS_SECONDS=20 WRITERS_SEED= COST_ROUNDS=7 SCALE_SIZES='1000 10000'
cd "$(dirname "$0")/.." || exit 2
build=${GIT_AGENT_BUILD:-build}
part=${SERVER_TESTS:-kinds text results calls purge rules lint conformance members admin older security roles writers cost scale leftovers native}
place=$PWD/build/backend-$$

. tests/lib/backend.sh
missing=$(backend_missing .)
if test -n "$missing"
then
	# One skipped test for each part, so that the count says how much was not run.
	n=0
	for name in $part
	do
		n=$((n + 1))
		echo "ok $n - $name # SKIP scripts/bootstrap --server:$missing"
	done
	echo "1..$n"
	exit 0
fi

status=0
trap 'backend_stop . "$place"' EXIT
trap 'exit 1' HUP INT TERM
if ! backend_start . "$place"
then
	echo "Bail out! the backend does not start"
	exit 1
fi

one() {
	if test "$2" = 0
	then
		printf 'ok 1 - %s\n1..1\n' "$1"
	else
		printf 'not ok 1 - %s\n1..1\n' "$1"
		status=1
	fi
}

pgtap() {
	# A file that breaks off has no result for the rest of its plan.
	psql -XAtq "$GIT_AGENT_TEST_DATABASE" -f "$1" 2>&1 | grep -E '^(1\.\.|ok|not ok|#|psql:|ERROR)'
}

for name in $part
do
	echo "# --- $name"
	case $name in
	kinds)
		"$build/tests/server/kinds-sql" | diff - supabase/migrations/*_kinds.sql >&2
		one "the migration has the rules of the program" $?
		psql -XAtq -v ON_ERROR_STOP=1 -v document="$("$build/tests/server/kinds-sql" --document)" \
			-v user="$GIT_AGENT_TEST_ADA_ID" -f tests/server/document.sql \
			"$GIT_AGENT_TEST_DATABASE" || status=1 ;;
	text)
		node tests/server/text.mjs "$build/tests/server/read-text" || status=1 ;;
	results | calls | purge | rules | lint)
		pgtap "supabase/tests/$name.test.sql" ;;
	conformance)
		node tests/server/conformance.mjs "$build/tests/unit" || status=1 ;;
	older)
		node tests/server/older.mjs "$build/tests/server/kinds-sql" || status=1 ;;
	members | admin | security | roles | writers | cost | scale)
		node "tests/server/$name.mjs" || status=1 ;;
	leftovers)
		pids=$(cat "$place"/*.pid "$place/pg/data/postmaster.pid" 2>/dev/null | grep -E '^[0-9]+$' | head -n 3)
		scripts/test-backend stop --dir "$place"
		left=
		for pid in $pids
		do
			test ! -d "/proc/$pid" || grep -q '^State:.Z' "/proc/$pid/status" || left="$left $pid"
		done
		test -z "$left" && test ! -e "$place"
		one "stop leaves no process and no file$left" $? ;;
	native)
		echo "# not run: a hosted Supabase project"
		why="GIT_AGENT_NATIVE=1 asks for it" code=77
		if test -n "${GIT_AGENT_NATIVE-}"
		then
			scripts/test-backend --native >&2
			code=$?
			why="the Supabase CLI or a container engine is missing"
		fi
		if test $code = 77
		then
			printf "ok 1 - the Supabase CLI's own stack # SKIP %s\n1..1\n" "$why"
		else
			one "the Supabase CLI's own stack" $code
		fi ;;
	esac
done
exit $status
