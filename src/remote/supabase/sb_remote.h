/* The functions of remote.h over a struct sb (ctx). Internal to supabase.so. */
#ifndef REMOTE_SUPABASE_SB_REMOTE_H
#define REMOTE_SUPABASE_SB_REMOTE_H

#include "remote/supabase/sb.h"

/* Finds the project's uuid, once. ERR_NOTFOUND, ERR_AMBIGUOUS. */
err_t sb_project(struct sb *s) MUST_CHECK;
/* A request as named arguments, without the closing brace: the project, and all members but those
 * that `without` names (ends with NULL; may be NULL). ERR_REFUSED: it is no object, a key is there
 * twice, or a value is one that PostgreSQL cannot hold. */
err_t sb_arguments(char **out, struct sb *s, const char *request, const char *const *without)
	MUST_CHECK;
/* One call of the project's, with the rules of `how`. */
err_t sb_rpc(struct sb_reply *out, struct sb *s, const char *function, const char *request,
	     const struct sb_request *how) MUST_CHECK;

void sb_discard(struct mem_stream *m);	/* for scoped() */

err_t sb_head(void *ctx, char **reply) MUST_CHECK;
err_t sb_pull(void *ctx, char **reply, const char *request) MUST_CHECK;
err_t sb_push(void *ctx, char **reply, const char *request) MUST_CHECK;
err_t sb_lease(void *ctx, char **reply, const char *request) MUST_CHECK;
err_t sb_manifest(void *ctx, char **reply, const char *request) MUST_CHECK;
err_t sb_bodies(void *ctx, char **reply, const char *request) MUST_CHECK;
err_t sb_history(void *ctx, char **reply, const char *request) MUST_CHECK;
err_t sb_claim(void *ctx, char **reply, const char *request) MUST_CHECK;
err_t sb_ack(void *ctx, char **reply, const char *request) MUST_CHECK;

#endif
