/* The url of a remote, as a user types it and as a clone keeps it. */
#ifndef CMD_REMOTE_URL_H
#define CMD_REMOTE_URL_H

#include "util/err.h"

/* "file:<path>" with an absolute path, or that of a server; caller frees. ERR_MISUSE for anything
 * that is none. */
err_t remote_url(char **out, const char *typed) MUST_CHECK;

#endif
