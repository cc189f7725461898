/* Words as the index sees them. Private to store/. */
#ifndef STORE_SEARCH_WORDS_H
#define STORE_SEARCH_WORDS_H

#include "store/search.h"

#include <sqlite3.h>

/* For the table and for words: they must be cut up alike. Letters and digits, without case and
 * accents. */
#define SEARCH_TOKENIZER "unicode61"
#define SEARCH_TOKENIZER_OPTIONS {"remove_diacritics", "2"}
#define SEARCH_TOKENIZER_SQL "unicode61 remove_diacritics 2"

struct search_words {
	fts5_tokenizer calls;
	Fts5Tokenizer *tokenizer;
};

/* ERR_FATAL: this SQLite has no FTS5. */
err_t search_words_open(struct search_words *out, sqlite3 *db) MUST_CHECK;
void search_words_close(struct search_words *w);

err_t search_words_parse(struct search_query *out, const struct search_words *w,
			 char *const *words, size_t n, bool whole) MUST_CHECK;
err_t search_words_mark(struct search_marks *out, const struct search_words *w,
			const struct search_query *q, struct slice text) MUST_CHECK;
/* The query in FTS5's language; in: columns that must have all ("title label"), or NULL. Caller
 * frees. */
char *search_words_match(const struct search_query *q, const char *in);

#endif
