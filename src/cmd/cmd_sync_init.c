/* `git agent sync init`: from a fresh clone to working, in one command that is safe to repeat. */
#include "cli/json.h"
#include "cli/text.h"
#include "cmd/cmd.h"
#include "cmd/exchange.h"
#include "cmd/install.h"
#include "cmd/join.h"
#include "cmd/new_id.h"
#include "cmd/remote_url.h"
#include "cmd/replica.h"
#include "cmd/server_rules.h"
#include "cmd/server_sql.h"
#include "cmd/shortcut.h"
#include "remote/file/file.h"
#include "util/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char again[] = "after that, or with --no-hooks, run 'git agent sync init' again";

struct init {
	bool dry_run, no_hooks, json;
	char *url;		/* as it is pinned; NULL: local only, or as it was */
	bool typed;		/* the url was */
	bool first;		/* the clone has no remote yet */
	char *trunk;		/* agent.trunk to be stored, or NULL */
	struct server_ask ask;	/* of a server: key and project as typed */
	bool create;		/* the project, where there is none */
	struct join join;	/* id NULL: not asked */
	char *key, *user;	/* as they are pinned */
	struct install_options options;
	struct install install;
	/* what was done, for --json */
	bool made_remote, exchanged;
	long artifacts;		/* -1: the workspace was not looked into */
	struct strs installed;
	struct sync_report down, up;
};

static void init_release(struct init *in)
{
	strs_release(&in->installed);
	sync_report_release(&in->down);
	sync_report_release(&in->up);
	free(in->url);
	free(in->trunk);
	free(in->key);
	free(in->user);
	join_release(&in->join);
	install_release(&in->install);
}

/* --- the plan ------------------------------------------------------------------------------- */

/* A workspace that was never finished (an init that was killed) remembers nothing. */
static err_t remembered_remote(char **out, const struct session *s)
{
	struct store *store;
	err_t err;

	if (!file_exists(s->repo->db_path))
		return NULL;
	err = store_open(&store, s->repo->db_path, STORE_READ);
	if (err && err->code == ERR_NOTFOUND) {
		err_free(err);
		return NULL;
	}
	TRY(err);
	err = store_meta_get(out, store, "remote");
	store_close(store);
	return err;
}

/* The config says what is in use; the workspace remembers what it was synchronised with. */
static err_t check_one_remote(struct init *in, struct session *s)
{
	scoped_free char *remembered = NULL;
	const char *pinned;

	TRY(repo_config(&pinned, s->repo, "agent.remote"));
	if (!pinned)
		TRY(remembered_remote(&remembered, s));
	if (!pinned)
		pinned = remembered;
	in->first = pinned == NULL;
	if (pinned && in->url && strcmp(pinned, in->url) != 0)
		return err_hint(err_new(ERR_REFUSED, "this clone has the remote '%s' already",
					pinned),
				"one remote per clone: use another clone for '%s'", in->url);
	if (pinned && !in->url)
		in->url = mem_strdup(pinned);
	return NULL;
}

/* Before anything is written: a path with a slip in it must not become the team's remote. */
static err_t make_remote(struct init *in, struct session *s)
{
	scoped_free char *who = NULL, *mail = NULL;
	struct remote remote;
	bool there;

	if (!in->url || !in->first || strncmp(in->url, "file:", 5) != 0)
		return NULL;
	there = file_exists(in->url + 5);
	TRY(repo_identity(&who, &mail, s->repo));
	TRY(remote_file_open(&remote, in->url + 5, true, who, s->kinds));
	remote.close(remote.ctx);
	in->made_remote = !there;
	if (!there && !in->json)
		printf("created the remote %s\n", in->url);
	return NULL;
}

static err_t other_project(const char *pinned)
{
	return err_hint(err_new(ERR_REFUSED, "this clone has the project '%s' already", pinned),
			"one project per clone: use another clone for another one");
}

static err_t ask_server(struct init *in, struct session *s, struct server *server)
{
	if (!server->slug)
		TRY(join_slug(&server->slug, s->repo));
	if (!server->project)
		server->project = mem_strdup(server->slug);
	TRY(join_project(&in->join, server, in->create));
	if (!keeper_from_environment(server->keeper))
		TRY(keeper_user(&in->user, server->keeper));
	in->key = steal(server->key);
	return NULL;
}

/* The same for a server: asked before anything is written. Who has joined before is not asked again
 * unless something is said anew. */
static err_t meet_server(struct init *in, struct session *s)
{
	scoped(server_close) struct server server = {0};
	const char *id, *slug;

	if (!in->url || !server_is_url(in->url))
		return NULL;
	TRY(repo_config(&id, s->repo, "agent.projectid"));
	TRY(repo_config(&slug, s->repo, "agent.project"));
	if (!in->first && id && !in->typed && !in->ask.project && !in->ask.key && !in->create)
		return NULL;
	if (!in->first && slug && in->ask.project && strcmp(slug, in->ask.project) != 0)
		return other_project(slug);
	in->ask.url = in->url;
	TRY(server_open(&server, &in->ask, s->repo));
	TRY(ask_server(in, s, &server));
	if (!in->first && id && strcmp(id, in->join.id) != 0)
		return other_project(id);
	if (!in->json)
		printf("%s the project %s as %s\n", in->join.created ? "created" : "joined",
		       in->join.slug, in->join.role);
	return NULL;
}

/* Without origin/HEAD nothing says later which branch was the team's. */
static err_t plan_trunk(char **out, struct repo *r)
{
	char local[256], upstream[256];
	struct repo_head head;

	TRY(git_trunk(local, upstream, r));
	if (local[0] || upstream[0])
		return NULL;
	TRY(repo_head(&head, r));
	if (strncmp(head.ref, "refs/heads/", 11) == 0)
		*out = mem_strdup(head.ref + 11);
	return NULL;
}

static err_t make_plan(struct init *in, struct session *s, const char *typed)
{
	if (!s->repo->worktree)
		return err_new(ERR_FATAL, "this operation must be run in a work tree");
	in->typed = typed != NULL;
	if (typed)
		TRY(remote_url(&in->url, typed));
	TRY(check_one_remote(in, s));
	TRY(plan_trunk(&in->trunk, s->repo));
	return in->no_hooks ? NULL : install_plan(&in->install, s->repo, &in->options);
}

static void tell_plan(const struct init *in, const struct session *s)
{
	printf("workspace: %s%s\n", s->repo->db_path,
	       file_exists(s->repo->db_path) ? " (is there)" : "");
	if (in->trunk)
		printf("trunk: %s\n", in->trunk);
	for (size_t i = 0; !in->install.foreign.len && i < in->install.steps.len; i++)
		printf("%s: %s\n", in->install.steps.at[i].what, in->install.steps.at[i].path);
	if (in->url)
		printf("remote: %s%s\n", in->url,
		       !in->first ? " (is there)"
		       : server_is_url(in->url) || file_exists(in->url + 5) ? "" : " (new)");
}

/* --- the steps ------------------------------------------------------------------------------ */

static err_t set_meta(struct session *s, const char *key, const char *value)
{
	scoped_free char *now = NULL;
	err_t err;

	TRY(store_meta_get(&now, s->store, key));
	if (now && (!value || strcmp(now, value) == 0))
		return NULL;
	TRY(store_begin(s->store));
	err = store_meta_set(s->store, key, value);
	if (!err)
		return store_commit(s->store);
	store_rollback(s->store);
	return err;
}

static err_t make_workspace(struct init *in, struct session *s)
{
	scoped_free char *kept = NULL;
	long revisions, texts;

	TRY(session_open(s, SESSION_CREATE));
	TRY(install_exclude(s->repo));
	TRY(replica_own(s->store, s->repo));
	TRY(session_fresh(s, NULL));
	TRY(shortcut_make(&kept, s->repo));
	if (kept)
		fprintf(in->json ? stderr : stdout, "kept '%s'\n", kept);
	TRY(store_counts(&in->artifacts, &revisions, &texts, s->store));
	if (!in->json)
		printf("workspace: %ld artifact%s\n", in->artifacts,
		       in->artifacts == 1 ? "" : "s");
	return NULL;
}

/* Planned anew: the configuration has changed since. */
static err_t put_hooks(struct init *in, struct session *s)
{
	scoped(install_release) struct install install = {0};

	if (in->no_hooks || in->install.foreign.len)
		return NULL;
	TRY(install_plan(&install, s->repo, &in->options));
	TRY(install_apply(&install));
	for (size_t i = 0; i < install.steps.len; i++) {
		strs_add(&in->installed, install.steps.at[i].what);
		if (!in->json)
			printf("installed: %s\n", install.steps.at[i].what);
	}
	return NULL;
}

static err_t pin(struct session *s, const char *key, const char *value)
{
	const char *now;

	if (!value)
		return NULL;
	TRY(repo_config(&now, s->repo, key));
	return now && strcmp(now, value) == 0 ? NULL : repo_config_set(s->repo, key, value);
}

/* The url last: with it the clone has a remote. */
static err_t pin_all(const struct init *in, struct session *s)
{
	const char *pinned;

	TRY(pin(s, "agent.project", in->join.slug));
	TRY(pin(s, "agent.projectid", in->join.id));
	TRY(pin(s, "agent.key", in->key));
	TRY(pin(s, "agent.user", in->user));
	TRY(repo_config(&pinned, s->repo, "agent.remote"));
	return pinned ? NULL : repo_config_set(s->repo, "agent.remote", in->url);
}

static err_t no_remote(struct session *s)
{
	scoped_free char *suggested = NULL;

	TRY(server_suggested(&suggested, s->repo, "agent.remote"));
	if (!suggested)
		puts("remote: none; 'git agent sync init <url>' adds one");
	else
		printf("remote: none; the team suggests 'git agent sync init %s'\n", suggested);
	return NULL;
}

/* What a team calls its kinds and states is part of the project from its first artifact on. */
static err_t send_rules(const struct init *in, struct session *s)
{
	scoped(server_rules_release) struct server_rules r = {0};

	TRY(server_rules_find(&r, s));
	if (server_rules_agree(&r))
		return NULL;
	TRY(server_rules_send(&r, s));
	if (!in->json)
		puts("the server enforces the kinds and states of .agent/config");
	return NULL;
}

static void print_json(const struct init *in, const struct session *s)
{
	struct json j;

	json_begin(&j, stdout);
	json_object_begin(&j);
	json_key_bool(&j, "dry_run", in->dry_run);
	json_key_string(&j, "workspace", s->repo->db_path);
	json_key(&j, "artifacts");
	if (in->artifacts < 0)
		json_null(&j);
	else
		json_int(&j, in->artifacts);
	json_key_string(&j, "trunk", in->trunk);
	json_key(&j, "installed");
	json_array_begin(&j);
	for (size_t i = 0; i < in->installed.len; i++)
		json_string(&j, in->installed.at[i]);
	json_array_end(&j);
	json_key_string(&j, "remote", in->url);
	json_key_bool(&j, "created", in->made_remote || in->join.created);
	json_key_string(&j, "project", in->join.slug);
	json_key_string(&j, "role", in->join.role);
	exchange_put(&j, in->exchanged ? &in->down : NULL, in->exchanged ? &in->up : NULL);
	json_object_end(&j);
	json_end(&j);
}

/* With --json what was exchanged is printed with the rest. */
static err_t exchange(struct init *in, struct session *s)
{
	if (!in->json)
		return exchange_both(s, &(struct push_options){0});
	TRY(exchange_rounds(&in->down, &in->up, s, &(struct push_options){0}));
	in->exchanged = true;
	return exchange_verdict(&in->up);
}

static err_t meet_remote(struct init *in, struct session *s)
{
	err_t err;

	if (!in->url)
		return in->json ? NULL : no_remote(s);
	TRY(pin_all(in, s));
	TRY(set_meta(s, "remote", in->url));
	if (!in->json)
		printf("remote: %s\n", in->url);
	s->json = in->json;
	TRY(exchange_open(s));
	if (in->join.created)
		TRY(session_explain(send_rules(in, s), s));
	err = exchange(in, s);
	if (s->server && (!err || err->code == ERR_DIFFERS))
		new_id_reserve(s, NULL);
	return err;
}

static err_t carry_out(struct init *in, struct session *look)
{
	scoped(session_close) struct session s = {0};
	err_t err;

	TRY(make_remote(in, look));
	TRY(meet_server(in, look));
	if (in->trunk)
		TRY(repo_config_set(look->repo, "agent.trunk", in->trunk));
	/* Opened after the trunk is known: what is trusted depends on it. */
	TRY(make_workspace(in, &s));
	TRY(put_hooks(in, &s));
	err = meet_remote(in, &s);
	if (in->json)
		print_json(in, &s);
	TRY(err);
	return install_verdict(&in->install, again);
}

err_t cmd_sync_init(int argc, char **argv)
{
	scoped(init_release) struct init in = {.artifacts = -1};
	scoped(session_close) struct session look = {0};
	bool sql = false, help;
	const struct opt opts[] = {
		OPT_FLAG('n', "dry-run", &in.dry_run, "only say what would be done"),
		OPT_FLAG(0, "no-hooks", &in.no_hooks, "no hooks, no merge driver, no attributes"),
		OPT_STRING(0, "project", &in.ask.project, "name",
			   "the project at the server; default: name of the repository"),
		OPT_STRING(0, "key", &in.ask.key, "key", "publishable key of the server"),
		OPT_FLAG(0, "create", &in.create, "make the project if there is none for you"),
		PROGRESS_OPTIONS,
		OPT_FLAG(0, "json", &in.json, "what was done, as JSON"),
		OPT_FLAG(0, "server-sql", &sql, "print what the server needs, for its owner"),
		OPT_END,
	};
	static const char *const synopsis[] = {"[<options>] [<url>]", "--server-sql", NULL};
	const struct usage usage = {"sync init", synopsis,
				    "Sets up this clone, and joins the remote at <url> if there is "
				    "one.", opts};

	TRY(opts_parse(&argc, &argv, &usage, &help));
	if (help)
		return NULL;
	if (argc > 1)
		return opts_misuse(&usage, "one url at most");
	if (sql)
		return argc ? opts_misuse(&usage, "--server-sql stands alone") : server_sql();
	TRY(session_open(&look, SESSION_REPO));
	TRY(make_plan(&in, &look, argc ? argv[0] : NULL));
	if (!in.dry_run)
		return carry_out(&in, &look);
	for (size_t i = 0; !in.install.foreign.len && i < in.install.steps.len; i++)
		strs_add(&in.installed, in.install.steps.at[i].what);
	if (in.json)
		print_json(&in, &look);
	else
		tell_plan(&in, &look);
	return install_verdict(&in.install, again);
}
