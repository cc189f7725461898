/* Texts that come from the user: a file, standard input, the editor. */
#ifndef CMD_INPUT_H
#define CMD_INPUT_H

#include "cmd/session.h"

/* A file, or standard input for "-". Above ARTIFACT_MAX_BYTES: ERR_REFUSED. Caller frees. */
err_t input_read(char **bytes, size_t *len, const char *path) MUST_CHECK;
/* A text that can be an artifact: no NUL bytes, no conflict markers. name is for the message. */
err_t input_check(struct slice text, const char *name) MUST_CHECK;

/*
 * Opens text in git's editor, in a file of its own below the git directory. *path is that file: the
 * caller removes it (file_remove) once the text is safe, and names it where it is not. Both are
 * the caller's to free.
 */
err_t input_edit(char **bytes, size_t *len, char **path, const struct session *s, const char *name,
		 const char *suffix, struct slice text) MUST_CHECK;

#endif
