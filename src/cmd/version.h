/* What this program was built with, as `version --build-options` and `env` say it. */
#ifndef CMD_VERSION_H
#define CMD_VERSION_H

/* Name and value; ends with a row of NULL. */
extern const char *const version_build_options[][2];

#endif
