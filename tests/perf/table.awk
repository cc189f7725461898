# The results of measure.sh as a table; with json=1 as JSON, with scale=1 as exponents.
#
# A ratio is ours by the peer's; "miss" names what is above the target: the wall clock, the
# processor time. Where most of the work is a server's, the processor time is of the client alone.

function ms(x) {
	return x >= 1000 ? sprintf("%.0f", x) : x >= 100 ? sprintf("%.1f", x) : sprintf("%.2f", x)
}

function ratio(a, b) {
	return b > 0 ? a / b : 0
}

function shown(r) {
	return r ? sprintf("%.2f", r) : "-"
}

function missed(wall, cpu, target) {
	if (target == "-" || !(wall + cpu))
		return ""
	if (wall > target && cpu > target)
		return "miss"
	return wall > target ? "miss wall" : cpu > target ? "miss cpu" : ""
}

function text_line() {
	if ($3 == "ours") {
		printf "%-34s %9s %17s %9s %6.1f", $2, ms(wall), ms($6) "-" ms($7), ms(cpu), peak
		if ($11 || $12)
			printf "  server %s ms, %d requests, %.1f KB up, %.1f KB down", ms($11), $12,
				$13 / 1024, $14 / 1024
		printf "\n"
	} else
		printf "  %-32s %9s %17s %9s %6.1f %7s %7s %6s  %s\n", $3, ms(wall),
			ms($6) "-" ms($7), ms(cpu), peak, shown(ratio(ours_wall, wall)),
			shown(ratio(ours_cpu, cpu)), $4,
			missed(ratio(ours_wall, wall), ratio(ours_cpu, cpu), $4)
}

function count_line() {
	if (!$16)
		return
	if ($3 == "ours")
		printf "%-34s %12.2f\n", $2, $16 / 1e6
	else
		printf "  %-32s %12.2f %7s\n", $3, $16 / 1e6, shown(ratio(ours_count, $16))
}

function json_line() {
	if ($3 == "note")
		printf "%s{\"artifacts\":%d,\"row\":\"%s\",\"value\":%s,\"unit\":\"%s\"}", comma, $1, $2, $4, $5
	else {
		printf "%s{\"artifacts\":%d,\"row\":\"%s\",\"command\":\"%s\"", comma, $1, $2, $3
		if ($16)
			printf ",\"instructions\":%d", $16
		else
			printf ",\"wall_ms\":%s,\"quartiles_ms\":[%s,%s],\"processor_ms\":%s,\"page_faults\":%d," \
				"\"peak_kb\":%d,\"server_ms\":%s,\"requests\":%d,\"bytes_sent\":%d,\"bytes_got\":%d," \
				"\"runs\":%d", $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15
		if ($3 != "ours" && !$16) {
			miss = missed(ratio(ours_wall, wall), ratio(ours_cpu, cpu), $4)
			printf ",\"ratio_wall\":%.3f,\"ratio_processor\":%.3f,\"target\":%s,\"miss\":%s",
				ratio(ours_wall, wall), ratio(ours_cpu, cpu), $4 == "-" ? "null" : $4,
				miss ? "\"" miss "\"" : "null"
		}
		printf "}"
	}
	comma = ",\n"
}

BEGIN {
	FS = "\t"
	if (json)
		printf "{\"schema_version\":1,\"data\":["
}

$3 != "note" {
	wall = $5
	cpu = $8
	peak = $10 / 1024
	if ($3 == "ours") {
		ours_wall = wall
		ours_cpu = cpu
		ours_count = $16
		if (!($2 in seen))
			rows[++nr] = $2
		seen[$2]
		cost[$2, $1] = instructions ? $16 : cpu
		sizes[$1]
	}
}

json { json_line() }
!json && !scale && $3 != "note" {
	if (instructions)
		count_line()
	else
		text_line()
}

END {
	if (json)
		print "]}"
	if (scale) {
		k = 0
		for (s in sizes)
			list[++k] = s + 0
		for (i = 1; i < k; i++)
			for (j = i + 1; j <= k; j++)
				if (list[j] < list[i]) {
					s = list[i]
					list[i] = list[j]
					list[j] = s
				}
		for (i = 1; i <= nr; i++) {
			line = ""
			for (j = 2; j <= k; j++) {
				a = cost[rows[i], list[j - 1]]
				b = cost[rows[i], list[j]]
				power = "-"
				if (a > 0 && b > 0)
					power = sprintf("%.2f", log(b / a) / log(list[j] / list[j - 1]))
				line = line sprintf(" %14s", power)
			}
			if (line ~ /[0-9]/)
				printf "%-34s%s\n", rows[i], line
		}
	}
}
