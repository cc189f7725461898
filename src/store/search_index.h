/* Keeps the index like the workspace. Private to store/. */
#ifndef STORE_SEARCH_INDEX_H
#define STORE_SEARCH_INDEX_H

#include "store/search.h"

struct search_step {
	search_step_fn call;
	void *ctx;
};

/* Whether the index db is not what the workspace ws has now. */
err_t search_behind(bool *behind, struct store *db, struct store *ws) MUST_CHECK;
/* Makes it so, in a transaction of db. */
err_t search_update(struct store *db, struct store *ws, struct search_step step) MUST_CHECK;

#endif
