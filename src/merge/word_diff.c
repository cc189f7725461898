/*
 * A diff in words, as git has it: each group of changed lines is compared again, word by word, and
 * shown as the new text with what is gone put in before it. White space is that of the new text.
 */
#include "merge/unified.h"
#include "merge/words.h"
#include "util/mem.h"

#include <stdlib.h>

struct word_diff {
	diff_piece_fn put;
	void *ctx;
};

static void put(const struct word_diff *d, enum diff_piece piece, const char *from, const char *to)
{
	if (to > from)
		d->put(d->ctx, piece, slice_of(from, (size_t)(to - from)));
}

static const char *end_of(const struct words *w, size_t i)
{
	return w->words.at[i].text.at + w->words.at[i].text.len;
}

/* The first word, which is empty, is the same in both: there always is one before a change. */
static void put_words(const struct word_diff *d, const struct words *a, const struct words *b,
		      const struct hunks *hunks, struct slice text)
{
	const char *at = text.at;

	for (size_t i = 0; i < hunks->len; i++) {
		const struct hunk *h = &hunks->at[i];
		bool added = h->b_from < h->b_to;
		const char *from = added ? b->words.at[h->b_from].text.at
					 : end_of(b, h->b_from - 1);
		const char *to = added ? end_of(b, h->b_to - 1) : from;

		put(d, DIFF_SAME, at, from);
		if (h->a_from < h->a_to)
			put(d, DIFF_OLD, a->words.at[h->a_from].text.at, end_of(a, h->a_to - 1));
		put(d, DIFF_NEW, from, to);
		at = to;
	}
	put(d, DIFF_SAME, at, text.at + text.len);
}

/* The lines are views into one text. */
static struct slice lines_text(const struct lines *lines, size_t from, size_t to)
{
	const char *start;

	if (from == to)
		return slice_of("", 0);
	start = lines->at[from].text.at;
	return slice_of(start, (size_t)(lines->at[to - 1].text.at - start) +
				       lines->at[to - 1].text.len);
}

static void put_hunk(const struct word_diff *d, struct slice old, struct slice new)
{
	struct classes c;
	struct words a, b;
	struct hunks hunks;

	if (!new.len) {
		put(d, DIFF_OLD, old.at, old.at + old.len);
		return;
	}
	classes_init(&c, (old.len + new.len) / 2 + 4, LINE_ENDS_COUNT);
	a = words_of(old, &c);
	b = words_of(new, &c);
	hunks = words_diff(&a, &b, &c);
	put_words(d, &a, &b, &hunks, new);
	hunks_release(&hunks);
	words_release(&a);
	words_release(&b);
	classes_release(&c);
}

static void put_context(const struct word_diff *d, const struct lines *lines, size_t from,
			size_t to)
{
	struct slice text = lines_text(lines, from, to);

	put(d, DIFF_CONTEXT, text.at, text.at + text.len);
}

static void put_part(void *ctx, const struct unified *u, const struct unified_part *p)
{
	const struct word_diff *d = ctx;
	scoped_free char *range = NULL;
	struct mem_stream s;
	size_t at = p->from;

	mem_stream_open(&s);
	unified_range(s.file, u, p);
	range = mem_stream_close(&s, NULL);
	d->put(d->ctx, DIFF_RANGE, slice_str(range));
	for (const struct hunk *h = p->first; h < p->last; h++) {
		put_context(d, u->a, at, h->a_from);
		put_hunk(d, lines_text(u->a, h->a_from, h->a_to),
			 lines_text(u->b, h->b_from, h->b_to));
		at = h->a_to;
	}
	put_context(d, u->a, at, p->to);
}

void diff_words(struct slice a, struct slice b, const char *a_label, const char *b_label,
		int context, diff_piece_fn put_piece, void *ctx)
{
	scoped(lines_release) struct lines la = lines_split(a), lb = lines_split(b);
	scoped(hunks_release) struct hunks hunks = diff_lines(&la, &lb);
	struct unified u = {.a = &la, .b = &lb, .context = context > 0 ? (size_t)context : 0};
	struct word_diff d = {put_piece, ctx};
	scoped_free char *labels = mem_printf("--- %s\n+++ %s\n", a_label, b_label);

	if (!hunks.len)
		return;
	put_piece(ctx, DIFF_LABELS, slice_str(labels));
	unified_each(&u, &hunks, put_part, &d);
}
