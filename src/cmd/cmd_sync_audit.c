/* `git agent sync verify-audit` and `git agent sync purge`: the ledger of the server. */
#include "cli/json.h"
#include "cli/text.h"
#include "cmd/cmd.h"
#include "cmd/output.h"
#include "cmd/server.h"
#include "cmd/session.h"
#include "util/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- verify-audit --------------------------------------------------------------------------- */

struct audit {
	bool ok;
	char *why;	/* "chain", "commitment", "head"; NULL: sound */
	char *hash;	/* of the newest revision */
	char *reset;	/* the chain is not the one that this clone pulled; NULL: it is */
	long rev;	/* where it is broken */
	long revisions, purged;
};

static void audit_release(struct audit *a)
{
	free(a->why);
	free(a->hash);
	free(a->reset);
}

static err_t number(long *out, struct session *s, const char *json, const char *path)
{
	scoped_free char *text = NULL;

	TRY(store_json_get(&text, s->store, json, path));
	*out = text ? strtol(text, NULL, 10) : 0;
	return NULL;
}

static err_t ask_server(struct audit *a, struct session *s)
{
	scoped_free char *reply = NULL, *ok = NULL;

	TRY(server_call(&reply, s->server, "verify_audit", NULL));
	TRY(store_json_get(&ok, s->store, reply, "$.ok"));
	TRY(store_json_get(&a->why, s->store, reply, "$.why"));
	TRY(store_json_get(&a->hash, s->store, reply, "$.hash"));
	TRY(number(&a->rev, s, reply, "$.rev"));
	TRY(number(&a->revisions, s, reply, "$.revisions"));
	TRY(number(&a->purged, s, reply, "$.purged"));
	a->ok = ok && strcmp(ok, "1") == 0;
	return NULL;
}

/* A chain that was made anew is sound, too: it has to go through where this clone has been. */
static err_t ask_position(struct audit *a, struct session *s)
{
	scoped_free char *epoch = NULL, *cursor = NULL, *hash = NULL, *reply = NULL;
	scoped_free char *request = NULL;

	TRY(store_meta_get(&epoch, s->store, "epoch"));
	TRY(store_meta_get(&cursor, s->store, "cursor"));
	TRY(store_meta_get(&hash, s->store, "cursor_hash"));
	if (!epoch || !cursor || !hash || strtol(cursor, NULL, 10) == 0)
		return NULL;
	request = mem_printf("{\"epoch\":\"%s\",\"since\":%ld,\"since_hash\":\"%s\",\"limit\":1,"
			     "\"max_bytes\":1}", epoch, strtol(cursor, NULL, 10), hash);
	TRY(s->remote.pull(s->remote.ctx, &reply, request));
	return store_json_get(&a->reset, s->store, reply, "$.reset");
}

static err_t verdict(const struct audit *a)
{
	if (!a->ok)
		return err_hint(err_new(ERR_REFUSED, "the ledger of the server is broken at "
					"revision %ld (%s): it was changed past the rules", a->rev,
					a->why ? a->why : "unknown"),
				"compare it with a backup; clones have what they pulled");
	if (a->reset)
		return err_new(ERR_REFUSED, "the ledger is sound, but not the one that this clone "
			       "has pulled from (%s)", a->reset);
	return NULL;
}

static void print_audit(const struct audit *a, bool as_json)
{
	struct json j;

	if (!as_json) {
		if (a->ok)
			printf("%ld revision%s, %ld purged: the chain holds, and so do the texts\n",
			       a->revisions, a->revisions == 1 ? "" : "s", a->purged);
		return;
	}
	json_begin(&j, stdout);
	json_object_begin(&j);
	json_key_bool(&j, "ok", a->ok && !a->reset);
	json_key_int(&j, "revisions", a->revisions);
	json_key_int(&j, "purged", a->purged);
	json_key_string(&j, "hash", a->hash);
	json_key_string(&j, "why", a->ok ? a->reset : a->why);
	if (!a->ok)
		json_key_int(&j, "rev", a->rev);
	json_object_end(&j);
	json_end(&j);
}

static err_t open_server(struct session *s, enum session_need need)
{
	TRY(session_open(s, need));
	TRY(session_remote(s, false));
	if (!s->server)
		return err_hint(err_new(ERR_REFUSED, "the remote of this clone is a file, and has "
					"no audit"),
				"whoever can write the file can change all of it");
	return NULL;
}

err_t cmd_verify_audit(int argc, char **argv)
{
	scoped(session_close) struct session s = {0};
	scoped(audit_release) struct audit a = {0};
	bool as_json = false, help;
	const struct opt opts[] = {
		OPT_FLAG(0, "json", &as_json, "as JSON"),
		OPT_END,
	};
	static const char *const synopsis[] = {"[--json]", NULL};
	const struct usage usage = {"sync verify-audit", synopsis,
				    "Has the server compute its ledger again, and compares it with "
				    "what this clone has pulled.", opts};
	err_t err;

	TRY(opts_parse(&argc, &argv, &usage, &help));
	if (help)
		return NULL;
	if (argc)
		return opts_misuse(&usage, "unexpected argument '%s'", argv[0]);
	TRY(open_server(&s, SESSION_READ));
	err = ask_server(&a, &s);
	if (!err && a.ok)
		err = ask_position(&a, &s);
	TRY(session_explain(err, &s));
	print_audit(&a, as_json);
	return verdict(&a);
}

/* --- purge ---------------------------------------------------------------------------------- */

static void print_purged(const struct art *art, long texts, long revisions, bool as_json)
{
	struct json j;

	if (!as_json) {
		text_safe_fputs(session_name(art), stdout);
		printf(": purged at the server: %ld text%s, %ld revision%s\n", texts,
		       texts == 1 ? "" : "s", revisions, revisions == 1 ? "" : "s");
		return;
	}
	json_begin(&j, stdout);
	json_object_begin(&j);
	json_key_string(&j, "id", art->label[0] ? art->label : NULL);
	json_key_string(&j, "uid", art->uid);
	json_key_int(&j, "texts", texts);
	json_key_int(&j, "revisions", revisions);
	json_object_end(&j);
	json_end(&j);
}

static err_t purge(struct session *s, const struct art *art, bool as_json)
{
	scoped_free char *more = mem_printf("\"uid\":\"%s\"", art->uid), *reply = NULL;
	long texts, revisions;

	TRY(server_call(&reply, s->server, "purge", more));
	TRY(number(&texts, s, reply, "$.texts"));
	TRY(number(&revisions, s, reply, "$.revisions"));
	print_purged(art, texts, revisions, as_json);
	output_say("clones and commits that have the text keep it");
	return NULL;
}

err_t cmd_sync_purge(int argc, char **argv)
{
	scoped(session_close) struct session s = {0};
	scoped(art_release) struct art art = {0};
	bool as_json = false, help;
	const struct opt opts[] = {
		OPT_FLAG(0, "json", &as_json, "as JSON"),
		OPT_END,
	};
	static const char *const synopsis[] = {"[--json] <id>", NULL};
	const struct usage usage = {"sync purge", synopsis,
				    "Erases the texts of a deleted artifact at the server, with "
				    "the names of their authors. For admins; it cannot be undone.",
				    opts};

	TRY(opts_parse(&argc, &argv, &usage, &help));
	if (help)
		return NULL;
	if (argc != 1)
		return opts_misuse(&usage, argc ? "one artifact at a time" : "which artifact?");
	TRY(open_server(&s, SESSION_WRITE));
	TRY(session_pick(&art, &s, argv[0], true));
	if (!art.deleted)
		return err_new(ERR_REFUSED, "'%s' is not deleted", session_name(&art));
	return session_explain(purge(&s, &art, as_json), &s);
}
