#include "sync/loaded.h"
#include "sync/record.h"
#include "artifact/artifact.h"
#include "artifact/label.h"
#include "util/clock.h"
#include "util/mem.h"

#include <stdlib.h>
#include <string.h>

struct loaded_text {
	struct loaded_text *next;
	struct oid oid;
	char *bytes;
	size_t len;
};

static err_t cached_text(void *ctx, struct slice *out, const struct oid *oid)
{
	struct loaded *l = ctx;
	struct loaded_text *t;

	if (oid_none(oid)) {
		*out = slice_of("", 0);
		return NULL;
	}
	for (t = l->cache; t; t = t->next) {
		if (oid_eq(&t->oid, oid)) {
			*out = slice_of(t->bytes, t->len);
			return NULL;
		}
	}
	t = mem_alloc(sizeof(*t));
	t->oid = *oid;
	{
		err_t err = store_text_get(&t->bytes, &t->len, l->engine->store, oid->hex);

		if (err) {
			free(t);
			return err;
		}
	}
	t->next = l->cache;
	l->cache = t;
	*out = slice_of(t->bytes, t->len);
	return NULL;
}

err_t loaded_text(struct slice *out, struct loaded *l, const struct oid *oid)
{
	return cached_text(l, out, oid);
}

static void close_graph(struct loaded *l)
{
	graph_release(&l->graph);
	revs_release(&l->revs);
	art_release(&l->art);
}

static err_t load(struct loaded *l, const char *uid)
{
	struct art art = {0};
	struct revs revs = {0};
	err_t err = store_art_get(&art, l->engine->store, uid);

	if (!err)
		err = store_rev_list(&revs, l->engine->store, uid);
	if (err) {
		art_release(&art);
		return err;
	}
	l->art = art;
	l->revs = revs;
	graph_init(&l->graph, revs.at, revs.len);
	l->w = graph_find(&l->graph, &art.head);
	l->kind = kinds_find(l->engine->kinds, art.kind);
	return NULL;
}

err_t loaded_open(struct loaded *l, struct engine *e, const char *uid)
{
	memset(l, 0, sizeof(*l));
	l->engine = e;
	l->texts.get = cached_text;
	return load(l, uid);
}

void loaded_close(struct loaded *l)
{
	if (!l->engine)
		return;
	close_graph(l);
	while (l->cache) {
		struct loaded_text *next = l->cache->next;

		free(l->cache->bytes);
		free(l->cache);
		l->cache = next;
	}
	l->engine = NULL;
}

struct plan_ctx loaded_plan(const struct loaded *l)
{
	/* texts.ctx is set late: a struct loaded may be moved between open and use */
	((struct loaded *)l)->texts.ctx = (void *)l;
	return (struct plan_ctx){l->art.uid, l->kind, l->graph, l->w, &l->texts,
				 l->engine->merge};
}

bool loaded_knows(const struct loaded *l, const struct oid *oid)
{
	return graph_stands_for(&l->graph, l->w, oid) >= 0;
}

static void set(char **field, const char *value, size_t len)
{
	free(*field);
	*field = mem_strndup(value ? value : "", value ? len : 0);
}

static void set_str(char **field, const char *value)
{
	set(field, value, strlen(value));
}

/* Where the kind puts it and what it is called. */
static void describe_path(struct art *art, const struct kind *kind, const char *path)
{
	struct label label = {.text = "", .scope = "", .num = -1};

	if (!label_of_path(&label, path))
		label = (struct label){.num = -1};
	if (!art->path || strcmp(art->path, path) != 0)
		set_str(&art->path, path);
	if (kind || !art->kind)
		set_str(&art->kind, kind ? kind->name : "");
	set_str(&art->label, label.text);
	set_str(&art->scope, label.scope);
	art->num = label.num;
}

/*
 * An approval binds to the normative text. A gate state that a command entered is requested until
 * the remote has acknowledged it; one that came with a file is imported; a text that changed
 * afterwards makes either stale.
 */
static void describe_approval(struct art *art, const struct kind *kind, struct slice text,
			      enum revision_how how, bool new_state)
{
	const struct kind_state *state = kind ? kind_state(kind, slice_str(art->state)) : NULL;
	scoped_free char *before = mem_strdup(art->normative ? art->normative : "");
	struct artifact *a;

	if (!state || !state->gate) {
		set_str(&art->normative, "");
		set_str(&art->approval, "");
		return;
	}
	a = artifact_parse(text, kind, art->path);
	set_str(&art->normative, artifact_normative(a).hex);
	artifact_free(a);
	if (how == HOW_STATE)
		set_str(&art->approval, "requested");
	else if (new_state || !art->approval)
		set_str(&art->approval, "imported");
	else if (before[0] && strcmp(before, art->normative) != 0)
		set_str(&art->approval, "stale");
}

/* git may have brought the approval along with the state. */
static err_t look_at_record(struct art *art, struct engine *e, enum revision_how how)
{
	enum approval_verdict verdict;
	const char *word;

	if (!art->approval || !art->approval[0] || how == HOW_STATE)
		return NULL;
	TRY(record_judge(&verdict, e, art));
	word = record_word(verdict, art->approval);
	if (word)
		set_str(&art->approval, word);
	return NULL;
}

/* Everything in the row that follows from path and text. */
static err_t describe(struct art *art, struct engine *e, const char *path, struct slice text,
		      enum revision_how how)
{
	const struct kind *kind = kinds_of_path(e->kinds, path);
	struct artifact_brief brief = {0};
	bool new_state;

	describe_path(art, kind, path);
	if (art->deleted)
		return NULL;
	artifact_brief(&brief, text, kind, path);
	set(&art->title, brief.title.at, brief.title.len);
	new_state = !art->state || !slice_is(brief.state, art->state);
	set(&art->state, brief.state.at, brief.state.len);
	describe_approval(art, kind, text, how, new_state);
	if (new_state && kind)
		TRY(record_withdraw(e, art->uid, kind, brief.state));
	return look_at_record(art, e, how);
}

static err_t save_head(struct loaded *l, const struct revision *head)
{
	struct slice text;

	TRY(cached_text(l, &text, &head->oid));
	l->art.head = head->id;
	l->art.oid = head->oid;
	l->art.deleted = oid_none(&head->oid);
	l->art.generation++;
	set(&l->art.author, head->author, strlen(head->author));
	l->art.time = head->time;
	TRY(describe(&l->art, l->engine, head->path, text, head->how));
	return store_art_put(l->engine->store, &l->art);
}

static err_t reload(struct loaded *l)
{
	char uid[UID_LEN + 1];

	memcpy(uid, l->art.uid, sizeof(uid));
	close_graph(l);
	return load(l, uid);
}

err_t loaded_set_head(struct loaded *l, const struct rev_id *id)
{
	int i = graph_find(&l->graph, id);

	if (i < 0)
		return err_new(ERR_CORRUPT, "revision '%.12s' of '%s' is missing", id->hex,
			       l->art.path);
	TRY(save_head(l, &l->graph.at[i]));
	return reload(l);
}

static err_t put_conflict(struct loaded *l, struct step *s, const char *source)
{
	struct conflict c = {
		.theirs = s->theirs, .source = (char *)source, .since = l->engine->now};
	int theirs = graph_find(&l->graph, &s->theirs_rev);

	if (theirs < 0)
		return err_new(ERR_CORRUPT, "revision '%.12s' of '%s' is missing",
			       s->theirs_rev.hex, l->art.path);
	memcpy(c.uid, l->art.uid, sizeof(c.uid));
	c.path = s->theirs_path;
	c.revs = (struct revision *)&l->graph.at[theirs];
	c.nr_revs = 1;
	c.whose = l->graph.at[theirs].author;
	if (s->base)
		TRY(store_text_put(&c.base, l->engine->store, slice_of(s->base, s->base_len)));
	return store_conflict_put(l->engine->store, &c);
}

err_t loaded_take(struct loaded *l, struct step *s, const char *source)
{
	struct store *store = l->engine->store;

	for (int i = 0; i < s->nr; i++) {
		struct oid oid;

		if (s->text[i])
			TRY(store_text_put(&oid, store, slice_of(s->text[i], s->len[i])));
		TRY(store_rev_put(store, l->art.uid, &s->revs[i]));
	}
	TRY(reload(l));
	if (s->what == STEP_CONFLICT)
		return put_conflict(l, s, source);
	return s->what == STEP_FORWARD ? loaded_set_head(l, &s->head) : NULL;
}

err_t loaded_create(char uid_out[UID_LEN + 1], struct engine *e, const char *uid, const char *path,
		    struct slice text, const struct act *act)
{
	struct art art = {.num = -1, .generation = 1, .time = act->time};
	struct revision r = {.time = act->time, .how = act->how};
	err_t err;

	if (uid)
		memcpy(art.uid, uid, sizeof(art.uid));
	else
		clock_uuid(art.uid);
	r.path = (char *)path;
	r.author = (char *)(act->author ? act->author : "");
	r.message = (char *)(act->message ? act->message : "");
	TRY(store_text_put(&r.oid, e->store, text));
	revision_seal(&r, art.uid);
	art.head = r.id;
	art.oid = r.oid;
	art.author = mem_strdup(r.author);
	err = describe(&art, e, path, text, act->how);
	/* the row first: revisions refer to it */
	if (!err)
		err = store_art_put(e->store, &art);
	if (!err)
		err = store_rev_put(e->store, art.uid, &r);
	if (!err)
		memcpy(uid_out, art.uid, sizeof(art.uid));
	art_release(&art);
	return err;
}
