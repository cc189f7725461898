/* The headings that each line of a text stands under. Private to merge/. */
#ifndef MERGE_PATHS_H
#define MERGE_PATHS_H

#include "merge/diff.h"

#include <stdbool.h>
#include <stdint.h>

struct paths {
	uint64_t *of;		/* of each line: a number for its headings from the top down */
	unsigned char *what;	/* enum look_what of each line */
	uint64_t *headings;	/* the paths that headings open, in order of the text */
	size_t nr_headings;
	bool open_fence;
};

void paths_read(struct paths *p, struct slice text, const struct lines *lines);
void paths_release(struct paths *p);
bool paths_has(const struct paths *p, uint64_t path);

#endif
