/* One artifact as the shared database has it, and as a row of a reply. Internal to remote/file. */
#ifndef REMOTE_FILE_SHARE_ROW_H
#define REMOTE_FILE_SHARE_ROW_H

#include "remote/file/share_db.h"
#include "util/json.h"

/* Texts are owned and never NULL in a row that was loaded, except the approval's. */
struct share_row {
	char *uid, *kind, *label, *scope, *path, *title, *state, *revision, *oid, *author,
		*normative;
	int64_t num, version, rev;
	bool deleted;
	bool duplicate; /* imported with a label that was taken: exempt from uniqueness */
	bool forged;
	struct {
		char *state, *normative, *approver; /* state NULL: no approval */
		int64_t at, rev;
		bool imported;
	} approval;
};

/* *found is false, and the row empty, for a uid that is unknown. */
err_t share_row_load(struct share_row *out, bool *found, const struct share *s,
		     const char *uid) MUST_CHECK;
err_t share_row_store(const struct share *s, const struct share_row *row) MUST_CHECK;
struct share_row share_row_copy(const struct share_row *row);
void share_row_release(struct share_row *row);

/* The row as JSON, with the revisions that were added after rev `floor` (0: all). */
err_t share_row_write(struct json *j, const struct share *s, const struct share_row *row,
		      int64_t floor) MUST_CHECK;
/* The same as a document. Caller frees. */
err_t share_row_json(char **out, const struct share *s, const char *uid, int64_t floor) MUST_CHECK;

#endif
