#include "sync/witness.h"
#include "artifact/artifact.h"
#include "artifact/label.h"
#include "sync/doc.h"
#include "util/clock.h"
#include "util/json.h"
#include "util/mem.h"

#include <stdlib.h>
#include <string.h>

struct witness_of {
	struct witness_of *next;
	char uid[UID_LEN + 1];
	bool any; /* the remote has the artifact */
	struct approval_known known;
};

/* --- the remote ----------------------------------------------------------------------------- */

/* Of the text that was approved, where it is here; else nothing. */
static err_t normative_of(struct sha256 *out, struct engine *e, const char *uid, const char *id)
{
	scoped(revs_release) struct revs revs = {0};

	memset(out->hex, '0', SHA256_HEX);
	out->hex[SHA256_HEX] = '\0';
	TRY(store_rev_list(&revs, e->store, uid));
	for (size_t i = 0; i < revs.len; i++) {
		const struct revision *r = &revs.at[i];
		scoped_free char *bytes = NULL;
		struct artifact *a;
		size_t len;

		if (strcmp(r->id.hex, id) != 0 || oid_none(&r->oid))
			continue;
		TRY(store_text_get(&bytes, &len, e->store, r->oid.hex));
		a = artifact_parse(slice_of(bytes, len), kinds_of_path(e->kinds, r->path), r->path);
		*out = artifact_normative(a);
		artifact_free(a);
		return NULL;
	}
	return NULL;
}

static err_t read_step(struct approval *out, struct engine *e, const char *uid, const char *json)
{
	scoped(approval_release) struct approval a = {0};
	scoped_free char *revision = NULL, *hash = NULL;
	char at[21];
	long when;

	TRY(store_json_get(&a.state, e->store, json, "$.state_to"));
	TRY(store_json_get(&a.approver, e->store, json, "$.actor"));
	TRY(store_json_get(&revision, e->store, json, "$.revision"));
	TRY(store_json_get(&hash, e->store, json, "$.hash"));
	TRY(doc_long(&a.rev, e, json, "$.rev", 0));
	TRY(doc_long(&when, e, json, "$.at", 0));
	a.state = a.state ? a.state : mem_strdup("");
	a.approver = a.approver ? a.approver : mem_strdup("");
	doc_one_line(a.approver);
	clock_format(when, at);
	a.at = mem_strdup(at);
	memset(a.chain.hex, '0', SHA256_HEX);
	if (hash && hash_is_hex(hash, SHA256_HEX))
		memcpy(a.chain.hex, hash, SHA256_HEX);
	TRY(normative_of(&a.normative, e, uid, revision ? revision : ""));
	*out = a;
	a = (struct approval){0};
	return NULL;
}

/* Every transition: the record must have one of them. */
static err_t ask(struct witness_of *out, struct witness *w)
{
	scoped_free char *request = mem_printf("{\"uid\":\"%s\"}", out->uid), *reply = NULL;
	scoped(strs_release) struct strs rows = {0};
	struct approvals *list = &out->known.list;

	TRY(w->e->remote->history(w->e->remote->ctx, &reply, request));
	TRY(store_json_array(&rows, w->e->store, reply, "$.rows"));
	list->at = mem_alloc((rows.len + 1) * sizeof(*list->at));
	for (size_t i = 0; i < rows.len; i++) {
		scoped_free char *op = NULL;

		TRY(store_json_get(&op, w->e->store, rows.at[i], "$.op"));
		if (op && strcmp(op, "transition") == 0)
			TRY(read_step(&list->at[list->len++], w->e, out->uid, rows.at[i]));
	}
	out->any = true;
	out->known.complete = true;
	return NULL;
}

/* --- the workspace -------------------------------------------------------------------------- */

static err_t recall(struct witness_of *out, struct witness *w)
{
	scoped(base_release) struct base base = {0};

	TRY(store_base_get(&base, w->e->store, out->uid));
	out->any = base.version > 0;
	return store_approval_list(&out->known.list, w->e->store, out->uid);
}

/* The labels that it has and had. */
static err_t recall_labels(struct strs *out, struct engine *e, const char *uid)
{
	scoped(revs_release) struct revs revs = {0};
	struct label label;

	TRY(store_rev_list(&revs, e->store, uid));
	for (size_t i = 0; i < revs.len; i++)
		if (label_of_path(&label, revs.at[i].path) && !strs_has(out, label.text))
			strs_add(out, label.text);
	return NULL;
}

static const struct approval_known *of(void *ctx, const char *uid)
{
	struct witness *w = ctx;
	struct witness_of *o;

	if (w->err)
		return NULL;
	for (o = w->known; o && strcmp(o->uid, uid) != 0; o = o->next)
		;
	if (!o) {
		o = mem_alloc(sizeof(*o));
		o->next = w->known;
		o->known.asked = w->asked;
		memcpy(o->uid, uid, UID_LEN + 1);
		w->known = o;
		w->err = w->online ? ask(o, w) : recall(o, w);
		if (!w->err)
			w->err = recall_labels(&o->known.labels, w->e, uid);
	}
	return o->any && !w->err ? &o->known : NULL;
}

/* --- opening -------------------------------------------------------------------------------- */

err_t witness_open(struct witness *w, struct engine *e, bool online)
{
	scoped_free char *url = NULL, *cursor = NULL, *reply = NULL;

	*w = (struct witness){.e = e, .online = online};
	TRY(store_meta_get(&url, e->store, "remote"));
	if (!online && !url)
		return NULL;
	if (online) {
		TRY(e->remote->head(e->remote->ctx, &reply));
		TRY(doc_long(&w->asked, e, reply, "$.head", 0));
	} else {
		TRY(store_meta_get(&cursor, e->store, "cursor"));
		w->asked = cursor ? strtol(cursor, NULL, 10) : 0;
	}
	w->face = (struct approval_witness){of, w};
	return NULL;
}

void witness_close(struct witness *w)
{
	while (w->known) {
		struct witness_of *next = w->known->next;

		approval_known_release(&w->known->known);
		free(w->known);
		w->known = next;
	}
	err_free(w->err);
	*w = (struct witness){0};
}

const struct approval_witness *witness_face(const struct witness *w)
{
	return w->face.of ? &w->face : NULL;
}

err_t witness_error(struct witness *w)
{
	return steal(w->err);
}
