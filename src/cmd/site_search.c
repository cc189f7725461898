#include "cmd/site.h"
#include "util/json.h"

#include <ctype.h>

/* --- the words of a text, each once ------------------------------------------------------ */

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c & 0x80;
}

static char *words_of(struct slice text)
{
	scoped(strs_release) struct strs words = {0};
	struct mem_stream s;

	for (size_t i = 0, from; i < text.len; i++) {
		char *word;

		for (from = i; i < text.len && is_word(text.at[i]); i++)
			;
		if (i - from < 2 || i - from > 60)
			continue;
		word = mem_strndup(text.at + from, i - from);
		for (char *c = word; *c; c++)
			*c = (char)tolower((unsigned char)*c);
		strs_take(&words, word);
	}
	strs_sort(&words);
	mem_stream_open(&s);
	for (size_t i = 0; i < words.len; i++)
		fprintf(s.file, "%s%s", i ? " " : "", words.at[i]);
	return mem_stream_close(&s, NULL);
}

/* --- as a script, since a page from a file may load nothing else ------------------------- */

static err_t print_art(struct json *j, const struct site *site, size_t at)
{
	const struct art *art = &site_arts(site)->at[at];
	scoped_free char *text = NULL, *words = NULL;
	size_t len;

	TRY(store_text_get(&text, &len, site->session->store, art->oid.hex));
	words = words_of(slice_of(text, len));
	json_array_begin(j);
	json_string(j, session_name(art));
	json_string(j, art->title);
	json_string(j, art->kind);
	json_string(j, art->state);
	json_string(j, site->arts[at].page);
	json_string(j, words);
	json_array_end(j);
	return NULL;
}

static err_t print_all(void *ctx, FILE *out)
{
	const struct site *site = ctx;
	struct json j;

	fputs("// name, title, kind, state, page, words\nvar gitAgentArtifacts = ", out);
	json_init(&j, out);
	json_array_begin(&j);
	for (size_t i = 0; i < site_arts(site)->len; i++)
		TRY(print_art(&j, site, i));
	json_array_end(&j);
	fputs(";\n", out);
	return NULL;
}

err_t site_search(struct site *site)
{
	return site_out_print(&site->out, "search.js", print_all, site);
}
