/* `git agent sync rules`: whether the server enforces the kinds and states of this repository. */
#include "cmd/cmd.h"
#include "cmd/server_rules.h"
#include "util/mem.h"

#include <stdio.h>

static err_t run(struct session *s, bool set)
{
	scoped(server_rules_release) struct server_rules r = {0};

	TRY(server_rules_find(&r, s));
	if (!server_rules_agree(&r) && !set)
		return err_hint(err_new(ERR_DIFFERS, "the server enforces other rules than the "
						     "trunk's .agent/config"),
				"an admin of the project sends them: git agent sync rules --set");
	if (!server_rules_agree(&r))
		TRY(server_rules_send(&r, s));
	printf("the server enforces %s\n", r.document ? "the kinds and states of .agent/config"
						      : "the built-in kinds and states");
	return NULL;
}

err_t cmd_sync_rules(int argc, char **argv)
{
	scoped(session_close) struct session s = {0};
	bool set = false, help;
	const struct opt opts[] = {
		OPT_FLAG(0, "set", &set, "make the server enforce them; for admins"),
		OPT_END,
	};
	static const char *const synopsis[] = {"[--set]", NULL};
	const struct usage usage = {"sync rules", synopsis,
				    "Says whether the server enforces the kinds, states and "
				    "transitions of the trunk's .agent/config.", opts};

	TRY(opts_parse(&argc, &argv, &usage, &help));
	if (help)
		return NULL;
	if (argc)
		return opts_misuse(&usage, "unexpected argument '%s'", argv[0]);
	TRY(session_open(&s, SESSION_READ));
	TRY(session_remote(&s, false));
	if (!s.server)
		return err_hint(err_new(ERR_REFUSED, "the remote of this clone is a file, and has "
						     "no rules of its own"),
				"each clone brings those of .agent/config");
	return session_explain(run(&s, set), &s);
}
