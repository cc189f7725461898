#include "cmd/git_out.h"
#include "sync/graph.h"
#include "sync/record.h"
#include "util/mem.h"

#include <stdlib.h>
#include <string.h>

struct plan {
	struct git_out *out;
	struct session *s;
	struct git_entries entries;
	struct mines mines;	/* edits by commands here, which a commit shall carry */
	bool added;
	size_t cap;
};

static void plan_release(struct plan *p)
{
	git_entries_release(&p->entries);
	mines_release(&p->mines);
}

void git_out_release(struct git_out *out)
{
	for (size_t i = 0; i < out->len; i++)
		free((char *)out->edits[i].path);
	free(out->edits);
	strs_release(&out->texts);
	strs_release(&out->kept);
}

static void add(struct plan *p, const char *path, char *text, size_t len)
{
	struct git_out *out = p->out;

	MEM_GROW(out->edits, out->len, p->cap);
	out->edits[out->len++] = (struct git_edit){
		.path = mem_strdup(path), .text = slice_of(text, len), .remove = !text,
	};
	if (text)
		strs_take(&out->texts, text);
}

static void keep(struct plan *p, const char *path, const char *why)
{
	strs_take(&p->out->kept, mem_printf("%s: %s", path, why));
}

/* What stands at the path may go when it is a text of this artifact's past. */
static bool may_replace(struct plan *p, const struct graph *g, int w,
			const struct git_entry *entry)
{
	if (entry->stage)
		keep(p, entry->path, "unmerged");
	else if (graph_stands_for(g, w, &entry->oid) < 0)
		keep(p, entry->path, "its text there is unknown to the workspace");
	else
		return true;
	return false;
}

/* Places where the artifact stood before it was moved. */
static err_t leave_old_places(struct plan *p, const struct art *art, const struct revs *revs,
			      const struct graph *g, int w)
{
	scoped(strs_release) struct strs done = {0};

	for (size_t i = 0; i < revs->len; i++) {
		const char *path = revs->at[i].path;
		const struct git_entry *entry = git_entries_find(&p->entries, path);
		scoped(art_release) struct art there = {0};
		err_t err;

		if (!entry || strcmp(path, art->path) == 0 || strs_has(&done, path))
			continue;
		strs_add(&done, path);
		err = store_art_at(&there, p->s->store, path);
		if (err && err->code != ERR_NOTFOUND)
			return err;
		if (err)
			err_free(err);
		else if (strcmp(there.uid, art->uid) != 0)
			continue;
		if (may_replace(p, g, w, entry))
			add(p, path, NULL, 0);
	}
	return NULL;
}

static bool is_mine(const struct plan *p, const struct art *art)
{
	for (size_t i = 0; i < p->mines.len; i++)
		if (strcmp(p->mines.at[i].uid, art->uid) == 0)
			return true;
	return false;
}

/* The approvals go where the text goes that was approved. */
static err_t plan_record(struct plan *p, const struct art *art)
{
	scoped_free char *path = approval_path(art->kind, art->label), *old = NULL;
	const struct kind *kind = kinds_find(p->s->kinds, art->kind);
	const struct git_entry *entry = path ? git_entries_find(&p->entries, path) : NULL;
	size_t old_len = 0, len;
	char *text;

	if (!path || !kind || art->deleted)
		return NULL;
	if (entry)
		TRY(git_blob(&old, &old_len, p->s->repo, entry->oid.hex));
	TRY(record_text(&text, &len, &p->s->engine, art, art->label, slice_of(old, old_len)));
	if (slice_eq(slice_of(text, len), slice_of(old, old_len))) {
		free(text);
	} else if (len) {
		add(p, path, text, len);
	} else {
		free(text);
		add(p, path, NULL, 0);
	}
	return NULL;
}

static err_t plan_with(struct plan *p, const struct art *art, const struct revs *revs,
		       const struct graph *g)
{
	const struct git_entry *entry = git_entries_find(&p->entries, art->path);
	int w = graph_find(g, &art->head);
	char *text;
	size_t len;

	if (!art->deleted)
		TRY(leave_old_places(p, art, revs, g, w));
	if (entry && !may_replace(p, g, w, entry))
		return NULL;
	if (art->deleted) {
		add(p, art->path, NULL, 0);
		return NULL;
	}
	TRY(store_text_get(&text, &len, p->s->store, art->oid.hex));
	add(p, art->path, text, len);
	return plan_record(p, art);
}

static err_t plan_one(struct plan *p, const struct art *art)
{
	const struct git_entry *entry = git_entries_find(&p->entries, art->path);
	scoped(revs_release) struct revs revs = {0};
	scoped(art_release) struct art speaks = {0};
	struct graph g;
	err_t err;

	if (entry && oid_eq(&entry->oid, &art->oid) && !entry->stage)
		return plan_record(p, art);
	if (!entry && (art->deleted || (!p->added && !is_mine(p, art))))
		return NULL;
	/* a path may have belonged to several: the live one speaks for it */
	TRY(store_art_at(&speaks, p->s->store, art->path));
	if (strcmp(speaks.uid, art->uid) != 0)
		return NULL;
	if (art->conflict) {
		keep(p, art->path, "in conflict");
		return NULL;
	}
	TRY(store_rev_list(&revs, p->s->store, art->uid));
	graph_init(&g, revs.at, revs.len);
	err = plan_with(p, art, &revs, &g);
	graph_release(&g);
	return err;
}

/* A branch that does not exist yet has nothing. */
static err_t list_ref(struct plan *p, const char *ref)
{
	char commit[OID_HEX + 1];
	err_t err = git_resolve(commit, p->s->repo, ref);

	if (err && err->code == ERR_NOTFOUND) {
		err_free(err);
		return NULL;
	}
	TRY(err);
	return git_list_judged(&p->entries, p->s->repo, p->s->kinds, commit);
}

err_t git_out_plan(struct git_out *out, struct session *s, const struct arts *arts,
		   const char *ref, bool added)
{
	scoped(plan_release) struct plan p = {.out = out, .s = s, .added = added};

	if (ref)
		TRY(list_ref(&p, ref));
	else
		TRY(git_list_judged(&p.entries, s->repo, s->kinds, ":0"));
	if (s->have_port)
		TRY(store_mine_list(&p.mines, s->store, s->port.worktree));
	for (size_t i = 0; i < arts->len; i++)
		TRY(plan_one(&p, &arts->at[i]));
	return NULL;
}
