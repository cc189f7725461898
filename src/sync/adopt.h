/*
 * Two clones imported the same file before they met: the remote's uid is
 * adopted, and what was done here since is carried over onto its history.
 * Internal to sync/.
 */
#ifndef SYNC_ADOPT_H
#define SYNC_ADOPT_H

#include "sync/doc.h"

/* Makes the local artifact `uid`, which the remote does not know, the one of `row`. In the caller's
 * transaction. Where our first text is none of the remote's, the file's git history is asked for a
 * text that both know. */
err_t adopt_uid(struct engine *e, const char *uid, const struct doc_row *row) MUST_CHECK;

#endif
