#include "sync/reset.h"
#include "util/mem.h"

#include <stdlib.h>

/* Payloads that were frozen on the old counter mean nothing on the new one: their revisions are in
 * the workspace and are frozen anew. */
static err_t forget(struct engine *e, const char *epoch)
{
	scoped(outbox_release) struct outbox box = {0};

	TRY(store_outbox_list(&box, e->store));
	for (size_t i = 0; i < box.len; i++)
		TRY(store_outbox_drop(e->store, box.at[i].op_id));
	TRY(store_base_clear_all(e->store));
	TRY(store_inbox_clear(e->store));
	TRY(store_meta_set(e->store, "cursor", "0"));
	TRY(store_meta_set(e->store, "cursor_hash", NULL));
	return store_meta_set(e->store, "epoch", epoch);
}

err_t reset_begin(struct sync_report *r, struct engine *e, const char *why, const char *reply)
{
	scoped_free char *epoch = NULL;
	err_t err;

	TRY(store_json_get(&epoch, e->store, reply, "$.epoch"));
	strs_take(&r->notes,
		  mem_printf(
			  "the remote is not what it was (%s): comparing everything again; nothing "
			  "of yours is dropped",
			  why));
	r->behind = true;
	TRY(store_begin(e->store));
	err = forget(e, epoch);
	if (!err)
		return store_commit(e->store);
	store_rollback(e->store);
	return err;
}
