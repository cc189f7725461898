/*
 * Who has the workspace open. SQLite names the WAL after the path, not after
 * the file: a process that still has a file open which was moved away would
 * write its last pages into, and then remove, the WAL of the new one. So each
 * holds a shared lock on the directory. Internal to store/.
 */
#ifndef STORE_SEIZE_H
#define STORE_SEIZE_H

#include "util/err.h"

/* The shared lock; -1 where none is needed or none can be had. ERR_BUSY. */
err_t store_share(int *lock, const char *path) MUST_CHECK;

#endif
