#include "sync/graph.h"
#include "util/mem.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Ids are hex digits of a hash: any eight of them are a hash of the id. */
static size_t slot_of(const struct rev_id *id, size_t mask)
{
	size_t n = 0;

	for (int i = 0; i < 8 && id->hex[i]; i++)
		n = n * 31 + (unsigned char)id->hex[i];
	return n & mask;
}

static int look_up(const struct graph *g, const int *table, size_t mask, const struct rev_id *id)
{
	for (size_t s = slot_of(id, mask);; s = (s + 1) & mask) {
		if (table[s] == 0)
			return -1;
		if (rev_eq(&g->at[table[s] - 1].id, id))
			return table[s] - 1;
	}
}

void graph_init(struct graph *g, const struct revision *at, size_t len)
{
	size_t size = 16;
	int *table;

	while (size < len * 2 + 1)
		size *= 2;
	table = mem_alloc(size * sizeof(*table));
	g->at = at;
	g->len = len;
	g->parent = mem_alloc((len + 1) * sizeof(*g->parent));
	g->depth = mem_alloc((len + 1) * sizeof(*g->depth));
	for (size_t i = 0; i < len; i++) {
		size_t s = slot_of(&at[i].id, size - 1);

		for (int k = 0; k < REVISION_PARENTS; k++) {
			const struct rev_id *id = &at[i].parents[k];
			int p = rev_none(id) ? -1 : look_up(g, table, size - 1, id);

			g->parent[i][k] = p;
			if (p >= 0 && g->depth[p] >= g->depth[i])
				g->depth[i] = g->depth[p] + 1;
		}
		while (table[s])
			s = (s + 1) & (size - 1);
		table[s] = (int)i + 1;
	}
	free(table);
}

void graph_release(struct graph *g)
{
	free(g->parent);
	free(g->depth);
	memset(g, 0, sizeof(*g));
}

int graph_find(const struct graph *g, const struct rev_id *id)
{
	if (rev_none(id))
		return -1;
	for (size_t i = g->len; i-- > 0;)
		if (rev_eq(&g->at[i].id, id))
			return (int)i;
	return -1;
}

/* Parents stand before their children, so one sweep from the tip down reaches all ancestors. */
void graph_mark(bool *mark, const struct graph *g, int tip)
{
	if (tip < 0)
		return;
	mark[tip] = true;
	for (int i = tip; i >= 0; i--)
		for (int k = 0; mark[i] && k < REVISION_PARENTS; k++)
			if (g->parent[i][k] >= 0)
				mark[g->parent[i][k]] = true;
}

static bool *marked(const struct graph *g, int tip)
{
	bool *mark = mem_alloc(g->len + 1);

	graph_mark(mark, g, tip);
	return mark;
}

bool graph_is_ancestor(const struct graph *g, int a, int b)
{
	bool *mark, answer;

	if (a < 0 || b < 0 || a > b)
		return false;
	if (a == b)
		return true;
	mark = marked(g, b);
	answer = mark[a];
	free(mark);
	return answer;
}

bool graph_newer(const struct graph *g, int a, int b)
{
	if (g->depth[a] != g->depth[b])
		return g->depth[a] > g->depth[b];
	return strcmp(g->at[a].id.hex, g->at[b].id.hex) > 0;
}

int graph_stands_for(const struct graph *g, int tip, const struct oid *oid)
{
	bool *mark;
	int found = -1;

	if (tip < 0)
		return -1;
	if (oid_eq(&g->at[tip].oid, oid))
		return tip;
	mark = marked(g, tip);
	for (int i = 0; i < tip; i++)
		if (mark[i] && oid_eq(&g->at[i].oid, oid) &&
		    (found < 0 || graph_newer(g, i, found)))
			found = i;
	free(mark);
	return found;
}

int graph_occurs(const struct graph *g, int tip, const struct oid *oid)
{
	bool *mark = marked(g, tip);
	int count = 0;

	for (int i = 0; i <= tip; i++)
		count += mark[i] && oid_eq(&g->at[i].oid, oid);
	free(mark);
	return count;
}

int graph_merge_bases(int *out, int max, const struct graph *g, int a, int b)
{
	bool *of_a = marked(g, a), *of_b = marked(g, b), *covered = mem_alloc(g->len + 1);
	int count = 0;

	for (int i = (int)g->len - 1; i >= 0; i--) {
		int at = count;

		if (!of_a[i] || !of_b[i])
			continue;
		for (int k = 0; k < REVISION_PARENTS; k++)
			if (g->parent[i][k] >= 0)
				covered[g->parent[i][k]] = true;
		if (covered[i] || count == max)
			continue;
		for (; at > 0 && graph_newer(g, i, out[at - 1]); at--)
			out[at] = out[at - 1];
		out[at] = i;
		count++;
	}
	free(of_a);
	free(of_b);
	free(covered);
	return count;
}
