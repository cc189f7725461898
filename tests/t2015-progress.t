#!/bin/sh
test_description='how far a longer command is: for a person, for a program, or not at all'
. "$(dirname "$0")/lib/test-lib.sh"
. "$test_root/tests/lib/team.sh"

if ! test_have_prereq LIBGIT2
then
	skip_all='libgit2 is missing'
	test_done
fi

# shown <title> <command>...: the line as it is in the end.
shown() {
	shown_title=$1 && shift &&
	git agent "$@" --progress >../out 2>../err &&
	tr "\r" "\n" <../err | grep "^$shown_title: 100% ([0-9]*/[0-9]*), done\.$" &&
	! tr "\r" "\n" <../out | grep "%"
}

test_expect_success 'setup' '
	team_origin && git clone -q origin.git a 2>/dev/null && cd a && git agent sync init --no-hooks "file:$TRASH/team.db" >/dev/null &&
	for i in 1 2 3; do team_story .agent/cache/stories/OPS/OPS-00$i-story.md; done
'

test_expect_success 'where stderr is no terminal there is none, unless it is asked for' '
	cd "$TRASH/a" && git agent import -n >../out 2>../err && test_must_be_empty ../err &&
	shown "Comparing files" import && shown Pushing sync && ! grep Pulling ../err &&
	git add -A && git commit -q -m more && shown "Judging commits" import &&
	rm -r .agent/cache/stories/OPS && git agent import >/dev/null && shown Exporting export --all &&
	shown "Judging commits" verify HEAD~1..HEAD && shown Indexing search limit &&
	test_expect_code 1 git agent doctor --progress >../out 2>../err && tr "\r" "\n" <../err | grep "^Checking artifacts: 100% (6/6), done\.$"
'

test_expect_success 'rebuild and sync init, too' '
	cd "$TRASH/a" && shown Importing rebuild --force && test_grep "Pulling: 100%" ../err &&
	git clone -q ../origin.git ../b && cd ../b && shown Pulling sync init --no-hooks "file:$TRASH/team.db"
'

test_expect_success '--no-progress is stronger' '
	cd "$TRASH/b" && echo >>$STORY && git agent import --progress --no-progress >../out 2>../err && test_must_be_empty ../err
'

test_expect_success 'GIT_AGENT_PROGRESS: lines for a program, also without a terminal' '
	cd "$TRASH/b" && echo >>$STORY && GIT_AGENT_PROGRESS=$TRASH/log git agent sync >../out 2>../err && test_must_be_empty ../err &&
	! grep -v "^[A-Z][a-z ]* [0-9][0-9]* [0-9][0-9]*$" ../log && test_grep "^Comparing files [0-9]* [0-9]*$" ../log &&
	test_grep "^Pushing 1 1$" ../log &&
	GIT_AGENT_PROGRESS=log git agent sync >../out 2>../err && ! test -e log
'

test_done
