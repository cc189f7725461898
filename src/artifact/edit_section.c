#include "artifact/edit.h"
#include "util/mem.h"

#include <stdlib.h>
#include <strings.h>

static bool titled(const struct artifact *a, size_t section, struct slice title)
{
	struct slice have = artifact_slice(a, a->sections[section].title);

	return a->sections[section].level && have.len == title.len &&
	       strncasecmp(have.at, title.at, title.len) == 0;
}

/* "Notes/Open" from its end: the section's title, then those around it. */
static bool matches(const struct artifact *a, size_t section, struct slice path)
{
	for (;;) {
		const char *slash = path.len ? memrchr(path.at, '/', path.len) : NULL;
		size_t n = slash ? (size_t)(slash - path.at) + 1 : 0;

		if (!titled(a, section, slice_of(path.at + n, path.len - n)))
			return false;
		if (!slash)
			return true;
		if (a->sections[section].parent == section)
			return false;
		section = a->sections[section].parent;
		path.len = n - 1;
	}
}

/* A title may itself have a slash in it: the whole is tried first. */
static size_t count(size_t *first, const struct artifact *a, struct slice path, bool whole)
{
	size_t found = 0;

	for (size_t i = 1; i < a->nr_sections; i++)
		if ((whole ? titled(a, i, path) : matches(a, i, path)) && found++ == 0)
			*first = i;
	return found;
}

err_t edit_find_section(size_t *out, const struct artifact *a, const char *path)
{
	size_t first = 0, n = count(&first, a, slice_str(path), true);

	if (!n)
		n = count(&first, a, slice_str(path), false);
	if (!n)
		return err_new(ERR_NOTFOUND, "there is no section '%s'", path);
	if (n > 1)
		return err_hint(err_new(ERR_AMBIGUOUS, "there are %zu sections '%s'", n, path),
				"name the section around it, too: '<section>/%s'", path);
	*out = first;
	return NULL;
}

err_t artifact_find_section(struct range *out, const struct artifact *a, const char *section)
{
	size_t at;

	TRY(edit_find_section(&at, a, section));
	*out = a->sections[at].whole;
	return NULL;
}

struct range edit_core(const struct artifact *a, const struct section *s)
{
	size_t from = s->body.from, to = s->body.to;

	while (from < to && edit_blank_at(a->text, from))
		from = edit_line_end(a->text, from);
	if (from >= to)
		return (struct range){s->body.from, s->body.from};
	while (to > from && strchr(" \t\r\n", a->text.at[to - 1]) && a->text.at[to - 1])
		to--;
	return (struct range){from, to};
}

struct edit edit_fill(const struct artifact *a, const struct section *s, struct slice text)
{
	const char *eol = edit_eol(a->text);
	size_t at = s->body.from;
	struct edit e = {0};
	struct mem_stream out;

	mem_stream_open(&out);
	if (a->text.at[at - 1] != '\n')
		fputs(eol, out.file);
	if (at < s->body.to && edit_blank_at(a->text, at)) {
		at = edit_line_end(a->text, at);
		if (a->text.at[at - 1] != '\n')
			fputs(eol, out.file);
	} else {
		fputs(eol, out.file);
	}
	fwrite(text.at, 1, text.len, out.file);
	fputs(eol, out.file);
	if (at < a->text.len && !edit_blank_at(a->text, at))
		fputs(eol, out.file);
	e.at = (struct range){at, at};
	e.bytes = mem_stream_close(&out, &e.len);
	return e;
}

/* A body with headings of its own would be several sections, and could not be set again. */
static bool sections_kept(const struct artifact *before, const struct artifact *after)
{
	if (after->nr_sections != before->nr_sections)
		return false;
	for (size_t i = 1; i < after->nr_sections; i++) {
		const struct section *was = &before->sections[i], *now = &after->sections[i];

		if (was->level != now->level ||
		    !slice_eq(artifact_slice(before, was->title),
			      artifact_slice(after, now->title)))
			return false;
	}
	return true;
}

static err_t finish(char **out, size_t *len, const struct artifact *a, const struct edit *e,
		    const char *name)
{
	scoped_free char *bytes = NULL;
	struct artifact *after;
	size_t size;
	bool sections, fields;

	edit_splice(&bytes, &size, a, e);
	after = edit_reparse(a, bytes, size);
	sections = sections_kept(a, after);
	fields = edit_kept(a, after, NULL, NULL);
	artifact_free(after);
	if (!fields)
		return err_new(ERR_REFUSED, "section '%s' would change the title or the state",
			       name);
	if (!sections)
		return err_new(ERR_REFUSED,
			       "the text for section '%s' begins or ends other sections", name);
	*out = steal(bytes);
	*len = size;
	return NULL;
}

err_t artifact_set_section(char **out, size_t *len, const struct artifact *a, const char *section,
			   struct slice body)
{
	scoped(edit_release) struct edit e = {0};
	const struct section *s;
	struct range core;
	size_t at;

	TRY(edit_find_section(&at, a, section));
	s = &a->sections[at];
	core = edit_core(a, s);
	e.at = core;
	e.bytes = edit_body(body, edit_eol(a->text), &e.len);
	if (core.from == core.to && e.len) {
		struct edit fill = edit_fill(a, s, slice_of(e.bytes, e.len));

		edit_release(&e);
		e = fill;
	}
	return finish(out, len, a, &e, section);
}

/* As if the new section had been there: it is the last one, and its body is what was added. */
static err_t finish_added(char **out, size_t *len, const struct artifact *a, const struct edit *e,
			  const char *title)
{
	scoped_free char *bytes = NULL;
	struct artifact *after;
	size_t size;
	bool sections, fields;

	edit_splice(&bytes, &size, a, e);
	after = edit_reparse(a, bytes, size);
	fields = edit_kept(a, after, NULL, NULL);
	sections = after->nr_sections > a->nr_sections &&
		   titled(after, a->nr_sections, slice_str(title)) &&
		   after->sections[a->nr_sections].whole.to == size;
	artifact_free(after);
	if (!fields)
		return err_new(ERR_REFUSED, "section '%s' would change the title or the state",
			       title);
	if (!sections)
		return err_new(ERR_REFUSED, "section '%s' cannot be put at the end of this text",
			       title);
	*out = steal(bytes);
	*len = size;
	return NULL;
}

/* Whether the last line is blank, or there is none. */
static bool ends_blank(struct slice text)
{
	size_t end = text.len && text.at[text.len - 1] == '\n' ? text.len - 1 : text.len;
	const char *nl = end ? memrchr(text.at, '\n', end) : NULL;

	return edit_blank_at(text, nl ? (size_t)(nl - text.at) + 1 : 0);
}

err_t artifact_add_section(char **out, size_t *len, const struct artifact *a, const char *title,
			   struct slice body)
{
	scoped(edit_release) struct edit e = {.at = {a->text.len, a->text.len}};
	const char *eol = edit_eol(a->text);
	scoped_free char *text = NULL;
	struct mem_stream s;
	size_t n;

	if (!*title || strpbrk(title, "\r\n"))
		return err_new(ERR_MISUSE, "a section's title is one line");
	if (a->yaml)
		return err_new(ERR_REFUSED, "a YAML text has no sections");
	text = edit_body(body, eol, &n);
	mem_stream_open(&s);
	if (a->text.len && a->text.at[a->text.len - 1] != '\n')
		fputs(eol, s.file);
	if (!ends_blank(a->text))
		fputs(eol, s.file);
	fprintf(s.file, "## %s%s", title, eol);
	if (n) {
		fputs(eol, s.file);
		fwrite(text, 1, n, s.file);
		fputs(eol, s.file);
	}
	e.bytes = mem_stream_close(&s, &e.len);
	return finish_added(out, len, a, &e, title);
}
