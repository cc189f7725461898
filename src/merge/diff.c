#include "merge/diff.h"

#include "merge/script.h"
#include "util/hash.h"
#include "util/mem.h"

#include <stdint.h>
#include <stdlib.h>

/* Of the text without its line end, so that it also serves comparisons that ignore that. */
static unsigned long hash_of(struct slice text)
{
	uint64_t h, word;

	if (text.len && text.at[text.len - 1] == '\n')
		text.len--;
	if (text.len && text.at[text.len - 1] == '\r')
		text.len--;
	h = text.len * 0x9e3779b97f4a7c15u;
	for (; text.len >= sizeof(word); text.at += sizeof(word), text.len -= sizeof(word)) {
		memcpy(&word, text.at, sizeof(word));
		h = (h ^ word) * 0xff51afd7ed558ccdu;
		h ^= h >> 32;
	}
	word = 0;
	if (text.len)
		memcpy(&word, text.at, text.len);
	h = (h ^ word) * 0xc4ceb9fe1a85ec53u;
	return (unsigned long)(h ^ h >> 29);
}

struct lines lines_split(struct slice text)
{
	struct lines lines = {0};
	size_t cap = text.len / 40 + 16;
	struct slice line;

	lines.at = mem_alloc(cap * sizeof(*lines.at));
	while (slice_line(&text, &line)) {
		MEM_GROW(lines.at, lines.len, cap);
		lines.at[lines.len++] = (struct line){line, hash_of(line)};
	}
	return lines;
}

void lines_release(struct lines *lines)
{
	free(lines->at);
	*lines = (struct lines){0};
}

static struct hunks collect(const struct seq *a, const struct seq *b)
{
	struct hunks hunks = {0};
	size_t i = 0, j = 0, cap = 0;

	while (i < a->len || j < b->len) {
		struct hunk h = {i, i, j, j};

		while (a->changed[h.a_to])
			h.a_to++;
		while (b->changed[h.b_to])
			h.b_to++;
		if (h.a_to > i || h.b_to > j) {
			MEM_GROW(hunks.at, hunks.len, cap);
			hunks.at[hunks.len++] = h;
		}
		/* One unchanged line on either side follows, or both texts end. */
		i = h.a_to + 1;
		j = h.b_to + 1;
	}
	return hunks;
}

struct hunks script_hunks(struct seq a, struct seq b, unsigned nr_classes, bool indent_heuristic)
{
	scoped_free unsigned char *a_marks = mem_alloc(a.len + 2);
	scoped_free unsigned char *b_marks = mem_alloc(b.len + 2);

	a.changed = a_marks + 1;
	b.changed = b_marks + 1;
	histogram_mark(&a, &b, nr_classes);
	compact_groups(&a, &b, indent_heuristic);
	compact_groups(&b, &a, indent_heuristic);
	return collect(&a, &b);
}

struct hunks diff_lines(const struct lines *a, const struct lines *b)
{
	scoped(classes_release) struct classes classes;
	scoped_free unsigned *a_ids = NULL;
	scoped_free unsigned *b_ids = NULL;

	classes_init(&classes, a->len + b->len, LINE_ENDS_COUNT);
	a_ids = classes_number(&classes, a);
	b_ids = classes_number(&classes, b);
	return script_hunks((struct seq){.id = a_ids, .len = a->len, .line = a->at},
			    (struct seq){.id = b_ids, .len = b->len, .line = b->at},
			    classes.len, true);
}

void hunks_release(struct hunks *hunks)
{
	free(hunks->at);
	*hunks = (struct hunks){0};
}

/* --- patch id ------------------------------------------------------------------------------ */

static void put_lines(FILE *out, char sign, const struct lines *lines, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++) {
		struct slice text = lines->at[i].text;

		fputc(sign, out);
		fwrite(text.at, 1, text.len, out);
		/* Keeps "no line end" apart from a line end, and from the next line. */
		if (text.at[text.len - 1] != '\n')
			fputs("\n\\\n", out);
	}
}

void diff_patch_id(struct oid *out, struct slice a, struct slice b)
{
	scoped(lines_release) struct lines la = lines_split(a), lb = lines_split(b);
	scoped(hunks_release) struct hunks hunks = diff_lines(&la, &lb);
	scoped_free char *bytes = NULL;
	struct mem_stream s;
	size_t len;

	mem_stream_open(&s);
	for (size_t i = 0; i < hunks.len; i++) {
		put_lines(s.file, '-', &la, hunks.at[i].a_from, hunks.at[i].a_to);
		put_lines(s.file, '+', &lb, hunks.at[i].b_from, hunks.at[i].b_to);
	}
	bytes = mem_stream_close(&s, &len);
	*out = hash_sha1(slice_of(bytes, len));
}
