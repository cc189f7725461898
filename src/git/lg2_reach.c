/*
 * Which commits some tips reach (the trunk, HEAD). The first few questions are asked of the graph,
 * which is quick near the tip; after that one walk from the tips goes on as far as
 * the questions need, so that ten thousand of them cost one walk.
 */
#include "git/lg2_internal.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_FEW 8

struct lg2_reach {
	struct strs tips;
	git_revwalk *walk;	/* NULL: not begun, or at its end */
	bool walking;
	int asked;
	git_oid *set;		/* open addressing; the zero id is a free place */
	size_t used;
	size_t cap;		/* a power of two */
};

void lg2_reach_free(struct lg2_reach *r)
{
	if (!r)
		return;
	git_revwalk_free(r->walk);
	strs_release(&r->tips);
	free(r->set);
	free(r);
}

static git_oid *place(const git_oid *set, size_t cap, const git_oid *id)
{
	size_t at;

	memcpy(&at, id->id, sizeof(at));
	for (at &= cap - 1; !git_oid_is_zero(&set[at]) && !git_oid_equal(&set[at], id);)
		at = (at + 1) & (cap - 1);
	return (git_oid *)&set[at];
}

static void insert(struct lg2_reach *r, const git_oid *id)
{
	if (r->used * 2 >= r->cap) {
		size_t cap = r->cap ? r->cap * 2 : 1024;
		git_oid *set = mem_alloc(cap * sizeof(*set));

		for (size_t i = 0; i < r->cap; i++)
			if (!git_oid_is_zero(&r->set[i]))
				*place(set, cap, &r->set[i]) = r->set[i];
		free(r->set);
		r->set = set;
		r->cap = cap;
	}
	*place(r->set, r->cap, id) = *id;
	r->used++;
}

static bool same(const struct strs *a, const struct strs *b)
{
	if (a->len != b->len)
		return false;
	for (size_t i = 0; i < a->len; i++)
		if (strcmp(a->at[i], b->at[i]) != 0)
			return false;
	return true;
}

static err_t begin(struct lg2 *g, struct lg2_reach *r)
{
	int rc = git_revwalk_new(&r->walk, g->repo);
	git_oid id;

	for (size_t i = 0; rc == 0 && i < r->tips.len; i++) {
		TRY(lg2_parse_oid(&id, r->tips.at[i]));
		rc = git_revwalk_push(r->walk, &id);
	}
	r->walking = true;
	return rc < 0 ? lg2_error(rc, "cannot walk the commit graph") : NULL;
}

static err_t walk_to(struct lg2_reach *r, bool *out, const git_oid *id)
{
	git_oid at;
	int rc;

	*out = r->cap && git_oid_equal(place(r->set, r->cap, id), id);
	while (!*out && r->walk) {
		rc = git_revwalk_next(&at, r->walk);
		if (rc == GIT_ITEROVER) {
			git_revwalk_free(steal(r->walk));
		} else if (rc < 0) {
			return lg2_error(rc, "cannot walk the commit graph");
		} else {
			insert(r, &at);
			*out = git_oid_equal(&at, id);
		}
	}
	return NULL;
}

static err_t is_ancestor(struct lg2 *g, bool *out, const git_oid *tip, const git_oid *id)
{
	int rc;

	if (git_oid_equal(tip, id)) {
		*out = true;
		return NULL;
	}
	rc = git_graph_descendant_of(g->repo, tip, id);
	if (rc < 0 && rc != GIT_ENOTFOUND)
		return lg2_error(rc, "cannot walk the commit graph");
	*out = rc == 1;
	return NULL;
}

err_t lg2_reach_has(struct lg2_reach **slot, bool *out, struct lg2 *g, const git_oid *id,
		    const struct strs *tips)
{
	struct lg2_reach *r = *slot;
	bool found = false;
	git_oid tip;

	if (!r || !same(&r->tips, tips)) {
		lg2_reach_free(r);
		*slot = r = mem_alloc(sizeof(*r));
		for (size_t i = 0; i < tips->len; i++)
			strs_add(&r->tips, tips->at[i]);
	}
	if (r->asked++ < FIRST_FEW) {
		for (size_t i = 0; !found && i < tips->len; i++) {
			TRY(lg2_parse_oid(&tip, tips->at[i]));
			TRY(is_ancestor(g, &found, &tip, id));
		}
	} else {
		if (!r->walking)
			TRY(begin(g, r));
		TRY(walk_to(r, &found, id));
	}
	*out = found;
	return NULL;
}
