#include "cmd/links.h"
#include "util/mem.h"

#include <stdlib.h>
#include <string.h>

#define CYCLES_MAX 100

void links_release(struct links_graph *g)
{
	refs_release(&g->refs);
	free(g->incoming);
	free(g->first_in);
	free(g->named);
	free(g->wanted);
	for (size_t i = 0; i < g->nr_cycles; i++)
		free(g->cycles[i].at);
	free(g->cycles);
	*g = (struct links_graph){0};
}

/* --- both directions ------------------------------------------------------------------------ */

/* By counting, so that references to one artifact stay in the order of the list. */
static void find_incoming(struct links_graph *g)
{
	const struct refs *r = &g->refs;
	size_t n = r->arts.len;
	scoped_free size_t *next = mem_alloc((n + 1) * sizeof(*next));

	g->first_in = mem_alloc((n + 2) * sizeof(*g->first_in));
	g->incoming = mem_alloc((r->len + 1) * sizeof(*g->incoming));
	for (size_t i = 0; i < r->len; i++)
		if (r->at[i].to != REFS_NONE)
			g->first_in[r->at[i].to + 1]++;
	for (size_t i = 0; i < n; i++) {
		g->first_in[i + 1] += g->first_in[i];
		next[i] = g->first_in[i];
	}
	for (size_t i = 0; i < r->len; i++)
		if (r->at[i].to != REFS_NONE)
			g->incoming[next[r->at[i].to]++] = i;
}

static void want(bool *reached, size_t *queue, size_t *len, size_t art)
{
	if (art == REFS_NONE || reached[art])
		return;
	reached[art] = true;
	queue[(*len)++] = art;
}

/* Breadth first: what was found up to `end` is `depth` steps away. */
static void reach(struct links_graph *g, bool in, int depth)
{
	const struct refs *r = &g->refs;
	scoped_free bool *reached = mem_alloc(r->arts.len + 1);
	scoped_free size_t *queue = mem_alloc((r->arts.len + 1) * sizeof(*queue));
	size_t len = 0, at = 0;

	for (size_t i = 0; i < g->nr_named; i++)
		want(reached, queue, &len, g->named[i]);
	for (; at < len && depth != 0; depth--) {
		size_t end = len;

		for (; at < end; at++) {
			const size_t *first = in ? g->first_in : r->first;
			size_t art = queue[at];

			for (size_t i = first[art]; i < first[art + 1]; i++)
				want(reached, queue, &len,
				     in ? r->at[g->incoming[i]].from : r->at[i].to);
		}
	}
	for (size_t i = 0; i < len; i++)
		g->wanted[queue[i]] = true;
}

static err_t find_named(struct links_graph *g, struct session *s, char *const *names, size_t n)
{
	g->named = mem_alloc((n + 1) * sizeof(*g->named));
	for (size_t i = 0; i < n; i++) {
		scoped(art_release) struct art art = {0};
		size_t at;

		TRY(session_find(&art, s, names[i], false));
		at = refs_find(&g->refs, art.uid);
		if (at == REFS_NONE)
			return err_new(ERR_NOTFOUND, "there is no artifact '%s'", names[i]);
		g->named[g->nr_named++] = at;
	}
	return NULL;
}

/* --- cycles --------------------------------------------------------------------------------- */

enum { NEW, ON_PATH, DONE };

struct walk {
	struct {
		size_t art, next; /* the next reference to follow */
	} *at;
	size_t len, cap;
	char *color; /* of each artifact */
};

static void enter(struct walk *w, const struct refs *r, size_t art)
{
	MEM_GROW(w->at, w->len, w->cap);
	w->at[w->len].art = art;
	w->at[w->len++].next = r->first[art];
	w->color[art] = ON_PATH;
}

static void add_cycle(struct links_graph *g, const struct walk *w, size_t art)
{
	struct links_cycle c = {0};
	size_t from = w->len;

	if (g->nr_cycles == CYCLES_MAX)
		return;
	while (from-- > 0 && w->at[from].art != art)
		;
	c.len = w->len - from;
	c.at = mem_alloc(c.len * sizeof(*c.at));
	for (size_t i = 0; i < c.len; i++)
		c.at[i] = w->at[from + i].art;
	g->cycles = mem_realloc(g->cycles, (g->nr_cycles + 1) * sizeof(*g->cycles));
	g->cycles[g->nr_cycles++] = c;
}

/* One step of a walk in depth. Links and mentions may go both ways; nobody waits for them. */
static void step(struct links_graph *g, struct walk *w)
{
	size_t top = w->len - 1, art = w->at[top].art;
	const struct refs *r = &g->refs;
	const struct ref *ref;

	if (w->at[top].next == r->first[art + 1]) {
		w->color[art] = DONE;
		w->len--;
		return;
	}
	ref = &r->at[w->at[top].next++];
	if (ref->to == REFS_NONE || (ref->type != REF_PARENT && ref->type != REF_NEEDS))
		return;
	if (w->color[ref->to] == NEW)
		enter(w, r, ref->to);
	else if (w->color[ref->to] == ON_PATH)
		add_cycle(g, w, ref->to);
}

static void find_cycles(struct links_graph *g)
{
	size_t n = g->refs.arts.len;
	struct walk w = {.color = mem_alloc(n + 1)};

	for (size_t i = 0; i < n; i++) {
		if (w.color[i] == NEW)
			enter(&w, &g->refs, i);
		while (w.len)
			step(g, &w);
	}
	free(w.at);
	free(w.color);
}

err_t links_load(struct links_graph *out, struct session *s, char *const *names, size_t n,
		 bool mentions, int depth)
{
	scoped(links_release) struct links_graph g = {0};

	TRY(refs_load(&g.refs, s, mentions));
	find_incoming(&g);
	TRY(find_named(&g, s, names, n));
	g.wanted = mem_alloc(g.refs.arts.len + 1);
	if (!n)
		memset(g.wanted, true, g.refs.arts.len);
	reach(&g, false, depth);
	reach(&g, true, depth);
	find_cycles(&g);
	*out = g;
	g = (struct links_graph){0};
	return NULL;
}
