#!/bin/sh
test_description='bad input: one clear error, the right exit code, nothing changed, nothing for the terminal to obey'
. "$(dirname "$0")/lib/test-lib.sh"
. "$test_root/tests/lib/small.sh"

if ! test_have_prereq LIBGIT2
then
	skip_all='libgit2 is not there'
	test_done
fi

db=.git/agent/agent.db
ONE=$small_plans/INFRA-001-caching.md
TWO=$small_stories/INFRA-002-rate-limit.md
ESC=$(printf '\033')

text() {
	printf '# %s: %s\n\n## State\n\n%s\n' "$1" "$2" "${3-DRAFT}"
}

big() {
	text INFRA-001 Big && head -c 2097152 /dev/zero | tr "\0" x
}

# state <file>: all that a command could have changed.
state() {
	{
		sqlite3 -readonly "$db" "SELECT uid, head, path, generation FROM artifact ORDER BY uid;
			SELECT count(*) FROM revision; SELECT * FROM alias; SELECT * FROM pending" &&
		git ls-files -s && git show-ref &&
		find . -path ./.git -prune -o -type f -exec cksum {} + -o -type l -print | sort
	} >"$1"
}

# refuses <exit code> <pattern of the first line> <command>...: exactly one error, all is as it was.
refuses() {
	code=$1 pattern=$2
	shift 2
	state "$TRASH/state.before" &&
	test_expect_code "$code" "$@" >"$TRASH/refuses.out" 2>"$TRASH/refuses.err" &&
	state "$TRASH/state.after" && test_cmp "$TRASH/state.before" "$TRASH/state.after" &&
	test "$(grep -c "^\(error\|fatal\): " "$TRASH/refuses.err")" = 1 &&
	sed -n 1p "$TRASH/refuses.err" >"$TRASH/refuses.first" &&
	test_grep "$pattern" "$TRASH/refuses.first" && test_must_be_empty "$TRASH/refuses.out" &&
	! grep -q "$ESC" "$TRASH/refuses.err"
}

test_expect_success 'a repository' '
	small_repo "$TRASH/r" && cd "$TRASH/r"
'

test_expect_success 'NUL bytes and 2 MiB from a file or a pipe' '
	printf "# INFRA-001: a\0b\n" >../nul.md && big >../big.md &&
	refuses 2 "^error: .*/nul.md. contains NUL bytes$" git agent edit INFRA-001 --file ../nul.md &&
	refuses 2 "^error: .standard input. contains NUL bytes$" git agent edit INFRA-001 --file - <../nul.md &&
	refuses 2 "^error: .../big.md. is larger than 1 MiB$" git agent edit INFRA-001 --file ../big.md &&
	refuses 2 "^error: .standard input. is larger than 1 MiB$" git agent edit INFRA-001 --file - <../big.md &&
	refuses 2 "NUL bytes$" git agent set INFRA-002 --section Notes --file ../nul.md &&
	refuses 2 "larger than 1 MiB$" git agent set INFRA-002 --section Notes --file ../big.md
'

test_expect_success 'labels, scopes, titles and kinds that are none' '
	for scope in ../../etc "a b" "" infra/x "$ESC[31m" "-x"
	do
		refuses 129 "^error: .* is not a scope: " git agent new-story T --scope="$scope" || return 1
	done &&
	refuses 129 "^error: a title is one line$" git agent new-story "one
two" --scope INFRA &&
	refuses 129 "^error: the title is empty$" git agent new-story "" --scope INFRA &&
	for label in foo INFRA "INFRA-~12" INFRA-1x ../X-001 "$ESC[31m-001" ""
	do
		refuses 129 "^error: .* is not an id like INFRA-042$" \
			git agent mv INFRA-001 --label "$label" || return 1
	done &&
	for name in nothing INFRA-999 "" ../x "$ESC[31mred" "*"
	do
		refuses 128 "^fatal: there is no artifact " git agent show "$name" || return 1
	done &&
	refuses 128 "^fatal: there is no artifact .-x.$" git agent show -- -x &&
	refuses 129 "^error: .evil. is not one of the kinds" git agent list --kind evil &&
	refuses 129 "^error: no kind has a state .evil., and no artifact" git agent list --state evil &&
	refuses 129 "^error: .* is not the number of a box" git agent check INFRA-002 1e9 &&
	refuses 129 "^error: .* is not the number of a box" git agent check INFRA-002 99999999999999999999 &&
	refuses 128 "^fatal: there is no checkbox 99" git agent check INFRA-002 99
'

test_expect_success 'states that are none' '
	for state in EVIL "" "$ESC[31m" "DRAFT "
	do
		refuses 2 "^error: .INFRA-002. cannot go from DRAFT to .*: the kind has no such state$" \
			git agent state INFRA-002 "$state" || return 1
	done
'

test_expect_success 'paths outside .agent/' '
	for path in x.md .git/hooks/x .agent/x.md .agent/cache/plans/../../../x.md /etc/x.md \
		../../x.md ".agent/cache/plans/INFRA/.git/x.md" "$small_plans/.hidden.md" \
		"$small_plans/a${ESC}b.md" "$small_plans/a\\b.md" "$small_plans" "$TWO"
	do
		refuses 2 "^error: " git agent mv INFRA-001 "$path" || return 1
	done &&
	for path in ../x.md /etc/passwd .git/config .agent
	do
		refuses 128 "^fatal: there is no artifact " git agent export "$path" || return 1
	done &&
	test_expect_code 1 git agent import ../x.md 2>../err && test_grep "^error: there is no artifact" ../err &&
	test_expect_code 1 git agent import .git/config 2>../err && test_grep "^error: there is no artifact" ../err &&
	refuses 129 "^error: .-x. is not a name of a branch$" git agent export --commit -x &&
	refuses 128 "is not valid$" git agent export --commit refs/heads/../../x &&
	refuses 128 "is not valid$" git agent export --commit "$ESC[31m"
'

test_expect_success 'files that cannot be artifacts are named by every import, the rest is taken' '
	cp ../nul.md "$small_plans/INFRA-010-nul.md" && cp ../big.md "$small_plans/INFRA-011-big.md" &&
	ln -s /etc/passwd "$small_plans/INFRA-012-link.md" && mkfifo "$small_plans/INFRA-013-fifo.md" &&
	text INFRA-014 Fine >"$small_plans/INFRA-014-fine.md" &&
	touch -h -d "1 hour ago" "$small_plans"/* &&
	git agent list >../actual 2>../err && test_grep INFRA-014 ../actual &&
	small_lines 3 ../err &&
	git agent list 2>../err >../actual && test_must_be_empty ../err &&
	for i in 1 2
	do
		test_expect_code 1 git agent import >../actual 2>../err &&
		test_grep "^imported: nothing new$" ../actual &&
		test_grep "^warning: .*/INFRA-010-nul.md: contains NUL bytes" ../err &&
		test_grep "^warning: .*/INFRA-011-big.md. is too large" ../err &&
		test_grep "^warning: .*/INFRA-012-link.md. is a symbolic link" ../err &&
		test_grep "^error: 3 files were not imported$" ../err && small_lines 4 ../err || return 1
	done &&
	cp ../nul.md "$ONE" && git agent status >/dev/null 2>&1 &&
	for i in 1 2
	do
		test_expect_code 1 git agent import >/dev/null 2>../err &&
		test_grep "INFRA-001-caching.md: contains NUL" ../err || return 1
	done &&
	git checkout -q "$ONE" && rm "$small_plans"/INFRA-01[0-3]* &&
	git agent import >../actual 2>../err && test_must_be_empty ../err
'

test_expect_success 'a directory on the way, or .agent itself, that is a link: nothing behind it is read or written' '
	for dir in "$small_plans" .agent/cache .agent
	do
		rm -rf ../behind && mv "$dir" ../behind && ln -s "$TRASH/behind" "$dir" &&
		find ../behind -type f -exec cksum {} + | sort >../sums &&
		test_expect_code 1 git agent import >../actual 2>../err &&
		test_grep "^warning: .$dir. is a symbolic link: what is behind it is not imported$" ../err &&
		small_lines 2 ../err &&
		git agent set INFRA-001 --title "Through the link $dir" >/dev/null 2>../err &&
		test_grep "INFRA-001-caching.md was not touched" ../err &&
		git agent new-plan "Through" --scope INFRA >/dev/null 2>../err &&
		test_grep "is in the workspace only" ../err &&
		test_expect_code 1 git agent export --all >../actual 2>&1 &&
		test_grep "beyond the symbolic link .$dir.$" ../actual &&
		git agent status >../actual && git agent show INFRA-001 >/dev/null &&
		find ../behind -type f -exec cksum {} + | sort >../actual && test_cmp ../sums ../actual &&
		rm "$dir" && mv ../behind "$dir" || return 1
	done &&
	git agent export --all >/dev/null && grep "Through the link .agent$" "$ONE"
'

test_expect_success 'texts that are odd but fine go through byte for byte' '
	test_commit_all odd &&
	: >"$small_plans/INFRA-020-empty.md" &&
	printf "\357\273\277# INFRA-021: BOM\n\n## State\n\nDRAFT\n" >"$small_plans/INFRA-021-bom.md" &&
	text INFRA-022 CRLF | sed "s/$/$(printf "\r")/" >"$small_plans/INFRA-022-crlf.md" &&
	{ text INFRA-023 Long; head -c 65536 /dev/zero | tr "\0" x; } >"$small_plans/INFRA-023-long.md" &&
	{ text INFRA-024 Bytes; printf "\377\376\200 no newline"; } >"$small_plans/INFRA-024-bytes.md" &&
	rm -rf ../odd && mkdir ../odd && cp "$small_plans"/INFRA-02* ../odd &&
	git agent import >../actual && test_grep "^imported: 5 new$" ../actual &&
	rm "$small_plans"/INFRA-02* && git agent export --all >/dev/null &&
	for f in ../odd/*
	do
		cmp "$f" "$small_plans/$(basename "$f")" &&
		git agent show "$small_plans/$(basename "$f")" >../actual && cmp "$f" ../actual || return 1
	done &&
	git agent set INFRA-022 --title "Still CRLF" >/dev/null &&
	test "$(grep -c "$(printf "\r")$" "$small_plans/INFRA-022-crlf.md")" = 5 &&
	test_commit_all "odd files" && test_clean
'

test_expect_success 'bytes that are no UTF-8 stay here and in git: push says why, and sends the rest' '
	test_expect_code 2 git agent sync init --no-hooks "file:$TRASH/team.db" >../actual 2>../err &&
	test_grep "INFRA-024-bytes.md. is not valid UTF-8" ../err &&
	test_grep "^pushed: 12 sent, 1 not sent$" ../actual &&
	test_expect_code 2 git agent sync push >../actual 2>../err &&
	test_grep "INFRA-024-bytes.md. is not valid UTF-8: it stays local and in git$" ../err &&
	git config agent.remote "file:$TRASH/team.db" &&
	test_expect_code 2 git agent sync >../actual 2>../err &&
	test_grep "is not valid UTF-8" ../err &&
	git agent check INFRA-002 1 >/dev/null && test_expect_code 2 git agent sync >../actual 2>../err &&
	test_grep "^pushed: 1 sent" ../actual
'

test_expect_success 'hostile branch names and file names' '
	for branch in -- "a;touch\${IFS}x" "\$(touch-x)" "\"q\"" "it'\''s" "a|b" "--upload-pack=x" "é"
	do
		git update-ref "refs/heads/$branch" HEAD && git symbolic-ref HEAD "refs/heads/$branch" &&
		git agent status >../actual && test_grep "On branch" ../actual &&
		git agent list >/dev/null && git agent import >/dev/null || return 1
	done &&
	git symbolic-ref HEAD refs/heads/main && ! test -e x &&
	text INFRA-030 Newline >"$small_plans/INFRA-030-new
line.md" &&
	text INFRA-031 Escape >"$small_plans/INFRA-031-${ESC}[31m.md" &&
	text INFRA-032 Quote >"$small_plans/INFRA-032-\"it'\''s\$(x)\".md" &&
	text INFRA-033 Dash >"$small_plans/-INFRA-033-dash.md" &&
	text INFRA-034 Percent >"$small_plans/INFRA-034-%s%n.md" &&
	test_expect_code 1 git agent import >../actual 2>../err &&
	test_grep "^imported: 3 new$" ../actual && test_grep "^error: 2 files were not imported$" ../err &&
	small_lines 3 ../err && ! grep "$ESC" ../err &&
	git agent check INFRA-002 2 >/dev/null &&
	test_expect_code 2 git agent sync >../actual 2>&1 && test_grep "^pushed: 4 sent" ../actual &&
	! grep "$ESC" ../actual &&
	git agent show "$small_plans/INFRA-032-\"it'\''s\$(x)\".md" >/dev/null &&
	git agent set "./$small_plans/-INFRA-033-dash.md" --title Dashed >/dev/null &&
	git agent export --index --all >/dev/null &&
	git agent list --porcelain >../actual && test_grep INFRA-034 ../actual &&
	test_commit_all names && test_expect_code 1 git agent import 2>../err && small_lines 3 ../err &&
	git agent list >../actual && ! grep "INFRA-03[01]" ../actual && git agent status >../actual &&
	git rm -q "$small_plans/INFRA-030"* "$small_plans/INFRA-031"* && test_commit_all "good names" &&
	git agent import 2>../err && test_must_be_empty ../err
'

test_expect_success 'eight processes at once: nothing lost, nothing that says locked' '
	mkdir -p .agent/cache/stories/MANY &&
	for i in 1 2 3 4 5 6 7 8
	do
		{ text "MANY-00$i" "Of $i" && printf "\n## Acceptance Criteria\n\n- [ ] one\n"; } \
			>".agent/cache/stories/MANY/MANY-00$i-x.md" || return 1
	done &&
	git agent import >/dev/null &&
	for i in 1 2 3 4 5 6 7 8
	do
		(
			{
				git agent set "MANY-00$i" --title "Title $i" &&
				git agent check "MANY-00$i" 1 &&
				git agent state "MANY-00$i" OPEN &&
				git agent new-story "Story $i" --scope EIGHT &&
				git agent set INFRA-002 --section Notes --text "Notes of $i"
			} >"../p$i.out" 2>&1
			echo $? >"../p$i.code"
		) &
	done && wait &&
	for i in 1 2 3 4 5 6 7 8
	do
		! grep -i "locked" "../p$i.out" || return 1
		test "$(cat "../p$i.code")" = 0 || test_grep "changed in the same place meanwhile$" "../p$i.out" || return 1
		f=.agent/cache/stories/MANY/MANY-00$i-x.md
		test_grep "^# MANY-00$i: Title $i$" $f && test_grep "^OPEN$" $f && test_grep "^- \[x\] one$" $f &&
		git agent show "MANY-00$i" >../actual && test_cmp $f ../actual || return 1
	done &&
	git agent list --scope EIGHT >../actual && small_lines 8 ../actual &&
	test "$(cut -c3-11 ../actual | sort -u | grep -c EIGHT)" = 8 &&
	test "$(sqlite3 "$db" "PRAGMA integrity_check; SELECT count(*) FROM pending")" = "ok
0"
'

test_expect_success 'two terminals: the second edit of one place is told, the first one stays' '
	git agent show INFRA-002 >../mine && cp ../mine ../theirs &&
	sed "s/^# .*/# INFRA-002: Mine/" ../mine >../mine2 && sed "s/^# .*/# INFRA-002: Theirs/" ../theirs >../theirs2 &&
	write_script() { printf "#!/bin/sh\n%s\n" "$2" >"$1" && chmod +x "$1"; } &&
	write_script ../editor "git agent set INFRA-002 --title First >/dev/null; cp \"$TRASH/mine2\" \"\$1\"" &&
	test_expect_code 1 env GIT_EDITOR="sh \"$TRASH/editor\"" git agent edit INFRA-002 2>../err &&
	test_grep "changed in the same place meanwhile" ../err &&
	git agent show INFRA-002 >../actual && test_grep "^# INFRA-002: First$" ../actual
'

test_done
