# shellcheck shell=sh
# What every end-to-end test sources, from the root of the repository or from anywhere:
#
#	#!/bin/sh
#	test_description='what a user can do'
#	. "$(dirname "$0")/lib/test-lib.sh"
#
#	test_expect_success 'it does' '
#		test_repo a &&
#		git -C a agent version
#	'
#	test_done
#
# It is sharness (/usr/share/doc/sharness/API.md.gz) in a fresh, empty HOME, where no
# configuration, no clock and no terminal of the machine is seen. Options of a test: -v shows
# everything, -i stops at the first failure, -d keeps the directory.
#
# Environment: GIT_AGENT_BUILD, the directory of the program to test (default: build/);
# GIT_AGENT_TRASH, where tests may write (default: $GIT_AGENT_BUILD/trash).

test_root=$(cd "$(dirname "$0")/.." && pwd) || exit 1
: "${GIT_AGENT_BUILD:=$test_root/build}"
test_trash=${GIT_AGENT_TRASH:-$GIT_AGENT_BUILD/trash}
test_log=${GIT_AGENT_TEST_LOG-}

# A test may be started by a git hook or by a shell with any of these set.
for test_var in $(env | sed -n 's/^\(GIT_[A-Za-z0-9_]*\)=.*/\1/p')
do
	case $test_var in
	GIT_AGENT_BUILD) ;;
	*) unset "$test_var" ;;
	esac
done
unset test_var XDG_CONFIG_HOME XDG_CACHE_HOME NO_COLOR POSIXLY_CORRECT SUDO_UID

export GIT_AGENT_BUILD
mkdir -p "$test_trash" || exit 1
SHARNESS_TEST_DIRECTORY=$(cd "$test_trash" && pwd -P)
SHARNESS_TEST_SRCDIR=$test_root/tests
SHARNESS_BUILD_DIRECTORY=$GIT_AGENT_BUILD
# No counts files: scripts/run-tests reads the TAP itself.
HARNESS_ACTIVE=1
export HARNESS_ACTIVE

if ! test -r /usr/share/sharness/sharness.sh
then
	echo "1..0 # SKIP sharness is not installed (scripts/bootstrap installs it)"
	exit 0
fi
# shellcheck disable=SC1091
. /usr/share/sharness/sharness.sh

TRASH=$SHARNESS_TRASH_DIRECTORY
HOME=$TRASH/home
mkdir -p "$HOME" || exit 1

# scripts/run-tests shows these two when the test fails.
if test -n "$test_log" && test "${verbose-}" != t
then
	exec 3>>"$test_log" 4>&3
	GIT_TRACE=${test_log%.verbose}.trace
	export GIT_TRACE
fi

GIT_CONFIG_NOSYSTEM=1
GIT_CONFIG_GLOBAL=$HOME/.gitconfig
GIT_ATTR_NOSYSTEM=1
GIT_TERMINAL_PROMPT=0
GIT_EDITOR=:
GIT_MERGE_AUTOEDIT=no
GIT_ADVICE=1
GIT_AUTHOR_NAME='A U Thor'
GIT_AUTHOR_EMAIL=author@example.com
GIT_COMMITTER_NAME='C O Mitter'
GIT_COMMITTER_EMAIL=committer@example.com
# What leaks below us, in a build with sanitizers.
LSAN_OPTIONS="suppressions=$test_root/tests/lib/lsan.supp:print_suppressions=0"
export LSAN_OPTIONS
# The trash may lie in a repository, ours; it is not to be found from inside.
GIT_CEILING_DIRECTORIES=$SHARNESS_TEST_DIRECTORY
export HOME TRASH GIT_CONFIG_NOSYSTEM GIT_CONFIG_GLOBAL GIT_ATTR_NOSYSTEM GIT_TERMINAL_PROMPT \
	GIT_EDITOR GIT_MERGE_AUTOEDIT GIT_ADVICE GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL \
	GIT_COMMITTER_NAME GIT_COMMITTER_EMAIL GIT_CEILING_DIRECTORIES
cat >"$GIT_CONFIG_GLOBAL" <<\EOT
[init]
	defaultBranch = main
[protocol "file"]
	allow = always
EOT

command -v script >/dev/null && script -qec true /dev/null >/dev/null 2>&1 </dev/null &&
	test_set_prereq SCRIPT
test "$(id -u)" = 0 || test_set_prereq NOT_ROOT
test -f "$GIT_AGENT_BUILD/libexec/git-agent/git.so" && test_set_prereq LIBGIT2

# test_tick: moves the dates of the next commit on by a minute.
test_tick_now=1790000000
test_tick() {
	test_tick_now=$((test_tick_now + 60))
	GIT_AUTHOR_DATE="$test_tick_now +0000"
	GIT_COMMITTER_DATE="$test_tick_now +0000"
	export GIT_AUTHOR_DATE GIT_COMMITTER_DATE
}
test_tick

# test_repo <dir> [<git init option>...]: an empty repository.
test_repo() {
	test_repo_dir=$1
	shift
	git init -q "$@" "$test_repo_dir"
}

# test_write <path>: standard input into a file, with the directories above it.
test_write() {
	mkdir -p "$(dirname "$1")" && cat >"$1"
}

# test_commit_all <message> [<git option>...]: commits all of the current work tree.
test_commit_all() {
	test_message=$1
	shift
	test_tick &&
	git "$@" add -A &&
	git "$@" commit -q --allow-empty -m "$test_message"
}

# test_clean [<git option>...]: `git status` has nothing to say.
test_clean() {
	git "$@" status --porcelain >"$TRASH/status.out" &&
	test_must_be_empty "$TRASH/status.out"
}

# settle_workspace: all of it into agent.db, so that a copy of this one file is all of it.
settle_workspace() {
	sqlite3 .git/agent/agent.db "PRAGMA wal_checkpoint(TRUNCATE)" >"$TRASH/settle.out"
}

# test_grep [<grep option>...] <pattern> <file>: grep that shows the file when it finds nothing.
test_grep() {
	grep "$@" && return 0
	for test_file
	do
		:
	done
	printf 'no match of grep %s in:\n' "$*" >&2
	cat "$test_file" >&2
	return 1
}

# test_says <exit code> <first line of stderr> <command>...: for the ways a command fails.
test_says() {
	test_code=$1 test_line=$2
	shift 2
	test_expect_code "$test_code" "$@" 2>"$TRASH/says.err" || {
		cat "$TRASH/says.err" >&2
		return 1
	}
	sed -n 1p "$TRASH/says.err" >"$TRASH/says.actual" &&
	printf '%s\n' "$test_line" >"$TRASH/says.expect" &&
	test_cmp "$TRASH/says.expect" "$TRASH/says.actual"
}

# test_schema <schema> <file>: its documents are what src/schema says; nothing without python3.
test_schema() {
	command -v python3 >/dev/null || return 0
	printf '%s %s\n' "$1" "$2" >"$TRASH/schema.in" &&
		python3 "$test_root/tests/lib/schema.py" "$test_root/src/schema" "$TRASH/schema.in"
}

# test_tty <command line>: runs it on a terminal (prerequisite SCRIPT); its output without CR.
test_tty() {
	script -qec "$1" /dev/null </dev/null | tr -d '\r'
}
