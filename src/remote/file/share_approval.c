/* What was approved, read back from the log. */
#include "remote/file/share_state.h"

#include "artifact/approval.h"
#include "artifact/artifact.h"

#include <stdlib.h>

static char *column(sqlite3_stmt *st, int at)
{
	const char *text = (const char *)sqlite3_column_text(st, at);

	return mem_strdup(text ? text : "");
}

err_t share_chain_at(char **out, const struct share *s, int64_t rev)
{
	scoped_stmt st = NULL;
	bool found;

	TRY(share_db_query(&st, s, "SELECT hash FROM revision WHERE rev = ?1", "i", rev));
	TRY(share_db_next(&found, s, st));
	*out = found ? column(st, 0) : mem_strdup("");
	return NULL;
}

static err_t normative_of(struct sha256 *out, const struct share *s, const char *oid,
			  const struct kind *kind, const char *path)
{
	scoped_free char *text = NULL;
	struct artifact *a;

	TRY(share_text_load(&text, s, oid));
	a = artifact_parse(slice_str(text ? text : ""), kind, path);
	*out = artifact_normative(a);
	artifact_free(a);
	return NULL;
}

/* The path decides only whether a text is YAML, and stays in its kind. */
err_t share_approval_json(char **out, const struct share *s, const struct share_op *op, int64_t rev)
{
	scoped(share_row_release) struct share_row row = {0};
	const struct kind_state *state;
	const struct kind *kind;
	struct sha256 normative;
	struct mem_stream text;
	scoped_stmt st = NULL;
	struct json j;
	bool found;

	*out = NULL;
	if (strcmp(op->op, "transition") != 0)
		return NULL;
	TRY(share_row_load(&row, &found, s, op->uid));
	kind = found ? kinds_find(s->kinds, row.kind) : NULL;
	TRY(share_db_query(&st, s,
			   "SELECT state_to, actor, at, hash, oid FROM revision WHERE rev = ?1",
			   "i", rev));
	TRY(share_db_next(&found, s, st));
	if (!kind || !found)
		return NULL;
	state = kind_state(kind, slice_str((const char *)sqlite3_column_text(st, 0)));
	if (!state || !state->gate)
		return NULL;
	TRY(normative_of(&normative, s, (const char *)sqlite3_column_text(st, 4), kind, row.path));
	mem_stream_open(&text);
	json_init(&j, text.file);
	json_object_begin(&j);
	json_key_string(&j, "state", state->name);
	json_key_string(&j, "normative", normative.hex);
	json_key_string(&j, "approver", (const char *)sqlite3_column_text(st, 1));
	json_key_int(&j, "at", sqlite3_column_int64(st, 2));
	json_key_int(&j, "rev", rev);
	json_key_string(&j, "hash", (const char *)sqlite3_column_text(st, 3));
	json_object_end(&j);
	*out = mem_stream_close(&text, NULL);
	return NULL;
}

/* --- one gate back -------------------------------------------------------------------------- */

enum { LOG_REV, LOG_ACTOR, LOG_AT, LOG_OID, LOG_STATE, LOG_APPROVES, LOG_IMPORTED };

static err_t stand_again(struct share_change *c, sqlite3_stmt *st)
{
	struct share_row *n = &c->next;
	struct sha256 normative;

	TRY(normative_of(&normative, c->s, (const char *)sqlite3_column_text(st, LOG_OID), c->kind,
			 n->path));
	if (strcmp(normative.hex, n->normative) != 0)
		return NULL;
	n->approval.state = mem_strdup(n->state);
	n->approval.normative = mem_strdup(n->normative);
	n->approval.approver = column(st, LOG_ACTOR);
	n->approval.at = sqlite3_column_int64(st, LOG_AT);
	n->approval.rev = sqlite3_column_int64(st, LOG_REV);
	n->approval.imported = sqlite3_column_int(st, LOG_IMPORTED);
	return NULL;
}

err_t share_approval_restore(struct share_change *c)
{
	const struct kind_state *to = kind_state(c->kind, slice_str(c->next.state));
	scoped_stmt st = NULL;
	bool found;

	if (!to || !to->gate)
		return NULL;
	TRY(share_db_query(&st, c->s,
			   "SELECT rev, actor, at, oid, state_to,"
			   " op = 'transition' OR base_version = 0, op <> 'transition'"
			   " FROM revision WHERE uid = ?1 ORDER BY rev DESC", "t", c->next.uid));
	for (;;) {
		const char *state;

		TRY(share_db_next(&found, c->s, st));
		if (!found)
			return NULL;
		state = (const char *)sqlite3_column_text(st, LOG_STATE);
		if (approval_withdrawn(c->kind, slice_str(to->name), slice_str(state)))
			return NULL;
		if (strcmp(state, to->name) == 0 && sqlite3_column_int(st, LOG_APPROVES))
			return stand_again(c, st);
	}
}
