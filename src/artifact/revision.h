/*
 * A revision: one version of one artifact, with its parents, like a commit of a
 * single file. Ancestry is asked of these, never of texts. Pure.
 *
 * A revision names a text (a git blob id) and a path. No text ("") is a
 * deletion: a tombstone is a revision like any other.
 */
#ifndef ARTIFACT_REVISION_H
#define ARTIFACT_REVISION_H

#include "util/hash.h"

#define UID_LEN 36
#define REVISION_PARENTS 2

/* How a revision came about; part of its id. */
enum revision_how {
	HOW_CREATE,  /* new-story and the like: its label was given by us */
	HOW_EDIT,    /* a git-agent command */
	HOW_STATE,   /* a recorded transition */
	HOW_HAND,    /* an edit of the file, seen by import */
	HOW_DISCARD, /* a hand edit that git took back */
	HOW_COMMIT,  /* a change that a git commit made */
	HOW_MERGE,   /* two parents */
	HOW_RESTORE,
	HOW_MOVE,
	HOW_DELETE,
};
const char *revision_how_name(enum revision_how how); /* "create", "edit", ... */
bool revision_how_parse(enum revision_how *out, const char *name);

struct rev_id {
	char hex[SHA256_HEX + 1]; /* "" : none */
};

struct revision {
	struct rev_id id;
	struct rev_id parents[REVISION_PARENTS]; /* "" where absent; two are in byte order */
	struct oid oid;				 /* of the text; "" : deleted */
	char *path;				 /* owned */
	char *author;				 /* "Name <mail>", owned */
	int64_t time; /* seconds since 1970 UTC, for people; takes part in no decision */
	enum revision_how how;
	char *message; /* reason, commit subject; may be "", owned */
};

/* Sorts the parents and computes id from uid and all other fields (SHA-256 over a
 * length-prefixed encoding headed "git-agent revision 1"). */
void revision_seal(struct revision *r, const char *uid);
/* A deep copy. */
struct revision revision_copy(const struct revision *r);
void revision_release(struct revision *r);

static inline bool rev_eq(const struct rev_id *a, const struct rev_id *b)
{
	return strcmp(a->hex, b->hex) == 0;
}
static inline bool rev_none(const struct rev_id *a)
{
	return a->hex[0] == '\0';
}
static inline int revision_nr_parents(const struct revision *r)
{
	return rev_none(&r->parents[0]) ? 0 : rev_none(&r->parents[1]) ? 1 : 2;
}

#endif
