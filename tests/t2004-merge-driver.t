#!/bin/sh
test_description='the merge driver: what git gets from it, whatever happens'
. "$(dirname "$0")/lib/test-lib.sh"
. "$test_root/tests/lib/team.sh"

# driver <base script> <ours script> <theirs script>: three versions of one story, merged by hand.
driver() {
	team_story O && sed -i "s/^# [^:]*:/# INFRA-042:/; $1" O &&
	sed "$2" O >A && sed "$3" O >B && cp A A.before &&
	git agent merge-driver O A B 7 $STORY >out 2>err
	code=$?
	test_must_be_empty out && return $code
}

test_expect_success 'clean: exit 0, both changes, nothing printed, no file left' '
	driver "" "s/Too many/Far too many/" "s/None yet/Later/" &&
	test_grep "Far too many" A && test_grep Later A &&
	test_must_be_empty err &&
	ls >files && ! grep agent- files
'

test_expect_success 'one side only: its bytes' '
	driver "" "" "s/None yet/Later/" && test_cmp B A &&
	driver "" "s/None yet/Later/" "" && test_cmp A.before A
'

test_expect_success 'both states forward: the further one; a gate against new text: conflict' '
	driver "" "s/^DRAFT/OPEN/" "s/None yet/Later/" &&
	test_grep "^OPEN" A &&
	test_expect_code 1 driver "" "s/^DRAFT/COMMITTED/" "s/Too many/Other/" &&
	test_grep "^<<<<<<<" A
'

test_expect_success 'conflict: exit 1, markers of the size that git asked for' '
	test_expect_code 1 driver "" "s/Too many/Few/" "s/Too many/Some/" &&
	test_grep "^<<<<<<< ours$" A && test_grep "^>>>>>>> theirs$" A &&
	test_grep "^error: 1 conflict in " err &&
	cp A.before A &&
	test_expect_code 1 git agent merge-driver O A B 12 $STORY %S HEAD topic &&
	test_grep "^<<<<<<<<<<<< HEAD$" A && test_grep "^>>>>>>>>>>>> topic$" A
'

test_expect_success 'CRLF stays CRLF' '
	cr=$(printf "\r") &&
	driver "s/\$/$cr/" "s/Too many/Far too many/" "s/None yet/Later/" &&
	test "$(grep -c "$cr\$" A)" = "$(wc -l <A)"
'

test_expect_success 'doubt is a conflict: markers in an input, two artifacts in one path' '
	test_expect_code 1 driver "s/^None yet.*/<<<<<<< x\nq\n=======\nz\n>>>>>>> y/" \
		"s/Too many/Few/" "s/^q/r/" &&
	test_grep "merged as text: an input has conflict markers" err &&
	test_grep "^Few" A && test_grep "^r" A &&
	test_expect_code 1 driver "" "s/INFRA-042/INFRA-001/" "s/None yet/Later/" &&
	test_grep "different artifacts" err
'

test_expect_success 'added on both sides: an empty base' '
	team_story A && cp A B && : >O &&
	git agent merge-driver O A B 7 $STORY && test_cmp A B
'

test_expect_success 'what cannot be read is a conflict and never 128' '
	echo mine >A && cp A before &&
	test_expect_code 1 git agent merge-driver none A B 7 $STORY 2>err &&
	test_cmp before A &&
	printf "a\0b" >O && printf "a\0c" >A && printf "a\0d" >B && cp A before &&
	test_expect_code 1 git agent merge-driver O A B 7 $STORY &&
	test_cmp before A
'

# hostile <what>: O, A and B that nobody should have to merge. Both sides change, also in one place.
hostile() {
	team_story O && sed -i "s/^# [^:]*:/# INFRA-042:/" O || return 1
	case $1 in
	nul-late) head -c 20000 /dev/zero | tr "\0" "x" >>O && printf "\0\n" >>O ;;
	not-utf8) printf "caf\351 \200\200\n" >>O ;;
	utf16) printf "\376\377" | cat - O >O2 && mv O2 O ;;
	markers) printf "<<<<<<< a\nx\n=======\ny\n>>>>>>> b\n" >>O ;;
	half-marker) printf "=======\n>>>>>>> b\n<<<<<<<\n" >>O ;;
	large) awk "BEGIN { for (i = 0; i < 300000; i++) print \"- [ ] entry number \" i \" of many\" }" >>O ;;
	one-line) head -c 3000000 /dev/zero | tr "\0" "x" >>O ;;
	alike) awk "BEGIN { for (i = 0; i < 20000; i++) print \"- a\" }" >>O ;;
	open-fence) printf "\n\140\140\140\n- a\n# not a heading\n" >>O ;;
	open-comment) printf "\n<!-- never closed\n" >>O ;;
	open-front) printf "%s\n" "---" "id: X" | cat - O >O2 && mv O2 O ;;
	deep) awk "BEGIN { for (i = 0; i < 3000; i++) { printf \"%*s- x\\n\", i, \"\" } }" >>O ;;
	headings) awk "BEGIN { for (i = 0; i < 5000; i++) print \"#### same\\n\" }" >>O ;;
	cr) tr "\n" "\r" <O >O2 && mv O2 O ;;
	no-newline) printf "end" >>O ;;
	esac
	sed "s/Too many/Few/; s/None yet/Mine/; s/entry number 7 /ours /; s/- x/- y/; \$a - [x] added here" O >A &&
	sed "s/Too many/Some/; s/None yet/Theirs/; s/entry number 8 /theirs /; s/#### same/#### other/; \$a | b | c |" O >B
	if test "$1" = empty; then : >O; fi
}

for what in nul-late not-utf8 utf16 markers half-marker large one-line alike open-fence open-comment open-front deep \
	headings cr no-newline empty
do
	test_expect_success "nothing makes it fail: $what" '
		hostile $what && cp A A.before && code=0 && rm -f *.agent-* &&
		{ git agent merge-driver O A B 7 $STORY >out 2>err || code=$?; } && echo "exit $code" &&
		test $code -le 1 && test_must_be_empty out && ! ls ./*.agent-* &&
		{ test $code = 0 || test_grep "^error: " err; } &&
		# no line of either side is gone, wherever it stands now
		cat A.before B | tr "\r" "\n" | sort -u >want && tr "\r" "\n" <A | sort -u >got && tr "\r" "\n" <O | sort -u >old &&
		comm -23 want old >new && comm -23 new got >lost && test_must_be_empty lost
	'
done

test_expect_success 'it needs no repository and touches no database' '
	team_story O && cp O A && cp O B &&
	GIT_DIR=/nowhere git-agent merge-driver O A B 7 x/$STORY 2>err || { cat err; false; }
'

test_expect_success LIBGIT2 'git merge calls it' '
	team_origin && team_clone a && cd "$TRASH/a" &&
	git switch -q -c topic && team_edit "s/^DRAFT/OPEN/" && git commit -q -a -m topic &&
	git switch -q main && team_edit "s/Too many/Far too many/" && git commit -q -a -m main &&
	git merge -q topic &&
	test_grep "^OPEN" $STORY && test_grep "Far too many" $STORY &&
	test_clean
'

test_expect_success LIBGIT2 'and without the program git merges as text, markers and all' '
	cd "$TRASH/a" &&
	mkdir -p ../bin && for tool in git sh env; do ln -sf "$(command -v $tool)" ../bin/; done &&
	git switch -q -c left && team_edit "s/None yet/Left/" && GIT_AGENT_SKIP=1 git commit -q -a -m left &&
	git switch -q -c clean HEAD^ && team_edit "1s/\$/ now/" && GIT_AGENT_SKIP=1 git commit -q -a -m clean &&
	git switch -q -c right HEAD^ && team_edit "s/None yet/Right/" && GIT_AGENT_SKIP=1 git commit -q -a -m right &&
	PATH="$TRASH/bin" git merge -q clean &&
	test_expect_code 1 env PATH="$TRASH/bin" git merge -q left &&
	test_grep "^<<<<<<< ours" $STORY &&
	git merge --abort
'

# What git does with a driver, with ours, without it, and with one that is killed.
if test_have_prereq LIBGIT2
then
	mkdir -p "$TRASH/crash" && real=$(command -v git-agent) &&
	printf '#!/bin/sh\ntest "$1" = merge-driver && kill -9 $$\nexec "%s" "$@"\n' "$real" >"$TRASH/crash/git-agent" &&
	chmod +x "$TRASH/crash/git-agent"
fi
bare_path() {
	mkdir -p "$TRASH/bin" &&
	for tool in git sh env cat sed rm cp basename grep
	do
		ln -sf "$(command -v $tool)" "$TRASH/bin/" || return 1
	done
}

# with <ours|none|killed> <command>...
with() {
	case $1 in
	ours) shift && "$@" ;;
	none) shift && env PATH="$TRASH/bin" "$@" ;;
	killed) shift && env PATH="$TRASH/crash:$PATH" "$@" ;;
	esac
}

# story <script>...: STORY as the base has it, edited, and committed.
story() {
	team_story $STORY && printf "\n## A\n\none\n\n## B\n\ntwo\n\n## C\n\nthree\n" >>$STORY &&
	for script; do team_edit "$script" || return 1; done &&
	git add -A && git commit -q -m "${*:-base}"
}

# sides <base script> <ours script> <theirs script>: branches ours (checked out) and theirs.
sides() {
	rm -rf .git/rr-cache && git switch -q --orphan "base$((n = n + 1))" && story "$1" &&
	git switch -q -C theirs && story "$1" "$3" && git switch -q -C ours HEAD^ && story "$1" "$2"
}

test_expect_success LIBGIT2 'setup: the facts about drivers' '
	bare_path && cd "$TRASH" && test_repo facts && cd facts && team_story $STORY && n=0 &&
	test_commit_all "first" && git agent install 2>/dev/null && GIT_AGENT_SKIP=1 && export GIT_AGENT_SKIP
'

for driver in ours none killed
do
	test_expect_success LIBGIT2 "driver $driver: merge, cherry-pick, rebase, stash pop, all clean" '
		cd "$TRASH/facts" &&
		sides "" "s/^one/uno/" "s/three/tres/" && with $driver git merge -q theirs 2>../err &&
		test_grep uno $STORY && test_grep tres $STORY && test_clean &&
		git reset -q --hard HEAD^ && with $driver git cherry-pick theirs >/dev/null 2>&1 &&
		test_grep uno $STORY && test_grep tres $STORY &&
		git reset -q --hard HEAD^ && with $driver git rebase -q theirs 2>../err &&
		test_grep uno $STORY && test_grep tres $STORY &&
		sides "" "s/^one/uno/" "s/three/tres/" && team_edit "s/three/drei/" && git stash -q &&
		team_edit "s/None yet/Now/" && git commit -q -a -m now &&
		with $driver git stash pop >/dev/null 2>&1 && test_grep drei $STORY && test_grep "^Now" $STORY &&
		git reset -q --hard
	'

	test_expect_success LIBGIT2 "driver $driver: a conflict has both sides between markers" '
		cd "$TRASH/facts" &&
		sides "" "s/^one/uno/" "s/^one/eins/" && test_expect_code 1 with $driver git merge -q theirs >/dev/null 2>&1 &&
		test_grep "^<<<<<<< " $STORY && test_grep "^uno" $STORY && test_grep "^eins" $STORY && test_grep "^>>>>>>> " $STORY &&
		test "$(git ls-files -u | wc -l)" = 3 && git merge --abort && test_clean
	'

	test_expect_success LIBGIT2 "driver $driver: in a rebase ours is the upstream" '
		cd "$TRASH/facts" &&
		sides "" "s/^one/uno/" "s/^one/eins/" && test_expect_code 1 with $driver git rebase -q theirs >/dev/null 2>&1 &&
		sed -n "/^<<<<<<</,/^=======/p" $STORY >../upper && test_grep "^eins" ../upper &&
		git rebase --abort && test_clean
	'

	test_expect_success LIBGIT2 "driver $driver: added on both sides, the base is empty" '
		cd "$TRASH/facts" &&
		git switch -q --orphan "base$((n = n + 1))" && git commit -q --allow-empty -m empty &&
		git switch -q -C theirs && story "s/^one/eins/" && git switch -q -C ours HEAD^ && story "s/^one/uno/" &&
		test_expect_code 1 with $driver git merge -q theirs >/dev/null 2>&1 &&
		test_grep "^uno" $STORY && test_grep "^eins" $STORY && test_grep "^<<<<<<<" $STORY && git merge --abort
	'

	test_expect_success LIBGIT2 "driver $driver: a renamed file keeps what the other side wrote" '
		cd "$TRASH/facts" &&
		sides "" "s/^one/uno/" "s/three/tres/" && git switch -q theirs &&
		git mv $STORY .agent/cache/stories/INFRA/INFRA-042-other.md && git commit -q -m mv && git switch -q ours &&
		with $driver git merge -q theirs 2>../err && ! test -e $STORY &&
		test_grep uno .agent/cache/stories/INFRA/INFRA-042-other.md &&
		test_grep tres .agent/cache/stories/INFRA/INFRA-042-other.md
	'

	test_expect_success LIBGIT2 "driver $driver: a criss-cross of conflicting bases keeps both sides" '
		cd "$TRASH/facts" &&
		sides "" "s/^one/uno/" "s/^one/eins/" &&
		git branch -f left ours && git branch -f right theirs &&
		git switch -q left && { GIT_AGENT_SKIP=1 git merge -q theirs >/dev/null 2>&1 || :; } && git checkout -q --ours $STORY && git commit -q -a -m left &&
		git switch -q right && { git merge -q ours >/dev/null 2>&1 || :; } && git checkout -q --ours $STORY && git commit -q -a -m right &&
		team_edit "s/three/drei/" && git commit -q -a -m drei && git switch -q left && team_edit "s/two/due/" && git commit -q -a -m due &&
		test_expect_code 1 with $driver git merge -q right >/dev/null 2>&1 &&
		for word in uno eins due drei; do test_grep "^$word" $STORY || return 1; done &&
		test_grep "^<<<<<<<" $STORY && git merge --abort && test_clean
	'

	test_expect_success LIBGIT2 "driver $driver: what one side of a criss-cross takes back stays back" '
		cd "$TRASH/facts" &&
		sides "" "s/^DRAFT/OPEN/" "s/three/tres/" &&
		git branch -f left ours && git branch -f right theirs && git switch -q left && git merge -q -m m theirs &&
		git switch -q right && git merge -q -m m ours && test "$(git merge-base --all left right | wc -l)" = 2 &&
		team_edit "s/^OPEN/DRAFT/; s/tres/three/" && git commit -q -a -m "taken back" &&
		git switch -q left && team_edit "s/two/due/" && git commit -q -a -m due &&
		with $driver git merge -q -m crosswise right 2>../err && test_clean &&
		test_grep "^DRAFT" $STORY && test_grep "^three" $STORY && test_grep "^due" $STORY
	'

	test_expect_success LIBGIT2 "driver $driver: rerere remembers a resolution" '
		cd "$TRASH/facts" && git config rerere.enabled true &&
		sides "" "s/^one/uno/" "s/^one/eins/" && { with $driver git merge -q theirs >/dev/null 2>&1 || :; } &&
		team_edit "/^<<<<<<</d; /^=======/d; /^>>>>>>>/d; /^|||||||/,/^=======/d" &&
		cp $STORY ../resolved && git commit -q -a -m merged && git reset -q --hard HEAD^ &&
		test_expect_code 1 with $driver git merge -q theirs >/dev/null 2>&1 &&
		test_cmp ../resolved $STORY && git reset -q --hard && git config rerere.enabled false
	'

	test_expect_success LIBGIT2 "driver $driver: an approval that is reverted is gone, later work stays" '
		cd "$TRASH/facts" &&
		sides "" "s/^DRAFT/OPEN/" "s/^one/uno/" && story "s/^DRAFT/COMMITTED/" && team_edit "s/three/tres/" &&
		git commit -q -a -m later && with $driver git revert --no-edit HEAD^ >/dev/null 2>../err &&
		test_grep "^OPEN" $STORY && test_grep tres $STORY
	'

	test_expect_success LIBGIT2 "driver $driver: line ends and a byte order mark stay" '
		cd "$TRASH/facts" && cr=$(printf "\r") && bom=$(printf "\357\273\277") &&
		sides "s/\$/$cr/; 1s/^/$bom/" "s/^one/uno/" "s/three/tres/" && with $driver git merge -q theirs 2>../err &&
		test_grep uno $STORY && test_grep tres $STORY &&
		test "$(grep -c "$cr\$" $STORY)" = "$(wc -l <$STORY)" &&
		test "$(head -c 3 $STORY)" = "$bom" && test "$(grep -c "$bom" $STORY)" = 1
	'

	test_expect_success LIBGIT2 "driver $driver: markers that somebody committed, all of the text is there" '
		cd "$TRASH/facts" &&
		sides "" "s/^one/<<<<<<< x\nuno\n=======\neins\n>>>>>>> y/" "s/three/tres/" &&
		{ with $driver git merge -q theirs >/dev/null 2>&1 || :; } &&
		for word in uno eins tres; do test_grep "^$word" $STORY || return 1; done && git reset -q --hard
	'

	test_expect_success LIBGIT2 "driver $driver: an octopus is merged by git without us, and loses nothing" '
		cd "$TRASH/facts" &&
		sides "" "s/^one/uno/" "s/three/tres/" && git switch -q -C third HEAD^ && team_edit "s/None yet/Now/" &&
		git commit -q -a -m third && git switch -q ours && with $driver git merge -q theirs third >/dev/null 2>&1 &&
		for word in uno tres Now; do test_grep "^$word" $STORY || return 1; done && test_clean
	'
done

test_expect_success LIBGIT2 'markers that somebody committed: a conflict, and all of the text is there' '
	cd "$TRASH/facts" &&
	sides "" "s/^one/<<<<<<< x\nuno\n=======\neins\n>>>>>>> y/" "s/three/tres/" &&
	test_expect_code 1 git merge -q theirs >../out 2>../err && test_grep "merged as text" ../err &&
	for word in uno eins tres; do test_grep "^$word" $STORY || return 1; done && git merge --abort
'

test_done
