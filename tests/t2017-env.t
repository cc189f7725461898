#!/bin/sh
test_description='env: what a report of a bug needs, and no secret'
. "$(dirname "$0")/lib/test-lib.sh"
. "$test_root/tests/lib/team.sh"

if ! test_have_prereq LIBGIT2
then
	skip_all='libgit2 is missing'
	test_done
fi

# json <path>
json() {
	git agent env --json >../json && sqlite3 :memory: "select json_extract(readfile('$TRASH/json'), '\$.data.$1')"
}
# of <list> <name>
of() {
	git agent env --json >../json &&
	sqlite3 :memory: "select json_extract(value, '\$.value') from json_each(readfile('$TRASH/json'), '\$.data.$1') where json_extract(value, '\$.name') = '$2'"
}

test_expect_success 'outside a repository' '
	mkdir none && cd none && git agent env >../out && test_grep "^    git_agent: [0-9]" ../out &&
	test_grep "^    git: git version [0-9]" ../out && test_grep "^    sqlite3: [0-9]" ../out &&
	test_grep "^    problem: not a git repository" ../out && ! grep "^workspace" ../out
'

test_expect_success 'in a clone: what is there is counted' '
	cd "$TRASH" && team_origin && team_clone a "file:$TRASH/team.db" && cd a &&
	git agent set INFRA-042 -t "Limits" >/dev/null &&
	test "$(json workspace.artifacts)" = 3 && test "$(json workspace.queued)" = 1 && test "$(json workspace.conflicts)" = 0 &&
	test "$(json workspace.remote)" = "file:$TRASH/team.db" && test "$(json workspace.schema)" -ge 1 &&
	test "$(json workspace.bytes)" = "$(stat -c %s .git/agent/agent.db)" && test "$(json repository.branch)" = refs/heads/main &&
	test "$(json repository.commit)" = "$(git rev-parse HEAD)" && test "$(json programs.git)" = "$(git version)"
'

test_expect_success 'hooks, each as it is' '
	cd "$TRASH/a" && rm .git/hooks/pre-push && chmod -x .git/hooks/post-merge && echo "#!/bin/sh" >.git/hooks/post-commit &&
	test "$(of hooks pre-commit)" = installed && test "$(of hooks pre-push)" = none &&
	test "$(of hooks post-merge)" = "not executable" && test "$(of hooks post-commit)" = "another one"
'

test_expect_success 'a workspace that cannot be opened is a problem, and the rest is said' '
	cd "$TRASH/a" && mv .git/agent/agent.db ../db && rm -f .git/agent/agent.db-* && echo broken >.git/agent/agent.db &&
	git agent env >../out && test_grep "^    problem: workspace .* is damaged" ../out && test_grep "^environment:" ../out &&
	rm -f .git/agent/agent.db-* && mv ../db .git/agent/agent.db
'

test_expect_success 'no secret, wherever it stands' '
	cd "$TRASH/a" && git config agent.key sb_publishable_quiet1 && git config http.proxy "http://ada:quiet2@proxy.example" &&
	git config http.https://x.example.extraHeader "Authorization: Basic quiet3" && git config agent.remote "https://ada:quiet4@x.example" &&
	git config credential.helper "!f() { echo password=quiet5; }; f" &&
	GIT_AGENT_TOKEN=quiet6 GIT_AGENT_REFRESH_TOKEN="quiet 7" GIT_AGENT_KEY=quiet8 HTTPS_PROXY=http://quiet9@proxy.example \
		GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=http.cookie GIT_CONFIG_VALUE_0="quiet=10" git -c "http.extraHeader=X-Key: quiet11" agent env >../out &&
	! grep quiet ../out && test_grep "agent.key: <redacted>" ../out && test_grep "GIT_AGENT_TOKEN: <redacted>" ../out &&
	test_grep "http.proxy: http://<redacted>@proxy.example" ../out &&
	git agent env --json >../json && ! grep quiet ../json
'

test_done
