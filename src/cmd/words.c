#include "cmd/words.h"
#include "util/json_read.h"
#include "util/mem.h"

#include <stdio.h>
#include <stdlib.h>

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static err_t unfinished(char quote)
{
	if (!quote)
		return err_new(ERR_MISUSE, "there is nothing after the \\");
	return err_new(ERR_MISUSE, "a quote %c has no end", quote);
}

/* What is between two quotes; *i is after the first one, then after the second. */
static err_t quoted(FILE *out, struct slice line, size_t *i, char quote)
{
	for (; *i < line.len; ++*i) {
		char c = line.at[*i];

		if (c == quote) {
			++*i;
			return NULL;
		}
		if (c == '\\' && quote == '"' && *i + 1 < line.len &&
		    (line.at[*i + 1] == '"' || line.at[*i + 1] == '\\'))
			c = line.at[++*i];
		putc(c, out);
	}
	return unfinished(quote);
}

static err_t word(FILE *out, struct slice line, size_t *i)
{
	while (*i < line.len && !is_blank(line.at[*i])) {
		char c = line.at[(*i)++];

		if (c == '\'' || c == '"') {
			TRY(quoted(out, line, i, c));
			continue;
		}
		if (c == '\\') {
			if (*i >= line.len)
				return unfinished('\0');
			c = line.at[(*i)++];
		}
		putc(c, out);
	}
	return NULL;
}

static err_t split_shell(struct strs *out, struct slice line)
{
	for (size_t i = 0; i < line.len;) {
		struct mem_stream s;
		char *text;
		err_t err;

		if (is_blank(line.at[i])) {
			i++;
			continue;
		}
		mem_stream_open(&s);
		err = word(s.file, line, &i);
		text = mem_stream_close(&s, NULL);
		if (err) {
			free(text);
			return err;
		}
		strs_take(out, text);
	}
	return NULL;
}

/* A JSON text may have one without having the byte; what comes after it would be lost. */
static bool has_nul(struct slice line)
{
	if (memchr(line.at, '\0', line.len))
		return true;
	for (size_t i = 0; line.len && line.at[0] == '[' && i + 6 <= line.len; i++) {
		if (line.at[i] != '\\')
			continue;
		if (memcmp(line.at + i, "\\u0000", 6) == 0)
			return true;
		i++;
	}
	return false;
}

static err_t split_json(struct strs *out, struct slice line)
{
	struct slice array, rest, element;

	if (!json_read(&array, line))
		return err_new(ERR_MISUSE, "no JSON array of strings");
	rest = json_elements(array);
	while (json_next(&rest, &element)) {
		char *text = json_text(element);

		if (!text)
			return err_new(ERR_MISUSE, "no JSON array of strings");
		strs_take(out, text);
	}
	return NULL;
}

err_t words_split(struct strs *out, struct slice line)
{
	scoped(strs_release) struct strs words = {0};

	line = slice_trim(line);
	if (has_nul(line))
		return err_new(ERR_MISUSE, "there is a NUL character in it");
	if (line.len && line.at[0] == '[')
		TRY(split_json(&words, line));
	else if (line.len && line.at[0] != '#')
		TRY(split_shell(&words, line));
	*out = words;
	words = (struct strs){0};
	return NULL;
}
