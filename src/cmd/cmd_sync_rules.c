/* `git agent sync rules`: whether the server enforces the kinds and states of this repository. */
#include "cli/json.h"
#include "cmd/cmd.h"
#include "cmd/server_rules.h"
#include "util/mem.h"

#include <stdio.h>

static void print(const struct server_rules *r, bool agree, bool as_json)
{
	struct json j;

	if (!as_json) {
		if (agree)
			printf("the server enforces %s\n",
			       r->document ? "the kinds and states of .agent/config"
					   : "the built-in kinds and states");
		return;
	}
	json_begin(&j, stdout);
	json_object_begin(&j);
	json_key_bool(&j, "agree", agree);
	json_key_string(&j, "rules", r->id[0] ? r->id : NULL);
	json_key_string(&j, "server", agree ? (r->id[0] ? r->id : NULL) : r->there);
	json_object_end(&j);
	json_end(&j);
}

static err_t run(struct session *s, bool set, bool as_json)
{
	scoped(server_rules_release) struct server_rules r = {0};
	bool agree;

	TRY(server_rules_find(&r, s));
	agree = server_rules_agree(&r);
	if (!agree && set) {
		TRY(server_rules_send(&r, s));
		agree = true;
	}
	print(&r, agree, as_json);
	if (!agree)
		return err_hint(err_new(ERR_DIFFERS, "the server enforces other rules than the "
						     "trunk's .agent/config"),
				"an admin of the project sends them: git agent sync rules --set");
	return NULL;
}

err_t cmd_sync_rules(int argc, char **argv)
{
	scoped(session_close) struct session s = {0};
	bool set = false, as_json = false, help;
	const struct opt opts[] = {
		OPT_FLAG(0, "set", &set, "make the server enforce them; for admins"),
		OPT_FLAG(0, "json", &as_json, "as JSON"),
		OPT_END,
	};
	static const char *const synopsis[] = {"[--set] [--json]", NULL};
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
	return session_explain(run(&s, set, as_json), &s);
}
