/* What a commit, or the index, changed, with the texts: what verdict*.c look at. Internal to them.
 */
#ifndef CMD_SCENE_H
#define CMD_SCENE_H

#include "cmd/names.h"
#include "cmd/verdict.h"

#define SCENE_AFTER (-1) /* a side: this, or the number of a parent */

struct scene {
	const struct verdict *v;
	const char *at;		    /* commit, or ":" */
	struct git_changes changes; /* artifacts and records */
	struct git_entries entries; /* all of them; loaded when a rule asks */
	bool listed;
	struct names names;	    /* of the entries */
	struct moves moves;	    /* among the changes */
	int nr_parents;
	bool has_reason, reason_open;
	struct scene_text *texts;
	size_t bytes;		    /* of the texts */
};

err_t scene_of_commit(struct scene *out, const struct verdict *v, const char *commit) MUST_CHECK;
err_t scene_of_index(struct scene *out, const struct verdict *v) MUST_CHECK;
void scene_release(struct scene *s);

err_t scene_list(struct scene *s) MUST_CHECK; /* fills entries, and their names */
/* Between two artifacts: lets go of their texts when they have become many. */
void scene_forget(struct scene *s);
/* A blob's bytes, until scene_forget; empty for "". */
err_t scene_text(struct slice *out, struct scene *s, const struct oid *oid) MUST_CHECK;
/* Takes over bytes, until scene_forget. */
struct slice scene_keep(struct scene *s, char *bytes, size_t len);
/* What a path is on a side. */
err_t scene_oid(struct oid *out, struct scene *s, const char *path, int side) MUST_CHECK;
/* The change of a path; NULL when it is as in all parents. */
const struct git_change *scene_change(const struct scene *s, const char *path);

#endif
