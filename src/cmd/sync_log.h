/*
 * What the last transfers did, and all of them together since the workspace was made. Kept in the
 * workspace, for `sync stats`; nobody is told.
 */
#ifndef CMD_SYNC_LOG_H
#define CMD_SYNC_LOG_H

#include "store/store.h"

#define SYNC_LOG_MAX 50

/* "open": the remote was out of reach before there was anything to transfer. */
enum sync_what { SYNC_OPEN, SYNC_PULL, SYNC_PUSH, SYNC_WHATS };
extern const char *const sync_words[SYNC_WHATS];

struct sync_entry {
	enum sync_what what;
	int64_t at;	/* seconds UTC, when it ended */
	int64_t ms;
	int ok;
	int received, merged, conflicts, sent, refused;
};

struct sync_total {
	int64_t runs, failed, ms;
};

struct sync_log {
	struct sync_entry last[SYNC_LOG_MAX];	/* the oldest first */
	size_t len;
	struct sync_total totals[SYNC_WHATS];
	int64_t received, merged, conflicts, sent, refused;
};

err_t sync_log_load(struct sync_log *out, struct store *s) MUST_CHECK;
/* Inside a transaction. */
err_t sync_log_add(struct store *s, const struct sync_entry *entry) MUST_CHECK;

#endif
