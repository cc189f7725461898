/* The first text of a new artifact. Pure. */
#ifndef CMD_DRAFT_H
#define CMD_DRAFT_H

#include "artifact/kind.h"
#include "artifact/label.h"

struct draft {
	const struct kind *kind;
	const struct label *label;
	const char *title;
	const char *state;
	const char *parent;	/* its label, or NULL */
	const char *date;	/* "2026-11-24" */
	const char *author;
};

/* The kind's template, filled in. ERR_REFUSED when the title would not be read back as it is. The
 * caller frees. */
err_t draft_text(char **out, size_t *len, const struct draft *d) MUST_CHECK;

#endif
