/* The sections of a text, built heading by heading. Private to artifact/. */
#ifndef ARTIFACT_SECTIONS_H
#define ARTIFACT_SECTIONS_H

#include "artifact/scan.h"

struct sections {
	struct section *at;
	size_t len;
	size_t cap;
};

/* Begins with the section of level 0. */
void sections_init(struct sections *s);
void sections_heading(struct sections *s, const struct line *l);
/* Closes all sections at the end of the text. */
void sections_end(struct sections *s, size_t len);

/* Both are of level 2 or deeper, so that a text is never nothing but links, or nothing but a log.
 */
/* Whether the section, or one around it, is one that only holds links ("Linked ADRs", ...). */
bool sections_is_link(const struct section *at, size_t section, struct slice text);
/* Whether the section itself records what was done ("Execution Log", ...). */
bool sections_is_log(const struct section *section, struct slice text);
/* Whether a section with this title is one or the other. */
bool sections_is_special(struct slice title);

#endif
