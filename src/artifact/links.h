/* Labels of other artifacts in running text. Private to artifact/. */
#ifndef ARTIFACT_LINKS_H
#define ARTIFACT_LINKS_H

#include "artifact/scan.h"

struct links {
	struct link *at;
	size_t len;
	size_t cap;
};

/*
 * Adds the labels in the line. Outside link sections a number has three digits or more, so that
 * "UTF-8" is none, and a label that is only the beginning of another name ("INFRA-181-S1") is none.
 */
void links_line(struct links *out, struct slice text, const struct line *l, size_t section,
		bool in_link_section);

#endif
