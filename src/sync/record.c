#include "sync/record.h"
#include "artifact/label.h"
#include "sync/doc.h"
#include "sync/witness.h"
#include "util/clock.h"
#include "util/mem.h"

#include <stdlib.h>
#include <string.h>

/* --- from the remote ------------------------------------------------------------------------ */

static err_t text_field(char **out, struct engine *e, const char *json, const char *path)
{
	TRY(store_json_get(out, e->store, json, path));
	if (!*out)
		*out = mem_strdup("");
	return NULL;
}

static err_t sha256_field(struct sha256 *out, struct engine *e, const char *json, const char *path)
{
	scoped_free char *text = NULL;

	TRY(text_field(&text, e, json, path));
	memset(out->hex, '0', SHA256_HEX);
	out->hex[SHA256_HEX] = '\0';
	if (hash_is_hex(text, SHA256_HEX))
		memcpy(out->hex, text, SHA256_HEX);
	return NULL;
}

static err_t read_approval(struct approval *a, struct engine *e, const char *json)
{
	char at[21];
	long when;

	TRY(text_field(&a->state, e, json, "$.approval.state"));
	TRY(text_field(&a->approver, e, json, "$.approval.approver"));
	TRY(sha256_field(&a->normative, e, json, "$.approval.normative"));
	TRY(sha256_field(&a->chain, e, json, "$.approval.hash"));
	TRY(doc_long(&a->rev, e, json, "$.approval.rev", 0));
	TRY(doc_long(&when, e, json, "$.approval.at", 0));
	doc_one_line(a->approver);
	clock_format(when, at);
	a->at = mem_strdup(at);
	return NULL;
}

/* An imported state was approved by nobody. */
static err_t put_approval(struct engine *e, const char *uid, const struct kind *kind,
			  const char *json)
{
	scoped(approval_release) struct approval a = {0};
	scoped_free char *imported = NULL;

	TRY(read_approval(&a, e, json));
	TRY(store_json_get(&imported, e->store, json, "$.approval.imported"));
	if (!kind_state(kind, slice_str(a.state)) || !a.approver[0] ||
	    (imported && strcmp(imported, "1") == 0))
		return NULL;
	return store_approval_put(e->store, uid, &a);
}

err_t record_take(struct engine *e, const char *uid, const struct kind *kind, const char *json,
		  struct slice state)
{
	if (!kind)
		return NULL;
	TRY(put_approval(e, uid, kind, json));
	return record_withdraw(e, uid, kind, state);
}

err_t record_withdraw(struct engine *e, const char *uid, const struct kind *kind,
		      struct slice state)
{
	scoped(approvals_release) struct approvals list = {0};

	TRY(store_approval_list(&list, e->store, uid));
	for (size_t i = 0; i < list.len; i++)
		if (approval_withdrawn(kind, slice_str(list.at[i].state), state))
			TRY(store_approval_drop(e->store, uid, list.at[i].state));
	return NULL;
}

/* --- from the work tree --------------------------------------------------------------------- */

/* "" where there is none, or nothing that could be read as one. */
static err_t read_file(char **bytes, size_t *len, struct engine *e, const char *path)
{
	err_t err = e->git->read(e->git->ctx, bytes, len, NULL, path);

	if (err && (err->code == ERR_NOTFOUND || err->code == ERR_REFUSED)) {
		err_free(err);
		*bytes = mem_strdup("");
		*len = 0;
		return NULL;
	}
	return err;
}

static err_t judge(enum approval_verdict *out, struct witness *w, const struct art *art)
{
	scoped_free char *path = approval_path(art->kind, art->label);
	scoped_free char *bytes = NULL;
	struct engine *e = w->e;
	struct approval_name name = {kinds_find(e->kinds, art->kind), art->label};
	const char *why;
	size_t len;

	*out = APPROVAL_CLAIMED;
	if (!e->git || !path || !name.kind)
		return NULL;
	TRY(read_file(&bytes, &len, e, path));
	*out = approval_judge(&why, &name, slice_str(art->state), art->normative,
			      slice_of(bytes, len), witness_face(w));
	return witness_error(w);
}

err_t record_judge(enum approval_verdict *out, struct engine *e, const struct art *art)
{
	scoped(witness_close) struct witness w = {0};

	TRY(witness_open(&w, e, false));
	return judge(out, &w, art);
}

const char *record_word(enum approval_verdict verdict, const char *now)
{
	if (verdict == APPROVAL_PROVEN)
		return "acknowledged";
	if (verdict == APPROVAL_STALE)
		return "stale";
	if (verdict == APPROVAL_RECORDED)
		return strcmp(now, "acknowledged") == 0 ? NULL : "recorded";
	return strcmp(now, "recorded") == 0 ? "imported" : NULL;
}

static err_t refresh(struct witness *w, struct art *art)
{
	enum approval_verdict verdict;
	const char *word;

	TRY(judge(&verdict, w, art));
	word = record_word(verdict, art->approval);
	/* what is asked for may be newer than the record */
	if (!word || strcmp(word, art->approval) == 0 ||
	    (verdict == APPROVAL_STALE && strcmp(art->approval, "recorded") != 0))
		return NULL;
	art_set_approval(art, word);
	return store_art_put(w->e->store, art);
}

static err_t refresh_at(struct witness *w, const char *path)
{
	scoped(arts_release) struct arts arts = {0};
	struct art_filter by_git_alone = {.unproven_only = true, .path = path};

	TRY(store_art_list(&arts, w->e->store, &by_git_alone));
	for (size_t i = 0; i < arts.len; i++)
		TRY(refresh(w, &arts.at[i]));
	return NULL;
}

err_t record_refresh(struct engine *e, const struct strs *paths)
{
	scoped(witness_close) struct witness w = {0};

	TRY(witness_open(&w, e, false));
	if (!paths)
		return refresh_at(&w, NULL);
	for (size_t i = 0; i < paths->len; i++)
		TRY(refresh_at(&w, paths->at[i]));
	return NULL;
}

/* --- into the work tree --------------------------------------------------------------------- */

void record_plan_release(struct record_plan *p)
{
	free(p->path);
	free(p->text);
	*p = (struct record_plan){0};
}

/* Who else has the label, and so lines in the record. */
static err_t list_others(struct strs *out, struct engine *e, const struct art *art,
			 const char *label)
{
	struct art_filter f = {.kind = art->kind, .label = label};
	scoped(arts_release) struct arts same = {0};

	TRY(store_art_list(&same, e->store, &f));
	for (size_t i = 0; i < same.len; i++)
		if (strcmp(same.at[i].uid, art->uid) != 0)
			strs_add(out, same.at[i].uid);
	return NULL;
}

err_t record_past_labels(struct strs *out, struct engine *e, const struct art *art)
{
	scoped(revs_release) struct revs revs = {0};
	struct label label;

	TRY(store_rev_list(&revs, e->store, art->uid));
	for (size_t i = 0; i < revs.len; i++)
		if (label_of_path(&label, revs.at[i].path) && strcmp(label.text, art->label) != 0 &&
		    !strs_has(out, label.text))
			strs_add(out, label.text);
	return NULL;
}

static bool has_state(const struct approvals *list, const char *state)
{
	for (size_t i = 0; i < list->len; i++)
		if (strcmp(list->at[i].state, state) == 0)
			return true;
	return false;
}

/* What git alone brought, under the label before: nobody else has it. */
static err_t take_along(struct approvals *list, struct engine *e, const struct art *art,
			const char *label)
{
	struct approval_name name = {kinds_find(e->kinds, art->kind), label};
	scoped(approvals_release) struct approvals there = {0};
	scoped(strs_release) struct strs others = {0};
	scoped_free char *path = approval_path(art->kind, label), *bytes = NULL;
	size_t len = 0;
	int bad;

	if (!path)
		return NULL;
	TRY(read_file(&bytes, &len, e, path));
	approval_read(&there, &bad, slice_of(bytes, len), &name);
	TRY(list_others(&others, e, art, label));
	list->at = mem_realloc(list->at, (list->len + there.len + 1) * sizeof(*list->at));
	for (size_t i = 0; i < there.len; i++) {
		struct approval *a = &there.at[i];

		if (a->broken || has_state(list, a->state) ||
		    (others.len && strcmp(a->uid, art->uid) != 0))
			continue;
		list->at[list->len++] = *a;
		*a = (struct approval){0};
	}
	return NULL;
}

static err_t list_known(struct approval_known *out, struct engine *e, const struct art *art,
			bool gone)
{
	scoped(strs_release) struct strs past = {0};
	scoped_free char *cursor = NULL;

	TRY(store_meta_get(&cursor, e->store, "cursor"));
	out->asked = cursor ? strtol(cursor, NULL, 10) : 0;
	TRY(store_approval_list(&out->list, e->store, art->uid));
	if (gone || !e->git)
		return NULL;
	TRY(record_past_labels(&past, e, art));
	for (size_t i = 0; i < past.len; i++)
		TRY(take_along(&out->list, e, art, past.at[i]));
	return NULL;
}

err_t record_text(char **text, size_t *len, struct engine *e, const struct art *art,
		  const char *label, struct slice old)
{
	scoped(approval_known_release) struct approval_known known = {0};
	scoped(strs_release) struct strs others = {0};
	struct approval_of of = {.name = {kinds_find(e->kinds, art->kind), label},
				 .uid = art->uid, .others = &others,
				 .state = slice_str(art->state),
				 .gone = art->deleted || strcmp(label, art->label) != 0,
				 .known = &known};

	TRY(list_others(&others, e, art, label));
	TRY(list_known(&known, e, art, of.gone));
	*text = approval_record(len, old, &of);
	return NULL;
}

err_t record_plan(struct record_plan *out, struct engine *e, const struct art *art,
		  const char *label)
{
	scoped(record_plan_release) struct record_plan p = {0};
	scoped_free char *bytes = NULL;
	size_t len = 0;

	p.path = kinds_find(e->kinds, art->kind) ? approval_path(art->kind, label) : NULL;
	if (!p.path)
		return NULL;
	TRY(read_file(&bytes, &len, e, p.path));
	if (len)
		p.from = hash_blob(slice_of(bytes, len));
	TRY(record_text(&p.text, &p.len, e, art, label, slice_of(bytes, len)));
	if (p.len)
		p.to = hash_blob(slice_of(p.text, p.len));
	*out = p;
	p = (struct record_plan){0};
	return NULL;
}

static err_t stage_in_transaction(struct file_out *out, struct engine *e, const char *uid,
				  const struct record_plan *p)
{
	struct oid head = {""}, stored;

	if (!p->path || oid_eq(&p->from, &p->to))
		return NULL;
	if (p->len)
		TRY(store_text_put(&stored, e->store, slice_of(p->text, p->len)));
	return file_out_stage(out, e, uid, p->path, &p->from, &p->to, slice_of(p->text, p->len),
			      &head);
}

err_t record_stage_move(struct file_out *out, struct engine *e, const struct art *art,
			const char *old_label)
{
	scoped(record_plan_release) struct record_plan now = {0}, before = {0};

	TRY(record_plan(&now, e, art, art->label));
	TRY(record_plan(&before, e, art, old_label));
	if (!oid_eq(&before.from, &before.to))
		TRY(stage_in_transaction(out, e, art->uid, &now));
	return stage_in_transaction(out, e, art->uid, &before);
}

err_t record_stage(struct file_out *out, struct engine *e, const char *uid,
		   const struct record_plan *p)
{
	err_t err;

	if (!p->path || oid_eq(&p->from, &p->to))
		return NULL;
	TRY(store_begin(e->store));	/* the text is for the command after a crash */
	err = stage_in_transaction(out, e, uid, p);
	if (err) {
		store_rollback(e->store);
		return err;
	}
	return store_commit(e->store);
}

static err_t shows(bool *out, struct engine *e, const struct art *art)
{
	struct oid oid;
	err_t err = file_out_shows(&oid, e, art->path);

	*out = !err && oid_eq(&oid, &art->oid);
	err_free(err);	/* a link, a directory: shows nothing of ours */
	return NULL;
}

err_t record_open_mine(struct engine *e, const struct art *art)
{
	scoped(record_plan_release) struct record_plan p = {0};

	if (!e->git)
		return NULL;
	TRY(record_plan(&p, e, art, art->label));
	if (!p.path || oid_eq(&p.from, &p.to))
		return NULL;
	return store_mine_put(e->store, e->git->worktree, art->uid, &art->head);
}

static err_t write_one(struct file_out *out, struct engine *e, const char *uid)
{
	scoped(record_plan_release) struct record_plan p = {0};
	scoped(art_release) struct art art = {0};
	bool here;

	TRY(store_art_get(&art, e->store, uid));
	TRY(record_plan(&p, e, &art, art.label));
	if (!p.path || oid_eq(&p.from, &p.to))
		return NULL;
	TRY(shows(&here, e, &art));
	return here ? record_stage(out, e, uid, &p) : NULL;
}

static err_t stage_all(struct file_out *out, struct engine *e, const struct mines *mines)
{
	for (size_t i = 0; i < mines->len; i++)
		TRY(write_one(out, e, mines->at[i].uid));
	return NULL;
}

/* The transaction that file_out.h asks for, and the files after it. */
static err_t put_out(struct file_out *out, struct engine *e)
{
	err_t err;

	if (!out->len)
		return NULL;
	TRY(store_begin(e->store));
	err = file_out_record(out, e);
	if (err) {
		store_rollback(e->store);
		return err;
	}
	TRY(store_commit(e->store));
	return file_out_publish(out, e);
}

err_t record_write(struct engine *e)
{
	scoped(mines_release) struct mines mines = {0};
	struct git_head head = {0};
	struct file_out out = {0};
	err_t err;

	if (!e->git)
		return NULL;
	TRY(store_mine_list(&mines, e->store, e->git->worktree));
	if (!mines.len)
		return NULL;
	TRY(e->git->head(e->git->ctx, &head));
	if (head.busy)
		return NULL;
	err = stage_all(&out, e, &mines);
	if (!err)
		err = put_out(&out, e);
	file_out_release(&out, e);
	return err;
}

static err_t is_in_head(bool *out, struct engine *e, const struct art *art, const char *head)
{
	scoped(record_plan_release) struct record_plan p = {0};
	struct oid there, record = {""};

	TRY(e->git->tree_oid(e->git->ctx, &there, head, art->path));
	*out = oid_eq(&there, &art->oid);
	if (!*out)
		return NULL;
	TRY(record_plan(&p, e, art, art->label));
	if (p.path)
		TRY(e->git->tree_oid(e->git->ctx, &record, head, p.path));
	*out = oid_eq(&record, &p.to);
	return NULL;
}

err_t record_close_mine(struct engine *e, const char *head)
{
	scoped(mines_release) struct mines mines = {0};

	TRY(store_mine_list(&mines, e->store, e->git->worktree));
	for (size_t i = 0; i < mines.len; i++) {
		scoped(art_release) struct art art = {0};
		bool done;

		TRY(store_art_get(&art, e->store, mines.at[i].uid));
		TRY(is_in_head(&done, e, &art, head));
		if (done)
			TRY(store_mine_drop(e->store, e->git->worktree, art.uid));
	}
	return NULL;
}
