#!/bin/sh
test_description='verify: what commits do to artifacts, judged by the objects of git alone'
. "$(dirname "$0")/lib/test-lib.sh"
. "$test_root/tests/lib/team.sh"
SQ=\'

if ! test_have_prereq LIBGIT2
then
	skip_all='libgit2 is missing'
	test_done
fi

PLAN=.agent/cache/plans/INFRA/INFRA-001-caching.md

# put <path> <title> <state> [<line>...]: an artifact; the lines are sections of their own.
put () {
	put_path=$1 put_title=$2 put_state=$3
	shift 3
	{
		printf '# %s\n\n## State\n\n%s\n' "$put_title" "$put_state" &&
		for put_line
		do
			printf '\n%b\n' "$put_line"
		done
	} | test_write "$put_path"
}

# says <expected lines of "<rule> <severity>"> [<verify argument>...]: order does not count.
says () {
	printf "%s" "$1" | tr , '\n' | sed '/./!d;s/^ //' | sort >../expect
	shift
	code=0
	git agent verify --porcelain "$@" >../out 2>../err || code=$?
	sed 's/^[^:]*:[^:]*:[0-9]*: \([a-z]*\): \([a-z]*\): .*/\2 \1/' ../out | sort >../actual
	test_cmp ../expect ../actual || {
		cat ../out ../err
		return 1
	}
	if grep violation ../expect >/dev/null
	then
		test $code = 2
	else
		test $code = 0
	fi
}

test_expect_success 'setup: no workspace' '
	test_repo r && cd r &&
	git config agent.trunk main &&
	put $PLAN "INFRA-001: Caching" DRAFT &&
	put $STORY "INFRA-042: Rate limit" DRAFT "## Notes\n\nSome." "## Parent Plan\n\n- INFRA-001" &&
	put .agent/cache/stories/INFRA/INFRA-050-a.md "INFRA-050: A" OPEN &&
	put .agent/cache/stories/INFRA/INFRA-050-b.md "INFRA-050: B" OPEN &&
	test_commit_all "artifacts" &&
	git tag start
'

test_expect_success 'the first commit is judged like any other' '
	cd "$TRASH/r" &&
	says "duplicate violation" start
'

test_expect_success 'a legal step says nothing' '
	cd "$TRASH/r" && git switch -q -c topic &&
	put $PLAN "INFRA-001: Caching" PROPOSED &&
	test_commit_all "propose" &&
	says "" &&
	says "" main..topic &&
	test_grep "^1 commit: no violation, 0 warnings" <<-EOT
	$(git agent verify 2>&1)
	EOT
'

test_expect_success 'a line on standard input that is no update is named as it was' '
	cd "$TRASH/r" && echo "what is this" | test_says 129 \
		"error: standard input: '\''what is this'\'' is not '\''<old> <new> <ref>'\''" git agent verify --stdin
'

test_expect_success 'over a gate, with the place in the file' '
	cd "$TRASH/r" &&
	put $PLAN "INFRA-001: Caching" APPROVED &&
	test_commit_all "jump" &&
	says "transition violation, approval warning" &&
	test_grep "^$(git rev-parse HEAD):$PLAN:5: violation: transition: PROPOSED -> APPROVED: " ../out &&
	test_grep "^error: 1 violation of the rules in 2 commits" ../err &&
	says "" HEAD~2..HEAD~1
'

test_expect_success 'back with a reason, or a trailer, or not at all' '
	cd "$TRASH/r" &&
	put $PLAN "INFRA-001: Caching" DRAFT &&
	test_commit_all "back" &&
	says "transition violation" HEAD~1..HEAD &&
	test_grep "going back needs a reason" ../out &&
	git commit -q --amend -m "back" -m "It was too early." &&
	says "" HEAD~1..HEAD &&
	git commit -q --amend -m "back" -m "Reason: too early" &&
	says "" HEAD~1..HEAD
'

test_expect_success 'a story needs its plan approved, in the same commit' '
	cd "$TRASH/r" &&
	put $STORY "INFRA-042: Rate limit" COMMITTED "## Parent Plan\n\n- INFRA-001" &&
	test_commit_all "commit the story" &&
	says "parent violation, approval warning" HEAD~1..HEAD &&
	test_grep "needs plan .INFRA-001. to be APPROVED or later; it is DRAFT" ../out &&
	git reset -q --hard HEAD~1 &&
	put $PLAN "INFRA-001: Caching" COMMITTED && test_commit_all "c" &&
	put $PLAN "INFRA-001: Caching" APPROVED &&
	put $STORY "INFRA-042: Rate limit" COMMITTED "## Parent Plan\n\n- INFRA-001" &&
	test_commit_all "both at once" &&
	says "approval warning, approval warning" HEAD~1..HEAD
'

test_expect_success 'agent.requireParent, agent.requireProof: here, or in .agent/config of the trunk' '
	cd "$TRASH/r" &&
	put .agent/cache/stories/INFRA/INFRA-060-x.md "INFRA-060: X" COMMITTED &&
	test_commit_all "no parent" &&
	says "approval warning" HEAD~1..HEAD &&
	git config agent.requireParent true &&
	says "approval warning, parent violation" HEAD~1..HEAD &&
	git config --unset agent.requireParent &&
	printf "[agent]\n\trequireProof\n" >.agent/config && test_commit_all "policy on the branch" &&
	says "approval warning" HEAD~2..HEAD &&
	git update-ref refs/heads/main HEAD &&
	put .agent/cache/stories/INFRA/INFRA-061-x.md "INFRA-061: X" COMMITTED &&
	test_commit_all "claim" &&
	says "approval violation" &&
	git update-ref refs/heads/main start && git rm -q .agent/config && test_commit_all "no policy"
'

test_expect_success 'rules come from the trunk, not from what is judged' '
	cd "$TRASH/r" && git switch -q -c custom start &&
	git config -f .agent/config agent.kind.story.state "FROBBED 1" &&
	test_commit_all "a state" &&
	put $STORY "INFRA-042: Rate limit" FROBBED && test_commit_all "use it" &&
	says "state violation" &&
	git config -f .agent/config agent.kind.story.state "FROBBED 2 gate" &&
	git update-ref refs/heads/main custom~1 &&
	says "" &&
	git update-ref refs/heads/main custom &&
	says "state violation" start..custom &&
	git checkout -q -f topic && git update-ref refs/heads/main start
'

test_expect_success 'labels: a new double, an old one, a move' '
	cd "$TRASH/r" && git switch -q -c labels start &&
	put .agent/cache/stories/INFRA/INFRA-042-other.md "INFRA-042: Other" DRAFT &&
	test_commit_all "double" &&
	says "duplicate violation" HEAD~1..HEAD &&
	put .agent/cache/stories/INFRA/INFRA-050-a.md "INFRA-050: AA" OPEN &&
	test_commit_all "old double" &&
	says "" HEAD~1..HEAD &&
	git mv .agent/cache/stories/INFRA/INFRA-050-a.md .agent/cache/stories/INFRA/INFRA-051-a.md &&
	test_commit_all "renumber" &&
	says "label warning" HEAD~1..HEAD &&
	git mv $STORY .agent/cache/stories/INFRA/INFRA-042-moved.md &&
	test_commit_all "move" &&
	says "" HEAD~1..HEAD
'

test_expect_success 'deletions, markers, NUL bytes, a title with another label' '
	cd "$TRASH/r" && git switch -q -c texts start &&
	git rm -q .agent/cache/stories/INFRA/INFRA-050-b.md && test_commit_all "gone" &&
	says "deletion violation" HEAD~1..HEAD &&
	git commit -q --amend -m "gone" -m "It was there twice." &&
	says "" HEAD~1..HEAD &&
	put $STORY "INFRA-042: Rate limit" DRAFT "<<<<<<< a\nx\n=======\ny\n>>>>>>> b" &&
	test_commit_all "markers" &&
	says "markers violation" HEAD~1..HEAD &&
	printf "# INFRA-070: N\n\n## State\n\nDRAFT\n\0" | test_write .agent/cache/stories/INFRA/INFRA-070-n.md &&
	put .agent/cache/stories/INFRA/INFRA-071-n.md "INFRA-072: N" DRAFT &&
	test_commit_all "two faults" &&
	says "unreadable violation, label warning" HEAD~1..HEAD
'

test_expect_success 'a merge is judged against all its parents' '
	cd "$TRASH/r" && git switch -q -c left start &&
	put $PLAN "INFRA-001: Caching" COMMITTED && test_commit_all "l" &&
	git switch -q -c right start &&
	put .agent/cache/stories/INFRA/INFRA-080-r.md "INFRA-080: R" DRAFT && test_commit_all "r" &&
	git merge -q -m "merge" left &&
	says "" HEAD^!  &&
	git switch -q left && put .agent/cache/stories/INFRA/INFRA-080-l.md "INFRA-080: L" DRAFT &&
	test_commit_all "l2" && says "" HEAD~1..HEAD &&
	git merge -q -m "both have 080" right &&
	says "duplicate violation" HEAD^! &&
	put $PLAN "INFRA-001: Caching" DONE && git add -A && git commit -q --amend -m "evil" &&
	says "duplicate violation, transition violation" HEAD^!
'

test_expect_success '--remerge: what the driver would have made of a merge' '
	cd "$TRASH/r" && git switch -q -c gate start &&
	put $PLAN "INFRA-001: Caching" COMMITTED "## Summary\n\nCache it." "## Notes\n\nNone." &&
	test_commit_all "text" && git tag base &&
	sed "s/COMMITTED/APPROVED/" $PLAN >x && mv x $PLAN && test_commit_all "approve" &&
	git switch -q -c change base &&
	sed "s/None/All of it/" $PLAN >x && mv x $PLAN && test_commit_all "change the text" &&
	git merge -q -m "as a forge does" gate &&
	test_grep APPROVED $PLAN &&
	git agent verify --porcelain HEAD^! >../out &&
	! grep remerge ../out &&
	git agent verify --porcelain --remerge HEAD^! >../out &&
	test_grep "$PLAN:0: warning: remerge: merged as text; the merge driver leaves a conflict: " ../out
'

# Two branches that merged each other have two common ancestors. With one of them for the base, what
# one side took back would look untouched there, and changed on the other side.
test_expect_success '--remerge: several merge bases are one, as git makes it' '
	cd "$TRASH/r" && git switch -q -c cross start && sed "s/Some/Some of it/" $STORY >x && mv x $STORY &&
	test_commit_all "c1" && git branch -q cross1 && git switch -q -c cross2 start &&
	sed "s/^# INFRA-042: Rate limit/&s/" $STORY >x && mv x $STORY && test_commit_all "c2" && git branch -q cross3 &&
	git merge -q -m "m2" cross1 && git switch -q cross && git merge -q -m "m1" cross3 &&
	test "$(git merge-base --all cross cross2 | wc -l)" = 2 &&
	printf "\n## Left\n\nleft\n" >>$STORY && test_commit_all "left" && git switch -q cross2 &&
	sed "s/Rate limits/Rate limit/; s/Some of it/Some/" $STORY >x && mv x $STORY && test_commit_all "both taken back" &&
	git merge -q -m "crosswise" cross && test_grep "limit$" $STORY && test_grep "^Some.$" $STORY && test_grep "^left" $STORY &&
	git agent verify --porcelain --remerge HEAD^! >../out && ! grep remerge ../out &&
	sed "s/^left/wrong/" $STORY >x && mv x $STORY && git commit -q -a --amend --no-edit &&
	git agent verify --porcelain --remerge HEAD^! >../out && test_grep "remerge: merged by hand" ../out
'

test_expect_success '--staged judges the index, and asks for no reason yet' '
	cd "$TRASH/r" && git checkout -q -f start &&
	says "" --staged &&
	put $PLAN "INFRA-001: Caching" DONE &&
	says "" --staged &&
	git add -A &&
	says "transition violation" --staged &&
	test_grep "^staged:$PLAN:5: violation: transition: DRAFT -> DONE" ../out &&
	git rm -q -f $PLAN &&
	says "deletion warning" --staged &&
	git reset -q --hard
'

test_expect_success '--json' '
	cd "$TRASH/r" &&
	test_expect_code 2 git agent verify --json left^! >../out &&
	sqlite3 :memory: "SELECT json_extract(d, \"\$.data.commits\"), json_extract(d, \"\$.data.violations\"),
		json_extract(d, \"\$.data.findings[0].severity\"), json_extract(d, \"\$.data.findings[0].commit\")
		FROM (SELECT readfile(\"../out\") AS d)" >../actual &&
	echo "1|2|violation|$(git rev-parse left)" >../expect &&
	test_cmp ../expect ../actual
'

test_expect_success 'how it fails' '
	cd "$TRASH/r" &&
	test_says 128 "fatal: git does not know ${SQ}nowhere..HEAD${SQ}" git agent verify nowhere..HEAD &&
	test_expect_code 129 git agent verify --staged HEAD 2>../err &&
	git config --unset agent.trunk &&
	test_expect_code 129 git agent verify 2>../err &&
	test_grep "there is no trunk to compare with" ../err
'

test_expect_success 'a shallow clone cannot judge its oldest commit, and says so' '
	cd "$TRASH" && git clone -q --depth 2 --branch labels "file://$TRASH/r" shallow && cd shallow &&
	says "" HEAD~1..HEAD &&
	test_expect_code 128 git agent verify HEAD 2>../err &&
	test_grep "this clone is shallow, and lacks its parents" ../err
'

# The cost of a commit that has nothing to do with artifacts: no blob, no tree below .agent.
test_expect_success 'a thousand commits that do not touch .agent' '
	cd "$TRASH" && test_repo many && cd many &&
	git config agent.trunk main &&
	put $PLAN "INFRA-001: Caching" DRAFT && test_commit_all "artifacts" &&
	git switch -q -c long &&
	i=0 && while test $i -lt 1000
	do
		i=$((i + 1))
		printf "commit refs/heads/long\ncommitter A <a@x> %d +0000\ndata 1\nx\n" $((1790000000 + i))
		test $i = 1 && printf "from refs/heads/long^0\n"
		printf "M 644 inline code/file\ndata <<EOT\n%d\nEOT\n\n" $i
	done | git fast-import --quiet --force &&
	tree=$(git rev-parse HEAD:.agent/cache) && blob=$(git rev-parse HEAD:$PLAN) &&
	rm -f ".git/objects/${tree%"${tree#??}"}/${tree#??}" ".git/objects/${blob%"${blob#??}"}/${blob#??}" &&
	test_must_fail git ls-tree HEAD:.agent/cache &&
	git agent verify >../out 2>&1 && test_grep "^1000 commits: no violation, 0 warnings" ../out
'

test_done
