/* What an export and a commit look at: rows, HEAD's tree, the index. Internal to sync/. */
#ifndef SYNC_EXPORT_VIEW_H
#define SYNC_EXPORT_VIEW_H

#include "sync/engine.h"
#include "sync/file_out.h"
#include "sync/plan.h"
#include "sync/survey.h"

struct export_view {
	struct engine *e;
	struct report *r;
	const struct export_options *o;
	struct seens seens;
	struct survey survey;
	struct git_entries tree, index;
	char commit[OID_HEX + 1]; /* HEAD */
	bool have_head, have_tree, have_index;
	struct file_out out;
};
void export_view_release(struct export_view *v);

/* Instead of all rows and HEAD's whole tree: those of a few paths, and no other is asked for. */
err_t export_look_at(struct export_view *v, const struct strs *paths) MUST_CHECK;
/* What the index, or HEAD, has at a path; "" nothing. After export_facts_of. */
const char *export_index_oid(const struct export_view *v, const char *path);
const char *export_head_oid(const struct export_view *v, const char *path);
/* What the file shows. False when it cannot be read: said in the report, what: "kept", "left". */
bool export_can_read(struct oid *shows, struct export_view *v, const char *path, const char *what);
err_t export_facts_of(struct export_facts *f, const struct oid *shows, struct export_view *v,
		      const struct art *art, const struct seen *seen) MUST_CHECK;
/* The file is written, or removed, at the next flush at the latest. */
err_t export_write_out(struct export_view *v, const struct art *art, const struct oid *shows,
		       bool removal) MUST_CHECK;
err_t export_flush(struct export_view *v) MUST_CHECK;

/* Where the artifact was before it was moved, each path once. */
err_t export_past_paths(struct strs *out, struct engine *e, const struct art *art) MUST_CHECK;
/* The artifact as it is at such a path: gone. *out false: somebody else is there. shadow borrows
 * from art and path. */
err_t export_gone_from(bool *out, struct art *shadow, struct export_view *v, const struct art *art,
		       const char *path) MUST_CHECK;

#endif
