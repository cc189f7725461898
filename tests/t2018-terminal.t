#!/bin/sh
test_description='pager, colour, hints and locks are asked for as git asks for them'
. "$(dirname "$0")/lib/test-lib.sh"
. "$test_root/tests/lib/small.sh"

story=$small_stories/INFRA-002-rate-limit.md
escape=$(printf "\033")

test_expect_success LIBGIT2 'set up' '
	small_repo "$TRASH/r" && cd "$TRASH/r" && git agent list >../plain &&
	unset LESS PAGER NO_COLOR &&
	TERM=xterm && export TERM
'

test_expect_success LIBGIT2,SCRIPT 'the pager: GIT_PAGER, pager.agent-<command>, pager.agent, core.pager, PAGER' '
	pages() {
		test_tty "$1" >../actual && echo "$2" >../expect && test_cmp ../expect ../actual
	} &&
	pages "PAGER=\"cat >/dev/null; echo P\" git agent list" P &&
	pages "PAGER=false git -c core.pager=\"cat >/dev/null; echo core\" agent list" core &&
	pages "git -c core.pager=false -c pager.agent=\"cat >/dev/null; echo agent\" agent list" agent &&
	pages "git -c core.pager=false -c pager.agent-list=\"cat >/dev/null; echo list\" agent list" list &&
	pages "GIT_PAGER=\"cat >/dev/null; echo \\\$LESS\" git -c pager.agent-list=less agent list" FRX &&
	git -c core.pager="cat >/dev/null; echo core" agent list >../actual && test_cmp ../plain ../actual
'

test_expect_success LIBGIT2,SCRIPT 'no pager: --no-pager of git and of ours, pager.agent=false, cat' '
	for command in "git --no-pager -c core.pager=false agent list" \
		"git -c core.pager=false agent --no-pager list" \
		"git -c core.pager=false -c pager.agent=false agent list" \
		"git -c core.pager=false -c pager.agent-list=no agent list" \
		"GIT_PAGER=cat git -c core.pager=false agent list"
	do
		test_tty "NO_COLOR=1 $command" >../actual && test_cmp ../plain ../actual || return 1
	done
'

test_expect_success LIBGIT2,SCRIPT 'a pager that leaves early: not a word' '
	for i in $(seq 1 400); do echo "- $i: a line that fills a page, and the one after it"; done >>"$story" &&
	test_tty "GIT_PAGER=\"sed -n 1q\" git agent show INFRA-002; GIT_PAGER=\"sed -n 1q\" git agent diff INFRA-002" >../actual &&
	test_must_be_empty ../actual
'

# Colour or none, for the escape in what the command line says.
colours() {
	test_tty "$1" >../actual && grep "$escape" ../actual >/dev/null
}

test_expect_success LIBGIT2,SCRIPT 'colour: where, and what turns it off' '
	diff="agent diff INFRA-002" &&
	colours "GIT_PAGER=cat git $diff" && colours "git --no-pager $diff" &&
	! colours "NO_COLOR=1 GIT_PAGER=cat git $diff" &&
	! colours "TERM=dumb GIT_PAGER=cat git $diff" &&
	! colours "GIT_PAGER=cat git -c color.ui=false $diff" &&
	! colours "GIT_PAGER=cat git -c color.agent=never $diff" &&
	colours "GIT_PAGER=cat git -c color.ui=false -c color.agent=auto $diff" &&
	! colours "GIT_PAGER=cat git $diff --no-color" &&
	! colours "GIT_PAGER=cat git $diff --color=never" &&
	colours "NO_COLOR=1 GIT_PAGER=cat git $diff --color" &&
	colours "GIT_PAGER=\"cat -\" git $diff" &&
	! colours "GIT_PAGER=\"cat -\" git -c color.pager=false $diff" &&
	git $diff >../actual && ! grep "$escape" ../actual &&
	git $diff --color >../actual && grep "$escape" ../actual >/dev/null &&
	git -c color.ui=always $diff >../actual && grep "$escape" ../actual >/dev/null &&
	test_says 129 "error: --color is always, never or auto, not '\''sometimes'\''" \
		git $diff --color=sometimes
'

test_expect_success LIBGIT2 'hints: each kind silenced by itself, all at once, by git --no-advice' '
	hint() {
		test_must_fail "$@" 2>../err && grep "^hint: " ../err >/dev/null
	} &&
	hint git agent lsit && hint git agent show INFRA-009 &&
	! hint git -c advice.agentUsage=false agent lsit &&
	! hint git -c advice.agentusage=no agent lsit &&
	hint git -c advice.agentUsage=false agent show INFRA-009 &&
	! hint git -c advice.agentFatal=false agent show INFRA-009 &&
	! hint git -c advice.agentHints=false agent lsit &&
	! hint git agent --no-advice lsit && ! hint env GIT_ADVICE=0 git agent lsit &&
	test_grep "^error: " ../err
'

# The state of every file, and of the rows: -shm is where SQLite keeps its locks, and is no data.
state() {
	find .git .agent -type f ! -name "*-shm" -exec ls -l --time-style=+%s.%N {} + &&
		find .git .agent -type f ! -name "*-shm" -exec cksum {} +
}

test_expect_success LIBGIT2 'no optional locks: looking writes nothing, and says what it did not see' '
	git agent list >/dev/null && state >../before &&
	for options in "--no-optional-locks agent" "agent --no-optional-locks"
	do
		git $options status >../status 2>../err && test_must_be_empty ../err || return 1
	done &&
	state >../after && test_cmp ../before ../after &&
	echo "One more." >>"$story" && state >../before &&
	git --no-optional-locks agent status >../status 2>../err &&
	test_grep "^files changed .* no optional locks$" ../err &&
	git --no-optional-locks agent show INFRA-002 >../actual 2>/dev/null && ! grep "One more" ../actual &&
	state >../after && test_cmp ../before ../after &&
	git agent show INFRA-002 >../actual && test_cmp "$story" ../actual
'

test_done
