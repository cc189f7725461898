/* The built-in kinds as constant data: what kinds_new() copies. Private to artifact/. */
#ifndef ARTIFACT_KIND_TABLE_H
#define ARTIFACT_KIND_TABLE_H

#include "artifact/kind.h"

struct kind_table_state {
	const char *name;
	int rank;
	bool gate;
	bool initial;
};

struct kind_table_row {
	const char *name, *plural, *dir, *prefix, *suffix, *template_text;
	const char *parent_kind, *parent_state;
	bool scoped, opaque, shares_label;
	const struct kind_table_state *states;	/* up to one without a name */
};

extern const struct kind_table_row kind_table[];
extern const size_t kind_table_len;

/* States that every kind knows, without a rank where its own row gives none; ends with NULL. */
extern const char *const kind_table_side[];

#endif
