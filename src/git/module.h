/* Opening git.so. */
#ifndef GIT_MODULE_H
#define GIT_MODULE_H

#include "git/lg2.h"

/* The module's table; opened once and never closed. Looked for in $GIT_AGENT_LIBEXEC, then beside
 * the program (libexec/git-agent) and one directory up. */
err_t module_open(const struct lg2_ops **out) MUST_CHECK;

#endif
