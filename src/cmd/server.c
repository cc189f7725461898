#include "cmd/server.h"
#include "cmd/config_text.h"
#include "util/file.h"
#include "util/json.h"
#include "util/mem.h"
#include "util/proc.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define SETTINGS ".agent/config"
#define BRIEF_MS 1000

enum { PROXY, CA_INFO, CA_PATH, CERT, CERT_KEY };

/* --- urls ----------------------------------------------------------------------------------- */

bool server_is_url(const char *url)
{
	return strncasecmp(url, "https://", 8) == 0 || strncasecmp(url, "http://", 7) == 0;
}

err_t server_url(char **out, const char *typed)
{
	size_t scheme = strcspn(typed, ":") + 3, end = strlen(typed), host;
	char *url;

	for (const char *c = typed; *c; c++)
		if (*c <= ' ' || *c == 127 || strchr("?#\"\\<>", *c))
			return err_new(ERR_MISUSE, "'%s' is not the url of a server", typed);
	while (end > scheme && typed[end - 1] == '/')
		end--;
	host = scheme + strcspn(typed + scheme, "/");
	if (host == scheme || end == scheme)
		return err_new(ERR_MISUSE, "'%s' is not the url of a server", typed);
	if (memchr(typed + scheme, '@', host - scheme))
		return err_hint(err_new(ERR_MISUSE, "a url of a server has no user in it"),
				"'git agent login <e-mail address>' says who you are");
	url = mem_strndup(typed, end);
	for (size_t i = 0; i < host && url[i]; i++)
		url[i] = (char)tolower((unsigned char)url[i]);
	*out = url;
	return NULL;
}

/* --- what git's configuration says of http -------------------------------------------------- */

static void scoped_result(struct proc_result *r)
{
	proc_result_release(r);
}

static const char *variable(const char *name)
{
	const char *value = getenv(name);

	return value && value[0] ? value : NULL;
}

static char *expanded(const char *path)
{
	const char *home = getenv("HOME");

	if (strncmp(path, "~/", 2) == 0 && home)
		return mem_printf("%s%s", home, path + 1);
	return mem_strdup(path);
}

static void take_http(struct server *s, const char *key, const char *value)
{
	static const char *const keys[] = {"http.proxy", "http.sslcainfo", "http.sslcapath",
					   "http.sslcert", "http.sslkey"};

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		if (strcmp(key, keys[i]) != 0)
			continue;
		free(s->http[i]);
		s->http[i] = i == PROXY ? mem_strdup(value) : expanded(value);
	}
	if (strcmp(key, "http.sslverify") == 0 && strcasecmp(value, "false") == 0)
		fputs("warning: http.sslVerify=false is not obeyed: git-agent always checks "
		      "certificates\n", stderr);
}

static void take_environment(struct server *s)
{
	static const struct {
		const char *name;
		int at;
	} names[] = {{"GIT_SSL_CAINFO", CA_INFO}, {"GIT_SSL_CAPATH", CA_PATH},
		     {"GIT_SSL_CERT", CERT}, {"GIT_SSL_KEY", CERT_KEY}};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (!variable(names[i].name))
			continue;
		free(s->http[names[i].at]);
		s->http[names[i].at] = mem_strdup(variable(names[i].name));
	}
}

static err_t note_key(void *ctx, const char *key, const char *value)
{
	*(bool *)ctx = true;
	return NULL;
}

/* Which http.<url>.* counts is for git to say. */
static err_t ask_git(struct server *s)
{
	const char *const argv[] = {"git", "config", "-z", "--get-urlmatch", "http", s->url, NULL};
	scoped(scoped_result) struct proc_result r = {0};
	const char *end;

	TRY(proc_run(&r, &(struct proc){.argv = argv, .quiet = true}));
	end = r.out + r.out_len;
	for (char *at = r.out, *next; at < end; at = next) {
		char *value = strchr(at, '\n');

		next = at + strlen(at) + 1;
		if (value)
			*value++ = '\0';
		take_http(s, at, value ? value : "true");
	}
	return NULL;
}

static err_t find_http(struct server *s, struct repo *repo)
{
	bool any = repo == NULL;

	if (repo)
		TRY(repo_config_each(repo, "http.", note_key, &any));
	if (any)
		TRY(ask_git(s));
	take_environment(s);
	return NULL;
}

/* --- the rest ------------------------------------------------------------------------------- */

err_t server_suggested(char **out, const struct repo *repo, const char *key)
{
	scoped_free char *path = NULL, *text = NULL;
	size_t len;
	err_t err;

	*out = NULL;
	if (!repo || !repo->worktree)
		return NULL;
	path = mem_printf("%s/" SETTINGS, repo->worktree);
	err = file_read(&text, &len, NULL, path, 0);
	if (err && err->code == ERR_NOTFOUND) {
		err_free(err);
		return NULL;
	}
	TRY(err);
	return config_text_get(out, slice_of(text, len), key);
}

/* What was typed, the environment, git's configuration; and where the team suggests this very
 * server, what it suggests with it. */
static err_t find_value(char **out, struct repo *repo, const char *typed, const char *environment,
			const char *key, const char *url)
{
	scoped_free char *suggested = NULL, *normal = NULL;
	const char *value = typed;

	if (!value && environment)
		value = variable(environment);
	if (!value && repo)
		TRY(repo_config(&value, repo, key));
	if (value || !url) {
		*out = value ? mem_strdup(value) : NULL;
		return NULL;
	}
	TRY(server_suggested(&suggested, repo, "agent.remote"));
	if (!suggested || !server_is_url(suggested))
		return NULL;
	TRY(server_url(&normal, suggested));
	return strcmp(normal, url) == 0 ? server_suggested(out, repo, key) : NULL;
}

static err_t find_url(char **out, const struct server_ask *ask, struct repo *repo)
{
	const char *url = ask->url;

	if (!url && repo)
		TRY(repo_config(&url, repo, "agent.remote"));
	if (!url)
		url = variable("GIT_AGENT_URL");
	if (!url || !server_is_url(url)) {
		scoped_free char *suggested = NULL;

		TRY(server_suggested(&suggested, repo, "agent.remote"));
		return err_hint(err_new(ERR_MISUSE, "which server?"),
				suggested ? "the team suggests --url %s"
					  : "--url %s names it", suggested ? suggested
				: "https://<project>.supabase.co");
	}
	return server_url(out, url);
}

static err_t find_all(struct server *s, const struct server_ask *ask, struct repo *repo)
{
	TRY(find_url(&s->url, ask, repo));
	TRY(find_value(&s->key, repo, ask->key, "GIT_AGENT_KEY", "agent.key", s->url));
	TRY(find_value(&s->user, repo, ask->user, NULL, "agent.user", NULL));
	TRY(find_value(&s->slug, repo, ask->project, NULL, "agent.project", s->url));
	if (!ask->project)
		TRY(find_value(&s->project, repo, NULL, NULL, "agent.projectid", NULL));
	if (!s->project && s->slug)
		s->project = mem_strdup(s->slug);
	if (!s->key)
		return err_hint(err_new(ERR_MISUSE, "the key of '%s' is not known", s->url),
				"--key sb_publishable_...: the dashboard shows it under 'API "
				"keys'");
	TRY(find_http(s, repo));
	TRY(keeper_open(&s->keeper, s->url, s->user, repo));
	s->options = (struct supabase_options){
		.url = s->url, .key = s->key, .project = s->project,
		.proxy = s->http[PROXY], .ca_info = s->http[CA_INFO], .ca_path = s->http[CA_PATH],
		.cert = s->http[CERT], .cert_key = s->http[CERT_KEY],
		.keeper = keeper_calls(s->keeper),
	};
	if (ask->brief) {
		s->options.connect_ms = s->options.stall_ms = s->options.deadline_ms = BRIEF_MS;
		s->options.tries = 1;
	}
	return NULL;
}

err_t server_find(struct server *s, const struct server_ask *ask, struct repo *repo)
{
	err_t err;

	memset(s, 0, sizeof(*s));
	err = find_all(s, ask, repo);
	if (err)
		server_close(s);
	return err;
}

err_t server_open(struct server *s, const struct server_ask *ask, struct repo *repo)
{
	err_t err;

	TRY(server_find(s, ask, repo));
	err = supabase_open(&s->sb, &s->options);
	s->is_open = !err;
	if (err)
		server_close(s);
	return err;
}

void server_close(struct server *s)
{
	if (s->is_open)
		s->sb.remote.close(s->sb.remote.ctx);
	keeper_close(s->keeper);
	free(s->url);
	free(s->key);
	free(s->slug);
	free(s->project);
	free(s->user);
	for (size_t i = 0; i < sizeof(s->http) / sizeof(*s->http); i++)
		free(s->http[i]);
	memset(s, 0, sizeof(*s));
}

/* --- in the user's words -------------------------------------------------------------------- */

static err_t instead(err_t err, err_t better)
{
	err_free(err);
	return better;
}

static err_t no_member(err_t err, struct server *s)
{
	const char *slug = s->slug ? s->slug : "?", *you = s->user ? s->user : "<your address>";

	if (err->code == ERR_AMBIGUOUS)
		return err;
	return err_hint(instead(err, err_new(ERR_REFUSED, "you are no member of the project '%s' "
					     "at '%s', or not any more", slug, s->url)),
			"its admin lets you in: git agent member add %s; then 'git agent sync init "
			"%s' goes on. What you did is still here", you, s->url);
}

err_t server_explain(err_t err, struct server *s)
{
	if (!err || !s->is_open)
		return err;
	switch (s->sb.why(s->sb.ctx)) {
	case SUPABASE_LOGGED_OUT:
		if (keeper_from_environment(s->keeper))
			return err_hint(err, "the token of the environment has expired, or is of "
					"another server");
		return err_hint(err, "'git agent login %s' logs in; what you did is still here",
				s->user ? s->user : "<e-mail address>");
	case SUPABASE_NOT_FOUND:
		return no_member(err, s);
	case SUPABASE_TOO_OLD:
		if (err->hint && strcmp(err->hint, "upgrade git-agent") == 0)
			return err;
		return err_hint(err, "its owner runs what 'git agent sync init --server-sql' "
				"prints");
	case SUPABASE_NOT_INSTALLED:
		return err_hint(err, "its owner runs what 'git agent sync init --server-sql' "
				"prints, and adds 'gitagent' to the exposed schemas");
	case SUPABASE_BAD_KEY:
		return err_hint(err, "the dashboard shows the publishable key under 'API keys'; "
				"--key or agent.key is for it");
	case SUPABASE_NO_ERROR:
	case SUPABASE_OFFLINE:
	case SUPABASE_CERTIFICATE:
	case SUPABASE_NOT_A_SERVER:
	case SUPABASE_FORBIDDEN:
	case SUPABASE_BAD_LOGIN:
	case SUPABASE_OTHER:
	default:
		return err;
	}
}

err_t server_call(char **reply, struct server *s, const char *function, const char *more)
{
	scoped_free char *request = NULL;
	char project[37];

	TRY(s->sb.project(s->sb.ctx, project));
	request = mem_printf("{\"project\":\"%s\"%s%s}", project, more ? "," : "",
			     more ? more : "");
	return s->sb.call(s->sb.ctx, reply, function, request);
}
