/* `git agent sync` and its verbs; init, status and resolve are in files of their own. */
#include "cmd/cmd.h"
#include "cmd/exchange.h"
#include "util/mem.h"

#include <stdio.h>
#include <string.h>

static void sync_usage(struct usage *out, const struct opt *opts)
{
	static const char *const synopsis[] = {
		"[<options>]",
		"init [<url>]",
		"push [<id>...]",
		"pull",
		"status",
		"watch",
		"stats",
		"rules",
		"verify-audit",
		"purge <id>",
		"resolve <id> (--ours | --theirs | --edit | --file <path>)",
		NULL,
	};

	*out = (struct usage){"sync", synopsis,
			      "Pulls what the team changed, then pushes what is new here. "
			      "Each verb has its own -h.",
			      opts};
}

static err_t open_remote(struct session *s, bool json)
{
	TRY(session_open(s, SESSION_WRITE));
	s->json = json;
	return exchange_open(s);
}

static err_t find_uids(struct strs *uids, struct session *s, int argc, char **argv)
{
	for (int i = 0; i < argc; i++) {
		scoped(art_release) struct art art = {0};

		TRY(session_find(&art, s, argv[i], true));
		strs_add(uids, art.uid);
	}
	return NULL;
}

static err_t push(int argc, char **argv)
{
	scoped(session_close) struct session s = {0};
	scoped(sync_report_release) struct sync_report r = {0};
	scoped(strs_release) struct strs uids = {0};
	struct push_options o = {0};
	bool json = false, help;
	const struct opt opts[] = {
		OPT_FLAG('n', "dry-run", &o.dry_run, "only say how much would be sent"),
		OPT_FLAG(0, "atomic", &o.atomic, "all changes or none"),
		PROGRESS_OPTIONS,
		OPT_FLAG(0, "json", &json, "what was done as JSON"),
		OPT_END,
	};
	static const char *const synopsis[] = {"[<options>] [<id>...]", NULL};
	const struct usage usage = {"sync push", synopsis, "Sends what is new here to the remote.",
				    opts};

	TRY(opts_parse(&argc, &argv, &usage, &help));
	if (help)
		return NULL;
	TRY(open_remote(&s, json));
	TRY(find_uids(&uids, &s, argc, argv));
	o.uids = argc ? &uids : NULL;
	o.again = argc > 0;
	TRY(exchange_push(&r, &s, &o));
	if (json)
		exchange_print(NULL, &r, o.dry_run);
	return exchange_verdict(&r);
}

static err_t pull(int argc, char **argv)
{
	scoped(session_close) struct session s = {0};
	scoped(sync_report_release) struct sync_report r = {0};
	bool dry_run = false, json = false, help;
	const struct opt opts[] = {
		OPT_FLAG('n', "dry-run", &dry_run, "only say how much would be taken"),
		PROGRESS_OPTIONS,
		OPT_FLAG(0, "json", &json, "what was done as JSON"),
		OPT_END,
	};
	static const char *const synopsis[] = {"[<options>]", NULL};
	const struct usage usage = {"sync pull", synopsis,
				    "Takes what the team changed, and merges it.", opts};

	TRY(opts_parse(&argc, &argv, &usage, &help));
	if (help)
		return NULL;
	if (argc > 0)
		return opts_misuse(&usage, "unexpected argument '%s'", argv[0]);
	TRY(open_remote(&s, json));
	TRY(exchange_pull(&r, &s, dry_run));
	if (json)
		exchange_print(&r, NULL, dry_run);
	return exchange_verdict(&r);
}

static err_t both(int argc, char **argv)
{
	scoped(session_close) struct session s = {0};
	struct push_options o = {0};
	struct usage usage;
	bool json = false, help;
	const struct opt opts[] = {
		OPT_FLAG('n', "dry-run", &o.dry_run, "only say how much would be taken and sent"),
		PROGRESS_OPTIONS,
		OPT_FLAG(0, "json", &json, "what was done as JSON"),
		OPT_END,
	};

	sync_usage(&usage, opts);
	TRY(opts_parse(&argc, &argv, &usage, &help));
	if (help)
		return NULL;
	if (argc > 0)
		return opts_no_verb(&usage, argv[0]);
	TRY(open_remote(&s, json));
	return exchange_both(&s, &o);
}

err_t cmd_sync(int argc, char **argv)
{
	static const struct {
		const char *name;
		err_t (*run)(int argc, char **argv);
	} verbs[] = {
		{"init", cmd_sync_init},
		{"push", push},
		{"pull", pull},
		{"status", cmd_sync_status},
		{"watch", cmd_sync_watch},
		{"stats", cmd_sync_stats},
		{"rules", cmd_sync_rules},
		{"verify-audit", cmd_verify_audit},
		{"purge", cmd_sync_purge},
		{"resolve", cmd_resolve},
	};

	for (size_t i = 0; argc > 1 && i < sizeof(verbs) / sizeof(*verbs); i++)
		if (strcmp(argv[1], verbs[i].name) == 0)
			return verbs[i].run(argc - 1, argv + 1);
	return both(argc, argv);
}
