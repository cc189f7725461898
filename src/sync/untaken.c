#include "sync/untaken.h"
#include "util/json.h"
#include "util/mem.h"

#include <stdlib.h>
#include <string.h>

/* meta: uids, each after a blank */
#define KEY "untaken"

static char *request_for(const char *uids)
{
	scoped_free char *list = mem_strdup(uids);
	struct mem_stream s;
	struct json j;

	mem_stream_open(&s);
	json_init(&j, s.file);
	json_object_begin(&j);
	json_key(&j, "uids");
	json_array_begin(&j);
	for (char *save = NULL, *uid = strtok_r(list, " ", &save); uid;
	     uid = strtok_r(NULL, " ", &save))
		json_string(&j, uid);
	json_array_end(&j);
	json_object_end(&j);
	return mem_stream_close(&s, NULL);
}

err_t untaken_fetch(struct strs *rows, struct engine *e)
{
	scoped_free char *uids = NULL, *request = NULL, *reply = NULL;

	TRY(store_meta_get(&uids, e->store, KEY));
	if (!uids)
		return NULL;
	request = request_for(uids);
	TRY(e->remote->bodies(e->remote->ctx, &reply, request));
	return store_json_array(rows, e->store, reply, "$.rows");
}

err_t untaken_any(bool *any, struct engine *e)
{
	scoped_free char *uids = NULL;

	TRY(store_meta_get(&uids, e->store, KEY));
	*any = uids != NULL;
	return NULL;
}

err_t untaken_is(bool *is, struct engine *e, const struct strs *rows, const char *json)
{
	scoped_free char *uid = NULL;

	*is = false;
	if (!rows->len)
		return NULL;
	TRY(store_json_get(&uid, e->store, json, "$.uid"));
	for (size_t i = 0; i < rows->len && uid && !*is; i++) {
		scoped_free char *other = NULL;

		TRY(store_json_get(&other, e->store, rows->at[i], "$.uid"));
		*is = other && strcmp(uid, other) == 0;
	}
	return NULL;
}

err_t untaken_clear(struct engine *e)
{
	return store_meta_set(e->store, KEY, NULL);
}

err_t untaken_add(struct engine *e, const char *json)
{
	scoped_free char *uids = NULL, *uid = NULL, *now = NULL;
	err_t err = store_json_get(&uid, e->store, json, "$.uid");

	if (err && err->code == ERR_REFUSED) {
		err_free(err);
		return NULL;
	}
	TRY(err);
	if (!uid || strlen(uid) != UID_LEN || strpbrk(uid, " \t\n"))
		return NULL;
	TRY(store_meta_get(&uids, e->store, KEY));
	if (uids && strstr(uids, uid))
		return NULL;
	now = mem_printf("%s %s", uids ? uids : "", uid);
	return store_meta_set(e->store, KEY, now);
}
