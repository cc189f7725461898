/*
 * Reports of what went wrong in a way that nobody foresaw: a signal such as SIGSEGV, a failed
 * BUG_ON, a fatal error. The last CRASH_SLOTS of them stay, as "<dir>/logs/<nn>.log". They have the
 * command line without secrets, the version, what ran last, and of a crash the stack.
 */
#ifndef UTIL_CRASH_H
#define UTIL_CRASH_H

#include "util/mem.h"

#define CRASH_SLOTS 20

/* From now on reports go below dir, where it exists; signals are caught. Called again: the new
 * directory. */
void crash_start(const char *dir);

/* A report of an error that the user is told, with its redacted text. Nothing happens before
 * crash_start, and where it cannot be written. */
void crash_error(const char *text);

/* The file of a slot. Caller frees. */
char *crash_path(const char *dir, int slot);

#endif
