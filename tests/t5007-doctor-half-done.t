#!/bin/sh
test_description='doctor names each way in which a set-up can be half done, and what it advises mends it'
. "$(dirname "$0")/lib/test-lib.sh"
. "$test_root/tests/lib/team.sh"

if ! test_have_prereq LIBGIT2
then
	skip_all='libgit2 is missing'
	test_done
fi

test_expect_success 'setup: all is well' '
	team_origin && team_clone a "file:$TRASH/team.db" && team_clone b "file:$TRASH/team.db" && cd a &&
	echo "all is well" >../expect && git agent doctor >../out && test_cmp ../expect ../out
'

# Each line: check | what it says | how it is broken | what mends it. FIX is `git agent doctor --fix`.
cat >cases <<\EOT
hooks|hook pre-commit is not there|rm .git/hooks/pre-commit|FIX
hooks|hook post-merge is not there, or not as|chmod -x .git/hooks/post-merge|FIX
hooks|hook pre-push is not there, or not as|sed -i "s/exec git-agent/exec git agent/" .git/hooks/pre-push|FIX
hooks|hook post-checkout is not there|rm .git/hooks/*|FIX
hooks|moved our hook to|mv .git/hooks/commit-msg .git/hooks/commit-msg.old|rm .git/hooks/commit-msg.old && FIX
hooks|core.hooksPath bypasses|mkdir -p ../other && git config core.hooksPath ../other|git config --unset core.hooksPath
drivers|merge driver|git config --remove-section merge.agent|FIX
drivers|is at work, or was cut off|touch .git/config.lock|rm .git/config.lock
index|is at work, or was cut off|touch -d "1 hour ago" .git/index.lock|rm .git/index.lock
hooks|merge.agent.driver is set to|git config merge.agent.driver "mine %A"|git config --unset merge.agent.driver && FIX
attributes|merge attribute|rm .git/info/attributes|FIX
attributes|merge is union|echo "*.md merge=union" >>.git/info/attributes|sed -i /union/d .git/info/attributes
attributes|merge is unset|echo "*.md -merge" >>.git/info/attributes|sed -i /-merge/d .git/info/attributes
ignore rule|exclude|: >.git/info/exclude|FIX
link|does not lead to|rm .agent/cache/agent.db|FIX
link|is not a link to|rm .agent/cache/agent.db && : >.agent/cache/agent.db|rm .agent/cache/agent.db && FIX
workspace|no workspace yet|mkdir ../gone && mv .git/agent/agent.db* ../gone|git agent sync init
workspace|is damaged|rm -f .git/agent/agent.db-* && echo broken >.git/agent/agent.db|git agent rebuild
workspace|newer|sqlite3 .git/agent/agent.db "pragma user_version = 999"|sqlite3 .git/agent/agent.db "pragma user_version = $schema"
remote|has joined file:|git config agent.remote "file:$TRASH/no.db"|git config agent.remote "file:$TRASH/team.db"
trunk|there is no such branch|git config agent.trunk nowhere|git config --unset agent.trunk
ignored|git ignores artifacts like '.agent/cache/stories/|echo "/.agent/cache/stories" >.gitignore|rm .gitignore
ignored|git ignores artifacts like '.agent/adrs/|echo "adrs/" >>.git/info/exclude|sed -i /adrs/d .git/info/exclude
labels|is there twice|team_story .agent/cache/stories/INFRA/INFRA-043-two.md && git agent import|git agent rm .agent/cache/stories/INFRA/INFRA-043-two.md
approvals|this line of the record is no approval|mkdir -p .agent/approvals/story && echo nonsense >.agent/approvals/story/INFRA-042|rm -r .agent/approvals
EOT

# one <check> <pattern> <break> <mend>
one() {
	eval "$3" >../broken 2>&1 && test_expect_code 1 git agent doctor >../out 2>../err &&
	test_grep "^problem: $1: .*$2" ../out &&
	{ case $4 in
	*FIX*) test_grep "^hint: .git agent doctor --fix. mends" ../err || test_grep "^  " ../out ;;
	esac; } &&
	{ eval "$(echo "$4" | sed "s/FIX/git agent doctor --fix/")" >../mended 2>&1 || cat ../mended; } &&
	git agent doctor >../out && ! grep "^problem" ../out
}

schema=$(sqlite3 "$TRASH/a/.git/agent/agent.db" "pragma user_version")
while IFS='|' read -r check pattern break mend
do
	test_expect_success "$check: $pattern ($break)" '
		cd "$TRASH/a" && one "$check" "$pattern" "$break" "$mend"
	'
done <cases

test_expect_success 'what is around: the path, a switch, a library, no name' '
	cd "$TRASH/a" && git agent doctor >/dev/null &&
	test_expect_code 1 env PATH=/usr/bin:/bin "$GIT_AGENT_BUILD/git-agent" doctor >../out && test_grep "^problem: hooks: git-agent is not in PATH" ../out &&
	test_expect_code 1 env GIT_AGENT_SKIP=1 git agent doctor >../out && test_grep "GIT_AGENT_SKIP is set" ../out &&
	test_expect_code 1 env GIT_AGENT_LIBEXEC=/nowhere git agent doctor >../out && test_grep "^problem: library: cannot load" ../out &&
	test_grep "is it installed" ../out && git config --unset user.name && git config --unset user.email &&
	(unset GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL GIT_COMMITTER_NAME GIT_COMMITTER_EMAIL EMAIL &&
		test_expect_code 1 git agent doctor >../out && test_grep "^problem: identity: " ../out &&
		git config user.name a && git config user.email a@example.com && git agent doctor >../out)
'

test_expect_success 'a conflict that is open' '
	cd "$TRASH/b" && git agent set INFRA-042 -t "Theirs" >/dev/null && git agent sync >/dev/null &&
	cd ../a && git agent set INFRA-042 -t "Ours" >/dev/null && test_expect_code 1 git agent sync >/dev/null 2>&1 &&
	test_expect_code 1 git agent doctor >../out && test_grep "^problem: conflicts: INFRA-042 is in conflict" ../out &&
	test_grep "^  .git agent sync resolve INFRA-042 --ours" ../out && git agent sync resolve INFRA-042 --ours && git agent sync &&
	git agent doctor >../out && ! grep "^problem" ../out
'

test_expect_success 'a change that the remote refused' '
	cd "$TRASH/a" && team_edit "s/^DRAFT/DONE/" .agent/cache/stories/INFRA/INFRA-043-audit.md && git agent import >/dev/null &&
	test_expect_code 2 git agent sync >/dev/null 2>&1 && test_expect_code 1 git agent doctor >../out &&
	test_grep "^problem: queue: the remote refused INFRA-043: " ../out &&
	team_edit "s/^DONE/DRAFT/" .agent/cache/stories/INFRA/INFRA-043-audit.md && git agent sync >/dev/null &&
	git agent doctor >../out && ! grep "^problem" ../out
'

test_expect_success 'what is worth knowing is a note, and the exit status stays 0' '
	cd "$TRASH/a" && team_story .agent/cache/stories/OPS/OPS-001-new.md && git agent import >/dev/null &&
	git agent doctor >../out && test_grep "^note: untracked: .*OPS-001-new.md. is in no commit yet" ../out &&
	git add .agent && git commit -q -m new && git agent doctor >../out && ! grep untracked ../out &&
	test_repo ../alone && cd ../alone && git agent sync init >/dev/null && git agent doctor >../out &&
	test_grep "^note: remote: this clone has no remote" ../out &&
	printf "[agent]\n\tremote = file:/team.db\n" | test_write .agent/config &&
	test_expect_code 1 git agent doctor >../out && test_grep "^problem: remote: this clone has not joined the remote of the team" ../out
'

test_done
