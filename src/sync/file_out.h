/*
 * Writing files so that a crash at any point is finished by the next command:
 * the text is staged, `pending` is committed together with what it belongs to,
 * the file is renamed into place, `pending` is cleared and `seen` is set.
 * Internal to sync/.
 */
#ifndef SYNC_FILE_OUT_H
#define SYNC_FILE_OUT_H

#include "sync/engine.h"

struct file_out_item {
	struct pending pending; /* path, uid, from, to */
	struct oid head;	/* HEAD's text for the path */
	char *tmp;		/* staged; NULL for a removal */
};

/* A set of files on their way. {0} is empty; release discards what was not published. */
struct file_out {
	struct file_out_item *at;
	size_t len;
	size_t cap;
};
void file_out_release(struct file_out *out, struct engine *e);

/* Stages one file: it shows `from` now and shall show `to` ("" for a removal). Before the
 * transaction. */
err_t file_out_stage(struct file_out *out, struct engine *e, const char *uid, const char *path,
		     const struct oid *from, const struct oid *to, struct slice text,
		     const struct oid *head) MUST_CHECK;
/* Inside the transaction: what will be published, which is durable by then. */
err_t file_out_record(const struct file_out *out, struct engine *e) MUST_CHECK;
/* After it: renames, makes that durable and clears, but for what another process finished
 * meanwhile, and for files that show something else than they did. */
err_t file_out_publish(struct file_out *out, struct engine *e) MUST_CHECK;
/* What a crash left undone, or another process has not got to yet. Does nothing, and takes no lock,
 * where nothing is pending. A file that cannot be written now stays pending, and is a problem in
 * the report (NULL: the look before has told). */
err_t file_out_finish(struct report *r, struct engine *e) MUST_CHECK;

/* The text that the file shows now; "" when there is none. */
err_t file_out_shows(struct oid *out, struct engine *e, const char *path) MUST_CHECK;

#endif
