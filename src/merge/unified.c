#include "merge/unified.h"

#include "util/mem.h"

/* git shows no more of a heading than this. */
#define HEADING_BYTES 80

static void put_line(FILE *out, char sign, struct slice text)
{
	fputc(sign, out);
	fwrite(text.at, 1, text.len, out);
	if (text.at[text.len - 1] != '\n')
		fputs("\n\\ No newline at end of file\n", out);
}

static void put_lines(FILE *out, char sign, const struct lines *lines, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		put_line(out, sign, lines->at[i].text);
}

/* Lines are counted from 1; an empty range names the line before it. */
static void put_range(FILE *out, char sign, size_t from, size_t to)
{
	fprintf(out, " %c%zu", sign, from == to ? from : from + 1);
	if (to - from != 1)
		fprintf(out, ",%zu", to - from);
}

static void put_heading(FILE *out, const struct lines *lines, size_t from)
{
	struct slice h;

	while (from && lines->at[from - 1].text.at[0] != '#')
		from--;
	if (!from)
		return;
	h = lines->at[from - 1].text;
	if (h.len > HEADING_BYTES) {
		h.len = HEADING_BYTES;
		while (h.len && ((unsigned char)h.at[h.len] & 0xC0) == 0x80)
			h.len--;
	}
	h = slice_trim(h);
	fputc(' ', out);
	fwrite(h.at, 1, h.len, out);
}

void unified_range(FILE *out, const struct unified *u, const struct unified_part *p)
{
	const struct hunk *last = &p->last[-1];

	fputs("@@", out);
	put_range(out, '-', p->from, p->to);
	put_range(out, '+', p->first->b_from - (p->first->a_from - p->from),
		  last->b_to + (p->to - last->a_to));
	fputs(" @@", out);
	put_heading(out, u->a, p->from);
	fputc('\n', out);
}

static void put_part(void *ctx, const struct unified *u, const struct unified_part *p)
{
	FILE *out = ctx;
	size_t at = p->from;

	unified_range(out, u, p);
	for (const struct hunk *h = p->first; h < p->last; h++) {
		put_lines(out, ' ', u->a, at, h->a_from);
		put_lines(out, '-', u->a, h->a_from, h->a_to);
		put_lines(out, '+', u->b, h->b_from, h->b_to);
		at = h->a_to;
	}
	put_lines(out, ' ', u->a, at, p->to);
}

static struct unified_part part_of(const struct unified *u, const struct hunk *first,
				   const struct hunk *last)
{
	size_t before = first->a_from < u->context ? first->a_from : u->context;
	size_t rest = u->a->len - last[-1].a_to;
	size_t after = rest < u->context ? rest : u->context;

	return (struct unified_part){first, last, first->a_from - before, last[-1].a_to + after};
}

void unified_each(const struct unified *u, const struct hunks *hunks, unified_part_fn each,
		  void *ctx)
{
	for (size_t i = 0, from = 0; i < hunks->len; i++) {
		struct unified_part part;

		if (i + 1 < hunks->len &&
		    hunks->at[i + 1].a_from - hunks->at[i].a_to <= 2 * u->context)
			continue;
		part = part_of(u, hunks->at + from, hunks->at + i + 1);
		each(ctx, u, &part);
		from = i + 1;
	}
}

char *diff_unified(struct slice a, struct slice b, const char *a_label, const char *b_label,
		   int context)
{
	scoped(lines_release) struct lines la = lines_split(a), lb = lines_split(b);
	scoped(hunks_release) struct hunks hunks = diff_lines(&la, &lb);
	struct unified u = {.a = &la, .b = &lb, .context = context > 0 ? (size_t)context : 0};
	struct mem_stream s;

	mem_stream_open(&s);
	if (hunks.len)
		fprintf(s.file, "--- %s\n+++ %s\n", a_label, b_label);
	unified_each(&u, &hunks, put_part, s.file);
	return mem_stream_close(&s, NULL);
}
