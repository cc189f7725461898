#include "cli/options.h"
#include "cmd/cmd.h"
#include "util/mem.h"

#include <stdio.h>
#include <string.h>

static const char *const headings[CMD_GROUPS] = {
	[CMD_START] = "set up a clone",
	[CMD_WORK] = "make and change artifacts",
	[CMD_LOOK] = "look at artifacts and their history",
	[CMD_SHARE] = "share with the team",
	[CMD_CARE] = "look after the workspace",
	[CMD_PLUMBING] = "run by git and by scripts",
};

static void print_group(int group)
{
	bool any = false;

	for (const struct cmd *c = cmd_table; c->name; c++) {
		if (c->group != group || c->alias_of)
			continue;
		if (!any)
			printf("\n%s\n", headings[group]);
		any = true;
		printf("   %-14s %s\n", c->name, c->summary);
	}
}

static void print_commands(bool all)
{
	puts("usage: git agent <command> [<args>]\n"
	     "   or: git agent help <command>\n"
	     "\n"
	     "Plans, stories and runbooks at the speed of a database, with git as their source.");
	for (int group = 0; group < CMD_GROUPS; group++)
		if (all || group != CMD_PLUMBING)
			print_group(group);
	puts("\n'git agent <command> -h' shows the options of a command,\n"
	     "'git help agent' the manual.");
}

/* "help sync push" is "sync push -h". */
static err_t help_for(int argc, char **argv)
{
	scoped_free char **with_h = mem_alloc(((size_t)argc + 2) * sizeof(*with_h));
	const struct cmd *c;
	char option[] = "-h";

	TRY(cmd_find(&c, argv[0]));
	memcpy(with_h, argv, (size_t)argc * sizeof(*with_h));
	with_h[argc] = option;
	return c->run(argc + 1, with_h);
}

err_t cmd_help(int argc, char **argv)
{
	bool all = false, help;
	const struct opt opts[] = {
		OPT_FLAG('a', "all", &all, "also the commands that git and scripts run"),
		OPT_END,
	};
	static const char *const synopsis[] = {"[-a]", "<command>", NULL};
	const struct usage usage = {"help", synopsis, NULL, opts};

	TRY(opts_parse(&argc, &argv, &usage, &help));
	if (help)
		return NULL;
	if (argc > 0)
		return help_for(argc, argv);
	print_commands(all);
	return NULL;
}
