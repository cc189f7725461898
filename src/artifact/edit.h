/* What all edits share. Private to artifact/. */
#ifndef ARTIFACT_EDIT_H
#define ARTIFACT_EDIT_H

#include "artifact/artifact.h"

struct edit {			/* one range of the text gives way to new bytes */
	struct range at;
	char *bytes;		/* owned */
	size_t len;
};
void edit_release(struct edit *e);

/* The line end of the text's first line; LF where there is none. */
const char *edit_eol(struct slice text);
/* Bytes of the byte order mark, or 0. */
size_t edit_mark(struct slice text);
/* Whether a line begins at pos that has only spaces and tabs, or the text ends there. */
bool edit_blank_at(struct slice text, size_t pos);
/* The first position after the line that begins at or holds pos. */
size_t edit_line_end(struct slice text, size_t pos);
/* Without blank lines at both ends, and with this line end. Caller frees. */
char *edit_body(struct slice body, const char *eol, size_t *len);

/* The edited text. */
void edit_splice(char **out, size_t *len, const struct artifact *a, const struct edit *e);
/* Reads an edited text the way that a was read. */
struct artifact *edit_reparse(const struct artifact *a, const char *bytes, size_t len);
/* Whether label, title (NULL: as before) and state (NULL: as before) are what was asked for. */
bool edit_kept(const struct artifact *before, const struct artifact *after, const char *title,
	       const char *state);

/* The section that a path of titles names. */
err_t edit_find_section(size_t *out, const struct artifact *a, const char *path) MUST_CHECK;
/* What stands in the body between blank lines, without the last line end; empty: from == to. */
struct range edit_core(const struct artifact *a, const struct section *s);
/* The edit that puts text where the body of the section is empty. */
struct edit edit_fill(const struct artifact *a, const struct section *s, struct slice text);

#endif
