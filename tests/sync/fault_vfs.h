/*
 * A file system for SQLite on which the n-th call of a kind fails: between SQLite and the real one,
 * for every database that is opened by default, journals, WAL and shared memory included.
 */
#ifndef TESTS_SYNC_FAULT_VFS_H
#define TESTS_SYNC_FAULT_VFS_H

#include <stdbool.h>

enum vfs_fault {
	VFS_IOERR,	/* any call: an error of the device; opening: cannot */
	VFS_FULL,	/* a write: no space left */
	VFS_BUSY,	/* a lock: somebody else has it */
};

/* Becomes the default; once. Sleeping takes no time, so that waiting for a lock ends at once. */
void fault_vfs_install(void);
/* From now on the n-th call that can fail so does, and with `on` those after it, too. n 0: none. */
void fault_vfs_arm(enum vfs_fault fault, long n, bool on);
/* Ends it. Whether anything failed; *what: the call, "write agent.db-wal". */
bool fault_vfs_disarm(const char **what);

#endif
