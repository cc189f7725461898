/* The revisions that an op brings, against those that are known, and joined to them. */
#include "remote/file/share_op.h"

#include <stdlib.h>

static err_t exists(bool *yes, const struct share *s, const char *sql, const char *a, const char *b)
{
	scoped_stmt st = NULL;

	TRY(share_db_query(&st, s, sql, b ? "tt" : "t", a, b));
	return share_db_next(yes, s, st);
}

/* Position of a revision among the first nr, or -1. */
static long position(const struct share_lineage *l, size_t nr, const char *id)
{
	for (size_t i = nr; i-- > 0;)
		if (strcmp(l->revs[i].id.hex, id) == 0)
			return (long)i;
	return -1;
}

static err_t check_parents(struct share_verdict *v, const struct share *s,
			   const struct share_lineage *l, size_t i, const char *uid)
{
	const struct revision *r = &l->revs[i];

	for (int p = 0; p < revision_nr_parents(r); p++) {
		bool known = position(l, i, r->parents[p].hex) >= 0;

		if (!known)
			TRY(exists(&known, s, "SELECT 1 FROM lineage WHERE uid = ?1 AND id = ?2",
				   uid, r->parents[p].hex));
		if (!known)
			share_refuse(v, "unknown_base",
				     "revision '%s' stands on '%s', which is unknown here",
				     r->id.hex, r->parents[p].hex);
	}
	return NULL;
}

err_t share_lineage_check(struct share_verdict *v, const struct share *s,
			  const struct share_lineage *l, const char *uid)
{
	for (size_t i = 0; i < l->len && !v->status; i++) {
		const struct revision *r = &l->revs[i];
		bool have = oid_none(&r->oid) || share_lineage_text(l, r->oid.hex);

		TRY(check_parents(v, s, l, i, uid));
		if (!have)
			TRY(exists(&have, s, "SELECT 1 FROM text WHERE oid = ?1", r->oid.hex,
				   NULL));
		if (!have)
			share_refuse(v, "bad_op", "the text of revision '%s' is missing",
				     r->id.hex);
	}
	return NULL;
}

bool share_lineage_descends(const struct share_lineage *l, const char *head, const char *base)
{
	scoped_free bool *reaches = mem_alloc(l->len + 1);

	if (!*base || strcmp(head, base) == 0)
		return true;
	for (size_t i = 0; i < l->len; i++) {
		for (int p = 0; p < revision_nr_parents(&l->revs[i]); p++) {
			const char *parent = l->revs[i].parents[p].hex;
			long at = position(l, i, parent);

			reaches[i] |= strcmp(parent, base) == 0 || (at >= 0 && reaches[at]);
		}
		if (reaches[i] && strcmp(l->revs[i].id.hex, head) == 0)
			return true;
	}
	return false;
}

const struct revision *share_lineage_find(const struct share_lineage *l, const char *id)
{
	long at = position(l, l->len, id);

	return at < 0 ? NULL : &l->revs[at];
}

const char *share_lineage_text(const struct share_lineage *l, const char *oid)
{
	for (size_t i = 0; i < l->len; i++)
		if (l->texts[i] && strcmp(l->revs[i].oid.hex, oid) == 0)
			return l->texts[i];
	return NULL;
}

err_t share_lineage_store(const struct share *s, const struct share_lineage *l, const char *uid,
			  int64_t rev)
{
	for (size_t i = 0; i < l->len; i++) {
		const struct revision *r = &l->revs[i];

		if (l->texts[i])
			TRY(share_db_exec(s,
					  "INSERT INTO text (oid, bytes) VALUES (?1, ?2)"
					  " ON CONFLICT (oid) DO NOTHING",
					  "tb", r->oid.hex, slice_str(l->texts[i])));
		TRY(share_db_exec(
			s,
			"INSERT INTO lineage (uid, id, parent1, parent2, oid, path, author,"
			" time, how, message, added_rev)"
			" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)"
			" ON CONFLICT (uid, id) DO NOTHING",
			"tttttttitti", uid, r->id.hex, r->parents[0].hex, r->parents[1].hex,
			r->oid.hex, r->path, r->author, r->time, revision_how_name(r->how),
			r->message, rev));
	}
	return NULL;
}

void share_lineage_release(struct share_lineage *l)
{
	for (size_t i = 0; i < l->len; i++) {
		revision_release(&l->revs[i]);
		free(l->texts[i]);
	}
	free(l->revs);
	free(l->texts);
	*l = (struct share_lineage){0};
}
