/*
 * Tells clang's analyzer what it cannot see across files: err_new() and err_errno() are never
 * NULL, and err_wrap() and err_hint() hand on what they are given. Only `make lint` includes it.
 */
#include "util/err.h"

static const struct err lint_error;

#define err_new(...) ((err_t)((void)sizeof(err_new(__VA_ARGS__)), &lint_error))
#define err_errno(...) ((err_t)((void)sizeof(err_errno(__VA_ARGS__)), &lint_error))
#define err_wrap(err, ...) (err)
#define err_hint(err, ...) (err)
