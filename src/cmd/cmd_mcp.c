/* `git agent mcp`: our commands as tools of the Model Context Protocol, on standard input and
 * output. */
#include "cli/options.h"
#include "cmd/cmd.h"
#include "cmd/mcp.h"
#include "util/clock.h"
#include "util/mem.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

struct line {
	char *bytes;
	size_t len, cap;
	bool too_long;
};

static void line_release(struct line *l)
{
	free(l->bytes);
}

/* The rest of a line that is too long is read and dropped. False at the end of the input; what
 * stands there without a line end is a line, too. */
static bool read_line(struct line *l)
{
	int c;

	l->len = 0;
	l->too_long = false;
	while ((c = getc_unlocked(stdin)) != EOF && c != '\n') {
		if (l->len == MCP_LINE_MAX) {
			l->too_long = true;
			continue;
		}
		MEM_GROW(l->bytes, l->len, l->cap);
		l->bytes[l->len++] = (char)c;
	}
	return c != EOF || l->len;
}

static err_t serve(struct mcp *m)
{
	scoped(line_release) struct line l = {0};

	while (read_line(&l)) {
		if (l.too_long)
			mcp_answer_too_long(stdout);
		else
			mcp_answer(m, slice_of(l.bytes, l.len), stdout);
		if (fflush(stdout))
			return err_errno("cannot write to standard output");
	}
	return ferror(stdin) ? err_errno("cannot read standard input") : NULL;
}

err_t cmd_mcp(int argc, char **argv)
{
	struct mcp m = {.run = proc_run};
	bool help;
	static const char *const synopsis[] = {"", NULL};
	const struct usage usage = {"mcp", synopsis,
				    "Serves the Model Context Protocol on standard input and "
				    "output, for coding agents: list, show, edit, state and others "
				    "as tools.", NULL};

	TRY(opts_parse(&argc, &argv, &usage, &help));
	if (help)
		return NULL;
	if (argc > 0)
		return opts_misuse(&usage, "unexpected argument '%s'", argv[0]);
	clock_uuid(m.session);
	return serve(&m);
}
