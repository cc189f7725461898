/*
 * The rules by which `verify` and the pre-commit hook judge what a commit does to artifacts. They
 * are handed texts and answer with findings; where the texts come from is not their business. Pure.
 *
 * A merge is judged against all its parents: what one of them has already, the merge does not
 * introduce.
 */
#ifndef ARTIFACT_VERIFY_H
#define ARTIFACT_VERIFY_H

#include "artifact/approval.h"
#include "artifact/artifact.h"

#define VERIFY_PARENTS 8

enum verify_severity { VERIFY_WARNING, VERIFY_VIOLATION };

struct finding {
	enum verify_severity severity;
	const char *rule; /* static: "transition", "approval", ... */
	char *path;
	int line; /* 1-based; 0: the whole file */
	char *text;
};
struct findings {
	struct finding *at;
	size_t len, cap;
	size_t proven, recorded; /* new lines of records: with the remote's word, without */
};
void findings_release(struct findings *f);
void findings_add(struct findings *f, enum verify_severity severity, const char *rule,
		  const char *path, int line, const char *fmt, ...) PRINTF(6, 7);

struct verify_policy {
	bool require_proof;  /* an approval that the record does not prove is a violation */
	bool require_parent; /* a kind with a parent kind must name one */
};

/* One artifact at one point of history. */
struct verify_version {
	struct oid oid;	  /* "" : it is not there */
	const char *path; /* where it is, or was before it was moved; NULL: the change's path */
	struct slice text;
	struct slice record; /* of its approvals; empty: none */
};

struct verify_change {
	const char *path;
	const struct kind *kind;
	struct verify_version after;
	/* Per parent, under the path it had there. A root commit has one, without anything. */
	struct verify_version before[VERIFY_PARENTS];
	int nr_parents;
	bool has_reason;  /* the commit says why; see verify_has_reason */
	bool reason_open; /* there is no message yet: the lack of a reason is only a warning */
	bool now; /* nothing comes after it: what is in force counts, not what was */
	const struct approval_witness *witness; /* may be NULL */
};

/* A commit message gives a reason: it has a body besides trailers, or a "Reason:" trailer. */
bool verify_has_reason(struct slice message);

/* What can be said of the change by itself: its text, its transition, its approval, its deletion.
 */
void verify_change(struct findings *out, const struct verify_change *c,
		   const struct verify_policy *policy);
/* Whether the change is a step that the parent artifact has a say in: into a state with a rank
 * that is no first one and that no parent commit has. */
bool verify_needs_parent(const struct verify_change *c);
/* parent_kind, parent_label, parent_state: what was found; label NULL: none is named here. */
void verify_parent(struct findings *out, const struct verify_change *c,
		   const struct verify_policy *policy, const struct kind *parent_kind,
		   const char *parent_label, struct slice parent_state);
/* A record that git alone is to judge by must be readable, and nothing may speak against it.
 * before: what it was in the parents; their lines are not of this commit. */
void verify_record(struct findings *out, const char *path, struct slice record,
		   const struct slice *before, size_t nr_before, const struct approval_name *name,
		   const struct approval_witness *witness);
/* Two paths with one label. together: a parent commit had both. */
void verify_label(struct findings *out, const char *path, const char *other, const char *label,
		  bool together);

#endif
