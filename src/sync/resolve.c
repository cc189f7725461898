#include "artifact/artifact.h"
#include "merge/settings.h"
#include "sync/engine.h"
#include "sync/file_out.h"
#include "sync/loaded.h"
#include "util/mem.h"

#include <stdlib.h>
#include <string.h>

static err_t get(struct conflict *c, struct engine *e, const char *uid)
{
	err_t err = store_conflict_get(c, e->store, uid);

	if (err && err->code == ERR_NOTFOUND) {
		err_free(err);
		return err_new(ERR_NOTFOUND, "there is no conflict to resolve here");
	}
	return err;
}

/* The text of one side, or its absence, between markers. */
static void whole(FILE *out, struct slice ours, struct slice theirs, const char *whose)
{
	fprintf(out, "<<<<<<< ours\n%.*s", (int)ours.len, ours.at);
	if (ours.len && ours.at[ours.len - 1] != '\n')
		putc('\n', out);
	fprintf(out, "=======\n%.*s", (int)theirs.len, theirs.at);
	if (theirs.len && theirs.at[theirs.len - 1] != '\n')
		putc('\n', out);
	fprintf(out, ">>>>>>> theirs%s%s\n", whose[0] ? ": " : "", whose);
}

static void give_whole(struct merge_result *out, struct slice ours, struct slice theirs,
		       const char *whose, bool gone_here)
{
	struct mem_stream s;

	mem_stream_open(&s);
	whole(s.file, ours, theirs, whose);
	*out = (struct merge_result){.conflicts = 1};
	out->bytes = mem_stream_close(&s, &out->len);
	out->decisions = mem_alloc(sizeof(*out->decisions));
	out->nr_decisions = 1;
	out->decisions[0] = (struct merge_decision){
		.rule = "delete",
		.where = mem_strdup("file"),
		.reason = mem_strdup(gone_here ? "deleted here, changed there"
					       : "changed here, deleted there"),
		.conflict = true,
	};
}

err_t resolve_merge(struct merge_result *out, struct engine *e, const char *uid)
{
	scoped(conflict_release) struct conflict c = {0};
	scoped(loaded_close) struct loaded l = {0};
	scoped_free char *label = NULL;
	struct merge_options options;
	struct slice base, ours, theirs;

	if (e->git)
		TRY(file_out_finish(NULL, e));
	TRY(get(&c, e, uid));
	TRY(loaded_open(&l, e, uid));
	loaded_plan(&l);
	TRY(loaded_text(&base, &l, &c.base));
	TRY(loaded_text(&ours, &l, &l.art.oid));
	TRY(loaded_text(&theirs, &l, &c.theirs));
	if (l.art.deleted || oid_none(&c.theirs)) {
		give_whole(out, ours, theirs, oid_none(&c.theirs) ? "deleted" : c.whose,
			   l.art.deleted);
		return NULL;
	}
	label = c.whose[0] ? mem_printf("theirs: %s", c.whose) : mem_strdup("theirs");
	options = merge_defaults(l.kind);
	options.theirs_label = label;
	return merge3_as_set(out, base, ours, theirs, &options, e->merge);
}

static err_t settle(struct file_out *out, struct engine *e, const char *uid, enum resolve_with with,
		    struct slice text)
{
	scoped(conflict_release) struct conflict c = {0};
	scoped(loaded_close) struct loaded l = {0};
	struct step s = {.what = STEP_FORWARD, .nr = 1};
	struct revision *r = &s.revs[0];
	struct oid shows, none = {""};
	bool gone = false, writable = false;
	err_t err = NULL;

	if (e->git)
		TRY(file_out_finish(NULL, e));
	TRY(get(&c, e, uid));
	TRY(loaded_open(&l, e, uid));
	loaded_plan(&l);
	if (with == RESOLVE_OURS) {
		gone = l.art.deleted;
		TRY(loaded_text(&text, &l, &l.art.oid));
	} else if (with == RESOLVE_THEIRS) {
		gone = oid_none(&c.theirs);
		TRY(loaded_text(&text, &l, &c.theirs));
	} else if (artifact_has_markers(text)) {
		return err_hint(err_new(ERR_DIFFERS, "the text still has conflict markers"),
				"take them out, or choose --ours or --theirs");
	}
	r->oid = gone ? none : hash_blob(text);
	r->how = HOW_MERGE;
	r->time = e->now;
	r->parents[0] = l.art.head;
	r->parents[1] = c.revs[c.nr_revs - 1].id;
	r->path = mem_strdup(l.art.path);
	r->author = mem_strdup(e->who);
	r->message = mem_strdup("resolved");
	revision_seal(r, uid);
	s.text[0] = gone ? NULL : mem_dup(text.at, text.len);
	s.len[0] = text.len;
	s.head = r->id;
	if (e->git) {
		struct git_head head = {0};

		err = e->git->head(e->git->ctx, &head);
		if (!err)
			err = file_out_shows(&shows, e, l.art.path);
		writable = !err && !head.busy && !oid_eq(&shows, &r->oid) &&
			   (loaded_knows(&l, &shows) || oid_eq(&shows, &c.theirs) ||
			    oid_eq(&shows, &l.art.oid));
		if (writable)
			err = file_out_stage(out, e, uid, l.art.path, &shows, &r->oid, text, &none);
	}
	if (!err)
		err = store_conflict_drop(e->store, uid);
	if (!err)
		err = loaded_take(&l, &s, "resolve");
	if (!err && e->git)
		err = store_mine_put(e->store, e->git->worktree, uid, &l.art.head);
	if (!err)
		err = file_out_record(out, e);
	step_release(&s);
	return err;
}

err_t resolve_run(bool *written, struct engine *e, const char *uid, enum resolve_with with,
		  struct slice text)
{
	struct file_out out = {0};
	bool any;
	err_t err;

	TRY(store_begin(e->store));
	err = settle(&out, e, uid, with, text);
	any = out.len > 0;
	if (err)
		store_rollback(e->store);
	else
		err = store_commit(e->store);
	if (!err)
		err = file_out_publish(&out, e);
	file_out_release(&out, e);
	if (!err)
		*written = any;
	return err;
}
