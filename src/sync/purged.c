#include "sync/purged.h"
#include "util/mem.h"

#include <string.h>

static const char erased[] = "purged on the remote";

static const char *name_of(const struct art *art)
{
	return art->label[0] ? art->label : art->path;
}

err_t purged_is(bool *is, struct engine *e, const char *row)
{
	scoped_free char *purged = NULL;

	TRY(store_json_get(&purged, e->store, row, "$.purged"));
	*is = purged && strcmp(purged, "1") == 0;
	return NULL;
}

/* A deletion of our own: the remote's revision is not to be had any more. */
static err_t delete_here(struct loaded *l)
{
	struct act act = {HOW_DELETE, l->engine->who, l->engine->now, erased};
	struct oid from = l->art.oid, to = {""};
	struct change c = {.from_rev = l->w, .from = &from, .to = &to};
	struct plan_ctx ctx = loaded_plan(l);
	struct step s = {0};
	err_t err;

	TRY(plan_change(&s, &ctx, &c, &act));
	err = loaded_take(l, &s, "remote");
	step_release(&s);
	return err;
}

/* at: what this clone has of the remote's. */
static err_t put_base(struct loaded *l, const char *row, struct rev_id at)
{
	struct base base = {.revision = at, .path = l->art.path, .state = l->art.state,
			    .deleted = true, .approval = (char *)""};

	TRY(doc_long(&base.version, l->engine, row, "$.version", 0));
	TRY(doc_long(&base.rev, l->engine, row, "$.rev", 0));
	return store_base_put(l->engine->store, l->art.uid, &base);
}

static err_t take(struct sync_report *r, struct engine *e, const char *uid, const char *row)
{
	scoped(loaded_close) struct loaded l = {0};
	scoped_free char *name = NULL;
	struct base base = {0};
	struct rev_id at;

	TRY(loaded_open(&l, e, uid));
	name = mem_strdup(name_of(&l.art));
	if (!l.art.deleted && (l.art.dirty || l.art.conflict)) {
		strs_take(&r->notes, mem_printf("%s: deleted on the remote, and erased there; your "
						"text differs and stays here", name));
		TRY(store_base_get(&base, e->store, uid));
		at = base.revision;
		base_release(&base);
		return put_base(&l, row, at);
	}
	if (!l.art.deleted) {
		TRY(delete_here(&l));
		r->received++;
		strs_take(&r->notes, mem_printf("%s: deleted on the remote, and erased there; what "
						"this clone has of it stays in its history", name));
	}
	return put_base(&l, row, l.art.head);
}

err_t purged_take(struct sync_report *r, struct engine *e, const char *row)
{
	scoped_free char *uid = NULL;
	struct art art = {0};
	err_t err;

	TRY(store_json_get(&uid, e->store, row, "$.uid"));
	err = store_art_get(&art, e->store, uid ? uid : "");
	art_release(&art);
	if (!err)
		return take(r, e, uid, row);
	if (err->code != ERR_NOTFOUND)
		return err;
	err_free(err);
	return NULL;
}

bool purged_deletion(const struct revision *r)
{
	return r->how == HOW_DELETE && oid_none(&r->oid) && strcmp(r->message, erased) == 0;
}
