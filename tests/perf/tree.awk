# A tree of artifacts as a stream for `git fast-import`; the same n gives the same bytes.
#
#	LC_ALL=C awk -v n=1000 -f tests/perf/tree.awk | git fast-import
#
# Of 100 artifacts 7 are plans, 50 stories and 43 runbooks, with sizes like those of real ones:
# median 1.9, 3.2 and 12.6 KB, skewed to the right. Runbooks share their numbers with stories.

# The minimal standard generator; its products fit the 53 bits that awk counts with.
function random(below) {
	seed = (seed * 16807) % 2147483647
	return int(seed / 2147483647 * below)
}

function word() {
	return words[random(random(2) ? word_count : 40) + 1]
}

function sentence(   text, i) {
	text = word()
	for (i = 7 + random(12); i > 0; i--)
		text = text " " word()
	return toupper(substr(text, 1, 1)) substr(text, 2) "."
}

function make_pools(   i) {
	word_count = split("the a of to and in for with on by is are must not when from into each no if " \
		"agent artifact branch commit merge story plan schema sync push pull cache remote index query " \
		"stream retry token context module path file parser loader writer reader state version author " \
		"delta scope session user request answer error backoff queue worker lock row column key value " \
		"migration release gate check coverage fixture assertion edge input output flag command hook " \
		"driver checkout conflict base section heading list item fence block line text markdown", words, " ")
	for (i = 0; i < 4000; i++)
		sentences[i] = sentence()
}

function says() {
	return sentences[random(4000)]
}

# Around the median, four times as often below twice of it as above.
function size_of(kind,   f) {
	f = (random(1000) + random(1000) + random(1000)) / 1500
	f = f * f * (random(10) ? 1 : 2)
	return int((kind == "plans" ? 1900 : kind == "stories" ? 3150 : 12600) * f)
}

function section(name, target, mark,   text) {
	text = "## " name "\n\n"
	do
		text = text mark says() "\n"
	while (length(text) < target)
	return text "\n"
}

function steps(target,   text, i, k) {
	text = "## Implementation Steps\n\n"
	do {
		text = text "### Step " ++k ": " says() "\n\n```python\n"
		for (i = 4 + random(30); i > 0; i--)
			text = text "    " word() "_" word() " = " word() "(" word() ", " word() ")\n"
		text = text "```\n\n"
	} while (length(text) < target)
	return text
}

function body(kind, id,   size, text) {
	size = size_of(kind)
	text = "# " id ": " says() "\n\n## State\n\n" states[random(4) + 1] "\n\n"
	if (kind == "plans")
		return text section("Summary", size / 3, "") section("Milestones", size / 2, "- ")
	if (kind == "stories")
		return text section("Problem Statement", size / 4, "") \
			section("Acceptance Criteria", size / 3, "- [ ] ") section("Test Strategy", size / 3, "- ")
	return text section("Goal Description", size / 20, "") steps(size * 0.8) \
		section("Verification Plan", size / 10, "- [x] ")
}

# A to Z, then AA to AZ.
function letters(i) {
	return i < 26 ? sprintf("%c", 65 + i) : "A" sprintf("%c", 65 + i - 26)
}

function artifact(kind, scope, number,   id, text) {
	id = sprintf("%s-%03d", scope, number)
	text = body(kind, id)
	printf "M 100644 inline .agent/cache/%s/%s/%s-%s.md\ndata %d\n%s\n", kind, scope, id, \
		kind == "runbooks" ? "runbook" : word() "-" word() "-" word(), length(text), text
}

BEGIN {
	seed = 20260101
	make_pools()
	split(" DRAFT PROPOSED COMMITTED DONE", states, " ")
	scope_count = 5 + int(sqrt(n) / 10)
	printf "commit refs/heads/main\ncommitter Bench <bench@example.com> 1750000000 +0000\n"
	printf "data 5\ntree\n"
	for (i = 0; i < n; i++) {
		p = i % 100
		kind = p < 7 ? "plans" : p < 57 ? "stories" : "runbooks"
		scope = "SCOPE" letters(random(scope_count))
		artifact(kind, scope, ++used[kind, scope])
	}
}
