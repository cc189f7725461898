/* What changed between two texts of one artifact, in the words of its readers. Pure. */
#ifndef ARTIFACT_CHANGES_H
#define ARTIFACT_CHANGES_H

#include "artifact/artifact.h"

enum text_change_what {
	TEXT_CHANGE_STATE,	/* from, to: "" for none */
	TEXT_CHANGE_TITLE,	/* to: the new one */
	TEXT_CHANGE_CHECKED,	/* done of total boxes are ticked by now */
	TEXT_CHANGE_EDITED,	/* to: a section's title, "" for the text before the first one */
	TEXT_CHANGE_ADDED,	/* to: a section that is new */
	TEXT_CHANGE_REMOVED,	/* from: a section that is gone */
	TEXT_CHANGE_OTHER,	/* none of these: blank lines, a text without sections */
};

struct text_change {
	enum text_change_what what;
	struct slice from, to;	/* into the texts; at NULL where there is none */
	size_t done, total;
};

struct text_changes {
	struct text_change *at;
	size_t len, cap;
};

/* At least one where the texts differ, none where they are equal. Both must outlive the result. */
void text_changes_find(struct text_changes *out, const struct artifact *before,
		       const struct artifact *after);
void text_changes_release(struct text_changes *c);

#endif
