#include "sync/missed.h"
#include "sync/untaken.h"
#include "util/json.h"
#include "util/mem.h"

#include <stdlib.h>
#include <string.h>

#define KEY "mismatch" /* meta: the remote's digest that was looked into */
#define CHUNK 100

static err_t set_meta(struct engine *e, const char *key, const char *value)
{
	err_t err;

	TRY(store_begin(e->store));
	err = store_meta_set(e->store, key, value);
	if (!err)
		return store_commit(e->store);
	store_rollback(e->store);
	return err;
}

static err_t counted(bool *equal, struct engine *e, const char *digest)
{
	struct sha256 ours;
	err_t err;

	TRY(store_begin(e->store));
	err = store_digest(&ours, e->store);
	if (err) {
		store_rollback(e->store);
		return err;
	}
	*equal = strcmp(ours.hex, digest) == 0;
	return store_commit(e->store);
}

/* The number is kept as things change: before anything is said it is counted anew. */
static err_t is_equal(bool *equal, struct engine *e, const char *digest)
{
	TRY(counted(equal, e, digest));
	if (*equal)
		return NULL;
	TRY(set_meta(e, "digest", NULL));
	return counted(equal, e, digest);
}

static err_t was_looked_into(bool *was, struct engine *e, const char *digest)
{
	scoped_free char *before = NULL;

	TRY(store_meta_get(&before, e->store, KEY));
	*was = before && strcmp(before, digest) == 0;
	return NULL;
}

static err_t send_again(struct sync_report *r, struct engine *e, const char *uid)
{
	struct base none = {.path = (char *)"", .state = (char *)"", .approval = (char *)""};
	scoped(art_release) struct art art = {0};

	TRY(store_art_get(&art, e->store, uid));
	strs_take(&r->notes, mem_printf("%s: the remote has lost it; it is to be sent again",
					art.label[0] ? art.label : art.path));
	return store_base_put(e->store, uid, &none);
}

static err_t send_all_again(struct sync_report *r, struct engine *e, const struct strs *uids)
{
	err_t err = NULL;

	TRY(store_begin(e->store));
	for (size_t i = 0; i < uids->len && !err; i++)
		err = send_again(r, e, uids->at[i]);
	if (!err)
		return store_commit(e->store);
	store_rollback(e->store);
	return err;
}

static err_t fetch(struct strs *rows, struct engine *e, char **uids, size_t nr)
{
	scoped_free char *request = NULL, *reply = NULL;
	struct mem_stream s;
	struct json j;

	mem_stream_open(&s);
	json_init(&j, s.file);
	json_object_begin(&j);
	json_key(&j, "uids");
	json_array_begin(&j);
	for (size_t i = 0; i < nr; i++)
		json_string(&j, uids[i]);
	json_array_end(&j);
	json_object_end(&j);
	request = mem_stream_close(&s, NULL);
	TRY(e->remote->bodies(e->remote->ctx, &reply, request));
	return store_json_array(rows, e->store, reply, "$.rows");
}

static err_t compare(struct strs *rows, struct sync_report *r, struct engine *e)
{
	scoped(strs_release) struct strs uids = {0}, missing = {0};
	scoped_free char *manifest = NULL;

	TRY(e->remote->manifest(e->remote->ctx, &manifest, "{}"));
	TRY(store_base_differs(&uids, &missing, e->store, manifest));
	strs_take(&r->notes, mem_printf("compared with all that the remote has: %zu artifact%s "
					"taken again", uids.len, uids.len == 1 ? "" : "s"));
	for (size_t i = 0; i < uids.len; i += CHUNK)
		TRY(fetch(rows, e, uids.at + i,
			  uids.len - i < CHUNK ? uids.len - i : CHUNK));
	return missing.len ? send_all_again(r, e, &missing) : NULL;
}

err_t missed_rows(struct strs *rows, struct sync_report *r, struct engine *e, const char *digest,
		  long head)
{
	bool equal, was, untaken;
	long newest;

	if (!digest || !hash_is_hex(digest, SHA256_HEX))
		return NULL;
	TRY(is_equal(&equal, e, digest));
	if (equal)
		return NULL;
	TRY(store_base_newest(&newest, e->store));
	if (newest > head)
		return NULL;
	TRY(was_looked_into(&was, e, digest));
	TRY(untaken_any(&untaken, e));
	if (was || untaken)
		return NULL;
	TRY(compare(rows, r, e));
	return set_meta(e, KEY, digest);
}
