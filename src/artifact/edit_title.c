#include "artifact/edit.h"
#include "artifact/fields.h"
#include "util/mem.h"

#include <stdlib.h>

static bool is_yaml_line(const struct artifact *a)
{
	return a->title_line.to && a->text.at[a->title_line.from] != '#' &&
	       a->text.at[a->title_line.from] != ' ';
}

/* A plain scalar: nothing in it that YAML could take for something else. */
static bool plain(const char *title)
{
	size_t n = strlen(title);
	unsigned char first = (unsigned char)title[0];

	return ((first >= 'A' && first <= 'Z') || (first >= 'a' && first <= 'z') ||
		first >= 0x80) &&
	       !strstr(title, ": ") && !strstr(title, " #") && title[n - 1] != ':';
}

static bool can_quote(const char *title, char quote)
{
	return !strchr(title, quote) && (quote == '\'' || !strchr(title, '\\'));
}

/* The quote to use, '\0' for none; false when no way of writing keeps every character. */
static bool choose_quote(char *quote, const char *title, char old)
{
	if (old && can_quote(title, old))
		*quote = old;
	else if (!old && plain(title))
		*quote = '\0';
	else if (can_quote(title, '"'))
		*quote = '"';
	else if (can_quote(title, '\''))
		*quote = '\'';
	else
		return false;
	return true;
}

/* A value goes on over the lines below it that are indented. */
static size_t value_end(const struct artifact *a)
{
	size_t end = a->title.to, next = a->title_line.to;

	while (next < a->text.len && (a->text.at[next] == ' ' || a->text.at[next] == '\t') &&
	       !edit_blank_at(a->text, next)) {
		next = edit_line_end(a->text, next);
		end = next;
	}
	while (end > a->title.to && strchr("\r\n", a->text.at[end - 1]))
		end--;
	return end;
}

static bool edit_yaml(struct mem_stream *s, struct range *at, const struct artifact *a,
		      const char *title)
{
	const char *line = a->text.at + a->title.from;
	char quote, old = '\0';

	*at = (struct range){a->title.from, a->title.to};
	if (line[-1] == '"' || line[-1] == '\'') {
		old = line[-1];
		at->from--;
		at->to++;
	} else {
		at->to = value_end(a);
	}
	if (!choose_quote(&quote, title, old))
		return false;
	if (line[-1] == ':')
		fputc(' ', s->file);
	if (quote)
		fprintf(s->file, "%c%s%c", quote, title, quote);
	else
		fputs(title, s->file);
	return true;
}

static void edit_heading(struct mem_stream *s, struct range *at, const struct artifact *a,
			 const char *title)
{
	char before = a->text.at[a->title.from - 1];

	*at = a->title;
	if (a->title.from < a->title.to) {
		fputs(title, s->file);
	} else if (a->title_label.to) {
		*at = (struct range){a->title_label.to, a->title.to};
		fprintf(s->file, ": %s", title);
	} else {
		fprintf(s->file, "%s%s", before == ' ' || before == '\t' ? "" : " ", title);
	}
}

static void insert(struct mem_stream *s, struct range *at, const struct artifact *a,
		   const char *title)
{
	const char *eol = edit_eol(a->text);
	size_t pos = fields_insert_at(a->text, a->title_line);
	bool behind = pos > edit_mark(a->text);	/* front matter */

	*at = (struct range){pos, pos};
	fprintf(s->file, "%s# %s%s", behind ? eol : "", title, eol);
	if (pos < a->text.len && !edit_blank_at(a->text, pos))
		fputs(eol, s->file);
}

/* Beside the state or the id, whichever there is; else at the end. */
static bool insert_yaml(struct mem_stream *s, struct range *at, const struct artifact *a,
			const char *title)
{
	const char *eol = edit_eol(a->text);
	size_t pos = a->title_label.to ? edit_line_end(a->text, a->title_label.to)
		     : a->state_field.to ? a->state_field.from
					 : a->text.len;
	char quote;

	if (!choose_quote(&quote, title, '\0'))
		return false;
	*at = (struct range){pos, pos};
	if (pos > edit_mark(a->text) && a->text.at[pos - 1] != '\n')
		fputs(eol, s->file);
	fputs("title: ", s->file);
	if (quote)
		fprintf(s->file, "%c%s%c", quote, title, quote);
	else
		fputs(title, s->file);
	fputs(eol, s->file);
	return true;
}

static bool make_edit(struct edit *e, const struct artifact *a, const char *title)
{
	struct mem_stream s;
	bool made = true;

	mem_stream_open(&s);
	if (is_yaml_line(a))
		made = edit_yaml(&s, &e->at, a, title);
	else if (a->title_line.to)
		edit_heading(&s, &e->at, a, title);
	else if (a->yaml)
		made = insert_yaml(&s, &e->at, a, title);
	else
		insert(&s, &e->at, a, title);
	e->bytes = mem_stream_close(&s, &e->len);
	return made;
}

err_t artifact_set_title(char **out, size_t *len, const struct artifact *a, const char *title)
{
	scoped(edit_release) struct edit e = {0};
	scoped_free char *bytes = NULL, *trimmed = NULL;
	struct slice t = slice_trim(slice_str(title));
	struct artifact *after;
	size_t size;
	bool kept;

	if (!t.len)
		return err_new(ERR_MISUSE, "a title cannot be empty");
	if (memchr(t.at, '\n', t.len) || memchr(t.at, '\r', t.len))
		return err_new(ERR_MISUSE, "a title cannot have more than one line");
	trimmed = mem_strndup(t.at, t.len);
	if (!make_edit(&e, a, trimmed))
		return err_new(ERR_MISUSE, "title '%s' cannot be written without escapes", trimmed);
	edit_splice(&bytes, &size, a, &e);
	after = edit_reparse(a, bytes, size);
	kept = edit_kept(a, after, trimmed, NULL);
	artifact_free(after);
	if (!kept)
		return err_new(ERR_MISUSE, "title '%s' would be read as something else", trimmed);
	*out = steal(bytes);
	*len = size;
	return NULL;
}
