#include "artifact/changes.h"
#include "util/mem.h"

#include <stdlib.h>

void text_changes_release(struct text_changes *c)
{
	free(c->at);
	*c = (struct text_changes){0};
}

static struct text_change *add(struct text_changes *c, enum text_change_what what)
{
	MEM_GROW(c->at, c->len, c->cap);
	c->at[c->len] = (struct text_change){.what = what};
	return &c->at[c->len++];
}

static void find_fields(struct text_changes *out, const struct artifact *a,
			const struct artifact *b)
{
	struct slice from = artifact_slice(a, a->state), to = artifact_slice(b, b->state);

	if (!slice_eq(from, to))
		*add(out, TEXT_CHANGE_STATE) =
			(struct text_change){.what = TEXT_CHANGE_STATE, .from = from, .to = to};
	to = artifact_slice(b, b->title);
	if (!slice_eq(artifact_slice(a, a->title), to))
		add(out, TEXT_CHANGE_TITLE)->to = to;
}

static size_t boxes(size_t *done, const struct artifact *a)
{
	size_t total = 0;

	*done = 0;
	for (size_t i = 0; i < a->nr_items; i++) {
		total += a->items[i].tick.to != 0;
		*done += a->items[i].tick.to && a->items[i].checked;
	}
	return total;
}

static void find_ticks(struct text_changes *out, const struct artifact *a,
		       const struct artifact *b)
{
	size_t before, done, total = boxes(&done, b);

	if (boxes(&before, a) && total && before != done) {
		struct text_change *c = add(out, TEXT_CHANGE_CHECKED);

		c->done = done;
		c->total = total;
	}
}

/* --- sections ------------------------------------------------------------------------------- */

/* A text with so many headings is no artifact that a person reads by them. */
#define SECTIONS_MAX 500

struct side {
	const struct artifact *a;
	char *text; /* without what is told as a field: ticks are blank */
};

static void side_open(struct side *s, const struct artifact *a)
{
	s->a = a;
	s->text = mem_dup(a->text.at, a->text.len);
	for (size_t i = 0; i < a->nr_items; i++)
		if (a->items[i].tick.to)
			s->text[a->items[i].tick.from] = ' ';
}

static void side_close(struct side *s)
{
	free(s->text);
}

static bool within(size_t pos, struct range r)
{
	return pos >= r.from && pos < r.to;
}

static bool is_told_elsewhere(const struct side *s, size_t pos)
{
	return within(pos, s->a->title_line) || within(pos, s->a->state_field) ||
	       s->text[pos] == '\n' || s->text[pos] == '\r';
}

/* The next byte that counts of a section; false at its end. */
static bool next_byte(char *out, size_t *pos, const struct side *s, const struct section *of)
{
	while (*pos < of->body.to && is_told_elsewhere(s, *pos))
		++*pos;
	if (*pos >= of->body.to)
		return false;
	*out = s->text[(*pos)++];
	return true;
}

static bool same_text(const struct side *a, const struct section *s, const struct side *b,
		      const struct section *t)
{
	size_t i = s->heading.from, k = t->heading.from;
	bool more, other;
	char x = 0, y = 0;

	do {
		more = next_byte(&x, &i, a, s);
		other = next_byte(&y, &k, b, t);
	} while (more && other && x == y);
	return !more && !other;
}

static bool says_nothing(const struct side *a, const struct section *s)
{
	size_t i = s->heading.from;
	char c = ' ';

	while (next_byte(&c, &i, a, s))
		if (c != ' ' && c != '\t')
			return false;
	return true;
}

/* What stands under the title, or before it, has no name. */
static struct slice name_of(const struct side *s, size_t i)
{
	const struct section *of = &s->a->sections[i];

	if (of->level == 0 || within(of->heading.from, s->a->title_line))
		return slice_of("", 0);
	return artifact_slice(s->a, of->title);
}

/* The section of b that has the name of a's i-th, counted among those of that name. */
static const struct section *other_of(const struct side *a, size_t i, const struct side *b)
{
	struct slice name = name_of(a, i);
	size_t n = 0;

	for (size_t k = 0; k < i; k++)
		n += slice_eq(name_of(a, k), name);
	for (size_t k = 0; k < b->a->nr_sections; k++)
		if (slice_eq(name_of(b, k), name) && n-- == 0)
			return &b->a->sections[k];
	return NULL;
}

static void find_sections(struct text_changes *out, const struct side *a, const struct side *b)
{
	for (size_t i = 0; i < b->a->nr_sections; i++) {
		const struct section *t = &b->a->sections[i], *s = other_of(b, i, a);

		if (s ? !same_text(a, s, b, t) : !says_nothing(b, t))
			add(out, s ? TEXT_CHANGE_EDITED : TEXT_CHANGE_ADDED)->to = name_of(b, i);
	}
	for (size_t i = 0; i < a->a->nr_sections; i++)
		if (!other_of(a, i, b) && !says_nothing(a, &a->a->sections[i]))
			add(out, TEXT_CHANGE_REMOVED)->from = name_of(a, i);
}

static bool has_sections(const struct artifact *a)
{
	return !a->yaml && a->nr_sections <= SECTIONS_MAX;
}

void text_changes_find(struct text_changes *out, const struct artifact *before,
		       const struct artifact *after)
{
	scoped(side_close) struct side a = {0}, b = {0};

	*out = (struct text_changes){0};
	if (slice_eq(before->text, after->text))
		return;
	find_fields(out, before, after);
	find_ticks(out, before, after);
	side_open(&a, before);
	side_open(&b, after);
	if (has_sections(before) && has_sections(after))
		find_sections(out, &a, &b);
	if (!out->len)
		add(out, TEXT_CHANGE_OTHER);
}
