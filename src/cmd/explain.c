#include "cmd/explain.h"

#include "cli/text.h"
#include "util/mem.h"

#include <string.h>

void explain_decisions(const struct merge_result *r, FILE *out)
{
	for (size_t i = 0; i < r->nr_decisions; i++) {
		const struct merge_decision *d = &r->decisions[i];

		fprintf(out, "%s\t%s\t%s\t", d->conflict ? "conflict" : "merged", d->rule,
			d->where);
		text_safe_fputs(d->reason, out);
		putc('\n', out);
	}
}

static bool begins(struct slice line, const char *mark)
{
	return line.len > 7 && memcmp(line.at, mark, 7) == 0 && strchr(" \r\n", line.at[7]);
}

static void put(struct slice line, FILE *out)
{
	scoped_free char *text = NULL;

	if (line.len && line.at[line.len - 1] == '\n')
		line.len--;
	text = mem_strndup(line.at, line.len);
	text_safe_fputs(text, out);
	putc('\n', out);
}

static void put_place(int at, struct slice heading, FILE *out)
{
	fprintf(out, "\n@@ line %d @@", at);
	if (!heading.len) {
		putc('\n', out);
		return;
	}
	putc(' ', out);
	put(heading, out);
}

void explain_hunks(const struct merge_result *r, FILE *out)
{
	struct slice rest = slice_of(r->bytes, r->len), line, heading = {"", 0};
	bool inside = false;

	for (int at = 1; slice_line(&rest, &line); at++) {
		if (!inside && begins(line, "<<<<<<<")) {
			put_place(at, heading, out);
			inside = true;
		}
		if (!inside && line.at[0] == '#')
			heading = line;
		if (inside)
			put(line, out);
		if (begins(line, ">>>>>>>"))
			inside = false;
	}
}
