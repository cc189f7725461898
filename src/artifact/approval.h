/*
 * The tracked record of approvals, `.agent/approvals/<kind>/<label>`: which texts a remote has
 * acknowledged as approved, so that git alone can judge. Pure.
 *
 * A line per approval that is in force; lines that start with '#' are comments:
 *
 *	APPROVED <normative hash> 2026-11-25T16:00:00Z <revision> <chain hash> <uid> <seal> Ann
 *	<ann@example.com>
 *
 * A state that is approved again replaces its line, and going back before a gate takes its line
 * out; what was in force before is in git's history of the file. Artifacts that share a label share
 * the file; the uid tells their lines apart.
 *
 * What a line proves: the normative hash binds it to a text; the seal, a hash over kind, label and
 * all that the line says, tells when a word of it was changed or it was copied elsewhere. Whoever
 * makes up a whole line can compute its seal, too: whether the remote acknowledged it, only the
 * remote can say, or a workspace that has it from there (struct approval_witness).
 */
#ifndef ARTIFACT_APPROVAL_H
#define ARTIFACT_APPROVAL_H

#include "artifact/kind.h"
#include "artifact/revision.h"
#include "util/hash.h"
#include "util/strs.h"

#define APPROVAL_DIR ".agent/approvals/"

struct approval {
	char *state;
	struct sha256 normative; /* of the text that was approved */
	char *at;		 /* "2026-11-25T16:00:00Z", for people */
	long rev;		 /* the remote's revision */
	struct sha256 chain;	 /* of the remote's hash chain at rev; zeros where it has none */
	char uid[UID_LEN + 1];	 /* of the artifact, as the remote has it */
	char *approver;
	bool broken; /* as read: the seal is not that of the line */
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

/* Whose record it is. */
struct approval_name {
	const struct kind *kind;
	const char *label;
};
/* Of a record's path; kind NULL where it is none. */
struct approval_name approval_name(const struct kinds *kinds, const char *path);

/* Reads a record. *bad_line: the first line that is none, 0: all are well. */
void approval_read(struct approvals *out, int *bad_line, struct slice record,
		   const struct approval_name *name);

/* --- writing (approval.c) ------------------------------------------------------------------- */

/* What a remote is known to have acknowledged of one artifact. */
struct approval_known {
	struct approvals list;
	struct strs labels; /* that the artifact has or had; none: not known */
	long asked;    /* up to this revision of the remote */
	bool complete; /* list is of all transitions there ever were; else what is in force */
};
void approval_known_release(struct approval_known *k);

struct approval_of {
	struct approval_name name;
	const char *uid;
	const struct strs *others; /* uids of the other artifacts with this label; may be NULL */
	struct slice state;
	bool gone; /* the artifact has this label no more */
	const struct approval_known *known;
};
/*
 * The record with what is in force now: approvals beyond `state` are taken out, what is known is
 * put in where it is newer. Lines that stay, and those of others, keep their bytes. "" : there is
 * nothing to record. Caller frees.
 */
char *approval_record(size_t *len, struct slice record, const struct approval_of *of);
/* The record without the lines of the artifact that has the text with this normative hash approved,
 * for judging another artifact of its label. Caller frees. */
char *approval_without(size_t *len, struct slice record, const struct approval_name *name,
		       const char *normative);
/* Whether entering `state` takes back an approval of `approved`: it lies before that gate. */
bool approval_withdrawn(const struct kind *kind, struct slice approved, struct slice state);

/* --- judging (approval_judge.c) ------------------------------------------------------------- */

/* Who knows what the remote said. NULL, as a witness or as an answer: nobody. */
struct approval_witness {
	const struct approval_known *(*of)(void *ctx, const char *uid);
	void *ctx;
};

enum approval_trust {
	APPROVAL_UNASKED,   /* nothing speaks against the line, but that it is not asked for */
	APPROVAL_CONFIRMED, /* the remote acknowledged just this */
	APPROVAL_OVER,	    /* the remote acknowledged it, and has withdrawn or renewed it since */
	APPROVAL_REFUTED,   /* the line was changed, or the remote says otherwise */
};
/* *why, a static text, where it is refuted. */
enum approval_trust approval_trust(const char **why, const struct approval *line,
				   const struct approval_name *name,
				   const struct approval_witness *witness);

enum approval_verdict {
	APPROVAL_NONE,	   /* not in a gate state: nothing to prove */
	APPROVAL_PROVEN,   /* the remote acknowledged this state of this text */
	APPROVAL_RECORDED, /* the record has this state with this text; nobody asked the remote */
	APPROVAL_REPLAYED, /* the record has what was approved once, and is not in force */
	APPROVAL_FORGED,   /* the record has this state in a line that is refuted */
	APPROVAL_STALE,	   /* the record has this state with another text */
	APPROVAL_CLAIMED,  /* the record does not have this state */
};
/* The verdict on a text in `state` with this normative hash. *why as above. */
enum approval_verdict approval_judge(const char **why, const struct approval_name *name,
				     struct slice state, const char *normative,
				     struct slice record, const struct approval_witness *witness);
/* For a text of its time. */
static inline bool approval_holds(enum approval_verdict v)
{
	return v <= APPROVAL_REPLAYED && v != APPROVAL_NONE;
}

#endif
