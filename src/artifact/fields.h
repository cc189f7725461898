/*
 * Finds title and state while the lines of a text go by: the one place that knows all the forms
 * in which people write them. Private to artifact/.
 */
#ifndef ARTIFACT_FIELDS_H
#define ARTIFACT_FIELDS_H

#include "artifact/scan.h"

struct fields {
	struct slice text;
	struct range title_line;
	struct range title;
	struct range title_label;
	int title_number;	/* its line */
	struct range state;
	struct range state_field;
	int state_line;		/* of the value, or of the marker when it has none */
	int second_line;	/* of a second marker; 0: none */

	/* The rest is fields.c's own. */
	struct range marker;	/* heading that waits for its value */
	int marker_line;
	int headings;
	int title_level;	/* 0: front matter or none */
	bool closed;		/* no heading can be the title any more */
	struct range first_empty;	/* the first marker without a value */
	int first_empty_line;
};

void fields_init(struct fields *f, struct slice text);
void fields_line(struct fields *f, const struct line *l);
/* After the last line, or when fields_done. */
void fields_end(struct fields *f);
/* True when no later line can change title or state (a second state can still come). */
bool fields_done(const struct fields *f);

/* The same for a YAML text, in one call: id, title and state at the left margin. */
void fields_yaml(struct fields *f, struct slice text);

/* Whether path, or the kind, says that the text is YAML. */
bool fields_is_yaml(const struct kind *kind, const char *path);

/* Where a state section goes when there is none: after the title, or at the start. */
size_t fields_insert_at(struct slice text, struct range title_line);

#endif
