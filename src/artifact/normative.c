#include "artifact/artifact.h"
#include "artifact/fields.h"
#include "artifact/sections.h"
#include "util/mem.h"

#include <stdlib.h>

/*
 * Blank lines around headings and at both ends of the text mean nothing in markdown, and are left
 * out. So the normative text stays the same when a state field or a link section is added.
 */
struct cuts {
	struct range *at;
	size_t len;
	size_t cap;
};

static void add(struct cuts *c, size_t from, size_t to)
{
	MEM_GROW(c->at, c->len, c->cap);
	c->at[c->len++] = (struct range){from, to};
}

static bool blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The range with the blank lines around it; whole lines only. */
static struct range widen(struct slice text, struct range r)
{
	size_t at = r.from;

	while (at > 0 && blank(text.at[at - 1])) {
		at--;
		if (at == 0 || text.at[at - 1] == '\n')
			r.from = at;
	}
	for (at = r.to; at < text.len && blank(text.at[at]); at++)
		if (text.at[at] == '\n')
			r.to = at + 1;
	return r;
}

static void add_lines(struct cuts *c, struct slice text, struct range r)
{
	r = widen(text, r);
	add(c, r.from, r.to);
}

static int compare(const void *a, const void *b)
{
	const struct range *x = a, *y = b;

	return x->from < y->from ? -1 : x->from > y->from;
}

static void find_cuts(struct cuts *c, const struct artifact *a)
{
	size_t at = fields_insert_at(a->text, a->title_line);
	bool heading = !a->title_line.to || strchr("# ", a->text.at[a->title_line.from]);

	if (!a->yaml && heading)	/* not in front matter */
		add_lines(c, a->text, (struct range){at, at});
	if (a->state_field.to && (a->yaml || a->text.at[a->state_field.from] == 's'))
		add(c, a->state_field.from, a->state_field.to);
	else if (a->state_field.to)
		add_lines(c, a->text, a->state_field);
	for (size_t i = 0; i < a->nr_items; i++)
		if (a->items[i].tick.to)
			add(c, a->items[i].tick.from, a->items[i].tick.to);
	for (size_t i = 1; i < a->nr_sections; i++) {
		const struct section *section = &a->sections[i];
		struct range wide = widen(a->text, section->heading);

		add(c, wide.from, section->heading.from);
		add(c, section->heading.to, wide.to);
		if (sections_is_link(a->sections, i, a->text) || sections_is_log(section, a->text))
			add(c, section->whole.from, section->whole.to);
	}
	if (c->len)
		qsort(c->at, c->len, sizeof(*c->at), compare);
}

struct sha256 artifact_normative(const struct artifact *a)
{
	scoped_free char *kept = mem_alloc(a->text.len);
	struct cuts c = {0};
	struct sha256 sum;
	size_t len = 0, at = 0;

	find_cuts(&c, a);
	for (size_t i = 0; i <= c.len; i++) {
		size_t from = i < c.len ? c.at[i].from : a->text.len;

		if (from > at) {
			memcpy(kept + len, a->text.at + at, from - at);
			len += from - at;
			at = from;
		}
		if (i < c.len && c.at[i].to > at)
			at = c.at[i].to;
	}
	while (len && blank(kept[len - 1]))
		len--;
	free(c.at);
	sum = hash_sha256(slice_of(kept, len));
	return sum;
}
