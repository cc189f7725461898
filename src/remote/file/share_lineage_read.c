/* The revisions that an op brings, from JSON; their ids and texts are recomputed. */
#include "remote/file/share_json.h"
#include "remote/file/share_op.h"

#include "artifact/artifact.h"

#include <stddef.h>
#include <stdlib.h>

#define LINEAGE_MAX 10000 /* of one op; parents are searched for among them */

struct entry {
	char *id, *parents, *oid, *path, *author, *how, *message, *text;
	int64_t time;
};

static const struct share_field fields[] = {
	{"id", FIELD_TEXT, offsetof(struct entry, id)},
	{"parents", FIELD_ARRAY, offsetof(struct entry, parents)},
	{"oid", FIELD_TEXT, offsetof(struct entry, oid)},
	{"path", FIELD_TEXT, offsetof(struct entry, path)},
	{"author", FIELD_TEXT, offsetof(struct entry, author)},
	{"how", FIELD_TEXT, offsetof(struct entry, how)},
	{"message", FIELD_TEXT, offsetof(struct entry, message)},
	{"text", FIELD_TEXT, offsetof(struct entry, text)},
	{"time", FIELD_INT, offsetof(struct entry, time)},
};
#define NR_FIELDS (sizeof(fields) / sizeof(*fields))

static void entry_release(struct entry *e)
{
	share_json_release(e, fields, NR_FIELDS);
}

static err_t read_parents(struct revision *r, struct share_verdict *v, const struct share *s,
			  const char *json)
{
	scoped_stmt st = NULL;
	int nr = 0;

	TRY(share_json_array(&st, s, json));
	for (;;) {
		bool row, text, object;
		const char *id;

		TRY(share_db_next(&row, s, st));
		if (!row)
			return NULL;
		id = share_json_element(&text, &object, st);
		if (!text || !hash_is_hex(id, SHA256_HEX) || nr == REVISION_PARENTS) {
			share_refuse(v, "bad_op", "a revision's parents are not at most two ids");
			return NULL;
		}
		snprintf(r->parents[nr].hex, sizeof(r->parents[nr].hex), "%s", id);
		nr++;
	}
}

/* The bytes must be what the id says, else another clone could never have made this revision. */
static void check_text(struct share_verdict *v, const struct revision *r, const char *text)
{
	struct oid oid;

	if (!text)
		return;
	oid = hash_blob(slice_str(text));
	if (strlen(text) > ARTIFACT_MAX_BYTES)
		share_refuse(v, "bad_op", "the text of '%s' is larger than %d bytes", r->path,
			     ARTIFACT_MAX_BYTES);
	else if (oid_none(&r->oid))
		share_refuse(v, "bad_op", "revision '%s' deletes, and has a text", r->id.hex);
	else if (!oid_eq(&oid, &r->oid))
		share_refuse(v, "bad_oid", "the text of revision '%s' is not '%s'", r->id.hex,
			     r->oid.hex);
}

static void check_path(struct share_verdict *v, const struct share *s, const char *path)
{
	err_t err = kinds_check_path(s->kinds, path);

	if (err)
		share_refuse(v, "bad_op", "%s", err->text);
	err_free(err);
}

static bool well_formed(const struct entry *e, enum revision_how *how)
{
	return e->id && hash_is_hex(e->id, SHA256_HEX) && e->path && e->how &&
	       revision_how_parse(how, e->how) &&
	       (!e->oid || !*e->oid || hash_is_hex(e->oid, OID_HEX));
}

static err_t take_entry(struct share_lineage *l, struct share_verdict *v, const struct share *s,
			struct entry *e, const char *uid)
{
	struct revision r = {.time = e->time};
	size_t cap = l->cap;

	if (!well_formed(e, &r.how)) {
		share_refuse(v, "bad_op", "a revision of the lineage is malformed");
		return NULL;
	}
	TRY(read_parents(&r, v, s, e->parents));
	if (v->status)
		return NULL;
	snprintf(r.oid.hex, sizeof(r.oid.hex), "%s", e->oid ? e->oid : "");
	r.path = steal(e->path);
	r.author = e->author ? steal(e->author) : mem_strdup("");
	r.message = e->message ? steal(e->message) : mem_strdup("");
	revision_seal(&r, uid);
	if (l->len == cap) {
		l->cap = cap ? cap * 2 : 8;
		l->revs = mem_realloc(l->revs, l->cap * sizeof(*l->revs));
		l->texts = mem_realloc(l->texts, l->cap * sizeof(*l->texts));
	}
	l->revs[l->len] = r;
	l->texts[l->len++] = steal(e->text);
	if (strcmp(r.id.hex, e->id) != 0)
		share_refuse(v, "bad_op", "revision '%s' does not have this id", e->id);
	check_path(v, s, r.path);
	check_text(v, &r, l->texts[l->len - 1]);
	return NULL;
}

err_t share_lineage_read(struct share_lineage *out, struct share_verdict *v, const struct share *s,
			 const char *json, const char *uid)
{
	scoped_stmt st = NULL;

	TRY(share_json_array(&st, s, json));
	while (!v->status) {
		scoped(entry_release) struct entry e = {0};
		const char *wrong = NULL, *element;
		bool row, text, object;

		TRY(share_db_next(&row, s, st));
		if (!row)
			break;
		element = share_json_element(&text, &object, st);
		if (object)
			TRY(share_json_fields(&e, &wrong, s, element, fields, NR_FIELDS));
		if (!object || wrong)
			share_refuse(v, "bad_op",
				     "a revision's '%s' is of the wrong type, or not UTF-8",
				     wrong ? wrong : "lineage");
		else if (out->len == LINEAGE_MAX)
			share_refuse(v, "bad_op", "more than %d revisions in one op", LINEAGE_MAX);
		else
			TRY(take_entry(out, v, s, &e, uid));
	}
	return NULL;
}
