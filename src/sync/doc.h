/*
 * The JSON documents of remote.h, from the client's side: writing operations,
 * reading rows and results. Reading goes through the store, whose JSON is
 * SQLite's. Internal to sync/.
 */
#ifndef SYNC_DOC_H
#define SYNC_DOC_H

#include "sync/loaded.h"

/* One operation, frozen. */
struct doc_op {
	const char *op_id;
	const char *op;		 /* "put", "delete", "transition" */
	const struct base *base; /* what the remote has; version is that of this op's base */
	long base_version;
	struct rev_id base_revision;
	int revision; /* index in the graph: what is published */
	int after;    /* its lineage: ancestors of revision which are none of after (-1: all) */
	const char *from, *to; /* transition: states */
	bool imported;	       /* its label is known to be a double */
};
/* The JSON of an operation. ERR_REFUSED when a text is not UTF-8. Caller frees. */
err_t doc_op(char **json, struct loaded *l, const struct doc_op *op) MUST_CHECK;

/* One row of a page. */
struct doc_row {
	char uid[UID_LEN + 1];
	char *path, *kind, *label, *state, *approval;
	long version, rev;
	struct rev_id revision;
	struct oid oid;
	bool deleted, forged;
	bool imported, stale; /* of the approval */
	struct revs lineage;  /* texts are in the store after doc_row_read */
};
void doc_row_release(struct doc_row *row);
/* Reads a row, checks it (path, ids recomputed, texts against their oids) and stores its texts.
 * ERR_REFUSED says what is wrong with it: nothing of such a row is used. */
err_t doc_row_read(struct doc_row *row, struct engine *e, const char *json) MUST_CHECK;

/* What a line of a record shall hold: control characters and blanks at the ends are gone. */
void doc_one_line(char *text);
/* A number in a document; otherwise when it is absent. */
err_t doc_long(long *out, struct engine *e, const char *json, const char *path,
	       long otherwise) MUST_CHECK;

#endif
