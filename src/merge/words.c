#include "merge/words.h"

#include "merge/name.h"
#include "util/mem.h"

#include <stdlib.h>

void words_release(struct words *w)
{
	lines_release(&w->words);
	free(w->blanks);
	free(w->id);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static size_t run(struct slice s, size_t at, bool blank)
{
	while (at < s.len && is_blank(s.at[at]) == blank)
		at++;
	return at;
}

static unsigned long hash_of(struct slice s)
{
	unsigned long h = 5381;

	for (size_t i = 0; i < s.len; i++)
		h = h * 33 + (unsigned char)s.at[i];
	return h;
}

struct words words_of(struct slice s, struct classes *c)
{
	struct words w = {0};
	size_t max = s.len / 2 + 2, word = 0, blank;

	w.words.at = mem_alloc(max * sizeof(*w.words.at));
	w.blanks = mem_alloc(max * sizeof(*w.blanks));
	do {
		size_t n = w.words.len++, end = n ? run(s, word, false) : 0;

		blank = run(s, end, true);
		w.words.at[n].text = slice_of(s.at + word, end - word);
		w.words.at[n].hash = hash_of(w.words.at[n].text);
		w.blanks[n] = slice_of(s.at + end, blank - end);
		word = blank;
	} while (word < s.len);
	w.id = classes_number(c, &w.words);
	return w;
}

struct hunks words_diff(const struct words *a, const struct words *b, const struct classes *c)
{
	return script_hunks((struct seq){.id = a->id, .len = a->words.len},
			    (struct seq){.id = b->id, .len = b->words.len}, c->len, false);
}

/* What one side made of blanks, and the other; false when they disagree. */
static bool choose(struct slice *blanks, struct slice base, struct slice spaced)
{
	if (slice_eq(spaced, base))
		return true;
	if (!slice_eq(*blanks, base) && !slice_eq(*blanks, spaced))
		return false;
	*blanks = spaced;
	return true;
}

/* The words of `edited`; where base still has the word, with the blanks of `spaced` if those are
 * others than in base. False when both changed them. */
static bool put_words(FILE *out, const struct words *base, const struct words *spaced,
		      const struct words *edited, const struct hunks *hunks)
{
	size_t h = 0, b = 0;

	for (size_t e = 0; e < edited->words.len; e++) {
		struct slice blanks = edited->blanks[e], word = edited->words.at[e].text;

		while (h < hunks->len && e >= hunks->at[h].b_to && b >= hunks->at[h].a_from)
			b = hunks->at[h++].a_to;
		if (h >= hunks->len || e < hunks->at[h].b_from) {
			if (!choose(&blanks, base->blanks[b], spaced->blanks[b]))
				return false;
			b++;
		} else if (e + 1 == edited->words.len &&
			   !choose(&blanks, base->blanks[base->words.len - 1],
				   spaced->blanks[base->words.len - 1])) {
			return false;
		}
		fwrite(word.at, 1, word.len, out);
		fwrite(blanks.at, 1, blanks.len, out);
	}
	return true;
}

static char *apply_spaces(struct slice base, struct slice spaced, struct slice edited)
{
	struct classes c;
	struct words b, s, e;
	struct hunks hunks;
	struct mem_stream m;
	char *bytes;
	bool ok;

	classes_init(&c, (base.len + spaced.len + edited.len) / 2 + 6, LINE_ENDS_COUNT);
	b = words_of(base, &c);
	s = words_of(spaced, &c);
	e = words_of(edited, &c);
	hunks = words_diff(&b, &e, &c);
	mem_stream_open(&m);
	ok = b.words.len == s.words.len && put_words(m.file, &b, &s, &e, &hunks);
	bytes = mem_stream_close(&m, NULL);
	hunks_release(&hunks);
	words_release(&b);
	words_release(&s);
	words_release(&e);
	classes_release(&c);
	if (!ok)
		free(steal(bytes));
	return bytes;
}

char *words_merge(struct slice base, struct slice ours, struct slice theirs)
{
	if (slice_eq(ours, theirs) || slice_eq(base, theirs))
		return mem_strndup(ours.at, ours.len);
	if (slice_eq(base, ours))
		return mem_strndup(theirs.at, theirs.len);
	if (name_same_words(base, ours))
		return apply_spaces(base, ours, theirs);
	if (name_same_words(base, theirs))
		return apply_spaces(base, theirs, ours);
	return NULL;
}
