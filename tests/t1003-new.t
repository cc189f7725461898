#!/bin/sh
test_description='new-plan, new-story, new-runbook'
. "$(dirname "$0")/lib/test-lib.sh"
. "$test_root/tests/lib/small.sh"

if ! test_have_prereq LIBGIT2
then
	skip_all='libgit2 is not there'
	test_done
fi

test_expect_success 'a plan: id and path on stdout, the file from the template' '
	small_repo "$TRASH/r" && cd "$TRASH/r" &&
	git agent new-plan "Do it all" >../actual 2>../err &&
	test_must_be_empty ../err &&
	echo "INFRA-004 $small_plans/INFRA-004-do-it-all.md" >../expect &&
	test_cmp ../expect ../actual &&
	test_grep "^# INFRA-004: Do it all$" "$small_plans/INFRA-004-do-it-all.md" &&
	test_grep "^DRAFT$" "$small_plans/INFRA-004-do-it-all.md" &&
	git agent log INFRA-004 >../actual && test_grep "^How:    create$" ../actual
'

test_expect_success 'a story from a plan, a runbook from a story: parents come first' '
	test_says 2 "error: a story needs plan '\''INFRA-004'\'' to be APPROVED or later; it is DRAFT" \
		git agent new-story "Too early" --from INFRA-004 &&
	git agent new-story "One of them" --from INFRA-001 >../actual &&
	echo "INFRA-005 $small_stories/INFRA-005-one-of-them.md" >../expect &&
	test_cmp ../expect ../actual &&
	test_grep -A2 "^## Parent Plan" "$small_stories/INFRA-005-one-of-them.md" >../actual &&
	test_grep "^- INFRA-001$" ../actual &&
	test_expect_code 2 git agent new-runbook "How" --from INFRA-005 &&
	git agent state INFRA-005 COMMITTED &&
	git agent new-runbook "How to" --from INFRA-005 >../actual &&
	echo "INFRA-005 $small_runbooks/INFRA-005-how-to.md" >../expect &&
	test_cmp ../expect ../actual &&
	test_grep "^- INFRA-005$" "$small_runbooks/INFRA-005-how-to.md" &&
	test_says 2 "error: '\''INFRA-005'\'' has a runbook already: '\''$small_runbooks/INFRA-005-how-to.md'\''" \
		git agent new-runbook "Another" --from INFRA-005
'

test_expect_success 'what it refuses, with nothing made' '
	git agent list >../before &&
	test_says 2 "error: '\''runbook:INFRA-005'\'' is a runbook, and a story comes from a plan" \
		git agent new-story x --from runbook:INFRA-005 &&
	test_says 128 "fatal: there is no artifact '\''plan:INFRA-777'\''" \
		git agent new-story x --from INFRA-777 &&
	test_says 129 "error: a plan has no parent: --from means nothing here" \
		git agent new-plan x --from INFRA-001 &&
	test_says 129 "error: the title is empty" git agent new-plan "  " &&
	test_says 129 "error: a title is one line" git agent new-plan "a
b" &&
	test_says 129 "error: which title?" git agent new-plan &&
	test_says 129 "error: the title is one argument: quote it" git agent new-plan a b &&
	test_says 129 "error: '\''infra'\'' is not a scope: capitals, digits and _, like INFRA" \
		git agent new-plan x --scope infra &&
	test_says 2 "error: a new story cannot be DONE: it would jump over a gate, which has to be entered first" \
		git agent new-story x --state DONE &&
	git -c agent.requireParent=true agent new-story x 2>../err;
	test_grep "^error: a story needs a plan$" ../err &&
	git agent list >../after && test_cmp ../before ../after
'

test_expect_success 'hostile titles are only titles' '
	git agent new-story "\${LABEL} \$(touch x) ../../\"; --" >../actual &&
	test_grep "^INFRA-006 $small_stories/INFRA-006-label-touch-x.md$" ../actual &&
	test_grep -F "# INFRA-006: \${LABEL} \$(touch x) ../../\"; --" \
		"$small_stories/INFRA-006-label-touch-x.md" &&
	git agent new-story "日本語" >../actual &&
	test_grep "^INFRA-007 $small_stories/INFRA-007-untitled.md$" ../actual &&
	printf "\033[31mred" >../title && git agent new-story "$(cat ../title)" >/dev/null &&
	git agent list >../actual && ! grep -q "$(printf "\033")" ../actual &&
	test_expect_code 2 git agent new-story "ends in #" &&
	long=$(printf "%01001d" 0) &&
	test_says 129 "error: a title has at most 1000 bytes" git agent new-story "$long"
'

test_expect_success '--state, --dry-run, --json, the editor' '
	git agent new-story "Open" --state open --json >../actual &&
	test_grep "\"title\":\"Open\",\"state\":\"OPEN\"" ../actual &&
	git agent new-story "Now" --state COMMITTED --json >../actual &&
	test_grep "\"state\":\"COMMITTED\".*\"approval\":\"requested\"" ../actual &&
	git agent list >../before &&
	git agent new-plan "Later" -n >../actual &&
	test_grep "^INFRA-[0-9]* $small_plans/INFRA-[0-9]*-later.md$" ../actual &&
	git agent list >../after && test_cmp ../before ../after &&
	printf "%s\n" "#!/bin/sh" "echo typed >>\"\$1\"" >../editor && chmod +x ../editor &&
	GIT_EDITOR=../editor git agent new-plan "With an editor" -e >../actual &&
	test_grep "^typed$" "$(cut -d" " -f2 ../actual)"
'

test_expect_success 'sixteen at once get sixteen ids' '
	for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16
	do
		git agent new-plan "Plan $i" --scope MANY >"../many.$i" &
	done &&
	wait &&
	cat ../many.* | cut -d" " -f1 | sort -u >../actual &&
	small_lines 16 ../actual &&
	git agent list --scope MANY >../actual && small_lines 16 ../actual
'

test_expect_success 'no label of a file that was made by hand and not looked at yet' '
	hand="$small_plans/INFRA-060-by-hand.md" &&
	sed "s/INFRA-001/INFRA-060/" "$small_plans"/INFRA-001-*.md >"$hand" &&
	git agent new-story "After the hand" --scope INFRA >../actual &&
	test_grep "^INFRA-061 " ../actual &&
	git agent new-story "From the hand" --from INFRA-060 >../actual &&
	sed "s/INFRA-005/INFRA-061/" "$small_runbooks"/INFRA-005-*.md >"$small_runbooks/INFRA-061-x.md" &&
	git agent state INFRA-061 COMMITTED &&
	test_says 2 "error: '\''INFRA-061'\'' has a runbook already: '\''$small_runbooks/INFRA-061-x.md'\''" \
		git agent new-runbook "Another" --from INFRA-061 &&
	sed "s/^APPROVED$/DRAFT/" "$hand" >../hand && cp ../hand "$hand" &&
	test_says 2 "error: a story needs plan '\''INFRA-060'\'' to be APPROVED or later; it is DRAFT" \
		git agent new-story "Too late" --from INFRA-060 &&
	git agent rm INFRA-060 && git agent rm runbook:INFRA-061 && git agent rm INFRA-061 &&
	git agent rm INFRA-062
'

test_expect_success 'without a work tree of its own scope, it asks' '
	test_repo "$TRASH/empty" && cd "$TRASH/empty" && git agent sync init >/dev/null &&
	test_says 129 "error: which scope?" git agent new-plan "x" &&
	git -c agent.scope=WEB agent new-plan "First" >../actual &&
	test_grep "^WEB-001 .agent/cache/plans/WEB/WEB-001-first.md$" ../actual &&
	git agent new-plan "Second" >../actual && test_grep "^WEB-002 " ../actual
'

test_expect_success 'online it is pushed at once, and the remote gives the number' '
	cd "$TRASH" && test_repo c1 && (cd c1 && small_artifacts && test_commit_all one) &&
	git clone -q c1 c2 &&
	(cd c1 && git agent sync init "file:$TRASH/team.db") >/dev/null &&
	(cd c2 && git agent sync init "file:$TRASH/team.db") >/dev/null &&
	git -C c1 agent new-story "From one" >out1 &&
	git -C c2 agent new-story "From two" >out2 &&
	! test "$(cut -d" " -f1 out1)" = "$(cut -d" " -f1 out2)" &&
	git -C c1 agent list --dirty >actual && test_must_be_empty actual &&
	git -C c2 agent sync pull >actual && test_grep "1 received" actual &&
	git -C c2 -c agent.autoPush=never agent new-story "Kept back" >/dev/null &&
	git -C c2 agent list --dirty >actual && small_lines 1 actual
'

test_expect_success 'offline it is queued, with a number drawn before, then a provisional one' '
	mv team.db away.db && cd c1 &&
	for i in 1 2 3 4 5 6 7 8
	do
		git agent new-story "Offline $i" >../out 2>../err || return 1
	done &&
	test_grep "^queued for the next .git agent sync.: " ../err &&
	test_grep "^INFRA-~[0-9a-f]\{4\} .*/INFRA-~[0-9a-f]\{4\}-offline-8.md$" ../out &&
	path=$(cut -d" " -f2 ../out) && test -f "$path" &&
	mv ../away.db ../team.db &&
	git agent sync >../out 2>&1 &&
	test_grep "is now INFRA-0" ../out &&
	! test -e "$path" &&
	git agent list >../actual && test_grep "Offline 8" ../actual && ! grep "~" ../actual
'

test_done
