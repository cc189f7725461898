/* The program's side of supabase.so: opens it, and hands every call on. */
#include "remote/supabase/module.h"
#include "remote/supabase/supabase.h"
#include "util/mem.h"
#include "util/module.h"

#include <stdlib.h>
#include <string.h>

static err_t sb_module(const struct sb_ops **out)
{
	static const void *table;

	if (!table)
		TRY(module_load(&table, "supabase", SB_VERSION, "libcurl"));
	*out = table;
	return NULL;
}

err_t supabase_open(struct supabase *out, const struct supabase_options *o)
{
	const struct sb_ops *ops;

	TRY(sb_module(&ops));
	return ops->open(out, o);
}

err_t supabase_login_password(struct supabase_session *out, const struct supabase_options *o,
			      const char *email, const char *password)
{
	const struct sb_ops *ops;

	TRY(sb_module(&ops));
	return ops->login_password(out, o, email, password);
}

err_t supabase_send_code(const struct supabase_options *o, const char *email)
{
	const struct sb_ops *ops;

	TRY(sb_module(&ops));
	return ops->send_code(o, email);
}

err_t supabase_login_code(struct supabase_session *out, const struct supabase_options *o,
			  const char *email, const char *code)
{
	const struct sb_ops *ops;

	TRY(sb_module(&ops));
	return ops->login_code(out, o, email, code);
}

err_t supabase_login_refresh(struct supabase_session *out, const struct supabase_options *o,
			     const char *refresh)
{
	const struct sb_ops *ops;

	TRY(sb_module(&ops));
	return ops->login_refresh(out, o, refresh);
}

err_t supabase_logout(const struct supabase_options *o, const struct supabase_session *s)
{
	const struct sb_ops *ops;

	TRY(sb_module(&ops));
	return ops->logout(o, s);
}

err_t supabase_library(const char **out)
{
	const struct sb_ops *ops;

	TRY(sb_module(&ops));
	*out = ops->library();
	return NULL;
}

err_t supabase_cjson(const char **out)
{
	const struct sb_ops *ops;

	TRY(sb_module(&ops));
	*out = ops->cjson();
	return NULL;
}

static void wipe(char **text)
{
	if (*text)
		explicit_bzero(*text, strlen(*text));
	free(steal(*text));
}

void supabase_session_release(struct supabase_session *s)
{
	wipe(&s->access);
	wipe(&s->refresh);
	wipe(&s->user);
	wipe(&s->email);
	s->expires = 0;
}
