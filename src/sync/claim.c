#include "sync/claim.h"
#include "sync/doc.h"
#include "util/json.h"
#include "util/mem.h"

#include <stdlib.h>
#include <string.h>

/* meta: what the remote said, {"claims":[...]} */
#define KEY "claims"

static void drop_last(struct claims *c)
{
	struct claim *last = &c->at[--c->len];

	free(last->who);
	free(last->device);
	*last = (struct claim){0};
}

void claims_release(struct claims *c)
{
	while (c->len)
		drop_last(c);
	free(c->at);
	*c = (struct claims){0};
}

/* --- reading --------------------------------------------------------------------------------- */

static err_t read_one(struct claim *c, struct engine *e, const char *json, const char *device)
{
	scoped_free char *uid = NULL;
	long until;

	TRY(store_json_get(&uid, e->store, json, "$.uid"));
	TRY(store_json_get(&c->who, e->store, json, "$.who"));
	TRY(store_json_get(&c->device, e->store, json, "$.device"));
	TRY(doc_long(&until, e, json, "$.until", 0));
	if (!uid || strlen(uid) != UID_LEN || !c->who || !c->device)
		return err_new(ERR_REFUSED, "the remote sent a malformed claim");
	memcpy(c->uid, uid, sizeof(c->uid));
	c->until = until;
	c->mine = device && strcmp(device, c->device) == 0;
	return NULL;
}

static err_t read_claims(struct claims *out, struct engine *e, const char *json)
{
	scoped(strs_release) struct strs rows = {0};
	scoped(claims_release) struct claims c = {0};
	scoped_free char *device = NULL;

	TRY(store_meta_get(&device, e->store, "device"));
	TRY(store_json_array(&rows, e->store, json, "$.claims"));
	c.at = mem_alloc((rows.len + 1) * sizeof(*c.at));
	for (size_t i = 0; i < rows.len; i++) {
		struct claim *one = &c.at[c.len++];

		TRY(read_one(one, e, rows.at[i], device));
		if (one->until <= e->now)
			drop_last(&c);
	}
	*out = c;
	c = (struct claims){0};
	return NULL;
}

err_t claim_known(struct claims *out, struct engine *e)
{
	scoped_free char *json = NULL;

	TRY(store_meta_get(&json, e->store, KEY));
	return json ? read_claims(out, e, json) : NULL;
}

/* --- asking ---------------------------------------------------------------------------------- */

err_t claim_ask(struct claims *out, struct engine *e)
{
	scoped_free char *reply = NULL;

	TRY(e->remote->claim(e->remote->ctx, &reply, "{}"));
	return read_claims(out, e, reply);
}

err_t claim_set(struct claims *out, struct engine *e, const char *uid, int minutes)
{
	scoped_free char *device = NULL, *request = NULL, *reply = NULL;
	struct mem_stream s;
	struct json j;

	TRY(store_meta_get(&device, e->store, "device"));
	mem_stream_open(&s);
	json_init(&j, s.file);
	json_object_begin(&j);
	json_key_string(&j, "device", device);
	json_key_string(&j, "uid", uid);
	json_key_string(&j, "who", e->who);
	json_key_int(&j, "minutes", minutes);
	json_object_end(&j);
	request = mem_stream_close(&s, NULL);
	TRY(e->remote->claim(e->remote->ctx, &reply, request));
	return read_claims(out, e, reply);
}

/* --- remembering ----------------------------------------------------------------------------- */

static void write_one(struct json *j, const struct claim *c)
{
	json_object_begin(j);
	json_key_string(j, "uid", c->uid);
	json_key_string(j, "who", c->who);
	json_key_string(j, "device", c->device);
	json_key_int(j, "until", c->until);
	json_object_end(j);
}

static char *write_claims(const struct claims *old, const struct claims *c, const char *uid)
{
	struct mem_stream s;
	struct json j;

	mem_stream_open(&s);
	json_init(&j, s.file);
	json_object_begin(&j);
	json_key(&j, "claims");
	json_array_begin(&j);
	for (size_t i = 0; uid && i < old->len; i++)
		if (strcmp(old->at[i].uid, uid) != 0)
			write_one(&j, &old->at[i]);
	for (size_t i = 0; i < c->len; i++)
		write_one(&j, &c->at[i]);
	json_array_end(&j);
	json_object_end(&j);
	return mem_stream_close(&s, NULL);
}

err_t claim_remember(struct engine *e, const struct claims *c, const char *uid)
{
	scoped(claims_release) struct claims old = {0};
	scoped_free char *before = NULL, *now = NULL;
	err_t err;

	TRY(store_meta_get(&before, e->store, KEY));
	TRY(claim_known(&old, e));
	now = write_claims(&old, c, uid);
	if (before ? strcmp(before, now) == 0 : c->len == 0)
		return NULL;
	TRY(store_begin(e->store));
	err = store_meta_set(e->store, KEY, now);
	if (!err)
		return store_commit(e->store);
	store_rollback(e->store);
	return err;
}
