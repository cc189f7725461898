# Mechanical mutants of C sources: "file TAB line number TAB kind TAB the line, trimmed TAB the line
# as it becomes", in which \001 is a tab and \002 a backslash. Of each line at most one per kind.

# Where text begins in line, outside of strings; 0: nowhere.
function code_index(line, text,    at, from, before) {
	from = 1
	while ((at = index(substr(line, from), text)) > 0) {
		at += from - 1
		before = substr(line, 1, at - 1)
		gsub(/\\./, "", before)
		if (gsub(/"/, "", before) % 2 == 0)
			return at
		from = at + 1
	}
	return 0
}

function emit(kind, line,    was) {
	was = $0
	gsub(/^[ \t]+/, "", was)
	gsub(/\t/, " ", was)
	gsub(/\\/, "\002", line)
	gsub(/\t/, "\001", line)
	printf "%s\t%d\t%s\t%s\t%s\n", FILENAME, FNR, kind, was, line
}

function swap(kind, from, to,    at) {
	at = code_index($0, from)
	if (at)
		emit(kind, substr($0, 1, at - 1) to substr($0, at + length(from)))
}

/^[ \t]*(\/\*|\*|#|\/\/)/ || /BUG_ON|fault_point|trace_|progress|^[^\t]/ { next }

{
	swap("eq", " == ", " != ")
	swap("ne", " != ", " == ")
	swap("lt", " < ", " <= ")
	swap("gt", " > ", " >= ")
	swap("le", " <= ", " < ")
	swap("ge", " >= ", " > ")
	swap("and", " && ", " || ")
	swap("or", " || ", " && ")
	if (!/mem_alloc|^[\t ]*(scoped[^ ]* )?(struct |char |size_t )[^=(]*\[/) {	# ASan's
		swap("plus", " + 1", "")
		swap("minus", " - 1", "")
	}
	swap("yes", "true;", "false;")
	swap("no", "false;", "true;")
}
# One whole statement on a line.
/^\t+(else )?if \(.*\)( \{)?$/ {
	line = $0
	sub(/if \(/, "if (!(", line)
	sub(/\)( \{)?$/, ")&", line)
	emit("not", line)
}
/^\t+(TRY\()?[a-z_]+\(.*\);$/ && !/(free|release|close|return|scoped)/ {
	line = $0
	sub(/[^\t].*$/, ";", line)
	emit("gone", line)
}
/^\t+(continue|break);$/ {
	line = $0
	sub(/[^\t].*$/, ";", line)
	emit("goes-on", line)
}
/^\t+[a-z_>.\[\]-]+ (\+|-|\|)?= .*;$/ {
	line = $0
	sub(/[^\t].*$/, ";", line)
	emit("unset", line)
}
