/*
 * The revision graph of one artifact: ancestry, merge bases, and which revision
 * a text stands for. Texts recur (a box ticked, unticked, ticked), so order is
 * never asked of them. Pure.
 */
#ifndef SYNC_GRAPH_H
#define SYNC_GRAPH_H

#include "artifact/revision.h"
#include "util/err.h"

#include <stdbool.h>

/* Parents stand before their children. */
struct graph {
	const struct revision *at; /* borrowed */
	size_t len;
	int (*parent)[REVISION_PARENTS]; /* indices; -1: none, or not in this graph */
	int *depth;			 /* longest way to a root: the same in every clone */
};

/* at is borrowed and must outlive the graph. */
void graph_init(struct graph *g, const struct revision *at, size_t len);
void graph_release(struct graph *g);

/* Index of a revision; -1 when it is not there (or id is ""). */
int graph_find(const struct graph *g, const struct rev_id *id);
/* Marks tip and all its ancestors in mark[g->len]. tip -1 marks nothing. */
void graph_mark(bool *mark, const struct graph *g, int tip);
/* a is b, or an ancestor of b. */
bool graph_is_ancestor(const struct graph *g, int a, int b);
/* Newer: deeper in the graph, then by id. The answer is the same in every clone. */
bool graph_newer(const struct graph *g, int a, int b);
/* Among tip and its ancestors, the newest revision whose text is oid; -1: the text is unknown
 * there. */
int graph_stands_for(const struct graph *g, int tip, const struct oid *oid);
/* How many of tip and its ancestors have this text. */
int graph_occurs(const struct graph *g, int tip, const struct oid *oid);
/* The best common ancestors of a and b (none of them an ancestor of another), newest first, into
 * out[max]; returns how many there are (at most max). */
int graph_merge_bases(int *out, int max, const struct graph *g, int a, int b);

/* Where texts come from; at stays valid until the caller of the plan is done. */
struct texts {
	void *ctx;
	err_t (*get)(void *ctx, struct slice *out, const struct oid *oid);
};

#endif
