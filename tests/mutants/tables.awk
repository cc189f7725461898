# Reads the tables of planted bugs, tests/mutants/*; see scripts/mutants.
#
#	mode=check	every mutant is whole, and what it replaces is in its file exactly once
#	mode=list	the names
#	mode=tests	what must catch the mutant `name`, a command a line
#	mode=file	the file that it changes
#	mode=apply	that file as the mutant would have it
function fault(text) {
	printf "%s: %s: %s\n", table, mutant, text > "/dev/stderr"
	bad = 1
}

function text_of(path,   line, text) {
	if (path in texts)
		return texts[path]
	text = ""
	while ((getline line < path) > 0)
		text = text line "\n"
	close(path)
	return texts[path] = text
}

function finish(   text, at, rest) {
	if (mutant == "")
		return
	if (mode == "list")
		print mutant
	if (mode == "check" && seen[mutant]++)
		fault("the name is taken")
	if (mode == "check" && (file == "" || tests == "" || why == "" || !removed))
		fault("a line is missing: why, file, test or what it replaces")
	if (mode == "tests" && mutant == name)
		printf "%s", tests
	if (mode == "file" && mutant == name)
		print file
	if (mode == "check" || (mode == "apply" && mutant == name)) {
		text = text_of(file)
		at = index(text, before)
		rest = at ? substr(text, at + length(before)) : ""
		if (!at)
			fault("what it replaces is not in " file)
		else if (index(rest, before))
			fault("what it replaces is in " file " more than once")
		else if (before == after)
			fault("it changes nothing")
		else if (mode == "apply")
			printf "%s%s%s", substr(text, 1, at - 1), after, rest
	}
	mutant = ""
}

FNR == 1 { finish(); table = FILENAME }
/^#/ { next }
/^$/ { finish(); next }
/^mutant / {
	finish()
	mutant = substr($0, 8)
	file = tests = why = before = after = ""
	removed = added = 0
	total++
	next
}
/^why / { why = substr($0, 5); next }
/^file / { file = substr($0, 6); next }
/^test / { tests = tests substr($0, 6) "\n"; next }
/^-/ { before = before (removed++ ? "\n" : "") substr($0, 2); next }
/^\+/ { after = after (added++ ? "\n" : "") substr($0, 2); next }
{ fault("line " FNR " is none of a mutant") }

END {
	finish()
	if (mode == "check" && !bad)
		printf "%d mutants\n", total
	exit bad
}
