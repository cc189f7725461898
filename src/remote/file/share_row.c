#include "remote/file/share_row.h"

#include <stdlib.h>

static char *text_or_empty(sqlite3_stmt *st, int column)
{
	char *text = share_db_text(st, column);

	return text ? text : mem_strdup("");
}

static void take(struct share_row *r, sqlite3_stmt *st)
{
	char **texts[] = {
		&r->uid,   &r->kind,	 &r->label, &r->scope,	&r->path,      &r->title,
		&r->state, &r->revision, &r->oid,   &r->author, &r->normative,
	};

	for (int i = 0; i < 11; i++)
		*texts[i] = text_or_empty(st, i);
	r->num = sqlite3_column_int64(st, 11);
	r->version = sqlite3_column_int64(st, 12);
	r->rev = sqlite3_column_int64(st, 13);
	r->deleted = sqlite3_column_int(st, 14);
	r->duplicate = sqlite3_column_int(st, 15);
	r->forged = sqlite3_column_int(st, 16);
	r->approval.state = share_db_text(st, 17);
	r->approval.normative = share_db_text(st, 18);
	r->approval.approver = share_db_text(st, 19);
	r->approval.at = sqlite3_column_int64(st, 20);
	r->approval.rev = sqlite3_column_int64(st, 21);
	r->approval.imported = sqlite3_column_int(st, 22);
}

err_t share_row_load(struct share_row *out, bool *found, const struct share *s, const char *uid)
{
	scoped_stmt st = NULL;

	*out = (struct share_row){0};
	TRY(share_db_query(
		&st, s,
		"SELECT uid, kind, label, scope, path, title, state, revision, oid, author,"
		" normative, num, version, rev, deleted, duplicate, forged, approval_state,"
		" approval_normative, approver, approved_at, approved_rev, approval_imported"
		" FROM artifact WHERE uid = ?1",
		"t", uid));
	TRY(share_db_next(found, s, st));
	if (*found)
		take(out, st);
	return NULL;
}

err_t share_row_store(const struct share *s, const struct share_row *r)
{
	return share_db_exec(
		s,
		"INSERT INTO artifact (uid, kind, label, scope, path, title, state, revision, oid,"
		" author, normative, num, version, rev, deleted, duplicate, forged, approval_state,"
		" approval_normative, approver, approved_at, approved_rev, approval_imported)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16,"
		" ?17, ?18, ?19, ?20, ?21, ?22, ?23)"
		" ON CONFLICT (uid) DO UPDATE SET kind = excluded.kind, label = excluded.label,"
		" scope = excluded.scope, path = excluded.path, title = excluded.title,"
		" state = excluded.state, revision = excluded.revision, oid = excluded.oid,"
		" author = excluded.author, normative = excluded.normative, num = excluded.num,"
		" version = excluded.version, rev = excluded.rev, deleted = excluded.deleted,"
		" duplicate = excluded.duplicate, forged = excluded.forged,"
		" approval_state = excluded.approval_state,"
		" approval_normative = excluded.approval_normative, approver = excluded.approver,"
		" approved_at = excluded.approved_at, approved_rev = excluded.approved_rev,"
		" approval_imported = excluded.approval_imported",
		"tttttttttttiiiiiitttiii", r->uid, r->kind, r->label, r->scope, r->path, r->title,
		r->state, r->revision, r->oid, r->author, r->normative, r->num, r->version, r->rev,
		(int64_t)r->deleted, (int64_t)r->duplicate, (int64_t)r->forged, r->approval.state,
		r->approval.normative, r->approval.approver, r->approval.at, r->approval.rev,
		(int64_t)r->approval.imported);
}

static char *copy(const char *text)
{
	return text ? mem_strdup(text) : NULL;
}

struct share_row share_row_copy(const struct share_row *row)
{
	struct share_row r = *row;
	char **texts[] = {&r.uid,
			  &r.kind,
			  &r.label,
			  &r.scope,
			  &r.path,
			  &r.title,
			  &r.state,
			  &r.revision,
			  &r.oid,
			  &r.author,
			  &r.normative,
			  &r.approval.state,
			  &r.approval.normative,
			  &r.approval.approver};

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		*texts[i] = copy(*texts[i]);
	return r;
}

void share_row_release(struct share_row *r)
{
	char *texts[] = {r->uid,
			 r->kind,
			 r->label,
			 r->scope,
			 r->path,
			 r->title,
			 r->state,
			 r->revision,
			 r->oid,
			 r->author,
			 r->normative,
			 r->approval.state,
			 r->approval.normative,
			 r->approval.approver};

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		free(texts[i]);
	*r = (struct share_row){0};
}
