/*
 * How much a merge may settle by itself: what holds where nobody says otherwise,
 * and agent.merge.* over it. One place for the driver, import, sync and verify,
 * so that the same three texts give the same bytes whichever way they meet. Pure.
 */
#ifndef MERGE_SETTINGS_H
#define MERGE_SETTINGS_H

#include "merge/merge.h"
#include "util/err.h"

/* The default mode (ADR-009), no rule turned off. */
struct merge_options merge_defaults(const struct kind *kind);

/* One setting, its key without "agent.merge.": "mode" (default, strict,
 * full, text) or the name of a rule.
 * ERR_MISUSE when there is no such rule or mode; then nothing changes. */
err_t merge_set(struct merge_options *o, const char *key, const char *value) MUST_CHECK;

/* Settings that cost something to learn: asked for only where they could make another result. */
struct merge_settings {
	void *ctx;
	err_t (*get)(void *ctx, struct merge_options *o); /* changes what is set */
};
/* merge3 with o, and with the settings over it (NULL: none). */
err_t merge3_as_set(struct merge_result *out, struct slice base, struct slice ours,
		    struct slice theirs, const struct merge_options *o,
		    const struct merge_settings *settings) MUST_CHECK;

#endif
