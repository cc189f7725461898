# Reads source files; prints each #include that goes against the layers.

function add(layer, names,    list, n, i) {
	n = split(names, list, " ")
	for (i = 1; i <= n; i++)
		may[layer, list[i]] = 1
}

# "only(header, pattern)": files whose name does not match may not include <header>.
function only(header, pattern) {
	owner[header] = pattern
}

BEGIN {
	add("util", "")
	add("artifact", "util")
	add("merge", "artifact util")
	add("store", "artifact util")
	add("git", "artifact util")
	add("remote", "artifact util")
	add("sync", "store merge artifact util")
	add("cli", "util")
	add("cmd", "sync remote git store merge artifact cli util")
	add("main", "cmd cli util")
	# The two interfaces through which sync/ reaches the world.
	interface["git/port.h"] = 1
	interface["remote/remote.h"] = 1

	only("git2.h", "^src/git/lg2[^/]*$")
	only("zlib.h", "^src/git/odb")
	only("curl/curl.h", "^src/remote/supabase/")
	only("cjson/cJSON.h", "^src/remote/supabase/sb_cjson")
	only("sqlite3.h", "^src/(store|remote/file)/")
}

function complain(why) {
	printf "%s:%d: %s\n", FILENAME, FNR, why
	bad = 1
}

FNR == 1 {
	split(FILENAME, part, "/")
	layer = part[2] ~ /\./ ? "main" : part[2]
	own = FILENAME
	sub(/^src\//, "", own)
}

/^[ \t]*#[ \t]*include[ \t]*"/ {
	split($0, quoted, "\"")
	header = quoted[2]
	if (header !~ /\//)
		complain("\"" header "\" does not name its layer")
	target = header
	sub(/\/.*/, "", target)
	if (target == layer) {
		# What sync/ sees of an interface is not to grow by what the interface includes.
		if (own in interface)
			complain("an interface includes only artifact/ and util/")
		next
	}
	if (layer == "sync" && header in interface)
		next
	if (!((layer, target) in may))
		complain(layer "/ may not include \"" header "\"")
}

/^[ \t]*#[ \t]*include[ \t]*</ {
	header = $0
	sub(/^[^<]*</, "", header)
	sub(/>.*/, "", header)
	if (header ~ /^git2\//)
		header = "git2.h"
	if (header ~ /^curl\//)
		header = "curl/curl.h"
	if (header in owner && FILENAME !~ owner[header])
		complain("<" header "> belongs to " owner[header])
}

END { exit bad }
