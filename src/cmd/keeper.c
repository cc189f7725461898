#include "cmd/keeper.h"
#include "cmd/credential.h"
#include "util/file.h"
#include "util/hash.h"
#include "util/mem.h"
#include "util/proc.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FORMAT "git-agent-1"
#define LOCK_WAIT_MS 60000

struct keeper {
	char *url;
	char *user;		/* NULL: whoever the helper knows */
	char *fallback;		/* a directory for the lock where the user has no home; or NULL */
	const char *token, *refresh;	/* of the environment, for this url; or NULL */
	int lock;
	struct supabase_session mine;	/* what this process saved: a helper may forget */
};

static void scoped_secret(char **secret)
{
	credential_wipe(*secret);
}

/* --- the line ------------------------------------------------------------------------------- */

/* "git-agent-1:<expires>:<user id>:<access token>:<refresh token>" */
static err_t line_of(char **out, const struct supabase_session *s)
{
	const char *const parts[] = {s->user, s->access, s->refresh};

	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
		for (const char *c = parts[i] ? parts[i] : ""; *c; c++)
			if (*c <= ' ' || *c == ':' || *c == 127)
				return err_new(ERR_FATAL, "the server's tokens are of a form that "
						"cannot be kept");
	*out = mem_printf(FORMAT ":%lld:%s:%s:%s", (long long)s->expires, s->user ? s->user : "",
			  s->access ? s->access : "", s->refresh ? s->refresh : "");
	return NULL;
}

static char *field(const char **at)
{
	size_t n = strcspn(*at, ":");
	char *out = n ? mem_strndup(*at, n) : NULL;

	*at += n + ((*at)[n] == ':');
	return out;
}

/* False for a line that is not ours: somebody's password for the same host. */
static bool session_of(struct supabase_session *out, const char *line, const char *email)
{
	scoped(scoped_secret) char *expires = NULL;

	if (strncmp(line, FORMAT ":", sizeof(FORMAT)) != 0)
		return false;
	line += sizeof(FORMAT);
	expires = field(&line);
	*out = (struct supabase_session){.expires = expires ? strtoll(expires, NULL, 10) : 0};
	out->user = field(&line);
	out->access = field(&line);
	out->refresh = field(&line);
	out->email = mem_strdup(email);
	return true;
}

static char *copy_of(const char *text)
{
	return text ? mem_strdup(text) : NULL;
}

static struct supabase_session session_copy(const struct supabase_session *s)
{
	return (struct supabase_session){
		.access = copy_of(s->access), .refresh = copy_of(s->refresh),
		.user = copy_of(s->user), .email = copy_of(s->email), .expires = s->expires,
	};
}

/* --- the lock ------------------------------------------------------------------------------- */

static char *state_dir(void)
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");

	if (state && state[0] == '/')
		return mem_printf("%s/git-agent", state);
	return home && home[0] == '/' ? mem_printf("%s/.local/state/git-agent", home) : NULL;
}

static err_t lock_in(struct keeper *k, const char *dir)
{
	struct sha256 name = hash_sha256(slice_str(k->url));
	scoped_free char *path = mem_printf("%s/login-%.16s.lock", dir, name.hex);

	TRY(file_mkdirs_for(path));
	return file_lock(&k->lock, path, LOCK_WAIT_MS);
}

/* All clones of a user share the session, and so the lock; one clone may know the address of who
 * is logged in and another not, so the address is no part of its name. */
static err_t keeper_lock(void *ctx)
{
	struct keeper *k = ctx;
	scoped_free char *dir = state_dir();
	err_t err = dir ? lock_in(k, dir) : NULL;

	if ((!err && dir) || (err && err->code == ERR_BUSY) || !k->fallback)
		return err;
	err_free(err);
	return lock_in(k, k->fallback);
}

static void keeper_unlock(void *ctx)
{
	struct keeper *k = ctx;

	file_unlock(k->lock);
	k->lock = -1;
}

/* --- load, save, forget --------------------------------------------------------------------- */

static err_t from_helper(struct supabase_session *out, struct keeper *k)
{
	scoped_free char *user = NULL;
	scoped(scoped_secret) char *line = NULL;

	TRY(credential_get(&user, &line, k->url, k->user));
	if (!session_of(out, line, user))
		return err_new(ERR_NOTFOUND, "what is kept for '%s' at '%s' is no session", user,
			       k->url);
	return NULL;
}

static err_t nobody(const struct keeper *k)
{
	if (k->user)
		return err_hint(err_new(ERR_NOTFOUND, "'%s' is not logged in to '%s'", k->user,
					k->url),
				"'git agent login %s' does that", k->user);
	return err_hint(err_new(ERR_NOTFOUND, "nobody is logged in to '%s'", k->url),
			"'git agent login <e-mail address>' does that");
}

static err_t keeper_load(void *ctx, struct supabase_session *out)
{
	struct keeper *k = ctx;
	err_t err;

	if (k->token) {
		*out = (struct supabase_session){.access = mem_strdup(k->token)};
		return NULL;
	}
	err = from_helper(out, k);
	if (!err || err->code != ERR_NOTFOUND)
		return err;
	err_free(err);
	if (k->mine.access)
		*out = session_copy(&k->mine);
	else if (k->refresh)
		*out = (struct supabase_session){.refresh = mem_strdup(k->refresh)};
	else
		return nobody(k);
	return NULL;
}

static err_t keeper_save(void *ctx, const struct supabase_session *s)
{
	struct keeper *k = ctx;
	const char *user = k->user ? k->user : s->email;
	scoped(scoped_secret) char *line = NULL;

	supabase_session_release(&k->mine);
	k->mine = session_copy(s);
	if (!user || k->token)
		return NULL;
	TRY(line_of(&line, s));
	return credential_put(k->url, user, line);
}

/* Only what is ours: the same user may have a password of another program at this host. */
static err_t keeper_forget(void *ctx)
{
	struct keeper *k = ctx;
	struct supabase_session s = {0};
	err_t err;

	supabase_session_release(&k->mine);
	err = from_helper(&s, k);
	if (!err)
		err = credential_drop(k->url, s.email);
	supabase_session_release(&s);
	if (err && err->code == ERR_NOTFOUND) {
		err_free(err);
		return NULL;
	}
	return err;
}

err_t keeper_proves(struct keeper *k, const struct supabase_session *s)
{
	const char *user = k->user ? k->user : s->email;
	scoped(scoped_secret) char *kept = NULL, *line = NULL;
	scoped_free char *name = NULL;

	TRY(line_of(&line, s));
	TRY(credential_get(&name, &kept, k->url, user));
	if (strcmp(kept, line) != 0)
		return err_new(ERR_NOTFOUND, "a credential helper keeps something else for '%s'",
			       k->url);
	return NULL;
}

err_t keeper_user(char **out, struct keeper *k)
{
	struct supabase_session s = {0};
	err_t err = keeper_load(k, &s);

	if (!err || err->code == ERR_NOTFOUND) {
		err_free(err);
		err = NULL;
		*out = copy_of(s.email);
	}
	supabase_session_release(&s);
	return err;
}

bool keeper_from_environment(const struct keeper *k)
{
	return k->token || k->refresh;
}

/* --- opening -------------------------------------------------------------------------------- */

static void scoped_result(struct proc_result *r)
{
	proc_result_release(r);
}

/* agent.tokenUrl as the user's or the machine's configuration has it: what a repository says of
 * itself must not decide where a token goes. */
static err_t users_url(char **out)
{
	static const char *const argv[] = {"git", "config", "--show-scope", "--get-all",
					   "agent.tokenurl", NULL};
	scoped(scoped_result) struct proc_result r = {0};
	struct slice rest, line;

	TRY(proc_run(&r, &(struct proc){.argv = argv, .quiet = true}));
	rest = slice_of(r.out, r.out_len);
	while (slice_line(&rest, &line)) {
		const char *tab = memchr(line.at, '\t', line.len);
		struct slice scope = slice_of(line.at, tab ? (size_t)(tab - line.at) : 0);

		if (!slice_is(scope, "system") && !slice_is(scope, "global") &&
		    !slice_is(scope, "command"))
			continue;
		free(*out);
		line = slice_trim(slice_of(tab + 1, line.len - scope.len - 1));
		*out = mem_strndup(line.at, line.len);
	}
	return NULL;
}

static bool same_url(const char *a, const char *b)
{
	size_t n = strlen(a), m = strlen(b);

	while (n && a[n - 1] == '/')
		n--;
	while (m && b[m - 1] == '/')
		m--;
	return n == m && strncmp(a, b, n) == 0;
}

static const char *variable(const char *name)
{
	const char *value = getenv(name);

	return value && value[0] ? value : NULL;
}

static err_t take_environment(struct keeper *k)
{
	const char *token = variable("GIT_AGENT_TOKEN");
	const char *refresh = variable("GIT_AGENT_REFRESH_TOKEN"), *name;
	scoped_free char *url = copy_of(variable("GIT_AGENT_URL"));

	if (!token && !refresh)
		return NULL;
	name = token ? "GIT_AGENT_TOKEN" : "GIT_AGENT_REFRESH_TOKEN";
	if (!url)
		TRY(users_url(&url));
	if (!url)
		return err_hint(err_new(ERR_REFUSED, "%s is set, but not for which server", name),
				"GIT_AGENT_URL names the server in the environment, agent.tokenUrl "
				"in the user's git config");
	if (!same_url(url, k->url))
		return err_hint(err_new(ERR_REFUSED, "%s is for '%s', not for '%s'", name, url,
					k->url), "GIT_AGENT_URL names the server it is for");
	k->token = token;
	k->refresh = refresh;
	return NULL;
}

err_t keeper_open(struct keeper **out, const char *url, const char *user, struct repo *repo)
{
	struct keeper *k = mem_alloc(sizeof(*k));
	err_t err;

	k->url = mem_strdup(url);
	k->user = copy_of(user);
	k->lock = -1;
	if (repo)
		k->fallback = mem_printf("%s/agent", repo->commondir);
	err = take_environment(k);
	if (err)
		keeper_close(k);
	else
		*out = k;
	return err;
}

void keeper_close(struct keeper *k)
{
	if (!k)
		return;
	file_unlock(k->lock);
	supabase_session_release(&k->mine);
	free(k->url);
	free(k->user);
	free(k->fallback);
	free(k);
}

struct supabase_keeper keeper_calls(struct keeper *k)
{
	return (struct supabase_keeper){
		.ctx = k, .lock = keeper_lock, .unlock = keeper_unlock, .load = keeper_load,
		.save = keeper_save, .forget = keeper_forget,
	};
}
