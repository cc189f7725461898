/*
 * The project row: the counter that orders everything, the hash chain and the
 * digest; and the cursor of a client against them. Internal to remote/file.
 *
 * Chain: hash = sha256(prev_hash|rev|uid|version|op|state_from|state_to|oid|actor|op_id), the parts
 * as text with '|' between them; it begins with 64 zeros.
 *
 * Digest: the XOR of sha256(uid|version|oid) over all artifacts that are not deleted, as hex; 64
 * zeros when there are none. It depends on the set alone, and one change costs two hashes.
 */
#ifndef REMOTE_FILE_SHARE_PROJECT_H
#define REMOTE_FILE_SHARE_PROJECT_H

#include "remote/file/share_db.h"
#include "util/hash.h"

struct share_project {
	char *slug;
	char *epoch;
	int64_t head;
	int64_t min_rev;
	struct sha256 head_hash;
	struct sha256 digest;
};

err_t share_project_load(struct share_project *out, const struct share *s) MUST_CHECK;
err_t share_project_save(const struct share *s, const struct share_project *p) MUST_CHECK;
void share_project_release(struct share_project *p);

/* Puts one live artifact into the digest, or takes it out. */
void share_project_toggle(struct share_project *p, const char *uid, int64_t version,
			  const char *oid);

/*
 * Where a client stands. Pages pass over artifacts that changed again beyond the page, so the
 * lineage of a later page must reach back to where the first page began, not to the page before.
 * Hence next_hash of a page that is not the last is the hash and, in 16 hex digits, that rev; the
 * client hands it back as it came.
 */
struct share_cursor {
	char *epoch; /* NULL: first contact */
	char *since_hash;
	int64_t since;
	int64_t floor; /* of lineage: since, or where the pull of several pages began */
};

/* Sets floor. *reset is NULL, or why the cursor is none of ours: "epoch", "ahead_of_server",
 * "too_old", "history_diverged". */
err_t share_cursor_check(const char **reset, struct share_cursor *c, const struct share *s,
			 const struct share_project *p) MUST_CHECK;
/* {"reset":...}. Caller frees. */
char *share_cursor_reset(const char *reset, const struct share_project *p);

/* The hash at a rev; ERR_CORRUPT when the log has a gap there. */
err_t share_project_hash(struct sha256 *out, const struct share *s, int64_t rev) MUST_CHECK;

#endif
