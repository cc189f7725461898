/* What a row of a page says happened to one artifact. Internal to sync/watch. */
#ifndef SYNC_WATCH_ROW_H
#define SYNC_WATCH_ROW_H

#include "sync/watch.h"

struct watch_rev {
	struct rev_id id;
	struct rev_id parents[REVISION_PARENTS];
	struct oid oid;
	char *path, *author, *text; /* text NULL: none came */
	int64_t time;
};

struct watch_row {
	char *uid, *kind, *label, *path, *title, *state, *author;
	struct rev_id revision;
	struct oid oid;
	long rev;
	bool deleted, forged;
	struct watch_rev *revs; /* its lineage since the position, parents first */
	size_t nr_revs;
};
void watch_row_release(struct watch_row *row);
/* json: a store for reading JSON. ERR_REFUSED: malformed. */
err_t watch_row_read(struct watch_row *out, struct store *json, const char *text) MUST_CHECK;
const struct watch_rev *watch_row_rev(const struct watch_row *row, const struct rev_id *id);
/* The text at oid, where the lineage has it. */
const char *watch_row_text(const struct watch_row *row, const struct oid *oid);
/* The parents of its lineage that are older: what it was made from. */
size_t watch_row_roots(struct rev_id out[], size_t max, const struct watch_row *row);

/* An artifact as it was, or is by now. */
struct watch_text {
	bool known;   /* false: nothing is known about it */
	bool exists;  /* false: there was none, or it is deleted */
	struct rev_id revision;
	struct oid oid;
	char *path;
	char *text; /* NULL: not known */
};
void watch_text_release(struct watch_text *t);

/* Remembers a few texts of each artifact that was told of last. */
struct watch_memory;
struct watch_memory *watch_memory_new(void);
void watch_memory_free(struct watch_memory *m);
void watch_memory_forget(struct watch_memory *m);
/* Takes over t. */
void watch_memory_put(struct watch_memory *m, const char *uid, struct watch_text *t);
/* A copy; known false: not remembered. */
void watch_memory_get(struct watch_text *out, const struct watch_memory *m, const char *uid);

/* What is the same in all events of one step, and how the artifact was and is. */
struct watch_step {
	const struct watch_row *row;
	const struct kind *kind; /* may be NULL */
	const char *who;
	int64_t at;
	long rev;
	const struct watch_text *before, *after;
};
err_t watch_tell_step(const struct watch_step *s, const struct watch_tell *tell) MUST_CHECK;

#endif
