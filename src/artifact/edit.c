#include "artifact/edit.h"
#include "util/mem.h"

#include <stdlib.h>

void edit_release(struct edit *e)
{
	free(e->bytes);
	e->bytes = NULL;
}

const char *edit_eol(struct slice text)
{
	const char *nl = text.len ? memchr(text.at, '\n', text.len) : NULL;

	return nl && nl > text.at && nl[-1] == '\r' ? "\r\n" : "\n";
}

size_t edit_mark(struct slice text)
{
	return text.len >= 3 && memcmp(text.at, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
}

bool edit_blank_at(struct slice text, size_t pos)
{
	while (pos < text.len && (text.at[pos] == ' ' || text.at[pos] == '\t'))
		pos++;
	while (pos < text.len && text.at[pos] == '\r')
		pos++;
	return pos == text.len || text.at[pos] == '\n';
}

size_t edit_line_end(struct slice text, size_t pos)
{
	const char *nl = pos < text.len ? memchr(text.at + pos, '\n', text.len - pos) : NULL;

	return nl ? (size_t)(nl - text.at) + 1 : text.len;
}

char *edit_body(struct slice body, const char *eol, size_t *len)
{
	struct mem_stream s;
	struct slice line;

	while (body.len && edit_blank_at(body, 0)) {
		size_t n = edit_line_end(body, 0);

		body = slice_of(body.at + n, body.len - n);
	}
	while (body.len && strchr(" \t\r\n", body.at[body.len - 1]) && body.at[body.len - 1])
		body.len--;
	mem_stream_open(&s);
	while (slice_line(&body, &line)) {
		bool ended = line.len && line.at[line.len - 1] == '\n';

		if (ended)
			line.len -= line.len > 1 && line.at[line.len - 2] == '\r' ? 2 : 1;
		fwrite(line.at, 1, line.len, s.file);
		if (ended)
			fputs(eol, s.file);
	}
	return mem_stream_close(&s, len);
}

void edit_splice(char **out, size_t *len, const struct artifact *a, const struct edit *e)
{
	size_t tail = a->text.len - e->at.to, size = e->at.from + e->len + tail;
	char *bytes = mem_alloc(size + 1);

	if (e->at.from)
		memcpy(bytes, a->text.at, e->at.from);
	if (e->len)
		memcpy(bytes + e->at.from, e->bytes, e->len);
	if (tail)
		memcpy(bytes + e->at.from + e->len, a->text.at + e->at.to, tail);
	*out = bytes;
	*len = size;
}

struct artifact *edit_reparse(const struct artifact *a, const char *bytes, size_t len)
{
	return artifact_parse(slice_of(bytes, len), a->kind, a->yaml ? ".yaml" : NULL);
}

bool edit_kept(const struct artifact *before, const struct artifact *after, const char *title,
	       const char *state)
{
	struct slice want_title = title ? slice_str(title) : artifact_slice(before, before->title);
	struct slice want_state = state ? slice_str(state) : artifact_slice(before, before->state);

	return slice_eq(artifact_slice(after, after->title), want_title) &&
	       slice_eq(artifact_slice(after, after->state), want_state) &&
	       slice_eq(artifact_slice(after, after->title_label),
			artifact_slice(before, before->title_label));
}
