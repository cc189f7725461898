/* One path to write or remove, in an index or a tree. */
#ifndef GIT_EDIT_H
#define GIT_EDIT_H

#include "util/slice.h"

struct git_edit {
	const char *path;
	struct slice text;
	bool remove;
};

#endif
