#include "cmd/snippet.h"
#include "util/mem.h"

#include <stdlib.h>
#include <string.h>

#define LONG 160   /* bytes of a line that is cut */
#define WINDOW 120 /* what is left of it */
#define BEFORE 40  /* of that, before the first word */

struct found {
	int line;
	struct slice text; /* the line */
	size_t first;	   /* where in the text the first word begins */
	size_t score;
};

/* --- lines ---------------------------------------------------------------------------------- */

static struct slice line_around(struct slice text, size_t at)
{
	const char *before = at ? memrchr(text.at, '\n', at) : NULL;
	const char *from = before ? before + 1 : text.at;
	const char *end = memchr(text.at + at, '\n', text.len - at);

	return slice_of(from, (size_t)((end ? end : text.at + text.len) - from));
}

static int newlines(struct slice text, size_t from, size_t to)
{
	int n = 0;

	for (; from < to; from++)
		n += text.at[from] == '\n';
	return n;
}

/* Keeps the best ones; of two that are as good, the earlier. */
static void keep(struct found *best, size_t *len, size_t max, const struct found *f)
{
	size_t worst = 0;

	if (*len < max) {
		best[(*len)++] = *f;
		return;
	}
	for (size_t i = 1; i < *len; i++)
		if (best[i].score < best[worst].score ||
		    (best[i].score == best[worst].score && best[i].line > best[worst].line))
			worst = i;
	if (f->score > best[worst].score)
		best[worst] = *f;
}

static int by_line(const void *a, const void *b)
{
	return ((const struct found *)a)->line - ((const struct found *)b)->line;
}

/* --- cutting -------------------------------------------------------------------------------- */

static bool inside_character(struct slice s, size_t at)
{
	return at < s.len && ((unsigned char)s.at[at] & 0xC0) == 0x80;
}

static void cut(struct snippet *out, const struct found *f, struct slice text)
{
	struct slice line = slice_trim(f->text);
	const char *word = text.at + f->first;
	size_t at = word > line.at ? (size_t)(word - line.at) : 0;
	size_t from = 0, to = line.len;

	if (line.len > LONG) {
		from = at > BEFORE ? at - BEFORE : 0;
		while (from && from < at && line.at[from - 1] != ' ')
			from++;
		if (from == at && at > BEFORE)
			from = at - BEFORE;
		while (inside_character(line, from))
			from++;
		to = from + WINDOW < line.len ? from + WINDOW : line.len;
		while (inside_character(line, to))
			to--;
	}
	*out = (struct snippet){
		.line = f->line,
		.text = slice_of(line.at + from, to - from),
		.cut_left = from > 0,
		.cut_right = to < line.len,
	};
}

/* --- all of it ------------------------------------------------------------------------------ */

static bool begins_in(struct slice part, struct slice line)
{
	return part.len && part.at >= line.at && part.at <= line.at + line.len;
}

/* The marks from i on that end in one line; returns the first one after them. */
static size_t take_line(struct found *f, struct slice text, const struct search_marks *marks,
			size_t i, bool *terms, size_t nr_terms)
{
	f->text = line_around(text, marks->at[i].to - 1);
	f->first = marks->at[i].from;
	f->score = 0;
	memset(terms, 0, nr_terms);
	for (; i < marks->len && marks->at[i].to <= (size_t)(f->text.at - text.at) + f->text.len;
	     i++) {
		f->score += !terms[marks->at[i].term];
		terms[marks->at[i].term] = true;
		if (marks->at[i].from < f->first)
			f->first = marks->at[i].from;
	}
	return i;
}

void snippets_pick(struct snippets *out, struct slice text, const struct search_marks *marks,
		   size_t nr_terms, struct slice title, size_t max)
{
	scoped_free bool *terms = mem_alloc(nr_terms + 1);
	struct found best[SNIPPETS_MAX], f = {.line = 1};
	size_t len = 0, counted = 0;

	BUG_ON(max > SNIPPETS_MAX);
	out->len = 0;
	for (size_t i = 0; i < marks->len && max;) {
		size_t at;

		i = take_line(&f, text, marks, i, terms, nr_terms);
		at = (size_t)(f.text.at - text.at);
		f.line += newlines(text, counted, at);
		counted = at;
		if (!begins_in(title, f.text))
			keep(best, &len, max, &f);
	}
	if (len)
		qsort(best, len, sizeof(*best), by_line);
	for (size_t i = 0; i < len; i++)
		cut(&out->at[out->len++], &best[i], text);
}
