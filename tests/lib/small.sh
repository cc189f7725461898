# shellcheck shell=sh
# A small repository of artifacts, for the tests of the commands (t1*.t).

small_plans=.agent/cache/plans/INFRA
small_stories=.agent/cache/stories/INFRA
small_runbooks=.agent/cache/runbooks/INFRA

# small_artifacts: a plan, a story and its runbook, another story with a blank in its name, into
# the current directory.
small_artifacts() {
	test_write "$small_plans/INFRA-001-caching.md" <<-\EOT &&
	# INFRA-001: Caching

	## State

	APPROVED

	## Summary

	Cache it.
	EOT
	test_write "$small_stories/INFRA-002-rate-limit.md" <<-\EOT &&
	# INFRA-002: Rate limit

	## State

	DRAFT

	## Parent Plan

	- INFRA-001

	## Acceptance Criteria

	- [ ] **One**: first
	- [ ] **Two**: second
	- [x] **Three**: third

	## Notes

	Some notes.
	EOT
	test_write "$small_runbooks/INFRA-002-rate-limit.md" <<-\EOT &&
	# INFRA-002: Rate limit, step by step

	## State

	DRAFT

	## Related Story

	- INFRA-002
	EOT
	test_write "$small_stories/INFRA-003-with a blank.md" <<-\EOT
	# INFRA-003: With a blank

	## State

	OPEN
	EOT
}

# small_repo <dir>: a repository with these, committed, and its workspace. No hooks.
small_repo() {
	test_repo "$1" && (
		cd "$1" &&
		small_artifacts &&
		test_commit_all "artifacts" &&
		git agent sync init --no-hooks >/dev/null
	)
}

# small_lines <count> <file>
small_lines() {
	test "$(($(wc -l <"$2")))" = "$(($1))" && return 0
	echo "not $1 lines in $2:" >&2
	cat "$2" >&2
	return 1
}
