#include "store/search_index.h"
#include "store/db.h"

#include <stdlib.h>
#include <string.h>

#define DEAD_MAX 1000 /* with more rows of texts that are no more it is made anew */

/* --- what changed --------------------------------------------------------------------------- */

struct entry {
	int64_t id; /* of its doc; 0: none */
	char uid[UID_LEN + 1];
	char *mark; /* what the row was made of */
	struct oid oid;
	char *label, *title;
};

struct entries { /* by uid */
	struct entry *at;
	size_t len;
};

static void entries_release(struct entries *e)
{
	for (size_t i = 0; i < e->len; i++) {
		free(e->at[i].mark);
		free(e->at[i].label);
		free(e->at[i].title);
	}
	free(e->at);
	*e = (struct entries){0};
}

static err_t read_doc(void *entries, sqlite3_stmt *st)
{
	struct entry *e = DB_APPEND((struct entries *)entries);

	*e = (struct entry){.id = sqlite3_column_int64(st, 0), .mark = db_text(st, 2)};
	DB_UID(e->uid, st, 1);
	return NULL;
}

static err_t read_art(void *entries, sqlite3_stmt *st)
{
	struct entry *e = DB_APPEND((struct entries *)entries);

	*e = (struct entry){.label = db_text(st, 2), .title = db_text(st, 3)};
	DB_UID(e->uid, st, 0);
	DB_HEX(e->oid, st, 1);
	e->mark = mem_printf("%s %s %s", e->oid.hex, e->label, e->title);
	return NULL;
}

static int by_uid(const void *a, const void *b)
{
	return strcmp(((const struct entry *)a)->uid, ((const struct entry *)b)->uid);
}

static void sort(struct entries *e)
{
	if (e->len)
		qsort(e->at, e->len, sizeof(*e->at), by_uid);
}

/* What the index has to lose and to take in. */
struct news {
	struct entries docs, arts;
	bool *gone, *fresh; /* of docs, of arts */
	size_t nr_gone, nr_fresh;
};

static void news_release(struct news *n)
{
	entries_release(&n->docs);
	entries_release(&n->arts);
	free(n->gone);
	free(n->fresh);
	*n = (struct news){0};
}

static void compare(struct news *n)
{
	size_t d = 0, a = 0;

	while (d < n->docs.len || a < n->arts.len) {
		int order = d == n->docs.len   ? 1
			    : a == n->arts.len ? -1
					       : by_uid(&n->docs.at[d], &n->arts.at[a]);
		bool same = order == 0 &&
			    strcmp(n->docs.at[d].mark, n->arts.at[a].mark) == 0;

		if (order <= 0)
			n->nr_gone += n->gone[d++] = !same;
		if (order >= 0)
			n->nr_fresh += n->fresh[a++] = !same;
	}
}

static err_t find_news(struct news *n, struct store *db, struct store *ws)
{
	TRY(db_rows(NULL, db, read_doc, &n->docs, "SELECT id, uid, mark FROM doc", ""));
	TRY(db_rows(NULL, ws, read_art, &n->arts,
		    "SELECT uid, oid, label, title FROM artifact"
		    " WHERE NOT deleted AND oid IS NOT NULL",
		    ""));
	sort(&n->docs);
	sort(&n->arts);
	n->gone = mem_alloc(n->docs.len + 1);
	n->fresh = mem_alloc(n->arts.len + 1);
	compare(n);
	return NULL;
}

/* --- taking it in --------------------------------------------------------------------------- */

static err_t put(struct store *db, struct store *ws, const struct entry *e)
{
	scoped_free char *bytes = NULL;
	size_t len;

	TRY(store_text_get(&bytes, &len, ws, e->oid.hex));
	TRY(db_run(NULL, db, "INSERT INTO doc (uid, mark) VALUES (?1, ?2)", "tt", e->uid,
		   e->mark));
	return db_run(NULL, db,
		      "INSERT INTO word (rowid, label, title, body)"
		      " VALUES (last_insert_rowid(), ?1, ?2, ?3)",
		      "ttb", e->label, e->title, slice_of(bytes, len));
}

/* The index keeps no texts (content = ''), so that a row cannot be taken back: the row of a text
 * that is no more loses its doc, and its number is never given again. */
static err_t apply(const struct news *n, struct store *db, struct store *ws,
		   struct search_step step)
{
	size_t done = 0;

	for (size_t i = 0; i < n->docs.len; i++)
		if (n->gone[i])
			TRY(db_run(NULL, db, "DELETE FROM doc WHERE id = ?1", "q",
				   n->docs.at[i].id));
	for (size_t i = 0; i < n->arts.len; i++) {
		if (!n->fresh[i])
			continue;
		if (step.call)
			step.call(step.ctx, done++, n->nr_fresh);
		TRY(put(db, ws, &n->arts.at[i]));
	}
	return NULL;
}

static err_t has_many_dead(bool *many, struct store *db, const struct news *n)
{
	int64_t given = 0, dead;

	TRY(db_rows(NULL, db, db_read_int, &given,
		    "SELECT seq FROM sqlite_sequence WHERE name = 'doc'", ""));
	dead = given - (int64_t)(n->docs.len - n->nr_gone);
	*many = dead > DEAD_MAX && dead > (int64_t)n->arts.len / 2;
	return NULL;
}

static err_t forget_all(struct store *db)
{
	TRY(db_run(NULL, db, "INSERT INTO word (word) VALUES ('delete-all')", ""));
	TRY(db_run(NULL, db, "DELETE FROM doc", ""));
	return db_run(NULL, db, "DELETE FROM sqlite_sequence WHERE name = 'doc'", "");
}

err_t search_update(struct store *db, struct store *ws, struct search_step step)
{
	scoped(news_release) struct news n = {0};
	bool many;

	TRY(find_news(&n, db, ws));
	TRY(has_many_dead(&many, db, &n));
	if (many) {
		TRY(forget_all(db));
		news_release(&n);
		TRY(find_news(&n, db, ws));
	}
	return apply(&n, db, ws, step);
}

err_t search_behind(bool *behind, struct store *db, struct store *ws)
{
	scoped(news_release) struct news n = {0};

	TRY(find_news(&n, db, ws));
	*behind = n.nr_gone || n.nr_fresh;
	return NULL;
}
