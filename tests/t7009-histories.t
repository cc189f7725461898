#!/bin/sh
# shellcheck disable=SC2015
test_description='random histories of two clones over the real server: edits, git operations, pulls and pushes

At rest both clones and the server have the same, the log of the server is without a gap, no edit is
lost or doubled, and every text that ever was is in the history. On a good network, and on one that
loses, doubles and delays.

	HISTORY_SEEDS=	how many (35)
	GIT_AGENT_SEED=	the first one (1)'
. "$(dirname "$0")/lib/test-lib.sh"
. "$test_root/tests/lib/backend.sh"

missing=$(backend_missing "$test_root")
place=$GIT_AGENT_BUILD/backend-histories-$$
histories=$GIT_AGENT_BUILD/tests/sync/test_histories
test -x "$histories" || missing="$missing test_histories"
test -e "$GIT_AGENT_BUILD/libexec/git-agent/supabase.so" || missing="$missing supabase.so"
if test "$missing"
then
	skip_all="scripts/bootstrap --server:$missing"
	test_done
fi
trap 'backend_code=$?; backend_stop "$test_root" "$place"; (exit $backend_code); die' EXIT
backend_start "$test_root" "$place" || exit 1

seeds=${HISTORY_SEEDS:-35}
seed=${GIT_AGENT_SEED:-1}
say "# GIT_AGENT_SEED=$seed"

test_expect_success "$seeds histories, as many on a bad network" '
	"$histories" --server --seeds "$seeds" --seed "$seed" >out || {
		cat out
		return 1
	}
	grep "^# [0-9]" out >counts && while read -r line
	do
		say "$line"
	done <counts &&
	test "$(grep -c "^ok" out)" = $((2 * seeds))
'

test_done
