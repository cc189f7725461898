#include "sync/record.h"
#include "sync/doc.h"
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

/* A line has one approver, whatever was said. */
static void one_line(char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < 0x20)
			*text = ' ';
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
	one_line(a->approver);
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

err_t record_judge(enum approval_verdict *out, struct engine *e, const struct art *art)
{
	scoped_free char *path = approval_path(art->kind, art->label);
	scoped_free char *bytes = NULL;
	const struct kind *kind = kinds_find(e->kinds, art->kind);
	size_t len = 0;

	*out = APPROVAL_CLAIMED;
	if (!e->git || !path || !kind)
		return NULL;
	TRY(read_file(&bytes, &len, e, path));
	*out = approval_judge(kind, slice_str(art->state), art->normative, slice_of(bytes, len));
	return NULL;
}

static bool may_be_proven(const struct art *art)
{
	return art->approval[0] && strcmp(art->approval, "acknowledged") != 0 && !art->deleted;
}

err_t record_refresh(struct engine *e)
{
	scoped(arts_release) struct arts arts = {0};

	TRY(store_art_list(&arts, e->store, NULL));
	for (size_t i = 0; i < arts.len; i++) {
		struct art *art = &arts.at[i];
		enum approval_verdict verdict;

		if (!may_be_proven(art))
			continue;
		TRY(record_judge(&verdict, e, art));
		if (verdict != APPROVAL_PROVEN)
			continue;
		free(art->approval);
		art->approval = mem_strdup("acknowledged");
		TRY(store_art_put(e->store, art));
	}
	return NULL;
}

/* --- into the work tree --------------------------------------------------------------------- */

void record_plan_release(struct record_plan *p)
{
	free(p->path);
	free(p->text);
	*p = (struct record_plan){0};
}

static err_t is_needed_by_other(bool *out, struct engine *e, const struct art *art)
{
	struct art_filter f = {.kind = art->kind, .label = art->label};
	scoped(arts_release) struct arts same = {0};

	TRY(store_art_list(&same, e->store, &f));
	*out = same.len > 0;
	return NULL;
}

err_t record_plan(struct record_plan *out, struct engine *e, const struct art *art)
{
	const struct kind *kind = kinds_find(e->kinds, art->kind);
	scoped(record_plan_release) struct record_plan p = {0};
	scoped(approvals_release) struct approvals list = {0};
	scoped_free char *bytes = NULL;
	size_t len = 0;
	bool other;

	p.path = kind ? approval_path(art->kind, art->label) : NULL;
	if (p.path && art->deleted) {
		TRY(is_needed_by_other(&other, e, art));
		if (other)
			free(steal(p.path));
	}
	if (!p.path)
		return NULL;
	TRY(read_file(&bytes, &len, e, p.path));
	if (len)
		p.from = hash_blob(slice_of(bytes, len));
	if (!art->deleted) {
		TRY(store_approval_list(&list, e->store, art->uid));
		p.text = approval_record(&p.len, slice_of(bytes, len), kind, art->label,
					 slice_str(art->state), &list);
	}
	if (p.len)
		p.to = hash_blob(slice_of(p.text, p.len));
	*out = p;
	p = (struct record_plan){0};
	return NULL;
}

err_t record_stage(struct file_out *out, struct engine *e, const char *uid,
		   const struct record_plan *p)
{
	struct oid head = {""}, stored;

	if (!p->path || oid_eq(&p->from, &p->to))
		return NULL;
	if (p->len) {	/* for the command after a crash */
		TRY(store_begin(e->store));
		err_t err = store_text_put(&stored, e->store, slice_of(p->text, p->len));
		if (err) {
			store_rollback(e->store);
			return err;
		}
		TRY(store_commit(e->store));
	}
	return file_out_stage(out, e, uid, p->path, &p->from, &p->to, slice_of(p->text, p->len),
			      &head);
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
	TRY(record_plan(&p, e, art));
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
	TRY(record_plan(&p, e, &art));
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
	TRY(record_plan(&p, e, art));
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
