#!/bin/sh
test_description='claim and release: who is editing what'
. "$(dirname "$0")/lib/test-lib.sh"
. "$test_root/tests/lib/team.sh"

if ! test_have_prereq LIBGIT2
then
	skip_all='libgit2 is missing'
	test_done
fi
TZ=UTC
GIT_AGENT_NOW=1790000000	# 2026-09-21T14:13:20Z
export TZ GIT_AGENT_NOW

test_expect_success 'a team' '
	team_origin &&
	mkdir shared &&
	team_clone a file:../shared/team.db &&
	team_clone b file:../shared/team.db &&
	unset GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL
'

test_expect_success 'a claim is listed with who and until when' '
	git -C a agent claim --minutes 30 INFRA-042 >out &&
	echo "INFRA-042: claimed until 14:43" >expect &&
	test_cmp expect out &&
	git -C a agent claim >out &&
	echo "INFRA-042  you  until 14:43" >expect &&
	test_cmp expect out &&
	git -C b agent claim >out &&
	echo "INFRA-042  a  until 14:43" >expect &&
	test_cmp expect out
'

test_expect_success 'status, sync status and show name it, sync status having asked' '
	git -C b agent release INFRA-043 &&
	git -C b agent status >out &&
	test_grep "INFRA-042: a until 14:43" out &&
	git -C b agent status --porcelain >out &&
	test_grep "^C	[0-9a-f-]*	2026-09-21T14:43:20Z	a <a@example.com>$" out &&
	git -C b agent sync status >out &&
	test_grep "^  INFRA-042  a  until 14:43$" out &&
	git -C b agent show INFRA-042 2>err &&
	test_grep "^warning: a is editing INFRA-042 (claimed until 14:43)$" err &&
	git -C b agent show INFRA-043 2>err &&
	test_must_be_empty err
'

test_expect_success 'JSON has the same' '
	git -C b agent claim --json >out &&
	test_grep "\"id\":\"INFRA-042\"" out &&
	test_grep "\"who\":\"a <a@example.com>\",\"mine\":false,\"until\":\"2026-09-21T14:43:20Z\"" out &&
	git -C b agent status --json >out &&
	test_grep "\"claims\":\[{\"uid\"" out &&
	git -C b agent sync status --json >out &&
	test_grep "\"claims\":\[{\"uid\"" out
'

test_expect_success 'a change of what a colleague claimed is made, with a warning' '
	git -C b agent set INFRA-042 --section Notes --text "By b." >out 2>err &&
	test_grep "section" out &&
	test_grep "^warning: a is editing INFRA-042" err &&
	git -C a agent set INFRA-042 --section Notes --text "By a." 2>err &&
	test_must_be_empty err
'

test_expect_success 'who opens the editor is warned before, although nothing was heard yet' '
	git clone -q origin.git c &&
	git -C c config agent.identity "c <c@example.com>" &&
	git -C c agent sync init file:../shared/team.db >/dev/null &&
	git -C a agent claim INFRA-043 &&
	(cd c && GIT_EDITOR="cp \"$TRASH/err\" \"$TRASH/before\" && :" git agent edit INFRA-043 2>"$TRASH/err") &&
	test_grep "^warning: a is editing INFRA-043" before
'

test_expect_success 'two may claim the same, and are told' '
	git -C b agent claim INFRA-042 >out 2>err &&
	test_grep "claimed until 15:13" out &&
	test_grep "^warning: a has claimed it, too, until 14:43$" err
'

test_expect_success 'release takes back the own one only' '
	git -C b agent release INFRA-042 >out &&
	echo "INFRA-042: released" >expect &&
	test_cmp expect out &&
	git -C b agent claim >out &&
	test_grep "^INFRA-042  *a " out &&
	test_must_fail grep you out
'

test_expect_success 'it expires by itself, here and there' '
	GIT_AGENT_NOW=1790001801 git -C b agent show INFRA-042 2>err &&
	test_must_be_empty err &&
	GIT_AGENT_NOW=1790001801 git -C a agent claim >out &&
	test_must_fail grep INFRA-042 out &&
	test_grep INFRA-043 out &&
	GIT_AGENT_NOW=1790003601 git -C b agent claim >out &&
	test_must_be_empty out
'

test_expect_success 'agent.autoClaim: edit claims by itself' '
	git -C b config agent.autoClaim true &&
	git -C b agent edit INFRA-043 2>err &&
	test_grep "^warning: a is editing INFRA-043" err &&
	git -C b agent claim >out &&
	test_grep "^INFRA-043  you" out
'

test_expect_success 'a name cannot move the cursor' '
	git -C a config agent.identity "$(printf "Ev\033[2Jil <e@x>")" &&
	git -C a agent claim INFRA-042 &&
	git -C b agent claim >out &&
	git -C b agent show INFRA-042 >/dev/null 2>err &&
	git -C b agent status >>out &&
	cat err >>out &&
	test_must_fail grep "$(printf "\033")" out &&
	test_grep "Ev^\[\[2Jil" out
'

test_expect_success 'out of reach: said, exit code 3; changes go on' '
	mv shared away &&
	test_expect_code 3 git -C b agent claim INFRA-042 2>err &&
	test_grep "out of reach" err &&
	test_expect_code 3 git -C b agent claim 2>err &&
	git -C b agent set INFRA-042 --section Notes --text "Offline." 2>err &&
	mv away shared
'

test_expect_success 'misuse' '
	test_says 129 "error: which artifact?" git -C a agent release &&
	test_expect_code 129 git -C a agent claim --minutes 0 INFRA-042 &&
	test_expect_code 129 git -C a agent claim --minutes 99999 INFRA-042 &&
	test_expect_code 128 git -C a agent claim NOPE-1 &&
	git clone -q origin.git alone &&
	git -C alone agent sync init >/dev/null &&
	test_expect_code 129 git -C alone agent claim INFRA-042
'

test_done
