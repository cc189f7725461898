#!/bin/sh
test_description='log: which revisions, by date and author, and in what form'
. "$(dirname "$0")/lib/test-lib.sh"
. "$test_root/tests/lib/small.sh"

if ! test_have_prereq LIBGIT2
then
	skip_all='libgit2 is missing'
	test_done
fi

# titled <time> <author> <title>
titled() {
	GIT_AGENT_NOW=$1 GIT_AUTHOR_NAME=$2 GIT_AUTHOR_EMAIL=$2@x.org \
		git agent set INFRA-003 --title "$3" -m "Title $3" >/dev/null
}

# logged <subjects...> -- <option>...
logged() {
	want=
	while test "$1" != --
	do
		want="$want$1 "
		shift
	done
	shift
	git agent log INFRA-003 "$@" --format='%(time:unix)' >"$TRASH/logged" || return 1
	got=$(tr '\n' ' ' <"$TRASH/logged")
	test "$got" = "$want" && return 0
	echo "logged '$got' instead of '$want'" >&2
	return 1
}

test_expect_success 'an artifact that three people changed' '
	small_repo "$TRASH/r" && cd "$TRASH/r" &&
	titled 4000000000 Ann One && titled 4000086400 Ben Two && titled 4000172800 Ann Three
'

test_expect_success 'since and until are dates as git reads them, and take their second in' '
	logged 4000172800 4000086400 4000000000 -- --since=2096-01-01 &&
	logged 4000172800 4000086400 -- --since="2096-10-03 07:06:40 +0000" &&
	logged 4000086400 4000000000 -- --since=2096-01-01 --until="2096-10-03 07:06:40 +0000" &&
	logged 4000000000 -- --since=2096-01-01 --until="2096-10-03 07:06:39 +0000" &&
	logged -- --since=2097-01-01 && logged -- --until=1999-01-01
'

test_expect_success 'author, and how many of those that are left' '
	logged 4000172800 4000000000 -- --author=ann@ &&
	logged 4000172800 -- --author=ANN -n 1 && logged 4000086400 -- --author "Ben <" &&
	logged -- --author=nobody && logged -- -n 0
'

test_expect_success 'the same ones as text, patch and JSON' '
	git agent log INFRA-003 --author=ben --oneline >../actual && small_lines 1 ../actual &&
	git agent log INFRA-003 --author=ben -p >../actual && test_grep "^-# INFRA-003: One" ../actual &&
	! grep Three ../actual &&
	git agent log INFRA-003 --author=ben --json >../actual && test_schema log "$TRASH/actual" &&
	test "$(grep -o "\"revision\"" ../actual | wc -l)" = 1 && test_grep "Ben <Ben@x.org>" ../actual &&
	git agent log INFRA-003 --author=nobody --json >../actual &&
	echo "{\"schema_version\":1,\"data\":[]}" >../expect && test_cmp ../expect ../actual
'

test_expect_success 'format: fields of the revision and of the artifact' '
	git agent log INFRA-003 -n 1 --format="%(time)|%(time:short)|%(author)|%(author:name)|%(author:mail)|%(how)|%(mark)|%(id)|%(kind)|%(subject)%%" >../actual &&
	echo "2096-10-04T07:06:40Z|2096-10-04|Ann <Ann@x.org>|Ann|Ann@x.org|edit|head|INFRA-003|story|Title Three%" >../expect &&
	test_cmp ../expect ../actual &&
	head=$(git agent list --kind story --state open --format="%(revision) %(oid) %(path) %(uid)") &&
	test "$(git agent log INFRA-003 -n 1 --format="%(revision) %(oid) %(path) %(uid)")" = "$head" &&
	test "$(git agent log INFRA-003 -n 1 --format="%(revision:short)")" = "$(printf %.12s "$head")" &&
	test "$(git agent log INFRA-003 --format="%(revision)" | sed -n 2p)" = \
		"$(git agent log INFRA-003 -n 1 --format="%(parents)")"
'

test_expect_success 'format: each on a line, with NUL each ended by one, with a patch before it' '
	git agent log INFRA-003 --since=2096-01-01 --format="%(author:name)%0a" -z | tr "\n\0" "|\n" >../actual &&
	printf "Ann|\nBen|\nAnn|\n" >../expect && test_cmp ../expect ../actual &&
	git agent log INFRA-003 -p -n 1 --format="%(mark)" >../actual &&
	test "$(sed -n 1p ../actual)" = head && test_grep "^+# INFRA-003: Three" ../actual
'

test_expect_success 'misuse' '
	test_says 129 "error: --since and --until need a date" git agent log INFRA-003 --until= &&
	test_says 129 "error: --format excludes --json and --oneline" git agent log INFRA-003 --format=x --json &&
	test_says 129 "error: -z goes with --format, and without --patch" git agent log INFRA-003 -z &&
	test_says 129 "error: there is no field '\''%(autor)'\''" git agent log INFRA-003 --format="%(autor)" &&
	test_grep "^hint: did you mean .%(author).?" "$TRASH/says.err" &&
	test_says 129 "error: option '\''--max-count'\'' expects a number, not '\''x'\''" git agent log INFRA-003 -n x
'

test_done
