/* A table with aligned columns, printed once all of it is known. */
#ifndef CLI_COLUMNS_H
#define CLI_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct columns_cell {
	size_t at, len;		/* its text in the table's */
	size_t width;
	const char *color;	/* a COLOR_ code, or "" */
};

/* {.count = n} is an empty table of n columns, with two spaces between them. */
struct columns {
	int count;		/* columns of a row */
	bool right[16];		/* columns that are aligned to the right */
	struct columns_cell *cells;
	size_t len, cap;
	char *texts;
	size_t used, room;
};

/* The next cell, row by row; the text is copied, NULL is "". */
void columns_add(struct columns *c, const char *text);
void columns_add_color(struct columns *c, const char *color, const char *text);
/* Adds to the last cell. */
void columns_more(struct columns *c, const char *text);
/* Cells are printed as by text_safe_fputs; the last column is not padded. */
void columns_print(const struct columns *c, FILE *out);
void columns_release(struct columns *c);

#endif
