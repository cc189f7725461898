/* The functions of remote.h over a struct share (ctx). Internal to remote/file. */
#ifndef REMOTE_FILE_SHARE_CALLS_H
#define REMOTE_FILE_SHARE_CALLS_H

#include "remote/file/share_db.h"

err_t share_head(void *ctx, char **reply) MUST_CHECK;
err_t share_pull(void *ctx, char **reply, const char *request) MUST_CHECK;
err_t share_push(void *ctx, char **reply, const char *request) MUST_CHECK;
err_t share_lease(void *ctx, char **reply, const char *request) MUST_CHECK;
err_t share_manifest(void *ctx, char **reply, const char *request) MUST_CHECK;
err_t share_bodies(void *ctx, char **reply, const char *request) MUST_CHECK;
err_t share_history(void *ctx, char **reply, const char *request) MUST_CHECK;
err_t share_claim(void *ctx, char **reply, const char *request) MUST_CHECK;
err_t share_ack(void *ctx, char **reply, const char *request) MUST_CHECK;

/* {"<name>":[{"<column>":value, ...}, ...]} of what a statement gives. */
err_t share_read_rows(char **reply, const struct share *s, sqlite3_stmt *st,
		      const char *name) MUST_CHECK;

#endif
