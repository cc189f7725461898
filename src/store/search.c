#include "store/search.h"
#include "store/db.h"
#include "store/search_index.h"
#include "store/search_words.h"

#include <stdlib.h>
#include <string.h>

#define SEARCH_APPLICATION_ID 0x67616773
#define SEARCH_VERSION 1
#define BUSY_MS 30000 /* as long as another search may build the index */
#define ROUNDS 3

static const char schema_sql[] =
	"DROP TABLE IF EXISTS doc;"
	"DROP TABLE IF EXISTS word;"
	"CREATE TABLE doc (id INTEGER PRIMARY KEY AUTOINCREMENT, uid TEXT NOT NULL UNIQUE,"
	" mark TEXT NOT NULL) STRICT;"
	"CREATE VIRTUAL TABLE word USING fts5 (label, title, body, content = '',"
	" tokenize = '" SEARCH_TOKENIZER_SQL "');"
	"PRAGMA application_id = 0x67616773;"
	"PRAGMA user_version = 1";

struct search {
	char *path;
	struct store *memory; /* has the tokenizer; the index, where the file cannot be written */
	struct store *file; /* NULL: not asked yet */
	struct search_words words;
};

void search_hits_release(struct search_hits *h)
{
	free(h->at);
	*h = (struct search_hits){0};
}

/* Nothing is read yet: a file that cannot be read is emptied later. */
static err_t connect(struct store **out, const char *path)
{
	const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
	struct store *s = mem_alloc(sizeof(*s));
	int rc = sqlite3_open_v2(path, &s->db, flags, NULL);

	s->path = mem_strdup(path);
	s->how = STORE_CREATE;
	s->lock = -1;
	if (rc != SQLITE_OK) {
		err_t err = db_error_at(s->db, path, rc);

		db_discard(s);
		return err;
	}
	db_trace(s->db);
	sqlite3_extended_result_codes(s->db, 1);
	sqlite3_busy_timeout(s->db, BUSY_MS);
	*out = s;
	return NULL;
}

static void close_ptr(struct search **x)
{
	search_close(*x);
}

err_t search_open(struct search **out, const char *path)
{
	scoped(close_ptr) struct search *x = mem_alloc(sizeof(*x));

	x->path = mem_strdup(path);
	TRY(connect(&x->memory, ":memory:"));
	TRY(search_words_open(&x->words, x->memory->db));
	*out = steal(x);
	return NULL;
}

void search_close(struct search *x)
{
	if (!x)
		return;
	search_words_close(&x->words);
	if (x->memory)
		db_discard(x->memory);
	if (x->file)
		db_discard(x->file);
	free(x->path);
	free(x);
}

err_t search_query_parse(struct search_query *out, struct search *x, char *const *words, size_t n,
			 bool whole)
{
	return search_words_parse(out, &x->words, words, n, whole);
}

err_t search_mark(struct search_marks *out, struct search *x, const struct search_query *q,
		  struct slice text)
{
	return search_words_mark(out, &x->words, q, text);
}

/* --- the file ------------------------------------------------------------------------------- */

static err_t is_ours(bool *ours, struct store *db)
{
	int64_t id, version;

	TRY(db_pragma(&id, db, "PRAGMA application_id"));
	TRY(db_pragma(&version, db, "PRAGMA user_version"));
	*ours = id == SEARCH_APPLICATION_ID && version == SEARCH_VERSION;
	return NULL;
}

/* --- asking --------------------------------------------------------------------------------- */

struct question {
	struct store *ws;
	const struct search_query *query;
	struct search_step step;
};

/* In one transaction, so that nobody finds an index without its texts. */
static err_t write_news(struct store *db, const struct question *q)
{
	bool ours;

	TRY(is_ours(&ours, db)); /* another process may have been here meanwhile */
	if (!ours)
		TRY(db_exec(db, schema_sql));
	return search_update(db, q->ws, q->step);
}

static err_t freshen(struct store *db, const struct question *q)
{
	err_t err;

	TRY(store_begin(db));
	err = write_news(db, q);
	if (!err)
		err = store_commit(db);
	if (err)
		store_rollback(db);
	return err;
}

static err_t read_hit(void *hits, sqlite3_stmt *st)
{
	struct search_hit *hit = DB_APPEND((struct search_hits *)hits);

	*hit = (struct search_hit){.in_title = db_bool(st, 1)};
	DB_UID(hit->uid, st, 0);
	return NULL;
}

static err_t read_hits(struct search_hits *out, struct store *db, const struct search_query *q)
{
	scoped(search_hits_release) struct search_hits hits = {0};
	scoped_free char *all = search_words_match(q, NULL);
	scoped_free char *title = search_words_match(q, "label title");

	TRY(db_rows(NULL, db, read_hit, &hits,
		    "SELECT d.uid, w.rowid IN (SELECT rowid FROM word WHERE word MATCH ?2)"
		    " FROM word AS w JOIN doc AS d ON d.id = w.rowid WHERE w.word MATCH ?1"
		    " ORDER BY 2 DESC, bm25(w.word, 8, 4, 1), w.rowid",
		    "tt", all, title));
	*out = hits;
	hits = (struct search_hits){0};
	return NULL;
}

/* behind: the index has to be made, or brought up to date, before it may answer. An index that was
 * just brought up to date may: the workspace goes on. */
static err_t read_if_fresh(struct search_hits *out, bool *behind, struct store *db,
			   const struct question *q, bool just)
{
	bool ours;

	TRY(is_ours(&ours, db));
	*behind = !ours;
	if (ours && !just)
		TRY(search_behind(behind, db, q->ws));
	return *behind ? NULL : read_hits(out, db, q->query);
}

/* What is looked at is one state of the file, whatever others do to it. */
static err_t ask(struct search_hits *out, struct store *db, const struct question *q)
{
	for (int round = 0; round < ROUNDS; round++) {
		bool behind;
		err_t err;

		TRY(db_exec(db, "BEGIN"));
		err = read_if_fresh(out, &behind, db, q, round > 0);
		store_rollback(db);
		if (err || !behind)
			return err;
		TRY(freshen(db, q));
	}
	return err_new(ERR_FATAL, "another process removes the index '%s' again and again",
		       db->path);
}

/* --- mending -------------------------------------------------------------------------------- */

/* Emptied in place, also when nothing in it can be read: others may have it open. */
static err_t empty(struct store *db)
{
	err_t err;

	db_finalize(db);
	sqlite3_db_config(db->db, SQLITE_DBCONFIG_RESET_DATABASE, 1, NULL);
	err = db_exec(db, "VACUUM");
	sqlite3_db_config(db->db, SQLITE_DBCONFIG_RESET_DATABASE, 0, NULL);
	return err;
}

/* One process at a time: the next one finds it mended. */
static err_t mend(struct search_hits *out, struct search *x, const struct question *q)
{
	scoped_free char *path = mem_printf("%s.lock", x->path);
	int lock;
	err_t err;

	TRY(file_lock(&lock, path, BUSY_MS));
	err = ask(out, x->file, q);
	if (err && err->code == ERR_CORRUPT) {
		err_free(err);
		err = empty(x->file);
		if (!err)
			err = ask(out, x->file, q);
	}
	file_unlock(lock);
	return err;
}

static err_t ask_file(struct search_hits *out, struct search *x, const struct question *q)
{
	err_t err;

	if (!x->file)
		TRY(connect(&x->file, x->path));
	BUG_ON(!x->file);
	err = ask(out, x->file, q);
	if (!err || err->code != ERR_CORRUPT)
		return err;
	err_free(err);
	return mend(out, x, q);
}

err_t search_find(struct search_hits *out, struct search *x, struct store *ws,
		  const struct search_query *query, search_step_fn call, void *ctx)
{
	const struct question q = {ws, query, {call, ctx}};
	err_t err;

	BUG_ON(!query->len);
	err = ask_file(out, x, &q);
	if (!err)
		return NULL;
	if (err->code == ERR_BUSY)
		err = err_hint(err_wrap(err, "the search index"), "run the command again");
	if (err->code == ERR_BUSY)
		return err;
	err_free(err); /* a full disk, a directory that is read-only */
	return ask(out, x->memory, &q);
}
