/*
 * Full-text search. The index is an SQLite file of its own beside the workspace and holds nothing
 * that cannot be made again: it is built by the first search, takes in what changed at each later
 * one, and is built anew when it is missing, damaged or of another version. Where the file cannot
 * be written the index is made in memory. The workspace is only read.
 */
#ifndef STORE_SEARCH_H
#define STORE_SEARCH_H

#include "store/store.h"

struct search;

/* The index at path is opened, or made, when it is first asked. */
err_t search_open(struct search **out, const char *path) MUST_CHECK;
void search_close(struct search *x); /* NULL: no effect */

/* A word as it was typed. It may be several for the index ("rate-limit"): these must follow each
 * other in the text. */
struct search_term {
	struct strs tokens;
};
struct search_query {
	struct search_term *at; /* all of them must be there */
	size_t len;
	bool whole; /* else a word may go on where it ends */
};
void search_query_release(struct search_query *q);
/* Words of plain text, taken apart at blanks; no character has a meaning. len 0: there is not one
 * letter or digit. */
err_t search_query_parse(struct search_query *out, struct search *x, char *const *words, size_t n,
			 bool whole) MUST_CHECK;

struct search_hit {
	char uid[UID_LEN + 1];
	bool in_title; /* all words are in title and label */
};
struct search_hits {
	struct search_hit *at;
	size_t len;
};
void search_hits_release(struct search_hits *h);
/* Called between two of the total texts that the index takes in. */
typedef void (*search_step_fn)(void *ctx, size_t done, size_t total);
/* The artifacts of ws that have all words, deleted ones left out: those with them in the title
 * first, then by how often they are there for the length of the text. step may be NULL. */
err_t search_find(struct search_hits *out, struct search *x, struct store *ws,
		  const struct search_query *q, search_step_fn step, void *ctx) MUST_CHECK;

struct search_mark { /* half-open range of the text */
	size_t from, to;
	size_t term;
};
struct search_marks {
	struct search_mark *at; /* by where they end */
	size_t len, cap;
};
void search_marks_release(struct search_marks *m);
/* Where the words are in a text, as the index sees them. */
err_t search_mark(struct search_marks *out, struct search *x, const struct search_query *q,
		  struct slice text) MUST_CHECK;

#endif
