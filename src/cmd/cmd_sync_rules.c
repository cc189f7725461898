/* `git agent sync rules`: whether the server enforces the kinds and states of this repository. */
#include "artifact/kind_rule.h"
#include "cmd/cmd.h"
#include "cmd/server.h"
#include "cmd/session.h"
#include "cmd/settings.h"
#include "util/hash.h"
#include "util/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct rules {
	char *document;		/* of the trunk's kinds; NULL: they are the built-in ones */
	char id[SHA256_HEX + 1];	/* of the document; "": built-in */
	char *there;		/* the id of what the server has; NULL: built-in */
};

static void rules_release(struct rules *r)
{
	free(r->document);
	free(r->there);
}

/* The trunk's, as for everything that is judged; before there is one, the work tree's. */
static err_t rules_here(struct rules *out, struct repo *repo)
{
	struct kinds *kinds = NULL, *built_in = kinds_new();
	struct verify_policy policy = {0};
	char commit[OID_HEX + 1] = "";
	scoped_free char *usual = kinds_document(built_in);
	err_t err;

	kinds_free(built_in);
	TRY(settings_trunk(commit, repo));
	err = commit[0] ? settings_at(&kinds, &policy, repo, commit) : settings_here(&kinds, repo);
	if (err)
		return err;
	out->document = kinds_document(kinds);
	kinds_free(kinds);
	if (strcmp(out->document, usual) == 0) {
		free(out->document);
		out->document = NULL;
	} else {
		struct sha256 id = hash_sha256(slice_str(out->document));

		memcpy(out->id, id.hex, sizeof(out->id));
	}
	return NULL;
}

static err_t rules_there(char **out, struct session *s)
{
	scoped_free char *reply = NULL;

	TRY(server_call(&reply, s->server, "head", NULL));
	return store_json_get(out, s->store, reply, "$.kinds");
}

static bool agree(const struct rules *r)
{
	return strcmp(r->id, r->there ? r->there : "") == 0;
}

static err_t send(const struct rules *r, struct session *s)
{
	scoped_free char *reply = NULL, *more = NULL;

	if (r->document)
		more = mem_printf("\"id\":\"%s\",\"document\":%s", r->id, r->document);
	return server_call(&reply, s->server, "kinds_set", more);
}

static err_t run(struct session *s, bool set)
{
	scoped(rules_release) struct rules r = {0};

	TRY(rules_here(&r, s->repo));
	TRY(rules_there(&r.there, s));
	if (!agree(&r) && !set)
		return err_hint(err_new(ERR_DIFFERS, "the server enforces other rules than the "
						     "trunk's .agent/config"),
				"an admin of the project sends them: git agent sync rules --set");
	if (!agree(&r))
		TRY(send(&r, s));
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
