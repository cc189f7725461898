/*
 * What a text is besides its lines: byte order mark, the line end that most lines
 * have, and whether the last line has one. Private to merge/.
 */
#ifndef MERGE_FORM_H
#define MERGE_FORM_H

#include "util/slice.h"

struct form {
	bool empty;		/* nothing to tell by */
	bool bom;
	bool crlf;		/* more lines end in CRLF than in LF */
	bool mixed;		/* both occur */
	bool final_newline;
};

struct forms {
	struct form base, ours, theirs;
	struct form merged;	/* each property merged three-way */
};

struct forms forms_of(struct slice base, struct slice ours, struct slice theirs);
/* All three texts look alike, so that comparing bytes loses nothing. */
bool forms_alike(const struct forms *f);
struct slice form_without_bom(struct slice text);
/* "\n", "\r\n" or "". */
struct slice form_line_end(struct slice line);

#define FORM_BOM "\xEF\xBB\xBF"

#endif
