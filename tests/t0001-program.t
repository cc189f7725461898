#!/bin/sh
test_description='the program: finding commands, help, errors and exit codes'
. "$(dirname "$0")/lib/test-lib.sh"

test_expect_success 'git finds it and lists it' '
	git agent version >actual &&
	test_grep "^git agent version [0-9]" actual &&
	git help -a >all &&
	test_grep "^ *agent$" all
'

test_expect_success 'help works outside a repository, in all its forms' '
	git agent >expect &&
	test_grep "^usage: git agent <command>" expect &&
	git agent -h >actual &&
	test_cmp expect actual &&
	git agent help >actual &&
	test_cmp expect actual &&
	git agent version -h >expect &&
	test_grep "^usage: git agent version" expect &&
	git agent help version >actual &&
	test_cmp expect actual
'

test_expect_success 'every command has -h, on stdout, exit code 0, without a repository' '
	git agent help -a | sed -n "s/^   \([a-z][a-z-]*\) .*/\1/p" >commands &&
	test_grep version commands &&
	while read -r command
	do
		git agent "$command" -h >out 2>err </dev/null &&
		test_must_be_empty err &&
		test_grep "^usage: git agent $command" out || return 1
	done <commands
'

test_expect_success 'build options name the libraries' '
	git agent version --build-options >actual &&
	test_grep "^compiler: " actual &&
	test_grep "^sqlite3: 3" actual && ! grep "but" actual
'

test_expect_success 'a module that is not there is named beside what was built with it' '
	mkdir alone && cp "$GIT_AGENT_BUILD/git-agent" alone && alone/git-agent version --build-options >actual &&
	test_grep "^libcurl: [0-9.]*, but cannot load .*alone.*supabase.so" actual && test_grep "^zlib: [0-9.]*$" actual &&
	alone/git-agent version --build-options --json >actual && test_grep "\"libgit2\":null,\"libcurl\":null,\"cjson\":null}" actual &&
	test_schema version "$PWD/actual" &&
	alone/git-agent env >actual && test_grep "libgit2: [0-9.]*, but cannot load" actual
'

# A library of another version, as after an upgrade of the system. Sanitizers want to be first.
if command -v cc >/dev/null && ! grep -q __asan_init "$GIT_AGENT_BUILD/git-agent"
then
	test_set_prereq PRELOAD
fi
test_expect_success LIBGIT2,PRELOAD 'the libraries at run time are told where they are others' '
	cat >other.c <<-\EOT &&
	int git_libgit2_version(int *a, int *b, int *c) { *a = 9; *b = 8; *c = 7; return 0; }
	EOT
	cc -shared -fPIC -o other.so other.c &&
	LD_LIBRARY_PATH=$PWD LD_PRELOAD=other.so git agent version --build-options >actual &&
	test_grep "^libgit2: [0-9.]*, but runs with 9.8.7$" actual && test_grep "^libcurl: [0-9.]*$" actual &&
	LD_LIBRARY_PATH=$PWD LD_PRELOAD=other.so git agent version --build-options --json >actual &&
	test_grep "\"linked\":{.*\"libgit2\":\"9.8.7\"" actual && test_schema version "$PWD/actual"
'

test_expect_success 'JSON has the envelope' '
	git agent version --json >actual &&
	test_grep "^{\"schema_version\":1,\"data\":{\"version\":\"[0-9.]*\"}}$" actual
'

test_expect_success 'an unknown command is misuse and gets a suggestion' '
	test_says 129 "error: '\''versoin'\'' is not a git agent command" git agent versoin >out &&
	test_must_be_empty out &&
	test_grep "^hint: did you mean .git agent version.?$" "$TRASH/says.err" &&
	test_says 129 "error: '\''xyzzy'\'' is not a git agent command" git agent xyzzy
'

test_expect_success 'so is an unknown option' '
	test_says 129 "error: unknown option '\''--bild-options'\''" \
		git agent version --bild-options &&
	test_grep "did you mean .--build-options.?" "$TRASH/says.err" &&
	test_says 129 "error: unknown option '\''--frobnicate'\''" git agent --frobnicate
'

test_expect_success 'control characters of an argument do not reach the terminal' '
	test_says 129 "error: '\''^[[31m'\'' is not a git agent command" \
		git agent "$(printf "\033[31m")"
'

test_expect_success 'an answer that is not written is a failure' '
	test_says 128 "fatal: cannot write to standard output: No space left on device" \
		git agent version >/dev/full
'

test_expect_success 'a reader that goes away ends it by SIGPIPE' '
	{
		sleep 0.3
		"$GIT_AGENT_BUILD/git-agent" help 2>err
		echo $? >code
	} | : &&
	test_must_be_empty err &&
	test_grep "^141$" code
'

test_done
