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

# painted <escape> <slot> <color> <command>...: the command shows it, and not without the setting.
painted() {
	paint="${escape}[${1}m" slot=$2 color=$3
	shift 3
	git -c color.ui=always -c "color.agent.$slot=$color" agent "$@" >../actual || return 1
	grep -F "$paint" ../actual >/dev/null || { echo "no $slot in 'git agent $*'" >&2; return 1; }
	git -c color.ui=always agent "$@" >../actual || return 1
	! grep -F "$paint" ../actual
}

test_expect_success LIBGIT2 'color.agent.<slot>: what each command paints, in the words of git' '
	git commit -qam "as it is" && git agent import >/dev/null &&
	sed "s/Some notes/Other notes/; s/^DRAFT/ODD/" "$story" >../new && cp ../new "$story" &&
	painted "1;7;35" old "bold magenta reverse" diff INFRA-002 && painted "48;2;1;2;3" new "normal #010203" diff INFRA-002 &&
	painted "4;33" meta "yellow ul" diff INFRA-002 && painted "38;5;200" frag 200 diff INFRA-002 &&
	painted "95" context brightmagenta diff INFRA-002 && painted "4;31" old "red ul" diff --word-diff INFRA-002 &&
	painted "4;32" new "green ul" diff --stat INFRA-002 &&
	painted "4;31" unknown "red ul" list && painted "4;33" initial "yellow ul" list && painted "4;32" approved "green ul" links &&
	painted "4" id ul links && painted "4" id ul search rate && painted "4;31" match "red ul" search rate &&
	painted "4;32" line "green ul" search criteria && painted "4;33" revision "yellow ul" log INFRA-002 &&
	painted "4;36" head "cyan ul" log INFRA-002 && painted "4;35" title "magenta ul" show --rendered INFRA-002 &&
	painted "4;34" heading "blue ul" show --rendered INFRA-002
'

test_expect_success LIBGIT2 'color.agent.<slot>: the last one counts, in any case, from a file; empty and normal are none' '
	git config color.agent.match "blue" &&
	painted "4;31" MATCH "red ul" search rate &&
	git agent search --color rate >../actual && grep -F "$(printf "\033[34m")" ../actual >/dev/null &&
	git config --unset color.agent.match &&
	for none in "" normal
	do
		git -c color.agent.match="$none" -c color.agent.id="$none" -c color.agent.line="$none" \
			-c color.agent.initial="$none" -c color.agent.unknown="$none" agent search --color rate >../actual &&
		sed "s/$escape\[m//g" ../actual | grep "$escape" && return 1
	done; :
'

test_expect_success LIBGIT2 'color.agent.<slot>: what is no colour is said with its key, where colour is wanted' '
	test_says 128 "fatal: bad color value '\''blurple'\'' for '\''color.agent.match'\''" \
		git -c color.agent.old=red -c color.agent.match=blurple agent list --color &&
	test_grep "^hint: .*color.diff" "$TRASH/says.err" &&
	git config color.agent.new "red green blue" &&
	test_says 128 "fatal: bad color value '\''red green blue'\'' for '\''color.agent.new'\''" git agent diff --color INFRA-002 &&
	git agent diff INFRA-002 >../actual && test_grep "^+Other notes" ../actual &&
	git config --unset color.agent.new && git -c color.agent.nosuchslot=red agent list --color >/dev/null
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
