/*
 * Following the team: what changed on the remote since a position, told event by event. Writes
 * nothing anywhere. Details that cannot be found out are left out, never guessed.
 */
#ifndef SYNC_WATCH_H
#define SYNC_WATCH_H

#include "sync/engine.h"

struct watch_event {
	const char *what; /* static: "new", "deleted", "restored", "renamed", "state", "title",
			     "checked", "edited", "added", "removed", "forged" */
	const char *uid, *kind, *label, *path, *title; /* of the artifact by now; label "" */
	const char *who; /* "Name <mail>", or as the remote calls the actor */
	int64_t at;	 /* seconds UTC */
	long rev;	 /* of the remote */
	const char *revision;
	char *from, *to; /* renamed: paths; state, title: old and new; edited, added, removed: the
			    section in to, "" for the text above all sections. NULL: none */
	size_t done, total; /* checked: boxes; edited with to NULL: total sections */
};

struct watch;

/* Who is told; an error of either ends the reading. */
struct watch_tell {
	void *ctx;
	err_t (*event)(void *ctx, const struct watch_event *event);
	/* The remote is not what it was: why, in its word. Reading goes on at its head. */
	err_t (*reset)(void *ctx, const char *why);
};

/* Begins where the remote's head is when it answers first. kinds must outlive it. */
err_t watch_new(struct watch **out, const struct kinds *kinds) MUST_CHECK;
/* Begins where this workspace has pulled to. */
err_t watch_from_workspace(struct watch *w, struct engine *e) MUST_CHECK;
void watch_free(struct watch *w);

/* One small question. news: there is something to be read, or to be told of a reset. */
err_t watch_ask(bool *news, struct watch *w, const struct remote *remote) MUST_CHECK;
/* Reads it page by page. e: the workspace, where old texts are looked up; e->store may be NULL. */
err_t watch_read(struct watch *w, const struct remote *remote, struct engine *e,
		 const struct watch_tell *tell) MUST_CHECK;

#endif
