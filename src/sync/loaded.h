/* One artifact with its graph, loaded for a decision, and the way back into the store. Internal to
 * sync/. */
#ifndef SYNC_LOADED_H
#define SYNC_LOADED_H

#include "sync/engine.h"
#include "sync/plan.h"

struct loaded {
	struct engine *engine;
	struct art art;
	struct revs revs;
	struct graph graph;
	int w;
	const struct kind *kind;
	struct texts texts;
	struct loaded_text *cache;
};

err_t loaded_open(struct loaded *l, struct engine *e, const char *uid) MUST_CHECK;
void loaded_close(struct loaded *l);
struct plan_ctx loaded_plan(const struct loaded *l);
bool loaded_knows(const struct loaded *l, const struct oid *oid);
err_t loaded_text(struct slice *out, struct loaded *l, const struct oid *oid) MUST_CHECK;

/* Carries a step out: texts, revisions, the new head, or the conflict row. Reloads. */
err_t loaded_take(struct loaded *l, struct step *s, const char *source) MUST_CHECK;
/* Moves W to a revision that is in the store. Reloads. */
err_t loaded_set_head(struct loaded *l, const struct rev_id *head) MUST_CHECK;

/* A new artifact with its first revision, without loading. uid NULL: a fresh one. */
err_t loaded_create(char uid_out[UID_LEN + 1], struct engine *e, const char *uid, const char *path,
		    struct slice text, const struct act *act) MUST_CHECK;

#endif
