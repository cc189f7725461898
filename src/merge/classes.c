#include "merge/script.h"

#include "util/mem.h"

#include <stdlib.h>

/* Lines made to collide cost no more than this; past it they count as different. */
#define PROBES_MAX 512

struct class_slot {
	struct slice text;
	unsigned long hash;
	unsigned number;	/* + 1; 0: free */
};

void classes_init(struct classes *c, size_t max_lines, enum line_ends ends)
{
	size_t size = 64;

	while (size < max_lines * 2)
		size *= 2;
	*c = (struct classes){.mask = size - 1, .ends = ends};
	c->slots = mem_alloc(size * sizeof(*c->slots));
}

void classes_release(struct classes *c)
{
	free(c->slots);
	*c = (struct classes){0};
}

static struct slice without_end(struct slice text)
{
	if (text.len && text.at[text.len - 1] == '\n')
		text.len--;
	if (text.len && text.at[text.len - 1] == '\r')
		text.len--;
	return text;
}

static unsigned number_of(struct classes *c, const struct line *line)
{
	struct slice text = c->ends == LINE_ENDS_IGNORED ? without_end(line->text) : line->text;
	size_t at = line->hash & c->mask;

	for (int i = 0; i < PROBES_MAX; i++, at = (at + 1) & c->mask) {
		struct class_slot *slot = &c->slots[at];

		if (!slot->number) {
			*slot = (struct class_slot){text, line->hash, ++c->len};
			return slot->number - 1;
		}
		if (slot->hash == line->hash && slice_eq(slot->text, text))
			return slot->number - 1;
	}
	return c->len++;
}

unsigned *classes_number(struct classes *c, const struct lines *lines)
{
	unsigned *numbers = mem_alloc(lines->len * sizeof(*numbers));

	for (size_t i = 0; i < lines->len; i++)
		numbers[i] = number_of(c, &lines->at[i]);
	return numbers;
}
