/* Opening git.so. */
#ifndef GIT_MODULE_H
#define GIT_MODULE_H

#include "git/lg2.h"

/* The module's table; opened once and never closed (util/module.h). */
err_t lg2_module(const struct lg2_ops **out) MUST_CHECK;

/* The version of zlib, which needs no module. */
const char *odb_library(void);

#endif
