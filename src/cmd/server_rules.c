#include "cmd/server_rules.h"
#include "artifact/kind_rule.h"
#include "cmd/server.h"
#include "cmd/settings.h"
#include "util/hash.h"
#include "util/mem.h"

#include <stdlib.h>
#include <string.h>

void server_rules_release(struct server_rules *r)
{
	free(r->document);
	free(r->there);
}

static err_t rules_here(struct server_rules *out, struct repo *repo)
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

err_t server_rules_find(struct server_rules *out, struct session *s)
{
	TRY(rules_here(out, s->repo));
	return rules_there(&out->there, s);
}

bool server_rules_agree(const struct server_rules *r)
{
	return strcmp(r->id, r->there ? r->there : "") == 0;
}

err_t server_rules_send(const struct server_rules *r, struct session *s)
{
	scoped_free char *reply = NULL, *more = NULL;

	if (r->document)
		more = mem_printf("\"id\":\"%s\",\"document\":%s", r->id, r->document);
	return server_call(&reply, s->server, "kinds_set", more);
}
