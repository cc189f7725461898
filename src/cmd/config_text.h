/* Settings in a git configuration file, as the bytes that `git config` would leave there. */
#ifndef CMD_CONFIG_TEXT_H
#define CMD_CONFIG_TEXT_H

#include "util/err.h"
#include "util/slice.h"

struct config_setting {
	const char *key;
	const char *value;	/* NULL: not set */
};

/* *out is NULL where nothing changes; else the caller frees it. Asks `git config` on a copy in a
 * directory of its own: the file itself is not touched. */
err_t config_text(char **out, size_t *len, struct slice text, const struct config_setting *settings,
		  size_t nr) MUST_CHECK;

/* The value of a key in the text; NULL when not set. Caller frees. */
err_t config_text_get(char **value, struct slice text, const char *key) MUST_CHECK;

#endif
