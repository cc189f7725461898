#include "store/db.h"
#include "artifact/label.h"

#include <stdlib.h>
#include <string.h>

/* A row of a list has its texts in one piece, where nobody has set another. */
static void free_text(const struct art *a, char *text)
{
	if (!a->texts || text < a->texts || text >= a->texts + a->texts_len)
		free(text);
}

void art_release(struct art *a)
{
	char *const texts[] = {a->kind,	 a->label,  a->scope,	  a->path,     a->title,
			       a->state, a->author, a->normative, a->approval};

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		free_text(a, texts[i]);
	free(a->texts);
	*a = (struct art){0};
}

void art_set_approval(struct art *a, const char *approval)
{
	free_text(a, a->approval);
	a->approval = mem_strdup(approval);
}

void arts_release(struct arts *a)
{
	for (size_t i = 0; i < a->len; i++)
		art_release(&a->at[i]);
	free(a->at);
	*a = (struct arts){0};
}

/* The columns of artifact_now, in its order. */
static struct art read_numbers(sqlite3_stmt *st)
{
	struct art a = {.num = db_long(st, 4),
			.deleted = db_bool(st, 10),
			.generation = db_long(st, 11),
			.time = sqlite3_column_int64(st, 13),
			.dirty = db_bool(st, 16),
			.conflict = db_bool(st, 17)};

	DB_UID(a.uid, st, 0);
	DB_HEX(a.head, st, 8);
	DB_HEX(a.oid, st, 9);
	return a;
}

#define NR_TEXTS 9
static const int text_columns[NR_TEXTS] = {1, 2, 3, 5, 6, 7, 12, 14, 15};

static void set_texts(struct art *a, char *const texts[NR_TEXTS])
{
	char **const fields[NR_TEXTS] = {&a->kind,  &a->label, &a->scope,
					 &a->path,  &a->title, &a->state,
					 &a->author, &a->normative, &a->approval};

	for (int i = 0; i < NR_TEXTS; i++)
		*fields[i] = texts[i];
}

static err_t read_art(void *out, sqlite3_stmt *st)
{
	struct art a = read_numbers(st);
	char *texts[NR_TEXTS];

	for (int i = 0; i < NR_TEXTS; i++)
		texts[i] = db_text(st, text_columns[i]);
	set_texts(&a, texts);
	*(struct art *)out = a;
	return NULL;
}

static err_t read_into_list(void *arts, sqlite3_stmt *st)
{
	struct art a = read_numbers(st);
	const void *from[NR_TEXTS];
	size_t lens[NR_TEXTS];
	char *texts[NR_TEXTS], *at;

	for (int i = 0; i < NR_TEXTS; i++) {
		from[i] = sqlite3_column_text(st, text_columns[i]);
		lens[i] = (size_t)sqlite3_column_bytes(st, text_columns[i]) + 1;
		a.texts_len += lens[i];
	}
	a.texts = at = mem_realloc(NULL, a.texts_len);
	for (int i = 0; i < NR_TEXTS; at += lens[i++])
		texts[i] = memcpy(at, from[i] ? from[i] : "", lens[i]);
	set_texts(&a, texts);
	*DB_APPEND((struct arts *)arts) = a;
	return NULL;
}

err_t store_art_get(struct art *out, struct store *s, const char *uid)
{
	size_t n = 0;

	TRY(db_rows(&n, s, read_art, out, "SELECT * FROM artifact_now WHERE uid = ?1", "t", uid));
	return n ? NULL : err_new(ERR_NOTFOUND, "there is no artifact '%s'", uid);
}

err_t store_art_at(struct art *out, struct store *s, const char *path)
{
	size_t n = 0;

	TRY(db_rows(&n, s, read_art, out,
		    "SELECT n.* FROM artifact AS a JOIN artifact_now AS n ON n.uid = a.uid"
		    " WHERE a.path = ?1"
		    " ORDER BY a.deleted, a.time DESC, a.generation DESC, a.uid LIMIT 1",
		    "t", path));
	return n ? NULL : err_new(ERR_NOTFOUND, "there is no artifact at '%s'", path);
}

err_t store_art_put(struct store *s, const struct art *a)
{
	return db_run(
		NULL, s,
		"INSERT INTO artifact (uid, kind, label, scope, num, path, title, state, head, oid,"
		" deleted, generation, author, time, normative, approval, pushed)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16,"
		" (SELECT revision FROM base WHERE uid = ?1 AND version > 0))"
		" ON CONFLICT (uid) DO UPDATE SET kind = excluded.kind, label = excluded.label,"
		" scope = excluded.scope, num = excluded.num, path = excluded.path,"
		" title = excluded.title, state = excluded.state, head = excluded.head,"
		" oid = excluded.oid, deleted = excluded.deleted, generation = excluded.generation,"
		" author = excluded.author, time = excluded.time, normative = excluded.normative,"
		" approval = excluded.approval",
		"ttttlttttodltqtt", a->uid, a->kind, a->label, a->scope, a->num, a->path, a->title,
		a->state, a->head.hex, a->oid.hex, (int)a->deleted, a->generation, a->author,
		a->time, a->normative, a->approval);
}

static int compare(const void *a_, const void *b_)
{
	const struct art *a = a_, *b = b_;
	int order = strcmp(a->kind, b->kind);

	if (!order)
		order = strcmp(a->scope, b->scope);
	if (!order)
		order = (a->num > b->num) - (a->num < b->num);
	if (!order)
		order = strcmp(a->path, b->path);
	return order ? order : strcmp(a->uid, b->uid);
}

/* How many from this one on are in order. */
static size_t run_len(const struct art *at, size_t len)
{
	size_t n = len > 0;

	while (n < len && compare(&at[n - 1], &at[n]) <= 0)
		n++;
	return n;
}

/* Two runs, one after the other, into one. */
static void merge_runs(struct art *out, const struct art *at, size_t first, size_t len)
{
	for (size_t a = 0, b = first; a < first || b < len;)
		if (b == len || (a < first && compare(&at[a], &at[b]) <= 0))
			*out++ = at[a++];
		else
			*out++ = at[b++];
}

/* They come as they were put in, which is in order but for what came later. */
void arts_sort(struct arts *arts)
{
	size_t first = run_len(arts->at, arts->len), rest = arts->len - first;
	struct art *sorted;

	if (!rest)
		return;
	if (run_len(arts->at + first, rest) < rest)
		qsort(arts->at + first, rest, sizeof(*arts->at), compare);
	sorted = mem_alloc(arts->len * sizeof(*sorted));
	merge_runs(sorted, arts->at, first, arts->len);
	free(arts->at);
	arts->at = sorted;
}

static bool matches(const char *want, const char *value)
{
	return !want || strcmp(want, value) == 0;
}

static bool is_unproven(const struct art *a)
{
	return a->approval[0] && strcmp(a->approval, "acknowledged") != 0;
}

static bool passes(const struct art_filter *f, const struct art *a)
{
	return matches(f->kind, a->kind) && matches(f->state, a->state) &&
	       matches(f->scope, a->scope) && matches(f->author, a->author) &&
	       matches(f->label, a->label) && matches(f->path, a->path) &&
	       (!f->uid_prefix || strncmp(a->uid, f->uid_prefix, strlen(f->uid_prefix)) == 0) &&
	       (!f->dirty_only || a->dirty) && (!f->conflict_only || a->conflict) &&
	       (!f->unproven_only || is_unproven(a)) &&
	       (f->with_deleted || !a->deleted);
}

static void keep_matching(struct arts *arts, const struct art_filter *f)
{
	size_t kept = 0;

	for (size_t i = 0; i < arts->len; i++) {
		if (passes(f, &arts->at[i]))
			arts->at[kept++] = arts->at[i];
		else
			art_release(&arts->at[i]);
	}
	arts->len = kept;
}

/* The most selective index first; passes() does the rest. */
static err_t candidates(struct arts *arts, struct store *s, const struct art_filter *f)
{
	if (f->label)
		return db_rows(NULL, s, read_into_list, arts,
			       "SELECT * FROM artifact_now WHERE label = ?1", "t", f->label);
	if (f->path)
		return db_rows(NULL, s, read_into_list, arts,
			       "SELECT * FROM artifact_now WHERE path = ?1", "t", f->path);
	if (f->uid_prefix)
		return db_rows(NULL, s, read_into_list, arts,
			       "SELECT * FROM artifact_now WHERE uid >= ?1 AND uid < ?1 || '~'",
			       "t", f->uid_prefix);
	if (f->conflict_only)
		return db_rows(
			NULL, s, read_into_list, arts,
			"SELECT n.* FROM conflict AS c JOIN artifact_now AS n ON n.uid = c.uid",
			"");
	if (f->dirty_only)
		return db_rows(NULL, s, read_into_list, arts,
			       "SELECT * FROM artifact_now WHERE dirty", "");
	if (f->unproven_only)
		return db_rows(NULL, s, read_into_list, arts,
			       "SELECT * FROM artifact_now"
			       " WHERE approval NOT IN ('', 'acknowledged')", "");
	return db_rows(
		NULL, s, read_into_list, arts,
		"SELECT * FROM artifact_now WHERE (?1 IS NULL OR kind = ?1)"
		" AND (?2 IS NULL OR state = ?2) AND (?3 IS NULL OR scope = ?3)"
		" AND (?4 IS NULL OR author = ?4) AND (?5 OR NOT deleted)",
		"nnnnd", f->kind, f->state, f->scope, f->author, (int)f->with_deleted);
}

err_t store_art_list(struct arts *out, struct store *s, const struct art_filter *f)
{
	static const struct art_filter any;
	scoped(arts_release) struct arts arts = {0};

	if (!f)
		f = &any;
	TRY(candidates(&arts, s, f));
	keep_matching(&arts, f);
	arts_sort(&arts);
	*out = arts;
	arts = (struct arts){0};
	return NULL;
}

void art_marks_release(struct art_marks *m)
{
	free(m->at);
	free(m->paths);
	*m = (struct art_marks){0};
}

static err_t read_mark(void *marks, sqlite3_stmt *st)
{
	struct art_marks *m = marks;
	struct art_mark mark = {.deleted = db_bool(st, 3)};

	DB_UID(mark.uid, st, 0);
	mark.path = db_pack(&m->paths, &m->used, &m->room, st, 1);
	DB_HEX(mark.oid, st, 2);
	*DB_APPEND(m) = mark;
	return NULL;
}

err_t store_art_marks(struct art_marks *out, struct store *s)
{
	scoped(art_marks_release) struct art_marks marks = {0};

	TRY(db_rows(NULL, s, read_mark, &marks, "SELECT uid, path, oid, deleted FROM artifact",
		    ""));
	*out = marks;
	marks = (struct art_marks){0};
	return NULL;
}

err_t store_label_max(long *out, struct store *s, const char *kind, const char *scope)
{
	int64_t max = 0;

	TRY(db_rows(NULL, s, db_read_int, &max,
		    "SELECT max(0,"
		    " (SELECT coalesce(max(num), 0) FROM artifact"
		    "  WHERE scope = ?1 AND (?2 IS NULL OR kind = ?2)),"
		    " (SELECT coalesce(max(num), 0) FROM alias"
		    "  WHERE scope = ?1 AND (?2 IS NULL OR kind = ?2)))",
		    "tn", scope, kind));
	*out = (long)max;
	return NULL;
}

err_t store_scopes(struct strs *out, struct store *s, const char *kind)
{
	return db_rows(NULL, s, db_read_strs, out,
		       "WITH RECURSIVE s (scope) AS ("
		       " SELECT min(scope) FROM artifact WHERE scope > ''"
		       " UNION ALL SELECT (SELECT min(scope) FROM artifact WHERE scope > s.scope)"
		       " FROM s WHERE s.scope IS NOT NULL)"
		       " SELECT scope FROM s WHERE EXISTS (SELECT 1 FROM artifact AS a"
		       " WHERE a.scope = s.scope AND a.kind = ?1 AND NOT a.deleted)",
		       "t", kind);
}

err_t store_alias_put(struct store *s, const char *old_label, const char *kind, const char *uid)
{
	struct label label = {.num = -1};

	if (!label_parse(&label, slice_str(old_label)))
		label = (struct label){.num = -1};
	return db_run(NULL, s,
		      "INSERT INTO alias (label, kind, uid, scope, num) VALUES (?1, ?2, ?3, ?4, ?5)"
		      " ON CONFLICT (label, kind) DO UPDATE SET uid = excluded.uid",
		      "ttttl", old_label, kind, uid, label.scope, label.num);
}

static err_t read_uid(void *out, sqlite3_stmt *st)
{
	db_copy(out, UID_LEN + 1, st, 0);
	return NULL;
}

err_t store_alias_get(char uid[UID_LEN + 1], struct store *s, const char *label, const char *kind)
{
	size_t n = 0;

	TRY(db_rows(&n, s, read_uid, uid,
		    "SELECT uid FROM alias WHERE label = ?1 AND (?2 IS NULL OR kind = ?2)"
		    " ORDER BY kind LIMIT 1",
		    "tn", label, kind));
	return n ? NULL : err_new(ERR_NOTFOUND, "there is no artifact '%s'", label);
}
