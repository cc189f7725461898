#!/bin/sh
# shellcheck disable=SC2015
test_description='a workspace with damage at random places: nothing wrong is shown or written, and rebuild mends it

Bytes are turned, the file is cut off, its -wal is cut off, turned or gone. No command may crash, show a
text that is not the one that was written, or touch a file, the index or HEAD; doctor and rebuild see
the same; what git and the remote have comes back, and the damaged file is kept.

	DAMAGE_SEED=	(1)
	DAMAGE_TRIES=	how many of each kind (4)'
. "$(dirname "$0")/lib/test-lib.sh"

if ! test_have_prereq LIBGIT2 || ! command -v sqlite3 >/dev/null
then
	skip_all='libgit2 or sqlite3 is missing'
	test_done
fi
. "$test_root/tests/lib/crash.sh"

seed=${DAMAGE_SEED:-1} tries=${DAMAGE_TRIES:-4}
db=.git/agent/agent.db
found=0 unseen=0

# number <limit>: the next random number below it, the same ones for each seed.
number () {
	seed=$(((seed * 1103515245 + 12345) % 2147483648))
	echo $((seed / 8 % $1))
}
size () {
	wc -c <"$1"
}
turn () {
	turned=0
	while test $turned -lt "$2"
	do
		seed=$(((seed * 1103515245 + 12345) % 2147483648))
		at=$((seed / 8 % $(size "$1")))
		was=$(od -An -tu1 -j$at -N1 "$1")
		# shellcheck disable=SC2059
		printf "\\$(printf %o $((255 - was)))" | dd of="$1" bs=1 seek=$at conv=notrunc 2>/dev/null
		turned=$((turned + 1))
	done
}
# damage <kind>
damage () {
	seed=$(((seed * 1103515245 + 12345) % 2147483648))
	case $1 in
	turn-1) turn $db 1 ;;
	turn-100) turn $db 100 ;;
	turn-3000) turn $db 3000 ;;
	cut) truncate -s $((seed / 8 % $(size $db))) $db ;;
	wal-cut) truncate -s $((seed / 8 % $(size $db-wal))) $db-wal ;;
	wal-turn) turn $db-wal 20 ;;
	wal-gone) rm $db-wal ;;
	esac
	rm -f $db-shm
}

# What nobody asked to change: files, index, HEAD, refs.
around () {
	find .agent -type f -exec git hash-object --no-filters {} + -print
	git ls-files -s && git for-each-ref && git rev-parse HEAD
}

# The code is one of the table, and where it is none, it says why.
tame () {
	"$@" >"$TRASH/out" 2>"$TRASH/err"
	code=$?
	case $code in
	0) return 0 ;;
	1 | 2 | 3 | 128) grep -E '^(fatal|error): .' "$TRASH/err" >/dev/null && return 0 ;;
	esac
	echo "$kind, seed $now: '$*' ends with $code"
	cat "$TRASH/err"
	return 1
}
shows () {
	tame git agent show --raw "$1" || return 1
	test $code != 0 && return 0
	# After the loss of the -wal an older text that was written is what there is.
	grep "^$(git hash-object --stdin <"$TRASH/out")$" "$TRASH/texts" >/dev/null || {
		echo "$kind, seed $now: $1 is shown with a text that nobody wrote:"
		cat "$TRASH/out"
		return 1
	}
}

# try_damage <kind>
try_damage () {
	kind=$1 now=$seed
	(
		reset_to whole && cd w/a && damage "$kind" && around >"$TRASH/before" &&
		shows INFRA-001 && shows INFRA-002 && shows INFRA-003 &&
		tame git agent list && tame git agent status && tame git agent log INFRA-001 &&
		tame git agent diff && tame git agent search Notes && tame git agent sync status --offline &&
		around >"$TRASH/after" && test_cmp "$TRASH/before" "$TRASH/after" || exit 1
		tame git agent export --all && around | grep -E "^[0-9a-f]{40}$" | head -n 3 >"$TRASH/have"
		grep -v -F -f "$TRASH/texts" "$TRASH/have" && exit 1
		tame git agent doctor && mended=$code && cp $db "$TRASH/damaged" &&
		tame git agent rebuild -n || exit 1
		grep "is sound" "$TRASH/out" >/dev/null && sees=no || sees=yes
		echo "$sees" >"$TRASH/sees"
		if test "$sees" = yes && test "$mended" = 0
		then
			echo "$kind, seed $now: rebuild finds it damaged, doctor does not" && exit 1
		fi
		tame git agent rebuild && test $code -le 1 || { cat "$TRASH/err"; exit 1; }
		test "$sees" = no || cmp "$TRASH/damaged" $db.broken-1 || exit 1
		git agent doctor >"$TRASH/out" 2>&1 || ! grep workspace "$TRASH/out" || exit 1
		test "$(sqlite3 $db "PRAGMA integrity_check")" = ok &&
		git agent sync >"$TRASH/out" 2>&1 || { cat "$TRASH/out"; exit 1; }
		for i in 1 2 3
		do
			git agent show --raw INFRA-00$i >"$TRASH/out" || exit 1
			test "$kind" = wal-gone || test "$kind" = wal-cut || test "$kind" = wal-turn ||
				test_cmp "$TRASH/right-$i" "$TRASH/out" || exit 1
		done
	) || { echo "$kind, seed $now"; return 1; }
	seed=$(((seed * 1103515245 + 12345) % 2147483648))
	if test "$(cat sees)" = yes; then found=$((found + 1)); else unseen=$((unseen + 1)); fi
}

every () {
	for each
	do
		n=0
		while test $n -lt "$tries"
		do
			try_damage "$each" || return 1
			n=$((n + 1))
		done
	done
}

test_expect_success 'a workspace with all kinds of rows, in step with git and the remote' '
	say "# DAMAGE_SEED=$seed" && build_world &&
	for i in 1 2 3
	do
		git hash-object w/a/$STORIES/INFRA-00$i-*.md >>texts &&
		git -C w/a agent set INFRA-00$i --section Notes --text "Pushed, $i." >/dev/null &&
		git -C w/a agent check INFRA-00$i 1 >/dev/null &&
		git hash-object w/a/$STORIES/INFRA-00$i-*.md >>texts || return 1
	done &&
	(cd w/a && git agent sync && git add -A && git commit -qm edited) >/dev/null 2>&1 &&
	git -C w/a agent log -p INFRA-001 >/dev/null &&
	for oid in $(sqlite3 w/a/$db "SELECT oid FROM blob")
	do
		echo "$oid" >>texts || return 1
	done &&
	for i in 1 2 3
	do
		git -C w/a agent show --raw INFRA-00$i >right-$i || return 1
	done &&
	git -C w/a agent search Notes >/dev/null && sqlite3 w/a/$db "PRAGMA wal_checkpoint(TRUNCATE)" >/dev/null &&
	snapshot whole
'

test_expect_success 'bytes are turned' '
	every turn-1 turn-100 turn-3000
'

test_expect_success 'a letter of a text is turned: it is not shown, not written, not sent, and rebuild has it back' '
	reset_to whole && (cd w/a && LC_ALL=C grep -a -b -o "Pushed, 1" $db >../../at && test -s ../../at &&
	for at in $(cut -d: -f1 ../../at)
	do
		printf Q | dd of=$db bs=1 seek=$at conv=notrunc 2>/dev/null || exit 1
	done &&
	around >../../before &&
	for command in "show INFRA-001" "show --raw INFRA-001" "check INFRA-001 2" "log -p INFRA-001"
	do
		test_expect_code 128 git agent $command >../../out 2>../../err &&
		! grep "Qushed" ../../out && test_grep "is damaged: text" ../../err &&
		test_grep "git agent rebuild" ../../err || exit 1
	done &&
	rm $ONE && test_might_fail git agent export --all >../../out 2>&1 && ! grep -r Qushed .agent/cache/stories &&
	git checkout -q $ONE && around >../../after && test_cmp ../../before ../../after &&
	test_must_fail git agent doctor >../../out 2>&1 && test_grep "problem: workspace: .*damaged" ../../out &&
	git agent rebuild >../../out && git agent show --raw INFRA-001 >../../out && test_cmp ../../right-1 ../../out)
'

test_expect_success 'the file is cut off' '
	every cut
'

test_expect_success 'a -wal with what a killed process committed: cut off, turned, gone' '
	reset_to whole &&
	git -C w/a agent check INFRA-001 2 >/dev/null && git -C w/a agent sync >/dev/null &&
	mkfifo ask && { sqlite3 w/a/$db <ask >answer & } && exec 9>ask && echo "SELECT count(*) FROM artifact;" >&9 &&
	until test -s answer; do sleep 0.1; done &&
	git -C w/a agent set INFRA-002 --section Notes --text "In the -wal." >/dev/null &&
	git -C w/a agent sync >/dev/null && sqlite3 w/a/$db "SELECT oid FROM blob" >>texts &&
	cp -a w/a copied && exec 9>&- && wait && rm -rf w/a && mv copied w/a && test -s w/a/$db-wal &&
	snapshot whole && every wal-cut wal-turn wal-gone
'

test_expect_success 'the link is a file, or leads nowhere; the database is a link' '
	reset_to whole && (cd w/a && rm .agent/cache/agent.db && ln -s nowhere .agent/cache/agent.db &&
	git agent list >../../out && test_must_fail git agent doctor >../../out 2>&1 && test_grep "does not lead to" ../../out &&
	git agent rebuild >../../out && test -e .agent/cache/agent.db &&
	rm .agent/cache/agent.db && cp $db .agent/cache/agent.db &&
	test_must_fail git agent doctor >../../out 2>&1 && test_grep "is not a link to" ../../out &&
	git agent rebuild >../../out && test_grep "^kept .*kept-1$" ../../out && test -L .agent/cache/agent.db)
'

test_expect_success 'counts' '
	say "# $found damaged workspaces found and made again, $unseen where what was damaged is not used" &&
	test $found -ge "$tries"
'

test_done
