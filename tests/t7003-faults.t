#!/bin/sh
# shellcheck disable=SC2015
test_description='the client and the server with a bad network between: requests, faults, kills, purge'
. "$(dirname "$0")/lib/test-lib.sh"
. "$test_root/tests/lib/team.sh"
. "$test_root/tests/lib/backend.sh"

# Each test is skipped, and counted, where the server is not installed.
missing=$(backend_missing "$test_root")
place=$GIT_AGENT_BUILD/backend-faults-$$
proxy=
leave() {
	test -z "$proxy" || kill "$proxy"
	backend_stop "$test_root" "$place"
}
if test -z "$missing" && test -e "$GIT_AGENT_BUILD/libexec/git-agent/supabase.so"
then
	trap 'leave; die' EXIT
	backend_start "$test_root" "$place" || exit 1
	test_set_prereq SERVER
	node "$test_root/tests/lib/fault-proxy.mjs" "$GIT_AGENT_TEST_URL" "$TRASH" &
	proxy=$!
	until test -s port
	do
		sleep 0.1
	done
	URL=http://127.0.0.1:$(cat port)
	export GIT_AGENT_URL="$URL" GIT_AGENT_KEY="$GIT_AGENT_TEST_KEY"
else
	echo "# scripts/bootstrap --server:$missing"
fi

# as <who> <command>...: with his token, in his clone.
as() {
	(
		case $1 in
		ada) GIT_AGENT_TOKEN=$GIT_AGENT_TEST_ADA ;;
		bob) GIT_AGENT_TOKEN=$GIT_AGENT_TEST_BOB ;;
		cyd) GIT_AGENT_TOKEN=$GIT_AGENT_TEST_CYD ;;
		esac
		export GIT_AGENT_TOKEN
		cd "$1" && shift && "$@"
	)
}

# clone <who>: of origin.git, without a workspace yet.
clone() {
	git clone -q origin.git "$1" && git -C "$1" config user.name "$1" &&
		git -C "$1" config user.email "$1@example.org"
}

edit() {
	(cd "$1" && team_edit "$2" ${3+"$3"})
}

psql_() {
	psql -XAtq -v ON_ERROR_STOP=1 "$GIT_AGENT_TEST_DATABASE" -c "$1"
}

# admin <function> <arguments>: as ada, past the proxy.
admin() {
	curl -sf -H "apikey: $GIT_AGENT_TEST_KEY" -H "Authorization: Bearer $GIT_AGENT_TEST_ADA" \
		-H 'Content-Type: application/json' -H 'Content-Profile: gitagent' \
		-d "$2" "$GIT_AGENT_TEST_URL/rest/v1/rpc/$1"
}

# requests: how many since the last time.
requests() {
	wc -l <log && : >log
}

# version <label>: on the server.
version() {
	psql_ "select version from gitagent.artifacts where label = '$1' and kind = 'story'"
}

# same: all clones show what the server has.
same() {
	as ada git agent show INFRA-042 >1.md && as bob git agent show INFRA-042 >2.md && test_cmp 1.md 2.md
}

test_expect_success SERVER 'a project with three members' '
	team_origin && clone ada && clone bob && clone cyd &&
	as ada git agent sync init "$URL" --project team --create &&
	project=$(psql_ "select id from gitagent_private.project") &&
	for id in $GIT_AGENT_TEST_BOB_ID $GIT_AGENT_TEST_CYD_ID
	do
		admin member_set "{\"project\":\"$project\",\"user\":\"$id\",\"role\":\"author\"}" ||
			return
	done &&
	as bob git agent sync init "$URL" --project team &&
	as cyd git agent sync init "$URL" --project team &&
	as bob git agent sync && as cyd git agent sync
'

# --- how much ----------------------------------------------------------------------------------

test_expect_success SERVER 'nothing new is one request, and less than 1 KB' '
	: >log &&
	GIT_AGENT_TRACE_HTTP=1 as bob git agent sync 2>trace &&
	test "$(requests)" = 1 &&
	sed -n "s/^http: .* \([0-9]*\) bytes out, \([0-9]*\) in, .*/\1 \2/p" trace >sizes &&
	read -r out in <sizes &&
	say "# $out bytes out, $in in" &&
	test $((out + in)) -lt 1024
'

test_expect_success SERVER 'one edit is two requests, and one for who gets it' '
	edit bob "s/None yet./Some./" && as bob git agent import && : >log &&
	as bob git agent sync && test "$(requests)" -le 2 &&
	as ada git agent sync && test "$(grep -c /pull log)" = 1 && same
'

test_expect_success SERVER 'nothing that is printed holds a piece of a token or a key' '
	edit bob "s/Some./Some more./" &&
	GIT_AGENT_TRACE_HTTP=1 GIT_TRACE=1 GIT_TRACE_CURL=1 GIT_CURL_VERBOSE=1 as bob git agent sync \
		>printed 2>&1 &&
	echo "429" >faults &&
	GIT_AGENT_TRACE_HTTP=1 GIT_TRACE=1 as ada git agent sync >>printed 2>&1 &&
	test_grep "^http: POST rest/v1/rpc/pull 429" printed &&
	for secret in "$GIT_AGENT_TEST_BOB" "$GIT_AGENT_TEST_ADA" "$GIT_AGENT_TEST_KEY"
	do
		for at in 1 12 24 60 120
		do
			piece=$(printf %s "$secret" | cut -c$at-$((at + 11))) &&
			test ${#piece} -lt 12 || ! grep -F -e "$piece" printed || return 1
		done
	done
'

test_expect_success SERVER 'a thousand artifacts are sent in ten requests, and it says how far it is' '
	git init -q --bare big.git &&
	LC_ALL=C awk -v n=1000 -f "$test_root/tests/perf/tree.awk" |
		git -C big.git fast-import --quiet &&
	for who in ada bob
	do
		mkdir -p big && git clone -q -b main big.git big/$who &&
		git -C big/$who config user.name $who &&
		git -C big/$who config user.email $who@example.org || return
	done &&
	: >log &&
	(cd big && GIT_AGENT_PROGRESS=$TRASH/progress as ada git agent sync init "$URL" \
		--project big --create) >out &&
	test_grep "^pushed: 1000 sent$" out &&
	test "$(grep -c /push log)" -le 10 &&
	say "# $(grep -c /push log) requests to push, $(grep -c . log) in all" &&
	test_grep "^Pushing 1000 1000$" progress &&
	big=$(psql_ "select id from gitagent_private.project where slug = '\''big'\''") &&
	admin member_set "{\"project\":\"$big\",\"user\":\"$GIT_AGENT_TEST_BOB_ID\",
		\"role\":\"reader\"}" &&
	: >log && : >progress &&
	(cd big && GIT_AGENT_PROGRESS=$TRASH/progress as bob git agent sync init "$URL" \
		--project big) >out &&
	test_grep "^pulled: 1000 found on both sides$" out &&
	say "# $(grep -c /pull log) requests to pull" &&
	test_grep "^Pulling 1000 1000$" progress
'

# --- faults ------------------------------------------------------------------------------------

test_expect_success SERVER 'each fault, at a push and at a pull: the right result' '
	n=0 &&
	for how in lose drop twice cut garble trickle late 429 503 520 408 544
	do
		n=$((n + 1)) &&
		before=$(version INFRA-042) &&
		edit bob "s/Too many requests.*/Too many requests. $how/" &&
		printf "push %s\n" $how >faults && : >log &&
		as bob git agent sync &&
		test "$(version INFRA-042)" = $((before + 1)) &&
		test "$(grep -c "/push" log)" -le 2 &&
		printf "pull %s\n" $how >faults &&
		as ada git agent sync &&
		same && grep -q "Too many requests. $how" 1.md || {
			echo "# at: $how" && cat log
			return 1
		}
	done &&
	say "# $n faults, at a push and at a pull"
'

test_expect_success SERVER 'faults that do not end: five tries, queued, then all is well' '
	for how in lose drop cut 503 500
	do
		before=$(version INFRA-042) &&
		edit bob "s/Too many requests.*/Too many requests. Again $how/" &&
		as bob git agent import &&
		printf "push $how\npush $how\npush $how\npush $how\npush $how\n" >faults && : >log &&
		test_expect_code 3 as bob git agent sync push 2>err &&
		test "$(grep -c "/push" log)" -le 5 &&
		test_grep "^hint: .*queued" err &&
		edit bob "s/None yet.*\|Some more.*/Some more, $how/" &&
		: >faults &&
		as bob git agent sync &&
		test "$(version INFRA-042)" = $((before + 2)) &&
		as ada git agent sync && same && grep -q "Again $how" 1.md &&
		grep -q "Some more, $how" 1.md || {
			echo "# at: $how" && cat log err
			return 1
		}
	done
'

test_expect_success SERVER 'killed at every step of a push and of a pull, and run again' '
	points=0 &&
	for n in $(test_seq 1 200)
	do
		before=$(version INFRA-042) &&
		edit bob "s/Too many requests.*/Too many requests. Kill $n/" &&
		as bob git agent import &&
		(GIT_AGENT_FAULT=$n && export GIT_AGENT_FAULT && as bob git agent sync) >out 2>&1
		code=$? &&
		as bob git agent sync >out 2>&1 &&
		test "$(version INFRA-042)" = $((before + 1)) &&
		(GIT_AGENT_FAULT=$n && export GIT_AGENT_FAULT && as ada git agent sync) >out 2>&1
		other=$? &&
		as ada git agent sync >out 2>&1 && same && grep -q "Kill $n\$" 1.md || {
			echo "# at point $n" && cat out
			return 1
		}
		test $code = 137 || test $other = 137 || break
		points=$((points + (code == 137) + (other == 137)))
	done &&
	say "# $points points" &&
	test $points -gt 20
'

# --- who is out --------------------------------------------------------------------------------

test_expect_success SERVER 'a member who was removed is told so, keeps all, and asks once' '
	admin member_set "{\"project\":\"$project\",\"user\":\"$GIT_AGENT_TEST_CYD_ID\"}" &&
	edit cyd "s/a message/a long message/" && as cyd git agent import && : >log &&
	test_expect_code 2 as cyd git agent sync 2>err &&
	test_grep "no member" err && test_grep "still here" err &&
	test "$(requests)" = 1 &&
	as cyd git agent show INFRA-042 | grep "a long message" &&
	admin member_set "{\"project\":\"$project\",\"user\":\"$GIT_AGENT_TEST_CYD_ID\",
		\"role\":\"author\"}" &&
	as cyd git agent sync && as ada git agent sync &&
	as ada git agent show INFRA-042 | grep "a long message"
'

# --- purge -------------------------------------------------------------------------------------

test_expect_success SERVER 'what was purged is deleted where it was not changed, kept where it was' '
	as bob git agent sync && as cyd git agent sync &&
	uid=$(psql_ "select uid from gitagent.artifacts where label = '\''INFRA-043'\''") &&
	as ada git agent rm INFRA-043 && as ada git agent sync &&
	admin purge "{\"project\":\"$project\",\"uid\":\"$uid\"}" &&
	edit cyd "s/None yet./Mine./" .agent/cache/stories/INFRA/INFRA-043-audit.md &&
	as bob git agent sync >out 2>err && test_grep "INFRA-043: deleted on the remote" err &&
	test_expect_code 128 as bob git agent show INFRA-043 &&
	test_expect_code 2 as bob git agent restore INFRA-043 2>err &&
	test_grep "INFRA-043.* was erased on the remote" err &&
	test_expect_code 2 as cyd git agent sync >out 2>err &&
	test_grep "INFRA-043: .*your text differs" err && test_grep "INFRA-043: purged" err &&
	as cyd git agent show INFRA-043 | grep Mine. &&
	: >log && test_expect_code 2 as cyd git agent sync 2>err &&
	test "$(requests)" = 1 &&
	: >log && as bob git agent sync >out && test "$(requests)" = 1 &&
	test_grep "nothing to send" out
'

test_expect_success SERVER 'who comes later does not see what was purged' '
	clone dan && mv dan late && cp -R late ada-late &&
	(GIT_AGENT_TOKEN=$GIT_AGENT_TEST_ADA && export GIT_AGENT_TOKEN && cd ada-late &&
		rm .agent/cache/stories/INFRA/INFRA-043-audit.md && git commit -qam gone &&
		git agent sync init "$URL" --project team && git agent sync &&
		test_expect_code 128 git agent show INFRA-043)
'

test_done
