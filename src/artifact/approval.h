/*
 * The tracked record of approvals, `.agent/approvals/<kind>/<label>`: which texts a remote has
 * acknowledged as approved, so that git alone can judge. Pure.
 *
 * A line per approval that is in force; lines that start with '#' are comments:
 *
 *	APPROVED <normative hash> 2026-11-25T16:00:00Z <revision> <chain hash> Ann <ann@example.com>
 *
 * A state that is approved again replaces its line, and going back before a gate takes its line
 * out; what was in force before is in git's history of the file.
 */
#ifndef ARTIFACT_APPROVAL_H
#define ARTIFACT_APPROVAL_H

#include "artifact/kind.h"
#include "util/hash.h"

#define APPROVAL_DIR ".agent/approvals/"

struct approval {
	char *state;
	struct sha256 normative; /* of the text that was approved */
	char *at;		 /* "2026-11-25T16:00:00Z", for people */
	long rev;		 /* the remote's revision */
	struct sha256 chain;	 /* of the remote's hash chain at rev; zeros where it has none */
	char *approver;
};
struct approvals {
	struct approval *at;
	size_t len;
};
void approval_release(struct approval *a);
void approvals_release(struct approvals *list);

/* The path of the record; NULL for a kind or label that can have none. Caller frees. */
char *approval_path(const char *kind, const char *label);
/* Whether path is one, of a kind that is known. */
bool approval_is_path(const struct kinds *kinds, const char *path);

/* Reads a record. *bad_line: the first line that is none, 0: all are well. */
void approval_read(struct approvals *out, int *bad_line, struct slice record);
/*
 * The record with what is in force now: approvals beyond `state` are taken out, `now` is put in
 * where it is newer. Lines that stay keep their bytes. "" : there is nothing to record. Caller
 * frees.
 */
char *approval_record(size_t *len, struct slice record, const struct kind *kind, const char *name,
		      struct slice state, const struct approvals *now);
/* Whether entering `state` takes back an approval of `approved`: it lies before that gate. */
bool approval_withdrawn(const struct kind *kind, struct slice approved, struct slice state);

enum approval_verdict {
	APPROVAL_NONE,	  /* not in a gate state: nothing to prove */
	APPROVAL_PROVEN,  /* the record has this state with this text */
	APPROVAL_STALE,	  /* the record has this state with another text */
	APPROVAL_CLAIMED, /* the record does not have this state */
};
/* The verdict on a text in `state` with this normative hash. */
enum approval_verdict approval_judge(const struct kind *kind, struct slice state,
				     const char *normative, struct slice record);

#endif
