#include "merge/diff.h"
#include "merge/merge.h"
#include "sync/plan.h"
#include "util/mem.h"

size_t plan_distance(struct slice a, struct slice b)
{
	struct lines la = lines_split(a), lb = lines_split(b);
	struct hunks hunks = diff_lines(&la, &lb);
	size_t count = 0;

	for (size_t i = 0; i < hunks.len; i++)
		count += hunks.at[i].a_to - hunks.at[i].a_from + hunks.at[i].b_to -
			 hunks.at[i].b_from;
	hunks_release(&hunks);
	lines_release(&la);
	lines_release(&lb);
	return count;
}

bool plan_only_adds(struct slice from, struct slice to)
{
	struct lines la = lines_split(from), lb = lines_split(to);
	struct hunks hunks = diff_lines(&la, &lb);
	bool adds = hunks.len > 0;

	for (size_t i = 0; i < hunks.len; i++)
		adds = adds && hunks.at[i].a_from == hunks.at[i].a_to;
	hunks_release(&hunks);
	lines_release(&la);
	lines_release(&lb);
	return adds;
}

static size_t occurs(const struct lines *in, const struct line *line)
{
	size_t count = 0;

	for (size_t i = 0; i < in->len; i++)
		count += in->at[i].hash == line->hash && slice_eq(in->at[i].text, line->text);
	return count;
}

/* The three texts of a question, as lines. */
struct triple {
	struct lines from, to, text;
};

/* One line that the change touches: is it in the text as often as the change left it? */
static bool line_agrees(const struct triple *t, const struct line *line)
{
	size_t before = occurs(&t->from, line), after = occurs(&t->to, line),
	       now = occurs(&t->text, line);

	if (slice_trim(line->text).len == 0)
		return true;
	if (before == after)
		return false; /* moved: counting cannot tell */
	return after > before ? now >= after : now <= after;
}

static bool lines_agree(const struct triple *t, const struct hunks *hunks)
{
	for (size_t i = 0; i < hunks->len; i++) {
		const struct hunk *h = &hunks->at[i];

		for (size_t k = h->a_from; k < h->a_to; k++)
			if (!line_agrees(t, &t->from.at[k]))
				return false;
		for (size_t k = h->b_from; k < h->b_to; k++)
			if (!line_agrees(t, &t->to.at[k]))
				return false;
	}
	return hunks->len > 0;
}

/* Two insertions at one place are a conflict for a merge, even where one contains the other. */
static bool counted(struct slice from, struct slice to, struct slice text)
{
	struct triple t = {lines_split(from), lines_split(to), lines_split(text)};
	struct hunks hunks = diff_lines(&t.from, &t.to);
	bool agree = lines_agree(&t, &hunks);

	hunks_release(&hunks);
	lines_release(&t.from);
	lines_release(&t.to);
	lines_release(&t.text);
	return agree;
}

bool plan_contains(struct slice from, struct slice to, struct slice text, const struct kind *kind)
{
	struct merge_options options = {.kind = kind, .text_only = true};
	struct merge_result m;
	bool contains;

	if (slice_eq(to, text))
		return true;
	m = merge3(from, to, text, &options);
	contains = m.clean && slice_eq(slice_of(m.bytes, m.len), text);
	merge_result_release(&m);
	return contains || counted(from, to, text);
}

bool plan_adds_within(struct slice from, struct slice to, struct slice other)
{
	struct triple t = {lines_split(from), lines_split(to), lines_split(other)};
	struct hunks hunks = diff_lines(&t.from, &t.to);
	bool within = true;

	for (size_t i = 0; i < hunks.len; i++) {
		for (size_t k = hunks.at[i].b_from; k < hunks.at[i].b_to && within; k++) {
			const struct line *line = &t.to.at[k];
			size_t now = occurs(&t.to, line);

			within = slice_trim(line->text).len == 0 || now <= occurs(&t.from, line) ||
				 now <= occurs(&t.text, line);
		}
	}
	hunks_release(&hunks);
	lines_release(&t.from);
	lines_release(&t.to);
	lines_release(&t.text);
	return within;
}
