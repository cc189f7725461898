/*
 * Lines of a client of `git agent mcp`; behind a line "~", what every command prints. Each answer
 * is one line of JSON for the message that asked, and no value of the client's is an option or
 * another command. No process is started.
 */
#include "cmd/mcp.h"
#include "cmd/mcp_tool.h"
#include "util/mem.h"
#include "util/utf8.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct slice printed;

static void require(bool ok)
{
	if (!ok)
		abort();
}

/* A property of a tool that is there, and never --help or a file. */
static void check_option(const char *word)
{
	static const char *const known[] = {
		"json", "file", "kind", "state", "scope", "author", "dirty", "conflicts", "ready",
		"blocked", "since", "sort", "lines", "section", "from", "title", "add", "reason",
		"off", "base", "explain", "ours", "theirs", "list", "dry-run", NULL};
	size_t len = strcspn(word, "=");

	require(strncmp(word, "--", 2) == 0);
	for (const char *const *name = known; *name; name++)
		if (strlen(*name) == len - 2 && strncmp(*name, word + 2, len - 2) == 0) {
			require(strcmp(*name, "file") != 0 || strcmp(word, "--file=-") == 0);
			return;
		}
	abort();
}

static void check_command(const char *const *argv)
{
	static const char *const known[] = {
		"prime", "status", "list", "search", "show", "log", "new-plan", "new-story",
		"new-runbook", "set", "state", "check", "sync", "undo", NULL};
	const char *const *name = known;

	require(strcmp(argv[0], "/proc/self/exe") == 0);
	while (*name && strcmp(*name, argv[1]) != 0)
		name++;
	require(*name);
	argv += strcmp(argv[1], "sync") == 0 ? 3 : 2;
	for (; strcmp(*argv, "--") != 0; argv++)
		check_option(*argv);
}

static err_t pretend(struct proc_result *out, const struct proc *p)
{
	check_command(p->argv);
	*out = (struct proc_result){.out = mem_strndup(printed.at ? printed.at : "", printed.len),
				    .out_len = printed.len, .err = mem_strdup("warning: x\n\n")};
	return NULL;
}

static void check_answer(struct slice answer)
{
	struct slice line, value;

	if (!answer.len)
		return;
	require(utf8_valid(answer) && slice_line(&answer, &line) && !answer.len);
	require(line.at[line.len - 1] == '\n' && json_read(&value, line));
	if (*value.at == '{')
		require(json_member(value, "jsonrpc").at && json_member(value, "id").at &&
			!json_member(value, "result").at == !!json_member(value, "error").at);
	else
		require(*value.at == '[' && json_elements(value).len);
}

/* What is printed is valid JSON, but need not have the keys that the shape looks for. */
static void split(struct slice *lines, const uint8_t *data, size_t size)
{
	const char *mark = memmem(data, size, "\n~\n", 3);
	struct slice value;

	*lines = slice_of((const char *)data, mark ? (size_t)(mark - (const char *)data) : size);
	printed = (struct slice){0};
	if (mark)
		printed = slice_of(mark + 3, size - lines->len - 3);
	if (!json_read(&value, printed) || !utf8_valid(printed) || value.len > 4096)
		printed = (struct slice){0};
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mcp m = {.run = pretend};
	struct slice rest, line;

	split(&rest, data, size);
	while (slice_line(&rest, &line)) {
		scoped_free char *text = NULL;
		struct mem_stream s;
		size_t len;

		mem_stream_open(&s);
		mcp_answer(&m, line, s.file);
		text = mem_stream_close(&s, &len);
		check_answer(slice_of(text, len));
	}
	return 0;
}
