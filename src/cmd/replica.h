/*
 * Who this clone is for the remote: meta "device", and where that name was given, meta "device_at":
 * the inode of the repository. A copy of a clone has another inode, and takes a name of its own;
 * one that was moved, or is seen under another path or host name, stays who it was.
 */
#ifndef CMD_REPLICA_H
#define CMD_REPLICA_H

#include "git/repo.h"
#include "store/store.h"

/* In a transaction: a new name. */
err_t replica_name(struct store *s, struct repo *r) MUST_CHECK;

/* Before the remote is asked: names one that has none, and a copy anew. The copy gives up the
 * numbers that were kept for labels; its claims are the original's, which has the old name. */
err_t replica_own(struct store *s, struct repo *r) MUST_CHECK;

#endif
