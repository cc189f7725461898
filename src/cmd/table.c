#include "cli/suggest.h"
#include "cmd/cmd.h"
#include "store/store.h"

#include <string.h>

const struct cmd cmd_table[] = {
	{"help", NULL, cmd_help, "show the commands, or how one is used", CMD_CARE},
	{"version", NULL, cmd_version, "show the version of git-agent", CMD_CARE},
	{"new-plan", NULL, cmd_new, "make a plan", CMD_WORK},
	{"new-story", NULL, cmd_new, "make a story", CMD_WORK},
	{"new-runbook", NULL, cmd_new, "make a runbook", CMD_WORK},
	{"edit", NULL, cmd_edit, "edit an artifact in git's editor, or replace its text", CMD_WORK},
	{"set", NULL, cmd_set, "change the title or a section", CMD_WORK},
	{"state", NULL, cmd_state, "show or change the state of an artifact", CMD_WORK},
	{"check", NULL, cmd_check, "list checkboxes, or tick some", CMD_WORK},
	{"mv", NULL, cmd_mv, "move an artifact, or give it another id", CMD_WORK},
	{"rm", NULL, cmd_rm, "delete artifacts", CMD_WORK},
	{"restore", NULL, cmd_restore, "bring back an earlier text", CMD_WORK},
	{"undo", NULL, cmd_undo, "take back what the last command changed", CMD_WORK},
	{"batch", NULL, cmd_batch, "several commands, all of them or none", CMD_WORK},
	{"import", NULL, cmd_import, "take in what commits and files say", CMD_WORK},
	{"import-plan", NULL, cmd_import_file, "take in a plan from markdown", CMD_WORK},
	{"import-story", NULL, cmd_import_file, "take in a story from markdown", CMD_WORK},
	{"import-runbook", NULL, cmd_import_file, "take in a runbook from markdown", CMD_WORK},
	{"export", NULL, cmd_export, "write markdown: files, index, a branch, a pipe", CMD_WORK},
	{"list", NULL, cmd_list, "list artifacts", CMD_LOOK},
	{"search", NULL, cmd_search, "find artifacts by words in them", CMD_LOOK},
	{"links", NULL, cmd_links, "show which artifacts name which", CMD_LOOK},
	{"show", NULL, cmd_show, "show the text of artifacts", CMD_LOOK},
	{"site", NULL, cmd_site, "write pages for a browser: board, graph, history", CMD_LOOK},
	{"status", NULL, cmd_status, "show this branch, the workspace and the remote", CMD_LOOK},
	{"log", NULL, cmd_log, "show every revision of an artifact", CMD_LOOK},
	{"diff", NULL, cmd_diff, "show what changed in an artifact", CMD_LOOK},
	{"prime", NULL, cmd_prime, "teach a coding agent to work here", CMD_LOOK},
	{"mcp", NULL, cmd_mcp, "serve coding agents over the Model Context Protocol", CMD_LOOK},
	{"verify", NULL, cmd_verify, "judge commits by the rules of artifacts", CMD_SHARE},
	{"merge", NULL, cmd_merge, "merge three versions of an artifact in files", CMD_LOOK},
	{"sync", NULL, cmd_sync, "set up a clone, exchange changes with the team", CMD_SHARE},
	{"claim", NULL, cmd_claim, "tell the team what you are editing", CMD_SHARE},
	{"release", NULL, cmd_release, "tell the team that you are done", CMD_SHARE},
	{"login", NULL, cmd_login, "log in to the server of this clone", CMD_SHARE},
	{"logout", NULL, cmd_logout, "end the session at the server", CMD_SHARE},
	{"member", NULL, cmd_member, "who may read, write, approve and administer", CMD_SHARE},
	{"hook", NULL, cmd_hook, "what the hooks of git run", CMD_PLUMBING},
	{"merge-driver", NULL, cmd_merge_driver, "merge three versions of an artifact",
	 CMD_PLUMBING},
	{"install", NULL, cmd_install, "hooks, merge driver and attributes", CMD_CARE},
	{"uninstall", NULL, cmd_uninstall, "take back what install wrote", CMD_CARE},
	{"doctor", NULL, cmd_doctor, "find what is wrong, and mend it", CMD_CARE},
	{"env", NULL, cmd_env, "show what a report of a bug needs", CMD_CARE},
	{"logs", NULL, cmd_logs, "show reports of crashes and fatal errors", CMD_CARE},
	{"rebuild", NULL, cmd_rebuild, "make the workspace again from git", CMD_CARE},
	{"completion", NULL, cmd_completion, "let a shell complete our commands", CMD_CARE},
	{NULL, NULL, NULL, NULL, 0},
};

static const struct cmd *row_of(const char *name)
{
	for (const struct cmd *c = cmd_table; c->name; c++)
		if (strcmp(c->name, name) == 0)
			return c;
	return NULL;
}

static err_t unknown(const char *name)
{
	err_t err = err_new(ERR_MISUSE, "'%s' is not a git agent command", name);
	struct suggest s;

	suggest_start(&s, name);
	for (const struct cmd *c = cmd_table; c->name; c++)
		if (c->group != CMD_PLUMBING)
			suggest_offer(&s, c->name);
	if (s.best)
		return err_hint(err, "did you mean 'git agent %s'?", s.best);
	return err_hint(err, "'git agent help' lists the commands");
}

void cmd_start(void)
{
	store_memory();
}

err_t cmd_find(const struct cmd **out, const char *name)
{
	const struct cmd *found = row_of(name);

	if (!found)
		return unknown(name);
	if (found->alias_of)
		found = row_of(found->alias_of);
	BUG_ON(!found || !found->run);
	*out = found;
	return NULL;
}
