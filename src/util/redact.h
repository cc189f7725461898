/*
 * What is written where others read it (traces, logs, `env`) without what is secret: users and
 * passwords of urls, tokens, keys, and the values of names such as "password" and "extraHeader".
 */
#ifndef UTIL_REDACT_H
#define UTIL_REDACT_H

#include <stdbool.h>
#include <stdio.h>

/* The text with "<redacted>" in place of each secret. Caller frees. */
char *redact_text(const char *text);

/* The value of a setting or of a variable of the environment; all of it is secret where the name
 * says so. Caller frees. */
char *redact_value(const char *name, const char *value);

/* One of the arguments. *hide, false before the first: it is the value of the option before it,
 * whose values are secrets or the text of an artifact. Caller frees. */
char *redact_arg(const char *arg, bool *hide);

/* The arguments as a shell would read them, without secrets, a blank between two. */
void redact_argv(FILE *out, const char *const *argv);

#endif
