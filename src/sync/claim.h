/*
 * Claims: who is editing what. A hint between people; it expires by itself and decides nothing.
 * What the remote said last is remembered in the workspace.
 */
#ifndef SYNC_CLAIM_H
#define SYNC_CLAIM_H

#include "sync/engine.h"

#define CLAIM_MINUTES_MAX (7 * 24 * 60)

struct claim {
	char uid[UID_LEN + 1]; /* may be unknown here */
	char *who;	       /* "Name <mail>", as they call themselves */
	char *device;	       /* a clone */
	int64_t until;	       /* seconds UTC */
	bool mine;	       /* made by this clone */
};

struct claims {
	struct claim *at;
	size_t len;
};
void claims_release(struct claims *c);

/* As last heard of; those that have expired since are left out. */
err_t claim_known(struct claims *out, struct engine *e) MUST_CHECK;
/* Asks the remote for all of them. Writes nothing. */
err_t claim_ask(struct claims *out, struct engine *e) MUST_CHECK;
/* Claims uid for this clone, minutes 0: releases it. out: the claims on it. Not remembered. */
err_t claim_set(struct claims *out, struct engine *e, const char *uid, int minutes) MUST_CHECK;
/* Remembers what claim_ask gave (uid NULL), or what claim_set gave for uid. */
err_t claim_remember(struct engine *e, const struct claims *c, const char *uid) MUST_CHECK;

#endif
