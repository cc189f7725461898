/*
 * Merge commits made again with our merge. A forge merges without the driver: as lines, where a
 * state or a gate would have had a say.
 */
#include "cmd/scene.h"
#include "util/mem.h"

#include <stdlib.h>

struct sides {
	struct slice base, ours, theirs, committed;
};

static struct merge_result merge(const struct sides *t, const struct merge_options *o)
{
	return merge3(t->base, t->ours, t->theirs, o);
}

static bool gives(const struct merge_result *m, struct slice text)
{
	return m->clean && slice_eq(slice_of(m->bytes, m->len), text);
}

static int first_difference(struct slice a, struct slice b)
{
	struct slice x, y;
	int line = 1;

	while (slice_line(&a, &x) && slice_line(&b, &y) && slice_eq(x, y))
		line++;
	return line;
}

static void tell_conflict(struct findings *out, const char *path, const struct merge_result *m)
{
	const char *where = "", *reason = "conflict";

	for (size_t i = 0; i < m->nr_decisions; i++) {
		if (!m->decisions[i].conflict)
			continue;
		where = m->decisions[i].where;
		reason = m->decisions[i].reason;
		break;
	}
	findings_add(out, VERIFY_WARNING, "remerge", path, 0,
		     "merged as text; the merge driver leaves a conflict: %s: %s", where, reason);
}

static void judge(struct findings *out, const char *path, const struct merge_options *o,
		  const struct sides *t)
{
	static const struct merge_options lines = {.text_only = true};
	struct merge_result ours = merge(t, o), plain = {0};

	if (!gives(&ours, t->committed)) {
		plain = merge(t, &lines);
		/* a conflict that somebody settled by hand is nobody's business here */
		if (!ours.clean && gives(&plain, t->committed))
			tell_conflict(out, path, &ours);
		else if (ours.clean)
			findings_add(out, VERIFY_WARNING, "remerge", path,
				     first_difference(slice_of(ours.bytes, ours.len),
						      t->committed),
				     "%s; the merge driver makes another text from here on",
				     gives(&plain, t->committed) ? "merged as text"
								 : "merged by hand");
	}
	merge_result_release(&ours);
	merge_result_release(&plain);
}

/* --- several bases -------------------------------------------------------------------------- */

#define DEPTH 16 /* of bases of bases */

static err_t text_at(struct slice *out, struct scene *s, const char *commit, const char *path)
{
	struct oid oid;

	TRY(git_range_oid(&oid, s->v->repo, commit, path));
	return scene_text(out, s, &oid);
}

/* As lines, markers and all: merge.agent.recursive is "text". */
static struct slice as_lines(struct scene *s, struct slice base, struct slice a, struct slice b)
{
	static const struct merge_options lines = {.text_only = true};
	struct merge_result m = merge3(base, a, b, &lines);
	struct slice out = scene_keep(s, mem_dup(m.bytes, m.len), m.len);

	merge_result_release(&m);
	return out;
}

/* The path in the base of two commits; where they have several, in what git makes of those. */
static err_t base_text(struct slice *out, bool *known, struct scene *s, const char *a,
		       const char *b, const char *path, int depth)
{
	scoped(strs_release) struct strs bases = {0};

	*out = slice_of("", 0);
	TRY(git_range_bases(&bases, s->v->repo, a, b));
	if (!bases.len)
		return NULL;
	*known = *known && (bases.len == 1 || depth);
	TRY(text_at(out, s, bases.at[0], path));
	for (size_t i = 1; i < bases.len && *known; i++) {
		struct slice before, next;

		TRY(base_text(&before, known, s, bases.at[0], bases.at[i], path, depth - 1));
		TRY(text_at(&next, s, bases.at[i], path));
		*out = as_lines(s, before, *out, next);
		*known = *known && !artifact_has_markers(*out);
	}
	return NULL;
}

static err_t remerge(struct findings *out, struct scene *s, const struct git_change *c,
		     const struct strs *parents)
{
	struct merge_options options = s->v->merge;
	bool known = true;
	struct sides t;

	/* what only one side touched, or both the same way, is not merged; nor is a deletion */
	if (oid_none(&c->after) || oid_none(&c->before[0]) || oid_none(&c->before[1]))
		return NULL;
	TRY(base_text(&t.base, &known, s, parents->at[0], parents->at[1], c->path, DEPTH));
	if (!known) {
		findings_add(out, VERIFY_WARNING, "remerge", c->path, 0,
			     "not judged: the common ancestors conflict with each other");
		return NULL;
	}
	TRY(scene_text(&t.ours, s, &c->before[0]));
	TRY(scene_text(&t.theirs, s, &c->before[1]));
	TRY(scene_text(&t.committed, s, &c->after));
	options.kind = kinds_of_path(s->v->kinds, c->path);
	judge(out, c->path, &options, &t);
	return NULL;
}

static void scoped_commit(struct git_commit *c)
{
	git_commit_release(c);
}

err_t verdict_remerge(struct findings *out, const struct verdict *v, const char *commit)
{
	scoped(scoped_commit) struct git_commit c = {0};
	scoped(scene_release) struct scene s = {0};

	TRY(scene_of_commit(&s, v, commit));
	if (s.nr_parents != 2)
		return NULL;
	TRY(git_range_commit(&c, v->repo, commit));
	if (c.parents.len != 2)
		return NULL;
	for (size_t i = 0; i < s.changes.len; i++)
		if (kinds_of_path(v->kinds, s.changes.at[i].path))
			TRY(remerge(out, &s, &s.changes.at[i], &c.parents));
	return NULL;
}
