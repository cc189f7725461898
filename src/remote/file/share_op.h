/* One operation of a push: what it asks, and what came of it. Internal to remote/file. */
#ifndef REMOTE_FILE_SHARE_OP_H
#define REMOTE_FILE_SHARE_OP_H

#include "artifact/kind.h"
#include "artifact/label.h"
#include "artifact/revision.h"
#include "remote/file/share_project.h"
#include "remote/file/share_row.h"

/* As it arrived; NULL, -1 and false where absent. */
struct share_op {
	char *op_id, *op, *uid, *base_revision, *revision, *lineage, *oid, *sha256, *kind, *label;
	char *scope, *path, *title, *state, *from, *to, *normative, *reason;
	int64_t base_version, num;
	bool imported; /* its label may be taken already */
};

/* status NULL: nothing against it so far. */
struct share_verdict {
	const char *status; /* static */
	char *detail;	    /* for people; NULL */
	char *current;	    /* uid of the row to show with it; NULL */
};
/* The first refusal stands. */
void share_refuse(struct share_verdict *v, const char *status, const char *fmt, ...) PRINTF(3, 4);

/* The revisions that an op brings, parents first. */
struct share_lineage {
	struct revision *revs;
	char **texts; /* NULL where the op brings none */
	size_t len, cap;
};
/* Reads them; v: bad_op, bad_oid. */
err_t share_lineage_read(struct share_lineage *out, struct share_verdict *v, const struct share *s,
			 const char *json, const char *uid) MUST_CHECK;
/* Against what the database has: parents (unknown_base) and texts (bad_op). */
err_t share_lineage_check(struct share_verdict *v, const struct share *s,
			  const struct share_lineage *l, const char *uid) MUST_CHECK;
/* True when head is base, or a descendant of it within the lineage. base "": always. */
bool share_lineage_descends(const struct share_lineage *l, const char *head, const char *base);
const struct revision *share_lineage_find(const struct share_lineage *l, const char *id);
const char *share_lineage_text(const struct share_lineage *l, const char *oid);
err_t share_lineage_store(const struct share *s, const struct share_lineage *l, const char *uid,
			  int64_t rev) MUST_CHECK;
void share_lineage_release(struct share_lineage *l);

/* An op on its way through the checks. */
struct share_change {
	const struct share *s;
	struct share_op op;
	struct share_lineage lineage;
	struct share_verdict verdict;
	struct sha256 payload;
	bool known; /* the uid is in the database: */
	struct share_row now;
	const struct kind *kind;
	char *text;	       /* at op.oid; NULL for a deletion */
	char *text_state;      /* what the text itself says, "" */
	struct share_row next; /* what it becomes; filled as the checks go */
};
/* From JSON; a verdict when it is malformed. op_id and uid may be there then, too. */
err_t share_change_read(struct share_change *c, const struct share *s, const char *json,
			bool object) MUST_CHECK;
/* All the rules. */
err_t share_change_check(struct share_change *c) MUST_CHECK;
/* Writes it: texts, revisions, the artifact, the log, the counter. */
err_t share_change_apply(struct share_change *c, struct share_project *p,
			 const char *device) MUST_CHECK;
void share_change_release(struct share_change *c);

/* The bytes of a text; NULL when the database has none. Caller frees. */
err_t share_text_load(char **out, const struct share *s, const char *oid) MUST_CHECK;

#endif
