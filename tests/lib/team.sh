# shellcheck shell=sh
# Repositories with artifacts, and teams of clones. Sourced after test-lib.sh.

# The real artifacts where they are, else the project's own.
team_artifacts=$test_root/../shared/corpus/.agent
test -d "$team_artifacts" || team_artifacts=$test_root/.agent

STORY=.agent/cache/stories/INFRA/INFRA-042-rate-limit.md
RUNBOOK=.agent/cache/runbooks/INFRA/INFRA-042-runbook.md

# team_story <path> [<title>]: a small story.
team_story() {
	test_write "$1" <<-EOT
	# $(basename "$1" | sed 's/^\([A-Z]*-[0-9]*\).*/\1/'): ${2-Rate limit}

	## State

	DRAFT

	## Problem Statement

	Too many requests.

	## Acceptance Criteria

	- [ ] **Scenario 1**: a limit
	- [ ] **Scenario 2**: a message

	## Notes

	None yet.
	EOT
}

# team_origin: a bare "origin.git" with two stories and a runbook on main.
team_origin() {
	git init -q --bare origin.git &&
	git clone -q origin.git seed 2>/dev/null &&
	(
		cd seed &&
		team_story $STORY &&
		team_story .agent/cache/stories/INFRA/INFRA-043-audit.md "Audit" &&
		test_write $RUNBOOK <<-\EOT &&
		# Runbook: INFRA-042

		## State

		PROPOSED

		## Related Story

		INFRA-042
		EOT
		test_commit_all "artifacts" &&
		git push -q origin main
	)
}

# team_clone <name> [<url>]: a clone of origin.git, set up.
team_clone() {
	git clone -q origin.git "$1" &&
	(
		cd "$1" &&
		git config user.name "$1" &&
		git config user.email "$1@example.com" &&
		git agent sync init ${2+"$2"} >../init.out
	)
}

# team_edit <sed script> [<file>]: an edit by hand.
team_edit() {
	sed "$1" "${2-$STORY}" >edited && cat edited >"${2-$STORY}" && rm edited
}
