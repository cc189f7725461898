# One TAP stream in; out: "<passed> <failed> <skipped>", then one line per fault or skip.
# status: the exit code of the program. Several plans (cmocka groups) add up.

function note(text) { notes = notes text "\n" }

/^1\.\.[0-9]+/ {
	sub(/^1\.\./, "")
	planned += $1
	plans++
	if ($1 == 0) {
		skipped++
		note("skipped: all" (match($0, /#.*/) ? " " substr($0, RSTART) : ""))
	}
	next
}

/^ok([ \t]|$)/ || /^not ok([ \t]|$)/ {
	seen++
	directive = match(toupper($0), /# *(SKIP|TODO)/) ? toupper(substr($0, RSTART, RLENGTH)) : ""
	if (directive ~ /SKIP/) {
		skipped++
		note("skipped: " $0)
	} else if (/^ok/) {
		passed++
	} else if (directive ~ /TODO/) {
		skipped++
		note("known failure: " $0)
	} else {
		failed++
		note($0)
	}
}

/^Bail out!/ { failed++; note($0) }

END {
	if (!plans) {
		failed++
		note("no plan (exit code " status ")")
	} else if (seen != planned) {
		failed++
		note("planned " planned " tests, ran " seen + 0 " (exit code " status ")")
	} else if (status != 0 && !failed) {
		failed++
		note("exit code " status)
	}
	printf "%d %d %d\n%s", passed, failed, skipped, notes
}
