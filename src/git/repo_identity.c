#include "git/repo_internal.h"
#include "util/mem.h"

#include <stdlib.h>
#include <string.h>

static const char *environment(const char *name)
{
	const char *value = getenv(name);

	return value && value[0] ? value : NULL;
}

/* "Name <mail>", or a mail address alone. */
static bool split(char **name, char **mail, const char *text)
{
	const char *open = strrchr(text, '<'), *close = strrchr(text, '>');
	struct slice n, m;

	if (open && close && close > open) {
		n = slice_trim(slice_of(text, (size_t)(open - text)));
		m = slice_trim(slice_of(open + 1, (size_t)(close - open) - 1));
	} else {
		n = (struct slice){0};
		m = slice_trim(slice_str(text));
	}
	if (!m.len)
		return false;
	*mail = mem_strndup(m.at, m.len);
	*name = n.len ? mem_strndup(n.at, n.len) : NULL;
	return true;
}

/* The first that is set: environment, author.*, user.*, then another variable. */
static err_t ask(char **out, struct repo *r, const char *env, const char *author, const char *user,
		 const char *last)
{
	const char *value = environment(env);

	if (!value)
		TRY(repo_config(&value, r, author));
	if (!value)
		TRY(repo_config(&value, r, user));
	if (!value && last)
		value = environment(last);
	*out = value && value[0] ? mem_strdup(value) : NULL;
	return NULL;
}

err_t repo_identity(char **who, char **mail, struct repo *r)
{
	scoped_free char *name = NULL, *address = NULL;
	const char *identity;

	TRY(repo_config(&identity, r, "agent.identity"));
	if (!identity || !split(&name, &address, identity))
		TRY(ask(&address, r, "GIT_AUTHOR_EMAIL", "author.email", "user.email", "EMAIL"));
	if (!name)
		TRY(ask(&name, r, "GIT_AUTHOR_NAME", "author.name", "user.name", NULL));
	if (!address)
		address = mem_strdup("unknown");
	*who = mem_printf("%s <%s>", name ? name : address, address);
	*mail = steal(address);
	return NULL;
}
