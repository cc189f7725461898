#!/bin/sh
# shellcheck disable=SC2034
test_description='one table of manners: what each command does by what a user types, and which test holds the rest'
. "$(dirname "$0")/lib/test-lib.sh"
. "$test_root/tests/lib/small.sh"

# Each line: command | arguments of a call that does something in a small repository | its exit
# code there | where no repository is (128: says so; else that code) | in a bare repository (the
# same). A "-" is not called: it waits for a person, a client or a server, and has tests of its own.
cat >table <<\END
help||0|0|0
version|--build-options|0|0|0
new-plan|"A plan" --scope INFRA|0|128|128
new-story|"A story" --scope INFRA|0|128|128
new-runbook|"A runbook" --from INFRA-003|2|128|128
edit|INFRA-003 --file text|0|128|128
set|INFRA-003 --title Changed|0|128|128
state|INFRA-003 COMMITTED|0|128|128
check|INFRA-002 1|0|128|128
mv|INFRA-003 --label INFRA-103|0|128|128
rm|INFRA-103|0|128|128
restore|INFRA-103|0|128|128
undo||0|128|128
batch|-n lines|0|128|128
import||0|128|128
import-plan|new.md|0|128|0
import-story|new.md|0|128|0
import-runbook|new.md|0|128|0
export|--stdout INFRA-002|0|128|128
list|--at HEAD|0|128|0
search|cache|0|128|128
links||0|128|128
show|INFRA-002|0|128|128
site|pages|0|128|128
status||0|128|128
log|INFRA-002|0|128|128
diff|INFRA-002|0|128|128
prime||0|128|0
mcp|-|-|-|-
verify|HEAD|0|128|0
merge|-p one two three|0|0|0
sync|status --offline|0|128|128
claim|INFRA-002|129|128|128
release|INFRA-002|129|128|128
login|-|-|-|-
logout|-|-|-|-
member|list|129|128|128
hook|pre-commit|0|128|0
merge-driver|one two three 7 x.md|0|0|0
install||0|128|128
uninstall||0|128|128
doctor||1|128|128
env||0|0|0
logs||0|128|0
rebuild||0|128|0
completion|bash|0|0|0
sync init|-|-|-|-
sync push||129|128|128
sync pull||129|128|128
sync status||0|128|128
sync watch|--once|129|128|128
sync resolve|INFRA-002 --ours|128|128|128
sync stats||0|128|128
sync rules||129|128|128
sync verify-audit||129|128|128
sync purge|-|-|-|-
member list|-|-|-|-
member add|-|-|-|-
member remove|-|-|-|-
END

test_expect_success 'the table has every command and every verb, and no other' '
	git agent help -a | sed -n "s/^   \([a-z][a-z-]*\)  *[^ ].*/\1/p" >commands &&
	while read -r command
	do
		echo "$command" &&
		git agent "$command" -h | sed -n "s/^ *\(usage\|or\): git agent \($command [a-z][a-z-]*\)\( .*\)*$/\2/p" || exit 1
	done <commands | sort -u >expect &&
	cut -d"|" -f1 table | sort >actual &&
	test_cmp expect actual
'

test_expect_success 'setup' '
	small_repo "$TRASH/w" && git clone -q --bare w bare.git && mkdir "$TRASH/nowhere" &&
	printf "# INFRA-003: With a blank\n\n## State\n\nOPEN\n\nMore.\n" >text && cp text three && cp text two && cp text one &&
	echo "set INFRA-002 --title Batch" >lines && sed s/003/070/ text >new.md &&
	for place in w bare.git nowhere; do cp text one two three lines new.md "$TRASH/$place" || return 1; done &&
	(cd w && printf "text\none\ntwo\nthree\nlines\nnew.md\npages\n" >>.git/info/exclude)
'

# quiet <file>: at most one line of trouble, and one hint that may have several.
one_line() {
	test "$(grep -c "^\(fatal\|error\): " "$1")" = 1 && ! grep -i "sqlite\|libgit2\|errno" "$1"
}

while IFS='|' read -r command arguments code outside bare
do
	test_expect_success "$command" '
		cd "$TRASH/nowhere" &&
		{ : -h outside of a repository: on stdout, nothing else; } &&
		git agent $command -h >"$TRASH/out" 2>"$TRASH/err" && test_must_be_empty "$TRASH/err" &&
		test_grep "^usage: git agent $command" "$TRASH/out" &&
		! grep -E "^.{82}" "$TRASH/out" &&
		{ : an unknown option: 129 on stderr, with the usage or where it is; } &&
		test_expect_code 129 git agent $command --nonsense >"$TRASH/out" 2>"$TRASH/err" </dev/null &&
		test_must_be_empty "$TRASH/out" && test_grep "^error: .*nonsense" "$TRASH/err" &&
		test_grep "git agent" "$TRASH/err" &&
		if test "$arguments" != "-"
		then
			{ : outside of a repository; } &&
			test_expect_code "$outside" eval git agent $command "$arguments" >"$TRASH/out" 2>"$TRASH/err" </dev/null &&
			{ test "$outside" != 128 || { test_must_be_empty "$TRASH/out" && one_line "$TRASH/err" &&
				test_grep "^fatal: not a git repository" "$TRASH/err"; }; } &&
			{ : in a bare one, without a workspace; } && cd "$TRASH/bare.git" && rm -rf agent &&
			test_expect_code "$bare" eval git agent $command "$arguments" >"$TRASH/out" 2>"$TRASH/err" </dev/null &&
			{ test "$bare" != 128 || one_line "$TRASH/err"; } &&
			{ : and where it works: data on stdout, and the same in another locale; } && cd "$TRASH/w" &&
			test_expect_code "$code" eval git agent $command "$arguments" >"$TRASH/out" 2>"$TRASH/err" </dev/null &&
			! grep -i "sqlite\|libgit2" "$TRASH/err"
		fi
	'
done <table

# --- answers, wherever they go ------------------------------------------------------------------

cd "$TRASH" && cat >answers <<\END
list
list --json
list --format=%(id)%(title)
show INFRA-002
log INFRA-002
links
links --json
search notes
status
status --porcelain
sync status --offline --porcelain
prime
env
doctor --offline
version --build-options
help
completion bash
END

test_expect_success 'setup: a repository with much to say' '
	small_repo "$TRASH/much" && cd "$TRASH/much" &&
	for i in $(seq 100 400)
	do
		test_write "$small_stories/INFRA-$i-x.md" <<-EOT || return 1
		# INFRA-$i: Story $i with a title that fills some of the line

		## State

		OPEN

		## Parent Plan

		- INFRA-001
		EOT
	done &&
	git add -A && git commit -q -m much && git agent import >/dev/null
'

while read -r command
do
	test_expect_success "answer: $command" '
		cd "$TRASH/much" && eval git agent "$command" >../plain 2>../err && test -s ../plain &&
		{ : nobody reads on; } &&
		{ eval git agent "$command" 2>../err; echo $? >../code; } | head -n 1 >/dev/null &&
		test_must_be_empty ../err && { test "$(cat ../code)" = 0 || test "$(cat ../code)" = 141; } &&
		{ : a full disk is told, and no success; } &&
		test_must_fail eval git agent "$command" >/dev/full 2>../err && test_grep "^fatal: " ../err &&
		{ : nowhere to write to is no crash; } &&
		{ eval git agent "$command" >&- 2>../err; test $? -lt 130; } &&
		{ : any locale, any language: the same bytes; } &&
		LC_ALL=de_DE.UTF-8 LANGUAGE=de LANG=de_DE.UTF-8 eval git agent "$command" >../german 2>/dev/null &&
		case $command in env*|version*|prime*) ;; *) test_cmp ../plain ../german ;; esac
	'
done <answers

test_expect_success 'an operand may begin with a dash, behind -- and --end-of-options' '
	cd "$TRASH/much" &&
	for end in -- --end-of-options
	do
		test_expect_code 128 git agent show $end -x 2>../err && test_grep "^fatal: .*-x" ../err &&
		test_expect_code 128 git agent log $end --json 2>../err && test_grep "^fatal: .*--json" ../err &&
		test_expect_code 128 git agent set -t x $end -y 2>../err && test_grep "^fatal: .*-y" ../err &&
		test_expect_code 1 git agent search $end --zzz >../out 2>../err && test_must_be_empty ../out &&
		git agent new-story --scope INFRA $end "--hard" >../out && id=$(cut -d" " -f1 ../out) &&
		git agent show "$id" >../out && test_grep "^# $id: --hard" ../out || return 1
	done
'

test_expect_success 'an unknown verb and a near miss get a suggestion' '
	cd "$TRASH/much" &&
	test_expect_code 129 git agent lisst 2>../err && test_grep "list" ../err &&
	test_expect_code 129 git agent sync pul 2>../err && test_grep "pull" ../err &&
	test_expect_code 129 git agent member lst 2>../err && test_grep "list" ../err &&
	test_expect_code 129 git agent list --sate=OPEN 2>../err && test_grep "state" ../err
'

# --- 60 manners, each with the test that holds it ------------------------------------------------

# Each line: what | test | a piece of what that test is called, or of its text
cd "$TRASH" && cat >manners <<\END
found as git agent, listed as external|t0001-program.t|git finds it and lists it
-h everywhere, no repository|t2020-manners.t|-h outside of a repository
git help agent is a manual|t0001-program.t|help works outside a repository, in all its forms
the manual has each command and option|t2000-manual.t|every command and option of -h is in the manual
unknown command or option: 129, a suggestion|t0001-program.t|an unknown command is misuse and gets a suggestion
outside of a repository: fatal, 128|t2020-manners.t|fatal: not a git repository
from any subdirectory, paths as typed|t2010-prime.t|from a subdirectory, and in a bare repository
git -C, --git-dir, --work-tree|t5005-odd-repositories.t|GIT_DIR and GIT_WORK_TREE: the repository that they name
exit codes of the table|t2020-manners.t|its exit
versions of the libraries|t0001-program.t|build options name the libraries
completion of bash, zsh, fish with live ids|t2007-completion.t|ids, states, sections, kinds, scopes
--json with a schema|t2013-schemas.t|every --json has a schema, and was printed here
--porcelain and -z|t1001-look.t|status -z: the same records, nothing quoted
data on stdout, talk on stderr|t2012-json.t|and nothing else on stdout
--format|t1008-list.t|format: fields, percent signs, bytes
colour: configuration, NO_COLOR, --color|t2018-terminal.t|colour: where, and what turns it off
pager on a terminal only|t2018-terminal.t|the pager: GIT_PAGER, pager.agent-<command>
hints can be silenced|t2018-terminal.t|hints: each kind silenced by itself
progress: terminal, --no-progress, a file|t2015-progress.t|GIT_AGENT_PROGRESS: lines for a program
the same under any locale|t2020-manners.t|any locale, any language: the same bytes
install twice is once|t5001-install.t|twice is once, and the way back leads to the same bytes
a foreign hook is kept and explained|t5002-foreign-hooks.t|a foreign hook still says no
install: all or nothing|t5001-install.t|a later write that fails takes back what was written
--force keeps what it replaces, follows no link|t5002-foreign-hooks.t|a symbolic link is not followed; --force keeps it beside
--dry-run and --manual|t5001-install.t|--dry-run and --manual write nothing
core.hooksPath|t5002-foreign-hooks.t|a hooks directory that is a link, tracked or global is not written into
husky, lefthook, pre-commit|t5006-managers.t|husky 9
hooks in the configuration|t5001-install.t|a git that has hooks in its configuration gets those
uninstall takes its own only|t5002-foreign-hooks.t|uninstall puts it back
scopes: local, worktree, global|t5001-install.t|--global and --worktree: the drivers are there
attributes: other lines, CRLF, last newline stay|t5001-install.t|other lines of attributes stay
older hooks are recognised|t5001-install.t|bodies of earlier versions are replaced
a hook without the program: one line|t2003-hooks.t|without the program: one clear line, and git goes on
a switch to pass by|t2003-hooks.t|GIT_AGENT_SKIP passes by
env: what support needs, no secret|t2017-env.t|no secret, wherever it stands
doctor names what is half done|t5007-doctor-half-done.t|doctor names each way in which a set-up can be half done
what is damaged is kept aside|t1006-rebuild.t|a damaged one is kept aside, and every command says what to do
a report of a crash|t2016-logs.t|each signal leaves one; it still ends the process
GIT_TRACE and trace2, no secret|t2014-trace.t|nothing secret is in any of them
rebuilt by one command, byte for byte|t1006-rebuild.t|a missing one: byte for byte from git
what is stale is seen by content|t1008-list.t|a file that was just written is compared by its text
local commands need no network|t7002-client.t|offline <who>
sync status: ahead, behind, conflicts; no network|t2002-sync.t|sync status: local changes, what is to be pulled
push does not overwrite what is newer|t2002-sync.t|push alone refuses when something is to be pulled first
the merge does not ask who is ours|t2004-merge-driver.t|both states forward: the further one
tries again, within bounds|t7003-faults.t|faults that do not end: five tries, queued, then all is well
what fails is told one by one|t7003-faults.t|each fault, at a push and at a pull: the right result
credentials are kept by git|t7002-client.t|a session that no helper keeps is none
proxy and authorities of git|t7004-tls.t|the proxy of git is asked for other machines
a newer format is refused|t3004-bad-places.t|a workspace from the future
atomic writes|t3008-kill-all.t|points, by the step that was the last
undo says what it undid|t1013-undo.t|the list says what was done, and what was undone
undo of what was pushed compensates|t1013-undo.t|what the team has gets one more revision
a conflict is a state, and refused|t2002-sync.t|a commit of it is refused, another one is not
linked worktrees|t5005-odd-repositories.t|linked worktrees: hooks and drivers once, both work
submodule, shallow, sparse, sha256, reftable|t5005-odd-repositories.t|sha256 and reftable are refused
safe.directory|t5005-odd-repositories.t|a repository of somebody else is not opened
many at once|t3003-at-once.t|one clone: nothing is lost
a hook that calls git that calls a hook ends|t5003-hooks-events.t|a post-commit hook that commits ends
isolated tests with a count|t2020-manners.t|test_description=
END

test_expect_success 'each of the 60 manners has its test' '
	cd "$TRASH" && test "$(wc -l <manners)" = 60 &&
	while IFS="|" read -r what file text
	do
		grep -qF -e "$text" "$test_root/tests/$file" || { echo "$what: nothing in $file says: $text"; exit 1; }
	done <manners
'

test_done
