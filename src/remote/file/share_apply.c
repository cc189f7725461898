/* Writing an op that passed: texts, revisions, the log, the artifact, the counters. */
#include "remote/file/share_op.h"
#include "remote/file/share_state.h"

#include "util/clock.h"

#include <inttypes.h>

static const char *or_empty(const char *text)
{
	return text ? text : "";
}

static struct sha256 chain(const struct share_change *c, const struct share_project *p)
{
	scoped_free char *text = mem_printf("%s|%" PRId64 "|%s|%" PRId64 "|%s|%s|%s|%s|%s|%s",
					    p->head_hash.hex, c->next.rev, c->next.uid,
					    c->next.version, c->op.op, or_empty(c->now.state),
					    c->next.state, c->next.oid, c->s->who, c->op.op_id);

	return hash_sha256(slice_str(text));
}

static err_t log_revision(const struct share_change *c, const struct share_project *p,
			  const struct sha256 *hash, const char *device, int64_t now)
{
	return share_db_exec(
		c->s,
		"INSERT INTO revision (rev, uid, version, base_version, op, state_from, state_to,"
		" revision, oid, actor, device, reason, at, op_id, payload, prev_hash, hash)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, "
		"?17)",
		"itiittttttttitttt", c->next.rev, c->next.uid, c->next.version, c->op.base_version,
		c->op.op, c->now.state, c->next.state, c->next.revision, c->next.oid, c->s->who,
		device, c->op.reason, now, c->op.op_id, c->payload.hex, p->head_hash.hex,
		hash->hex);
}

err_t share_change_apply(struct share_change *c, struct share_project *p, const char *device)
{
	int64_t now = clock_now();
	struct sha256 hash;

	c->next.rev = p->head + 1;
	c->next.version = (c->known ? c->now.version : 0) + 1;
	TRY(share_state_settle(c, c->s->who, now));
	hash = chain(c, p);
	TRY(share_lineage_store(c->s, &c->lineage, c->op.uid, c->next.rev));
	TRY(log_revision(c, p, &hash, device, now));
	TRY(share_row_store(c->s, &c->next));
	if (c->known && !c->now.deleted)
		share_project_toggle(p, c->now.uid, c->now.version, c->now.oid);
	if (!c->next.deleted)
		share_project_toggle(p, c->next.uid, c->next.version, c->next.oid);
	p->head = c->next.rev;
	p->head_hash = hash;
	return NULL;
}
