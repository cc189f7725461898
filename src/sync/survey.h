/* What an export asks of all artifacts at once, not one after the other. Internal to sync/. */
#ifndef SYNC_SURVEY_H
#define SYNC_SURVEY_H

#include "sync/engine.h"

struct survey {
	const struct seens *seens; /* the caller's */
	struct strs approved;	   /* uids that have approvals, in byte order */
	bool *live;  /* of each seen: an artifact is there */
	bool strays; /* not everywhere: one that was moved away, maybe */
	bool *there; /* of each seen: a walk found the file. NULL: not walked */
};
void survey_release(struct survey *s);

/* seens must outlive it. Looks at all files now, unless o->uids says that few are asked for. */
err_t survey_make(struct survey *out, struct engine *e, const struct seens *seens,
		  const struct art_marks *marks, const struct export_options *o) MUST_CHECK;
/* The artifacts whose file may not show them, in the order of store_art_list; or all of them. */
err_t survey_doubtful(struct arts *out, const struct survey *s, struct engine *e,
		      const struct art_marks *marks) MUST_CHECK;
/* Whether a file, or something else, is at the path. seen: one of the seens. */
err_t survey_is_there(bool *out, const struct survey *s, struct engine *e,
		      const struct seen *seen) MUST_CHECK;
/* The paths of artifacts whose files were seen, and are gone. */
err_t survey_missing(struct strs *out, const struct survey *s, struct engine *e) MUST_CHECK;
bool survey_is_approved(const struct survey *s, const char *uid);

#endif
