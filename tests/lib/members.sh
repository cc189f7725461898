# shellcheck shell=sh disable=SC2015
# Two members of a project on a real server, ada and bob, each with a home and a clone of his own.
# Sourced after test-lib.sh, team.sh and backend.sh.

# members_server <name>: starts a server in a directory of its own and stops it at the end; each
# SERVER test is skipped, and counted, where none is installed.
members_server() {
	members_missing=$(backend_missing "$test_root")
	members_place=$GIT_AGENT_BUILD/backend-$1-$$
	if test -z "$members_missing" && test -e "$GIT_AGENT_BUILD/libexec/git-agent/supabase.so"
	then
		trap 'backend_code=$?; backend_stop "$test_root" "$members_place"; (exit $backend_code); die' EXIT
		backend_start "$test_root" "$members_place" || exit 1
		test_set_prereq SERVER
	else
		echo "# scripts/bootstrap --server:$members_missing"
	fi
	URL=${GIT_AGENT_TEST_URL-} KEY=${GIT_AGENT_TEST_KEY-}
}

# as <who> <command>...: in a home of his own, in his clone where there is one.
as() {
	(
		HOME=$TRASH/home-$1 GIT_CONFIG_GLOBAL=$TRASH/home-$1/.gitconfig
		GIT_AUTHOR_NAME=$1 GIT_AUTHOR_EMAIL=$1@example.org
		GIT_COMMITTER_NAME=$1 GIT_COMMITTER_EMAIL=$1@example.org
		export HOME GIT_CONFIG_GLOBAL GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL GIT_COMMITTER_NAME \
			GIT_COMMITTER_EMAIL
		if test -d "$1"
		then
			cd "$1" || exit
		fi
		shift
		"$@"
	)
}

home() {
	mkdir -p "home-$1" && as "$1" git config --global credential.helper store &&
		as "$1" git config --global protocol.file.allow always &&
		as "$1" git config --global init.defaultBranch main
}

login() {
	echo "$1-password" |
		as "$1" git agent login --password-stdin --url "$URL" --key "$KEY" "$1@example.org"
}

psql_() {
	psql -XAtq -v ON_ERROR_STOP=1 "$GIT_AGENT_TEST_DATABASE" -c "$1"
}

# edit <who> <text>: of the notes.
edit() {
	as "$1" git agent set INFRA-042 --section Notes --text "$2" >/dev/null
}

# Nothing waits any more, nothing lies about.
at_rest() {
	db=$1/.git/agent/agent.db
	test "$(sqlite3 "$db" "SELECT (SELECT count(*) FROM outbox) + (SELECT count(*) FROM inbox) +
		(SELECT count(*) FROM pending)")" = 0 &&
	find "$1" -name "*.agent-tmp-*" -o -name "*.lock" ! -name new.lock >leavings && test_must_be_empty leavings &&
	test "$(sqlite3 "$db" "PRAGMA integrity_check")" = ok
}

# Both clones show what the server has, once, and its log has no gap.
same() {
	for who in bob ada bob
	do
		as $who git agent sync >/dev/null || return 1
	done &&
	for who in ada bob
	do
		at_rest $who && sqlite3 $who/.git/agent/agent.db "SELECT label || '|' || path || '|' || oid
			FROM artifact WHERE deleted = 0" >$who.list || return 1
	done &&
	psql_ "select label, path, oid from gitagent_private.artifact where not deleted" >server.list &&
	sort ada.list >ada.all && sort bob.list >bob.all && sort server.list >server.all &&
	test_cmp ada.all bob.all && test_cmp server.all ada.all &&
	test "$(psql_ "select count(*) from gitagent_private.artifact a where version <>
		(select count(*) from gitagent_private.revision r where r.uid = a.uid and
			r.project_id = a.project_id)")" = 0
}

# They push when they are told to.
two_members() {
	team_origin && home ada && home bob && login ada && login bob &&
	git clone -q origin.git ada && git clone -q origin.git bob &&
	as ada git agent sync init "$URL" --key "$KEY" --project team --create &&
	as ada git agent member add bob@example.org &&
	as bob git agent sync init "$URL" --key "$KEY" --project team &&
	as bob git config agent.autoPush never && as ada git config agent.autoPush never && same
}
