#include "merge/gates.h"

#include "merge/look.h"
#include "merge/paths.h"
#include "merge/script.h"
#include "util/mem.h"

#include <stdlib.h>

/* Above this no heading is looked for twice: it would take too long. */
#define MAX_HEADINGS 2000
#define SAYS_LEN 40

enum { BASE, OURS, THEIRS, RESULT, TEXTS };

/* A line, wherever it occurs. */
struct tally {
	int count[TEXTS];
	unsigned char kinds;	/* bits of enum look_what that it is in the inputs */
	bool blank, leaf;
	bool says;		/* text so long that nobody writes it twice by chance */
	size_t last[TEXTS];	/* where it is, if only once */
};

struct check {
	struct lines lines[TEXTS];
	unsigned *id[TEXTS];
	struct paths paths[TEXTS];
	struct tally *tally;
	unsigned len;
};

static size_t split(struct check *c, struct slice text, int which)
{
	c->lines[which] = lines_split(text);
	paths_read(&c->paths[which], text, &c->lines[which]);
	return c->lines[which].len;
}

static void count(struct check *c, int which)
{
	BUG_ON(!c->paths[which].what);
	for (size_t i = 0; i < c->lines[which].len; i++) {
		struct tally *t = &c->tally[c->id[which][i]];

		t->count[which]++;
		t->last[which] = i;
		t->blank = !slice_trim(c->lines[which].at[i].text).len;
		t->says = c->paths[which].what[i] == LOOK_TEXT &&
			  slice_trim(c->lines[which].at[i].text).len >= SAYS_LEN;
		if (which != RESULT)
			t->kinds |= (unsigned char)(1u << c->paths[which].what[i]);
	}
}

static void begin(struct check *c, const struct slice *text, struct slice result,
		  const struct strs *leaves)
{
	struct classes classes;
	struct lines *leaf = mem_alloc((leaves->len + 1) * sizeof(*leaf));
	unsigned **id = mem_alloc((leaves->len + 1) * sizeof(*id));
	size_t max = 0;

	for (size_t i = 0; i < leaves->len; i++) {
		leaf[i] = lines_split(slice_str(leaves->at[i]));
		max += leaf[i].len;
	}
	for (int i = BASE; i < TEXTS; i++)
		max += split(c, i == RESULT ? result : text[i], i);
	classes_init(&classes, max, LINE_ENDS_IGNORED);
	for (int i = BASE; i < TEXTS; i++)
		c->id[i] = classes_number(&classes, &c->lines[i]);
	for (size_t i = 0; i < leaves->len; i++)
		id[i] = classes_number(&classes, &leaf[i]);
	c->len = classes.len;
	c->tally = mem_alloc((c->len + 1) * sizeof(*c->tally));
	for (size_t i = 0; i < leaves->len; i++) {
		for (size_t l = 0; l < leaf[i].len; l++)
			c->tally[id[i][l]].leaf = true;
		lines_release(&leaf[i]);
		free(id[i]);
	}
	free(leaf);
	free(id);
	classes_release(&classes);
	for (int i = BASE; i < TEXTS; i++)
		count(c, i);
}

static void end(struct check *c)
{
	for (int i = BASE; i < TEXTS; i++) {
		lines_release(&c->lines[i]);
		free(c->id[i]);
		paths_release(&c->paths[i]);
	}
	free(c->tally);
}

/* --- the gates ----------------------------------------------------------------------------- */

static int more(int a, int b)
{
	return a > b ? a : b;
}

static struct gate lines_gate(const struct check *c, enum gates_of which)
{
	for (unsigned i = 0; i < c->len; i++) {
		const struct tally *t = &c->tally[i];
		int b = t->count[BASE], o = t->count[OURS] - b, u = t->count[THEIRS] - b;
		int gone = o < 0 && u < 0 ? o + u : o < 0 ? o : u < 0 ? u : 0;
		int most_gone = o < u ? o : u;
		bool in_both = t->count[OURS] && t->count[THEIRS];
		int least = more(b + gone + more(0, more(o, u)), in_both);
		/* An entry or a sentence that both put in, though at two places, is one. */
		bool once = (t->kinds & 1u << LOOK_ITEM || t->says) && o > 0 && u > 0;
		int added = once ? more(o, u) : more(0, o) + more(0, u);
		int most = b + (most_gone < 0 ? most_gone : 0) + added;

		if (t->blank || t->leaf)
			continue;
		if (t->count[RESULT] < least)
			return (struct gate){.rule = "gate.lost", .reason = "a line would be lost"};
		if (which == GATES_ALL && t->count[RESULT] > more(0, most))
			return (struct gate){.rule = "gate.resurrect",
					     .reason = once ? "an entry would be there twice"
							    : "a deleted line would be back"};
	}
	return (struct gate){0};
}

/* Every line is read as what it was, and code that was closed is closed. */
static struct gate kinds_gate(const struct check *c)
{
	const struct paths *p = c->paths;

	for (size_t i = 0; i < c->lines[RESULT].len; i++) {
		const struct tally *t = &c->tally[c->id[RESULT][i]];

		if (!t->blank && !t->leaf && t->kinds && !(t->kinds & 1u << p[RESULT].what[i]))
			return (struct gate){.rule = "gate.parse",
					     .reason = "a line would be read as something else"};
	}
	if (p[RESULT].open_fence && !p[BASE].open_fence && !p[OURS].open_fence &&
	    !p[THEIRS].open_fence)
		return (struct gate){.rule = "gate.parse", .reason = "code would not be closed"};
	return (struct gate){0};
}

static size_t times(const struct paths *p, uint64_t path)
{
	size_t n = 0;

	for (size_t i = 0; i < p->nr_headings; i++)
		n += p->headings[i] == path;
	return n;
}

static void add_stray(struct gate *g, size_t *cap, int side, size_t line)
{
	MEM_GROW(g->strays, g->nr_strays, *cap);
	g->strays[g->nr_strays++] = (struct stray){side, line};
}

static struct gate double_gate(const struct check *c)
{
	struct gate g = {0};
	size_t cap = 0;

	if (c->paths[RESULT].nr_headings > MAX_HEADINGS)
		return g;
	for (size_t i = 0; i < c->paths[RESULT].nr_headings; i++) {
		uint64_t path = c->paths[RESULT].headings[i];
		size_t n = times(&c->paths[RESULT], path);

		if (n < 2 || n <= times(&c->paths[BASE], path) ||
		    n <= times(&c->paths[OURS], path) || n <= times(&c->paths[THEIRS], path))
			continue;
		g.rule = "gate.double";
		g.reason = "a heading would be there twice";
		for (int side = OURS; side <= THEIRS; side++)
			for (size_t l = 0; l < c->lines[side].len; l++)
				if (c->paths[side].what[l] == LOOK_HEADING &&
				    c->paths[side].of[l] == path)
					add_stray(&g, &cap, side, l);
	}
	return g;
}

/* A line that one side wrote under a heading which is still there stands under it. */
static bool strayed(const struct check *c, const struct tally *t, int side)
{
	uint64_t want, got;

	if (t->blank || t->leaf || t->count[side] != 1 || t->count[RESULT] != 1 ||
	    t->count[BASE] || t->count[OURS + THEIRS - side])
		return false;
	want = c->paths[side].of[t->last[side]];
	got = c->paths[RESULT].of[t->last[RESULT]];
	return want != got && c->paths[RESULT].what[t->last[RESULT]] != LOOK_HEADING &&
	       paths_has(&c->paths[RESULT], want);
}

static struct gate heading_gate(const struct check *c)
{
	struct gate g = {0};
	size_t cap = 0;

	for (unsigned i = 0; i < c->len; i++)
		for (int side = OURS; side <= THEIRS; side++)
			if (strayed(c, &c->tally[i], side))
				add_stray(&g, &cap, side, c->tally[i].last[side]);
	if (g.nr_strays) {
		g.rule = "gate.heading";
		g.reason = "a line would come under another heading";
	}
	return g;
}


void gate_release(struct gate *g)
{
	free(g->strays);
	*g = (struct gate){0};
}

struct gate gates_check(const struct slice text[3], struct slice result, const struct strs *leaves,
			enum gates_of which)
{
	struct check c = {.len = 0};
	struct gate gate = {0};

	begin(&c, text, result, leaves);
	if (which != GATES_TEXT)
		gate = lines_gate(&c, which);
	if (which == GATES_ALL && !gate.rule)
		gate = kinds_gate(&c);
	if (which != GATES_LOST && !gate.rule)
		gate = double_gate(&c);
	if (which != GATES_LOST && !gate.rule)
		gate = heading_gate(&c);
	end(&c);
	return gate;
}
