#!/bin/sh
test_description='sync watch: one clone follows what another one does'
. "$(dirname "$0")/lib/test-lib.sh"
. "$test_root/tests/lib/team.sh"

if ! test_have_prereq LIBGIT2
then
	skip_all='libgit2 is missing'
	test_done
fi
TZ=UTC
export TZ

# watch_start <clone> <output> [<option>...]: waits until it says that it watches.
watch_start() {
	watch_clone=$1 watch_out=$2
	shift 2
	: >"$watch_out" && : >"$watch_out.err"
	# A shell lets its background ignore SIGINT.
	(cd "$watch_clone" && exec env --default-signal=INT "$GIT_AGENT_BUILD/git-agent" sync watch "$@" \
		>>"$TRASH/$watch_out" 2>>"$TRASH/$watch_out.err") &
	watch_pid=$!
	watch_pids="${watch_pids-} $watch_pid"
}
# watch_until <pattern> <file>: a minute for a machine that does other things, too.
watch_until() {
	for watch_try in $(seq 600)
	do
		grep "$1" "$2" >/dev/null && return 0
		sleep 0.1
	done
	echo "never came: $1" >&2
	cat "$2" >&2
	return 1
}
# watch_stop [<signal>]: its exit code, as a shell sees it, in $watch_code.
watch_stop() {
	kill -"${1-TERM}" "$watch_pid"
	wait "$watch_pid"
	watch_code=$?
}
# Whatever the exit code of the test is, it stays.
watch_all_stop() {
	for watch_pid in ${watch_pids-}
	do
		kill -KILL "$watch_pid" 2>/dev/null
	done
	return "$1"
}
trap 'watch_all_stop $?; die' EXIT

test_expect_success 'a team' '
	team_origin &&
	mkdir shared &&
	team_clone a file:../shared/team.db &&
	team_clone b file:../shared/team.db &&
	unset GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL &&
	git -C a config user.name Alice &&
	git -C a agent sync && git -C b agent sync
'

test_expect_success 'each kind of change is a line' '
	watch_start b out &&
	watch_until "^watching file:" out.err &&
	git -C a agent check INFRA-042 1 &&
	git -C a agent state INFRA-042 OPEN &&
	git -C a agent set INFRA-042 --section Notes --text "Ask operations." &&
	git -C a agent sync push &&
	watch_until "edited" out &&
	git -C a agent new-story "A third" --scope INFRA &&
	watch_until "new" out &&
	git -C a agent set INFRA-043 --title "Auditing" && git -C a agent sync push &&
	watch_until "title" out &&
	git -C a agent mv INFRA-043 --label INFRA-050 && git -C a agent sync push &&
	watch_until "renamed" out &&
	git -C a agent rm INFRA-050 && git -C a agent sync push &&
	watch_until "deleted" out &&
	git -C a agent restore INFRA-050 && git -C a agent sync push &&
	watch_until "restored" out &&
	sed "s/^[0-9][0-9]:[0-9][0-9] //" out >actual &&
	cat >expect <<-\EOT &&
	Alice  INFRA-042  checked 1 of 2
	Alice  INFRA-042  state DRAFT -> OPEN
	Alice  INFRA-042  edited section "Notes"
	Alice  INFRA-044  new "A third"
	Alice  INFRA-043  title "Auditing"
	Alice  INFRA-050  renamed INFRA-043 -> INFRA-050
	Alice  INFRA-050  deleted
	Alice  INFRA-050  restored
	EOT
	sort expect >expect.sorted && sort actual >actual.sorted &&
	test_cmp expect.sorted actual.sorted
'

test_expect_success 'nothing was written into the workspace that watches' '
	git -C b agent show INFRA-042 >shown &&
	test_must_fail grep "Ask operations" shown &&
	git -C b agent sync status --porcelain >status &&
	test_must_fail grep "^# behind 0$" status
'

test_expect_success 'SIGTERM and SIGINT end it as they end git' '
	watch_stop TERM &&
	test "$watch_code" = 143 &&
	watch_start b out &&
	watch_until "^watching" out.err &&
	watch_stop INT &&
	test "$watch_code" = 130
'

test_expect_success 'when nobody reads, it ends, also while nothing happens' '
	(git -C b agent sync watch; echo $? >code) 2>/dev/null | sleep 0 &&
	watch_until "^141$" code
'

test_expect_success '--once tells what was not pulled, once, and pulls nothing' '
	git -C b agent sync watch --once >once &&
	test_grep "Alice  INFRA-044  new" once &&
	git -C b agent sync watch --once >again &&
	test_cmp once again &&
	git -C b agent sync >/dev/null &&
	git -C b agent sync watch --once >once &&
	test_must_be_empty once
'

test_expect_success 'JSON: a document a line, with who, when, what' '
	git -C a agent check INFRA-042 2 && git -C a agent sync push &&
	git -C b agent sync watch --once --json >out &&
	test 1 = "$(wc -l <out)" &&
	test_grep "^{\"schema_version\":1,\"data\":{\"event\":\"checked\",\"at\":\"20[^\"]*Z\",\"who\":\"Alice <a@example.com>\"" out &&
	test_grep "\"id\":\"INFRA-042\".*\"rev\":[0-9]*.*\"done\":2,\"total\":2}}$" out &&
	git -C b agent sync >/dev/null
'

test_expect_success 'two people in one look are two lines, each with the name of who did it' '
	git clone -q origin.git c &&
	git -C c config agent.identity "Carol <c@example.com>" &&
	git -C c agent sync init file:../shared/team.db >/dev/null &&
	git -C b agent sync >/dev/null &&
	git -C a agent set INFRA-042 --section "Problem Statement" --text "By Alice." &&
	git -C a agent sync >/dev/null &&
	git -C c agent sync >/dev/null &&
	git -C c agent set INFRA-042 --section Notes --text "By Carol." &&
	git -C c agent sync >/dev/null &&
	git -C b agent sync watch --once | sed "s/^[0-9:]* //" >actual &&
	cat >expect <<-\EOT &&
	Alice  INFRA-042  edited section "Problem Statement"
	Carol  INFRA-042  edited section "Notes"
	EOT
	test_cmp expect actual &&
	git -C a agent sync >/dev/null
'

test_expect_success 'a merge is told as what it brought, not as what it took' '
	git -C a agent set INFRA-042 --section "Problem Statement" --text "Alice again." &&
	git -C c agent set INFRA-042 --section Notes --text "Carol again." &&
	git -C a agent sync >/dev/null &&
	git -C b agent sync >/dev/null &&
	git -C c agent sync >/dev/null &&
	git -C b agent sync watch --once | sed "s/^[0-9:]* //" >actual &&
	cat >expect <<-\EOT &&
	Carol  INFRA-042  edited section "Notes"
	EOT
	test_cmp expect actual
'

test_expect_success '--pull: the workspace follows, and other commands run beside it' '
	git -C b config agent.pullExport true &&
	watch_start b out --pull &&
	watch_until "^watching" out.err &&
	git -C a agent sync >/dev/null &&
	git -C a agent set INFRA-042 --section Notes --text "Pulled text." &&
	git -C a agent sync >/dev/null &&
	watch_until "edited section" out &&
	for try in $(seq 300)
	do
		grep "Pulled text" b/$STORY && break
		sleep 0.1
	done &&
	test_grep "Pulled text" b/$STORY &&
	git -C b agent check INFRA-044 1 &&
	git -C b agent sync >/dev/null
'

test_expect_success 'two watchers at once, and a rebuild under both' '
	first=$watch_pid &&
	watch_start b out2 &&
	watch_until "^watching" out2.err &&
	git -C b agent rebuild --force >/dev/null 2>&1 &&
	git -C a agent set INFRA-042 --section Notes --text "After the rebuild." &&
	git -C a agent sync >/dev/null &&
	watch_until "INFRA-042  edited section \"Notes\"" out2 &&
	for try in $(seq 300)
	do
		git -C b agent show INFRA-042 | grep "After the rebuild" && break
		sleep 0.1
	done &&
	git -C b agent show INFRA-042 >shown &&
	test_grep "After the rebuild" shown &&
	watch_stop && watch_pid=$first && watch_stop &&
	test "$watch_code" = 143
'

test_expect_success 'out of reach is said once, so is that it is back, and nothing is missed' '
	git -C b config agent.watchInterval 1 &&
	watch_start b out &&
	watch_until "^watching" out.err &&
	mv shared away &&
	watch_until "out of reach.*; trying again$" out.err &&
	sleep 3 &&
	git -C a agent set INFRA-042 --section Notes --text "Made offline." &&
	mv away shared &&
	watch_until "^the remote is back$" out.err &&
	git -C a agent sync >/dev/null &&
	watch_until "INFRA-042  edited section \"Notes\"" out &&
	test 1 = "$(grep -c "trying again" out.err)" &&
	watch_stop
'

test_expect_success 'it begins out of reach, too; --once says so with exit code 3' '
	mv shared away &&
	test_expect_code 3 git -C b agent sync watch --once 2>err &&
	watch_start b out &&
	watch_until "trying again$" out.err &&
	mv away shared &&
	watch_until "^watching" out.err &&
	watch_stop
'

test_expect_success 'killed at any time it leaves nothing behind' '
	for try in $(seq 5)
	do
		watch_start b out --pull &&
		git -C a agent set INFRA-042 --section Notes --text "Round $try." &&
		git -C a agent sync >/dev/null &&
		sleep 0.$try &&
		watch_stop KILL
	done &&
	git -C b agent sync >/dev/null &&
	git -C b agent show INFRA-042 >shown &&
	test_grep "Round 5" shown &&
	git -C b agent sync status --porcelain >status &&
	test_grep "^# behind 0$" status
'

test_expect_success 'another database in the place of the remote is noticed' '
	watch_start b out &&
	watch_until "^watching" out.err &&
	mkdir other && mv shared/* other/ &&
	git clone -q origin.git d &&
	git -C d config agent.identity "Dora <d@example.com>" &&
	git -C d agent sync init file:../shared/team.db >/dev/null &&
	watch_until "is not what it was (epoch)" out.err &&
	git -C d agent set INFRA-042 --section Notes --text "In the other one." &&
	git -C d agent sync >/dev/null &&
	: what came in one look with its creation is part of that &&
	watch_until "Dora  INFRA-042  \(edited section \"Notes\"\|new\)" out &&
	watch_stop &&
	rm -r shared && mv other shared
'

test_expect_success 'names and titles of others cannot move the cursor or make a line' '
	git -C a config agent.identity "$(printf "Ev\033[2Jil <e@x>")" &&
	git -C a agent set INFRA-042 --title "$(printf "Cl\033[2Jear")" &&
	git -C a agent sync >/dev/null &&
	git -C b agent sync watch --once >out &&
	test_must_fail grep "$(printf "\033")" out &&
	test_grep "Ev^\[\[2Jil  INFRA-042  title \"Cl^\[\[2Jear\"$" out
'

test_expect_success 'misuse' '
	test_expect_code 129 git -C b agent sync watch INFRA-042 &&
	test_expect_code 128 git -C b -c agent.watchInterval=often agent sync watch 2>err &&
	test_grep "^fatal: bad value .often. of agent.watchInterval" err &&
	git clone -q origin.git alone &&
	git -C alone agent sync init >/dev/null &&
	test_expect_code 129 git -C alone agent sync watch
'

test_done
