/* `git agent login` and `logout`: a session at the server, kept by git's credential helper. */
#include "cli/json.h"
#include "cli/options.h"
#include "cli/text.h"
#include "cmd/cmd.h"
#include "cmd/credential.h"
#include "cmd/prompt.h"
#include "cmd/server.h"
#include "util/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct login {
	struct server_ask ask;
	bool password_stdin, code, json;
	struct repo *repo;	/* NULL: outside of any */
	struct server server;
	struct supabase_session session;
};

static void login_release(struct login *l)
{
	supabase_session_release(&l->session);
	server_close(&l->server);
	repo_close(l->repo);
}

static void scoped_secret(char **secret)
{
	credential_wipe(*secret);
}

/* Outside a repository the url has to be typed; that it is no repository is no news then. */
static err_t find_server(struct login *l)
{
	err_t err = repo_open(&l->repo);

	if (err && !l->ask.url && !getenv("GIT_AGENT_URL"))
		return err;
	err_free(err);
	return server_find(&l->server, &l->ask, l->repo);
}

/* --- the ways in ---------------------------------------------------------------------------- */

static err_t by_password(struct login *l, const char *email)
{
	scoped(scoped_secret) char *password = NULL;

	if (l->password_stdin)
		TRY(prompt_read(&password, "password"));
	else
		TRY(err_hint(prompt_ask(&password, "password", true),
			     "--password-stdin takes it from standard input, --code sends a code "
			     "by e-mail"));
	return supabase_login_password(&l->session, &l->server.options, email, password);
}

static err_t by_code(struct login *l, const char *email)
{
	scoped(scoped_secret) char *code = NULL;

	TRY(supabase_send_code(&l->server.options, email));
	fprintf(stderr, "a code was sent to %s\n", email);
	if (prompt_possible())
		TRY(prompt_ask(&code, "code", false));
	else
		TRY(prompt_read(&code, "code"));
	return supabase_login_code(&l->session, &l->server.options, email, code);
}

/* Who is meant: typed, configured, or asked for. */
static err_t find_email(char **out, struct login *l)
{
	if (l->server.user) {
		*out = mem_strdup(l->server.user);
		return NULL;
	}
	if (prompt_possible())
		return prompt_ask(out, "e-mail address", false);
	return err_hint(err_new(ERR_MISUSE, "whose session?"),
			"'git agent login <e-mail address>' says whose");
}

static err_t log_in(struct login *l)
{
	scoped_free char *email = NULL;
	const char *refresh = getenv("GIT_AGENT_REFRESH_TOKEN");

	if (refresh && refresh[0] && !l->server.user && !l->password_stdin && !l->code)
		return supabase_login_refresh(&l->session, &l->server.options, refresh);
	TRY(find_email(&email, l));
	if (!strchr(email, '@') || strpbrk(email, " \t<>"))
		return err_new(ERR_MISUSE, "'%s' is no e-mail address", email);
	TRY(l->code ? by_code(l, email) : by_password(l, email));
	if (!l->session.email)
		l->session.email = steal(email);
	return NULL;
}

/* --- keeping it ----------------------------------------------------------------------------- */

static err_t save(struct login *l)
{
	struct supabase_keeper keeper = keeper_calls(l->server.keeper);
	err_t err;

	TRY(keeper.lock(keeper.ctx));
	err = keeper.save(keeper.ctx, &l->session);
	keeper.unlock(keeper.ctx);
	return err;
}

/* A session that nobody keeps is ended again. */
static err_t check_kept(struct login *l)
{
	err_t err = keeper_proves(l->server.keeper, &l->session);

	if (!err)
		return NULL;
	err_free(supabase_logout(&l->server.options, &l->session));
	return err_hint(err_wrap(err, "the session was not kept"),
			"git needs a credential helper: 'git config --global credential.helper "
			"cache' (or store, libsecret, osxkeychain)");
}

/* A clone without a remote, or with this one, remembers who and with which key. */
static err_t remember(struct login *l)
{
	const char *pinned;

	if (!l->repo)
		return NULL;
	TRY(repo_config(&pinned, l->repo, "agent.remote"));
	if (pinned && strcmp(pinned, l->server.url) != 0)
		return NULL;
	if (l->session.email)
		TRY(repo_config_set(l->repo, "agent.user", l->session.email));
	return l->ask.key ? repo_config_set(l->repo, "agent.key", l->ask.key) : NULL;
}

static void print_login(const struct login *l)
{
	struct json j;

	if (!l->json) {
		printf("logged in to %s as ", l->server.url);
		text_safe_fputs(l->session.email ? l->session.email : "the owner of the token",
				stdout);
		putchar('\n');
		return;
	}
	json_begin(&j, stdout);
	json_object_begin(&j);
	json_key_string(&j, "url", l->server.url);
	json_key_string(&j, "email", l->session.email);
	json_object_end(&j);
	json_end(&j);
}

static err_t run_login(struct login *l)
{
	const char *token = getenv("GIT_AGENT_TOKEN");

	TRY(find_server(l));
	if (token && token[0])
		return err_new(ERR_REFUSED, "GIT_AGENT_TOKEN is set: it is used as it is, and no "
			       "session is kept");
	TRY(log_in(l));
	TRY(save(l));
	TRY(check_kept(l));
	TRY(remember(l));
	print_login(l);
	return NULL;
}

err_t cmd_login(int argc, char **argv)
{
	scoped(login_release) struct login l = {0};
	bool help;
	const struct opt opts[] = {
		OPT_FLAG(0, "password-stdin", &l.password_stdin,
			 "take the password from standard input"),
		OPT_FLAG(0, "code", &l.code, "get a code by e-mail, and type it"),
		OPT_STRING(0, "url", &l.ask.url, "url", "the server; default: that of this clone"),
		OPT_STRING(0, "key", &l.ask.key, "key", "its publishable key"),
		OPT_FLAG(0, "json", &l.json, "as JSON"),
		OPT_END,
	};
	static const char *const synopsis[] = {"[<options>] [<e-mail address>]", NULL};
	const struct usage usage = {"login", synopsis,
				    "Logs in to the server. git's credential helper keeps the "
				    "session.", opts};

	TRY(opts_parse(&argc, &argv, &usage, &help));
	if (help)
		return NULL;
	if (argc > 1)
		return opts_misuse(&usage, "one e-mail address at most");
	if (l.password_stdin && l.code)
		return opts_misuse(&usage, "--password-stdin or --code, not both");
	l.ask.user = argc ? argv[0] : NULL;
	return run_login(&l);
}

/* --- logout --------------------------------------------------------------------------------- */

static void print_logout(const struct login *l, bool told)
{
	struct json j;

	if (!l->json) {
		printf("logged out of %s\n", l->server.url);
		return;
	}
	json_begin(&j, stdout);
	json_object_begin(&j);
	json_key_string(&j, "url", l->server.url);
	json_key_bool(&j, "told", told);
	json_object_end(&j);
	json_end(&j);
}

/* The server first: without the session it could not be told. Out of reach is no reason to stay. */
static err_t log_out(struct login *l)
{
	struct supabase_keeper keeper = keeper_calls(l->server.keeper);
	err_t told, err;

	TRY(keeper.lock(keeper.ctx));
	err = keeper.load(keeper.ctx, &l->session);
	if (err) {
		keeper.unlock(keeper.ctx);
		return err;
	}
	told = supabase_logout(&l->server.options, &l->session);
	err = keeper.forget(keeper.ctx);
	keeper.unlock(keeper.ctx);
	if (err) {
		err_free(told);
		return err;
	}
	print_logout(l, !told);
	return err_hint(err_wrap(told, "the session is gone here, but the server was not told"),
			"it ends there by itself");
}

err_t cmd_logout(int argc, char **argv)
{
	scoped(login_release) struct login l = {0};
	const char *token = getenv("GIT_AGENT_TOKEN");
	bool help;
	const struct opt opts[] = {
		OPT_STRING(0, "url", &l.ask.url, "url", "the server; default: that of this clone"),
		OPT_STRING(0, "key", &l.ask.key, "key", "its publishable key"),
		OPT_FLAG(0, "json", &l.json, "as JSON"),
		OPT_END,
	};
	static const char *const synopsis[] = {"[<options>] [<e-mail address>]", NULL};
	const struct usage usage = {"logout", synopsis,
				    "Ends the session, at the server and here. Artifacts and "
				    "what is queued stay.", opts};

	TRY(opts_parse(&argc, &argv, &usage, &help));
	if (help)
		return NULL;
	if (argc > 1)
		return opts_misuse(&usage, "one e-mail address at most");
	l.ask.user = argc ? argv[0] : NULL;
	TRY(find_server(&l));
	if (token && token[0])
		return err_new(ERR_REFUSED, "GIT_AGENT_TOKEN is set: nothing is kept that could "
			       "be ended");
	return log_out(&l);
}
