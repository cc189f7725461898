#!/bin/sh
test_description='a shared database whose rows somebody tampered with: each such row is refused, the others are taken'
. "$(dirname "$0")/lib/test-lib.sh"
. "$test_root/tests/lib/small.sh"

if ! test_have_prereq LIBGIT2
then
	skip_all='libgit2 is not there'
	test_done
fi

url=file:$TRASH/team.db
ONE="(SELECT uid FROM artifact WHERE label = 'INFRA-001')"
TEXT="(SELECT oid FROM artifact WHERE label = 'INFRA-001')"

# tamper <SQL>: a clean remote, then this; an empty clone "c" is where we then are.
tamper() {
	cd "$TRASH" && rm -rf c team.db team.db-* && cp clean.db team.db &&
	sqlite3 team.db "$1" && test_repo c && cd c &&
	git agent import >/dev/null && git config agent.remote "$url" &&
	find . ! -path "./.git/agent*" | sort >../files
}

# refused <reason>: the row is named with the reason, each time, the other three are taken, and not
# a file is made.
refused() {
	test_expect_code 2 git agent sync pull >../out 2>../err &&
	test_grep "^pulled: 3 received$" ../out &&
	small_lines 2 ../err &&
	test_grep "^not taken from the remote: .*$1" ../err &&
	test_grep "^error: 1 change was refused by a rule$" ../err &&
	! LC_ALL=C grep -q "[$(printf "\001-\010\013-\037")]" ../err &&
	find . ! -path "./.git/agent*" | sort >../actual && test_cmp ../files ../actual &&
	git agent list >../actual && small_lines 3 ../actual && ! grep INFRA-001 ../actual &&
	git agent export --all >/dev/null &&
	find . -type f ! -path "./.git/*" | sort >../actual && small_lines 3 ../actual &&
	! test -e "$TRASH/evil.md" && ! test -e .git/hooks/x && ! test -e .git/x.md
}

# healed: the remote is as it was, and the row is taken although no cursor points at it.
healed() {
	rm -f ../team.db-* && cp ../clean.db ../team.db &&
	git agent sync pull >../out && test_grep "^pulled: 1 received$" ../out &&
	git agent show INFRA-001 >../actual && test_cmp "../a/$small_plans/INFRA-001-caching.md" ../actual
}

test_expect_success 'a remote' '
	small_repo "$TRASH/a" && cd "$TRASH/a" &&
	git agent sync init --no-hooks "$url" >/dev/null && git agent sync >/dev/null &&
	cd .. && sqlite3 team.db "PRAGMA journal_mode = DELETE" >/dev/null && cp team.db clean.db
'

for path in ../../.git/hooks/x "$TRASH/evil.md" .git/x.md .agent/cache/plans/../../../evil.md \
	.agent/cache/plans/INFRA/.git/x.md .agent/cache/plans/INFRA/.agent-x .agent/x.md
do
	test_expect_success "the path ${path#"$TRASH"}" '
		tamper "UPDATE artifact SET path = '\''$path'\'' WHERE label = '\''INFRA-001'\'';
			UPDATE lineage SET path = '\''$path'\'' WHERE uid = $ONE" &&
		refused "path .* \(has a\|is\|starts\|ends\)" && healed
	'
done

test_expect_success 'a path with terminal escapes' '
	tamper "UPDATE artifact SET path = char(27) || path WHERE label = '\''INFRA-001'\''" &&
	refused "path" && healed
'

test_expect_success 'ids that do not fit: a text, an oid, a revision, a parent, a uid' '
	tamper "UPDATE text SET bytes = CAST('\''evil'\'' AS BLOB) WHERE oid = $TEXT" &&
	refused "a text that does not match its id" && healed &&
	tamper "UPDATE artifact SET oid = '\''0000000000000000000000000000000000000000'\'' WHERE label = '\''INFRA-001'\''" &&
	refused "a version that does not match its revision" && healed &&
	tamper "UPDATE artifact SET oid = '\''zz'\'' WHERE label = '\''INFRA-001'\''" &&
	refused "a malformed id" && healed &&
	tamper "UPDATE lineage SET author = '\''Somebody else'\'' WHERE uid = $ONE" &&
	refused "a revision that does not match its id" && healed &&
	tamper "UPDATE lineage SET parent1 = '\''..'\'' WHERE uid = $ONE" &&
	refused "a malformed id" && healed &&
	tamper "UPDATE lineage SET uid = '\''../x'\'' WHERE uid = $ONE;
		UPDATE artifact SET uid = '\''../x'\'' WHERE label = '\''INFRA-001'\''" &&
	refused "a malformed uid"
'

test_expect_success 'a lineage that is broken or gone' '
	tamper "UPDATE lineage SET how = char(27) || '\''[31m'\'' WHERE uid = $ONE" &&
	refused "a revision of an unknown form" && healed &&
	tamper "DELETE FROM lineage WHERE uid = $ONE" &&
	refused "a version without its revision" && healed &&
	tamper "DELETE FROM text WHERE oid = $TEXT" &&
	refused "a revision without its text" && healed &&
	tamper "UPDATE artifact SET version = -5 WHERE label = '\''INFRA-001'\''" &&
	refused "a malformed version" && healed
'

test_expect_success 'a huge text, NUL bytes in a text' '
	tamper "UPDATE text SET bytes = CAST(replace(hex(zeroblob(1500000)), '\''0'\'', '\''x'\'') AS BLOB) WHERE oid = $TEXT" &&
	refused "a text larger than 1 MiB" && healed &&
	tamper "UPDATE text SET bytes = zeroblob(100) WHERE oid = $TEXT" &&
	refused "has a NUL character" && healed
'

test_expect_success 'an unknown kind, an unknown state' '
	tamper "UPDATE artifact SET kind = '\''evil'\'' WHERE label = '\''INFRA-001'\''" &&
	refused "that it is a .evil., its path says .plan." && healed &&
	tamper "UPDATE artifact SET state = char(27) || '\''EVIL'\'' WHERE label = '\''INFRA-001'\''" &&
	refused "the unknown state .^\[EVIL." && healed
'

test_expect_success 'terminal escapes in a title and a label reach no terminal' '
	tamper "UPDATE artifact SET title = char(27) || '\''[31mred'\'' || char(7), label = char(27) || '\''[0m'\'',
		author = char(27) || '\''[2J'\'', forged = 1 WHERE label = '\''INFRA-001'\''" &&
	git agent sync pull >../out 2>&1 &&
	for command in list status "log INFRA-001" "show INFRA-001" "sync status" "list --json"
	do
		git agent $command >>../out 2>&1 || return 1
	done &&
	! LC_ALL=C grep -q "$(printf "\033")" ../out && ! LC_ALL=C grep -q "$(printf "\007")" ../out
'

test_expect_success 'a row that is refused again is named again; work of others and ours goes on' '
	tamper "UPDATE artifact SET kind = '\''evil'\'' WHERE label = '\''INFRA-001'\''" &&
	test_expect_code 2 git agent sync pull >../out 2>../err &&
	test_expect_code 2 git agent sync >../out 2>../err &&
	test_grep "INFRA-001-caching.md.: the remote says that it is a .evil." ../err &&
	small_lines 2 ../err &&
	git agent check INFRA-002 1 2>/dev/null && test_expect_code 2 git agent sync >../out 2>/dev/null &&
	test_grep "^pushed: 1 sent$" ../out &&
	sqlite3 ../team.db "UPDATE artifact SET kind = '\''plan'\'' WHERE label = '\''INFRA-001'\''" &&
	git agent sync >../out && test_grep "^pulled: 1 received$" ../out
'

test_expect_success 'what builds on a refused row comes with all of its lineage' '
	tamper "UPDATE artifact SET kind = '\''evil'\'' WHERE label = '\''INFRA-001'\''" &&
	test_expect_code 2 git agent sync pull >../out 2>../err &&
	sqlite3 ../team.db "UPDATE artifact SET kind = '\''plan'\'' WHERE label = '\''INFRA-001'\''" &&
	rm -rf ../d && cp -r ../a ../d && (
		cd ../d && git agent set INFRA-001 --title "Later" && git agent sync
	) >/dev/null &&
	git agent sync >../out && test_grep "^pulled: 1 received$" ../out &&
	git agent show INFRA-001 >../actual && test_grep "^# INFRA-001: Later$" ../actual
'

test_expect_success 'a remote that is damaged as a whole: one error, nothing is taken' '
	tamper "UPDATE project SET head = -4" &&
	test_says 2 "error: the remote is damaged: its newest revision is -4" git agent sync pull &&
	git agent list >../actual && test_must_be_empty ../actual &&
	tamper "DROP TABLE lineage" &&
	test_expect_code 128 git agent sync pull 2>../err && small_lines 1 ../err &&
	test_grep "^fatal: remote .*: no such table: lineage$" ../err &&
	head -c 40000 /dev/urandom >../team.db &&
	test_says 2 "error: '\''$TRASH/team.db'\'' is not a git-agent remote" git agent sync pull &&
	: >../team.db &&
	test_expect_code 3 git agent sync pull 2>../err && test_grep "the file is empty" ../err &&
	rm ../team.db &&
	test_expect_code 3 git agent sync pull 2>../err && test_grep "^error: .*no such file" ../err &&
	git config agent.remote "file:$TRASH" &&
	test_says 2 "error: '\''$TRASH'\'' is not a git-agent remote" git agent sync pull &&
	git config agent.remote "ssh://example.com/x" &&
	test_expect_code 129 git agent sync pull 2>../err &&
	test_grep "is no remote of this version$" ../err
'

test_done
