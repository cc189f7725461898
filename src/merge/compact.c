/*
 * A group of changed lines can often slide up or down over equal lines without
 * changing what the difference says. Groups that touch are joined; then a group goes to
 * where it faces changes of the other text, or to where its edges look best
 * (the indent heuristic of git 2.14, with its weights), or as far down as it can.
 */
#include "merge/script.h"

#define SLIDING_MAX 100
#define INDENT_MAX 200
#define BLANKS_MAX 20

/* The lines [from, to) are marked and their neighbours are not; may be empty. */
struct group {
	struct seq *s;
	size_t from, to;
};

static void group_extend(struct group *g)
{
	while (g->s->changed[g->to])
		g->to++;
}

static bool group_next(struct group *g)
{
	if (g->to == g->s->len)
		return false;
	g->from = ++g->to;
	group_extend(g);
	return true;
}

static void group_previous(struct group *g)
{
	g->to = --g->from;
	while (g->from && g->s->changed[g->from - 1])
		g->from--;
}

static bool slide_down(struct group *g)
{
	if (g->to == g->s->len || g->s->id[g->from] != g->s->id[g->to])
		return false;
	g->s->changed[g->from++] = 0;
	g->s->changed[g->to++] = 1;
	group_extend(g);
	return true;
}

static bool slide_up(struct group *g)
{
	if (!g->from || g->s->id[g->from - 1] != g->s->id[g->to - 1])
		return false;
	g->s->changed[--g->from] = 1;
	g->s->changed[--g->to] = 0;
	while (g->from && g->s->changed[g->from - 1])
		g->from--;
	return true;
}

/* --- the indent heuristic ------------------------------------------------------------------ */

/* Columns before the text; -1 for a blank line. */
static int indent_of(struct slice line)
{
	int columns = 0;

	for (size_t i = 0; i < line.len; i++) {
		char c = line.at[i];

		if (c == ' ')
			columns++;
		else if (c == '\t')
			columns += 8 - columns % 8;
		else if (c != '\n' && c != '\r' && c != '\v' && c != '\f')
			return columns;
		if (columns >= INDENT_MAX)
			return INDENT_MAX;
	}
	return -1;
}

/* The place between line at - 1 and line at. */
struct edge {
	bool end_of_file;
	int indent;		/* of the line behind it; -1: blank or none */
	int blanks_before, indent_before;
	int blanks_after, indent_after;	/* behind that line */
};

static struct edge edge_at(const struct seq *s, size_t at)
{
	struct edge e = {.indent = -1, .indent_before = -1, .indent_after = -1};

	e.end_of_file = at >= s->len;
	if (!e.end_of_file)
		e.indent = indent_of(s->line[at].text);
	for (size_t i = at; i-- > 0;) {
		e.indent_before = indent_of(s->line[i].text);
		if (e.indent_before != -1)
			break;
		if (++e.blanks_before == BLANKS_MAX) {
			e.indent_before = 0;
			break;
		}
	}
	for (size_t i = at + 1; i < s->len; i++) {
		e.indent_after = indent_of(s->line[i].text);
		if (e.indent_after != -1)
			break;
		if (++e.blanks_after == BLANKS_MAX) {
			e.indent_after = 0;
			break;
		}
	}
	return e;
}

struct score {
	int indent, penalty;	/* the lower the better; indent first, weighed */
};

static int step_penalty(const struct edge *e, int indent, bool blanks)
{
	if (indent == -1 || e->indent_before == -1 || indent == e->indent_before)
		return 0;
	if (indent > e->indent_before)
		return blanks ? 10 : -4;
	if (e->indent_after != -1 && e->indent_after > indent)
		return blanks ? 17 : 24;
	return blanks ? 17 : 23;
}

static void score_add(struct score *score, const struct edge *e)
{
	int blanks_after = e->indent == -1 ? 1 + e->blanks_after : 0;
	int blanks = e->blanks_before + blanks_after;
	int indent = e->indent != -1 ? e->indent : e->indent_after;

	if (e->indent_before == -1 && e->blanks_before == 0)
		score->penalty += 1;
	if (e->end_of_file)
		score->penalty += 21;
	score->penalty += -30 * blanks + 6 * blanks_after;
	score->penalty += step_penalty(e, indent, blanks != 0);
	score->indent += indent;
}

static bool score_no_worse(const struct score *a, const struct score *b)
{
	int indents = (a->indent > b->indent) - (a->indent < b->indent);

	return 60 * indents + a->penalty - b->penalty <= 0;
}

/* Where the end of g is best, between highest and g->to. */
static size_t best_end(const struct group *g, size_t highest)
{
	size_t len = g->to - g->from, from = highest, best = g->to;
	struct score best_score = {0};
	bool any = false;

	if (g->to > len + 1 && g->to - len - 1 > from)
		from = g->to - len - 1;
	if (g->to > SLIDING_MAX && g->to - SLIDING_MAX > from)
		from = g->to - SLIDING_MAX;
	for (size_t end = from; end <= g->to; end++) {
		struct edge below = edge_at(g->s, end), above = edge_at(g->s, end - len);
		struct score score = {0};

		score_add(&score, &below);
		score_add(&score, &above);
		if (!any || score_no_worse(&score, &best_score)) {
			best_score = score;
			best = end;
			any = true;
		}
	}
	return best;
}

/* --- */

/* Joins g with what it can reach. *highest is the top end it can slide to; *facing is set when
 * the other text has changes opposite some position. g is left at the bottom. */
static void join(struct group *g, struct group *opposite, size_t *highest, bool *facing)
{
	size_t len;

	do {
		len = g->to - g->from;
		while (slide_up(g))
			group_previous(opposite);
		*highest = g->to;
		*facing = opposite->to > opposite->from;
		while (slide_down(g)) {
			group_next(opposite);
			if (opposite->to > opposite->from)
				*facing = true;
		}
	} while (len != g->to - g->from);
}

static void place(struct group *g, struct group *opposite, bool indent_heuristic)
{
	size_t highest, end;
	bool facing;

	join(g, opposite, &highest, &facing);
	if (g->to == highest)
		return;
	if (facing) {
		while (opposite->to == opposite->from && slide_up(g))
			group_previous(opposite);
	} else if (indent_heuristic && g->s->line) {
		for (end = best_end(g, highest); g->to > end && slide_up(g);)
			group_previous(opposite);
	}
}

void compact_groups(struct seq *s, struct seq *other, bool indent_heuristic)
{
	struct group g = {.s = s}, opposite = {.s = other};

	group_extend(&g);
	group_extend(&opposite);
	do {
		if (g.to > g.from)
			place(&g, &opposite, indent_heuristic);
	} while (group_next(&g) && group_next(&opposite));
}
