/* lease, claim, ack: numbers for labels, who is editing what, how far a device has read. */
#include "remote/file/share_calls.h"

#include "artifact/label.h"
#include "remote/file/share_json.h"
#include "util/clock.h"
#include "util/json.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>

#define COUNT_MAX 50
#define NUMBER_MAX 999999999 /* a label has at most nine digits */
#define MINUTES_MAX (7 * 24 * 60)

struct request {
	char *device, *kind, *scope, *uid, *who;
	int64_t count, min, minutes, rev;
};

static const struct share_field fields[] = {
	{"device", FIELD_TEXT, offsetof(struct request, device)},
	{"kind", FIELD_TEXT, offsetof(struct request, kind)},
	{"scope", FIELD_TEXT, offsetof(struct request, scope)},
	{"uid", FIELD_TEXT, offsetof(struct request, uid)},
	{"who", FIELD_TEXT, offsetof(struct request, who)},
	{"count", FIELD_INT, offsetof(struct request, count)},
	{"min", FIELD_INT, offsetof(struct request, min)},
	{"minutes", FIELD_INT, offsetof(struct request, minutes)},
	{"rev", FIELD_INT, offsetof(struct request, rev)},
};
#define NR_FIELDS (sizeof(fields) / sizeof(*fields))

static void request_release(struct request *r)
{
	share_json_release(r, fields, NR_FIELDS);
}

/* Kinds that number by scope share one row of numbers; a fixed prefix has its own. */
static err_t number_scope(struct label *out, const struct share *s, const struct request *r)
{
	const struct kind *kind = r->kind ? kinds_find(s->kinds, r->kind) : NULL;
	const char *scope = kind && kind->prefix ? kind->prefix : r->scope ? r->scope : "";
	scoped_free char *label = mem_printf("%s-1", scope);

	if (!kind)
		return err_new(ERR_REFUSED, "bad request: '%s' is no kind of artifact",
			       r->kind ? r->kind : "");
	if (!label_parse(out, slice_str(label)))
		return err_new(ERR_REFUSED, "bad request: '%s' is no scope", scope);
	return NULL;
}

static err_t highest(int64_t *out, const struct share *s, const char *scope)
{
	scoped_stmt st = NULL;
	bool row;

	TRY(share_db_query(
		&st, s,
		"SELECT max(coalesce((SELECT max(num) FROM artifact WHERE scope = ?1), 0),"
		" coalesce((SELECT high FROM lease WHERE scope = ?1), 0))",
		"t", scope));
	TRY(share_db_next(&row, s, st));
	*out = sqlite3_column_int64(st, 0);
	return NULL;
}

static err_t grant(int64_t *from, int64_t *to, struct share *s, const struct request *r,
		   const char *scope)
{
	int64_t count = r->count < 1 ? 1 : r->count > COUNT_MAX ? COUNT_MAX : r->count;
	scoped_tx tx = NULL;
	int64_t high;

	TRY(share_db_write(s));
	tx = s;
	TRY(highest(&high, s, scope));
	if (r->min > high + 1)
		high = r->min - 1;
	if (high > NUMBER_MAX - count)
		return err_new(ERR_REFUSED, "scope '%s' has no numbers left", scope);
	TRY(share_db_exec(s,
			  "INSERT INTO lease (scope, high) VALUES (?1, ?2)"
			  " ON CONFLICT (scope) DO UPDATE SET high = excluded.high",
			  "ti", scope, high + count));
	TRY(share_db_commit(s));
	*from = high + 1;
	*to = high + count;
	return NULL;
}

err_t share_lease(void *ctx, char **reply, const char *request)
{
	struct share *s = ctx;
	scoped(request_release) struct request r = {.count = 1};
	struct label scope;
	int64_t from = 0, to = 0;

	TRY(share_json_request(&r, s, request, fields, NR_FIELDS));
	TRY(number_scope(&scope, s, &r));
	TRY(grant(&from, &to, s, &r, scope.scope));
	*reply = mem_printf("{\"from\":%" PRId64 ",\"to\":%" PRId64 "}", from, to);
	return NULL;
}

static err_t set_claim(struct share *s, const struct request *r, int64_t now)
{
	int64_t minutes = r->minutes > MINUTES_MAX ? MINUTES_MAX : r->minutes;
	scoped_tx tx = NULL;

	TRY(share_db_write(s));
	tx = s;
	TRY(share_db_exec(s, "DELETE FROM claim WHERE until <= ?1 OR (uid = ?2 AND device = ?3)",
			  "itt", now, r->uid, r->device));
	if (minutes > 0)
		TRY(share_db_exec(
			s, "INSERT INTO claim (uid, device, who, until) VALUES (?1, ?2, ?3, ?4)",
			"ttti", r->uid, r->device, r->who ? r->who : s->who, now + minutes * 60));
	return share_db_commit(s);
}

err_t share_claim(void *ctx, char **reply, const char *request)
{
	struct share *s = ctx;
	scoped(request_release) struct request r = {.minutes = -1};
	int64_t now = clock_now();
	scoped_stmt st = NULL;

	TRY(share_json_request(&r, s, request, fields, NR_FIELDS));
	if (r.minutes >= 0 && (!r.device || !r.uid))
		return err_new(ERR_REFUSED, "bad request: a claim has a 'device' and a 'uid'");
	if (r.minutes >= 0)
		TRY(set_claim(s, &r, now));
	TRY(share_db_query(
		&st, s,
		"SELECT uid, who, device, until FROM claim"
		" WHERE until > ?1 AND (?2 IS NULL OR uid = ?2) ORDER BY uid, until, device",
		"it", now, r.uid));
	return share_read_rows(reply, s, st, "claims");
}

err_t share_ack(void *ctx, char **reply, const char *request)
{
	struct share *s = ctx;
	scoped(request_release) struct request r = {.rev = -1};
	scoped_tx tx = NULL;

	TRY(share_json_request(&r, s, request, fields, NR_FIELDS));
	if (!r.device || r.rev < 0)
		return err_new(ERR_REFUSED, "bad request: an ack has a 'device' and a 'rev'");
	TRY(share_db_write(s));
	tx = s;
	TRY(share_db_exec(s,
			  "INSERT INTO device (id, rev, who, at) VALUES (?1, ?2, ?3, ?4)"
			  " ON CONFLICT (id) DO UPDATE SET rev = excluded.rev, who = excluded.who,"
			  " at = excluded.at",
			  "titi", r.device, r.rev, s->who, clock_now()));
	TRY(share_db_commit(s));
	*reply = mem_strdup("{}");
	return NULL;
}
