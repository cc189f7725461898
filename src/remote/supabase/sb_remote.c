/* The calls of remote.h that are one request each. The document goes through as it is; the project
 * is one more argument. */
#include "remote/supabase/sb_remote.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

#define MANIFEST_MAX (64u * 1024 * 1024) /* 250,000 artifacts */

/* --- the project ---------------------------------------------------------------------------- */

static bool is_uuid(const char *s)
{
	if (strlen(s) != 36)
		return false;
	for (int i = 0; i < 36; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash ? s[i] != '-' : !strchr("0123456789abcdef", s[i]))
			return false;
	}
	return true;
}

static err_t unknown(struct sb *s)
{
	s->why = SUPABASE_NOT_FOUND;
	return err_hint(err_new(ERR_NOTFOUND, "'%s' has no project '%s', or you are not a member",
				sb_http_url(s->http), s->slug),
			"an admin of the project can add you");
}

static err_t take_project(struct sb *s, struct slice rows)
{
	struct slice row, other;
	scoped_free char *id = NULL;

	if (!sb_json_next(&row, &rows))
		return unknown(s);
	if (sb_json_next(&other, &rows))
		return err_hint(err_new(ERR_AMBIGUOUS, "'%s' has several projects '%s'",
					sb_http_url(s->http), s->slug),
				"agent.project may be the id of one instead");
	id = sb_json_field(row, "project");
	if (!id || !is_uuid(id))
		return err_new(ERR_OFFLINE, "'%s' answered without the id of the project",
			       sb_http_url(s->http));
	memcpy(s->project, id, sizeof(s->project));
	return NULL;
}

static void free_curl(char **text)
{
	curl_free(*text);
}

err_t sb_project(struct sb *s)
{
	scoped(sb_reply_release) struct sb_reply reply = {0};
	scoped(free_curl) char *slug = NULL;
	scoped_free char *path = NULL;

	if (s->project[0])
		return NULL;
	if (!s->slug)
		return err_new(ERR_MISUSE, "no project is named");
	if (is_uuid(s->slug)) {
		memcpy(s->project, s->slug, sizeof(s->project));
		return NULL;
	}
	slug = curl_easy_escape(NULL, s->slug, 0);
	path = mem_printf("rest/v1/projects?select=project&slug=eq.%s&limit=2", slug);
	TRY(sb_ask(&reply, s, &(struct sb_request){.path = path}));
	return take_project(s, slice_of(reply.body, reply.len));
}

/* --- calls ---------------------------------------------------------------------------------- */

err_t sb_rpc(struct sb_reply *out, struct sb *s, const char *function, const char *request,
	     const struct sb_request *how)
{
	scoped_free char *path = mem_printf("rest/v1/rpc/%s", function);
	scoped_free char *arguments = NULL, *body = NULL;
	struct sb_request r = *how;

	TRY(sb_project(s));
	TRY(sb_arguments(&arguments, s, request, NULL));
	body = mem_printf("%s}", arguments);
	r.path = path;
	r.body = body;
	return sb_ask(out, s, &r);
}

static err_t simple(struct sb *s, char **reply, const char *function, const char *request,
		    size_t max)
{
	scoped(sb_reply_release) struct sb_reply r = {0};

	TRY(sb_rpc(&r, s, function, request, &(struct sb_request){.max = max}));
	*reply = steal(r.body);
	return NULL;
}

err_t sb_head(void *ctx, char **reply)
{
	return simple(ctx, reply, "head", "{}", 0);
}

err_t sb_lease(void *ctx, char **reply, const char *request)
{
	return simple(ctx, reply, "lease", request, 0);
}

err_t sb_manifest(void *ctx, char **reply, const char *request)
{
	return simple(ctx, reply, "manifest", request, MANIFEST_MAX);
}

err_t sb_bodies(void *ctx, char **reply, const char *request)
{
	return simple(ctx, reply, "bodies", request, MANIFEST_MAX);
}

err_t sb_history(void *ctx, char **reply, const char *request)
{
	return simple(ctx, reply, "history", request, MANIFEST_MAX);
}

err_t sb_claim(void *ctx, char **reply, const char *request)
{
	return simple(ctx, reply, "claim", request, 0);
}

err_t sb_ack(void *ctx, char **reply, const char *request)
{
	return simple(ctx, reply, "ack", request, 0);
}
