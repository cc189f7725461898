#include "cmd/site.h"

#include <stdlib.h>
#include <string.h>

/* As GitHub has them: a line of cells, a line of dashes, and lines of cells
 * (https://github.github.com/gfm/#tables-extension-). */

/* Without what a list or a quotation puts in front of it. */
static struct slice row_of(struct slice line)
{
	line = slice_trim(line);
	while (line.len && *line.at == '>')
		line = slice_trim(slice_of(line.at + 1, line.len - 1));
	return line;
}

static bool is_dashes(struct slice line)
{
	bool dash = false, bar = false;

	line = row_of(line);
	for (size_t i = 0; i < line.len; i++) {
		if (!strchr("|:- \t", line.at[i]) || !line.at[i])
			return false;
		dash |= line.at[i] == '-';
		bar |= line.at[i] == '|';
	}
	return dash && bar;
}

/* The next cell of a row; false after the last. */
static bool next_cell(struct slice *rest, struct slice *cell)
{
	size_t i = 0;

	if (!rest->len)
		return false;
	while (i < rest->len && (rest->at[i] != '|' || (i && rest->at[i - 1] == '\\')))
		i++;
	*cell = slice_trim(slice_of(rest->at, i));
	i += i < rest->len;
	*rest = slice_of(rest->at + i, rest->len - i);
	return true;
}

static struct slice cells_of(struct slice line)
{
	line = row_of(line);
	return line.len && *line.at == '|' ? slice_of(line.at + 1, line.len - 1) : line;
}

static const char *align_of(struct slice cell)
{
	bool left, right;

	if (!cell.len)
		return "";
	left = cell.at[0] == ':';
	right = cell.at[cell.len - 1] == ':';
	return left && right ? " class=\"middle\"" : right ? " class=\"right\"" : "";
}

struct table {
	FILE *out;
	struct slice dashes;
	site_cell_fn cell;
	void *ctx;
};

/* "\|" is a bar in a cell. */
static void put_cell(struct table *t, struct slice cell)
{
	scoped_free char *text = mem_strndup(cell.at, cell.len), *html = NULL;
	char *to = text;

	for (char *c = text; *c; c++) {
		if (c[0] == '\\' && c[1] == '|')
			c++;
		*to++ = *c;
	}
	html = t->cell(t->ctx, slice_of(text, (size_t)(to - text)));
	fputs(html, t->out);
}

static void put_row(struct table *t, struct slice line, const char *tag)
{
	struct slice rest = cells_of(line), dashes = cells_of(t->dashes), cell, dash;

	fputs("<tr>", t->out);
	while (next_cell(&rest, &cell)) {
		if (!next_cell(&dashes, &dash))
			dash = slice_of("", 0);
		fprintf(t->out, "<%s%s>", tag, align_of(dash));
		put_cell(t, cell);
		fprintf(t->out, "</%s>", tag);
	}
	fputs("</tr>\n", t->out);
}

char *site_table(const struct slice *lines, size_t n, site_cell_fn cell, void *ctx)
{
	struct table t = {.cell = cell, .ctx = ctx};
	struct mem_stream s;
	size_t head = 0;

	while (head + 1 < n && !(is_dashes(lines[head + 1]) &&
				 memchr(lines[head].at, '|', lines[head].len)))
		head++;
	if (head + 1 >= n)
		return NULL;
	mem_stream_open(&s);
	t.out = s.file;
	t.dashes = lines[head + 1];
	for (size_t i = 0; i < head; i++) {
		fputs(i ? "\n" : "<p>", t.out);
		put_cell(&t, row_of(lines[i]));
	}
	fputs(head ? "</p>\n" : "", t.out);
	fputs("<div class=\"table\" tabindex=\"0\"><table>\n<thead>", t.out);
	put_row(&t, lines[head], "th");
	fputs("</thead>\n<tbody>\n", t.out);
	for (size_t i = head + 2; i < n; i++)
		put_row(&t, lines[i], "td");
	fputs("</tbody>\n</table></div>\n", t.out);
	return mem_stream_close(&s, NULL);
}
