/* What `git agent status` shows: facts, without asking the remote. */
#ifndef CMD_STATUS_H
#define CMD_STATUS_H

#include "cmd/session.h"
#include "sync/claim.h"

struct status {
	struct looked looked;		/* for engine.looked: no file is looked at twice */
	struct repo_head head;
	long artifacts, revisions, texts;
	struct arts dirty;		/* only with a remote */
	struct arts conflicts;
	struct report files;		/* a dry run of export */
	struct strs missing;		/* files that were here */
	struct lefts lefts;
	struct mines mines;
	struct refusals refusals;
	struct claims claims;		/* as last heard of */
	char *url, *synced;
	size_t queue;			/* operations on their way */
};


err_t status_collect(struct status *st, struct session *s) MUST_CHECK;
void status_release(struct status *st);

/* The i-th note of st->files as a file that is kept ("<path>: <why>"), or one that is older; NULL
 * where it is the other. */
const char *status_kept(const struct status *st, size_t i);
const char *status_older(const struct status *st, size_t i);

#endif
