#!/bin/sh
test_description='list, show, log, diff, status: looking changes nothing'
. "$(dirname "$0")/lib/test-lib.sh"
. "$test_root/tests/lib/small.sh"

command -v strace >/dev/null && strace -o /dev/null true 2>/dev/null && test_set_prereq STRACE

test_expect_success 'every command shows its usage outside a repository' '
	mkdir "$TRASH/nowhere" && cd "$TRASH/nowhere" &&
	for command in list show log diff status edit set check state mv rm restore new-plan \
		new-story new-runbook import import-plan import-story import-runbook export rebuild
	do
		git agent $command -h >out 2>err &&
		test_must_be_empty err &&
		test_grep "^usage: git agent $command" out || return 1
	done
'

test_expect_success 'outside a repository, and without a workspace, one clear line' '
	test_must_fail git agent list 2>err &&
	test_grep "^fatal: not a git repository" err &&
	test_repo "$TRASH/bare-bones" &&
	test_says 128 "fatal: this repository has no workspace yet" \
		git -C "$TRASH/bare-bones" agent list &&
	test_grep "sync init" "$TRASH/says.err"
'

test_expect_success LIBGIT2 'list: id, kind, state, title' '
	small_repo "$TRASH/r" && cd "$TRASH/r" &&
	cat >../expect <<-\EOT &&
	  INFRA-001          plan     APPROVED  Caching
	  runbook:INFRA-002  runbook  DRAFT     Rate limit, step by step
	  INFRA-002          story    DRAFT     Rate limit
	  INFRA-003          story    OPEN      With a blank
	EOT
	git agent list >../actual &&
	test_cmp ../expect ../actual &&
	git agent list --at HEAD >../actual &&
	test_cmp ../expect ../actual &&
	git agent list --at :0 >../actual &&
	test_cmp ../expect ../actual &&
	test_clean
'

test_expect_success LIBGIT2 'list: filters' '
	git agent list --kind stories --state draft | wc -l >../actual &&
	test_grep "^ *1$" ../actual &&
	git agent list --scope WEB >../actual && test_must_be_empty ../actual &&
	git agent list --author author@example >../actual && small_lines 4 ../actual &&
	git agent list --conflicts >../actual && test_must_be_empty ../actual &&
	test_says 129 "error: '\''story.'\'' is not one of the kinds: plan, story, runbook, adr, journey" \
		git agent list --kind story. &&
	test_says 129 "error: unexpected argument '\''x'\''" git agent list x
'

test_expect_success LIBGIT2 'list: for scripts' '
	git agent list --kind story --porcelain >../actual &&
	printf "story\tINFRA-002\tDRAFT\tM\t%s\tRate limit\n" \
		"$small_stories/INFRA-002-rate-limit.md" >../expect &&
	printf "story\tINFRA-003\tOPEN\tM\t%s\tWith a blank\n" \
		"$small_stories/INFRA-003-with a blank.md" >>../expect &&
	test_cmp ../expect ../actual &&
	git agent list --kind story -z | tr "\0" "\n" >../actual &&
	test_cmp ../expect ../actual &&
	git agent list --json >../actual &&
	test_grep "^{\"schema_version\":1,\"data\":\[{\"id\":\"INFRA-001\",\"uid\":\"" ../actual
'

test_expect_success LIBGIT2 'show: the exact text, by label, kind, path and uid' '
	story=$small_stories/INFRA-002-rate-limit.md &&
	git agent show INFRA-002 >../actual && test_cmp "$story" ../actual &&
	git agent show --raw "story:INFRA-002" >../actual && test_cmp "$story" ../actual &&
	git agent show --at HEAD INFRA-002 >../actual && test_cmp "$story" ../actual &&
	git agent show runbook:INFRA-002 >../actual &&
	test_cmp "$small_runbooks/INFRA-002-rate-limit.md" ../actual &&
	(cd "$small_stories" && git agent show INFRA-002-rate-limit.md) >../actual &&
	test_cmp "$story" ../actual &&
	(cd .agent && git agent show "../$small_stories/INFRA-003-with a blank.md") >../actual &&
	test_cmp "$small_stories/INFRA-003-with a blank.md" ../actual &&
	uid=$(git agent show --json INFRA-003 | sed "s/.*\"uid\":\"\([0-9a-f]*\).*/\1/") &&
	git agent show "$uid" >../actual2 && test_cmp ../actual ../actual2 &&
	git agent show --json INFRA-001 >../actual &&
	test_grep "\"kind\":\"plan\".*\"title\":\"Caching\".*\"state\":\"APPROVED\"" ../actual &&
	test_grep "\"dirty\":true.*\"body\":\"# INFRA-001: Caching.n" ../actual
'

test_expect_success LIBGIT2 'show: a wrong name gets the nearest' '
	test_says 128 "fatal: there is no artifact '\''INFRA-004'\''" git agent show INFRA-004 &&
	test_grep "^hint: did you mean .INFRA-00[1-3].?$" "$TRASH/says.err" &&
	test_says 128 "fatal: there is no artifact '\''INFRA-004'\'' in '\''HEAD'\''" \
		git agent show --at HEAD INFRA-004 &&
	test_says 129 "error: which artifact?" git agent show
'

test_expect_success LIBGIT2,STRACE 'with nothing new, no child is started and libgit2 is not opened' '
	test_tick && sleep 0.1 && git agent list >/dev/null &&
	for what in list "show INFRA-002" "log INFRA-002" status
	do
		env -u GIT_CEILING_DIRECTORIES ASAN_OPTIONS=detect_leaks=0 strace -f -e trace=execve,openat,openat2 -o ../trace \
			"$GIT_AGENT_BUILD/git-agent" $what >/dev/null &&
		grep execve ../trace >../execs &&
		small_lines 1 ../execs &&
		! grep "git\.so" ../trace || return 1
	done
'

test_expect_success LIBGIT2 'an edit of a file is seen by the next command' '
	sed "s/Some notes/Other notes/" "$small_stories/INFRA-002-rate-limit.md" >../new &&
	cp ../new "$small_stories/INFRA-002-rate-limit.md" &&
	git agent show INFRA-002 >../actual &&
	test_cmp ../new ../actual &&
	git agent log --oneline INFRA-002 >../actual &&
	small_lines 2 ../actual &&
	test_grep "hand .*(head) A U Thor" ../actual &&
	git agent diff INFRA-002 >../actual &&
	test_grep "^+Other notes.$" ../actual &&
	test_expect_code 1 git agent diff --exit-code INFRA-002 >/dev/null &&
	git agent diff --file --exit-code INFRA-002
'

test_expect_success LIBGIT2 'log: all of it, as a patch, as JSON, the newest only' '
	git agent log INFRA-002 >../actual &&
	test_grep "^revision [0-9a-f]\{64\} (head)$" ../actual &&
	test_grep "^Author: A U Thor <author@example.com>$" ../actual &&
	git agent log -p -n1 INFRA-002 >../actual &&
	test_grep "^-Some notes.$" ../actual &&
	! grep "first import" ../actual &&
	git agent log --json INFRA-002 >../actual &&
	test_grep "\"how\":\"hand\".*\"ancestor\":true,\"mark\":\"head\"" ../actual
'

test_expect_success LIBGIT2 'log: an edit that git took back stays in it' '
	git checkout -q "$small_stories/INFRA-002-rate-limit.md" &&
	git agent log INFRA-002 -p >../actual &&
	test_grep "^revision [0-9a-f]* (aside)" ../actual &&
	test_grep "^+Other notes" ../actual &&
	git agent show INFRA-002 >../actual &&
	test_grep "^Some notes" ../actual
'

test_expect_success LIBGIT2 'diff: between revisions, and what it refuses' '
	set -- $(git agent log --json INFRA-002 | tr "," "\n" |
		sed -n "s/.*\"revision\":\"\([0-9a-f]\{12\}\).*/\1/p") &&
	git agent diff INFRA-002 $1 $2 >../actual &&
	test_grep "^-Other notes" ../actual &&
	git agent diff INFRA-002 $1 >../actual2 &&
	test_cmp ../actual ../actual2 &&
	test_says 128 "fatal: there is no revision '\''0000'\''" git agent diff INFRA-002 0000 &&
	test_says 129 "error: one of layers and revisions" \
		git agent diff INFRA-002 --file $1
'

test_expect_success LIBGIT2 'a title with escapes does not reach the terminal' '
	printf "# INFRA-009: \033]0;gotcha\007 \033[31mred\n\n## State\n\nDRAFT\n" \
		>"$small_stories/INFRA-009-evil.md" &&
	git agent list >../actual &&
	test_grep -F "^[]0;gotcha^G ^[[31mred" ../actual &&
	git agent list -z --kind story | grep -aqF "$(printf "\033[31mred")" &&
	git agent status >../actual && ! grep -q "$(printf "\033")" ../actual &&
	git agent log INFRA-009 >../actual && ! grep -q "$(printf "\033")" ../actual
'

test_expect_success LIBGIT2,SCRIPT 'nor does its text' '
	test_tty "git -c core.pager=cat agent show INFRA-009" >../actual &&
	test_grep -F "^[[31mred" ../actual &&
	git agent show INFRA-009 >../actual &&
	test_cmp "$small_stories/INFRA-009-evil.md" ../actual
'

test_expect_success LIBGIT2 'two artifacts with one id: the path tells them apart' '
	cp "$small_stories/INFRA-003-with a blank.md" "$small_stories/INFRA-003-twin.md" &&
	git agent list >../actual &&
	test_expect_code 128 git agent show INFRA-003 2>../err &&
	test_grep "means several artifacts: .*INFRA-003-twin.md" ../err &&
	git agent show "$small_stories/INFRA-003-twin.md" >/dev/null &&
	rm "$small_stories/INFRA-003-twin.md" "$small_stories/INFRA-009-evil.md"
'

test_expect_success LIBGIT2 'status: missing files are no deletions' '
	git agent status >../actual &&
	test_grep "^On branch main$" ../actual &&
	test_grep "^Files that are missing:" ../actual &&
	git agent status --porcelain >../actual &&
	test_grep "^D	$small_stories/INFRA-003-twin.md$" ../actual &&
	git agent status --json >../actual &&
	test_grep "\"ref\":\"refs/heads/main\"" ../actual &&
	git agent rm "$small_stories/INFRA-003-twin.md" INFRA-009 >/dev/null &&
	git agent status >../actual &&
	! grep missing ../actual
'

test_expect_success LIBGIT2 'status -z: the same records, nothing quoted' '
	quoted="$small_stories/INFRA-012-\"x\".md" &&
	cp "$small_stories/INFRA-003-with a blank.md" "$quoted" &&
	git agent import >/dev/null && rm "$quoted" &&
	git agent status --porcelain >../lines &&
	test_grep -F "D	\"$small_stories/INFRA-012-\\\"x\\\".md\"" ../lines &&
	git agent status -z >../records &&
	test "$(tr -dc "\000" <../records | wc -c)" = "$(wc -l <../lines)" &&
	tr "\000" "\n" <../records >../actual &&
	test_grep -Fx "D	$quoted" ../actual &&
	grep -v INFRA-012 ../actual >../actual.rest && grep -v INFRA-012 ../lines >../expect &&
	test_cmp ../expect ../actual.rest &&
	test_says 129 "error: --json and --porcelain exclude each other" git agent status --json -z &&
	git agent rm INFRA-012 >/dev/null
'

test_expect_success LIBGIT2 'all of the corpus, byte for byte' '
	corpus=${GIT_AGENT_SHARED:-$test_root/../shared}/corpus/.agent &&
	if test -d "$corpus"
	then
		test_repo "$TRASH/real" && cd "$TRASH/real" && cp -R "$corpus" .agent &&
		chmod -R u+w .agent && test_commit_all corpus &&
		git agent import >/dev/null && test_clean &&
		git agent list -z | tr "\0" "\n" | cut -f5 >../paths &&
		small_lines "$(find .agent -name "*.md" -o -name "*.yaml" | wc -l)" ../paths &&
		while read -r path
		do
			git agent show --raw "$path" >../actual && cmp "$path" ../actual ||
				return 1
		done <../paths
	fi
'

test_expect_success 'show: one section, with its heading' '
	small_repo "$TRASH/section" && cd "$TRASH/section" &&
	printf "## Notes\n\nSome notes.\n" >../expect &&
	git agent show INFRA-002 --section notes >../actual && test_cmp ../expect ../actual &&
	git agent show --raw INFRA-002 -s Notes >../actual && test_cmp ../expect ../actual &&
	git agent show --at HEAD INFRA-002 -s Notes >../actual && test_cmp ../expect ../actual &&
	git agent show INFRA-002 -s Notes --json | test_grep "\"body\":\"## Notes.n.nSome notes..n\"}\]}$" - &&
	test_says 128 "fatal: '\''INFRA-002'\'': there is no section '\''Nowhere'\''" \
		git agent show INFRA-002 -s Nowhere
'

test_done
