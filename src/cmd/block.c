#include "cmd/block.h"
#include "util/mem.h"

#define BEGIN "# git-agent: begin"
#define END "# git-agent: end"
/* What block_take() has to know of the text before. */
#define NO_NEWLINE " (no newline before)"
#define EMPTY " (empty before)"

struct block {
	size_t from, to;	/* equal: there is none */
	const char *note;
};

static bool is_begin(const char **note, struct slice words)
{
	static const char *const notes[] = {"", NO_NEWLINE, EMPTY};

	if (words.len < sizeof(BEGIN) - 1 || memcmp(words.at, BEGIN, sizeof(BEGIN) - 1) != 0)
		return false;
	words = slice_of(words.at + sizeof(BEGIN) - 1, words.len - (sizeof(BEGIN) - 1));
	for (size_t i = 0; i < sizeof(notes) / sizeof(*notes); i++)
		if (slice_is(words, notes[i])) {
			*note = notes[i];
			return true;
		}
	return false;
}

/* A block without an end is one line long: what follows may be somebody else's. */
static struct block find(struct slice text)
{
	struct block b = {text.len, text.len, ""};
	struct slice rest = text, line;
	bool inside = false;

	while (slice_line(&rest, &line)) {
		struct slice words = slice_trim(line);
		size_t start = (size_t)(line.at - text.at);

		if (!inside && is_begin(&b.note, words)) {
			inside = true;
			b.from = start;
			b.to = start + line.len;
		} else if (inside && slice_is(words, END)) {
			b.to = start + line.len;
			break;
		}
	}
	return b;
}

bool block_has(struct slice text)
{
	struct block b = find(text);

	return b.from < b.to;
}

static const char *newline_of(struct slice text)
{
	struct slice line;

	if (!slice_line(&text, &line))
		return "\n";
	return line.len > 1 && line.at[line.len - 2] == '\r' && line.at[line.len - 1] == '\n'
		       ? "\r\n" : "\n";
}

static char *make_block(const char *note, const char *body, const char *newline)
{
	scoped_free char *plain = mem_printf(BEGIN "%s\n%s" END "\n", note, body);
	struct slice rest = slice_str(plain), line;
	struct mem_stream s;

	mem_stream_open(&s);
	while (slice_line(&rest, &line)) {
		fwrite(line.at, 1, line.len - 1, s.file);
		fputs(newline, s.file);
	}
	return mem_stream_close(&s, NULL);
}

char *block_put(struct slice text, size_t at, const char *body)
{
	struct block b = find(text);
	bool is_new = b.from == b.to;
	const char *newline = newline_of(text), *gap = "";
	scoped_free char *block = NULL;
	struct mem_stream s;

	if (is_new) {
		b.from = b.to = at;
		if (at > 0 && text.at[at - 1] != '\n') {
			b.note = NO_NEWLINE;
			gap = newline;
		} else if (!text.len && text.at) {
			b.note = EMPTY;
		}
	}
	block = make_block(b.note, body, newline);
	if (slice_is(slice_of(text.at + b.from, b.to - b.from), block))
		return NULL;
	mem_stream_open(&s);
	fwrite(text.len ? text.at : "", 1, b.from, s.file);
	fprintf(s.file, "%s%s", gap, block);
	fwrite(text.len ? text.at + b.to : "", 1, text.len - b.to, s.file);
	return mem_stream_close(&s, NULL);
}

char *block_take(size_t *len, bool *was_missing, struct slice text)
{
	struct block b = find(text);
	struct mem_stream s;

	if (b.from == b.to)
		return NULL;
	*was_missing = b.from == 0 && b.to == text.len && strcmp(b.note, EMPTY) != 0;
	if (strcmp(b.note, NO_NEWLINE) == 0 && b.from > 0)
		b.from -= b.from > 1 && text.at[b.from - 2] == '\r' ? 2 : 1;
	mem_stream_open(&s);
	fwrite(text.at, 1, b.from, s.file);
	fwrite(text.at + b.to, 1, text.len - b.to, s.file);
	return mem_stream_close(&s, len);
}
