/*
 * Changes of files that belong together: planned first, then all of them made, or none. A file that
 * has changed since the plan stops them, and what was written by then is taken back.
 */
#ifndef CMD_STEPS_H
#define CMD_STEPS_H

#include "util/err.h"
#include "util/file.h"

enum step_how {
	STEP_WRITE,
	STEP_CONFIG,	/* the same under git's own lock, <path>.lock */
	STEP_REMOVE,
	STEP_REMOVE_LINK,	/* a symbolic link */
	STEP_MOVE,	/* to a name that is free; also a symbolic link, as it is */
};

struct step {
	enum step_how how;
	char *path;
	char *to;		/* STEP_MOVE; where STEP_REMOVE_LINK pointed to */
	char *text;		/* what is written */
	size_t len;
	mode_t mode;		/* 0: as the file has it */
	char *old;		/* what was there; NULL: no file, or a STEP_MOVE */
	size_t old_len;
	mode_t old_mode;
	const char *what;	/* "hook pre-commit"; static */
	bool done, made_dir;
};

struct steps {
	struct step *at;
	size_t len, cap;
};

/* Takes over path, text and old. */
void steps_write(struct steps *s, enum step_how how, char *path, struct step change);
void steps_release(struct steps *s);

/* On an error everything is as it was; its text says so where that failed, too. */
err_t steps_apply(struct steps *s) MUST_CHECK;

/* Whether a run of ours that was cut off left git's lock on the file behind; STEP_CONFIG takes
 * such a lock over. *exists: there is a lock, of whom ever. */
err_t steps_stale_lock(bool *ours, bool *exists, const char *path) MUST_CHECK;
/* Takes it away, if it still is one. */
err_t steps_clear_lock(const char *path) MUST_CHECK;

/* For the plan: the bytes, NULL where there is no file. ERR_REFUSED where it is no regular file. */
err_t steps_read(char **bytes, size_t *len, struct file_stat *st, const char *path) MUST_CHECK;

#endif
