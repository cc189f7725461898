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

static bool takes_out(const struct hunks *hunks, size_t line)
{
	for (size_t i = 0; i < hunks->len; i++)
		if (hunks->at[i].a_from <= line && line < hunks->at[i].a_to)
			return true;
	return false;
}

/* Finds the line among what `more` put in, from hunk *h and its line *at on. */
static bool puts_in(const struct change *c, unsigned id, size_t *h, size_t *at)
{
	for (; *h < c->more.len; (*h)++, *at = 0) {
		const struct hunk *hunk = &c->more.at[*h];

		if (*at < hunk->b_from)
			*at = hunk->b_from;
		while (*at < hunk->b_to)
			if (c->id[MORE][(*at)++] == id)
				return true;
	}
	return false;
}

static bool check(const struct change *c)
{
	size_t h = 0, at = 0, put_in = 0;

	for (size_t i = 0; i < c->less.len; i++) {
		const struct hunk *hunk = &c->less.at[i];

		for (size_t l = hunk->a_from; l < hunk->a_to; l++)
			if (!takes_out(&c->more, l))
				return false;
		for (size_t l = hunk->b_from; l < hunk->b_to; l++, put_in++)
			if (!puts_in(c, c->id[LESS][l], &h, &at))
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
