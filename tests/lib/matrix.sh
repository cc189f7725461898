# shellcheck shell=sh
# The lossless matrix: a git command meets an edit that stands in the work tree, and everything
# there is afterwards is compared with what the row states. Sourced after test-lib.sh.
#
# A row of matrix_rows is two lines: the command, and what is there afterwards for each kind of
# edit, then (optional) what else `git status` shows.
#
#	git checkout -- $S
#		e/0/0/0 | 0/0/0/0 | e/e/e/0 | e/0/0/0 | M  code, ?? new
#
# The kinds, one column each:
#	a  made by git agent commands (written through to the file)
#	b  made by hand in the file; run twice: no command has looked since (b), one has (B)
#	c  the same, and `git add`; run twice as well (c, C)
#	d  made by a teammate, here by `git agent sync`, not exported
#
# A cell is W/F/I/H [+paths] [U] [L], with a "!" in front when the command fails:
#	W  the text of the workspace        I  the index entry
#	F  the file                         H  what HEAD has
#	+  the paths of the commits that the command made: c code, d docs, l lib, s the story, - none
#	U  a conflict is recorded           L  `git agent status` names a text that was left
# An index entry U is unmerged, a file ? a text with no name here (conflict markers).
# Before a "~" it holds for b (or c), after it for B (or C).
#
# A text is named by what differs from the main branch's:
#	0  nothing           .  there is no text (in F also: not checked out, *)
#	e  the edit that stands: the first box ticked, and DRAFT -> OPEN; x the box alone, y the state
#	k  branch topic (mine)              n  branches side and rival (mine)
#	u  origin/main, not fetched yet     r  branch theirs (a colleague's)
#	p  what the story was before its last commit; P what branch rival made of that
# W's state follows from its text and is compared, too; so is `git status --porcelain`, which
# follows from H, I and F; and that looking changed neither.

S=.agent/cache/stories/INFRA/INFRA-042-rate-limit.md
S2=.agent/cache/stories/INFRA/INFRA-042-throttling.md
matrix_oid=$TRASH/texts/oids

# --- texts -----------------------------------------------------------------------------------

# All the texts there can be, as $TRASH/texts/<name>, and their blob ids.
matrix_texts() {
	mkdir -p "$TRASH/texts" &&
	awk -v dir="$TRASH/texts/" '
	function fill(out, n,  i) {
		print "" >out
		for (i = 1; i <= 4; i++)
			print "Line " n "." i " stands for what nobody touches." >out
		print "" >out
	}
	function story(name,  out) {
		out = dir name
		print "# INFRA-042: Rate limit\n\n## State\n" >out
		print (name ~ /[ey]/ ? "OPEN" : "DRAFT") >out
		print "\n## Problem Statement" >out
		fill(out, 1)
		print (name ~ /p/ ? "As it was." : name ~ /P/ ? "As a rival has it." : "As it is.") >out
		fill(out, 2)
		print (name ~ /k/ ? "What the topic wants." : "Too many requests.") >out
		fill(out, 3)
		print "## Acceptance Criteria\n" >out
		print "- [" (name ~ /[ex]/ ? "x" : " ") "] **Scenario 1**: a limit" >out
		print "- [ ] **Scenario 2**: a message\n\n## Notes" >out
		fill(out, 4)
		print (name ~ /n/ ? "Seen from the side." : "None yet.") >out
		fill(out, 5)
		print (name ~ /r/ ? "A reviewer would like this." : "Not reviewed.") >out
		fill(out, 6)
		print (name ~ /u/ ? "Upstream knows more." : "Known here.") >out
		close(out)
		print (name == "" ? "0" : name)
	}
	BEGIN {
		split(" e x y", E, ""); split(" pP", P, "")
		for (a = 1; a <= 4; a++) for (k = 0; k < 2; k++) for (n = 0; n < 2; n++)
		for (p = 1; p <= 3; p++) for (r = 0; r < 2; r++) for (u = 0; u < 2; u++) {
			name = substr(" exy", a, 1) (k ? "k" : "") (n ? "n" : "") \
				substr(" pP", p, 1) (r ? "r" : "") (u ? "u" : "")
			gsub(" ", "", name)
			story(name == "" ? "0" : name)
		}
	}' >"$TRASH/texts.names" &&
	(
		cd "$TRASH/texts" &&
		git hash-object --no-filters --stdin-paths <../texts.names >../texts.oids
	) &&
	paste -d ' ' "$TRASH/texts.oids" "$TRASH/texts.names" >"$matrix_oid"
}

# text <name>: into the story.
text() {
	cat "$TRASH/texts/$1" >"${2-$S}"
}

# --- the repository --------------------------------------------------------------------------

matrix_commit() {
	test_tick && git add -A && git commit -q -m "$1"
}

matrix_branch() {
	git checkout -q -b "$1" "$2"
}

# The words are those of the tables: which branch has what.
matrix_history() {
	mkdir -p "$(dirname $S)" && text p && echo 1 >code && echo 1 >lib && echo 1 >docs &&
	printf "# INFRA-043: Audit\n\n## State\n\nDRAFT\n" >"$(dirname $S)/INFRA-043-audit.md" &&
	matrix_commit "start" && git tag start &&
	text 0 && matrix_commit "story" && git tag story &&
	echo 2 >code && matrix_commit "code" &&
	git push -q origin main &&
	matrix_branch topic main && text k && matrix_commit "topic" &&
	git format-patch -q -1 --stdout >../topic.patch &&
	matrix_branch other main && echo 2 >lib && matrix_commit "other" &&
	git format-patch -q -1 --stdout >../other.patch &&
	matrix_branch another main && echo 2 >docs && matrix_commit "another" &&
	matrix_branch fork story && echo 2 >docs && matrix_commit "fork" &&
	echo 3 >docs && matrix_commit "fork 2" &&
	matrix_branch storyfork story && text k && matrix_commit "storyfork" &&
	matrix_branch clash story && echo clash >code && matrix_commit "clash" &&
	matrix_branch side start && text np && matrix_commit "side" &&
	matrix_branch rival start && text nP && matrix_commit "rival" &&
	git checkout -q main
}

matrix_colleague() {
	GIT_COMMITTER_EMAIL=colleague@example.com GIT_COMMITTER_NAME="A Colleague" \
	GIT_AUTHOR_EMAIL=colleague@example.com GIT_AUTHOR_NAME="A Colleague" \
	"$@"
}

matrix_upstream() {
	matrix_branch theirs main && text r && matrix_commit "theirs" &&
	git push -q origin theirs &&
	matrix_branch news main && echo 2 >lib && matrix_commit "news" &&
	git push -q origin news &&
	git checkout -q main && text u && matrix_commit "upstream" && git push -q origin main
}

# matrix_world: $TRASH/world.<kind>, each with me/, peer/, origin.git and team.db. They are only
# ever used as $TRASH/w, because paths are written down in many places.
matrix_world() {
	git config --global init.templateDir "" &&
	git config --global advice.detachedHead false &&
	git config --global rebase.autoSquash false &&
	matrix_texts && mkdir w && (
		cd w && git init -q --bare origin.git && git clone -q origin.git me 2>/dev/null &&
		cd me && git config user.email committer@example.com && git config user.name Me &&
		matrix_history && git fetch -q && git branch -q -u origin/main main && cd .. &&
		git clone -q origin.git peer &&
		(cd peer && matrix_colleague matrix_upstream && git fetch -q ../me main &&
			git reset -q --hard FETCH_HEAD) &&
		(cd me && git fetch -q origin theirs:refs/remotes/origin/theirs &&
			git agent sync init file:../team.db && git gc -q) &&
		(cd peer && git config user.email peer@example.com && git config user.name Peer &&
			git agent sync init file:../team.db)
	) >world.out 2>&1 &&
	cp -a w world.0 &&
	(cd w/me && matrix_edit_by_command) &&
	mv w world.a && cp -a world.0 w &&
	(cd w/peer && matrix_edit_by_command && git agent sync >/dev/null) &&
	(cd w/me && git agent sync >/dev/null) &&
	mv w world.d
}

# --- the edits that stand --------------------------------------------------------------------

matrix_edit_by_command() {
	git agent check INFRA-042 1 >/dev/null && git agent state INFRA-042 OPEN >/dev/null
}

# look: any command of ours.
look() {
	git agent status >/dev/null
}

# matrix_stand <kind>: a fresh $TRASH/w with that edit standing; leaves the shell in me/.
matrix_stand() {
	cd "$TRASH" && rm -rf w &&
	case $1 in
	a|d) cp -a "world.$1" w ;;
	*) cp -a world.0 w ;;
	esac &&
	cd w/me && look && git update-index -q --refresh &&
	case $1 in
	b|B|c|C) text e ;;
	esac &&
	case $1 in
	c|C) git add $S ;;
	esac &&
	case $1 in
	B|C) look ;;
	esac
}

# begin <kind> [<cell>]: the same in the middle of a test; kind 0: no edit. The cell says what is
# there at the start.
begin() {
	matrix_stand "$1" && is "${2-0/0/0/0}"
}

# --- what is there -----------------------------------------------------------------------------

# The commits that the command made, as letters of their paths.
matrix_paths() {
	# shellcheck disable=SC2046
	git rev-list HEAD --not --remotes $(cat ../refs.before) >../made || return
	test -s ../made || return 0
	printf ' +'
	git log -m --first-parent --no-walk --stdin --format= --name-only <../made |
		awk -v s="$S" -v s2="$S2" 'NF { seen[$0] = 1 } END {
			out = ("code" in seen ? "c" : "") ("docs" in seen ? "d" : "") \
				("lib" in seen ? "l" : "") (s in seen || s2 in seen ? "s" : "")
			printf "%s", out == "" ? "-" : out
		}'
}

# matrix_is: prints W/F/I/H with its marks, of the story at path $at.
matrix_is() {
	: >../f.oid
	git agent list --json >../list.json &&
	git agent status --porcelain >../agent.status &&
	{ test ! -f "$at" || git hash-object --no-filters "$at" >../f.oid; } &&
	git ls-files -s -t -- "$at" >../i.oid &&
	printf 'HEAD:%s\n' "$at" | git cat-file --batch-check >../h.oid &&
	awk -v at="$at" '
	FILENAME ~ /oids$/ { name[$1] = $2; next }
	FILENAME ~ /list.json$/ {
		w = "."
		if (match($0, /"id":"INFRA-042"[^}]*"oid":"[0-9a-f]*/)) {
			w = substr($0, RSTART + RLENGTH - 40, 40)
			w = w in name ? name[w] : "?"
		}
		next
	}
	FILENAME ~ /f.oid$/ { f = $1 in name ? name[$1] : "?"; next }
	FILENAME ~ /i.oid$/ { i = $4 != 0 ? "U" : $3 in name ? name[$3] : "?"
		if ($1 == "S") skipped = 1; next }
	FILENAME ~ /h.oid$/ { h = $2 == "missing" ? "." : $1 in name ? name[$1] : "?"; next }
	FILENAME ~ /agent.status$/ {
		if ($1 == "U") marks = marks " U"
		if ($1 == "L" && $2 == at) left = " L"
	}
	END {
		if (f == "") f = skipped ? "*" : "."
		printf "%s/%s/%s/%s%s", w, f, i == "" ? "." : i, h == "" ? "." : h, marks left
	}' "$matrix_oid" ../list.json ../f.oid ../i.oid ../h.oid ../agent.status
}

# matrix_status_of <F> <I> <H>: what `git status` says of such a path.
matrix_status_of() {
	x=' ' y=' '
	case $2 in
	U)
		printf 'UU %s\n' "$at"
		return
		;;
	esac
	case $2,$3 in
	"$3,$2") ;;
	.,*) x=D ;;
	*,.) x=A ;;
	*) x=M ;;
	esac
	case $1,$2 in
	"$2,$1"|'*',*|*,.) ;;
	.,*) y=D ;;
	*) y=M ;;
	esac
	test "$x$y" = '  ' || printf '%s%s %s\n' "$x" "$y" "$at"
	case $1,$2 in
	.,.) ;;
	*,.) printf '?? %s\n' "$at" ;;
	esac
}

# Compares git's own words with the cell; prints what is wrong.
matrix_wrong() {
	rest=$2
	IFS=/ read -r w f i h <<-EOT
	${1%% *}
	EOT
	matrix_status=$(
		test "$f,$i,$h" = '.,.,.' || test "${rest#R}" != "$rest" ||
			matrix_status_of "$f" "$i" "$h"
		test -z "$rest" || printf '%s\n' "$rest" | sed 's/, */\n/g' | sed 's/^[.]/ /'
	)
	before=$(cat ../status.before)
	test -z "$rest" || {
		matrix_status=$(printf '%s\n' "$matrix_status" | LC_ALL=C sort)
		before=$(printf '%s\n' "$before" | LC_ALL=C sort)
	}
	test "$matrix_status" = "$before" ||
		printf 'git status: expected\n%s\nis\n%s\n' "$matrix_status" "$before"
	test "$(git status --porcelain)" = "$(cat ../status.before)" || echo "looking changed what git status says"
	case $w in
	.) state= ;;
	*[ey]*) state=OPEN ;;
	*) state=DRAFT ;;
	esac
	is=$(cat ../list.json)
	case $is in
	*'"id":"INFRA-042"'*)
		is=${is#*'"id":"INFRA-042"'}
		is=${is#*'"state":"'}
		is=${is%%'"'*}
		;;
	*) is= ;;
	esac
	test "$is" = "$state" || echo "state is $is, not $state"
}

# is <cell> [<rest of git status> [<path>]]: in a repository, in the middle of a test.
is() {
	at=${3-$S} &&
	git status --porcelain >../status.before &&
	matrix_now=$(matrix_is) && matrix_why=$(matrix_wrong "$1" "${2-}") || return
	test "$matrix_now" = "$1" && test -z "$matrix_why" && return 0
	printf 'not as stated: %s, but %s\n%s\n' "$1" "$matrix_now" "$matrix_why" >&2
	return 1
}

# --- rows --------------------------------------------------------------------------------------

# matrix_cell <kind> <expected> <command> <rest of git status>
matrix_cell() {
	(
		matrix_stand "$1" || exit 2
		git rev-parse --all HEAD >../refs.before
		test_tick
		at=$S
		failed=
		eval "$3" </dev/null >../out 2>../err || failed=!
		git status --porcelain >../status.before
		is=$failed$(matrix_is)
		paths=$(matrix_paths)
		is=${is%% *}$paths${is#"${is%% *}"}
		rest=$4
		test -z "$failed" || rest=$5
		expected=${2#!}
		wrong=$(matrix_wrong "${expected%% *}" "$rest")
		test "$is" = "$2" && test -z "$wrong" && exit 0
		printf '%s: %s: expected %s, is %s\n' "$1" "$3" "$2" "$is"
		printf '%s\n' "$wrong"
		sed 's/^/\t/' ../out ../err
		exit 1
	) >"$TRASH/cell.out" 2>&1
}

matrix_trim() {
	printf '%s\n' "$1" | sed 's/^[ 	]*//; s/[ 	]*$//; s/[ 	]*~[ 	]*/~/'
}

# Runs the row in $row_*; six cells.
matrix_row() {
	row_bad=0
	for kind in a b B c C d
	do
		case $kind in
		a) cell=$row_a ;;
		b) cell=${row_b%%~*} ;;
		B) cell=${row_b##*~} ;;
		c) cell=${row_c%%~*} ;;
		C) cell=${row_c##*~} ;;
		d) cell=$row_d ;;
		esac
		matrix_cells=$((matrix_cells + 1))
		matrix_cell $kind "$cell" "$row_command" "$row_rest" "$row_failed" && continue
		matrix_cells_bad=$((matrix_cells_bad + 1))
		row_bad=$((row_bad + 1))
		cat "$TRASH/cell.out" >&4
		cat "$TRASH/cell.out" >>"$TRASH/cells.bad"
	done
	test $row_bad = 0
}

# matrix_rows: runs the table on standard input; a test for each row.
matrix_rows() {
	while IFS= read -r row_command <&9
	do
		row_command=$(matrix_trim "$row_command")
		case $row_command in
		''|'#'*) continue ;;
		esac
		IFS='|' read -r row_a row_b row_c row_d row_rest row_failed <&9
		for matrix_var in a b c d rest failed
		do
			eval "row_$matrix_var=\$(matrix_trim \"\$row_$matrix_var\")"
		done
		test -z "${MATRIX_ONLY-}" || case $row_command in
		*$MATRIX_ONLY*) ;;
		*) continue ;;
		esac
		test_expect_success "$row_command" 'matrix_row'
		printf '%-60s %s | %s | %s | %s\n' "$row_command" "$row_a" "$row_b" "$row_c" \
			"$row_d" >>"$TRASH/table"
	done 9<"$1"
}

# matrix_done: the table and its counts, then test_done.
matrix_done() {
	sed 's/^/# /' "$TRASH/table"
	echo "# $(($(wc -l <"$TRASH/table"))) rows, $matrix_cells cells:" \
		"$((matrix_cells - matrix_cells_bad)) as stated, $matrix_cells_bad not"
	test ! -s "$TRASH/cells.bad" || sed 's/^/# /' "$TRASH/cells.bad"
	test_done
}
matrix_cells=0
matrix_cells_bad=0
