/* What the remote refused is not sent again until something changes. Internal to sync. */
#ifndef SYNC_REFUSALS_H
#define SYNC_REFUSALS_H

#include "sync/engine.h"

/* Text and base are looked at where an op is made; here the rest: the rules that the remote
 * enforces and the role of who asks. Where they are others than at the refusal, all is forgotten,
 * and asked again. One request, and only while something is refused; out of reach: nothing
 * changes. */
err_t refusals_review(struct engine *e) MUST_CHECK;

#endif
