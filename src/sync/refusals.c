#include "sync/refusals.h"
#include "util/mem.h"

#include <stdlib.h>
#include <string.h>

#define UNDER "refused_under"	/* meta: what was in force when something was refused */

/* Rules and role, as far as the remote has either. */
static err_t in_force(char **out, struct engine *e)
{
	scoped_free char *reply = NULL, *rules = NULL, *role = NULL;

	TRY(e->remote->head(e->remote->ctx, &reply));
	TRY(store_json_get(&rules, e->store, reply, "$.kinds"));
	TRY(store_json_get(&role, e->store, reply, "$.role"));
	*out = mem_printf("%s %s", rules ? rules : "", role ? role : "");
	return NULL;
}

/* What was erased stays erased under any rules. */
static bool may_change(const struct refusal *r)
{
	return strcmp(r->status, "purged") != 0;
}

static bool any(const struct refusals *list)
{
	for (size_t i = 0; i < list->len; i++)
		if (may_change(&list->at[i]))
			return true;
	return false;
}

static err_t forget(struct engine *e, const struct refusals *list, const char *under)
{
	for (size_t i = 0; list && i < list->len; i++)
		if (may_change(&list->at[i]))
			TRY(store_refusal_drop(e->store, list->at[i].uid));
	return store_meta_set(e->store, UNDER, under);
}

static err_t compare(struct engine *e, const struct refusals *list, const char *now)
{
	scoped_free char *then = NULL;
	err_t err;

	TRY(store_meta_get(&then, e->store, UNDER));
	if (then && strcmp(then, now) == 0)
		return NULL;
	TRY(store_begin(e->store));
	err = forget(e, then ? list : NULL, now);
	if (!err)
		return store_commit(e->store);
	store_rollback(e->store);
	return err;
}

err_t refusals_review(struct engine *e)
{
	scoped(refusals_release) struct refusals list = {0};
	scoped_free char *now = NULL;
	err_t err;

	TRY(store_refusal_list(&list, e->store));
	if (!any(&list))
		return NULL;
	err = in_force(&now, e);
	if (err && err->code == ERR_OFFLINE) {
		err_free(err);
		return NULL;
	}
	TRY(err);
	return compare(e, &list, now);
}
