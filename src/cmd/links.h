/* What `git agent links` shows: a part of the references, in both directions. */
#ifndef CMD_LINKS_H
#define CMD_LINKS_H

#include "cmd/refs.h"

struct links_cycle {
	size_t *at; /* indices of arts: each waits for the next, the last one for the first */
	size_t len;
};

struct links_graph {
	struct refs refs;
	size_t *incoming;  /* indices of refs.at, by where they lead */
	size_t *first_in;  /* those to arts.at[i] are first_in[i] to first_in[i + 1] */
	size_t *named;	   /* indices of arts: what the user asked about; none: all */
	size_t nr_named;
	bool *wanted;	   /* arts that can be reached from these, either way */
	struct links_cycle *cycles; /* of parents and needs only; a hundred at most */
	size_t nr_cycles;
};
void links_release(struct links_graph *g);
/* mentions: as for refs_load. depth: how far from what is named; -1: all the way. */
err_t links_load(struct links_graph *out, struct session *s, char *const *names, size_t n,
		 bool mentions, int depth) MUST_CHECK;

/* links_tree.c: for people. Of what is named; else of all, children below parents. */
void links_print_tree(const struct links_graph *g, const struct session *s, int depth,
		      bool color);
/* links_print.c. The numbers count what was printed. */
void links_print_json(const struct links_graph *g);
void links_print_dot(const struct links_graph *g, const struct session *s);
size_t links_print_dangling(const struct links_graph *g, const char *indent);
size_t links_print_cycles(const struct links_graph *g, const struct session *s,
			  const char *indent);

#endif
