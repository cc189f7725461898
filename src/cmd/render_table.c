#include "cmd/render_table.h"
#include "cli/text.h"
#include "util/mem.h"

#include <stdlib.h>

#define COLUMNS_MAX 64

/* The next cell, trimmed; a '\' before '|' keeps it in the cell. */
static bool next_cell(struct slice *rest, struct slice *cell)
{
	size_t n = 0;

	if (!rest->len)
		return false;
	while (n < rest->len && rest->at[n] != '|')
		n += rest->at[n] == '\\' && n + 1 < rest->len ? 2 : 1;
	*cell = slice_trim(slice_of(rest->at, n));
	n += n < rest->len;
	*rest = slice_of(rest->at + n, rest->len - n);
	return true;
}

static struct slice inside(struct slice line)
{
	line = slice_trim(line);
	if (line.len && line.at[0] == '|')
		line = slice_of(line.at + 1, line.len - 1);
	return line;
}

static bool is_rule(struct slice line)
{
	bool dash = false, bar = false;

	for (size_t i = 0; i < line.len; i++) {
		if (!strchr("|-: \t\r\n", line.at[i]))
			return false;
		dash |= line.at[i] == '-';
		bar |= line.at[i] == '|';
	}
	return dash && bar;
}

bool render_is_table(struct slice text)
{
	struct slice line;

	if (!slice_line(&text, &line) || !memchr(line.at, '|', line.len))
		return false;
	return slice_line(&text, &line) && is_rule(line);
}

static size_t measure(size_t widths[COLUMNS_MAX], struct slice text)
{
	struct slice line, rest, cell;
	size_t columns = 0, sum = 1;

	while (slice_line(&text, &line)) {
		bool rule = is_rule(line);
		size_t i = 0;

		for (rest = inside(line); i < COLUMNS_MAX && next_cell(&rest, &cell); i++) {
			size_t width = rule ? 3 : text_width(cell);

			widths[i] = width > widths[i] ? width : widths[i];
		}
		if (rest.len)
			return (size_t)-1;
		columns = i > columns ? i : columns;
	}
	for (size_t i = 0; i < columns; i++)
		sum += widths[i] + 3;
	return sum;
}

static void put_line(FILE *out, const size_t *widths, struct slice line)
{
	struct slice rest = inside(line), cell;
	bool rule = is_rule(line);

	for (size_t i = 0; next_cell(&rest, &cell); i++) {
		fputs(i ? " " : "| ", out);
		for (size_t n = 0; rule && n < widths[i]; n++)
			putc('-', out);
		if (!rule) {
			fwrite(cell.at, 1, cell.len, out);
			fprintf(out, "%*s", (int)(widths[i] - text_width(cell)), "");
		}
		fputs(" |", out);
	}
	putc('\n', out);
}

char *render_table(struct slice text, size_t width)
{
	size_t widths[COLUMNS_MAX] = {0};
	struct mem_stream s;
	struct slice line;

	if (measure(widths, text) > width)
		return mem_strndup(text.at, text.len);
	mem_stream_open(&s);
	while (slice_line(&text, &line))
		put_line(s.file, widths, line);
	return mem_stream_close(&s, NULL);
}
