#include "artifact/edit.h"
#include "artifact/fields.h"
#include "util/mem.h"

#include <stdlib.h>

static bool is_token(const char *state)
{
	static const char chars[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				    "0123456789_-";
	size_t n = strlen(state);

	return n && strspn(state, chars) == n && !strchr("0123456789_-", state[0]) &&
	       state[n - 1] != '_' && state[n - 1] != '-';
}

/* "State" or "Status": as the kind's own template has it. */
static const char *usual_word(const struct kind *kind)
{
	return kind && kind->template_text && strstr(kind->template_text, "\n## Status\n")
		       ? "Status"
		       : "State";
}

static struct edit made(struct range at, struct mem_stream *s)
{
	struct edit e = {.at = at};

	e.bytes = mem_stream_close(s, &e.len);
	return e;
}

/* Below "## State" there is nothing yet. */
static struct edit fill_heading(const struct artifact *a, const char *state)
{
	struct section s = {.heading = a->state_field, .body = {a->state_field.to, a->text.len}};

	return edit_fill(a, &s, slice_str(state));
}

/* "state:" without a value that could be one. A comment behind it stays. */
static struct edit fill_key(const struct artifact *a, const char *state)
{
	const char *line = a->text.at + a->state_field.from;
	size_t n = a->state_field.to - a->state_field.from, from, to;
	struct mem_stream s;

	from = a->state_field.from + (size_t)((const char *)memchr(line, ':', n) - line) + 1;
	to = from + slice_trim(slice_of(a->text.at + from, a->state_field.to - from)).len;
	while (to < a->state_field.to && !edit_blank_at(a->text, to))
		to++;
	for (size_t at = from; at < to; at++)
		if (a->text.at[at] == '#') {
			to = from;
			break;
		} else if (a->text.at[at] != ' ' && a->text.at[at] != '\t') {
			break;
		}
	mem_stream_open(&s);
	fprintf(s.file, " %s", state);
	return made((struct range){from, to}, &s);
}

/* Behind the lines at the start of a YAML text that hold no value. */
static size_t yaml_start(struct slice text)
{
	size_t at = edit_mark(text);

	while (at < text.len && (strchr("#%-", text.at[at]) || edit_blank_at(text, at)))
		at = edit_line_end(text, at);
	return at;
}

static struct edit insert_key(const struct artifact *a, const char *state)
{
	const char *eol = edit_eol(a->text);
	size_t at = a->title_line.to ? a->title_line.to : yaml_start(a->text);
	struct mem_stream s;

	mem_stream_open(&s);
	if (at > edit_mark(a->text) && a->text.at[at - 1] != '\n')
		fputs(eol, s.file);
	fprintf(s.file, "state: %s%s", state, eol);
	return made((struct range){at, at}, &s);
}

static struct edit insert_section(const struct artifact *a, const char *state)
{
	const char *eol = edit_eol(a->text);
	size_t at = fields_insert_at(a->text, a->title_line);
	bool first = at == edit_mark(a->text);
	struct mem_stream s;

	mem_stream_open(&s);
	if (!first && a->text.at[at - 1] != '\n')
		fputs(eol, s.file);
	fprintf(s.file, "%s## %s%s%s%s%s", first ? "" : eol, usual_word(a->kind), eol, eol, state,
		eol);
	if (at < a->text.len && !edit_blank_at(a->text, at))
		fputs(eol, s.file);
	return made((struct range){at, at}, &s);
}

/* A title in front matter has its state beside it. */
static bool in_front_matter(const struct artifact *a, struct range line)
{
	return line.to && a->text.at[line.from] != '#' && a->text.at[line.from] != ' ';
}

static struct edit make_edit(const struct artifact *a, const char *state)
{
	struct mem_stream s;

	if (a->state.to) {
		mem_stream_open(&s);
		fputs(state, s.file);
		return made(a->state, &s);
	}
	if (a->state_field.to)
		return a->yaml || in_front_matter(a, a->state_field) ? fill_key(a, state)
								      : fill_heading(a, state);
	return a->yaml || in_front_matter(a, a->title_line) ? insert_key(a, state)
							     : insert_section(a, state);
}

err_t artifact_set_state(char **out, size_t *len, const struct artifact *a, const char *state)
{
	scoped(edit_release) struct edit e = {0};
	scoped_free char *bytes = NULL;
	struct artifact *after;
	size_t size;
	bool kept;

	if (!is_token(state))
		return err_new(ERR_MISUSE, "'%s' is not the name of a state", state);
	e = make_edit(a, state);
	edit_splice(&bytes, &size, a, &e);
	after = edit_reparse(a, bytes, size);
	kept = edit_kept(a, after, NULL, state);
	artifact_free(after);
	if (!kept)
		return err_new(ERR_REFUSED, "state '%s' cannot be put into this text", state);
	*out = steal(bytes);
	*len = size;
	return NULL;
}
