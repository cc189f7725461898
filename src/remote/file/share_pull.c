/* pull: pages of artifacts in rev order, each in its newest state. */
#include "remote/file/share_calls.h"

#include "remote/file/share_json.h"
#include "remote/file/share_project.h"
#include "remote/file/share_row.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>

#define LIMIT 200
#define LIMIT_MAX 1000
#define BYTES (1024 * 1024)
#define BYTES_MAX (8 * 1024 * 1024) /* what a client takes in one reply */

struct request {
	struct share_cursor cursor;
	int64_t limit, max_bytes;
};

static const struct share_field fields[] = {
	{"epoch", FIELD_TEXT, offsetof(struct request, cursor.epoch)},
	{"since", FIELD_INT, offsetof(struct request, cursor.since)},
	{"since_hash", FIELD_TEXT, offsetof(struct request, cursor.since_hash)},
	{"limit", FIELD_INT, offsetof(struct request, limit)},
	{"max_bytes", FIELD_INT, offsetof(struct request, max_bytes)},
};
#define NR_FIELDS (sizeof(fields) / sizeof(*fields))

static void request_release(struct request *r)
{
	share_json_release(r, fields, NR_FIELDS);
}

struct page {
	struct json rows;
	int64_t nr, bytes;
	int64_t next; /* rev of the last row */
	bool more;
};

static int64_t clamp(int64_t value, int64_t max)
{
	return value < 1 ? 1 : value > max ? max : value;
}

/* The first row goes out whatever its size, or a client would never get past it. */
static err_t add_row(struct page *page, const struct share *s, const struct request *r,
		     const char *uid, int64_t rev)
{
	scoped_free char *row = NULL;

	TRY(share_row_json(&row, s, uid, r->cursor.floor));
	if (page->nr && page->bytes + (int64_t)strlen(row) > r->max_bytes) {
		page->more = true;
		return NULL;
	}
	page->bytes += (int64_t)strlen(row);
	page->nr++;
	page->next = rev;
	json_raw(&page->rows, row);
	return NULL;
}

static err_t add_rows(struct page *page, const struct share *s, const struct request *r)
{
	scoped_stmt st = NULL;

	TRY(share_db_query(&st, s, "SELECT uid, rev FROM artifact WHERE rev > ?1 ORDER BY rev", "i",
			   r->cursor.since));
	while (!page->more) {
		bool row;

		TRY(share_db_next(&row, s, st));
		if (!row)
			break;
		if (page->nr == r->limit)
			page->more = true;
		else
			TRY(add_row(page, s, r, (const char *)sqlite3_column_text(st, 0),
				    sqlite3_column_int64(st, 1)));
	}
	return NULL;
}

static err_t write_cursor(struct json *j, const struct share *s, const struct share_project *p,
			  const struct page *page, const struct request *r)
{
	scoped_free char *cursor = NULL;
	struct sha256 hash = p->head_hash;

	if (page->more)
		TRY(share_project_hash(&hash, s, page->next));
	cursor = page->more ? mem_printf("%s%016" PRIx64, hash.hex, (uint64_t)r->cursor.floor)
			    : mem_strdup(hash.hex);
	json_key_bool(j, "more", page->more);
	json_key_int(j, "next", page->more ? page->next : p->head);
	json_key_string(j, "next_hash", cursor);
	json_key_string(j, "digest", p->digest.hex);
	return NULL;
}

static err_t write_page(struct json *j, const struct share *s, const struct share_project *p,
			const struct request *r)
{
	struct page page = {0};

	json_object_begin(j);
	json_key_string(j, "epoch", p->epoch);
	json_key_int(j, "head", p->head);
	json_key(j, "rows");
	json_array_begin(j);
	json_init(&page.rows, j->out);
	TRY(add_rows(&page, s, r));
	json_array_end(j);
	TRY(write_cursor(j, s, p, &page, r));
	json_object_end(j);
	return NULL;
}

static void discard_stream(struct mem_stream *m)
{
	if (m->file)
		free(mem_stream_close(m, NULL));
}

err_t share_pull(void *ctx, char **reply, const char *request)
{
	struct share *s = ctx;
	scoped(request_release) struct request r = {.limit = LIMIT, .max_bytes = BYTES};
	scoped(share_project_release) struct share_project p = {0};
	scoped(discard_stream) struct mem_stream out = {0};
	scoped_tx tx = NULL;
	const char *reset;
	struct json j;

	TRY(share_json_request(&r, s, request, fields, NR_FIELDS));
	r.limit = clamp(r.limit, LIMIT_MAX);
	r.max_bytes = clamp(r.max_bytes, BYTES_MAX);
	TRY(share_db_read(s));
	tx = s;
	TRY(share_project_load(&p, s));
	TRY(share_cursor_check(&reset, &r.cursor, s, &p));
	if (reset) {
		*reply = share_cursor_reset(reset, &p);
		return NULL;
	}
	mem_stream_open(&out);
	json_init(&j, out.file);
	TRY(write_page(&j, s, &p, &r));
	*reply = mem_stream_close(&out, NULL);
	return NULL;
}
