/*
 * The rules that an op must pass, in order. Each check may refuse, and fills in what it learnt of
 * the row that the op makes (change->next).
 */
#include "remote/file/share_op.h"
#include "remote/file/share_state.h"

#include "artifact/artifact.h"
#include "artifact/label.h"

#include <stdlib.h>

static void set(char **to, const char *text)
{
	char *copy = mem_strdup(text ? text : "");

	free(*to);
	*to = copy;
}

static bool is_op(const struct share_change *c, const char *name)
{
	return strcmp(c->op.op, name) == 0;
}

static void conflict(struct share_change *c)
{
	share_refuse(&c->verdict, "conflict", "'%s' is at version %lld", c->now.label,
		     (long long)c->now.version);
	c->verdict.current = mem_strdup(c->now.uid);
}

/* On a deletion only what brings the text back, or a deletion that others lead to as well. */
static bool goes_on_from_deletion(const struct share_change *c)
{
	return is_op(c, "put") ||
	       (is_op(c, "delete") && strcmp(c->op.revision, c->now.revision) != 0);
}

/* Compare-and-swap, on the version and on the revision. */
static err_t check_base(struct share_change *c)
{
	const char *base = c->op.base_revision ? c->op.base_revision : "";

	TRY(share_row_load(&c->now, &c->known, c->s, c->op.uid));
	if (c->known) {
		if (c->op.base_version != c->now.version || strcmp(base, c->now.revision) != 0 ||
		    (c->now.deleted && !goes_on_from_deletion(c)))
			conflict(c);
		c->next = share_row_copy(&c->now);
		return NULL;
	}
	if (c->op.base_version != 0 || *base)
		share_refuse(&c->verdict, "unknown_base", "artifact '%s' is unknown here",
			     c->op.uid);
	else if (!is_op(c, "put"))
		share_refuse(&c->verdict, "bad_op", "artifact '%s' is not there to %s", c->op.uid,
			     c->op.op);
	set(&c->next.uid, c->op.uid);
	return NULL;
}

static bool printable(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			return false;
	return true;
}

static err_t check_kind(struct share_change *c)
{
	const char *kind = c->op.kind ? c->op.kind : c->known ? c->now.kind : "";
	struct label label;

	c->kind = kinds_find(c->s->kinds, kind);
	if (!c->kind)
		share_refuse(&c->verdict, "bad_op", "'%s' is no kind of artifact", kind);
	else if (c->known && strcmp(kind, c->now.kind) != 0)
		share_refuse(&c->verdict, "bad_op", "a %s cannot become a %s", c->now.kind, kind);
	set(&c->next.kind, kind);
	if (!c->next.label || c->op.label)
		set(&c->next.label, c->op.label);
	if (!printable(c->next.label))
		share_refuse(&c->verdict, "bad_op", "the label holds control characters");
	if (label_parse(&label, slice_str(c->next.label))) {
		set(&c->next.scope, label.scope);
		c->next.num = label.num;
	} else {
		set(&c->next.scope, c->op.scope ? c->op.scope : c->next.scope);
		c->next.num = c->op.num >= 0 ? c->op.num : -1;
	}
	return NULL;
}

/* op.revision is one of the lineage, or (nothing but the state changed) the base itself. */
static err_t check_lineage(struct share_change *c)
{
	const struct revision *head;

	TRY(share_lineage_read(&c->lineage, &c->verdict, c->s, c->op.lineage, c->op.uid));
	if (c->verdict.status)
		return NULL;
	TRY(share_lineage_check(&c->verdict, c->s, &c->lineage, c->op.uid));
	head = share_lineage_find(&c->lineage, c->op.revision);
	if (!head && (!c->known || strcmp(c->op.revision, c->now.revision) != 0))
		share_refuse(&c->verdict, "bad_op", "revision '%s' is not in the lineage",
			     c->op.revision);
	else if (!share_lineage_descends(&c->lineage, c->op.revision,
					 c->known ? c->now.revision : ""))
		share_refuse(&c->verdict, "bad_op", "revision '%s' does not descend from its base",
			     c->op.revision);
	set(&c->next.revision, c->op.revision);
	if (head) {
		set(&c->next.oid, head->oid.hex);
		set(&c->next.path, head->path);
		set(&c->next.author, head->author);
	}
	return NULL;
}

static err_t check_path(struct share_change *c)
{
	const struct kind *kind = kinds_of_path(c->s->kinds, c->next.path);

	if (c->op.path && strcmp(c->op.path, c->next.path) != 0 && !is_op(c, "delete"))
		share_refuse(&c->verdict, "bad_op", "path '%s' is not that of the revision, '%s'",
			     c->op.path, c->next.path);
	else if (kind && kind != c->kind)
		share_refuse(&c->verdict, "bad_op", "path '%s' is that of a %s, not of a %s",
			     c->next.path, kind->name, c->kind->name);
	return NULL;
}

static err_t check_text(struct share_change *c)
{
	const char *oid = c->op.oid ? c->op.oid : "";
	const char *text;
	struct sha256 sha;

	if (strcmp(oid, c->next.oid) != 0) {
		share_refuse(&c->verdict, "bad_oid", "the text of revision '%s' is '%s', not '%s'",
			     c->op.revision, c->next.oid, oid);
		return NULL;
	}
	c->next.deleted = is_op(c, "delete");
	if (!*oid)
		return NULL;
	text = share_lineage_text(&c->lineage, oid);
	if (text)
		c->text = mem_strdup(text);
	else
		TRY(share_text_load(&c->text, c->s, oid));
	if (!c->text) {
		share_refuse(&c->verdict, "bad_op", "the text '%s' is missing", oid);
		return NULL;
	}
	sha = hash_sha256(slice_str(c->text));
	if (c->op.sha256 && *c->op.sha256 && strcmp(sha.hex, c->op.sha256) != 0)
		share_refuse(&c->verdict, "bad_oid", "the text '%s' does not have this sha256",
			     oid);
	return NULL;
}

/* A path belongs to one live artifact, whatever its label: the other clone adopts its uid. */
static err_t check_place(struct share_change *c)
{
	bool same = c->known && !c->now.deleted && strcmp(c->now.path, c->next.path) == 0;
	scoped_stmt st = NULL;
	bool taken;

	if (c->next.deleted || same)
		return NULL;
	TRY(share_db_query(&st, c->s,
			   "SELECT uid FROM artifact WHERE path = ?1 AND deleted = 0"
			   " AND uid <> ?2",
			   "tt", c->next.path, c->next.uid));
	TRY(share_db_next(&taken, c->s, st));
	if (taken) {
		share_refuse(&c->verdict, "num_taken", "'%s' is another artifact", c->next.path);
		c->verdict.current = share_db_text(st, 0);
	}
	return NULL;
}

/* Live artifacts of one kind share no label; who was imported as a duplicate stays one. */
static err_t check_label(struct share_change *c)
{
	bool same = c->known && !c->now.deleted && strcmp(c->now.label, c->next.label) == 0;
	scoped_stmt st = NULL;
	bool taken;

	if (c->next.deleted || same)
		return NULL;
	c->next.duplicate = false;
	if (!*c->next.label)
		return NULL;
	TRY(share_db_query(&st, c->s,
			   "SELECT uid FROM artifact WHERE kind = ?1 AND label = ?2"
			   " AND deleted = 0 AND uid <> ?3 ORDER BY duplicate, rev",
			   "ttt", c->next.kind, c->next.label, c->next.uid));
	TRY(share_db_next(&taken, c->s, st));
	if (taken && c->op.imported) {
		c->next.duplicate = true;
	} else if (taken) {
		share_refuse(&c->verdict, "num_taken", "%s '%s' is another artifact", c->next.kind,
			     c->next.label);
		c->verdict.current = share_db_text(st, 0);
	}
	return NULL;
}

err_t share_change_check(struct share_change *c)
{
	static err_t (*const checks[])(struct share_change * c) = {
		check_base, check_kind,	 check_lineage, check_path,
		check_text, check_place, check_label,	share_state_check,
	};

	for (size_t i = 0; i < sizeof(checks) / sizeof(*checks) && !c->verdict.status; i++)
		TRY(checks[i](c));
	return NULL;
}
