/* What became of each file, as JSON: shared by import, import-<kind> and export. */
#ifndef CMD_OUTCOME_H
#define CMD_OUTCOME_H

#include <stdbool.h>
#include <stddef.h>

struct outcome {
	const char *status;	/* "created", "written", "failed", ...; static */
	char *path;
	char *why;		/* or NULL */
};

struct outcomes {
	struct outcome *at;
	size_t len, cap;
};

/* Copies path and why. */
void outcomes_add(struct outcomes *o, const char *status, const char *path, const char *why);
/* {"dry_run":..., "commit":..., "files":[...]}; commit NULL: none was made. */
void outcomes_print(const struct outcomes *o, bool dry_run, const char *commit);
void outcomes_release(struct outcomes *o);

#endif
