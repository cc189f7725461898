#include "cmd/credential.h"
#include "util/fault.h"
#include "util/mem.h"
#include "util/proc.h"

#include <stdlib.h>
#include <string.h>

/* GIT_ASKPASS that is set and empty keeps core.askPass and SSH_ASKPASS away. */
static const char *const quietly[] = {
	"GIT_TERMINAL_PROMPT=0", "GIT_ASKPASS=", "SSH_ASKPASS", "GCM_INTERACTIVE=never",
	"GIT_TRACE", "GIT_TRACE_SETUP", "GIT_TRACE_CURL", "GIT_TRACE_PERFORMANCE", "GIT_TRACE2",
	"GIT_TRACE2_EVENT", "GIT_TRACE2_PERF", "GIT_CURL_VERBOSE", NULL,
};

void credential_wipe(char *secret)
{
	if (secret)
		explicit_bzero(secret, strlen(secret));
	free(secret);
}

static void scoped_secret(char **secret)
{
	credential_wipe(*secret);
}

static void scoped_result(struct proc_result *r)
{
	if (r->out)
		explicit_bzero(r->out, r->out_len);
	proc_result_release(r);
}

/* A line end would begin another attribute. */
static err_t check_line(const char *what, const char *text)
{
	if (text && strpbrk(text, "\r\n"))
		return err_new(ERR_FATAL, "%s has a line end in it", what);
	return NULL;
}

static err_t ask_git(struct proc_result *r, const char *verb, const char *url, const char *user,
		     const char *secret)
{
	const char *const argv[] = {"git", "-c", "credential.interactive=false", "credential", verb,
				    NULL};
	scoped(scoped_secret) char *input = NULL;

	TRY(check_line("the url", url));
	TRY(check_line("the user's name", user));
	TRY(check_line("the secret", secret));
	input = mem_printf("url=%s\n%s%s%s%s%s%s\n", url, user ? "username=" : "", user ? user : "",
			   user ? "\n" : "", secret ? "password=" : "", secret ? secret : "",
			   secret ? "\n" : "");
	return proc_run(r, &(struct proc){.argv = argv, .input = slice_str(input),
					  .env = quietly, .quiet = true});
}

static char *attribute(const struct proc_result *r, const char *name)
{
	struct slice rest = slice_of(r->out, r->out_len), line;
	size_t len = strlen(name);

	while (slice_line(&rest, &line)) {
		line = slice_trim(line);
		if (line.len > len && strncmp(line.at, name, len) == 0 && line.at[len] == '=')
			return mem_strndup(line.at + len + 1, line.len - len - 1);
	}
	return NULL;
}

/* Of what git and its helpers said, the first line: "fatal: could not read Username ..." is git's
 * own way to say that nobody knows. */
static err_t nobody_knows(const char *url, const struct proc_result *r)
{
	size_t n = strcspn(r->err, "\n");

	if (!n || strncmp(r->err, "fatal: could not read", 21) == 0)
		return err_new(ERR_NOTFOUND, "no credential helper knows '%s'", url);
	return err_new(ERR_NOTFOUND, "no credential helper knows '%s': %.*s", url, (int)n, r->err);
}

err_t credential_get(char **user, char **secret, const char *url, const char *user_wanted)
{
	scoped(scoped_result) struct proc_result r = {0};
	scoped(scoped_secret) char *password = NULL;
	scoped_free char *name = NULL;

	TRY(ask_git(&r, "fill", url, user_wanted, NULL));
	if (r.status == 0) {
		name = attribute(&r, "username");
		password = attribute(&r, "password");
	}
	if (!name || !password)
		return nobody_knows(url, &r);
	*user = steal(name);
	*secret = steal(password);
	return NULL;
}

err_t credential_put(const char *url, const char *user, const char *secret)
{
	scoped(scoped_result) struct proc_result r = {0};

	fault_point("credential");
	TRY(ask_git(&r, "approve", url, user, secret));
	fault_point("credential");
	return NULL;
}

err_t credential_drop(const char *url, const char *user)
{
	scoped(scoped_result) struct proc_result r = {0};

	return ask_git(&r, "reject", url, user, NULL);
}
