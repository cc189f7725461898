#include "cli/columns.h"
#include "cli/color.h"
#include "cli/text.h"
#include "util/mem.h"

#include <stdlib.h>
#include <string.h>

/* Ten thousand rows are printed at once: all texts are in one buffer. */
static char *room(struct columns *c, size_t more)
{
	if (c->used + more > c->room) {
		c->room = 2 * (c->used + more);
		c->texts = mem_realloc(c->texts, c->room);
	}
	return c->texts + c->used;
}

void columns_more(struct columns *c, const char *text)
{
	size_t len = text ? strlen(text) : 0;
	char *line = room(c, len);

	/* A cell is one line: what would end it becomes a space. */
	for (size_t i = 0; i < len; i++)
		line[i] = (char)(text[i] == '\n' || text[i] == '\t' || text[i] == '\r' ? ' '
										    : text[i]);
	c->used += len;
	c->cells[c->len - 1].len += len;
}

void columns_add_color(struct columns *c, const char *color, const char *text)
{
	MEM_GROW(c->cells, c->len, c->cap);
	c->cells[c->len++] = (struct columns_cell){.at = c->used, .color = color};
	columns_more(c, text);
}

void columns_add(struct columns *c, const char *text)
{
	columns_add_color(c, "", text);
}

static struct slice text_of(const struct columns *c, const struct columns_cell *cell)
{
	return slice_of(cell->len ? c->texts + cell->at : "", cell->len);
}

static void pad(size_t width, FILE *out)
{
	static const char spaces[] = "                                ";

	for (size_t n; width; width -= n) {
		n = width < sizeof(spaces) - 1 ? width : sizeof(spaces) - 1;
		fwrite(spaces, 1, n, out);
	}
}

static void print_cell(const struct columns *c, const struct columns_cell *cell, int column,
		       size_t width, FILE *out)
{
	size_t padding = width - cell->width;
	bool right = c->right[column], last = column == c->count - 1;

	pad((column ? 2 : 0) + (right ? padding : 0), out);
	if (cell->color[0])
		fputs(cell->color, out);
	text_safe_write(text_of(c, cell), out);
	if (cell->color[0])
		fputs(COLOR_RESET, out);
	if (last)
		putc('\n', out);
	else if (!right)
		pad(padding, out);
}

void columns_print(const struct columns *c, FILE *out)
{
	size_t widths[sizeof(c->right) / sizeof(*c->right)] = {0};

	BUG_ON(c->count < 1 || (size_t)c->count > sizeof(widths) / sizeof(*widths));
	BUG_ON(c->len % (size_t)c->count != 0);
	for (size_t i = 0; i < c->len; i++) {
		size_t *widest = &widths[i % (size_t)c->count];

		c->cells[i].width = text_width(text_of(c, &c->cells[i]));
		if (c->cells[i].width > *widest)
			*widest = c->cells[i].width;
	}
	for (size_t i = 0; i < c->len; i++) {
		int column = (int)(i % (size_t)c->count);

		print_cell(c, &c->cells[i], column, widths[column], out);
	}
}

void columns_release(struct columns *c)
{
	free(c->texts);
	free(c->cells);
	*c = (struct columns){.count = c->count};
}
