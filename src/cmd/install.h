/*
 * What makes git call us in a clone: hooks, the merge driver and its attribute. Planned as a
 * whole, then written as a whole; where something foreign is in the way, nothing is written.
 */
#ifndef CMD_INSTALL_H
#define CMD_INSTALL_H

#include "git/repo.h"
#include "util/strs.h"

#include <sys/types.h>

struct install_file {
	char *path;
	char *text;
	mode_t mode;		/* 0: as the file has it */
	const char *what;	/* "hook pre-commit"; static */
};

struct install_setting {
	const char *key, *value;
};

/* Only what is missing: nothing of it on a second run. */
struct install {
	struct install_file files[4];
	size_t nr_files;
	struct install_setting settings[3];
	size_t nr_settings;
	struct strs foreign;	/* what is in the way and what to do about it, a line each */
};

/* Reads, and changes nothing. */
err_t install_plan(struct install *out, struct repo *r) MUST_CHECK;
/* Writes the plan; the caller has seen to it that nothing is foreign. */
err_t install_apply(const struct install *in, struct repo *r) MUST_CHECK;
void install_release(struct install *in);

/* Adds the lines that let git ignore our files to the clone's own exclude file. */
err_t install_exclude(struct repo *r) MUST_CHECK;

#endif
