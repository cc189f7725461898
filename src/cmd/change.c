#include "cmd/change.h"
#include "cli/json.h"
#include "cli/text.h"
#include "cmd/batch.h"
#include "cmd/claims.h"
#include "cmd/output.h"
#include "merge/diff.h"
#include "util/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

err_t subject_find(struct subject *out, struct session *s, const char *name, bool with_deleted)
{
	if (!s->repo)
		TRY(session_open(s, SESSION_WRITE));
	TRY(session_pick(&out->art, s, name, with_deleted));
	out->kind = kinds_find(s->kinds, out->art.kind);
	TRY(store_text_get(&out->bytes, &out->len, s->store, out->art.oid.hex));
	out->model = artifact_parse(slice_of(out->bytes, out->len), out->kind, out->art.path);
	return NULL;
}

err_t subject_open(struct subject *out, struct session *s, const char *name, bool with_deleted)
{
	TRY(subject_find(out, s, name, with_deleted));
	return s->batch ? NULL : claims_warn(s, &out->art);
}

void subject_release(struct subject *sub)
{
	if (sub->model)
		artifact_free(sub->model);
	free(sub->bytes);
	art_release(&sub->art);
	*sub = (struct subject){0};
}

err_t subject_oid_at(struct oid *out, struct session *s, const struct subject *sub,
		     const char *revision)
{
	scoped(revs_release) struct revs revs = {0};
	struct rev_id id;

	TRY(store_rev_find(&id, s->store, sub->art.uid, revision));
	TRY(store_rev_list(&revs, s->store, sub->art.uid));
	for (size_t i = 0; i < revs.len; i++)
		if (rev_eq(&revs.at[i].id, &id))
			*out = revs.at[i].oid;
	return NULL;
}

err_t subject_go_to(struct oid *out, struct session *s, struct subject *sub, const char *revision)
{
	scoped_free char *bytes = NULL;
	struct oid oid;
	size_t len;

	TRY(subject_oid_at(&oid, s, sub, revision));
	TRY(store_text_get(&bytes, &len, s->store, oid.hex));
	artifact_free(sub->model);
	free(sub->bytes);
	sub->bytes = steal(bytes);
	sub->len = len;
	sub->model = artifact_parse(slice_of(sub->bytes, len), sub->kind, sub->art.path);
	*out = oid;
	return NULL;
}

/* A move is told as git does it. */
static char *difference(const struct subject *sub, const struct change *c)
{
	const char *path = c->path ? c->path : sub->art.path;
	bool gone = c->how == HOW_DELETE, moved = strcmp(path, sub->art.path) != 0;
	scoped_free char *from = mem_printf("a/%s", sub->art.path);
	scoped_free char *to = mem_printf("b/%s", path), *diff = NULL;
	const struct slice none = {0};

	diff = diff_unified(slice_of(sub->bytes, sub->len), gone ? none : c->text, from,
			    gone ? "/dev/null" : to, 3);
	return moved ? mem_printf("rename from %s\nrename to %s\n%s", sub->art.path, path, diff)
		     : steal(diff);
}

static void show_difference(const struct subject *sub, const struct change *c)
{
	scoped_free char *from = mem_printf("a/%s", sub->art.path);
	scoped_free char *to = mem_printf("b/%s", c->path ? c->path : sub->art.path);
	scoped_free char *diff = NULL;

	if (c->how == HOW_DELETE) {
		printf("would delete %s\n", sub->art.path);
		return;
	}
	if (c->path && strcmp(c->path, sub->art.path) != 0)
		printf("would move %s to %s\n", sub->art.path, c->path);
	diff = diff_unified(slice_of(sub->bytes, sub->len), c->text, from, to, 3);
	text_write(slice_str(diff), stdout);
}

/* diff NULL: it was done. */
static void print_json(const struct art *art, bool changed, const char *diff)
{
	struct json j;

	json_begin(&j, stdout);
	json_object_begin(&j);
	output_art(&j, art);
	json_key_bool(&j, "changed", changed);
	if (diff)
		json_key_string(&j, "diff", diff);
	json_object_end(&j);
	json_end(&j);
}

void change_print(const struct art *art, bool changed)
{
	print_json(art, changed, NULL);
}

static void try_out(const struct subject *sub, const struct change *c)
{
	scoped_free char *diff = c->json ? difference(sub, c) : NULL;

	if (c->json)
		print_json(&sub->art, false, diff);
	else
		show_difference(sub, c);
}

static void tell(struct session *s, const struct subject *sub, const struct change *c, bool changed)
{
	scoped_free char *name = session_long_name(s, &sub->art);

	text_safe_fputs(name, stdout);
	fputs(": ", stdout);
	text_safe_fputs(changed ? c->done : "nothing to change", stdout);
	putchar('\n');
}

/* A changed state is pushed as a creation is, and the remote may have its say in how it ends. */
static err_t send(struct session *s, const struct subject *sub, const struct change *c,
		  bool changed)
{
	scoped(art_release) struct art now = {0};

	if (changed || c->how == HOW_STATE)
		TRY(session_auto_push(s, sub->art.uid, c->how == HOW_STATE));
	if (!c->json)
		return NULL;
	TRY(store_art_get(&now, s->store, sub->art.uid));
	print_json(&now, changed, NULL);
	return NULL;
}

static struct edit edit_of(const struct subject *sub, const struct change *c)
{
	return (struct edit){
		.how = c->how, .message = c->message ? c->message : "", .text = c->text,
		.path = c->path, .alias = c->alias,
		.expect = c->expect ? c->expect : &sub->art.oid,
	};
}

err_t change_apply(struct session *s, const struct subject *sub, const struct change *c)
{
	const struct edit edit = edit_of(sub, c);
	scoped(art_release) struct art now = {0};
	bool written = false, changed, other;

	if (s->batch && (c->dry_run || c->json))
		return err_new(ERR_MISUSE, "--dry-run and --json are not for a line of a batch, "
			       "but for all of it");
	if (c->dry_run) {
		try_out(sub, c);
		return NULL;
	}
	if (!s->engine.command)
		s->engine.command = revision_how_name(c->how);
	TRY(edit_apply(&written, &s->engine, sub->art.uid, &edit));
	TRY(store_art_get(&now, s->store, sub->art.uid));
	changed = now.generation != sub->art.generation;
	if (s->batch)
		return batch_did(s->batch, &now, &(struct batch_done){
			.done = changed ? c->done : NULL, .push = c->how == HOW_STATE});
	other = now.deleted != sub->art.deleted || !oid_eq(&now.oid, &sub->art.oid) ||
		strcmp(now.path, sub->art.path) != 0;
	if (!c->json)
		tell(s, sub, c, changed);
	if (other && !written && s->have_port)
		output_untouched(sub->art.path);
	return send(s, sub, c, changed);
}

/* Carried out, all of them: told, and sent. */
static err_t finish_all(struct session *s, const struct change_of *at, size_t nr)
{
	scoped(strs_release) struct strs uids = {0};

	for (size_t i = 0; i < nr; i++) {
		if (!at[i].change.json)
			tell(s, at[i].sub, &at[i].change, true);
		strs_add(&uids, at[i].sub->art.uid);
	}
	TRY(session_auto_push_all(s, &uids, false));
	for (size_t i = 0; i < nr && at[i].change.json; i++) {
		scoped(art_release) struct art now = {0};

		TRY(store_art_get(&now, s->store, at[i].sub->art.uid));
		print_json(&now, true, NULL);
	}
	return NULL;
}

err_t change_apply_all(struct session *s, const struct change_of *at, size_t nr)
{
	scoped(strs_release) struct strs stayed = {0};
	err_t err = NULL;

	if (nr && (s->batch || at[0].change.dry_run)) {
		for (size_t i = 0; i < nr; i++)
			TRY(change_apply(s, at[i].sub, &at[i].change));
		return NULL;
	}
	if (nr && !s->engine.command)
		s->engine.command = revision_how_name(at[0].change.how);
	TRY(edit_begin(&s->engine));
	for (size_t i = 0; i < nr && !err; i++) {
		const struct edit edit = edit_of(at[i].sub, &at[i].change);
		bool written;

		err = edit_apply(&written, &s->engine, at[i].sub->art.uid, &edit);
	}
	TRY(edit_end(&stayed, &s->engine, false, err));
	for (size_t i = 0; i < nr && s->have_port; i++) {
		const char *path = at[i].change.path;

		if (strs_has(&stayed, path ? path : at[i].sub->art.path))
			output_untouched(at[i].sub->art.path);
	}
	return finish_all(s, at, nr);
}

char *change_relabel(size_t *len, const struct artifact *a, const char *label)
{
	const struct range at = a->title_label;
	struct mem_stream s;

	mem_stream_open(&s);
	if (at.to > at.from) {
		fwrite(a->text.at, 1, at.from, s.file);
		fputs(label, s.file);
		fwrite(a->text.at + at.to, 1, a->text.len - at.to, s.file);
	} else {
		fwrite(a->text.at, 1, a->text.len, s.file);
	}
	return mem_stream_close(&s, len);
}

err_t change_check_free(struct session *s, const char *path)
{
	scoped(art_release) struct art there = {0};
	err_t err = store_art_at(&there, s->store, path);
	struct file_stat st = {0};

	if (err && err->code != ERR_NOTFOUND)
		return err;
	if (!err && !there.deleted)
		return err_new(ERR_REFUSED, "'%s' exists already", path);
	err_free(err);
	if (s->have_port)
		TRY(s->port.stat(s->port.ctx, &st, path));
	return st.exists ? err_new(ERR_REFUSED, "a file '%s' is there already", path) : NULL;
}

err_t change_alias(const char **out, struct session *s, const struct art *art)
{
	struct art_filter f = {.kind = art->kind, .label = art->label};
	scoped(arts_release) struct arts same = {0};

	*out = NULL;
	if (!art->label[0])
		return NULL;
	TRY(store_art_list(&same, s->store, &f));
	for (size_t i = 0; i < same.len; i++)
		if (strcmp(same.at[i].uid, art->uid) != 0)
			return NULL;
	*out = art->label;
	return NULL;
}
