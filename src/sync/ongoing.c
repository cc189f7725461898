#include "sync/ongoing.h"
#include "merge/settings.h"
#include "util/mem.h"

#include <stdlib.h>
#include <string.h>

err_t ongoing_get(bool *have, struct conflict *c, struct loaded *l)
{
	err_t err = store_conflict_get(c, l->engine->store, l->art.uid);

	*have = !err && c->nr_revs > 0;
	if (err && err->code == ERR_NOTFOUND) {
		err_free(err);
		return NULL;
	}
	return err;
}

static void add(struct step *s, struct loaded *l, struct revision r, const char *path,
		const struct act *act, const char *message, struct slice text)
{
	r.time = act->time;
	r.path = mem_strdup(path);
	r.author = mem_strdup(act->author);
	r.message = mem_strdup(message);
	revision_seal(&r, l->art.uid);
	s->revs[s->nr] = r;
	s->text[s->nr] = oid_none(&r.oid) ? NULL : mem_dup(text.at, text.len);
	s->len[s->nr++] = text.len;
	s->head = r.id;
}

/* W and the new text over `base`: one text, or still two. */
static err_t join(struct step *s, struct loaded *l, const struct oid *base_oid,
		  const struct oid *to, struct slice text, const struct act *act)
{
	const struct merge_options options = merge_defaults(l->kind);
	struct revision r = {.how = HOW_MERGE};
	struct rev_id theirs = s->revs[0].id;
	struct slice base, w_text;
	struct merge_result m;

	TRY(loaded_text(&base, l, base_oid));
	TRY(loaded_text(&w_text, l, &l->art.oid));
	TRY(merge3_as_set(&m, base, w_text, text, &options, l->engine->merge));
	if (m.clean && !oid_none(&l->art.oid) && !oid_none(to)) {
		r.oid = hash_blob(slice_of(m.bytes, m.len));
		r.parents[0] = l->art.head;
		r.parents[1] = theirs;
		add(s, l, r, l->art.path, act, "", slice_of(m.bytes, m.len));
		s->what = STEP_FORWARD;
	} else {
		s->what = STEP_CONFLICT;
		s->base = mem_dup(base.at, base.len);
		s->base_len = base.len;
		s->theirs = *to;
		s->theirs_rev = theirs;
		s->theirs_path = mem_strdup(s->revs[0].path);
	}
	merge_result_release(&m);
	return NULL;
}

static err_t plan(struct step *s, struct loaded *l, const struct conflict *c,
		  const struct oid *mine, const struct oid *to, struct slice text, const char *path,
		  const struct act *act)
{
	struct revision r = {.oid = *to, .how = act->how};

	r.parents[0] = c->revs[c->nr_revs - 1].id;
	if (mine)
		r.parents[1] = l->graph.at[graph_stands_for(&l->graph, l->w, mine)].id;
	add(s, l, r, path ? path : l->art.path, act, act->message, text);
	if (mine && oid_eq(mine, &l->art.oid)) {
		s->what = STEP_FORWARD;
		return NULL;
	}
	return join(s, l, mine ? mine : &c->base, to, text, act);
}

err_t ongoing_step(bool *settled, struct loaded *l, const struct conflict *c,
		   const struct oid *mine, const struct oid *to, struct slice text,
		   const char *path, const struct act *act, const char *source)
{
	struct step s = {0};
	err_t err = plan(&s, l, c, mine, to, text, path, act);

	*settled = !err && s.what == STEP_FORWARD;
	if (*settled)
		err = store_conflict_drop(l->engine->store, l->art.uid);
	if (!err)
		err = loaded_take(l, &s, source);
	step_release(&s);
	return err;
}
