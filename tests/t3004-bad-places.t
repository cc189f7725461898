#!/bin/sh
test_description='places that do not work: no rights, no room, no repository, a damaged workspace'
. "$(dirname "$0")/lib/test-lib.sh"
. "$test_root/tests/lib/small.sh"

if ! test_have_prereq LIBGIT2
then
	skip_all='libgit2 is not there'
	test_done
fi

db=.git/agent/agent.db
ONE=$small_plans/INFRA-001-caching.md

# user <command>...: as somebody for whom modes count.
if test "$(id -u)" != 0
then
	user() { "$@"; }
else
	# a trace of ours is not theirs to write
	user() { GIT_TRACE='' setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; }
fi
chmod 755 "$TRASH" "$HOME" && user true 2>/dev/null && user test -x "$GIT_AGENT_BUILD/git-agent" &&
	user test -x "$TRASH" && test_set_prereq USER

# A small disk of our own: only root may mount one.
mkdir disk && mount -t tmpfs -o size=3m tmpfs disk 2>/dev/null && test_set_prereq DISK

# fresh: a copy of the sound one, in which we then are.
fresh() {
	cd "$TRASH" && rm -rf r && cp -r sound r && cd r && git agent list >/dev/null
}

owned() {
	test "$(id -u)" != 0 || chown -R 65534:65534 "$@"
}

# one_error <code> <pattern> <command>...
one_error() {
	code=$1 pattern=$2
	shift 2
	test_expect_code "$code" "$@" >"$TRASH/out" 2>"$TRASH/err" &&
	test "$(grep -c "^\(error\|fatal\): " "$TRASH/err")" = 1 && test_grep "$pattern" "$TRASH/err"
}

every_command() {
	code=$1 pattern=$2
	for command in list status import "show INFRA-001" "check INFRA-002 1" "new-story T --scope INFRA" \
		export sync "sync status" "hook pre-commit"
	do
		# shellcheck disable=SC2086
		one_error "$code" "$pattern" git agent $command || return 1
	done
}

test_expect_success 'no repository, a bare one, one with sha256' '
	mkdir none && cd none && every_command 128 "^fatal: not a git repository" &&
	one_error 128 "^fatal: not a git repository" git agent sync init &&
	git init -q --object-format=sha256 ../sha256 && cd ../sha256 && find . >../files &&
	every_command 128 "^fatal: this repository uses sha256 object ids" &&
	one_error 128 "sha256" git agent sync init && one_error 128 "sha256" git agent rebuild &&
	find . >../actual && test_cmp ../files ../actual &&
	git init -q --bare ../bare && cd ../bare && find . >../files &&
	for command in import "sync init" export "new-story T --scope INFRA"
	do
		test_expect_code 128 git agent $command 2>../err || return 1
	done &&
	find . >../actual && test_cmp ../files ../actual && cd ..
'

test_expect_success 'a damaged workspace: every command says so, touches nothing, and rebuild mends it' '
	small_repo "$TRASH/sound" && git -C sound agent list >list.sound &&
	for how in "truncate -s 5000" "truncate -s 50" garbage flip foreign
	do
		fresh && sqlite3 "$db" "PRAGMA journal_mode = DELETE" >/dev/null &&
		case $how in
		truncate*) $how "$db" ;;
		garbage) head -c 40000 /dev/urandom >"$db" ;;
		flip) printf "\377" | dd of="$db" bs=1 seek=3 conv=notrunc 2>/dev/null ;;
		foreign) rm "$db" && sqlite3 "$db" "CREATE TABLE other (a)" ;;
		esac &&
		cksum <"$db" >../sum && every_command 128 "^fatal: workspace .* is damaged: " &&
		test_grep "^hint: run .git agent rebuild." ../err &&
		git agent hook post-checkout 0 0 1 2>../err && test_grep "^warning: .*is damaged" ../err &&
		cksum <"$db" >../actual && test_cmp ../sum ../actual &&
		git agent rebuild >../actual && test_grep "^kept .*broken-1$" ../actual &&
		git agent list >../actual && test_cmp ../list.sound ../actual && test_clean && cd .. || return 1
	done
'

test_expect_success 'a workspace from the future, one that is a directory, one that is empty' '
	fresh && sqlite3 "$db" "PRAGMA user_version = 99" &&
	every_command 2 "^error: workspace .* was written by a newer git-agent" &&
	test_grep "^hint: upgrade git-agent$" ../err && one_error 2 "newer" git agent rebuild --force &&
	test "$(sqlite3 "$db" "PRAGMA user_version")" = 99 &&
	rm "$db" && mkdir "$db" && every_command 128 "Is a directory$" && test -d "$db" &&
	rmdir "$db" && : >"$db" && one_error 128 "has no workspace yet" git agent list &&
	git agent import >../actual && test_grep "^imported: 4 new$" ../actual
'

test_expect_success USER 'a file that cannot be read: named, the others go on; it comes when it can be' '
	fresh && echo more >>"$ONE" && chmod 000 "$ONE" &&
	printf "# INFRA-005: Fine\n" >"$small_plans/INFRA-005-fine.md" && owned . &&
	one_error 1 "^error: 1 file was not imported$" user git agent import &&
	test_grep "^warning: .*INFRA-001-caching.md.: Permission denied$" ../err && test_grep "1 new" ../out &&
	one_error 1 "^error: 1 file was not imported$" user git agent import &&
	user git agent list >../actual && test_grep INFRA-005 ../actual && user git agent status >/dev/null &&
	user git agent set INFRA-001 --title "Unread" >../actual 2>../err && test_grep "was not touched" ../err &&
	test_expect_code 1 user git agent export --all >../actual 2>&1 && test_grep "Permission denied" ../actual &&
	chmod 644 "$ONE" && user git agent import >../actual && test_grep "1 changed\|1 conflict" ../actual &&
	grep "^more$" "$ONE"
'

test_expect_success USER 'a directory that cannot be written: the edit is not half made' '
	fresh && owned . && chmod 555 "$small_plans" &&
	cksum "$ONE" >../sum && user git agent show INFRA-001 >../before &&
	test_expect_code 128 user git agent set INFRA-001 --title "New" >../out 2>../err &&
	test_grep "^fatal: .*Permission denied$" ../err && small_lines 1 ../err &&
	cksum "$ONE" >../actual && test_cmp ../sum ../actual &&
	user git agent show INFRA-001 >../actual && test_cmp ../before ../actual &&
	chmod 755 "$small_plans" && user git agent set INFRA-001 --title "New" >/dev/null 2>&1 &&
	user git agent show INFRA-001 >../actual && test_cmp "$ONE" ../actual &&
	chmod 555 "$small_plans" && test_expect_code 128 user git agent rm INFRA-001 2>../err &&
	test_grep "^fatal: .*Permission denied$" ../err &&
	user git agent check INFRA-002 1 >../out 2>../err && test_must_be_empty ../err &&
	user git agent show INFRA-001 >../actual && test_cmp "$ONE" ../actual &&
	chmod 755 "$small_plans" && user git agent list >../actual && test -e "$ONE" &&
	user git agent rm INFRA-001 >/dev/null && ! test -e "$ONE" &&
	fresh && owned . && user git agent list >/dev/null && chmod 555 .git/agent && chmod 444 "$db" "$db"-* &&
	user git agent list >../actual && test_cmp ../list.sound ../actual &&
	one_error 128 "^fatal: cannot write workspace .* read-only$\|Permission denied" user git agent check INFRA-002 1 &&
	user git diff --quiet && chmod 755 .git/agent
'

test_expect_success USER 'a remote in a directory that cannot be written is out of reach: the work is queued' '
	fresh && mkdir -p ../shared &&
	git agent sync init --no-hooks "file:$TRASH/shared/team.db" >/dev/null &&
	owned . ../shared && chmod 555 ../shared &&
	user git agent check INFRA-002 1 >/dev/null &&
	one_error 3 "^error: .*is out of reach: Permission denied$" user git agent sync &&
	test_grep "^hint: 1 change is queued" ../err && chmod 755 ../shared &&
	user git agent sync >../actual && test_grep "^pushed: 1 sent$" ../actual
'

fill() {
	head -c 4000000 /dev/zero >"$TRASH/disk/fill" 2>/dev/null
	for i in 1 2 3 4
	do
		echo >>"$TRASH/disk/fill" 2>/dev/null
	done
	return 0
}

test_expect_success DISK 'a full disk: each command fails with one error, and nothing is half done' '
	cd "$TRASH" && small_repo "$TRASH/disk/r" && cd disk/r && git agent sync init "file:$TRASH/disk/team.db" >/dev/null &&
	git agent show INFRA-002 >"$TRASH/before" && fill &&
	for command in "check INFRA-002 1" "new-story T --scope INFRA" "state INFRA-002 OPEN" \
		"set INFRA-001 --title X" sync
	do
		one_error 128 "^fatal: .*[Nn]o space left on" git agent $command || return 1
	done &&
	git agent show INFRA-002 >"$TRASH/actual" && test_cmp "$TRASH/before" "$TRASH/actual" &&
	one_error 128 "[Nn]o space left on" git agent rebuild --force && git agent list >/dev/null &&
	rm ../fill && test_clean && echo "By hand." >>"$ONE" && fill &&
	one_error 128 "[Nn]o space left on" git agent import && test_must_fail git commit -qam x &&
	rm ../fill && git agent import >"$TRASH/actual" && test_grep "1 changed" "$TRASH/actual" &&
	git agent check INFRA-002 1 >/dev/null && fill && test_must_fail git commit -qm y 2>"$TRASH/err" &&
	test_grep "[Nn]o space left on" "$TRASH/err" && one_error 128 "[Nn]o space left" git agent sync &&
	rm ../fill && git add -A && git commit -qm z && git agent sync >"$TRASH/actual" &&
	test_grep "^pushed: 2 sent" "$TRASH/actual" && test_clean &&
	git show HEAD:"$ONE" | grep "By hand" && test "$(sqlite3 "$db" "PRAGMA integrity_check")" = ok &&
	cd "$TRASH"
'

cd "$TRASH" || exit 1
if test_have_prereq DISK
then
	umount disk
fi

test_expect_success 'a kind that is gone holds up nothing else, loses nothing, and comes back' '
	cd "$TRASH" && test_repo kinds && cd kinds && git agent sync init "file:$TRASH/kinds.db" >/dev/null &&
	git config -f .agent/config agent.kind.spec.dir .agent/specs &&
	git config -f .agent/config agent.kind.spec.state "DRAFT 1 initial" && mkdir .agent/specs &&
	printf "# SPEC-1: One\n\n## State\n\nDRAFT\n" >.agent/specs/SPEC-1-one.md &&
	git agent sync >/dev/null && git add -A && git commit -q -m one &&
	git agent set SPEC-1 --title Two >/dev/null && git rm -q --cached .agent/config && mv .agent/config ../config &&
	git agent status >../actual && test_grep "SPEC-1-one.md.* is not the path of an artifact of any kind" ../actual &&
	git agent export >/dev/null && git agent show SPEC-1 >../actual && test_grep Two ../actual &&
	test_expect_code 2 git agent set SPEC-1 --title Three 2>../err &&
	test_grep "^error: path .*SPEC-1-one.md. is not the path of an artifact of any kind" ../err &&
	git commit -q -m "no such kind" && git agent list >../actual && test_grep SPEC-1 ../actual &&
	git agent sync >../actual 2>&1;
	test "$(sqlite3 ../kinds.db "SELECT deleted FROM artifact WHERE label = \"SPEC-1\"")" = 0 &&
	cp ../config .agent/config && git add .agent/config && git commit -q -m "the kind again" &&
	git agent show SPEC-1 >../actual && test_grep Two ../actual &&
	git agent sync push SPEC-1 >/dev/null &&
	git show HEAD:.agent/specs/SPEC-1-one.md >../actual && test_grep Two ../actual && test_clean
'

test_done
