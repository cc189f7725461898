#include "remote/file/share_project.h"

#include "util/json.h"

#include <inttypes.h>
#include <stdlib.h>

static void set_hash(struct sha256 *out, sqlite3_stmt *st, int column)
{
	const char *hex = (const char *)sqlite3_column_text(st, column);

	snprintf(out->hex, sizeof(out->hex), "%s",
		 hex && hash_is_hex(hex, SHA256_HEX) ? hex : SHARE_ZERO_HASH);
}

err_t share_project_load(struct share_project *out, const struct share *s)
{
	scoped_stmt st = NULL;
	bool row;

	TRY(share_db_query(
		&st, s, "SELECT slug, epoch, head, min_rev, head_hash, digest FROM project", ""));
	TRY(share_db_next(&row, s, st));
	if (!row)
		return err_new(ERR_CORRUPT, "remote '%s' is damaged: it holds no project", s->url);
	out->slug = share_db_text(st, 0);
	out->epoch = share_db_text(st, 1);
	out->head = sqlite3_column_int64(st, 2);
	out->min_rev = sqlite3_column_int64(st, 3);
	set_hash(&out->head_hash, st, 4);
	set_hash(&out->digest, st, 5);
	return NULL;
}

err_t share_project_save(const struct share *s, const struct share_project *p)
{
	return share_db_exec(s, "UPDATE project SET head = ?1, head_hash = ?2, digest = ?3", "itt",
			     p->head, p->head_hash.hex, p->digest.hex);
}

void share_project_release(struct share_project *p)
{
	free(p->slug);
	free(p->epoch);
	*p = (struct share_project){0};
}

static int hex_value(char c)
{
	return c <= '9' ? c - '0' : c - 'a' + 10;
}

void share_project_toggle(struct share_project *p, const char *uid, int64_t version,
			  const char *oid)
{
	scoped_free char *text = mem_printf("%s|%" PRId64 "|%s", uid, version, oid);
	struct sha256 one = hash_sha256(slice_str(text));

	for (int i = 0; i < SHA256_HEX; i++) {
		int bits = hex_value(p->digest.hex[i]) ^ hex_value(one.hex[i]);

		p->digest.hex[i] = "0123456789abcdef"[bits];
	}
}

err_t share_project_hash(struct sha256 *out, const struct share *s, int64_t rev)
{
	scoped_stmt st = NULL;
	bool row;

	TRY(share_db_query(&st, s, "SELECT hash FROM revision WHERE rev = ?1", "i", rev));
	TRY(share_db_next(&row, s, st));
	if (!row)
		return err_new(ERR_CORRUPT,
			       "remote '%s' is damaged: revision %" PRId64 " is missing", s->url,
			       rev);
	set_hash(out, st, 0);
	return NULL;
}

/* since_hash is 64 hex digits, or 80 from the middle of a pull. */
static bool split_hash(struct sha256 *hash, struct share_cursor *c)
{
	const char *given = c->since_hash ? c->since_hash : "";
	size_t len = strlen(given);

	if ((len != SHA256_HEX && len != SHA256_HEX + 16) || !hash_is_hex(given, len))
		return false;
	memcpy(hash->hex, given, SHA256_HEX);
	hash->hex[SHA256_HEX] = '\0';
	if (len > SHA256_HEX) {
		uint64_t from = strtoull(given + SHA256_HEX, NULL, 16);

		c->floor = from < (uint64_t)c->since ? (int64_t)from : c->since;
	}
	return true;
}

err_t share_cursor_check(const char **reset, struct share_cursor *c, const struct share *s,
			 const struct share_project *p)
{
	struct sha256 given, ours;

	*reset = NULL;
	if (c->since < 0)
		return err_new(ERR_REFUSED, "bad request: 'since' is negative");
	c->floor = c->since;
	if (c->since == 0)
		return NULL;
	if (c->epoch && strcmp(c->epoch, p->epoch) != 0)
		*reset = "epoch";
	else if (c->since > p->head)
		*reset = "ahead_of_server";
	else if (c->since < p->min_rev)
		*reset = "too_old";
	else if (!split_hash(&given, c))
		*reset = "history_diverged";
	if (*reset)
		return NULL;
	TRY(share_project_hash(&ours, s, c->since));
	if (strcmp(given.hex, ours.hex) != 0)
		*reset = "history_diverged";
	return NULL;
}

char *share_cursor_reset(const char *reset, const struct share_project *p)
{
	struct mem_stream out;
	struct json j;

	mem_stream_open(&out);
	json_init(&j, out.file);
	json_object_begin(&j);
	json_key_string(&j, "reset", reset);
	json_key_string(&j, "epoch", p->epoch);
	json_key_int(&j, "head", p->head);
	json_object_end(&j);
	return mem_stream_close(&out, NULL);
}
