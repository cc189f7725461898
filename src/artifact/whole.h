/* Questions about all bytes of a text, without regard to lines. Private to artifact/. */
#ifndef ARTIFACT_WHOLE_H
#define ARTIFACT_WHOLE_H

#include "util/slice.h"

struct whole {
	bool utf8;
	bool has_nul;
	bool markers;
};

struct whole whole_look(struct slice text);
bool whole_has_markers(struct slice text);

#endif
