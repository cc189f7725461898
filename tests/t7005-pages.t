#!/bin/sh
test_description='git-agent-supabase(7): what it tells a team to type is what works'
. "$(dirname "$0")/lib/test-lib.sh"
. "$test_root/tests/lib/team.sh"
. "$test_root/tests/lib/backend.sh"

page=$test_root/src/git-agent-supabase.7

# Each test is skipped, and counted, where the server is not installed.
missing=$(backend_missing "$test_root")
place=$GIT_AGENT_BUILD/backend-pages-$$
if test -z "$missing" && test -e "$GIT_AGENT_BUILD/libexec/git-agent/supabase.so"
then
	trap 'backend_code=$?; backend_stop "$test_root" "$place"; (exit $backend_code); die' EXIT
	backend_start "$test_root" "$place" || exit 1
	test_set_prereq SERVER
else
	echo "# scripts/bootstrap --server:$missing"
fi

# page_commands <section>: the lines that it tells to type, with this server in the place of the
# one of the page, and the password that a person is asked for.
page_commands() {
	awk -v section="$1" '
		/^\.Sh / { here = substr($0, 5) == section }
		/^\.Bd / { shown = 1 }
		/^\.Ed/ { shown = 0 }
		here && shown && /^\$ / { print substr($0, 3) }' "$page" |
	sed -e "s|https://abcdefgh.supabase.co|$GIT_AGENT_TEST_URL|g" \
		-e "s|sb_publishable_abcdefgh|$GIT_AGENT_TEST_KEY|g" \
		-e "s|https://example.com/team.git|\"$TRASH/origin.git\"|" \
		-e "s|lead@example.com|ada@example.org|; s|anna@example.com|bob@example.org|" \
		-e "s|ben@example.com|cyd@example.org|" \
		-e "s|^git agent login .* \([a-z]*\)@[^ ]*$|echo \1-password \| & --password-stdin|"
}

# The lines of the README for a team on many machines.
readme_commands() {
	sed -n "/^## Five minutes/,/^## Commands/s/^    \\$ //p" "$test_root/README.md" |
	sed -n "/git agent login/,/git agent member/p" |
	sed -e "s|https://x.supabase.co|$GIT_AGENT_TEST_URL|; s|sb_publishable_\.\.\.|$GIT_AGENT_TEST_KEY|" \
		-e "s|ann@|ada@|; s|ben@|cyd@|" \
		-e "s|^git agent login .* \([a-z]*\)@[^ ]*$|echo \1-password \| & --password-stdin|"
}

# run_page <who> <section>: in a home of his own, line by line, each of which succeeds.
run_page() {
	(
		HOME=$TRASH/home-$1
		GIT_CONFIG_GLOBAL=$HOME/.gitconfig
		DATABASE_URL=${GIT_AGENT_TEST_DATABASE-}
		export HOME GIT_CONFIG_GLOBAL DATABASE_URL
		unset GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL
		mkdir -p "$HOME" &&
		git config --global credential.helper store &&
		git config --global protocol.file.allow always &&
		git config --global init.defaultBranch main &&
		git config --global user.name "$1" &&
		git config --global user.email "$1@example.org" &&
		case $2 in README) readme_commands ;; *) page_commands "$2" ;; esac >"$TRASH/commands" &&
		test -s "$TRASH/commands" &&
		echo "set -ex" | cat - "$TRASH/commands" >"$TRASH/script" &&
		sh "$TRASH/script"
	)
}

test_expect_success 'the page has commands in each of its sections' '
	for section in "FOR THE LEAD" "FOR THE TEAMMATE" "WHEN TO SYNC, EXPORT, IMPORT"
	do
		GIT_AGENT_TEST_URL=x GIT_AGENT_TEST_KEY=y page_commands "$section" >commands &&
		test "$(wc -l <commands)" -ge 8 || return 1
	done
'

test_expect_success SERVER 'for the lead' '
	team_origin &&
	git clone -q origin.git lead &&
	(cd lead && run_page ada "FOR THE LEAD") >out &&
	test_grep "admin *ada@example.org" out &&
	test_grep "invited" out &&
	test_grep "the chain holds" out
'

test_expect_success SERVER 'the README says the same in three lines' '
	test_repo shop && (cd shop && run_page ada README) >out &&
	test "$(wc -l <commands)" = 3 && test_grep "^invited cyd@example.org as approver$\|^cyd@example.org is approver$" out
'

test_expect_success SERVER 'for the teammate' '
	mkdir desk &&
	(cd desk && run_page bob "FOR THE TEAMMATE") >out &&
	test_grep "INFRA-042: claimed" out &&
	test_grep "pushed: 1 sent" out
'

test_expect_success SERVER 'when to sync, export, import' '
	(cd desk/team && run_page bob "WHEN TO SYNC, EXPORT, IMPORT") >out &&
	git -C lead pull -q &&
	test_grep "\[x\] \*\*Scenario 1" lead/$STORY
'

test_expect_success SERVER 'and the other one has it' '
	HOME=$TRASH/home-ada GIT_CONFIG_GLOBAL=$TRASH/home-ada/.gitconfig git -C lead agent sync &&
	git -C lead agent show INFRA-042 >shown &&
	test_grep "Ask the auditors" shown
'

test_done
