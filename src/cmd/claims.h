/* Who is editing what, as commands show it. */
#ifndef CMD_CLAIMS_H
#define CMD_CLAIMS_H

#include "cmd/session.h"
#include "sync/claim.h"
#include "util/json.h"

/* "Alice" of "Alice <alice@example.com>", on one line. Caller frees. */
char *claims_person(const char *who);
/* "12:34", with the date where that is not today's, into out[32]. */
void claims_time(char *out, int64_t until);
/* What a claim is on: the name of the artifact, or the beginning of a uid that is not here yet.
 * Caller frees. */
err_t claims_name(char **out, struct session *s, const struct claim *c) MUST_CHECK;
/* One object. */
err_t claims_json(struct json *j, struct session *s, const struct claim *c) MUST_CHECK;

/* Asks the remote, which is open, and remembers the answer. */
err_t claims_refresh(struct claims *out, struct session *s) MUST_CHECK;

/* A warning on stderr for each colleague who has claimed the artifact. A remote on this machine is
 * asked, of others counts what was heard last. Never fails because of a remote. */
err_t claims_warn(struct session *s, const struct art *art) MUST_CHECK;
/* The same before an edit, which claims by itself where agent.autoClaim is true. */
err_t claims_begin_edit(struct session *s, const struct art *art) MUST_CHECK;

#endif
