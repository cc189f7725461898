/*
 * Modules: code of ours that needs a large library is a file of its own, <name>.so, opened at the
 * first question. It exports one function, git_agent_module, that returns a table whose first
 * member is `int version`.
 */
#ifndef UTIL_MODULE_H
#define UTIL_MODULE_H

#include "util/err.h"

/* The table; opened once and never closed: the caller keeps what it got. Looked for in
 * $GIT_AGENT_LIBEXEC, then beside the program (libexec/git-agent) and one directory up. ERR_FATAL
 * when it cannot be loaded (the hint names the library) or is of another version. */
err_t module_load(const void **table, const char *name, int version, const char *library)
	MUST_CHECK;

#endif
