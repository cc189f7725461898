/* Reading an op, and what every op needs whatever it asks for. */
#include "remote/file/share_op.h"

#include "remote/file/share_json.h"
#include "util/utf8.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#define TEXT_FIELD(name)                                                                           \
	{                                                                                          \
#name, FIELD_TEXT, offsetof(struct share_op, name)                                 \
	}

static const struct share_field fields[] = {
	TEXT_FIELD(op_id),
	TEXT_FIELD(op),
	TEXT_FIELD(uid),
	TEXT_FIELD(base_revision),
	TEXT_FIELD(revision),
	TEXT_FIELD(oid),
	TEXT_FIELD(sha256),
	TEXT_FIELD(kind),
	TEXT_FIELD(label),
	TEXT_FIELD(scope),
	TEXT_FIELD(path),
	TEXT_FIELD(title),
	TEXT_FIELD(state),
	TEXT_FIELD(from),
	TEXT_FIELD(to),
	TEXT_FIELD(normative),
	TEXT_FIELD(reason),
	{"lineage", FIELD_ARRAY, offsetof(struct share_op, lineage)},
	{"base_version", FIELD_INT, offsetof(struct share_op, base_version)},
	{"num", FIELD_INT, offsetof(struct share_op, num)},
	{"imported", FIELD_BOOL, offsetof(struct share_op, imported)},
};
#define NR_FIELDS (sizeof(fields) / sizeof(*fields))

void share_refuse(struct share_verdict *v, const char *status, const char *fmt, ...)
{
	va_list args;

	if (v->status)
		return;
	v->status = status;
	va_start(args, fmt);
	v->detail = mem_vprintf(fmt, args);
	va_end(args);
}

static bool is_uid(const char *s)
{
	if (!s || strlen(s) != UID_LEN)
		return false;
	for (int i = 0; i < UID_LEN; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash ? s[i] != '-' : !strchr("0123456789abcdef", s[i]))
			return false;
	}
	return true;
}

static bool is_hex_or_none(const char *s, size_t len)
{
	return !s || !*s || hash_is_hex(s, len);
}

static const char *first_fault(const struct share_op *o)
{
	bool put = o->op && strcmp(o->op, "put") == 0;
	bool transition = o->op && strcmp(o->op, "transition") == 0;
	bool delete = o->op && strcmp(o->op, "delete") == 0;

	if (!o->op_id || !*o->op_id || strlen(o->op_id) > 64)
		return "op_id";
	if (!put && !transition && !delete)
		return "op";
	if (!is_uid(o->uid))
		return "uid";
	if (o->base_version < 0)
		return "base_version";
	if (!is_hex_or_none(o->base_revision, SHA256_HEX))
		return "base_revision";
	if (!o->revision || !hash_is_hex(o->revision, SHA256_HEX))
		return "revision";
	if (delete ? o->oid && *o->oid : !o->oid || !hash_is_hex(o->oid, OID_HEX))
		return "oid";
	if (!is_hex_or_none(o->sha256, SHA256_HEX))
		return "sha256";
	if (transition && (!o->to || !*o->to))
		return "to";
	if (o->label && strlen(o->label) > LABEL_MAX)
		return "label";
	return NULL;
}

err_t share_change_read(struct share_change *c, const struct share *s, const char *json,
			bool object)
{
	const char *fault;

	*c = (struct share_change){.s = s, .op = {.base_version = -1, .num = -1}};
	if (!object) {
		share_refuse(&c->verdict, "bad_op", "an op is not an object");
		return NULL;
	}
	c->payload = hash_sha256(slice_str(json));
	TRY(share_json_fields(&c->op, &fault, s, json, fields, NR_FIELDS));
	if (!fault)
		fault = first_fault(&c->op);
	if (fault)
		share_refuse(&c->verdict, "bad_op", "field '%s' is missing or malformed", fault);
	else if (!utf8_valid(slice_str(json)) || share_json_has_nul(json))
		share_refuse(&c->verdict, "bad_op", "the op holds invalid UTF-8 or NUL characters");
	return NULL;
}

err_t share_text_load(char **out, const struct share *s, const char *oid)
{
	scoped_stmt st = NULL;
	bool row;

	TRY(share_db_query(&st, s, "SELECT bytes FROM text WHERE oid = ?1", "t", oid));
	TRY(share_db_next(&row, s, st));
	if (row) {
		const void *bytes = sqlite3_column_blob(st, 0);

		*out = mem_strndup(bytes ? bytes : "", (size_t)sqlite3_column_bytes(st, 0));
	} else {
		*out = NULL;
	}
	return NULL;
}

void share_change_release(struct share_change *c)
{
	share_json_release(&c->op, fields, NR_FIELDS);
	share_lineage_release(&c->lineage);
	share_row_release(&c->now);
	share_row_release(&c->next);
	free(c->text);
	free(c->text_state);
	free(c->verdict.detail);
	free(c->verdict.current);
	c->verdict = (struct share_verdict){0};
}
