#include "sync/relabel.h"
#include "artifact/label.h"
#include "sync/doc.h"
#include "util/json.h"
#include "util/mem.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* Numbers kept for work without the remote. */
#define BLOCK 8

static err_t highest(long *out, struct engine *e, const char *scope)
{
	return store_label_max(out, e->store, NULL, scope);
}

static err_t lease(long *from, long *to, struct engine *e, const struct kind *kind,
		   const char *scope, long count)
{
	scoped_free char *device = NULL, *request = NULL, *reply = NULL;
	struct mem_stream s;
	struct json j;
	long max;

	TRY(highest(&max, e, scope));
	TRY(store_meta_get(&device, e->store, "device"));
	mem_stream_open(&s);
	json_init(&j, s.file);
	json_object_begin(&j);
	json_key_string(&j, "device", device);
	json_key_string(&j, "kind", kind->name);
	json_key_string(&j, "scope", scope);
	json_key_int(&j, "count", count);
	json_key_int(&j, "min", max + 1);
	json_object_end(&j);
	request = mem_stream_close(&s, NULL);
	TRY(e->remote->lease(e->remote->ctx, &reply, request));
	TRY(doc_long(from, e, reply, "$.from", -1));
	return doc_long(to, e, reply, "$.to", -1);
}

/* meta "lease:<SCOPE>" = "next last": the rest of a block. */
static err_t from_block(long *num, struct engine *e, const char *scope)
{
	scoped_free char *key = mem_printf("lease:%s", scope), *value = NULL, *rest = NULL;
	long next, last, max;

	*num = -1;
	TRY(store_meta_get(&value, e->store, key));
	if (!value || sscanf(value, "%ld %ld", &next, &last) != 2)
		return NULL;
	TRY(highest(&max, e, scope));
	if (next <= max && max < last)
		next = max + 1;
	if (next > last || next <= max)
		return store_meta_set(e->store, key, NULL);
	*num = next;
	rest = mem_printf("%ld %ld", next + 1, last);
	return store_meta_set(e->store, key, rest);
}

static err_t new_block(struct engine *e, const struct kind *kind, const char *scope)
{
	scoped_free char *key = mem_printf("lease:%s", scope), *value = NULL;
	long from, to;

	TRY(lease(&from, &to, e, kind, scope, BLOCK));
	value = mem_printf("%ld %ld", from, to);
	TRY(store_begin(e->store));
	{
		err_t err = store_meta_set(e->store, key, value);

		if (!err)
			return store_commit(e->store);
		store_rollback(e->store);
		return err;
	}
}

/* A number from the block, in a transaction of its own, so that no two processes get the same. */
static err_t draw(long *num, struct engine *e, const char *scope)
{
	err_t err;

	TRY(store_begin(e->store));
	err = from_block(num, e, scope);
	if (!err)
		return store_commit(e->store);
	store_rollback(e->store);
	return err;
}

err_t relabel_next(long *num, struct engine *e, const struct kind *kind, const char *scope)
{
	scoped_free char *url = NULL;
	err_t err;
	long max;

	TRY(store_meta_get(&url, e->store, "remote"));
	if (!url) {
		TRY(highest(&max, e, scope));
		*num = max + 1;
		return NULL;
	}
	TRY(draw(num, e, scope));
	if (*num >= 0 || !e->remote)
		return NULL;
	err = new_block(e, kind, scope);
	if (err && err->code == ERR_OFFLINE) {
		err_free(err);
		return NULL;
	}
	TRY(err);
	return draw(num, e, scope);
}

err_t relabel_reserve(struct engine *e, const struct kind *kind, const char *scope)
{
	scoped_free char *key = mem_printf("lease:%s", scope), *value = NULL;

	TRY(store_meta_get(&value, e->store, key));
	return value ? NULL : new_block(e, kind, scope);
}

static bool in_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* Every occurrence of the old label that is not part of a longer word. Caller frees. */
static char *replace_label(struct slice text, const char *old, const char *now, size_t *len,
			   bool *any)
{
	size_t n = strlen(old);
	struct mem_stream s;

	*any = false;
	mem_stream_open(&s);
	for (size_t i = 0; i < text.len;) {
		bool starts = i == 0 || !in_word(text.at[i - 1]);

		if (starts && i + n <= text.len && memcmp(text.at + i, old, n) == 0 &&
		    (i + n == text.len || !in_word(text.at[i + n]))) {
			fputs(now, s.file);
			i += n;
			*any = true;
		} else {
			putc(text.at[i++], s.file);
		}
	}
	return mem_stream_close(&s, len);
}

/* The edits of a relabelling: the artifact itself, then whoever names it. Texts are owned here. */
struct batch {
	struct edit_of *at;
	size_t len, cap;
};

static void batch_release(struct batch *b)
{
	for (size_t i = 0; i < b->len; i++) {
		free((char *)b->at[i].edit.text.at);
		free((struct oid *)b->at[i].edit.expect);
	}
	free(b->at);
}

static err_t add_rewrite(struct batch *b, struct engine *e, const struct art *art, const char *old,
			 const char *now, const char *path)
{
	scoped_free char *text = NULL, *changed = NULL;
	struct edit_of *edit;
	struct oid *expect;
	size_t len, out_len;
	bool any;

	TRY(store_text_get(&text, &len, e->store, art->oid.hex));
	changed = replace_label(slice_of(text, len), old, now, &out_len, &any);
	if (!any && !path)
		return NULL;
	expect = mem_alloc(sizeof(*expect));
	*expect = art->oid;
	MEM_GROW(b->at, b->len, b->cap);
	edit = &b->at[b->len++];
	*edit = (struct edit_of){.edit = {.how = path ? HOW_MOVE : HOW_EDIT,
					  .message = "label",
					  .text = slice_of(steal(changed), out_len),
					  .path = path,
					  .alias = path ? old : NULL,
					  .expect = expect}};
	memcpy(edit->uid, art->uid, sizeof(edit->uid));
	return NULL;
}

/* In one transaction: whoever named the old label names the new one, or nothing has changed. */
static err_t relabel_one(struct sync_report *r, struct engine *e, const struct art *art)
{
	const struct kind *kind = kinds_find(e->kinds, art->kind);
	scoped(batch_release) struct batch batch = {0};
	scoped(arts_release) struct arts all = {0};
	struct art_filter any = {0};
	scoped_free char *path = NULL;
	struct label label = {.num = -1};
	const char *base = strrchr(art->path, '/');
	bool written;
	long from, to;

	if (!kind)
		return NULL;
	TRY(lease(&from, &to, e, kind, art->scope, 1));
	label_format(label.text, art->scope, from);
	/* the slug stays: "<dir>/INFRA-~k3f9-slug.md" -> "<dir>/INFRA-043-slug.md" */
	path = mem_printf("%.*s/%s%s", (int)(base - art->path), art->path, label.text,
			  base + 1 + strlen(art->label));
	TRY(add_rewrite(&batch, e, art, art->label, label.text, path));
	TRY(store_art_list(&all, e->store, &any));
	for (size_t i = 0; i < all.len; i++)
		if (strcmp(all.at[i].uid, art->uid) != 0)
			TRY(add_rewrite(&batch, e, &all.at[i], art->label, label.text, NULL));
	TRY(edit_apply_all(&written, e, batch.at, batch.len));
	strs_take(&r->notes, mem_printf("%s is now %s", art->label, label.text));
	return NULL;
}

err_t relabel_provisional(struct sync_report *r, struct engine *e)
{
	scoped(arts_release) struct arts dirty = {0};
	struct art_filter f = {.dirty_only = true};

	TRY(store_art_list(&dirty, e->store, &f));
	for (size_t i = 0; i < dirty.len; i++)
		if (dirty.at[i].num < 0 && strchr(dirty.at[i].label, '~'))
			TRY(relabel_one(r, e, &dirty.at[i]));
	return NULL;
}
