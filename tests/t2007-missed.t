#!/bin/sh
test_description='a pull that ends with something else than the remote has is noticed, and mended'
. "$(dirname "$0")/lib/test-lib.sh"
. "$test_root/tests/lib/team.sh"

if ! test_have_prereq LIBGIT2
then
	skip_all='libgit2 is missing'
	test_done
fi

command -v sqlite3 >/dev/null && test_set_prereq SQLITE3

# local_sql <clone> <statement>
local_sql() {
	sqlite3 "$1/.git/agent/agent.db" "$2"
}

# a is ahead of b by one edit and one story, and b is made to believe that it has them.
skip_ahead() {
	(cd a && team_edit "s/None yet.\|^Missed.*/$1/" && git agent sync) &&
	local_sql b "UPDATE meta SET value = '$(sqlite3 team.db 'SELECT head FROM project')'
		WHERE key = 'cursor'" &&
	local_sql b "UPDATE meta SET value = '$(sqlite3 team.db 'SELECT head_hash FROM project')'
		WHERE key = 'cursor_hash'"
}

test_expect_success SQLITE3 'two clones' '
	team_origin && team_clone a "file:$TRASH/team.db" && (cd a && git agent sync) &&
	team_clone b "file:$TRASH/team.db" && (cd b && git agent sync)
'

test_expect_success SQLITE3 'what was never delivered is found by the digest' '
	(cd a && git agent new-story "Late" --scope INFRA) &&
	skip_ahead "Missed." &&
	(cd b && git agent sync) >out 2>err &&
	test_grep "^compared with all that the remote has: 2 artifacts taken again$" err &&
	(cd b && git agent show INFRA-042) | grep "Missed." &&
	(cd b && git agent list) | grep "Late" &&
	(cd b && git agent sync) >out 2>err &&
	! test_grep "compared" err
'

test_expect_success SQLITE3 'with an edit of its own, that is merged' '
	skip_ahead "Missed again." &&
	(cd b && team_edit "s/Too many requests./Far too many requests./" && git agent sync) &&
	(cd b && git agent show INFRA-042) >text &&
	test_grep "Far too many" text && test_grep "Missed" text &&
	(cd a && git agent sync >../out && git agent show INFRA-042) >other &&
	test_cmp text other
'

test_expect_success SQLITE3 'a wrong number of our own is counted anew, and nobody is asked' '
	local_sql b "UPDATE meta SET value = '\''$(printf "%064d" 7)'\'' WHERE key = '\''digest'\''" &&
	(cd b && git agent sync) >out 2>err &&
	! test_grep "compared" err
'

test_expect_success SQLITE3 'what the remote has lost is sent again' '
	sqlite3 team.db "DROP TRIGGER revision_no_delete;
		DELETE FROM artifact WHERE label = '\''INFRA-043'\'';
		DELETE FROM revision WHERE uid NOT IN (SELECT uid FROM artifact);
		UPDATE project SET digest = '\''$(printf "%064d" 1)'\''" &&
	(cd b && git agent sync) >out 2>err &&
	test_grep "INFRA-043: the remote has lost it" err &&
	test "$(sqlite3 team.db "SELECT count(*) FROM artifact WHERE label = '\''INFRA-043'\''")" = 1 &&
	(cd b && git agent show INFRA-043)
'

test_done
