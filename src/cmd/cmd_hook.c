/* `git agent hook <event>`, run by the hooks of a clone. No network. */
#include "cli/options.h"
#include "cli/text.h"
#include "cmd/cmd.h"
#include "cmd/hook_events.h"
#include "cmd/hook_idle.h"
#include "cmd/precommit.h"
#include "cmd/session.h"
#include "util/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- events --------------------------------------------------------------------------------- */

static err_t import(struct session *s, char **argv)
{
	return session_fresh(s, NULL);
}

/* What the commit changed; edits of other files are news for the next command. */
static err_t post_commit(struct session *s, char **argv)
{
	static const struct strs none;

	return session_fresh(s, &none);
}

/* git runs this after the last commit of a rebase, and takes the marks of it away later. */
static err_t post_rewrite(struct session *s, char **argv)
{
	s->repo->ending = argv[0] && strcmp(argv[0], "rebase") == 0;
	return session_fresh(s, NULL);
}

/* Of a merge that made a commit, too. */
static err_t post_merge(struct session *s, char **argv)
{
	s->repo->ending = true;
	return session_fresh(s, NULL);
}

static err_t pre_commit(struct session *s, char **argv)
{
	return precommit_run(s);
}

/* What is staged now would miss the merge commit, whose tree is made before. */
static err_t pre_merge_commit(struct session *s, char **argv)
{
	TRY(session_fresh(s, NULL));
	return precommit_judge(s);
}

static const struct event {
	const char *name;
	bool (*idle)(struct repo *r, char **argv);	/* then the workspace is not even opened */
	err_t (*run)(struct session *s, char **argv);
	bool may_fail;	/* else its status would become that of `git switch` or `git clone` */
} events[] = {
	{"pre-commit", NULL, pre_commit, true},
	{"pre-merge-commit", hook_idle_index, pre_merge_commit, true},
	{"commit-msg", hook_idle_message, hook_commit_msg, false},
	{"post-checkout", hook_idle_checkout, import, false},
	{"post-merge", hook_idle_merge, post_merge, false},
	{"post-rewrite", hook_idle_rewrite, post_rewrite, false},
	{"post-commit", hook_idle_step, post_commit, false},
	{"pre-push", NULL, hook_pre_push, true},
};

static const struct event *find_event(const char *name)
{
	for (size_t i = 0; i < sizeof(events) / sizeof(*events); i++)
		if (strcmp(events[i].name, name) == 0)
			return &events[i];
	return NULL;
}

static void scoped_repo(struct repo **r)
{
	repo_close(*r);
}

static err_t run(const struct event *event, char **argv)
{
	scoped(session_close) struct session s = {0};
	scoped(scoped_repo) struct repo *r = NULL;

	TRY(repo_open(&r));
	if (!r->worktree || !file_exists(r->db_path) || (event->idle && event->idle(r, argv)))
		return NULL;
	/* Who works here is only asked for when there is something to import. */
	TRY(session_open_in(&s, SESSION_READ, steal(r)));
	return event->run(&s, argv);
}

static void warn(err_t err)
{
	fputs("warning: git agent: ", stderr);
	text_safe_fputs(err->text, stderr);
	putc('\n', stderr);
	err_free(err);
}

/* Set by the user to pass us by, or by ourselves: a git that we run does not call us again. */
static bool is_skipped(void)
{
	const char *skip = getenv("GIT_AGENT_SKIP");

	return (skip && skip[0] && strcmp(skip, "0") != 0) || getenv("GIT_AGENT_HOOK");
}

err_t cmd_hook(int argc, char **argv)
{
	static const char *const synopsis[] = {"<event> [<argument of the hook>...]", NULL};
	const struct usage usage = {"hook", synopsis,
				    "What the hooks of git run.", NULL};
	const struct event *event;
	bool help;
	err_t err;

	TRY(opts_parse(&argc, &argv, &usage, &help));
	if (help)
		return NULL;
	if (argc < 1)
		return opts_misuse(&usage, "which event?");
	event = find_event(argv[0]);
	if (!event)
		return opts_misuse(&usage, "unknown event '%s'", argv[0]);
	if (is_skipped())
		return NULL;
	setenv("GIT_AGENT_HOOK", event->name, 1);
	err = run(event, argv + 1);
	if (!err || event->may_fail)
		return err;
	warn(err);
	return NULL;
}
