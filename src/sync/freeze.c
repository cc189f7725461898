#include "sync/freeze.h"
#include "artifact/artifact.h"
#include "sync/doc.h"
#include "util/clock.h"
#include "util/mem.h"

#include <stdlib.h>
#include <string.h>

static const char *name_of(const struct art *art)
{
	return art->label && art->label[0] ? art->label : art->path;
}

static err_t is_double(bool *out, struct engine *e, const struct art *art)
{
	scoped(arts_release) struct arts same = {0};
	struct art_filter f = {.kind = art->kind, .label = art->label};

	*out = false;
	if (!art->label[0] || art->deleted)
		return NULL;
	TRY(store_art_list(&same, e->store, &f));
	*out = same.len > 1;
	return NULL;
}

static void state_at(char **out, struct loaded *l, int at, err_t *err)
{
	struct artifact_brief brief = {0};
	struct slice text;

	*out = NULL;
	if (*err)
		return;
	*err = loaded_text(&text, l, &l->graph.at[at].oid);
	if (*err)
		return;
	artifact_brief(&brief, text, l->kind, l->graph.at[at].path);
	*out = mem_strndup(brief.state.at ? brief.state.at : "", brief.state.len);
}

struct freezer {
	struct loaded *l;
	struct base base;
	int after; /* what the ops so far have published; -1: nothing */
	long version;
	bool imported;
};

static err_t freeze_one(struct freezer *f, int revision, const char *what)
{
	struct loaded *l = f->l;
	char op_id[37];
	scoped_free char *from = NULL, *to = NULL, *payload = NULL;
	struct doc_op op = {.op_id = op_id,
			    .op = what,
			    .revision = revision,
			    .after = f->after,
			    .base_version = f->version,
			    .imported = f->imported};
	struct outbox_row row = {.op_id = op_id, .generation = l->art.generation};
	err_t err = NULL;

	clock_uuid(op_id);
	if (f->after >= 0)
		op.base_revision = l->graph.at[f->after].id;
	if (strcmp(what, "transition") == 0) {
		state_at(&from, l, f->after, &err);
		state_at(&to, l, revision, &err);
		TRY(err);
		op.from = from;
		op.to = to;
	}
	TRY(doc_op(&payload, l, &op));
	memcpy(row.uid, l->art.uid, sizeof(row.uid));
	row.revision = l->graph.at[revision].id;
	row.payload = payload;
	TRY(store_outbox_put(l->engine->store, &row));
	f->after = revision;
	f->version++;
	return NULL;
}

/* Recorded transitions are operations of their own, in order, as far as they lie on the way from
 * what the remote has to W; what was edited before one goes out before it. */
static err_t freeze_way(struct freezer *f)
{
	struct loaded *l = f->l;
	const struct graph *g = &l->graph;
	const struct revision *w = &g->at[l->w];

	for (int i = f->after + 1; i <= l->w && f->after >= 0; i++) {
		int parent = g->parent[i][0];

		if (g->at[i].how != HOW_STATE || parent < 0 || !graph_is_ancestor(g, i, l->w) ||
		    !graph_is_ancestor(g, f->after, parent))
			continue;
		if (parent != f->after)
			TRY(freeze_one(f, parent, oid_none(&g->at[parent].oid) ? "delete" : "put"));
		TRY(freeze_one(f, i, "transition"));
	}
	if (f->after == l->w)
		return NULL;
	return freeze_one(f, l->w, oid_none(&w->oid) ? "delete" : "put");
}

static err_t freeze_art(struct sync_report *r, struct engine *e, const struct art *art)
{
	scoped(loaded_close) struct loaded l = {0};
	struct freezer f = {.l = &l, .after = -1};
	err_t err;

	TRY(loaded_open(&l, e, art->uid));
	TRY(store_base_get(&f.base, e->store, art->uid));
	f.version = f.base.version;
	if (f.version > 0)
		f.after = graph_find(&l.graph, &f.base.revision);
	base_release(&f.base);
	if (f.version > 0 && !graph_is_ancestor(&l.graph, f.after, l.w)) {
		r->behind = true;
		return NULL;
	}
	TRY(is_double(&f.imported, e, art));
	if (f.version == 0 && !f.imported) {
		/* a label that came with a file is not ours to change */
		f.imported = l.graph.len > 0 && l.graph.at[0].how != HOW_CREATE;
	}
	err = freeze_way(&f);
	if (err && err->code == ERR_REFUSED) {
		struct refusal refusal = {.generation = art->generation,
					  .status = (char *)"bad_op",
					  .detail = err->text};

		memcpy(refusal.uid, art->uid, sizeof(refusal.uid));
		strs_take(&r->blocked, mem_printf("%s: %s", name_of(art), err->text));
		r->refused++;
		{
			err_t put = store_refusal_put(e->store, &refusal);

			err_free(err);
			return put;
		}
	}
	return err;
}

/* The same text was refused on the same base: asking again would get the same answer. */
static const struct refusal *still_refused(const struct refusals *list, const struct art *art,
					   long version)
{
	for (size_t i = 0; i < list->len; i++)
		if (strcmp(list->at[i].uid, art->uid) == 0 &&
		    list->at[i].generation == art->generation &&
		    list->at[i].base_version == version)
			return &list->at[i];
	return NULL;
}

static bool in_outbox(const struct outbox *out, const char *uid)
{
	for (size_t i = 0; i < out->len; i++)
		if (strcmp(out->at[i].uid, uid) == 0)
			return true;
	return false;
}

static int kind_order(const struct kinds *kinds, const char *name)
{
	for (size_t i = 0; i < kinds->len; i++)
		if (strcmp(kinds->at[i].name, name) == 0)
			return (int)i;
	return (int)kinds->len;
}

static err_t freeze_list(struct sync_report *r, struct engine *e, const struct push_options *o)
{
	scoped(arts_release) struct arts arts = {0};
	scoped(outbox_release) struct outbox out = {0};
	scoped(refusals_release) struct refusals refusals = {0};
	struct art_filter f = {.dirty_only = true, .with_deleted = true};

	TRY(store_art_list(&arts, e->store, &f));
	TRY(store_outbox_list(&out, e->store));
	TRY(store_refusal_list(&refusals, e->store));
	for (int kind = 0; kind <= (int)e->kinds->len; kind++) {
		for (size_t i = 0; i < arts.len; i++) {
			const struct art *art = &arts.at[i];
			const struct refusal *refusal;
			struct base base = {0};

			if (kind_order(e->kinds, art->kind) != kind || in_outbox(&out, art->uid) ||
			    (o->uids && !strs_has(o->uids, art->uid)))
				continue;
			if (art->conflict) {
				strs_take(&r->blocked, mem_printf("%s: conflict", name_of(art)));
				continue;
			}
			TRY(store_base_get(&base, e->store, art->uid));
			refusal = o->again ? NULL : still_refused(&refusals, art, base.version);
			base_release(&base);
			if (refusal) {
				strs_take(&r->blocked,
					  mem_printf("%s: %s%s%s", name_of(art), refusal->status,
						     refusal->detail && refusal->detail[0] ? ": "
											   : "",
						     refusal->detail ? refusal->detail : ""));
				r->refused++;
				continue;
			}
			TRY(freeze_art(r, e, art));
		}
	}
	return NULL;
}

err_t freeze_dirty(struct sync_report *r, struct engine *e, const struct push_options *o)
{
	err_t err;

	TRY(store_begin(e->store));
	err = freeze_list(r, e, o);
	if (!err)
		return store_commit(e->store);
	store_rollback(e->store);
	return err;
}

err_t freeze_count(int *out, struct engine *e)
{
	scoped(arts_release) struct arts arts = {0};
	struct art_filter f = {.dirty_only = true, .with_deleted = true};

	TRY(store_art_list(&arts, e->store, &f));
	*out = (int)arts.len;
	return NULL;
}
