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

test_done
