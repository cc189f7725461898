#include "sync/judge_facts.h"
#include "merge/diff.h"
#include "util/mem.h"

#include <stdlib.h>
#include <string.h>

/* How far below a commit the one is looked for that gave a path its text. */
#define ORIGIN_MAX 100

err_t judge_text(char **bytes, size_t *len, struct engine *e, const struct oid *oid)
{
	struct oid put;

	if (oid_none(oid)) {
		*bytes = mem_strdup("");
		*len = 0;
		return NULL;
	}
	TRY(e->git->blob(e->git->ctx, bytes, len, oid->hex));
	return store_text_put(&put, e->store, slice_of(*bytes, *len));
}

/* --- is a commit a repeat of one that was judged (a rebase, a cherry-pick)? ------------------ */

err_t judge_patch_key(char **key, struct engine *e, const struct git_commit *c,
		      const struct git_changes *changes)
{
	struct mem_stream s;
	struct oid sum;
	err_t err = NULL;

	*key = mem_strdup("");
	if (c->parents.len != 1 || !changes->len)
		return NULL;
	mem_stream_open(&s);
	fprintf(s.file, "%s\n%lld\n", c->author, (long long)c->author_time);
	for (size_t i = 0; i < changes->len && !err; i++) {
		const struct git_change *ch = &changes->at[i];
		scoped_free char *from = NULL, *to = NULL;
		size_t from_len = 0, to_len = 0;
		struct oid patch;

		err = judge_text(&from, &from_len, e, &ch->before[0]);
		if (!err)
			err = judge_text(&to, &to_len, e, &ch->after);
		if (err)
			break;
		diff_patch_id(&patch, slice_of(from, from_len), slice_of(to, to_len));
		fprintf(s.file, "%s %s\n", ch->path, patch.hex);
	}
	{
		size_t len;
		scoped_free char *text = mem_stream_close(&s, &len);

		if (err)
			return err;
		sum = hash_sha1(slice_of(text, len));
	}
	free(*key);
	*key = mem_strdup(sum.hex);
	return NULL;
}

/* Judged before under another id which HEAD no longer has. */
err_t judge_is_repeat(bool *out, struct engine *e, const char *id, const char *key)
{
	scoped(strs_release) struct strs same = {0};

	*out = false;
	if (!key[0])
		return NULL;
	TRY(store_judged_with_patch(&same, e->store, key));
	for (size_t i = 0; i < same.len && !*out; i++) {
		bool in_head = false;

		if (strcmp(same.at[i], id) == 0)
			continue;
		TRY(e->git->in_head(e->git->ctx, &in_head, same.at[i]));
		*out = !in_head;
	}
	return NULL;
}

/* --- facts ------------------------------------------------------------ */

err_t judge_is_settled(bool *out, struct engine *e, const char *commit)
{
	scoped(strs_release) struct strs tips = {0};

	*out = false;
	if (!commit[0])
		return NULL;
	TRY(store_judged_tips(&tips, e->store));
	for (size_t i = 0; i < tips.len && !*out; i++) {
		char base[OID_HEX + 1] = "";
		err_t err = e->git->merge_base(e->git->ctx, base, tips.at[i], commit);

		if (err && err->code == ERR_NOTFOUND) {
			err_free(err);
			continue;
		}
		TRY(err);
		*out = strcmp(base, commit) == 0;
	}
	return NULL;
}

/* Some commit that is known to carry a revision lies below the judged one. carried: any commit
 * does. */
static err_t lies_below(bool *below, bool *carried, const struct loaded *l,
			const struct git_commit *commit, int rev)
{
	const struct git_port *git = l->engine->git;
	scoped(strs_release) struct strs commits = {0};

	*below = *carried = false;
	TRY(store_commit_rev_list(&commits, l->engine->store, l->art.uid, &l->graph.at[rev].id));
	*carried = commits.len > 0;
	for (size_t i = 0; i < commits.len && !*below; i++) {
		for (size_t k = 0; k < commit->parents.len && !*below; k++) {
			char base[OID_HEX + 1] = "";

			TRY(git->merge_base(git->ctx, base, commits.at[i], commit->parents.at[k]));
			*below = strcmp(base, commits.at[i]) == 0;
		}
	}
	return NULL;
}

/* Somebody else can have it: the remote has, or git was given it. */
static err_t was_given(bool *out, const struct loaded *l, int rev)
{
	scoped(strs_release) struct strs commits = {0};
	struct base base = {0};
	int sent;

	TRY(store_base_get(&base, l->engine->store, l->art.uid));
	sent = base.version > 0 ? graph_find(&l->graph, &base.revision) : -1;
	base_release(&base);
	*out = graph_is_ancestor(&l->graph, rev, sent);
	if (*out)
		return NULL;
	TRY(store_commit_rev_list(&commits, l->engine->store, l->art.uid, &l->graph.at[rev].id));
	*out = commits.len > 0;
	return NULL;
}

static bool is_step(const struct graph *g, int rev, const struct oid *from)
{
	int parent = g->parent[rev][0];

	return parent >= 0 && g->parent[rev][1] < 0 && oid_eq(&g->at[parent].oid, from);
}

err_t judge_stands_for(int *out, const struct loaded *l, const struct git_commit *commit,
		       const struct oid *p, const struct oid *g)
{
	const struct graph *graph = &l->graph;
	int newest = graph_stands_for(graph, l->w, g), step = -1, given = -1;
	scoped_free bool *mark = NULL;

	*out = newest;
	if (newest < 0 || commit->mine || graph_occurs(graph, l->w, g) < 2)
		return NULL;
	mark = mem_alloc(graph->len + 1);
	graph_mark(mark, graph, l->w);
	for (int i = 0; i < (int)graph->len; i++) {
		bool had;

		if (!mark[i] || !oid_eq(&graph->at[i].oid, g))
			continue;
		if (is_step(graph, i, p) && (step < 0 || graph_newer(graph, i, step)))
			step = i;
		TRY(was_given(&had, l, i));
		if (had && (given < 0 || graph_newer(graph, i, given)))
			given = i;
	}
	*out = step >= 0 ? step : given >= 0 ? given : newest;
	return NULL;
}

/*
 * The revision of ours that the commit was made on top of. Texts recur: of several with P's text it
 * is the newest that git was given below this commit; git cannot have built on one that it was
 * never given, so failing that it is the oldest.
 */
err_t judge_made_on(int *out, const struct loaded *l, const struct git_commit *commit,
		    const struct oid *p)
{
	int newest = graph_stands_for(&l->graph, l->w, p);
	scoped_free bool *mark = NULL;
	int found = -1, ungiven = -1;

	*out = newest;
	if (newest < 0 || graph_occurs(&l->graph, l->w, p) < 2)
		return NULL;
	mark = mem_alloc(l->graph.len + 1);
	graph_mark(mark, &l->graph, l->w);
	for (int i = 0; i < (int)l->graph.len; i++) {
		bool below, carried;

		if (!mark[i] || !oid_eq(&l->graph.at[i].oid, p))
			continue;
		TRY(lies_below(&below, &carried, l, commit, i));
		if (below && (found < 0 || graph_newer(&l->graph, i, found)))
			found = i;
		if (!carried && (ungiven < 0 || graph_newer(&l->graph, ungiven, i)))
			ungiven = i;
	}
	*out = found >= 0 ? found : ungiven >= 0 ? ungiven : newest;
	return NULL;
}

/*
 * No revision of ours with this text comes after `rev`: the text is from before it, or from another
 * line of work. A commit that turns rev's text into this one goes away from it on purpose.
 */
bool judge_not_after(const struct loaded *l, const struct oid *oid, int rev)
{
	scoped_free bool *ours = mem_alloc(l->graph.len + 1);

	graph_mark(ours, &l->graph, l->w);
	for (size_t i = 0; i < l->graph.len; i++)
		if (ours[i] && (int)i != rev && oid_eq(&l->graph.at[i].oid, oid) &&
		    graph_is_ancestor(&l->graph, rev, (int)i))
			return false;
	return true;
}

err_t judge_origin(struct git_commit *commit, struct engine *e, const char *path,
		   const struct oid *text)
{
	const struct git_port *git = e->git;

	for (int steps = 0; steps < ORIGIN_MAX; steps++) {
		const char *same = NULL;
		struct git_commit before = {0};

		for (size_t i = 0; i < commit->parents.len && !same; i++) {
			struct oid oid = {""};

			TRY(git->tree_oid(git->ctx, &oid, commit->parents.at[i], path));
			if (oid_eq(&oid, text))
				same = commit->parents.at[i];
		}
		if (!same)
			return NULL;
		TRY(git->commit(git->ctx, &before, same));
		git_commit_release(commit);
		*commit = before;
	}
	return NULL;
}

/* p is what a merge made of two texts of ours, which no revision stands for: theirs do. */
static err_t merged_from(int revs[2], bool *out, const struct loaded *l,
			 const struct git_commit *commit, const char *path, const struct oid *p)
{
	struct engine *e = l->engine;
	scoped(git_commit_release) struct git_commit merge = {0};

	*out = false;
	if (commit->parents.len != 1)
		return NULL;
	TRY(e->git->commit(e->git->ctx, &merge, commit->parents.at[0]));
	TRY(judge_origin(&merge, e, path, p));
	if (merge.parents.len != 2)
		return NULL;
	for (int i = 0; i < 2; i++) {
		struct oid oid = {""};

		TRY(e->git->tree_oid(e->git->ctx, &oid, merge.parents.at[i], path));
		revs[i] = oid_none(&oid) ? -1 : graph_stands_for(&l->graph, l->w, &oid);
	}
	*out = revs[0] >= 0 && revs[1] >= 0;
	return NULL;
}

err_t judge_back_from_merge(bool *out, const struct loaded *l, const struct git_commit *commit,
			    const struct git_change *ch, const struct oid *p)
{
	scoped_free bool *ours = NULL;
	int revs[2];

	TRY(merged_from(revs, out, l, commit, ch->path, p));
	if (!*out)
		return NULL;
	ours = mem_alloc(l->graph.len + 1);
	graph_mark(ours, &l->graph, l->w);
	for (int i = 0; i < (int)l->graph.len && *out; i++)
		if (ours[i] && oid_eq(&l->graph.at[i].oid, &ch->after))
			*out = !graph_is_ancestor(&l->graph, revs[0], i) ||
			       !graph_is_ancestor(&l->graph, revs[1], i);
	return NULL;
}

err_t judge_records_seen(bool *out, struct engine *e, const struct git_commit *commit,
			 const struct git_change *ch, const struct oid *p)
{
	scoped(seen_release) struct seen seen = {0};
	err_t err;

	*out = false;
	if (!commit->mine || ch->nr_parents != 1 || oid_none(&ch->after))
		return NULL;
	err = store_seen_get(&seen, e->store, e->git->worktree, ch->path);
	if (err && err->code == ERR_NOTFOUND) {
		err_free(err);
		return NULL;
	}
	TRY(err);
	*out = !seen.left && oid_eq(&seen.file, &ch->after) && oid_eq(&seen.head, p);
	return NULL;
}

err_t judge_merge_as_git(struct merge_result *out, struct engine *e, const struct kind *kind,
			 struct slice base, struct slice p0, struct slice p1,
			 struct slice committed)
{
	struct merge_options options = merge_defaults(kind);

	TRY(merge3_as_set(out, base, p0, p1, &options, e->merge));
	options.mode = MERGE_FULL;
	for (int i = 0; i < 2; i++) {
		if (out->clean && slice_eq(slice_of(out->bytes, out->len), committed))
			return NULL;
		options.text_only = i == 1;
		merge_result_release(out);
		*out = merge3(base, p0, p1, &options);
	}
	return NULL;
}
