#include "sync/doc.h"
#include "artifact/artifact.h"
#include "util/json.h"
#include "util/mem.h"

#include <stdlib.h>
#include <string.h>

/* --- writing --------------------------------------------------------------------------------- */

static void write_id(struct json *j, const char *key, const char *hex)
{
	json_key_string(j, key, hex[0] ? hex : NULL);
}

static bool told_before(const struct loaded *l, const bool *mark, int at)
{
	for (int i = 0; i < at; i++)
		if (mark[i] && oid_eq(&l->graph.at[i].oid, &l->graph.at[at].oid))
			return true;
	return false;
}

static err_t write_revision(struct json *j, struct loaded *l, const struct revision *r,
			    bool with_text)
{
	json_object_begin(j);
	json_key_string(j, "id", r->id.hex);
	json_key(j, "parents");
	json_array_begin(j);
	for (int k = 0; k < revision_nr_parents(r); k++)
		json_string(j, r->parents[k].hex);
	json_array_end(j);
	json_key_string(j, "oid", r->oid.hex);
	json_key_string(j, "path", r->path);
	json_key_string(j, "author", r->author);
	json_key_int(j, "time", r->time);
	json_key_string(j, "how", revision_how_name(r->how));
	json_key_string(j, "message", r->message);
	if (with_text) {
		struct artifact_brief brief;
		struct slice text;

		TRY(loaded_text(&text, l, &r->oid));
		artifact_brief(&brief, text, NULL, NULL);
		if (!brief.utf8)
			return err_new(ERR_REFUSED,
				       "'%s' is not valid UTF-8: it stays local and in git",
				       r->path);
		json_key_slice(j, "text", text);
	}
	json_object_end(j);
	return NULL;
}

static err_t write_lineage(struct json *j, struct loaded *l, const struct doc_op *op)
{
	scoped_free bool *mark = mem_alloc(l->graph.len + 1), *old = mem_alloc(l->graph.len + 1);

	graph_mark(mark, &l->graph, op->revision);
	graph_mark(old, &l->graph, op->after);
	json_key(j, "lineage");
	json_array_begin(j);
	for (int i = 0; i < (int)l->graph.len; i++)
		mark[i] = mark[i] && !old[i];
	for (int i = 0; i < (int)l->graph.len; i++)
		if (mark[i])
			TRY(write_revision(j, l, &l->graph.at[i],
					   !oid_none(&l->graph.at[i].oid) &&
						   !told_before(l, mark, i)));
	json_array_end(j);
	return NULL;
}

static err_t write_op(struct json *j, struct loaded *l, const struct doc_op *op)
{
	const struct revision *r = &l->graph.at[op->revision];
	struct artifact_brief brief = {0};
	struct slice text;

	TRY(loaded_text(&text, l, &r->oid));
	artifact_brief(&brief, text, l->kind, r->path);
	json_object_begin(j);
	json_key_string(j, "op_id", op->op_id);
	json_key_string(j, "op", op->op);
	json_key_string(j, "uid", l->art.uid);
	json_key_int(j, "base_version", op->base_version);
	write_id(j, "base_revision", op->base_revision.hex);
	json_key_string(j, "revision", r->id.hex);
	json_key_string(j, "kind", l->art.kind);
	json_key_string(j, "label", l->art.label);
	json_key_string(j, "scope", l->art.scope);
	json_key_int(j, "num", l->art.num);
	json_key_string(j, "path", r->path);
	json_key_string(j, "oid", r->oid.hex);
	json_key_string(j, "by", r->author);
	json_key_int(j, "at", r->time);
	json_key_string(j, "reason", r->message[0] ? r->message : NULL);
	json_key_bool(j, "imported", op->imported);
	if (op->from)
		json_key_string(j, "from", op->from);
	if (op->to)
		json_key_string(j, "to", op->to);
	if (!oid_none(&r->oid)) {
		struct artifact *a = artifact_parse(text, l->kind, r->path);

		json_key_string(j, "sha256", hash_sha256(text).hex);
		json_key_string(j, "normative", artifact_normative(a).hex);
		json_key_slice(j, "title", brief.title.at ? brief.title : slice_str(""));
		json_key_slice(j, "state", brief.state.at ? brief.state : slice_str(""));
		artifact_free(a);
	}
	TRY(write_lineage(j, l, op));
	json_object_end(j);
	return NULL;
}

err_t doc_op(char **json, struct loaded *l, const struct doc_op *op)
{
	struct mem_stream s;
	struct json j;
	char *text;
	err_t err;

	mem_stream_open(&s);
	json_init(&j, s.file);
	err = write_op(&j, l, op);
	text = mem_stream_close(&s, NULL);
	if (err)
		free(text);
	else
		*json = text;
	return err;
}

/* --- reading --------------------------------------------------------------------------------- */

void doc_row_release(struct doc_row *row)
{
	free(row->path);
	free(row->kind);
	free(row->label);
	free(row->state);
	free(row->approval);
	revs_release(&row->lineage);
	*row = (struct doc_row){0};
}

void doc_one_line(char *text)
{
	size_t len, from;

	for (char *c = text; *c; c++)
		if ((unsigned char)*c < 0x20)
			*c = ' ';
	from = strspn(text, " ");
	len = strlen(text + from);
	while (len && text[from + len - 1] == ' ')
		len--;
	memmove(text, text + from, len);
	text[len] = '\0';
}

/* A string that must be there. */
static err_t field(char **out, struct engine *e, const char *json, const char *path)
{
	free(*out);
	*out = NULL;
	TRY(store_json_get(out, e->store, json, path));
	if (!*out)
		*out = mem_strdup("");
	return NULL;
}

static err_t flag(bool *out, struct engine *e, const char *json, const char *path)
{
	scoped_free char *text = NULL;

	TRY(store_json_get(&text, e->store, json, path));
	*out = text && strcmp(text, "1") == 0;
	return NULL;
}

static err_t hex_field(char *out, size_t len, struct engine *e, const char *json, const char *path)
{
	scoped_free char *text = NULL;

	TRY(field(&text, e, json, path));
	if (text[0] && !hash_is_hex(text, len))
		return err_new(ERR_REFUSED, "the remote sent a malformed id");
	memcpy(out, text, strlen(text) + 1);
	return NULL;
}

err_t doc_long(long *out, struct engine *e, const char *json, const char *path, long otherwise)
{
	scoped_free char *text = NULL;

	TRY(store_json_get(&text, e->store, json, path));
	*out = text ? strtol(text, NULL, 10) : otherwise;
	return NULL;
}

static err_t bad(const char *what)
{
	return err_new(ERR_REFUSED, "the remote sent %s", what);
}

static err_t read_text(struct engine *e, const char *json, const struct oid *claimed)
{
	scoped_free char *text = NULL;
	struct oid oid;
	bool has;

	TRY(store_json_get(&text, e->store, json, "$.text"));
	if (text) {
		if (strlen(text) > ARTIFACT_MAX_BYTES)
			return bad("a text larger than 1 MiB");
		oid = hash_blob(slice_str(text));
		if (!oid_eq(&oid, claimed))
			return bad("a text that does not match its id");
		return store_text_put(&oid, e->store, slice_str(text));
	}
	if (oid_none(claimed))
		return NULL;
	TRY(store_text_has(&has, e->store, claimed->hex));
	return has ? NULL : bad("a revision without its text");
}

static err_t read_parents(struct revision *r, struct engine *e, const char *json)
{
	scoped(strs_release) struct strs parents = {0};

	TRY(store_json_array(&parents, e->store, json, "$.parents"));
	if (parents.len > REVISION_PARENTS)
		return bad("a revision of an unknown form");
	for (size_t i = 0; i < parents.len; i++) {
		if (!hash_is_hex(parents.at[i], SHA256_HEX))
			return bad("a malformed id");
		memcpy(r->parents[i].hex, parents.at[i], SHA256_HEX + 1);
	}
	return NULL;
}

static err_t read_revision(struct revision *r, struct engine *e, const char *json, const char *uid)
{
	scoped_free char *how = NULL;
	struct rev_id claimed = {""};
	long when = 0;

	TRY(hex_field(claimed.hex, SHA256_HEX, e, json, "$.id"));
	TRY(hex_field(r->oid.hex, OID_HEX, e, json, "$.oid"));
	TRY(field(&r->path, e, json, "$.path"));
	TRY(field(&r->author, e, json, "$.author"));
	TRY(field(&r->message, e, json, "$.message"));
	TRY(field(&how, e, json, "$.how"));
	TRY(doc_long(&when, e, json, "$.time", 0));
	r->time = when;
	if (!revision_how_parse(&r->how, how))
		return bad("a revision of an unknown form");
	TRY(read_parents(r, e, json));
	TRY(kinds_check_path(e->kinds, r->path));
	revision_seal(r, uid);
	if (!rev_eq(&r->id, &claimed))
		return bad("a revision that does not match its id");
	return read_text(e, json, &r->oid);
}

/* In the lineage that was read so far, or here already. */
static err_t have_revision(bool *have, const struct doc_row *row, size_t nr, struct engine *e,
			   const struct rev_id *id)
{
	struct rev_id found;
	err_t err;

	*have = true;
	for (size_t i = 0; i < nr; i++)
		if (rev_eq(&row->lineage.at[i].id, id))
			return NULL;
	err = store_rev_find(&found, e->store, row->uid, id->hex);
	if (!err)
		return NULL;
	*have = false;
	if (err->code != ERR_NOTFOUND)
		return err;
	err_free(err);
	return NULL;
}

static err_t read_lineage(struct doc_row *row, struct engine *e, const char *json)
{
	scoped(strs_release) struct strs list = {0};

	TRY(store_json_array(&list, e->store, json, "$.lineage"));
	row->lineage.at = mem_alloc((list.len + 1) * sizeof(*row->lineage.at));
	for (size_t i = 0; i < list.len; i++) {
		struct revision *r = &row->lineage.at[row->lineage.len++];

		TRY(read_revision(r, e, list.at[i], row->uid));
		for (int k = 0; k < revision_nr_parents(r); k++) {
			bool have;

			TRY(have_revision(&have, row, i, e, &r->parents[k]));
			if (!have)
				return bad("a revision without its parent");
		}
	}
	return NULL;
}

/* What the row says of itself is what its revision says. */
static err_t check_revision(const struct doc_row *row, struct engine *e)
{
	bool have;

	for (size_t i = 0; i < row->lineage.len; i++) {
		const struct revision *r = &row->lineage.at[i];

		if (rev_eq(&r->id, &row->revision) &&
		    (!oid_eq(&r->oid, &row->oid) || strcmp(r->path, row->path) != 0))
			return bad("a version that does not match its revision");
	}
	if (row->deleted != oid_none(&row->oid))
		return bad("a version that is and is not deleted");
	TRY(have_revision(&have, row, row->lineage.len, e, &row->revision));
	return have ? NULL : bad("a version without its revision");
}

/* A state that the kind does not know is one only when the text says so, too. */
static err_t check_state(const struct doc_row *row, struct engine *e, const struct kind *kind)
{
	scoped_free char *text = NULL;
	struct artifact_brief brief = {0};
	size_t len = 0;

	if (!row->state[0] || row->deleted || kind_state(kind, slice_str(row->state)))
		return NULL;
	TRY(store_text_get(&text, &len, e->store, row->oid.hex));
	artifact_brief(&brief, slice_of(text, len), kind, row->path);
	if (brief.state.len == 0 || slice_eq(brief.state, slice_str(row->state)))
		return NULL;
	return err_new(ERR_REFUSED, "the remote sent the unknown state '%s'", row->state);
}

static bool is_uid(const char *text)
{
	return strlen(text) == UID_LEN && strspn(text, "0123456789abcdef-") == UID_LEN;
}

static err_t read_names(struct doc_row *row, struct engine *e, const char *json)
{
	scoped_free char *uid = NULL;
	const struct kind *kind;

	TRY(field(&row->path, e, json, "$.path"));
	TRY(field(&uid, e, json, "$.uid"));
	if (!is_uid(uid))
		return bad("a malformed uid");
	memcpy(row->uid, uid, sizeof(row->uid));
	TRY(kinds_check_path(e->kinds, row->path));
	TRY(field(&row->kind, e, json, "$.kind"));
	TRY(field(&row->label, e, json, "$.label"));
	kind = kinds_of_path(e->kinds, row->path);
	if (!kind || strcmp(kind->name, row->kind) != 0)
		return err_new(ERR_REFUSED, "the remote says that it is a '%s', its path says '%s'",
			       row->kind, kind ? kind->name : "");
	return NULL;
}

static err_t read_row(struct doc_row *row, struct engine *e, const char *json)
{
	TRY(read_names(row, e, json));
	TRY(field(&row->state, e, json, "$.state"));
	TRY(field(&row->approval, e, json, "$.approval.state"));
	TRY(doc_long(&row->version, e, json, "$.version", 0));
	TRY(doc_long(&row->rev, e, json, "$.rev", 0));
	if (row->version < 1 || row->rev < 1)
		return bad("a malformed version");
	TRY(hex_field(row->revision.hex, SHA256_HEX, e, json, "$.revision"));
	TRY(hex_field(row->oid.hex, OID_HEX, e, json, "$.oid"));
	TRY(flag(&row->deleted, e, json, "$.deleted"));
	TRY(flag(&row->forged, e, json, "$.forged"));
	TRY(flag(&row->imported, e, json, "$.approval.imported"));
	TRY(flag(&row->stale, e, json, "$.approval.stale"));
	TRY(read_lineage(row, e, json));
	TRY(check_revision(row, e));
	return check_state(row, e, kinds_of_path(e->kinds, row->path));
}

err_t doc_row_read(struct doc_row *row, struct engine *e, const char *json)
{
	struct doc_row r = {0};
	err_t err = read_row(&r, e, json);

	if (err) {
		err = err_wrap(err, "'%s'", r.path && r.path[0] ? r.path : r.uid);
		doc_row_release(&r);
		return err;
	}
	*row = r;
	return NULL;
}
