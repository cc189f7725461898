/*
 * After a pull both sides have the same number for what the remote holds (its digest). Where they
 * do not, something was missed or lost: the manifest tells what. Internal to sync/.
 */
#ifndef SYNC_MISSED_H
#define SYNC_MISSED_H

#include "sync/engine.h"

/* digest: the remote's when its newest revision was head. What is to be taken again, as rows; none
 * where the digests are equal, or where another process of this clone has gone on since. Once for
 * each digest: what cannot be mended so is not asked for again and again. What the remote has lost
 * is marked as to be sent. Not within a transaction. */
err_t missed_rows(struct strs *rows, struct sync_report *r, struct engine *e, const char *digest,
		  long head) MUST_CHECK;

#endif
