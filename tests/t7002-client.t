#!/bin/sh
test_description='the client and the server: login, init, members, two developers, refusals'
. "$(dirname "$0")/lib/test-lib.sh"
. "$test_root/tests/lib/team.sh"
. "$test_root/tests/lib/backend.sh"

# Each test is skipped, and counted, where the server is not installed.
missing=$(backend_missing "$test_root")
place=$GIT_AGENT_BUILD/backend-client-$$
if test -z "$missing" && test -e "$GIT_AGENT_BUILD/libexec/git-agent/supabase.so"
then
	trap 'backend_code=$?; backend_stop "$test_root" "$place"; (exit $backend_code); die' EXIT
	# A refresh token is good once, and no second longer.
	GATEWAY_REFRESH_REUSE=0 && export GATEWAY_REFRESH_REUSE
	backend_start "$test_root" "$place" || exit 1
	test_set_prereq SERVER
else
	echo "# scripts/bootstrap --server:$missing"
fi
URL=${GIT_AGENT_TEST_URL-} KEY=${GIT_AGENT_TEST_KEY-}
SECRETS=$TRASH/secrets

# as <who> <command>...: in a home of his own.
as() {
	(
		who=$1
		shift
		HOME=$TRASH/home-$who
		GIT_CONFIG_GLOBAL=$HOME/.gitconfig
		GIT_AUTHOR_NAME=$who GIT_AUTHOR_EMAIL=$who@example.org
		GIT_COMMITTER_NAME=$who GIT_COMMITTER_EMAIL=$who@example.org
		export HOME GIT_CONFIG_GLOBAL GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL GIT_COMMITTER_NAME \
			GIT_COMMITTER_EMAIL
		"$@"
	)
}

# home <who>: an empty home with a credential helper.
home() {
	mkdir -p "$TRASH/home-$1" &&
	as "$1" git config --global init.defaultBranch main &&
	as "$1" git config --global protocol.file.allow always &&
	as "$1" git config --global credential.helper store
}

login() {
	echo "$1-password" |
	as "$1" git agent login --password-stdin --url "$URL" --key "$KEY" "$1@example.org"
}

kept() {
	grep -c git-agent-1 "$TRASH/home-$1/.git-credentials"
}

# member <who> [<role>]: a clone named like him, in the project team, that ada let in.
member() {
	home "$1" && login "$1" &&
	as ada git -C ada agent member add --role "${2-author}" "$1@example.org" &&
	as "$1" git clone -q origin.git "$1" &&
	as "$1" git -C "$1" agent sync init "$URL" --key "$KEY" --project team
}

# offline <who> <git argument>...: in his clone, with a server that is out of reach.
offline() {
	(
		who=$1
		shift
		GIT_AGENT_TOKEN=x GIT_AGENT_URL=http://127.0.0.1:1
		export GIT_AGENT_TOKEN GIT_AGENT_URL
		as "$who" git -C "$who" -c agent.remote=$GIT_AGENT_URL "$@"
	)
}

# edit <who> <sed script> [<file>]: by hand, in his clone.
edit() {
	(cd "$1" && team_edit "$2" ${3+"$3"})
}

psql_() {
	psql -XAtq -v ON_ERROR_STOP=1 "$GIT_AGENT_TEST_DATABASE" -c "$1"
}

# --- login -----------------------------------------------------------------------------------

test_expect_success SERVER 'a password, right and wrong' '
	home ada &&
	echo wrong | test_expect_code 2 as ada git agent login --url "$URL" --key "$KEY" \
		--password-stdin ada@example.org 2>err &&
	test_grep "Invalid login credentials" err &&
	! test -e home-ada/.git-credentials &&
	login ada >out &&
	test_grep "^logged in to $URL as ada@example.org$" out &&
	test "$(kept ada)" = 1
'

test_expect_success SERVER 'a code by e-mail, without a terminal' '
	home cyd &&
	code="$place/auth/code-cyd%40example.org" &&
	{
		until test -s "$code"
		do
			sleep 0.1
		done
		cat "$code"
	} | as cyd git agent login --url "$URL" --key "$KEY" --code cyd@example.org &&
	test "$(kept cyd)" = 1 &&
	echo 000000 | test_expect_code 2 as cyd git agent login --url "$URL" --key "$KEY" \
		--code cyd@example.org
'

test_expect_success SERVER,SCRIPT 'a password at the terminal, which does not show it' '
	home dan &&
	: >screen &&
	{
		until grep -q "password: " screen
		do
			sleep 0.1
		done
		echo dan-password
	} | GIT_TERMINAL_PROMPT=1 as dan script -qefc \
		"git agent login --url $URL --key $KEY dan@example.org" /dev/null >screen &&
	test_grep "logged in" screen &&
	! grep dan-password screen &&
	test "$(kept dan)" = 1
'

test_expect_success SERVER 'nobody is asked where nobody can answer' '
	test_says 129 "error: whose session?" as dan git agent login --url "$URL" --key "$KEY" &&
	test_says 2 "error: there is no terminal to ask for the password" \
		as dan git agent login --url "$URL" --key "$KEY" dan@example.org &&
	test_expect_code 129 as dan git agent login --url "$URL" dan@example.org &&
	test_expect_code 128 as dan git agent login dan@example.org
'

test_expect_success SERVER 'a session that no helper keeps is none' '
	home eve &&
	as eve git config --global --unset credential.helper &&
	echo eve-password | test_expect_code 128 as eve git agent login --url "$URL" --key "$KEY" \
		--password-stdin eve@example.org 2>err &&
	test_grep "was not kept" err &&
	test_grep "^hint: .*credential.helper" err &&
	as eve git config --global credential.helper "!echo not today >&2; false" &&
	echo eve-password | test_expect_code 128 as eve git agent login --url "$URL" --key "$KEY" \
		--password-stdin eve@example.org 2>err &&
	test_grep "not today" err
'

test_expect_success SERVER 'plain http goes to this machine only; secret keys go nowhere' '
	test_expect_code 2 as ada git agent login --url http://example.org --key "$KEY" a@b.c \
		--password-stdin <<-\EOT &&
	x
	EOT
	test_expect_code 2 as ada git agent login --url "$URL" --key sb_secret_x a@b.c \
		--password-stdin <<-\EOT &&
	x
	EOT
	test_expect_code 129 as ada git agent login --url "https://me:pw@example.org" --key "$KEY"
'

# --- init ------------------------------------------------------------------------------------

test_expect_success SERVER 'each way in which init cannot go on says the next step' '
	team_origin && home bob && git clone -q origin.git ada && git clone -q origin.git bob &&
	cksum ada/.git/config >before &&
	test_says 129 "error: the key of '\''$URL'\'' is not known" \
		as ada git -C ada agent sync init "$URL" &&
	test_says 2 "error: you are not logged in at '\''$URL'\''" \
		as bob git -C bob agent sync init "$URL" --key "$KEY" &&
	test_grep "git agent login" says.err &&
	test_says 2 "error: '\''$URL'\'' does not accept the key" \
		as ada git -C ada agent sync init "$URL" --key sb_publishable_other &&
	test_expect_code 2 as ada git -C ada agent sync init "$URL" --key sb_secret_x &&
	test_says 2 "error: there is no project '\''team'\'' for you at '\''$URL'\''" \
		as ada git -C ada agent sync init "$URL" --key "$KEY" --project team &&
	test_grep "^hint: --create makes it; .* member add ada@example.org" says.err &&
	test_expect_code 3 offline ada agent sync init http://127.0.0.1:1 --key "$KEY" &&
	cksum ada/.git/config >after &&
	test_cmp before after &&
	! test -e ada/.git/agent
'

test_expect_success SERVER 'who makes a project is its admin, and sends what is there' '
	as ada git -C ada agent sync init "$URL" --key "$KEY" --project team --create >out &&
	test_grep "^created the project team as admin$" out &&
	test_grep "^pushed: 3 sent$" out &&
	test "$(git -C ada config agent.remote)" = "$URL" &&
	test "$(git -C ada config agent.user)" = ada@example.org &&
	as ada git -C ada agent sync init >out &&
	test_grep "^pushed: nothing to send$" out &&
	test_says 2 "error: this clone has the remote '\''$URL'\'' already" \
		as ada git -C ada agent sync init file:x.db &&
	test_clean -C ada
'

test_expect_success SERVER 'a clone has one project' '
	test_says 2 "error: this clone has the project '\''team'\'' already" \
		as ada git -C ada agent sync init "$URL" --project other --create &&
	test "$(psql_ "select count(*) from gitagent_private.project where slug = '\''other'\''")" = 0
'

test_expect_success SERVER,SCRIPT 'somebody at a terminal is asked before a project is made' '
	git clone -q origin.git asked &&
	for answer in no y
	do
		: >screen &&
		{
			until grep -q "make it" screen
			do
				sleep 0.1
			done
			echo $answer
		} | GIT_TERMINAL_PROMPT=1 as ada script -qefc \
			"git -C asked agent sync init $URL --key $KEY --project asked" /dev/null >screen
		echo $? >>codes
	done &&
	test "$(echo $(cat codes))" = "2 0" &&
	test_grep "created the project asked as admin" screen
'

test_expect_success SERVER 'who is invited joins, and finds what both have' '
	as ada git -C ada agent member add bob@example.org 2>err &&
	test_grep "git agent sync init $URL --project team" err &&
	login bob &&
	printf "[agent]\n\tremote = %s/\n\tproject = team\n\tkey = %s\n" "$URL" "$KEY" \
		>bob/.agent/config &&
	as bob git -C bob agent sync init >out &&
	test_grep "the team suggests .git agent sync init $URL/" out &&
	! git -C bob config agent.remote &&
	as bob git -C bob agent sync init "$URL" >out &&
	rm bob/.agent/config &&
	test_grep "^joined the project team as author$" out &&
	test_grep "^pulled: 3 found on both sides$" out &&
	test_grep "^pushed: nothing to send$" out &&
	test_clean -C bob
'

test_expect_success SERVER 'a stranger finds nothing, whatever he is logged in as' '
	git clone -q origin.git stranger &&
	test_says 2 "error: there is no project '\''team'\'' for you at '\''$URL'\''" \
		as dan git -C stranger agent sync init "$URL" --key "$KEY" --project team
'

test_expect_success SERVER 'an old server is told from one that is none' '
	psql_ "alter function gitagent.project_join(jsonb) rename to other; notify pgrst" &&
	sleep 1 &&
	test_expect_code 2 as dan git -C stranger agent sync init "$URL" --key "$KEY" 2>err &&
	psql_ "alter function gitagent.other(jsonb) rename to project_join; notify pgrst" &&
	test_grep "old" err && test_grep "^hint: .*--server-sql" err &&
	test_expect_code 0 git agent sync init --server-sql >sql &&
	test_grep "create schema if not exists gitagent" sql &&
	sleep 1 &&
	PGOPTIONS="-c client_min_messages=warning" \
		psql -Xq -v ON_ERROR_STOP=1 "$GIT_AGENT_TEST_DATABASE" -f sql >/dev/null &&
	sleep 1
'

# --- two developers --------------------------------------------------------------------------

test_expect_success SERVER 'both edit, offline, and end with both edits' '
	edit ada "s/None yet./Ada was here./" &&
	edit bob "s/Too many requests./Far too many requests./" &&
	edit bob "s/Audit/Audits/" .agent/cache/stories/INFRA/INFRA-043-audit.md &&
	test_expect_code 3 offline ada agent sync push 2>err &&
	test_grep "^hint: 1 change is queued" err &&
	as ada git -C ada agent sync &&
	as bob git -C bob agent sync >out &&
	test_grep "^pulled: 1 merged$" out &&
	as ada git -C ada agent sync &&
	as ada git -C ada agent show INFRA-042 >1 &&
	as bob git -C bob agent show INFRA-042 >2 &&
	test_cmp 1 2 &&
	test_grep "Ada was here." 1 && test_grep "Far too many" 1 &&
	as ada git -C ada agent show INFRA-043 | grep Audits
'

test_expect_success SERVER 'a conflict is recorded, and resolved' '
	as ada git -C ada agent export && as bob git -C bob agent export &&
	edit ada "s/a limit/a limit of 5/" && edit bob "s/a limit/a limit of 7/" &&
	as ada git -C ada agent sync &&
	test_expect_code 1 as bob git -C bob agent sync 2>err &&
	test_grep "INFRA-042: conflict" err &&
	test_expect_code 1 as bob git -C bob agent sync push &&
	as bob git -C bob agent sync resolve INFRA-042 --ours &&
	as bob git -C bob agent sync &&
	as ada git -C ada agent sync &&
	as ada git -C ada agent show INFRA-042 | grep "limit of 7"
'

test_expect_success SERVER 'offline, a new story has a number that init leased' '
	offline ada agent new-story "Offline" --scope INFRA >1 2>err &&
	test_grep "^INFRA-[0-9]* " 1 && test_grep "^queued" err &&
	as ada git -C ada agent sync &&
	test_expect_code 3 offline ada agent sync status >out 2>err &&
	test_grep "out of reach" err && test_grep "Remote" out
'

test_expect_success SERVER 'new stories have numbers of their own' '
	as ada git -C ada agent new-story "One" --scope INFRA >1 &&
	as bob git -C bob agent new-story "Two" --scope INFRA >2 &&
	test_grep "^INFRA-[0-9]* " 1 && test_grep "^INFRA-[0-9]* " 2 &&
	! test_cmp 1 2 &&
	as ada git -C ada agent sync && as bob git -C bob agent sync &&
	as ada git -C ada agent sync && as ada git -C ada agent list >1 &&
	as bob git -C bob agent list >2 &&
	test_cmp 1 2
'

# --- rules -----------------------------------------------------------------------------------

# requests <who> <git argument>...: how many pushes went out.
pushes() {
	who=$1
	shift
	GIT_AGENT_TRACE_HTTP=1 as "$who" git -C "$who" "$@" >/dev/null 2>requests
	grep -c "rpc/push" requests
}

test_expect_success SERVER 'an author commits, and may not approve; what to do is said' '
	as ada git -C ada agent set INFRA-043 --section Notes --text "As ada wants it." &&
	as ada git -C ada agent sync && as bob git -C bob agent sync &&
	as bob git -C bob agent state INFRA-043 COMMITTED &&
	as bob git -C bob agent state INFRA-043 APPROVED 2>err &&
	test_grep "^not pushed: INFRA-043: forbidden: COMMITTED -> APPROVED is for the role approver" \
		err &&
	test_grep "^hint: .git agent member list. shows who may" err &&
	as bob git -C bob agent sync status --offline >out &&
	test_grep "refused  *INFRA-043 .*is for the role approver" out
'

test_expect_success SERVER 'what was refused is not sent again, until it is named' '
	test "$(pushes bob agent sync)" = 0 &&
	test_grep "INFRA-043: forbidden" requests &&
	test_expect_code 2 as bob git -C bob agent sync push &&
	test "$(pushes bob agent sync push INFRA-043)" = 1 &&
	as ada git -C ada agent member add --role approver bob@example.org >out &&
	test_grep "^bob@example.org is approver now$" out &&
	as bob git -C bob agent sync push INFRA-043 &&
	as bob git -C bob agent show --json INFRA-043 >out &&
	test_grep "\"approval\":\"acknowledged\"" out
'

test_expect_success SERVER 'who wrote a text cannot approve it, and is told how to go on' '
	as bob git -C bob agent new-story "Mine" --scope INFRA >out &&
	id=$(cut -d" " -f1 out) && echo "$id" >mine &&
	as bob git -C bob agent state "$id" COMMITTED &&
	as bob git -C bob agent state "$id" APPROVED 2>err &&
	test_grep "^not pushed: $id: four_eyes: " err &&
	test_grep "^hint: git agent member add --role approver" err &&
	as ada git -C ada agent sync &&
	as ada git -C ada agent state "$id" APPROVED 2>err && ! grep "not pushed" err &&
	as bob git -C bob agent sync &&
	as bob git -C bob agent show --json "$id" >out &&
	test_grep "\"approval\":\"acknowledged\"" out &&
	test "$(as bob git -C bob agent sync status --offline --porcelain | grep -c "^R")" = 0
'

test_expect_success SERVER 'the approval is in the record that git keeps, and verify believes it' '
	as ada git -C ada agent sync && as ada git -C ada agent export &&
	as ada git -C ada agent export --index &&
	as ada git -C ada commit -qm approved &&
	test_grep "^APPROVED .* Ada <ada@example.org>$" "ada/.agent/approvals/story/$(cat mine)" &&
	as ada git -C ada agent verify HEAD^!
'

test_expect_success SERVER 'a jump over a gate, an approval of another text' '
	as ada git -C ada agent new-story "Jump" --scope INFRA >out &&
	id=$(cut -d" " -f1 out) &&
	test_expect_code 2 as ada git -C ada agent state "$id" DONE &&
	as ada git -C ada agent sync && as bob git -C bob agent sync
'

# --- members ---------------------------------------------------------------------------------

test_expect_success SERVER 'roles and invitations are listed' '
	as ada git -C ada agent member add --json --role reader nobody@example.org >out &&
	test_grep "{\"email\":\"nobody@example.org\",\"role\":\"reader\",\"invited\":true}" out && test_schema member-add "$PWD/out" &&
	as ada git -C ada agent member list >out &&
	test_grep "^admin  *ada@example.org  *you$" out &&
	test_grep "^reader  *nobody@example.org  *invited$" out &&
	as bob git -C bob agent member list --json >out &&
	test_grep "\"email\":\"bob@example.org\"" out && ! grep nobody out && test_schema member-list out &&
	test_expect_code 2 as bob git -C bob agent member add eve@example.org &&
	test_expect_code 2 as ada git -C ada agent member remove ada@example.org 2>err &&
	test_grep "at least one admin" err &&
	test_expect_code 129 as ada git -C ada agent member add --role owner x@example.org &&
	test_expect_code 2 as ada git -C ada agent member remove stranger@example.org 2>err &&
	test_grep "no such member" err
'

test_expect_success SERVER 'a reader pulls, and is told that he only reads' '
	member dan reader &&
	as dan git -C dan agent show INFRA-042 >/dev/null &&
	as dan git -C dan agent set INFRA-042 --section "Problem Statement" --text Dan &&
	test_expect_code 2 as dan git -C dan agent sync 2>err &&
	test_grep "INFRA-042: forbidden: the role reader only reads" err &&
	test_expect_code 2 as dan git -C dan agent claim INFRA-042 2>err &&
	test_grep "the role reader only reads" err
'

test_expect_success SERVER 'who is removed while offline keeps everything, and is told once' '
	as bob git -C bob agent set INFRA-042 --section "Problem Statement" --text "Bob goes on." &&
	as ada git -C ada agent member remove bob@example.org >out &&
	test_grep "^bob@example.org is out$" out &&
	as ada git -C ada agent member add bob@example.org >out && test_grep "^invited bob@example.org as author$" out &&
	as ada git -C ada agent member remove --json bob@example.org >out && test_schema member-remove "$PWD/out" &&
	test_says 2 "error: you are no member of the project '\''team'\'' at '\''$URL'\'', or not any more" \
		as bob git -C bob agent sync &&
	test_grep "what you did is still here" says.err &&
	as bob git -C bob agent show INFRA-042 | grep "Bob goes on." &&
	GIT_AGENT_TRACE_HTTP=1 as bob git -C bob agent sync 2>err;
	test "$(grep -c "^http:" err)" -le 2 &&
	as ada git -C ada agent member add bob@example.org &&
	as bob git -C bob agent sync init "$URL" &&
	as bob git -C bob agent sync &&
	as ada git -C ada agent sync && as ada git -C ada agent show INFRA-042 | grep "Bob goes on."
'

# --- sessions --------------------------------------------------------------------------------

# session <who> <sed script>: on "git-agent-1%3a<expires>%3a<user>%3a<access>%3a<refresh>@...".
session() {
	as "$1" sed -i "$2" "$TRASH/home-$1/.git-credentials"
}

# traced <who> <git argument>...: what went over the wire is in "requests".
traced() {
	who=$1
	shift
	GIT_AGENT_TRACE_HTTP=1 as "$who" git -C "$who" "$@" 2>requests
}

EXPIRED='s/git-agent-1%3a[0-9]*/git-agent-1%3a1/'

test_expect_success SERVER 'a token that has expired is refreshed, once, and kept' '
	session ada "$EXPIRED" &&
	traced ada agent sync &&
	test "$(grep -c auth/v1/token requests)" = 1 &&
	traced ada agent sync &&
	test "$(grep -c auth/v1/token requests)" = 0
'

test_expect_success SERVER 'a token that the server refuses is refreshed, too' '
	session ada "s/\(git-agent-1%3a[^%]*%3a[^%]*%3a\)[^%]*/\1eyJ.not.ours/" &&
	traced ada agent sync &&
	test "$(grep -c auth/v1/token requests)" = 1 &&
	traced ada agent sync &&
	test "$(grep -c auth/v1/token requests)" = 0
'

test_expect_success SERVER 'processes that find it expired at once refresh it once' '
	: two tokens of one second are the same token &&
	sleep 1 &&
	session ada "$EXPIRED" &&
	for i in 1 2 3 4 5 6
	do
		{
			GIT_AGENT_TRACE_HTTP=1 as ada git -C ada agent member list >out.$i 2>err.$i
			echo $? >code.$i
		} &
	done &&
	wait &&
	test "$(cat code.* | sort -u)" = 0 &&
	test "$(cat err.* | grep -c auth/v1/token)" = 1 &&
	as ada git -C ada agent sync
'

test_expect_success SERVER 'a session that has ended: what is here stays, and the next step is said' '
	session bob "$EXPIRED; s/%3a[^%]*@/%3anothing@/" &&
	as bob git -C bob agent set INFRA-042 --section Notes --text "While logged out." &&
	test_says 2 "error: you are not logged in at '\''$URL'\''" as bob git -C bob agent sync &&
	test_grep "^hint: .git agent login bob@example.org. logs in; what you did is still here" \
		says.err &&
	as bob git -C bob agent new-story "While logged out" --scope INFRA &&
	as bob git -C bob agent sync status >out 2>err;
	test_grep "INFRA-042" out && test_grep "not logged in" err &&
	echo bob-password | as bob git -C bob agent login --password-stdin &&
	as bob git -C bob agent sync &&
	as ada git -C ada agent sync &&
	as ada git -C ada agent show INFRA-042 | grep "While logged out."
'

test_expect_success SERVER 'in CI: a token, bound to its server; a refresh token, once' '
	home ci && git clone -q origin.git ci &&
	token=$(sed "s/.*git-agent-1%3a[^%]*%3a[^%]*%3a\([^%]*\)%3a.*/\1/" home-ada/.git-credentials) &&
	test_expect_code 2 env GIT_AGENT_TOKEN=$token git -C ci agent sync init "$URL" --key "$KEY" &&
	test_expect_code 2 env GIT_AGENT_TOKEN=$token GIT_AGENT_URL=https://example.org \
		git -C ci agent sync init "$URL" --key "$KEY" &&
	GIT_AGENT_TOKEN=$token GIT_AGENT_URL=$URL GIT_AGENT_KEY=$KEY \
		as ci git -C ci agent sync init "$URL" --project team &&
	! git -C ci config agent.user &&
	! test -e home-ci/.git-credentials &&
	test_expect_code 2 as ci git -C ci agent sync &&
	GIT_AGENT_TOKEN=eyJ.x.y GIT_AGENT_URL=$URL test_expect_code 2 as ci git -C ci agent sync 2>err &&
	test_grep "^hint: the token of the environment has expired" err &&
	login dan && refresh=$(sed -n "s/.*%3a\([^%]*\)@127.*/\1/p" home-dan/.git-credentials) &&
	GIT_AGENT_REFRESH_TOKEN=$refresh GIT_AGENT_URL=$URL as ci git -C ci agent login --json >out &&
	test_grep "{\"url\":\"$URL\",\"email\":\"dan@example.org\"}" out && test_schema login "$PWD/out" && test "$(kept ci)" = 1 &&
	as ci git -C ci agent member list
'

test_expect_success SERVER 'logout ends it at the server; out of reach it ends here, and that is said' '
	refresh=$(sed -n "s/.*%3a\([^%]*\)@127.*/\1/p" home-ci/.git-credentials) &&
	as ci git -C ci agent logout >out && test_grep "^logged out of $URL$" out &&
	test "$(kept ci)" = 0 &&
	GIT_AGENT_REFRESH_TOKEN=$refresh GIT_AGENT_URL=$URL \
		test_expect_code 2 as ci git -C ci agent login &&
	test_expect_code 128 as ci git -C ci agent logout &&
	sed "s|@127.0.0.1%3a[0-9]*|@127.0.0.1%3a1|" home-ada/.git-credentials \
		>home-ci/.git-credentials &&
	test_expect_code 3 as ci git agent logout --json --url http://127.0.0.1:1 --key "$KEY" >out 2>err &&
	test_grep "\"told\":false" out && test_schema logout "$PWD/out" &&
	test_grep "the session is gone here, but the server was not told" err &&
	test "$(kept ci)" = 0
'

test_expect_success SERVER 'no secret in any output, trace or argument' '
	session ada "$EXPIRED" &&
	sed "s/%3a/\n/g; s/@127/\n/g" home-ada/.git-credentials | grep -E "^.{12,}$" >secrets &&
	echo ada-password >>secrets &&
	(
		GIT_TRACE=1 GIT_TRACE_SETUP=1 GIT_TRACE2=1 GIT_TRACE2_EVENT=1 GIT_TRACE_CURL=1
		GIT_AGENT_TRACE_HTTP=1
		export GIT_TRACE GIT_TRACE_SETUP GIT_TRACE2 GIT_TRACE2_EVENT GIT_TRACE_CURL \
			GIT_AGENT_TRACE_HTTP
		login ada
		for command in "sync" "member list" "member list --json" "sync status --json" \
			"status" "doctor" "sync init" "version --build-options" "logout"
		do
			as ada git -C ada agent $command
		done
		login ada
	) >everything 2>&1 &&
	sed "s/%3a/\n/g; s/@127/\n/g" home-ada/.git-credentials | grep -E "^.{12,}$" >>secrets &&
	grep -v "^http:" secrets | grep -v "^[0-9a-f-]\{36\}$" | sort -u >secrets.only &&
	test "$(wc -l <secrets.only)" -ge 5 && test_grep "http: POST" everything &&
	! grep -F -f secrets.only everything
'

# --- real artifacts --------------------------------------------------------------------------

# texts <clone>: each artifact's path and sum.
texts() {
	(cd "$1/.agent" && find . -type f ! -name "agent.db*" ! -path "./approvals/*" -exec cksum {} + |
		sort -k 3)
}

# labels <clone>
labels() {
	as ada git -C "$1" agent list --json | tr "{" "\n" |
		sed -n "s/.*\"id\":\(\"[^\"]*\"\|null\).*\"state\":\(\"[^\"]*\"\).*\"path\":\(\"[^\"]*\"\).*/\1 \2 \3/p" |
		sort
}

# killed <file> <command>...: again and again, killed a little later each time, until it ends.
killed() {
	n=3 kills=0 log=$1
	shift
	while true
	do
		(GIT_AGENT_FAULT=$n && export GIT_AGENT_FAULT && "$@") >>"$log" 2>&1 && break
		test $? = 137 || return 1
		kills=$((kills + 1)) n=$((n + n / 2 + 1))
	done
	echo "# killed $kills times, the last time at step $n"
}

test_expect_success SERVER 'the first push of real artifacts, killed on its way, goes on' '
	login ada && test_repo real && cp -R "$team_artifacts" real/.agent &&
	rm -rf real/.agent/cache/agent.db* && chmod -R u+w real/.agent &&
	test_commit_all "real artifacts" -C real &&
	as ada git -C real agent sync init "$URL" --key "$KEY" --project real --create >out &&
	tail -n 2 out &&
	as ada git -C real agent sync >out && test_grep "^pushed: nothing to send$" out &&
	git clone -q real real2 && rm -rf real2/.git/agent &&
	killed log as ada git -C real2 agent sync init "$URL" --key "$KEY" --project real-2 --create &&
	as ada git -C real2 agent sync >out && test_grep "^pushed: nothing to send$" out &&
	psql_ "select p.slug, count(*), count(distinct a.path), sum(a.version), sum(a.forged::int)
		from gitagent_private.artifact a join gitagent_private.project p on p.id = project_id
		where p.slug like '\''real%'\'' group by 1 order by 1" >rows &&
	cat rows &&
	sed -n "1s/real|//p" rows >1 && sed -n "2s/real-2|//p" rows >2 &&
	test_cmp 1 2 && test_grep "|0$" 1
'

test_expect_success SERVER 'a third clone has equal texts, paths, states; duplicate labels, too' '
	test_repo third && git -C third commit -q --allow-empty -m empty &&
	killed log as ada git -C third agent sync init "$URL" --key "$KEY" --project real &&
	as ada git -C third agent export --all >/dev/null &&
	texts real >1 && texts third >2 && test -s 1 && test_cmp 1 2 &&
	labels real >1 && labels third >2 && test -s 1 && test_cmp 1 2 &&
	echo "# $(wc -l <1) artifacts, $(cut -d" " -f1 1 | sort | uniq -d | wc -l) labels twice" &&
	as ada git -C third agent sync >out && test_grep "^pushed: nothing to send$" out
'

test_expect_success SERVER 'the server enforces the kinds of the trunk, once an admin sent them' '
	test_repo specs && mkdir -p specs/.agent/specs &&
	git config -f specs/.agent/config agent.kind.spec.dir .agent/specs &&
	git config -f specs/.agent/config agent.kind.spec.state "DRAFT 1 initial" &&
	git config -f specs/.agent/config --add agent.kind.spec.state "AGREED 2 gate" &&
	printf "# SPEC-1: One\n\n## State\n\nDRAFT\n" >specs/.agent/specs/SPEC-1-one.md &&
	test_commit_all one -C specs &&
	as ada git -C specs agent sync init "$URL" --key "$KEY" --project specs --create >out &&
	test_grep "^the server enforces the kinds and states of .agent/config$" out &&
	test_grep "^pushed: 1 sent$" out && as ada git -C specs agent sync rules &&
	as ada git -C specs agent member add cyd@example.org --role author >/dev/null &&
	git clone -q specs specs2 && as cyd git -C specs2 agent sync init "$URL" --key "$KEY" --project specs >out &&
	as cyd git -C specs2 agent state SPEC-1 AGREED >out &&
	test_expect_code 2 as cyd git -C specs2 agent sync push SPEC-1 >out 2>&1 &&
	test "$(psql_ "select state from gitagent_private.artifact where label = '\''SPEC-1'\''")" = DRAFT &&
	test_expect_code 2 as cyd git -C specs2 agent sync push >out 2>&1 &&
	as ada git -C specs agent member add cyd@example.org --role approver >/dev/null &&
	as cyd git -C specs2 agent sync push >out && test_grep "^pushed: 1 sent$" out &&
	test "$(psql_ "select state from gitagent_private.artifact where label = '\''SPEC-1'\''")" = AGREED &&
	git -C specs config -f .agent/config --add agent.kind.spec.state "DROPPED 3" &&
	git -C specs config -f .agent/config agent.kind.memo.dir .agent/memos &&
	git -C specs config -f .agent/config agent.kind.memo.state "NOTED 1 initial" &&
	test_commit_all "one more state" -C specs && git -C specs2 pull -q 2>/dev/null &&
	test_expect_code 2 as cyd git -C specs2 agent sync rules --set 2>err && cat err &&
	test_says 1 "error: the server enforces other rules than the trunk'\''s .agent/config" \
		as cyd git -C specs2 agent sync rules &&
	test_expect_code 1 as cyd git -C specs2 agent sync rules --json >out && test_grep "\"agree\":false" out &&
	test_schema sync-rules "$PWD/out" &&
	mkdir specs2/.agent/memos && printf "# MEMO-1: One\n\n## State\n\nNOTED\n" >specs2/.agent/memos/MEMO-1-one.md &&
	test_expect_code 2 as cyd git -C specs2 agent sync 2>err &&
	test_grep "MEMO-1: .*is no kind of artifact" err && test_grep "^hint: .*git agent sync rules" err &&
	as ada git -C specs agent sync rules --set --json >out && test_grep "\"agree\":true" out &&
	test_schema sync-rules "$PWD/out" && as cyd git -C specs2 agent sync rules &&
	as cyd git -C specs2 agent sync >out && test_grep "^pushed: 1 sent$" out
'

# Each line: whose clone | what doctor says | how it is broken | what mends it.
cat >half-done <<\EOT
ada|you are not logged in at|mv home-ada/.git-credentials kept|mv kept home-ada/.git-credentials
ada|does not accept the key|git -C ada config agent.key sb_publishable_other|git -C ada config agent.key $KEY
ada|is not there, or too old|psql_ "alter schema gitagent rename to away; notify pgrst" && sleep 1|psql_ "alter schema away rename to gitagent; notify pgrst" && sleep 1
ada|is not there, or too old|psql_ "alter function gitagent.head(uuid) rename to other; notify pgrst" && sleep 1|psql_ "alter function gitagent.other(uuid) rename to head; notify pgrst" && sleep 1
bob|you are no member of the project|as ada git -C ada agent member remove bob@example.org|as ada git -C ada agent member add bob@example.org && as bob git -C bob agent sync init $URL
EOT

while IFS='|' read -r who pattern break mend
do
	test_expect_success SERVER "doctor: $pattern ($break)" '
		eval "$break" >broken 2>&1 && test_expect_code 1 as $who git -C $who agent doctor >out 2>err &&
		test_grep "^problem: remote: .*$pattern" out && test_grep "^  " out &&
		as $who git -C $who agent doctor --offline >offline && ! grep "$pattern" offline
		code=$?
		eval "$mend" >mended 2>&1 && test $code = 0 && as $who git -C $who agent doctor >out
	'
done <half-done

test_expect_success SERVER 'doctor: out of reach and only reading are notes, other rules are a problem' '
	offline ada agent doctor >out; test_grep "^note: remote: remote .http://127.0.0.1:1. is out of reach" out &&
	as dan git -C dan agent doctor >out; test_grep "^note: remote: your role is reader" out &&
	git -C specs config -f .agent/config --add agent.kind.spec.state "SHELVED 3" && test_commit_all shelved -C specs &&
	test_expect_code 1 as ada git -C specs agent doctor >out &&
	test_grep "^problem: rules: the server enforces other kinds" out &&
	as ada git -C specs agent sync rules --set && as ada git -C specs agent doctor >out; ! grep "rules:" out
'

test_done
