#!/bin/sh
# shellcheck disable=SC2015,SC2164
# Measuring for scripts/bench: an empty home, rows of commands in turns, and a file of results.
#
# Sourced by scripts/bench, which ends at what fails. A line of results, by tabs: artifacts, row,
# command ("ours", or a peer), target, and what turns.c prints, a field each; the last is the count
# of instructions, in place of all of that.

isolate() {
	for var in $(env | sed -n 's/^\(GIT_[A-Za-z0-9_]*\)=.*/\1/p')
	do
		unset "$var"
	done
	unset XDG_CONFIG_HOME
	world=$(mktemp -d "${TMPDIR:-/tmp}/git-agent-bench.XXXXXX")
	world=$(cd "$world" && pwd -P)
	git=$(command -v git)
	# All programs are found at once: looking through a long PATH is not what is measured.
	PATH=$world/bin:$build:$(dirname "$git"):/usr/bin:/bin
	HOME=$world/home GIT_CONFIG_NOSYSTEM=1
	export PATH HOME GIT_CONFIG_NOSYSTEM
	mkdir "$HOME" "$world/bin"
	git config --global user.name Bench
	git config --global user.email bench@example.com
	git config --global init.defaultBranch main
	git config --global gc.auto 0
	git config --global advice.detachedHead false
	ln -s "$build/tests/perf/small" "$world/bin/git-nothing"
}

# script <name>: an executable from standard input; commands are started without a shell.
script() {
	{ printf '#!/bin/sh -e\n'; cat; } >"$world/$1"
	chmod +x "$world/$1"
}

have() {
	command -v "$1" >/dev/null
}

# wanted <row>
wanted() {
	# shellcheck disable=SC2254
	case $1 in
	${BENCH_ROWS:-*}) return 0 ;;
	esac
	return 1
}

# measure <row> [-p <prepare>] <command> {[-p <prepare>] <peer> <target> <command>}...
#
# In the directory $at, of $n artifacts. With $instructions, a count of them for each command that
# is no script. A peer whose command is empty is left out.
measure() {
	row=$1
	shift
	wanted "$row" || return 0
	printf 'ours\t-\n' >"$world/labels"
	left=$# first=yes
	while test "$left" -gt 0
	do
		if test "$1" = -p
		then
			set -- "$@" -p "$2"
			shift 2
			left=$((left - 2))
		elif test $first
		then
			first=
			set -- "$@" "$1"
			shift
			left=$((left - 1))
		else
			if test "$3"
			then
				printf '%s\t%s\n' "$1" "$2" >>"$world/labels"
				set -- "$@" "$3"
			fi
			shift 3
			left=$((left - 3))
		fi
	done
	cd "$at"
	if test "$instructions"
	then
		count "$@" >"$world/turns"
	else
		# shellcheck disable=SC2086
		"$build/tests/perf/turns" -t "$seconds" $server_options "$runs" "$@" \
			>"$world/turns" 2>"$world/err" || {
			echo "failed: $row, $n artifacts: $(cat "$world/err")" >&2
			cd "$top"
			return 0
		}
	fi
	cd "$top"
	tr ' ' '\t' <"$world/turns" | paste "$world/labels" - |
		awk -v n="$n" -v row="$row" '{ print n "\t" row "\t" $0 }' >"$world/new"
	cat "$world/new" >>"$results"
	test "$json" || awk -v instructions="$instructions" -f tests/perf/table.awk "$world/new"
}

# count [-p <prepare>] <command>...: lines like those of turns, with instructions only.
count() {
	while test $# -gt 0
	do
		if test "$1" = -p
		then
			prepare=$2
			shift 2
			continue
		fi
		case $1 in
		"$world"/*) echo "0 0 0 0 0 0 0 0 0 0 0 0" ;;
		*)
			test "${prepare:--}" = - || $prepare >/dev/null 2>&1
			# shellcheck disable=SC2086
			valgrind --tool=callgrind --trace-children=yes --callgrind-out-file=/dev/null $1 \
				2>&1 >/dev/null </dev/null |
				awk '/refs:/ { gsub(/,/, "", $NF); all += $NF }
					END { printf "0 0 0 0 0 0 0 0 0 0 0 %.0f\n", all }' ;;
		esac
		shift
	done
}

# note <name> <value> <unit>: a figure that is no time.
note() {
	printf '%s\t%s\tnote\t%s\t%s\n' "$n" "$1" "$2" "$3" >>"$results"
	test "$json" || printf '%-30s %12s %s\n' "$1" "$2" "$3"
}
