#include "sync/adopt.h"
#include "util/mem.h"

#include <stdlib.h>
#include <string.h>

/* How far back the file's git history is asked. */
#define HISTORY_MAX 2000

/* Old revision -> the one that takes its place. */
struct carried {
	struct rev_id *now; /* per local revision */
	struct revs out;    /* the remote's lineage, then ours on top of it */
};

static void carried_release(struct carried *c)
{
	free(c->now);
	revs_release(&c->out);
}

/*
 * The remote's first revision with this text. Texts recur; what was first imported here was made
 * from the first of them, as far as anybody knows, and what happened in between must not count as
 * undone.
 */
static const struct revision *first_with(const struct revs *remote, const struct oid *oid)
{
	for (size_t i = 0; i < remote->len; i++)
		if (oid_eq(&remote->at[i].oid, oid))
			return &remote->at[i];
	return NULL;
}

/* The newest text that git's history of the file shares with the remote: what our first text was
 * made from. */
static err_t shared_in_history(const struct revision **out, struct engine *e, const char *path,
			       const struct revs *remote)
{
	scoped(strs_release) struct strs commits = {0}, none = {0};
	struct git_head head = {0};

	*out = NULL;
	if (!e->git)
		return NULL;
	TRY(e->git->head(e->git->ctx, &head));
	if (!head.commit[0])
		return NULL;
	TRY(e->git->commits(e->git->ctx, &commits, head.commit, &none));
	for (size_t i = commits.len, n = 0; i-- > 0 && n < HISTORY_MAX && !*out; n++) {
		struct oid oid = {""};

		TRY(e->git->tree_oid(e->git->ctx, &oid, commits.at[i], path));
		if (!oid_none(&oid))
			*out = first_with(remote, &oid);
	}
	return NULL;
}

static void carry_over(struct carried *c, const struct loaded *l, const struct doc_row *row, int i,
		       const struct revision *under)
{
	struct revision r = revision_copy(&l->graph.at[i]);

	for (int k = 0; k < REVISION_PARENTS; k++) {
		int parent = l->graph.parent[i][k];

		if (parent >= 0)
			r.parents[k] = c->now[parent];
	}
	if (under && rev_none(&r.parents[0]))
		r.parents[0] = under->id;
	revision_seal(&r, row->uid);
	c->now[i] = r.id;
	c->out.at[c->out.len++] = r;
}

/* A conflict that is recorded names the other side by a revision which has a new id now. */
static err_t carry_conflict(struct engine *e, const struct loaded *l, const struct doc_row *row,
			    const struct carried *c)
{
	scoped(conflict_release) struct conflict k = {0};
	err_t err = store_conflict_get(&k, e->store, row->uid);
	int at;

	if (err && err->code == ERR_NOTFOUND) {
		err_free(err);
		return NULL;
	}
	TRY(err);
	at = k.nr_revs ? graph_find(&l->graph, &k.revs[k.nr_revs - 1].id) : -1;
	if (at < 0)
		return NULL;
	for (size_t i = 0; i < c->out.len; i++) {
		if (!rev_eq(&c->out.at[i].id, &c->now[at]))
			continue;
		revision_release(&k.revs[k.nr_revs - 1]);
		k.revs[k.nr_revs - 1] = revision_copy(&c->out.at[i]);
		return store_conflict_put(e->store, &k);
	}
	return NULL;
}

err_t adopt_uid(struct engine *e, const char *uid, const struct doc_row *row)
{
	scoped(loaded_close) struct loaded l = {0};
	scoped(carried_release) struct carried c = {0};

	TRY(loaded_open(&l, e, uid));
	c.now = mem_alloc((l.graph.len + 1) * sizeof(*c.now));
	c.out.at = mem_alloc((l.graph.len + row->lineage.len + 1) * sizeof(*c.out.at));
	for (size_t i = 0; i < row->lineage.len; i++)
		c.out.at[c.out.len++] = revision_copy(&row->lineage.at[i]);
	for (size_t i = 0; i < l.graph.len; i++) {
		const struct revision *same = NULL;
		bool root = revision_nr_parents(&l.graph.at[i]) == 0;

		if (root)
			same = first_with(&row->lineage, &l.graph.at[i].oid);
		if (same) {
			c.now[i] = same->id;
			continue;
		}
		if (root)
			TRY(shared_in_history(&same, e, l.art.path, &row->lineage));
		carry_over(&c, &l, row, (int)i, same);
	}
	TRY(store_adopt(e->store, uid, row->uid, &c.out, &c.now[l.w]));
	return carry_conflict(e, &l, row, &c);
}
