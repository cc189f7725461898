/* Where the links of a markdown text lead to as paths: "[x](../plans/X.md#top)", "[x]: X.md". */
#ifndef ARTIFACT_DESTINATIONS_H
#define ARTIFACT_DESTINATIONS_H

#include "artifact/artifact.h"

struct destination {
	struct range at;	/* of a path: without "<>", title, "?" and "#" */
	bool path;		/* false: a url, or an anchor */
};
struct destinations {
	struct destination *at;	/* ascending */
	size_t len, cap;
};
void destinations_release(struct destinations *d);

/*
 * Those of inline links, images and link reference definitions. Not in code, front matter and
 * comments. After CommonMark 0.30, 6.3 and 4.7, on
 * one line each: a destination on a line of its own is passed over.
 */
void destinations_find(struct destinations *out, struct slice text);

/* What a destination in a file of the directory dir ("" or "a/b") means as a path from the top;
 * "/x" is from the top, "%20" is a space. NULL: it is outside, or not a path. Caller frees. */
char *destination_resolve(const char *dir, struct slice destination);
/* The other way round: how a file in dir names path. Space, "(", ")", "<", ">", "%", "#" and "?"
 * are written as "%20" and so on. Caller frees. */
char *destination_relative(const char *dir, const char *path);

#endif
