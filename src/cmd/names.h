/*
 * Artifacts by their names: which of many have the same kind and label, and what was moved. In
 * sorted lists, so that a commit of many artifacts is judged in a time that grows as they do.
 * Internal to verdict.c and scene.c.
 */
#ifndef CMD_NAMES_H
#define CMD_NAMES_H

#include "artifact/kind.h"
#include "artifact/label.h"
#include "git/port.h"

/* An artifact as its path tells it. */
struct name {
	const struct kind *kind;   /* NULL: no artifact */
	char label[LABEL_MAX + 1]; /* "" : none */
};
struct name names_of_path(const struct kinds *kinds, const char *path);

struct names {
	struct name_at {
		struct name name;
		size_t at;	/* in the list that was named */
	} *at;			/* by name, then by their order in that list */
	size_t len;
};
void names_release(struct names *n);
void names_of_entries(struct names *out, const struct git_entries *list, const struct kinds *kinds);
/* n->at[*first..*end) have the name; none has one without a label. */
void names_find(size_t *first, size_t *end, const struct names *n, const struct name *name);

/* Where artifacts that are new at their paths came from. */
struct moves {
	struct names gone;	/* changes that end at "not there" */
	struct gone_text {
		const struct kind *kind;
		int parent;
		const struct oid *oid;
		size_t at;
	} *texts;		/* what those were in each parent, sorted */
	size_t nr_texts;
	bool *away;		/* per change: it is another's origin */
};
void moves_find(struct moves *out, const struct git_changes *changes, const struct kinds *kinds);
void moves_release(struct moves *m);
/* What was at another path in the parent, and is gone from there: the same kind, and the same
 * label or the same text. The first by path; NULL: none. */
const struct git_change *moves_from(const struct moves *m, const struct git_changes *changes,
				    const struct kinds *kinds, const struct git_change *to,
				    int parent);

#endif
