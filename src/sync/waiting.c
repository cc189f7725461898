#include "sync/waiting.h"
#include "util/mem.h"

#include <stdlib.h>
#include <string.h>

err_t waiting_must(bool *out, struct loaded *l, const struct step *s)
{
	scoped(conflict_release) struct conflict c = {0};

	*out = false;
	if (s->what != STEP_CONFLICT || !l->art.conflict)
		return NULL;
	TRY(store_conflict_get(&c, l->engine->store, l->art.uid));
	*out = !oid_eq(&c.theirs, &s->theirs);
	return NULL;
}

/* In meta: uids, each after a blank. HEAD is a work tree's own. */
static char *key_of(const struct engine *e)
{
	return mem_printf("waiting %s", e->git->worktree);
}

err_t waiting_add(struct engine *e, const char *uid)
{
	scoped_free char *key = key_of(e), *uids = NULL, *now = NULL;

	TRY(store_meta_get(&uids, e->store, key));
	if (uids && strstr(uids, uid))
		return NULL;
	now = mem_printf("%s %s", uids ? uids : "", uid);
	return store_meta_set(e->store, key, now);
}

err_t waiting_is_over(bool *over, struct engine *e)
{
	scoped_free char *key = key_of(e), *uids = NULL;
	scoped(strs_release) struct strs open = {0};

	*over = false;
	TRY(store_meta_get(&uids, e->store, key));
	if (!uids)
		return NULL;
	TRY(store_conflict_uids(&open, e->store));
	for (char *save = NULL, *uid = strtok_r(uids, " ", &save); uid && !*over;
	     uid = strtok_r(NULL, " ", &save))
		*over = !strs_has(&open, uid);
	return NULL;
}

err_t waiting_clear(struct engine *e)
{
	scoped_free char *key = key_of(e);

	return store_meta_set(e->store, key, NULL);
}
