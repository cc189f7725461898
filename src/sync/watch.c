#include "sync/watch.h"
#include "sync/watch_row.h"
#include "util/json.h"
#include "util/mem.h"

#include <stdlib.h>
#include <string.h>

#define PAGE_ROWS 100
#define PAGE_BYTES (1024 * 1024)
#define ROOTS_MAX 16

struct place {
	char *epoch, *hash; /* epoch NULL: nowhere yet */
	long rev;
};

struct watch {
	const struct kinds *kinds;
	struct store *json; /* in memory: only its JSON is used */
	struct place at;
	const char *reset; /* to be told, or NULL */
	struct watch_memory *memory;
};

static void place_set(struct place *p, const char *epoch, long rev, const char *hash)
{
	struct place old = *p;

	p->epoch = epoch ? mem_strdup(epoch) : NULL;
	p->hash = hash ? mem_strdup(hash) : NULL;
	p->rev = rev;
	free(old.epoch);
	free(old.hash);
}

err_t watch_new(struct watch **out, const struct kinds *kinds)
{
	struct watch *w = mem_alloc(sizeof(*w));
	err_t err = store_open(&w->json, ":memory:", STORE_CREATE);

	if (err) {
		free(w);
		return err;
	}
	w->kinds = kinds;
	w->memory = watch_memory_new();
	*out = w;
	return NULL;
}

void watch_free(struct watch *w)
{
	if (!w)
		return;
	place_set(&w->at, NULL, 0, NULL);
	watch_memory_free(w->memory);
	store_close(w->json);
	free(w);
}

static err_t long_of(long *out, struct store *s, const char *json, const char *path)
{
	scoped_free char *text = NULL;

	TRY(store_json_get(&text, s, json, path));
	*out = text ? strtol(text, NULL, 10) : 0;
	return NULL;
}

err_t watch_from_workspace(struct watch *w, struct engine *e)
{
	scoped_free char *epoch = NULL, *cursor = NULL, *hash = NULL;

	TRY(store_meta_get(&epoch, e->store, "epoch"));
	TRY(store_meta_get(&cursor, e->store, "cursor"));
	TRY(store_meta_get(&hash, e->store, "cursor_hash"));
	/* A clone that never pulled begins at the beginning, whatever the epoch is. */
	place_set(&w->at, epoch ? epoch : "", cursor && epoch ? strtol(cursor, NULL, 10) : 0, hash);
	return NULL;
}

/* --- the small question ---------------------------------------------------------------------- */

static const char *reset_of(const struct place *at, const char *epoch, long rev, const char *hash)
{
	if (at->epoch[0] && strcmp(at->epoch, epoch) != 0)
		return "epoch";
	if (rev < at->rev)
		return "ahead_of_server";
	if (rev == at->rev && at->rev && at->hash && strcmp(at->hash, hash) != 0)
		return "history_diverged";
	return NULL;
}

static void begin_again(struct watch *w, const char *why)
{
	w->reset = why;
	watch_memory_forget(w->memory);
}

err_t watch_ask(bool *news, struct watch *w, const struct remote *remote)
{
	scoped_free char *reply = NULL, *epoch = NULL, *hash = NULL;
	const char *reset;
	long rev;

	TRY(remote->head(remote->ctx, &reply));
	TRY(store_json_get(&epoch, w->json, reply, "$.epoch"));
	TRY(store_json_get(&hash, w->json, reply, "$.hash"));
	TRY(long_of(&rev, w->json, reply, "$.head"));
	if (!epoch || !hash || rev < 0)
		return err_new(ERR_REFUSED, "the remote sent a malformed head");
	*news = false;
	if (!w->at.epoch) {
		place_set(&w->at, epoch, rev, hash);
		return NULL;
	}
	reset = reset_of(&w->at, epoch, rev, hash);
	if (reset) {
		begin_again(w, reset);
		place_set(&w->at, epoch, rev, hash);
	}
	*news = reset || rev > w->at.rev;
	return NULL;
}

/* --- how it was ------------------------------------------------------------------------------ */

struct reading {
	struct watch *w;
	const struct remote *remote;
	struct engine *e;
	const struct watch_tell *tell;
};

/* One of the roots, by the history of this workspace. */
static err_t before_from_store(struct watch_text *out, struct engine *e, const char *uid,
			       const struct rev_id *roots, size_t nr)
{
	scoped(revs_release) struct revs revs = {0};
	size_t len;

	if (!e->store)
		return NULL;
	TRY(store_rev_list(&revs, e->store, uid));
	for (size_t i = revs.len; i-- > 0 && !out->known;) {
		const struct revision *r = &revs.at[i];

		for (size_t k = 0; k < nr && !out->known; k++)
			out->known = rev_eq(&r->id, &roots[k]);
		if (!out->known)
			continue;
		out->exists = !oid_none(&r->oid);
		out->revision = r->id;
		out->oid = r->oid;
		out->path = mem_strdup(r->path);
		if (out->exists)
			TRY(store_text_get(&out->text, &len, e->store, r->oid.hex));
	}
	return NULL;
}

static void take_rev(struct watch_text *out, const struct watch_row *row,
		     const struct watch_rev *r)
{
	const char *text = watch_row_text(row, &r->oid);

	*out = (struct watch_text){
		.known = true,
		.exists = !oid_none(&r->oid),
		.revision = r->id,
		.oid = r->oid,
		.path = mem_strdup(r->path),
		.text = text ? mem_strdup(text) : NULL,
	};
}

/* One of the roots, by all that the remote knows of the artifact. */
static err_t before_from_remote(struct watch_text *out, const struct reading *r, const char *uid,
				const struct rev_id *roots, size_t nr)
{
	scoped_free char *request = mem_printf("{\"uids\":[\"%s\"]}", uid), *reply = NULL;
	scoped(strs_release) struct strs rows = {0};
	scoped(watch_row_release) struct watch_row row = {0};

	TRY(r->remote->bodies(r->remote->ctx, &reply, request));
	TRY(store_json_array(&rows, r->w->json, reply, "$.rows"));
	if (!rows.len)
		return NULL;
	TRY(watch_row_read(&row, r->w->json, rows.at[0]));
	for (size_t i = row.nr_revs; i-- > 0 && !out->known;)
		for (size_t k = 0; k < nr && !out->known; k++)
			if (rev_eq(&row.revs[i].id, &roots[k]))
				take_rev(out, &row, &row.revs[i]);
	return NULL;
}

static bool is_uid(const char *text)
{
	return strlen(text) == UID_LEN && strspn(text, "0123456789abcdef-") == UID_LEN;
}

/* What cannot be found out is not known; that is no error. */
static void find_before(struct watch_text *out, const struct reading *r,
			const struct watch_row *row)
{
	struct rev_id roots[ROOTS_MAX];
	size_t nr = watch_row_roots(roots, ROOTS_MAX, row);

	watch_memory_get(out, r->w->memory, row->uid);
	if (out->known)
		return;
	if (!nr) {
		out->known = row->nr_revs > 0; /* its history begins here */
		return;
	}
	err_free(before_from_store(out, r->e, row->uid, roots, nr));
	if (!out->known && is_uid(row->uid))
		err_free(before_from_remote(out, r, row->uid, roots, nr));
}

/* --- its steps ------------------------------------------------------------------------------- */

struct step_by {
	char *who;
	int64_t at;
	long rev;
};

/* One of several steps: by whom, by the ledger of the remote. before moves on to after. */
static err_t take_step(const struct reading *r, const struct watch_row *row,
		       struct watch_text *before, struct watch_text *after,
		       const struct step_by *by)
{
	struct watch_step s = {
		.row = row,
		.kind = kinds_find(r->w->kinds, row->kind),
		.who = by->who,
		.at = by->at,
		.rev = by->rev,
		.before = before,
		.after = after,
	};
	err_t err = watch_tell_step(&s, r->tell);

	watch_text_release(before);
	*before = *after;
	*after = (struct watch_text){0};
	return err;
}

static bool one_author(const struct watch_row *row)
{
	for (size_t i = 1; i < row->nr_revs; i++)
		if (strcmp(row->revs[i].author, row->revs[0].author) != 0)
			return false;
	return true;
}

static err_t history(struct strs *out, const struct reading *r, const struct watch_row *row)
{
	scoped_free char *request = mem_printf("{\"uid\":\"%s\"}", row->uid), *reply = NULL;

	TRY(r->remote->history(r->remote->ctx, &reply, request));
	return store_json_array(out, r->w->json, reply, "$.rows");
}

static err_t ledger_step(struct watch_text *before, const struct reading *r,
			 const struct watch_row *row, const char *entry)
{
	scoped_free char *id = NULL, *who = NULL;
	struct watch_text after = {0};
	struct rev_id revision = {""};
	const struct watch_rev *rev;
	long number, at;

	TRY(store_json_get(&id, r->w->json, entry, "$.revision"));
	TRY(store_json_get(&who, r->w->json, entry, "$.actor"));
	TRY(long_of(&number, r->w->json, entry, "$.rev"));
	TRY(long_of(&at, r->w->json, entry, "$.at"));
	if (!id || !hash_is_hex(id, SHA256_HEX) || number <= r->w->at.rev || number > row->rev)
		return NULL;
	memcpy(revision.hex, id, sizeof(revision.hex));
	rev = watch_row_rev(row, &revision);
	if (!rev)
		return NULL;
	take_rev(&after, row, rev);
	return take_step(r, row, before, &after,
			 &(struct step_by){who && who[0] ? who : rev->author, at, number});
}

/* Several people since the position: one step for each operation. */
static err_t take_ledger(struct watch_text *before, const struct reading *r,
			 const struct watch_row *row)
{
	scoped(strs_release) struct strs rows = {0};
	err_t unknown;

	if (one_author(row) || !is_uid(row->uid))
		return NULL;
	unknown = history(&rows, r, row);
	if (unknown) {
		err_free(unknown);
		return NULL;
	}
	for (size_t i = 0; i < rows.len; i++)
		TRY(ledger_step(before, r, row, rows.at[i]));
	return NULL;
}

static err_t tell_forged(const struct reading *r, const struct watch_row *row)
{
	struct watch_event e = {
		.what = "forged",
		.uid = row->uid,
		.kind = row->kind,
		.label = row->label,
		.path = row->path,
		.title = row->title,
		.who = row->author,
		.at = r->e->now,
		.rev = row->rev,
		.revision = row->revision.hex,
		.to = row->state,
	};

	return row->forged ? r->tell->event(r->tell->ctx, &e) : NULL;
}

static err_t take_row(const struct reading *r, const struct watch_row *row)
{
	scoped(watch_text_release) struct watch_text before = {0};
	struct watch_text after = {0};
	const struct watch_rev *head = watch_row_rev(row, &row->revision);
	err_t err;

	if (!head) /* nothing that a reader of texts would see */
		return tell_forged(r, row);
	find_before(&before, r, row);
	err = take_ledger(&before, r, row);
	if (!err && !rev_eq(&before.revision, &row->revision)) {
		take_rev(&after, row, head);
		err = take_step(r, row, &before, &after,
				&(struct step_by){row->author, head->time, row->rev});
	}
	watch_memory_put(r->w->memory, row->uid, &before);
	return err ? err : tell_forged(r, row);
}

/* --- pages ----------------------------------------------------------------------------------- */

static char *request_for(const struct place *at)
{
	struct mem_stream s;
	struct json j;

	mem_stream_open(&s);
	json_init(&j, s.file);
	json_object_begin(&j);
	json_key_string(&j, "epoch", at->epoch[0] ? at->epoch : NULL);
	json_key_int(&j, "since", at->rev);
	json_key_string(&j, "since_hash", at->hash);
	json_key_int(&j, "limit", PAGE_ROWS);
	json_key_int(&j, "max_bytes", PAGE_BYTES);
	json_object_end(&j);
	return mem_stream_close(&s, NULL);
}

static err_t read_rows(const struct reading *r, const char *page)
{
	scoped(strs_release) struct strs rows = {0};

	TRY(store_json_array(&rows, r->w->json, page, "$.rows"));
	for (size_t i = 0; i < rows.len; i++) {
		scoped(watch_row_release) struct watch_row row = {0};

		TRY(watch_row_read(&row, r->w->json, rows.at[i]));
		TRY(take_row(r, &row));
	}
	return NULL;
}

/* A position that does not go on, although there is more, would be asked for ever after. */
static err_t move_on(bool *more, struct watch *w, const char *page)
{
	scoped_free char *epoch = NULL, *hash = NULL, *flag = NULL;
	long next;

	TRY(store_json_get(&epoch, w->json, page, "$.epoch"));
	TRY(store_json_get(&hash, w->json, page, "$.next_hash"));
	TRY(store_json_get(&flag, w->json, page, "$.more"));
	TRY(long_of(&next, w->json, page, "$.next"));
	*more = flag && strcmp(flag, "1") == 0;
	if (!epoch || next < w->at.rev || (*more && next == w->at.rev))
		return err_new(ERR_REFUSED, "the remote is damaged: its newest revision is %ld",
			       next);
	place_set(&w->at, epoch, next, hash);
	return NULL;
}

static err_t tell_reset(struct watch *w, const struct watch_tell *tell)
{
	return w->reset ? tell->reset(tell->ctx, steal(w->reset)) : NULL;
}

err_t watch_read(struct watch *w, const struct remote *remote, struct engine *e,
		 const struct watch_tell *tell)
{
	struct reading r = {w, remote, e, tell};
	bool more = true;

	TRY(tell_reset(w, tell));
	while (more) {
		scoped_free char *request = request_for(&w->at), *page = NULL, *reset = NULL;

		TRY(remote->pull(remote->ctx, &page, request));
		TRY(store_json_get(&reset, w->json, page, "$.reset"));
		if (reset) {
			begin_again(w, NULL);
			place_set(&w->at, NULL, 0, NULL); /* the next answer says where */
			return tell->reset(tell->ctx, reset);
		}
		TRY(read_rows(&r, page));
		TRY(move_on(&more, w, page));
	}
	return NULL;
}
