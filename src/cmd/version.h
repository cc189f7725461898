/* What this program was built with, as `version --build-options` and `env` say it. */
#ifndef CMD_VERSION_H
#define CMD_VERSION_H

#include "util/err.h"

struct version_option {
	const char *name;
	const char *built;			/* what it was built with */
	err_t (*linked)(const char **out);	/* what it runs with; NULL: no library */
};
/* Ends with a row of NULL. */
extern const struct version_option version_build_options[];

/* "3.40.1", and where it runs with another one, or none, that too. Caller frees. */
char *version_option_text(const struct version_option *option);

#endif
