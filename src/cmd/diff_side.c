#include "cmd/diff_side.h"
#include "util/mem.h"

#include <stdlib.h>
#include <string.h>

void side_release(struct side *side)
{
	free(side->path);
	free(side->bytes);
	*side = (struct side){0};
}

/* --- layers --------------------------------------------------------------------------------- */

void layer_release(struct layer_view *v)
{
	git_entries_release(&v->entries);
}

static err_t open_head(struct layer_view *out, struct session *s, bool one)
{
	struct repo_head head;

	TRY(repo_head(&head, s->repo));
	if (!head.commit[0])
		return NULL;
	if (one) {
		strcpy(out->commit, head.commit);
		return NULL;
	}
	return git_list_at(&out->entries, s->repo, s->kinds, head.commit);
}

err_t layer_open(struct layer_view *out, struct session *s, enum layer layer, const char *tree,
		 bool one)
{
	*out = (struct layer_view){.layer = layer, .tree = tree};
	if (layer == LAYER_FILE && !s->have_port)
		return err_new(ERR_FATAL, "this operation must be run in a work tree");
	if (layer == LAYER_HEAD)
		return open_head(out, s, one);
	if (layer == LAYER_INDEX)
		return git_list_at(&out->entries, s->repo, s->kinds, ":0");
	if (layer == LAYER_TREE)
		return git_list_at(&out->entries, s->repo, s->kinds, tree);
	return NULL;
}

static int compare_path(const void *path, const void *entry)
{
	return strcmp(path, ((const struct git_entry *)entry)->path);
}

/* Of an unmerged path our side, or what there is. */
static const struct git_entry *find_entry(const struct git_entries *e, const char *path)
{
	const struct git_entry *at =
		e->len ? bsearch(path, e->at, e->len, sizeof(*e->at), compare_path) : NULL;

	if (!at)
		return NULL;
	while (at > e->at && strcmp(at[-1].path, path) == 0)
		at--;
	for (const struct git_entry *i = at; i < e->at + e->len; i++)
		if (strcmp(i->path, path) == 0 && i->stage == 2)
			return i;
	return at->intent_to_add ? NULL : at;
}

void side_of_entry(struct side *out, const struct git_entry *entry)
{
	out->path = mem_strdup(entry->path);
	out->oid = entry->oid;
}

static err_t of_file(struct side *out, struct session *s, const struct art *art)
{
	err_t err = s->port.read(s->port.ctx, &out->bytes, &out->len, NULL, art->path);

	if (err && err->code == ERR_NOTFOUND) {
		err_free(err);
		return NULL;
	}
	TRY(err);
	out->path = mem_strdup(art->path);
	return NULL;
}

static err_t of_remote(struct side *out, struct session *s, const struct art *art)
{
	scoped(base_release) struct base base = {0};

	TRY(store_base_get(&base, s->store, art->uid));
	if (oid_none(&base.oid))
		return NULL;
	out->path = mem_strdup(base.path && base.path[0] ? base.path : art->path);
	out->oid = base.oid;
	return NULL;
}

err_t side_of(struct side *out, struct session *s, const struct layer_view *v,
	      const struct art *art)
{
	const struct git_entry *entry;

	*out = (struct side){0};
	if (v->layer == LAYER_FILE)
		return of_file(out, s, art);
	if (v->layer == LAYER_REMOTE)
		return of_remote(out, s, art);
	if (v->layer == LAYER_WORKSPACE) {
		out->path = oid_none(&art->oid) ? NULL : mem_strdup(art->path);
		out->oid = art->oid;
		return NULL;
	}
	if (v->commit[0]) {
		TRY(git_range_oid(&out->oid, s->repo, v->commit, art->path));
		out->path = oid_none(&out->oid) ? NULL : mem_strdup(art->path);
		return NULL;
	}
	entry = find_entry(&v->entries, art->path);
	if (entry)
		side_of_entry(out, entry);
	return NULL;
}

err_t side_of_revision(struct side *out, struct session *s, const struct art *art,
		       const char *name)
{
	scoped(revs_release) struct revs revs = {0};
	struct rev_id id;

	TRY(store_rev_find(&id, s->store, art->uid, name));
	TRY(store_rev_list(&revs, s->store, art->uid));
	for (size_t i = 0; i < revs.len; i++) {
		const struct revision *r = &revs.at[i];

		if (!rev_eq(&r->id, &id))
			continue;
		out->path = oid_none(&r->oid) ? NULL : mem_strdup(r->path);
		out->oid = r->oid;
		return NULL;
	}
	return err_new(ERR_CORRUPT, "revision '%.12s' is missing", id.hex);
}

/* --- texts ---------------------------------------------------------------------------------- */

bool side_same(const struct side *a, const struct side *b)
{
	if (!a->path || !b->path)
		return !a->path && !b->path;
	return !oid_none(&a->oid) && strcmp(a->oid.hex, b->oid.hex) == 0;
}

err_t side_text(struct side *side, struct session *s)
{
	err_t err;

	if (side->bytes)
		return NULL;
	if (!side->path) {
		side->bytes = mem_strdup("");
		return NULL;
	}
	if (!s->store)
		return git_blob(&side->bytes, &side->len, s->repo, side->oid.hex);
	err = store_text_get(&side->bytes, &side->len, s->store, side->oid.hex);
	if (!err || err->code != ERR_NOTFOUND)
		return err;
	err_free(err);
	return git_blob(&side->bytes, &side->len, s->repo, side->oid.hex);
}
