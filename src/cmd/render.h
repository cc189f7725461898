/* An artifact for reading on a terminal: CommonMark laid out, everything else made safe. */
#ifndef CMD_RENDER_H
#define CMD_RENDER_H

#include "util/slice.h"

#include <stdbool.h>
#include <stdio.h>

struct render_look {
	bool color;	/* without, the marks of emphasis and code stay */
	bool utf8;	/* boxes and bullets may be characters beyond ASCII */
	size_t width;	/* lines of prose are wrapped here; tables and code never */
};

/* What the terminal is: COLUMNS, its own word, or 80; and the locale. Before a pager starts. */
struct render_look render_look(void);
/* A text with conflict markers, or nested beyond reason, is printed as it is. */
void render(FILE *out, const struct render_look *look, struct slice text);

#endif
