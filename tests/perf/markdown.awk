# Results of measure.sh, of one run or several, as the table in the README: processor time of ours in
# ms by size, peak memory at the largest, and how many times the peer's processor time that is.
#
#	awk -f tests/perf/markdown.awk build/bench-results.tsv

function ms(x) {
	if (x == "")
		return ""
	return x >= 10000 ? sprintf("%.1f s", x / 1000) : sprintf(x >= 100 ? "%d" : "%.1f", x)
}

BEGIN {
	FS = "\t"
	split("1000 10000 100000", sizes, " ")
}

$3 == "ours" {
	if (!($2 in seen))
		rows[++nr] = $2
	seen[$2]
	ours[$2, $1] = $8
	peak[$2] = $10
}

$3 != "ours" && $3 != "note" {
	name = $3
	sub(/, [0-9]+$/, "", name)
	if (!(($2, name) in known)) {
		known[$2, name]
		peers[$2, ++count[$2]] = name
	}
	if ($8 > 0)
		times[$2, name, $1] = sprintf("%.1f", ours[$2, $1] / $8)
	target[$2, name] = $4 == "-" ? "" : $4
}

END {
	print "| | 1,000 | 10,000 | 100,000 | MB | times | 1,000 | 10,000 | 100,000 | target |"
	print "|---|---|---|---|---|---|---|---|---|---|"
	for (i = 1; i <= nr; i++) {
		row = rows[i]
		for (k = 1; k <= count[row]; k++) {
			peer = peers[row, k]
			if (k == 1)
				printf "| %s | %s | %s | %s | %.0f |", row, ms(ours[row, 1000]),
					ms(ours[row, 10000]), ms(ours[row, 100000]), peak[row] / 1024
			else
				printf "| | | | | |"
			printf " %s | %s | %s | %s | %s |\n", peer, times[row, peer, 1000],
				times[row, peer, 10000], times[row, peer, 100000], target[row, peer]
		}
	}
}
