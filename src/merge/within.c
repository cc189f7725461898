#include "merge/within.h"

#include "merge/diff.h"
#include "merge/script.h"
#include "util/mem.h"

#include <stdlib.h>

enum { BASE, LESS, MORE, TEXTS };

struct change {
	struct lines lines[TEXTS];
	unsigned *id[TEXTS];
	struct hunks less, more;	/* from base */
};

static struct seq seq_of(const struct change *c, int which)
{
	return (struct seq){.id = c->id[which], .len = c->lines[which].len};
}

static void begin(struct change *c, const struct slice *text)
{
	struct classes classes;
	size_t max = 0;

	for (int i = 0; i < TEXTS; i++) {
		c->lines[i] = lines_split(text[i]);
		max += c->lines[i].len;
	}
	classes_init(&classes, max, LINE_ENDS_COUNT);
	for (int i = 0; i < TEXTS; i++)
		c->id[i] = classes_number(&classes, &c->lines[i]);
	c->less = script_hunks(seq_of(c, BASE), seq_of(c, LESS), classes.len, false);
	c->more = script_hunks(seq_of(c, BASE), seq_of(c, MORE), classes.len, false);
	classes_release(&classes);
}

static void end(struct change *c)
{
	hunks_release(&c->less);
	hunks_release(&c->more);
	for (int i = 0; i < TEXTS; i++) {
		lines_release(&c->lines[i]);
		free(c->id[i]);
	}
}

/* The hunk of `more` that covers one of `less`; NULL: none does. */
static const struct hunk *cover(const struct change *c, const struct hunk *less)
{
	for (size_t i = 0; i < c->more.len; i++) {
		const struct hunk *m = &c->more.at[i];

		if (m->a_from <= less->a_from && less->a_to <= m->a_to)
			return m;
	}
	return NULL;
}

/* Finds the line among what the hunk put in, from *at on. */
static bool puts_in(const struct change *c, const struct hunk *more, unsigned id, size_t *at)
{
	if (*at < more->b_from)
		*at = more->b_from;
	while (*at < more->b_to)
		if (c->id[MORE][(*at)++] == id)
			return true;
	return false;
}

static bool check(const struct change *c)
{
	size_t at = 0, put_in = 0;

	for (size_t i = 0; i < c->less.len; i++) {
		const struct hunk *less = &c->less.at[i], *more = cover(c, less);

		if (!more)
			return false;
		for (size_t l = less->b_from; l < less->b_to; l++, put_in++)
			if (!puts_in(c, more, c->id[LESS][l], &at))
				return false;
	}
	return put_in > 0;
}

bool within_lines(struct slice base, struct slice less, struct slice more)
{
	struct change c;
	bool is;

	begin(&c, (const struct slice[]){base, less, more});
	is = check(&c);
	end(&c);
	return is;
}
