/* States: legal transitions, and what an approval covers. Internal to remote/file. */
#ifndef REMOTE_FILE_SHARE_STATE_H
#define REMOTE_FILE_SHARE_STATE_H

#include "remote/file/share_op.h"

/* bad_transition, bad_op, stale_approval; fills next.title, state and normative. */
err_t share_state_check(struct share_change *c) MUST_CHECK;
/* The approval and the forged mark of next, once its rev is known. */
err_t share_state_settle(struct share_change *c, const char *who, int64_t now) MUST_CHECK;

/* One gate back: the approval that the gate of next had, for this very text and not withdrawn
 * since; nothing where there was none. */
err_t share_approval_restore(struct share_change *c) MUST_CHECK;

/* What a transition into a gate, logged as rev, approved: JSON, or NULL for any other op. */
err_t share_approval_json(char **out, const struct share *s, const struct share_op *op,
			  int64_t rev) MUST_CHECK;
/* The hash of the chain at rev; "" when there is none. Caller frees. */
err_t share_chain_at(char **out, const struct share *s, int64_t rev) MUST_CHECK;

#endif
