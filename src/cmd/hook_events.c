#include "cmd/hook_events.h"
#include "cmd/hook_idle.h"
#include "cmd/output.h"
#include "util/mem.h"
#include "util/proc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void scoped_result(struct proc_result *r)
{
	proc_result_release(r);
}

/* --- commit-msg ----------------------------------------------------------------------------- */

err_t hook_commit_msg(struct session *s, char **argv)
{
	scoped(strs_release) struct strs found = {0};

	TRY(hook_message_labels(&found, argv));
	for (size_t i = 0; i < found.len; i++)
		output_say("warning: git agent: the message names %s, a provisional label: the "
			   "next 'git agent sync' gives it a number", found.at[i]);
	return NULL;
}

/* --- pre-push ------------------------------------------------------------------------------- */

static char *read_stdin(size_t *len)
{
	struct mem_stream s;
	char block[4096];
	size_t n;

	mem_stream_open(&s);
	while ((n = fread(block, 1, sizeof(block), stdin)) > 0)
		fwrite(block, 1, n, s.file);
	return mem_stream_close(&s, len);
}

err_t hook_pre_push(struct session *s, char **argv)
{
	static const char *const child[] = {"git-agent", "verify", "--stdin", NULL};
	scoped(scoped_result) struct proc_result result = {0};
	size_t len = 0;
	scoped_free char *updates = read_stdin(&len);
	struct slice rest, line;
	bool strict;

	if (!len)
		return NULL;
	TRY(repo_config_bool(&strict, s->repo, "agent.verifyonpush", false));
	TRY(proc_run(&result, &(struct proc){.argv = child, .input = slice_of(updates, len),
					     .quiet = true}));
	/* 129: a program without this command */
	if (result.status == 0 || result.status == 129)
		return NULL;
	rest = slice_of(result.out, result.out_len);
	while (slice_line(&rest, &line))
		output_say("%.*s", (int)strcspn(line.at, "\n"), line.at);
	rest = slice_str(result.err);
	while (slice_line(&rest, &line))
		output_say("%.*s", (int)strcspn(line.at, "\n"), line.at);
	if (!strict) {
		output_say("git agent: advice only; agent.verifyOnPush=true refuses such a push");
		return NULL;
	}
	return err_hint(err_new(ERR_REFUSED, "this push is refused: agent.verifyOnPush is set"),
			"'git push --no-verify' passes the hooks by");
}
