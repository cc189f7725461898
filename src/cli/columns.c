#include "cli/columns.h"
#include "cli/color.h"
#include "cli/text.h"
#include "util/mem.h"

#include <stdlib.h>

/* A cell is one line: what would end it becomes a space. */
static char *one_line(const char *text)
{
	char *line = mem_strdup(text ? text : "");

	for (char *p = line; *p; p++)
		if (*p == '\n' || *p == '\t' || *p == '\r')
			*p = ' ';
	return line;
}

void columns_add_color(struct columns *c, const char *color, const char *text)
{
	MEM_GROW(c->cells, c->len, c->cap);
	c->cells[c->len].text = one_line(text);
	c->cells[c->len++].color = color;
}

void columns_add(struct columns *c, const char *text)
{
	columns_add_color(c, "", text);
}

static size_t width_of(const struct columns *c, int column)
{
	size_t width = 0;

	for (size_t i = (size_t)column; i < c->len; i += (size_t)c->count) {
		size_t w = text_width(slice_str(c->cells[i].text));

		width = w > width ? w : width;
	}
	return width;
}

static void print_cell(const struct columns *c, const struct columns_cell *cell, int column,
		       size_t width, FILE *out)
{
	int pad = (int)(width - text_width(slice_str(cell->text)));
	bool right = c->right[column];

	if (column)
		fputs("  ", out);
	fprintf(out, "%*s%s", right ? pad : 0, "", cell->color);
	text_safe_fputs(cell->text, out);
	fputs(cell->color[0] ? COLOR_RESET : "", out);
	if (column == c->count - 1)
		fputc('\n', out);
	else
		fprintf(out, "%*s", right ? 0 : pad, "");
}

void columns_print(const struct columns *c, FILE *out)
{
	size_t widths[sizeof(c->right) / sizeof(*c->right)];

	BUG_ON(c->count < 1 || (size_t)c->count > sizeof(widths) / sizeof(*widths));
	BUG_ON(c->len % (size_t)c->count != 0);
	for (int column = 0; column < c->count; column++)
		widths[column] = width_of(c, column);
	for (size_t i = 0; i < c->len; i++) {
		int column = (int)(i % (size_t)c->count);

		print_cell(c, &c->cells[i], column, widths[column], out);
	}
}

void columns_release(struct columns *c)
{
	for (size_t i = 0; i < c->len; i++)
		free(c->cells[i].text);
	free(c->cells);
	*c = (struct columns){.count = c->count};
}
