/* The table of the module supabase.so; remote/supabase.c opens it. */
#ifndef REMOTE_SUPABASE_MODULE_H
#define REMOTE_SUPABASE_MODULE_H

#include "remote/supabase/supabase.h"

#define SB_VERSION 4	/* counts up with every change of this file and of supabase.h */

struct sb_ops {
	int version;
	const char *(*library)(void);	/* the version of libcurl */
	const char *(*cjson)(void);	/* of cJSON */
	err_t (*open)(struct supabase *out, const struct supabase_options *o);
	err_t (*login_password)(struct supabase_session *out, const struct supabase_options *o,
				const char *email, const char *password);
	err_t (*send_code)(const struct supabase_options *o, const char *email);
	err_t (*login_code)(struct supabase_session *out, const struct supabase_options *o,
			    const char *email, const char *code);
	err_t (*login_refresh)(struct supabase_session *out, const struct supabase_options *o,
			       const char *refresh);
	err_t (*logout)(const struct supabase_options *o, const struct supabase_session *s);
};

/* The one symbol that the module exports for us. */
const struct sb_ops *git_agent_module(void);

#endif
