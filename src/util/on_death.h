/*
 * Files that must not outlive the process: git's "index.lock", which nobody would dare to remove.
 * They go when the process ends by a signal that ends it, or because memory runs out, as git's own
 * lock files do (its tempfile.c); not by kill -9.
 */
#ifndef UTIL_ON_DEATH_H
#define UTIL_ON_DEATH_H

/* Path, and path with the suffix; one pair at a time. Signals that are ignored, or that somebody
 * else takes care of, are left alone. One that is too long for the system is none. */
void on_death_remove(const char *path, const char *suffix);
void on_death_keep(void); /* they are gone, or have become what they were for */

#endif
