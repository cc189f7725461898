/* The module's door: its table, and the calls that are not those of remote.h. */
#include "remote/supabase/sb_remote.h"

#include "remote/supabase/sb.h"

#include <stdlib.h>
#include <string.h>

void sb_stop(struct sb *s)
{
	if (!s)
		return;
	sb_http_close(s->http);
	supabase_session_release(&s->session);
	free(s->slug);
	free(s);
}

err_t sb_start(struct sb **out, const struct supabase_options *o)
{
	scoped(scoped_sb) struct sb *s = mem_alloc(sizeof(*s));

	TRY(sb_http_open(&s->http, o));
	s->keeper = o->keeper;
	s->tries = o->tries > 0 && o->tries < SB_TRIES ? o->tries : SB_TRIES;
	s->slug = o->project ? mem_strdup(o->project) : NULL;
	*out = steal(s);
	return NULL;
}

static err_t read_view(void *ctx, char **reply, const char *view)
{
	scoped(sb_reply_release) struct sb_reply r = {0};
	scoped_free char *path = mem_printf("rest/v1/%s", view);

	TRY(sb_ask(&r, ctx, &(struct sb_request){.path = path}));
	*reply = steal(r.body);
	return NULL;
}

static err_t call(void *ctx, char **reply, const char *function, const char *request)
{
	scoped(sb_reply_release) struct sb_reply r = {0};
	scoped_free char *path = mem_printf("rest/v1/rpc/%s", function);
	bool once = strcmp(function, "project_create") == 0;

	TRY(sb_ask(&r, ctx, &(struct sb_request){.path = path, .body = request, .once = once}));
	*reply = steal(r.body);
	return NULL;
}

static err_t project(void *ctx, char *out)
{
	struct sb *s = ctx;

	TRY(sb_project(s));
	memcpy(out, s->project, sizeof(s->project));
	return NULL;
}

static enum supabase_why why(void *ctx)
{
	const struct sb *s = ctx;

	return s->why;
}

static void stop(void *ctx)
{
	sb_stop(ctx);
}

err_t sb_open(struct supabase *out, const struct supabase_options *o)
{
	struct sb *s = NULL;

	TRY(sb_start(&s, o));
	*out = (struct supabase){
		.remote = {
			.ctx = s,
			.url = sb_http_url(s->http),
			.head = sb_head,
			.pull = sb_pull,
			.push = sb_push,
			.lease = sb_lease,
			.manifest = sb_manifest,
			.bodies = sb_bodies,
			.history = sb_history,
			.claim = sb_claim,
			.ack = sb_ack,
			.close = stop,
		},
		.ctx = s,
		.call = call,
		.read = read_view,
		.project = project,
		.why = why,
	};
	return NULL;
}

static const struct sb_ops ops = {
	.version = SB_VERSION,
	.library = sb_http_library,
	.cjson = sb_cjson_library,
	.open = sb_open,
	.login_password = sb_login_password,
	.send_code = sb_send_code,
	.login_code = sb_login_code,
	.login_refresh = sb_login_refresh,
	.logout = sb_logout,
};

const struct sb_ops *git_agent_module(void)
{
	return &ops;
}
