#!/bin/sh
test_description='doctor: each thing that can be wrong is found, and mended where it can be'
. "$(dirname "$0")/lib/test-lib.sh"
. "$test_root/tests/lib/team.sh"

if ! test_have_prereq LIBGIT2
then
	skip_all='libgit2 is missing'
	test_done
fi

# ill <check> <pattern>: found, exit 1, and nothing was written to find it.
ill() {
	find .git .agent -type f ! -name 'agent.db-*' -exec cksum {} + | sort >../before &&
	test_expect_code 1 git agent doctor >../out 2>../err &&
	test_grep "^problem: $1: .*$2" ../out && test_grep "^error: [0-9]* problem" ../err &&
	find .git .agent -type f ! -name 'agent.db-*' -exec cksum {} + | sort >../after &&
	test_cmp ../before ../after
}
well() {
	git agent doctor >../out 2>../err && ! grep "^problem" ../out
}
mended() {
	git agent doctor --fix >../out 2>../err && well
}

test_expect_success 'setup: all is well after sync init' '
	team_origin && team_clone a "file:$TRASH/team.db" && cd a &&
	git config user.email committer@example.com &&
	echo "all is well" >../expect && git agent doctor >../out && test_cmp ../expect ../out
'

test_expect_success 'without a workspace it says what is missing, and makes nothing' '
	cd "$TRASH" && git clone -q origin.git none && cd none &&
	ill workspace "no workspace yet" && ill hooks "hook pre-commit is not there" && ! test -e .git/agent
'

test_expect_success 'a hook that is gone, older, without its bit: mended, the old one kept' '
	cd "$TRASH/a" &&
	rm .git/hooks/pre-push && chmod -x .git/hooks/pre-commit &&
	sed -i "s/exec git-agent/exec git agent/" .git/hooks/post-merge &&
	cp .git/hooks/post-merge ../older &&
	ill hooks "hook post-merge" && mended && test -x .git/hooks/pre-commit &&
	cmp ../older .git/agent/doctor-1/post-merge
'

test_expect_success 'a hook moved to .old or bypassed by core.hooksPath' '
	cd "$TRASH/a" &&
	cp .git/hooks/pre-commit .git/hooks/pre-commit.old && ill hooks "moved our hook to .*pre-commit.old" &&
	rm .git/hooks/pre-commit.old && mkdir ../elsewhere && git config core.hooksPath ../elsewhere &&
	ill hooks "core.hooksPath bypasses .*hooks/pre-commit" && git config --unset core.hooksPath &&
	GIT_AGENT_SKIP=1 && export GIT_AGENT_SKIP && ill hooks "GIT_AGENT_SKIP is set" &&
	unset GIT_AGENT_SKIP && well
'

test_expect_success 'the driver: gone, or somebody else'\''s' '
	cd "$TRASH/a" &&
	git config --remove-section merge.agent && ill drivers "merge driver" && mended &&
	git config merge.agent.driver "mine %A" && ill hooks "merge.agent.driver is set to" &&
	test_expect_code 1 git agent doctor --fix && git config --unset merge.agent.driver && mended
'

test_expect_success 'attributes: gone, overridden, and a kind in a directory of its own' '
	cd "$TRASH/a" &&
	rm .git/info/attributes && ill attributes "merge attribute" && mended &&
	echo "*.md merge=union" >>.git/info/attributes && ill attributes "merge is union" &&
	sed -i "/union/d" .git/info/attributes && well &&
	printf "[agent \"kind.story\"]\n\tdir = .agent/tales\n" >.agent/config &&
	ill attributes ".agent/tales/" && rm .agent/config && well
'

test_expect_success 'link and ignore rule' '
	cd "$TRASH/a" &&
	rm .agent/cache/agent.db && ill link "does not lead" && mended &&
	ln -sf nowhere .agent/cache/agent.db && ill link "does not lead" && mended &&
	sed -i "/agent.db/d" .git/info/exclude && ill "ignore rule" exclude && mended && test_clean
'

test_expect_success 'news is a note, and --fix takes it in' '
	cd "$TRASH/a" && echo >>$STORY && GIT_AGENT_SKIP=1 git commit -q -a -m skipped &&
	well && test_grep "^note: freshness" ../out && mended && ! grep freshness ../out
'

test_expect_success 'a remote out of reach is a note' '
	cd "$TRASH/a" && mv ../team.db ../team.away && well && test_grep "^note: remote: .*out of reach" ../out &&
	mv ../team.away ../team.db && well && ! grep remote ../out
'

test_expect_success 'a broken database: all else is still said; --fix keeps it and makes another' '
	cd "$TRASH/a" && settle_workspace && cp .git/agent/agent.db ../db && rm -f .git/agent/agent.db-* &&
	rm .git/hooks/pre-push && echo broken >.git/agent/agent.db &&
	ill workspace "is damaged" && test_grep "^problem: hooks" ../out &&
	mended && ls .git/agent/agent.db.broken-1 && git agent show INFRA-042 >../out
'

test_expect_success 'a text whose bytes are not its own is found' '
	cd "$TRASH/a" && settle_workspace && cp .git/agent/agent.db ../db && rm -f .git/agent/agent.db-* &&
	sqlite3 .git/agent/agent.db "update blob set bytes = cast(\"x\" as blob) where oid = (select oid from artifact where path = \"$STORY\")" &&
	test_expect_code 1 git agent doctor >../out && test_grep "^problem: workspace" ../out &&
	rm -f .git/agent/agent.db-* && cp ../db .git/agent/agent.db && well
'

test_expect_success 'labels twice, titles that disagree, links into nothing, runbooks of nobody' '
	cd "$TRASH/a" &&
	team_story .agent/cache/stories/INFRA/INFRA-043-other.md &&
	git agent import >/dev/null && ill labels "story INFRA-043 is there twice" &&
	git agent rm .agent/cache/stories/INFRA/INFRA-043-other.md &&
	team_edit "1s/INFRA-042/INFRA-044/" && git agent import >/dev/null && ill titles "INFRA-044" &&
	team_edit "1s/INFRA-044/INFRA-042/" && printf "\n## Parent Plan\n\n- INFRA-999\n" >>$STORY &&
	git agent import && well && test_grep "^note: links: .*INFRA-042-rate-limit.md:[0-9]*: there is no INFRA-999" ../out &&
	git agent mv runbook:INFRA-042 --label INFRA-077 >../out && git agent import &&
	well && test_grep "^note: orphans: .*belongs to no story" ../out &&
	rm .agent/cache/stories/INFRA/INFRA-043-audit.md && well &&
	test_grep "^note: orphans: the file of .*INFRA-043-audit.md" ../out &&
	git checkout -q -- .agent/cache/stories/INFRA/INFRA-043-audit.md
'

test_expect_success 'an approval that was typed is told from one that was asked for' '
	cd "$TRASH/a" && git agent import && well &&
	git agent state INFRA-043 OPEN && git agent state INFRA-043 COMMITTED && well &&
	team_edit "s/^DRAFT/COMMITTED/" && git agent import && ill approvals "nobody acknowledged that it is COMMITTED: it was written by an edit" &&
	team_edit "s/^COMMITTED/DRAFT/" && git agent import && well &&
	git agent edit INFRA-043 --file - <<-\EOT &&
	# INFRA-043: Audit

	## State

	COMMITTED

	## Problem Statement

	Something else.
	EOT
	ill approvals "the text changed after it became COMMITTED"
'

test_expect_success '--json says the same' '
	cd "$TRASH/a" &&
	test_expect_code 1 git agent doctor --json >../json 2>../err &&
	test_grep "\"schema_version\":1,\"data\":{\"well\":false,\"findings\":\[{\"check\":" ../json &&
	sqlite3 :memory: "select json_extract(value, \"\$.check\") from json_each(readfile(\"$TRASH/json\"), \"\$.data.findings\") where json_extract(value, \"\$.severity\") = \"problem\"" >../actual &&
	echo approvals >../expect && test_cmp ../expect ../actual
'

test_done
