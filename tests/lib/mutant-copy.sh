# shellcheck shell=sh
# A copy of the tree with what is built, in $copy, so that only what a mutant changes is built again.
# Sourced by scripts/mutants and scripts/mutate, which stand in the tree.

copy=$(mktemp -d) || exit 2
GIT_AGENT_SHARED=${GIT_AGENT_SHARED:-$PWD/../shared}
export GIT_AGENT_SHARED
trap 'rm -rf "$copy"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
mkdir "$copy/build" || exit 2
tar -cf - --exclude=./.git --exclude=./build . | tar -xpf - -C "$copy" || exit 2
for part in build/gen build/obj build/libexec build/tests build/git-agent build/*.a
do
	cp -Rp "$part" "$copy/build/" || exit 2
done

# A command with its arguments, and variables before it; $mutant_seconds at most.
run() (
	cd "$copy" || exit 2
	GIT_AGENT_BUILD=$copy/build GIT_AGENT_TEST_LOG='' \
		timeout -k 10 "${MUTANT_TIMEOUT:-$mutant_seconds}" sh -c "$1" </dev/null
)
