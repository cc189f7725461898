# shellcheck shell=sh
# Programs that get no memory. Sourced after test-lib.sh.

case $(ldd "$GIT_AGENT_BUILD/git-agent") in
*libasan*)
	# shellcheck disable=SC2034
	skip_all='the sanitizer has a malloc of its own'
	test_done ;;
esac

memory_shim=$GIT_AGENT_BUILD/tests/power/memory.so
tries=${MEMORY_TRIES:-6}
seed=${MEMORY_SEED:-1}

# memory_fails_at <n> <on>: for what this shell runs from now on; the file hit is there when it did.
memory_fails_at () {
	LD_PRELOAD=$memory_shim MEMORY_FAIL_AT=$1 MEMORY_FAIL_ON=$2 MEMORY_HIT=$TRASH/hit
	export LD_PRELOAD MEMORY_FAIL_AT MEMORY_FAIL_ON MEMORY_HIT
}

# The allocations of each program that this shell runs from now on, into the file counts.
memory_counts () {
	LD_PRELOAD=$memory_shim MEMORY_COUNT=$TRASH/counts
	export LD_PRELOAD MEMORY_COUNT
}

# The n that are tried: sets last, the most that a program did, and every.
memory_places () {
	last=$(sort -n counts | tail -n 1)
	every=1
	test "$tries" = 0 || every=$((last / tries + 1))
}

# clear_error <output>: the program said what failed, with a $code of the table; git, when a hook
# fails, with its own.
clear_error () {
	case $code in
	0 | 1 | 2 | 3 | 128) ;;
	*) return 1 ;;
	esac
	grep -E '^(fatal|error|warning): .' "$1" >/dev/null || test "$code" = 0
}
