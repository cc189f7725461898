#include "store/search_words.h"
#include "util/mem.h"

#include <stdlib.h>
#include <string.h>

void search_query_release(struct search_query *q)
{
	for (size_t i = 0; i < q->len; i++)
		strs_release(&q->at[i].tokens);
	free(q->at);
	*q = (struct search_query){0};
}

void search_marks_release(struct search_marks *m)
{
	free(m->at);
	*m = (struct search_marks){0};
}

/* --- the tokenizer -------------------------------------------------------------------------- */

static fts5_api *api_of(sqlite3 *db)
{
	sqlite3_stmt *st = NULL;
	fts5_api *api = NULL;

	if (sqlite3_prepare_v2(db, "SELECT fts5(?1)", -1, &st, NULL) == SQLITE_OK) {
		sqlite3_bind_pointer(st, 1, (void *)&api, "fts5_api_ptr", NULL);
		sqlite3_step(st);
	}
	sqlite3_finalize(st);
	return api;
}

err_t search_words_open(struct search_words *out, sqlite3 *db)
{
	static const char *options[] = SEARCH_TOKENIZER_OPTIONS;
	fts5_api *api = api_of(db);
	void *ctx;

	if (!api)
		return err_new(ERR_FATAL,
			       "the SQLite of this program has no full-text search (FTS5)");
	if (api->xFindTokenizer(api, SEARCH_TOKENIZER, &ctx, &out->calls) != SQLITE_OK ||
	    out->calls.xCreate(ctx, options, 2, &out->tokenizer) != SQLITE_OK)
		return err_new(ERR_FATAL, "the SQLite of this program has no tokenizer '%s'",
			       SEARCH_TOKENIZER);
	return NULL;
}

void search_words_close(struct search_words *w)
{
	if (w->tokenizer)
		w->calls.xDelete(w->tokenizer);
	w->tokenizer = NULL;
}

typedef int (*token_fn)(void *ctx, int flags, const char *token, int len, int from, int to);

static err_t tokenize(const struct search_words *w, struct slice text, token_fn each, void *ctx)
{
	int rc = w->calls.xTokenize(w->tokenizer, ctx, FTS5_TOKENIZE_DOCUMENT,
				    text.len ? text.at : "", (int)text.len, each);

	return rc == SQLITE_OK ? NULL
			       : err_new(ERR_FATAL, "cannot take a text apart: %s",
					 sqlite3_errstr(rc));
}

/* --- the query ------------------------------------------------------------------------------ */

static int add_token(void *tokens, int flags, const char *token, int len, int from, int to)
{
	strs_take(tokens, mem_strndup(token, (size_t)len));
	return SQLITE_OK;
}

static bool same_tokens(const struct strs *a, const struct strs *b)
{
	bool same = a->len == b->len;

	for (size_t i = 0; same && i < a->len; i++)
		same = strcmp(a->at[i], b->at[i]) == 0;
	return same;
}

/* Takes over tokens. */
static void add_term(struct search_query *q, struct strs *tokens)
{
	bool known = tokens->len == 0;

	for (size_t i = 0; i < q->len && !known; i++)
		known = same_tokens(&q->at[i].tokens, tokens);
	if (known) {
		strs_release(tokens);
		return;
	}
	q->at = mem_realloc(q->at, (q->len + 1) * sizeof(*q->at));
	q->at[q->len++] = (struct search_term){.tokens = *tokens};
	*tokens = (struct strs){0};
}

err_t search_words_parse(struct search_query *out, const struct search_words *w,
			 char *const *words, size_t n, bool whole)
{
	static const char blank[] = " \t\r\n\v\f";
	scoped(search_query_release) struct search_query q = {.whole = whole};

	for (size_t i = 0; i < n; i++) {
		const char *at = words[i] + strspn(words[i], blank);

		while (*at) {
			scoped(strs_release) struct strs tokens = {0};
			size_t len = strcspn(at, blank);

			TRY(tokenize(w, slice_of(at, len), add_token, &tokens));
			add_term(&q, &tokens);
			at += len;
			at += strspn(at, blank);
		}
	}
	*out = q;
	q = (struct search_query){0};
	return NULL;
}

/* Tokens are letters and digits: nothing in them ends a string. */
char *search_words_match(const struct search_query *q, const char *in)
{
	struct mem_stream s;

	mem_stream_open(&s);
	if (in)
		fprintf(s.file, "{%s} : (", in);
	for (size_t i = 0; i < q->len; i++) {
		const struct strs *tokens = &q->at[i].tokens;

		fputs(i ? " AND \"" : "\"", s.file);
		for (size_t k = 0; k < tokens->len; k++)
			fprintf(s.file, "%s%s", k ? " " : "", tokens->at[k]);
		fputs(q->whole ? "\"" : "\" *", s.file);
	}
	if (in)
		fputs(")", s.file);
	return mem_stream_close(&s, NULL);
}

/* --- where they are ------------------------------------------------------------------------- */

/* That the first k tokens of a term are the last k of the text so far. */
struct reach {
	bool on;
	size_t from;
};

struct marking {
	struct search_marks *marks;
	const struct search_query *q;
	struct reach **reach; /* for each term, for each k */
};

static struct reach **reach_new(const struct search_query *q)
{
	struct reach **reach = mem_alloc((q->len + 1) * sizeof(*reach));

	for (size_t i = 0; i < q->len; i++)
		reach[i] = mem_alloc((q->at[i].tokens.len + 1) * sizeof(**reach));
	return reach;
}

static void reach_free(struct reach **reach, const struct search_query *q)
{
	for (size_t i = 0; i < q->len; i++)
		free(reach[i]);
	free(reach);
}

static bool token_is(const char *want, struct slice token, bool may_go_on)
{
	size_t len = strlen(want);

	return (may_go_on ? token.len >= len : token.len == len) &&
	       memcmp(want, token.at, len) == 0;
}

static void mark_term(struct marking *m, size_t term, struct slice token, size_t from, size_t to)
{
	const struct strs *tokens = &m->q->at[term].tokens;
	struct reach *reach = m->reach[term];

	for (size_t k = tokens->len; k-- > 0;) {
		bool last = k + 1 == tokens->len;

		reach[k + 1].on = (k == 0 || reach[k].on) &&
				  token_is(tokens->at[k], token, last && !m->q->whole);
		reach[k + 1].from = k == 0 ? from : reach[k].from;
		if (!last || !reach[k + 1].on)
			continue;
		MEM_GROW(m->marks->at, m->marks->len, m->marks->cap);
		m->marks->at[m->marks->len++] =
			(struct search_mark){reach[k + 1].from, to, term};
	}
}

static int mark_token(void *ctx, int flags, const char *token, int len, int from, int to)
{
	struct marking *m = ctx;

	for (size_t i = 0; i < m->q->len; i++)
		mark_term(m, i, slice_of(token, (size_t)len), (size_t)from, (size_t)to);
	return SQLITE_OK;
}

err_t search_words_mark(struct search_marks *out, const struct search_words *w,
			const struct search_query *q, struct slice text)
{
	scoped(search_marks_release) struct search_marks marks = {0};
	struct marking m = {.marks = &marks, .q = q, .reach = reach_new(q)};
	err_t err = tokenize(w, text, mark_token, &m);

	reach_free(m.reach, q);
	TRY(err);
	*out = marks;
	marks = (struct search_marks){0};
	return NULL;
}
